/*
 * kernel/sys/file_copy.c - from file to file
 *
 * What:  sendfile and copy_file_range. Optional: programs then read and write.
 * Not:   the work of sendfile: fs/file_io.c.
 * See:   sendfile(2), copy_file_range(2)
 */
#include "calls.h"

#include "path_util.h"
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/iobuf.h>
#include <vm/uaccess.h>

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
