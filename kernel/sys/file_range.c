/*
 * kernel/sys/file_range.c - system calls on positions and ranges of files
 *
 * What:  lseek, sizes, synchronisation.
 * Not:   the work: fs/; copies (file_copy.c), advice (advice.c).
 * See:   lseek(2), truncate(2), fallocate(2), sync(2), fsync(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

long sys_lseek(int fd, off_t off, u32 whence)
{
	struct file *f;
	long ret = fd_to_file(fd, &f);

	if (ret)
		return ret;
	ret = whence > SEEK_HOLE ? -EINVAL : file_seek(f, off, (int)whence);
	file_put(f);
	return ret;
}

long sys_truncate(uptr_t uname, off_t len)
{
	struct path path;
	int err;

	if (len < 0)
		return -EINVAL;
	err = user_path_resolve(AT_FDCWD, uname, WALK_FOLLOW, &path);
	if (err)
		return err;
	err = vfs_truncate(&path, (u64)len, current_cred());
	path_put(&path);
	return err;
}

long sys_ftruncate(int fd, off_t len)
{
	struct file *f;
	int err;

	if (len < 0)
		return -EINVAL;
	err = fd_to_file(fd, &f);
	if (err)
		return err;
	err = file_truncate(f, (u64)len);
	file_put(f);
	return err;
}

long sys_fallocate(int fd, int mode, off_t off, off_t len)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	err = file_fallocate(f, mode, off, len);
	file_put(f);
	return err;
}

/* No file system here has anything that memory does not have. */
long sys_sync(void)
{
	return 0;
}

long sys_syncfs(int fd)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (!err)
		file_put(f);
	return err;
}

long sys_fsync(int fd)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	err = file_fsync(f);
	file_put(f);
	return err;
}

long sys_fdatasync(int fd)
{
	return sys_fsync(fd);
}

#define SYNC_RANGE_FLAGS (SYNC_FILE_RANGE_WAIT_BEFORE | \
			  SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER)

long sys_sync_file_range(int fd, off_t off, off_t len, u32 flags)
{
	struct file *f;
	off_t end;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	if ((flags & ~(u32)SYNC_RANGE_FLAGS) || off < 0 || len < 0 ||
	    add_overflow(off, len, &end))
		err = -EINVAL;
	else if (!S_ISREG(path_inode(&f->path)->mode) &&
		 !S_ISBLK(path_inode(&f->path)->mode) &&
		 !S_ISDIR(path_inode(&f->path)->mode) &&
		 !S_ISLNK(path_inode(&f->path)->mode))
		err = -ESPIPE;
	file_put(f);
	return err;
}
