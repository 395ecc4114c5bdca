/*
 * kernel/sys/file_attr.c - system calls that change modes, owners and times
 *
 * What:  each becomes one struct attr_change, by name or descriptor.
 * Not:   who may: fs/attr.c.
 * See:   chmod(2), chown(2), utimensat(2), utime(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/task.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/uaccess.h>

#define KEEP U32_MAX		/* -1: leave this id alone */

/* No mask: what was asked for makes no sense. */
static long change_name(int dirfd, uptr_t uname, int at_flags,
			const struct attr_change *c)
{
	struct path path;
	int err = user_path_resolve(dirfd, uname, at_to_walk(at_flags), &path);

	if (err)
		return err;
	err = c->mask ? vfs_setattr(&path, c, current_cred()) : -EINVAL;
	path_put(&path);
	return err;
}

static long change_fd(int fd, const struct attr_change *c)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	err = c->mask ? vfs_setattr(&f->path, c, current_cred()) : -EINVAL;
	file_put(f);
	return err;
}

long sys_fchmodat2(int dirfd, uptr_t uname, mode_t mode, u32 flags)
{
	const struct attr_change c = {
		.mask = ATTR_MODE, .mode = mode & S_IALLUGO,
	};

	if (flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return change_name(dirfd, uname, (int)flags, &c);
}

long sys_fchmodat(int dirfd, uptr_t uname, mode_t mode)
{
	return sys_fchmodat2(dirfd, uname, mode, 0);
}

long sys_chmod(uptr_t uname, mode_t mode)
{
	return sys_fchmodat2(AT_FDCWD, uname, mode, 0);
}

long sys_fchmod(int fd, mode_t mode)
{
	const struct attr_change c = {
		.mask = ATTR_MODE, .mode = mode & S_IALLUGO,
	};

	return change_fd(fd, &c);
}

/* An id that means nothing here is refused once the file is known. */
static void owner_from_user(struct attr_change *c, uid_t uid, gid_t gid)
{
	const struct user_ns *ns = current_cred()->user_ns;

	c->mask = ATTR_OWNER;
	c->uid = uid_to_global(ns, uid);
	c->gid = gid_to_global(ns, gid);
	if ((uid != KEEP && c->uid == ID_INVALID) ||
	    (gid != KEEP && c->gid == ID_INVALID))
		c->mask = 0;
}

long sys_fchownat(int dirfd, uptr_t uname, uid_t uid, gid_t gid, int flags)
{
	struct attr_change c = { 0 };

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	owner_from_user(&c, uid, gid);
	return change_name(dirfd, uname, flags, &c);
}

long sys_chown(uptr_t uname, uid_t uid, gid_t gid)
{
	return sys_fchownat(AT_FDCWD, uname, uid, gid, 0);
}

long sys_lchown(uptr_t uname, uid_t uid, gid_t gid)
{
	return sys_fchownat(AT_FDCWD, uname, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(int fd, uid_t uid, gid_t gid)
{
	struct attr_change c = { 0 };

	owner_from_user(&c, uid, gid);
	return change_fd(fd, &c);
}

static const struct attr_change touch = { .mask = ATTR_ATIME | ATTR_MTIME };

/* UTIME_NOW and UTIME_OMIT; both now is a touch, both omitted nothing. */
static u32 time_bits(const struct timespec *ts, u32 now, u32 set)
{
	if (ts->tv_nsec == UTIME_OMIT)
		return 0;
	return ts->tv_nsec == UTIME_NOW ? now : now | set;
}

static bool time_valid(const struct timespec *ts)
{
	if (ts->tv_nsec == UTIME_NOW || ts->tv_nsec == UTIME_OMIT)
		return true;
	return ts->tv_nsec >= 0 && ts->tv_nsec < NSEC_PER_SEC;
}

static int times_to_change(const struct timespec ts[2], struct attr_change *c)
{
	if (!time_valid(&ts[0]) || !time_valid(&ts[1]))
		return -EINVAL;
	*c = (struct attr_change){
		.mask = time_bits(&ts[0], ATTR_ATIME, ATTR_ATIME_SET) |
			time_bits(&ts[1], ATTR_MTIME, ATTR_MTIME_SET),
		.atime = ts[0],
		.mtime = ts[1],
	};
	return 0;
}

/* No name: the descriptor itself. */
static long change_times(int dirfd, uptr_t uname, int flags,
			 const struct attr_change *c)
{
	if (!uname && dirfd != AT_FDCWD) {
		if (flags)
			return -EINVAL;
		return change_fd(dirfd, c);
	}
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return change_name(dirfd, uname, flags, c);
}

long sys_utimensat(int dirfd, uptr_t uname, uptr_t utimes, int flags)
{
	struct attr_change c = touch;
	struct timespec ts[2];
	int err;

	if (utimes) {
		if (copy_from_user(ts, utimes, sizeof(ts)))
			return -EFAULT;
		/* Nothing to change: not even the name is looked at. */
		if (ts[0].tv_nsec == UTIME_OMIT && ts[1].tv_nsec == UTIME_OMIT)
			return 0;
		err = times_to_change(ts, &c);
		if (err)
			return err;
	}
	return change_times(dirfd, uname, flags, &c);
}

long sys_futimesat(int dirfd, uptr_t uname, uptr_t utimes)
{
	struct attr_change c = touch;
	struct timeval tv[2];
	struct timespec ts[2];
	int err;

	if (utimes) {
		if (copy_from_user(tv, utimes, sizeof(tv)))
			return -EFAULT;
		for (u32 i = 0; i < 2; i++) {
			if (tv[i].tv_usec < 0 || tv[i].tv_usec >= USEC_PER_SEC)
				return -EINVAL;
			ts[i].tv_sec = tv[i].tv_sec;
			ts[i].tv_nsec = tv[i].tv_usec * NSEC_PER_USEC;
		}
		err = times_to_change(ts, &c);
		if (err)
			return err;
	}
	return change_times(dirfd, uname, 0, &c);
}

long sys_utimes(uptr_t uname, uptr_t utimes)
{
	return sys_futimesat(AT_FDCWD, uname, utimes);
}

/* struct utimbuf: two seconds. */
long sys_utime(uptr_t uname, uptr_t utimes)
{
	struct attr_change c = touch;
	struct timespec ts[2] = { { 0, 0 }, { 0, 0 } };
	s64 sec[2];

	if (utimes) {
		if (copy_from_user(sec, utimes, sizeof(sec)))
			return -EFAULT;
		ts[0].tv_sec = sec[0];
		ts[1].tv_sec = sec[1];
		if (times_to_change(ts, &c))
			return -EINVAL;
	}
	return change_times(AT_FDCWD, uname, 0, &c);
}
