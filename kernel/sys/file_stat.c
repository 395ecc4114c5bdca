/*
 * kernel/sys/file_stat.c - system calls that ask about files
 *
 * What:  stat, statx, statfs, access, each by name or descriptor.
 * Not:   the answers: fs/attr.c, fs/perm.c.
 * See:   stat(2), statx(2), statfs(2), access(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/task.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/prctl.h>
#include <vm/uaccess.h>

static long stat_path(const struct path *path, uptr_t ubuf)
{
	struct stat st = { 0 };
	const struct user_ns *ns = current_cred()->user_ns;
	int err = vfs_getattr(path, &st);

	st.st_uid = uid_shown(ns, st.st_uid);
	st.st_gid = gid_shown(ns, st.st_gid);
	return err ? err : copy_to_user(ubuf, &st, sizeof(st));
}

long sys_fstat(int fd, uptr_t ubuf)
{
	struct file *f;
	long ret = fd_to_any(fd, &f);

	if (ret)
		return ret;
	ret = stat_path(&f->path, ubuf);
	file_put(f);
	return ret;
}

/* A descriptor alone: no name, or an empty one. */
static bool names_descriptor(int dirfd, uptr_t uname)
{
	char first;

	if (dirfd < 0)
		return false;
	return !uname || (!copy_from_user(&first, uname, 1) && !first);
}

#define STAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | \
		    AT_STATX_SYNC_TYPE)

long sys_newfstatat(int dirfd, uptr_t uname, uptr_t ubuf, int flags)
{
	struct path path;
	long ret;

	if (flags == AT_EMPTY_PATH && names_descriptor(dirfd, uname))
		return sys_fstat(dirfd, ubuf);
	if (flags & ~STAT_FLAGS)
		return -EINVAL;
	ret = user_path_resolve(dirfd, uname, at_to_walk(flags), &path);
	if (ret)
		return ret;
	ret = stat_path(&path, ubuf);
	path_put(&path);
	return ret;
}

long sys_stat(uptr_t uname, uptr_t ubuf)
{
	return sys_newfstatat(AT_FDCWD, uname, ubuf, 0);
}

long sys_lstat(uptr_t uname, uptr_t ubuf)
{
	return sys_newfstatat(AT_FDCWD, uname, ubuf, AT_SYMLINK_NOFOLLOW);
}

static long statx_path(const struct path *path, u32 mask, uptr_t ubuf)
{
	struct statx st = { 0 };
	const struct user_ns *ns = current_cred()->user_ns;
	int err = vfs_statx(path, mask, &st);

	st.stx_uid = uid_shown(ns, st.stx_uid);
	st.stx_gid = gid_shown(ns, st.stx_gid);
	return err ? err : copy_to_user(ubuf, &st, sizeof(st));
}

static long statx_fd(int fd, u32 mask, uptr_t ubuf)
{
	struct file *f;
	long ret = fd_to_any(fd, &f);

	if (ret)
		return ret;
	ret = statx_path(&f->path, mask, ubuf);
	file_put(f);
	return ret;
}

long sys_statx(int dirfd, uptr_t uname, u32 flags, u32 mask, uptr_t ubuf)
{
	struct path path;
	long ret;

	if ((mask & STATX_RESERVED) || (flags & ~(u32)STAT_FLAGS) ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	if ((flags & AT_EMPTY_PATH) && names_descriptor(dirfd, uname))
		return statx_fd(dirfd, mask, ubuf);
	ret = user_path_resolve(dirfd, uname, at_to_walk((int)flags), &path);
	if (ret)
		return ret;
	ret = statx_path(&path, mask, ubuf);
	path_put(&path);
	return ret;
}

static long statfs_path(const struct path *path, uptr_t ubuf)
{
	struct statfs st;
	int err = vfs_statfs(path, &st);

	return err ? err : copy_to_user(ubuf, &st, sizeof(st));
}

long sys_statfs(uptr_t uname, uptr_t ubuf)
{
	struct path path;
	long ret = user_path_resolve(AT_FDCWD, uname, WALK_FOLLOW, &path);

	if (ret)
		return ret;
	ret = statfs_path(&path, ubuf);
	path_put(&path);
	return ret;
}

long sys_fstatfs(int fd, uptr_t ubuf)
{
	struct file *f;
	long ret = fd_to_any(fd, &f);

	if (ret)
		return ret;
	ret = statfs_path(&f->path, ubuf);
	file_put(f);
	return ret;
}

/*
 * access(2) asks for the real ids. Without SECBIT_NO_SETUID_FIXUP real root
 * has its permitted capabilities, everybody else none.
 */
static int access_cred(int flags, const struct cred **out)
{
	const struct cred *now = current_cred();
	bool fixup = !(now->securebits & SECBIT_NO_SETUID_FIXUP);
	bool root = now->uid == uid_to_global(now->user_ns, 0);
	u64 caps = root ? now->cap_permitted : 0;
	struct cred *c;

	if (!fixup)
		caps = now->cap_effective;
	if ((flags & AT_EACCESS) ||
	    (now->fsuid == now->uid && now->fsgid == now->gid &&
	     now->cap_effective == caps)) {
		*out = cred_get(now);
		return 0;
	}
	c = cred_copy(now);
	if (!c)
		return -ENOMEM;
	c->fsuid = c->uid;
	c->fsgid = c->gid;
	c->cap_effective = caps;
	*out = c;
	return 0;
}

static int access_as(const struct cred *cred, struct user_path *p, u32 mask)
{
	struct path path;
	int err;

	p->walk.cred = cred;
	err = path_walk(&p->walk, p->name, &path);
	if (err)
		return err;
	err = path_permission(&path, cred, mask);
	path_put(&path);
	return err;
}

long sys_faccessat2(int dirfd, uptr_t uname, int mode, int flags)
{
	const struct cred *cred;
	struct user_path p;
	int err;

	if ((mode & ~(R_OK | W_OK | X_OK)) ||
	    (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return -EINVAL;
	err = access_cred(flags, &cred);
	if (err)
		return err;
	err = user_path_begin(&p, dirfd, uname, at_to_walk(flags));
	if (!err) {
		err = access_as(cred, &p, (u32)mode);
		user_path_end(&p);
	}
	cred_put(cred);
	return err;
}

long sys_faccessat(int dirfd, uptr_t uname, int mode)
{
	return sys_faccessat2(dirfd, uname, mode, 0);
}

long sys_access(uptr_t uname, int mode)
{
	return sys_faccessat2(AT_FDCWD, uname, mode, 0);
}
