/*
 * kernel/sys/fcntl.c - fcntl(2)
 *
 * What:  flags of descriptors and files, owners of O_ASYNC.
 * Locks: file->owner_lock: owner fields.
 * Not:   record locks (lock.c); the signal to the owner
 *        (kernel/proc/file_owner.c).
 * See:   fcntl(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/file_owner.h>
#include <proc/pidns.h>
#include <proc/task.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/signal.h>
#include <vm/uaccess.h>

static long dup_from(struct file *f, u64 lowest, bool cloexec)
{
	struct file_table *table = current_task()->files;
	u64 limit = current_rlimit(RLIMIT_NOFILE);
	int fd;

	if (lowest >= limit)
		return -EINVAL;
	fd = fd_alloc(table, (int)lowest, limit, cloexec);
	if (fd >= 0)
		fd_install(table, fd, file_get(f));
	return fd;
}

static long set_flags(struct file *f, u32 flags)
{
	u32 old = READ_ONCE(f->flags);
	struct inode *inode = path_inode(&f->path);

	if ((flags & ~old & O_NOATIME) &&
	    !inode_owner_or_capable(inode, current_cred()))
		return -EPERM;
	return file_set_flags(f, flags);
}

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

/* Is @fd the same open file? */
static long dup_query(struct file *f, int fd)
{
	struct file *other = fd_get_any(current_task()->files, fd);
	bool same = other == f;

	if (!other)
		return -EBADF;
	file_put(other);
	return same;
}

/* What O_PATH descriptors can do too. -ENOSYS: none of it. */
static long fcntl_fd(int fd, struct file *f, u32 cmd, u64 arg)
{
	struct file_table *table = current_task()->files;

	switch (cmd) {
	case F_DUPFD:
		return dup_from(f, (u32)arg, false);
	case F_DUPFD_CLOEXEC:
		return dup_from(f, (u32)arg, true);
	case F_DUPFD_QUERY:
		return dup_query(f, (int)arg);
	case F_CREATED_QUERY:
		return (READ_ONCE(f->mode) & FILE_CREATED) != 0;
	case F_GETFD:
		return fd_get_cloexec(table, fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		return fd_set_cloexec(table, fd, arg & FD_CLOEXEC);
	case F_GETFL:
		return READ_ONCE(f->flags);
	}
	return -ENOSYS;
}

static long fcntl_owner(struct file *f, u32 cmd, u64 arg)
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

static long fcntl_file(int fd, struct file *f, u32 cmd, u64 arg)
{
	switch (cmd) {
	case F_SETFL:
		WRITE_ONCE(f->async_fd, fd);
		return set_flags(f, (u32)arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return fcntl_lock ? fcntl_lock(fd, f, cmd, arg) : -EINVAL;
	case F_GETPIPE_SZ:
		return pipe_get_size ? pipe_get_size(f) : -EBADF;
	case F_SETPIPE_SZ:
		return !pipe_set_size ? -EBADF :
		       pipe_set_size(f, (u32)arg, current_cred());
	case F_ADD_SEALS:
		return arg > U32_MAX || !file_add_seals ?
			       -EINVAL : file_add_seals(f, (u32)arg);
	case F_GET_SEALS:
		return file_get_seals ? file_get_seals(f) : -EINVAL;
	case F_GETLEASE:
		return F_UNLCK;
	}
	return fcntl_owner(f, cmd, arg);
}

long sys_fcntl(int fd, u32 cmd, u64 arg)
{
	struct file *f;
	long ret = fd_to_any(fd, &f);

	if (ret)
		return ret;
	ret = fcntl_fd(fd, f, cmd, arg);
	if (ret == -ENOSYS)
		ret = f->mode & FILE_PATH ? -EBADF :
					    fcntl_file(fd, f, cmd, arg);
	file_put(f);
	return ret;
}
