/*
 * kernel/sys/file_fd.c - system calls on descriptors
 *
 * What:  close, dup, ioctl, and reading directories.
 * Not:   fcntl (fcntl.c); the table of descriptors (fs/).
 * See:   close(2), close_range(2), dup(2), ioctl(2), getdents(2).
 */
#include "calls.h"

#include "path_util.h"

#include <fs/socket.h>

#include <lib/string.h>
#include <proc/lifecycle.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/ioctl.h>
#include <vm/uaccess.h>

long sys_close(int fd)
{
	int err = fd_close(current_task()->files, fd);

	/* The descriptor is gone: the call cannot be made again. */
	if (err <= -ERESTARTSYS && err >= -ERESTART_RESTARTBLOCK)
		return -EINTR;
	return err;
}

long sys_close_range(u32 first, u32 last, u32 flags)
{
	int err = 0;

	if (flags & ~(u32)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC))
		return -EINVAL;
	if (first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE)
		err = task_unshare ? task_unshare(CLONE_FILES) :
				     -EINVAL;
	if (err)
		return err;
	return fd_close_range(current_task()->files, first, last, flags);
}

long sys_dup(int fd)
{
	struct file *f;
	int err = fd_to_any(fd, &f);

	return err ? err : file_to_fd(f, false);
}

static long replace(int from, int to, bool cloexec)
{
	u64 limit = current_rlimit(RLIMIT_NOFILE);
	struct file *f;
	int err;

	if ((u32)to >= limit)
		return -EBADF;
	err = fd_to_any(from, &f);
	if (err)
		return err;
	err = fd_replace(current_task()->files, to, limit, f, cloexec);
	file_put(f);
	return err < 0 ? err : to;
}

long sys_dup2(int from, int to)
{
	struct file *f;
	int err;

	if (from != to)
		return replace(from, to, false);
	err = fd_to_any(from, &f);
	if (err)
		return err;
	file_put(f);
	return to;
}

long sys_dup3(int from, int to, int flags)
{
	if ((flags & ~O_CLOEXEC) || from == to)
		return -EINVAL;
	return replace(from, to, flags & O_CLOEXEC);
}

long sys_ioctl(int fd, u32 cmd, u64 arg)
{
	struct file *f;
	long ret = fd_to_file(fd, &f);

	if (ret)
		return ret;
	if (cmd == FIOCLEX || cmd == FIONCLEX)
		ret = fd_set_cloexec(current_task()->files, fd,
				     cmd == FIOCLEX);
	else if (cmd == FIOASYNC)
		WRITE_ONCE(f->async_fd, fd);
	if (cmd != FIOCLEX && cmd != FIONCLEX)
		ret = ioctl_is_owner(cmd) && ioctl_owner && file_is_socket &&
		      file_is_socket(f) ? ioctl_owner(f, cmd, arg) :
					  file_ioctl(f, cmd, arg);
	file_put(f);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}

/* A directory listing on its way to user memory. */
struct listing {
	struct dir_context c;
	uptr_t at;		/* next record */
	uptr_t last_off;	/* d_off of the record before; 0: none */
	size_t left;		/* bytes */
	bool old;		/* struct linux_dirent */
	int err;
};

/* The offset of a record is the cookie of the one after it. */
static bool finish_previous(struct listing *l)
{
	if (l->last_off && put_user_u64(l->last_off, (u64)l->c.pos)) {
		l->err = -EFAULT;
		return false;
	}
	return true;
}

struct record {
	union {
		struct linux_dirent64 d64;
		struct linux_dirent d;
		char bytes[ALIGN_UP(sizeof(struct linux_dirent64) +
				    NAME_MAX + 2, 8)];
	};
};

static size_t fill_record(struct record *r, const char *name, size_t len,
			  u32 type)
{
	size_t size = ALIGN_UP(offsetof(struct linux_dirent64, d_name) + len +
			       1, sizeof(u64));
	const u64 zeros = 0;

	/* The name ends in the last word. */
	__builtin_memcpy(&r->bytes[size - sizeof(zeros)], &zeros,
			 sizeof(zeros));
	r->d64.d_off = 0;
	r->d64.d_reclen = (u16)size;
	r->d64.d_type = (u8)type;
	memcpy(r->d64.d_name, name, len);
	return size;
}

/* The old record has its type in the last byte. */
static size_t fill_old_record(struct record *r, const char *name, size_t len,
			      u32 type)
{
	size_t size = ALIGN_UP(offsetof(struct linux_dirent, d_name) + len + 2,
			       sizeof(u64));

	memset(r, 0, size);
	r->d.d_reclen = (u16)size;
	memcpy(r->d.d_name, name, len);
	r->bytes[size - 1] = (char)type;
	return size;
}

static bool emit(struct dir_context *c, const char *name, size_t len, u64 ino,
		 u32 type)
{
	struct listing *l = container_of(c, struct listing, c);
	struct record r;
	size_t size;

	if (len > NAME_MAX || memchr(name, '/', len)) {
		l->err = -EIO;
		return false;
	}
	size = l->old ? fill_old_record(&r, name, len, type) :
			fill_record(&r, name, len, type);
	r.d64.d_ino = ino;
	if (size > l->left) {
		l->err = -EINVAL;	/* counts only for the first */
		return false;
	}
	if (!finish_previous(l))
		return false;
	if (copy_to_user(l->at, &r, size)) {
		l->err = -EFAULT;
		return false;
	}
	l->last_off = l->at + offsetof(struct linux_dirent64, d_off);
	l->at += size;
	l->left -= size;
	return true;
}

static long list_directory(int fd, struct listing *l)
{
	uptr_t start = l->at;
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	err = file_readdir(f, &l->c);
	if (!err)
		err = l->err;
	if (l->last_off)
		err = put_user_u64(l->last_off, (u64)l->c.pos);
	file_put(f);
	return err ? err : (long)(l->at - start);
}

long sys_getdents64(int fd, uptr_t buf, u32 len)
{
	struct listing l = { .c.emit = emit, .at = buf, .left = len };

	return list_directory(fd, &l);
}

long sys_getdents(int fd, uptr_t buf, u32 len)
{
	struct listing l = {
		.c.emit = emit, .at = buf, .left = len, .old = true,
	};

	return list_directory(fd, &l);
}
