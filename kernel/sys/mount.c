/*
 * kernel/sys/mount.c - mount, umount2, pivot_root
 *
 * What:  copy in, call, and after pivot_root move everybody's root.
 * Locks: a task's alloc_lock to borrow its context.
 * Not:   the work: fs/mount_ops.c.
 * See:   mount(2), umount(2), pivot_root(2).
 */
#include "calls.h"

#include "path_util.h"

#include <lib/string.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/mount.h>
#include <vm/uaccess.h>

/* The strings of one mount(2); each owned, or NULL when not given. */
struct mount_strings {
	char *source, *type, *data;
};

static int optional_string(uptr_t ustr, char **out)
{
	int err;

	if (!ustr)
		return 0;
	err = name_from_user(ustr, true, out);
	return err == -ENAMETOOLONG ? -EINVAL : err;
}

/* As much of a page as can be read: what it means is the type's business. */
static int optional_page(uptr_t udata, char **out)
{
	size_t got;

	if (!udata)
		return 0;
	*out = name_alloc();
	if (!*out)
		return -ENOMEM;
	got = copy_from_user_partial(*out, udata, PATH_MAX - 1);
	if (!got)
		return -EFAULT;
	memset(*out + got, 0, PATH_MAX - got);
	return 0;
}

static void strings_free(struct mount_strings *s)
{
	name_free(s->source);
	name_free(s->type);
	name_free(s->data);
}

static int mount_target(uptr_t utarget, const struct mount_strings *s,
			u64 flags)
{
	struct mount_args args = {
		.source = s->source,
		.type = s->type,
		.data = s->data,
		.flags = flags,
		.fs_arg = current_pidns(),
		.ns = current_task()->nsproxy->mnt,
	};
	struct user_path p;
	int err = user_path_begin(&p, AT_FDCWD, utarget, WALK_FOLLOW);

	if (err)
		return err;
	args.walk = &p.walk;
	args.target = p.name;
	err = vfs_mount(&args);
	user_path_end(&p);
	return err;
}

long sys_mount(uptr_t usource, uptr_t utarget, uptr_t utype, u64 flags,
	       uptr_t udata)
{
	struct mount_strings s = { NULL, NULL, NULL };
	int err = optional_string(utype, &s.type);

	if (!err)
		err = optional_string(usource, &s.source);
	if (!err)
		err = optional_page(udata, &s.data);
	if (!err)
		err = mount_target(utarget, &s, flags);
	strings_free(&s);
	return err;
}

long sys_umount2(uptr_t utarget, int flags)
{
	struct user_path p;
	int err;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = user_path_begin(&p, AT_FDCWD, utarget, 0);
	if (err)
		return err;
	err = vfs_umount(&p.walk, p.name, flags, current_task()->nsproxy->mnt);
	user_path_end(&p);
	return err;
}

static void move_context(struct task *t, const struct pivot_result *r)
{
	struct fs_context *fs;

	spin_lock(&t->alloc_lock);
	fs = t->fs;
	if (fs)
		fs_context_get(fs);
	spin_unlock(&t->alloc_lock);
	if (!fs)
		return;
	fs_context_replace(fs, &r->old, &r->new);
	fs_context_put(fs);
}

/* Whoever has the old root, in whatever namespace, gets the new one. */
static void move_all_contexts(const struct pivot_result *r)
{
	struct pid *pid;
	s32 nr = 1;

	for (; (pid = pid_next(&nr, &pidns_init_ns)); nr++) {
		struct task *t = pid_task_get(pid);

		if (t) {
			move_context(t, r);
			task_put(t);
		}
		pid_put(pid);
		cond_resched();
	}
}

long sys_pivot_root(uptr_t unew, uptr_t uold)
{
	struct pivot_result r;
	struct user_path p;
	char *put_old;
	int err = user_path_begin(&p, AT_FDCWD, unew, WALK_FOLLOW);

	if (err)
		return err;
	err = name_from_user(uold, false, &put_old);
	if (!err) {
		struct pivot_args args = {
			.walk = &p.walk,
			.new_root = p.name,
			.put_old = put_old,
			.ns = current_task()->nsproxy->mnt,
		};

		err = vfs_pivot_root(&args, &r);
		name_free(put_old);
	}
	user_path_end(&p);
	if (err)
		return err;
	move_all_contexts(&r);
	path_put(&r.old);
	path_put(&r.new);
	return 0;
}
