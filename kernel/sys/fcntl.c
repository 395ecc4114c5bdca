/*
 * kernel/sys/fcntl.c - fcntl(2)
 *
 * What:  flags of descriptors and files.
 * Not:   record locks (lock.c), owners of O_ASYNC files (file_owner.c).
 * See:   fcntl(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

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
	return fcntl_owner ? fcntl_owner(f, cmd, arg) : -EINVAL;
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
