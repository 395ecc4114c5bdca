/*
 * kernel/sys/file_io.c - system calls that read and write
 *
 * What:  user buffers, one or many, become a struct iobuf; SIGPIPE is raised
 *        here, because the file layer knows no signals.
 * Not:   the work: fs/.
 * See:   read(2), write(2), readv(2), pread(2), preadv2(2).
 */
#include "calls.h"

#include "path_util.h"

#include <mm/kmalloc.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include "user_vec.h"
#include <uapi/fcntl.h>
#include <uapi/limits.h>
#include <uapi/uio.h>
#include <vm/iobuf.h>
#include <vm/uaccess.h>

/* Counted for /proc/PID/io. */
static long io_read_done(long n)
{
	struct io_count *c = &current_task()->io;

	c->reads++;
	c->read_bytes += n > 0 ? (u64)n : 0;
	return n;
}

static long io_write_done(long n)
{
	struct io_count *c = &current_task()->io;

	c->writes++;
	c->written_bytes += n > 0 ? (u64)n : 0;
	return n;
}

static int vec_check(struct user_vec *v, u32 n)
{
	size_t total = 0;

	for (u32 i = 0; i < n; i++) {
		if ((s64)v->vec[i].iov_len < 0)
			return -EINVAL;
	}
	for (u32 i = 0; i < n; i++) {
		struct iovec *one = &v->vec[i];

		if (!user_range_ok(one->iov_base, one->iov_len))
			return -EFAULT;
		one->iov_len = min(one->iov_len, MAX_RW_COUNT - total);
		total += one->iov_len;
	}
	iobuf_user_vec(&v->buf, v->vec, n, total);
	return 0;
}

void user_vec_fini(struct user_vec *v)
{
	if (v->vec != v->fast)
		kfree(v->vec);
}

int user_vec_init(struct user_vec *v, uptr_t uvec, u64 n)
{
	int err;

	if (n > UIO_MAXIOV)
		return -EINVAL;
	v->vec = n <= UIO_FASTIOV ? v->fast : kcalloc(n, sizeof(*v->vec));
	if (!v->vec)
		return -ENOMEM;
	err = copy_from_user(v->vec, uvec, n * sizeof(*v->vec));
	if (!err)
		err = vec_check(v, (u32)n);
	if (err)
		user_vec_fini(v);
	return err;
}

static int check_readable(const struct file *f)
{
	if (!(f->mode & FILE_READ))
		return -EBADF;
	return f->ops->read ? 0 : -EINVAL;
}

static int check_writable(const struct file *f)
{
	if (!(f->mode & FILE_WRITE))
		return -EBADF;
	return f->ops->write ? 0 : -EINVAL;
}

long sys_read(int fd, uptr_t ubuf, size_t len)
{
	bool owned;
	struct file *f = fd_borrow(current_task()->files, fd, &owned);
	struct iobuf buf;
	long ret;

	if (!f)
		return -EBADF;
	ret = check_readable(f);
	if (!ret && !user_range_ok(ubuf, len))
		ret = -EFAULT;
	if (!ret) {
		iobuf_user(&buf, ubuf, min(len, (size_t)MAX_RW_COUNT));
		ret = io_read_done(file_read_checked(f, &buf));
	}
	if (owned)
		file_put(f);
	return ret;
}

long sys_write(int fd, uptr_t ubuf, size_t len)
{
	bool owned;
	struct file *f = fd_borrow(current_task()->files, fd, &owned);
	struct iobuf buf;
	long ret;

	if (!f)
		return -EBADF;
	ret = check_writable(f);
	if (!ret && !user_range_ok(ubuf, len))
		ret = -EFAULT;
	if (!ret) {
		iobuf_user(&buf, ubuf, min(len, (size_t)MAX_RW_COUNT));
		ret = io_write_done(file_write_checked(f, &buf));
		ret = raise_broken_pipe(f, ret);
	}
	if (owned)
		file_put(f);
	return ret;
}

/* A file for access at a position, with a reference. */
static int positioned_file(int fd, off_t pos, struct file **out)
{
	int err;

	if (pos < 0)
		return -EINVAL;
	err = fd_to_file(fd, out);
	if (!err && ((*out)->mode & FILE_STREAM)) {
		file_put(*out);
		err = -ESPIPE;
	}
	return err;
}

long sys_pread64(int fd, uptr_t ubuf, size_t len, off_t pos)
{
	struct iobuf buf;
	struct file *f;
	long ret = positioned_file(fd, pos, &f);

	if (ret)
		return ret;
	ret = check_readable(f);
	if (!ret && !user_range_ok(ubuf, len))
		ret = -EFAULT;
	if (!ret) {
		iobuf_user(&buf, ubuf, min(len, (size_t)MAX_RW_COUNT));
		ret = io_read_done(file_pread(f, &buf, pos));
	}
	file_put(f);
	return ret;
}

long sys_pwrite64(int fd, uptr_t ubuf, size_t len, off_t pos)
{
	struct iobuf buf;
	struct file *f;
	long ret = positioned_file(fd, pos, &f);

	if (ret)
		return ret;
	ret = check_writable(f);
	if (!ret && !user_range_ok(ubuf, len))
		ret = -EFAULT;
	if (!ret) {
		iobuf_user(&buf, ubuf, min(len, (size_t)MAX_RW_COUNT));
		ret = io_write_done(file_pwrite(f, &buf, pos));
		ret = raise_broken_pipe(f, ret);
	}
	file_put(f);
	return ret;
}

/* What readv and its relatives have in common. */
struct vec_call {
	uptr_t uvec;
	u64 nvec;
	bool write;
	bool at_pos;
	off_t pos;
	int flags;		/* RWF_* */
};

static long vec_move(struct file *f, const struct vec_call *c,
		     struct iobuf *buf)
{
	if (c->write)
		return io_write_done(c->at_pos ? file_pwrite(f, buf, c->pos) :
						 file_write(f, buf));
	return io_read_done(c->at_pos ? file_pread(f, buf, c->pos) :
					file_read(f, buf));
}

#define RWF_KNOWN (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND | \
		   RWF_NOAPPEND)

/* What cannot be had for this file is refused, as Linux does for files without
 * the ability. */
static int check_rwf(const struct file *f, const struct vec_call *c)
{
	if (c->flags & ~RWF_KNOWN)
		return -EOPNOTSUPP;
	if ((c->flags & RWF_APPEND) && (c->flags & RWF_NOAPPEND))
		return -EINVAL;
	if (!c->write)
		return 0;
	if ((c->flags & RWF_APPEND) && !(READ_ONCE(f->flags) & O_APPEND))
		return -EOPNOTSUPP;
	if ((c->flags & RWF_NOAPPEND) && (READ_ONCE(f->flags) & O_APPEND))
		return -EOPNOTSUPP;
	return 0;
}

static long vec_sync(struct file *f, const struct vec_call *c, long moved)
{
	int err = 0;

	if (moved > 0 && c->write && (c->flags & (RWF_DSYNC | RWF_SYNC)) &&
	    f->ops->fsync)
		err = file_fsync(f);
	return err ? err : moved;
}

static long vec_file(struct file *f, const struct vec_call *c)
{
	struct user_vec v;
	long ret = c->write ? check_writable(f) : check_readable(f);

	if (!ret)
		ret = user_vec_init(&v, c->uvec, c->nvec);
	if (ret)
		return ret;
	ret = check_rwf(f, c);
	if (!ret && v.buf.left)
		ret = vec_sync(f, c, vec_move(f, c, &v.buf));
	user_vec_fini(&v);
	return c->write ? raise_broken_pipe(f, ret) : ret;
}

static long vec_fd(int fd, const struct vec_call *c)
{
	struct file *f;
	long ret = c->at_pos ? positioned_file(fd, c->pos, &f) :
			       fd_to_file(fd, &f);

	if (ret)
		return ret;
	ret = vec_file(f, c);
	file_put(f);
	return ret;
}

long sys_readv(int fd, uptr_t uvec, u64 nvec)
{
	const struct vec_call c = { .uvec = uvec, .nvec = nvec };

	return vec_fd(fd, &c);
}

long sys_writev(int fd, uptr_t uvec, u64 nvec)
{
	const struct vec_call c = {
		.uvec = uvec, .nvec = nvec, .write = true,
	};

	return vec_fd(fd, &c);
}

/* The position is one register wide; the second one counts on 32-bit machines
 * only. */
long sys_preadv(int fd, uptr_t uvec, u64 nvec, u64 pos, u64 pos_high UNUSED)
{
	const struct vec_call c = {
		.uvec = uvec, .nvec = nvec, .at_pos = true, .pos = (off_t)pos,
	};

	return vec_fd(fd, &c);
}

long sys_pwritev(int fd, uptr_t uvec, u64 nvec, u64 pos, u64 pos_high UNUSED)
{
	const struct vec_call c = {
		.uvec = uvec, .nvec = nvec, .at_pos = true, .pos = (off_t)pos,
		.write = true,
	};

	return vec_fd(fd, &c);
}

/* Position -1: that of the file. */
long sys_preadv2(int fd, uptr_t uvec, u64 nvec, u64 pos, u64 pos_high UNUSED,
		 int flags)
{
	const struct vec_call c = {
		.uvec = uvec, .nvec = nvec, .at_pos = (off_t)pos != -1,
		.pos = (off_t)pos, .flags = flags,
	};

	return vec_fd(fd, &c);
}

long sys_pwritev2(int fd, uptr_t uvec, u64 nvec, u64 pos, u64 pos_high UNUSED,
		  int flags)
{
	const struct vec_call c = {
		.uvec = uvec, .nvec = nvec, .at_pos = (off_t)pos != -1,
		.pos = (off_t)pos, .flags = flags, .write = true,
	};

	return vec_fd(fd, &c);
}
