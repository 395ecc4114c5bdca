/*
 * kernel/sys/file_range.c - system calls on positions and ranges of files
 *
 * What:  lseek, copies from file to file, sizes, advice, synchronisation.
 * Not:   the work: fs/.
 * See:   lseek(2), sendfile(2), copy_file_range(2), truncate(2),
 *        fallocate(2), posix_fadvise(2), sync(2), fsync(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/iobuf.h>
#include <vm/uaccess.h>

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

static long send_files(struct file *out, struct file *in, off_t *pos,
		       size_t len)
{
	if (!(in->mode & FILE_READ))
		return -EBADF;
	if (pos && (in->mode & FILE_STREAM))
		return -ESPIPE;
	if (pos && *pos < 0)
		return -EINVAL;
	if (!(out->mode & FILE_WRITE))
		return -EBADF;
	return raise_broken_pipe(out, file_sendfile(out, in, pos, len));
}

static long sendfile_fds(int out_fd, int in_fd, off_t *pos, size_t len)
{
	struct file *in, *out;
	long ret = fd_to_file(in_fd, &in);

	if (ret)
		return ret;
	ret = fd_to_file(out_fd, &out);
	if (!ret) {
		ret = send_files(out, in, pos, min(len, (size_t)MAX_RW_COUNT));
		file_put(out);
	}
	file_put(in);
	return ret;
}

long sys_sendfile(int out_fd, int in_fd, uptr_t uoff, size_t len)
{
	u64 pos;
	off_t at;
	long ret;

	if (!uoff)
		return sendfile_fds(out_fd, in_fd, NULL, len);
	if (get_user_u64(&pos, uoff))
		return -EFAULT;
	at = (off_t)pos;
	ret = sendfile_fds(out_fd, in_fd, &at, len);
	return put_user_u64(uoff, (u64)at) ? -EFAULT : ret;
}

/* One copy_file_range: where it reads and writes. */
struct range_copy {
	struct file *in, *out;
	off_t in_pos, out_pos;
	size_t len;
};

static int check_copy_files(const struct range_copy *c)
{
	mode_t in = path_inode(&c->in->path)->mode;
	mode_t out = path_inode(&c->out->path)->mode;

	if (S_ISDIR(in) || S_ISDIR(out))
		return -EISDIR;
	if (!S_ISREG(in) || !S_ISREG(out))
		return -EINVAL;
	if (!(c->in->mode & FILE_READ) || !(c->out->mode & FILE_WRITE) ||
	    (READ_ONCE(c->out->flags) & O_APPEND))
		return -EBADF;
	return 0;
}

/* Cuts the length at the end of the source. */
static int check_copy_range(struct range_copy *c)
{
	struct inode *in = path_inode(&c->in->path);
	u64 size = READ_ONCE(in->size);
	off_t end;

	if (c->in_pos < 0 || c->out_pos < 0)
		return -EINVAL;
	if (add_overflow(c->in_pos, (off_t)c->len, &end) ||
	    add_overflow(c->out_pos, (off_t)c->len, &end))
		return -EOVERFLOW;
	c->len = (u64)c->in_pos >= size ? 0 :
		 min(c->len, size - (u64)c->in_pos);
	if (in == path_inode(&c->out->path) &&
	    (u64)c->out_pos + c->len > (u64)c->in_pos &&
	    (u64)c->out_pos < (u64)c->in_pos + c->len)
		return -EINVAL;
	return 0;
}

/* One step through @page. Return: bytes that arrived, 0 at the end. */
static ssize_t copy_step(struct range_copy *c, char *page, size_t done)
{
	size_t want = min(c->len - done, (size_t)PATH_MAX);
	struct iobuf buf;
	ssize_t n;

	n = file_read_kernel(c->in, page, want, c->in_pos + (off_t)done);
	if (n <= 0)
		return n;
	iobuf_kernel(&buf, page, (size_t)n);
	return file_pwrite(c->out, &buf, c->out_pos + (off_t)done);
}

static ssize_t copy_range(struct range_copy *c)
{
	char *page = name_alloc();
	size_t done = 0;
	ssize_t n = 0;

	if (!page)
		return -ENOMEM;
	while (done < c->len) {
		n = copy_step(c, page, done);
		if (n <= 0)
			break;
		done += (size_t)n;
		cond_resched();
		if (signal_pending()) {
			n = -EINTR;
			break;
		}
	}
	name_free(page);
	return done ? (ssize_t)done : n;
}

/* Positions come from user space or from the files, and go back there. */
static int get_pos(struct file *f, uptr_t uoff, off_t *pos)
{
	if (uoff)
		return get_user_u64((u64 *)pos, uoff);
	*pos = file_seek(f, 0, SEEK_CUR);
	return *pos < 0 ? (int)*pos : 0;
}

static int put_pos(struct file *f, uptr_t uoff, off_t pos)
{
	if (uoff)
		return put_user_u64(uoff, (u64)pos);
	pos = file_seek(f, pos, SEEK_SET);
	return pos < 0 ? (int)pos : 0;
}

static long copy_files(struct range_copy *c, uptr_t uin_off, uptr_t uout_off,
		       u32 flags)
{
	long err = get_pos(c->in, uin_off, &c->in_pos);
	ssize_t n;

	if (!err)
		err = get_pos(c->out, uout_off, &c->out_pos);
	if (!err && flags)
		err = -EINVAL;
	if (!err)
		err = check_copy_files(c);
	if (!err)
		err = check_copy_range(c);
	if (err || !c->len)
		return err;
	n = copy_range(c);
	if (n <= 0)
		return n;
	if (put_pos(c->in, uin_off, c->in_pos + n) ||
	    put_pos(c->out, uout_off, c->out_pos + n))
		return -EFAULT;
	return n;
}

long sys_copy_file_range(int in_fd, uptr_t uin_off, int out_fd,
			 uptr_t uout_off, size_t len, u32 flags)
{
	struct range_copy c = { .len = min(len, (size_t)MAX_RW_COUNT) };
	long ret = fd_to_file(in_fd, &c.in);

	if (ret)
		return ret;
	ret = fd_to_file(out_fd, &c.out);
	if (!ret) {
		ret = copy_files(&c, uin_off, uout_off, flags);
		file_put(c.out);
	}
	file_put(c.in);
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

/* All content is in memory: advice is checked and has no effect. */
long sys_fadvise64(int fd, off_t off UNUSED, off_t len, int advice)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	if (S_ISFIFO(path_inode(&f->path)->mode))
		err = -ESPIPE;
	else if (len < 0 || advice < POSIX_FADV_NORMAL ||
		 advice > POSIX_FADV_NOREUSE)
		err = -EINVAL;
	file_put(f);
	return err;
}

long sys_readahead(int fd, off_t off UNUSED, size_t len UNUSED)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	if (!(f->mode & FILE_READ))
		err = -EBADF;
	else if (!S_ISREG(path_inode(&f->path)->mode))
		err = -EINVAL;
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
