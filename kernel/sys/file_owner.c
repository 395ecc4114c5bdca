/*
 * kernel/sys/file_owner.c - who is told when an O_ASYNC file is ready
 *
 * What:  the commands of fcntl, and of ioctl for sockets. Optional.
 * Locks: file->owner_lock for what it covers.
 * Not:   the record and the signal: kernel/proc/file_owner.c.
 * See:   fcntl(2), "Managing signals".
 */
#include "path_util.h"

#include <proc/file_owner.h>
#include <proc/task.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/ioctl.h>
#include <vm/uaccess.h>

static long set_owner(struct file *f, int who)
{
	struct f_owner_ex owner = { .type = F_OWNER_PID, .pid = who };

	if (who == INT_MIN)
		return -EINVAL;
	if (who < 0) {
		owner.type = F_OWNER_PGRP;
		owner.pid = -who;
	}
	return file_owner_set(f, &owner);
}

static long get_owner(struct file *f)
{
	struct f_owner_ex owner;

	file_owner_get(f, &owner);
	return owner.type == F_OWNER_PGRP ? -owner.pid : owner.pid;
}

long ioctl_owner(struct file *f, u32 cmd, u64 arg)
{
	u32 who;

	if (cmd == FIOGETOWN || cmd == SIOCGPGRP)
		return put_user_u32(arg, (u32)get_owner(f));
	if (get_user_u32(&who, arg))
		return -EFAULT;
	return set_owner(f, (int)who);
}

static long set_owner_ex(struct file *f, uptr_t uowner)
{
	struct f_owner_ex owner;

	if (copy_from_user(&owner, uowner, sizeof(owner)))
		return -EFAULT;
	if (owner.type < F_OWNER_TID || owner.type > F_OWNER_PGRP)
		return -EINVAL;
	return file_owner_set(f, &owner);
}

static long get_owner_ex(struct file *f, uptr_t uowner)
{
	struct f_owner_ex owner;

	file_owner_get(f, &owner);
	return copy_to_user(uowner, &owner, sizeof(owner));
}

static long set_owner_signal(struct file *f, u64 sig)
{
	if (sig > NSIG)
		return -EINVAL;
	spin_lock(&f->owner_lock);
	f->owner_sig = (s32)sig;
	spin_unlock(&f->owner_lock);
	return 0;
}

static long owner_uids(struct file *f, uptr_t uids)
{
	uid_t ids[2];

	spin_lock(&f->owner_lock);
	ids[0] = f->owner_uid;
	ids[1] = f->owner_euid;
	spin_unlock(&f->owner_lock);
	ids[0] = uid_from_global(current_cred()->user_ns, ids[0]);
	ids[1] = uid_from_global(current_cred()->user_ns, ids[1]);
	return copy_to_user(uids, ids, sizeof(ids));
}

long fcntl_owner(struct file *f, u32 cmd, u64 arg)
{
	switch (cmd) {
	case F_SETOWN:
		return set_owner(f, (int)arg);
	case F_GETOWN:
		return get_owner(f);
	case F_SETOWN_EX:
		return set_owner_ex(f, arg);
	case F_GETOWN_EX:
		return get_owner_ex(f, arg);
	case F_GETOWNER_UIDS:
		return owner_uids(f, arg);
	case F_SETSIG:
		return set_owner_signal(f, arg);
	case F_GETSIG:
		return READ_ONCE(f->owner_sig);
	}
	return -EINVAL;
}
