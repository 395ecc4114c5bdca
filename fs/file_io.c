/*
 * fs/file_io.c - calls on open files
 *
 * What:  the checks that read, write, lseek and their like have in common,
 *        then the operation of the type.
 * Locks: file->pos_lock around everything that uses the position.
 * See:   read(2), write(2), pread(2), lseek(2), sendfile(2), ioctl(2),
 *        fcntl(2), mmap(2), getdents(2), ftruncate(2), fallocate(2)
 */
#include <fs/file.h>

#include <fs/seq_buf.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <sched/sched.h>
#include <uapi/fcntl.h>
#include <uapi/ioctl.h>
#include <uapi/mman.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

#include "inode.h"
#include "lock.h"

static struct file_limit_hooks limit_hooks;

void file_set_limit_hooks(const struct file_limit_hooks *h)
{
	limit_hooks = *h;
}

size_t file_limit_write(u64 pos, size_t len)
{
	u64 limit = limit_hooks.fsize ? limit_hooks.fsize() : U64_MAX;

	if (likely(len <= limit && pos <= limit - len))
		return len;
	if (pos < limit)
		return limit - pos;
	limit_hooks.exceeded();
	return 0;
}

static int check_read(const struct file *f)
{
	if (!(f->mode & FILE_READ))
		return -EBADF;
	return f->ops->read ? 0 : -EINVAL;
}

static int check_write(const struct file *f)
{
	if (!(f->mode & FILE_WRITE))
		return -EBADF;
	return f->ops->write ? 0 : -EINVAL;
}

ssize_t file_read(struct file *f, struct iobuf *b)
{
	ssize_t n = check_read(f);

	return n ? n : file_read_checked(f, b);
}

ssize_t file_read_checked(struct file *f, struct iobuf *b)
{
	ssize_t n;

	if (f->mode & FILE_STREAM)
		return f->ops->read(f, b, NULL);
	if (f->mode & FILE_NO_LOCK_POS)
		return f->ops->read(f, b, &f->pos);
	mutex_lock(&f->pos_lock);
	n = f->ops->read(f, b, &f->pos);
	mutex_unlock(&f->pos_lock);
	return n;
}

ssize_t file_write(struct file *f, struct iobuf *b)
{
	ssize_t n = check_write(f);

	return n ? n : file_write_checked(f, b);
}

ssize_t file_write_checked(struct file *f, struct iobuf *b)
{
	ssize_t n;

	if (f->mode & FILE_STREAM)
		return f->ops->write(f, b, NULL);
	if (f->mode & FILE_NO_LOCK_POS)
		return f->ops->write(f, b, &f->pos);
	mutex_lock(&f->pos_lock);
	n = f->ops->write(f, b, &f->pos);
	mutex_unlock(&f->pos_lock);
	return n;
}

/* Reads and writes at a place of their own that still need their turn. */
static void turn_begin(struct file *f)
{
	if (f->mode & FILE_SERIAL)
		mutex_lock(&f->pos_lock);
}

static void turn_end(struct file *f)
{
	if (f->mode & FILE_SERIAL)
		mutex_unlock(&f->pos_lock);
}

ssize_t file_pread(struct file *f, struct iobuf *b, off_t pos)
{
	ssize_t n;

	if (pos < 0)
		return -EINVAL;
	if (f->mode & FILE_STREAM)
		return -ESPIPE;
	n = check_read(f);
	if (n)
		return n;
	turn_begin(f);
	n = f->ops->read(f, b, &pos);
	turn_end(f);
	return n;
}

ssize_t file_pwrite(struct file *f, struct iobuf *b, off_t pos)
{
	ssize_t n;

	if (pos < 0)
		return -EINVAL;
	if (f->mode & FILE_STREAM)
		return -ESPIPE;
	n = check_write(f);
	if (n)
		return n;
	turn_begin(f);
	n = f->ops->write(f, b, &pos);
	turn_end(f);
	return n;
}

ssize_t file_read_kernel(struct file *f, void *buf, size_t len, off_t pos)
{
	struct iobuf b;

	iobuf_kernel(&b, buf, len);
	return file_pread(f, &b, pos);
}

off_t generic_seek(struct file *f, off_t off, int whence)
{
	off_t base = 0;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = f->pos;
		break;
	case SEEK_END:
		base = (off_t)READ_ONCE(path_inode(&f->path)->size);
		break;
	default:
		return -EINVAL;
	}
	/* lseek(2) has EOVERFLOW for the first, and Linux has not. */
	if (add_overflow(base, off, &off) || off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

off_t noop_seek(struct file *f, off_t off, int whence)
{
	(void)off;
	(void)whence;
	return f->pos;
}

off_t file_seek(struct file *f, off_t off, int whence)
{
	off_t pos;

	if (whence < SEEK_SET || whence > SEEK_HOLE)
		return -EINVAL;
	if ((f->mode & FILE_STREAM) || !f->ops->seek)
		return -ESPIPE;
	mutex_lock(&f->pos_lock);
	pos = f->ops->seek(f, off, whence);
	mutex_unlock(&f->pos_lock);
	return pos;
}

#define SEND_PAGES_ORDER 4
#define SEND_BYTES (PAGE_SIZE << SEND_PAGES_ORDER)

/* One piece through @buf. Bytes that arrived; those that did not are not
 * taken from the position of @in. */
static ssize_t send_piece(struct file *out, struct file *in, off_t *pos,
			  struct iovec piece)
{
	struct iobuf b;
	ssize_t got;
	ssize_t sent;

	iobuf_kernel(&b, (void *)piece.iov_base, piece.iov_len);
	got = file_pread(in, &b, *pos);
	if (got <= 0)
		return got;
	iobuf_kernel(&b, (void *)piece.iov_base, (size_t)got);
	sent = file_write(out, &b);
	if (sent > 0)
		*pos += sent;
	return sent;
}

/* To a pipe O_APPEND means nothing. */
static bool appends(const struct file *f)
{
	return (READ_ONCE(f->flags) & O_APPEND) &&
	       !S_ISFIFO(path_inode(&f->path)->mode);
}

ssize_t file_sendfile(struct file *out, struct file *in, off_t *in_pos,
		      size_t len)
{
	struct page *pages;
	off_t pos;
	size_t done = 0;
	ssize_t n = 0;

	if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE))
		return -EBADF;
	if (in->mode & FILE_STREAM)
		return in_pos ? -ESPIPE : -EINVAL;
	if (appends(out) || S_ISDIR(path_inode(&in->path)->mode))
		return -EINVAL;
	pages = page_alloc(SEND_PAGES_ORDER, 0, PAGE_KERNEL);
	if (!pages)
		return -ENOMEM;
	pos = in_pos ? *in_pos : in->pos;
	while (done < len) {
		struct iovec piece = { .iov_base = (u64)page_to_virt(pages) };

		piece.iov_len = min(len - done, SEND_BYTES);
		n = send_piece(out, in, &pos, piece);
		if (n <= 0)
			break;
		done += (size_t)n;
		cond_resched();
	}
	page_free(pages, SEND_PAGES_ORDER);
	if (in_pos)
		*in_pos = pos;
	else
		in->pos = pos;
	return done ? (ssize_t)done : n;
}

int file_readdir(struct file *f, struct dir_context *c)
{
	struct inode *inode = path_inode(&f->path);
	int err;

	if (!f->ops->readdir)
		return -ENOTDIR;
	mutex_lock(&f->pos_lock);
	mutex_lock(&inode->lock);
	err = -ENOENT;
	if (!(inode->flags & INODE_DEAD)) {
		c->pos = f->pos;
		err = f->ops->readdir(f, c);
		f->pos = c->pos;
	}
	mutex_unlock(&inode->lock);
	mutex_unlock(&f->pos_lock);
	if (!err)
		path_touch_atime(&f->path);
	return err;
}

/* FIONREAD of a regular file: what is behind the position. */
static long ioctl_left(struct file *f, u64 arg)
{
	off_t left = (off_t)path_inode(&f->path)->size - f->pos;

	return put_user_u32(arg, (u32)left);
}

static long ioctl_set_flag(struct file *f, u64 arg, u32 flag)
{
	u32 flags = READ_ONCE(f->flags);
	u32 on;
	int err = get_user_u32(&on, arg);

	if (err)
		return err;
	if (flag == FASYNC && !f->ops->set_flags && !on != !(flags & FASYNC))
		return -ENOTTY;
	return file_set_flags(f, on ? flags | flag : flags & ~flag);
}

long file_ioctl(struct file *f, u32 cmd, u64 arg)
{
	struct inode *inode = path_inode(&f->path);
	bool regular = S_ISREG(inode->mode);
	long result = -ENOTTY;

	switch (cmd) {
	case FIONBIO:
		return ioctl_set_flag(f, arg, O_NONBLOCK);
	case FIOASYNC:
		return ioctl_set_flag(f, arg, FASYNC);
	case FIOQSIZE:
		if (!regular && !S_ISDIR(inode->mode) && !S_ISLNK(inode->mode))
			return -ENOTTY;
		return put_user_u64(arg, inode->size);
	case FIONREAD:
		if (regular)
			return ioctl_left(f, arg);
		break;
	default:
		break;
	}
	if (f->ops->ioctl)
		result = f->ops->ioctl(f, cmd, arg);
	return result == -ENOIOCTLCMD ? -ENOTTY : result;
}

#define SETTABLE_FLAGS (O_APPEND | O_NONBLOCK | FASYNC | O_DIRECT | O_NOATIME)

int file_set_flags(struct file *f, u32 flags)
{
	u32 old = READ_ONCE(f->flags);
	u32 new = (old & ~(u32)SETTABLE_FLAGS) | (flags & SETTABLE_FLAGS);
	int err = 0;

	if ((new & ~old & O_NOATIME) &&
	    !inode_owner_or_capable(path_inode(&f->path), f->cred))
		return -EPERM;
	if (f->ops->set_flags)
		err = f->ops->set_flags(f, new);
	if (!err)
		WRITE_ONCE(f->flags, new);
	return err;
}

u32 file_poll(struct file *f, struct poll_table *pt)
{
	if (!f->ops->poll)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return f->ops->poll(f, pt);
}

int file_fsync(struct file *f)
{
	return f->ops->fsync ? f->ops->fsync(f) : -EINVAL;
}

int file_truncate(struct file *f, u64 size)
{
	struct inode *inode = path_inode(&f->path);

	if (!S_ISREG(inode->mode) || !(f->mode & FILE_WRITE))
		return -EINVAL;
	return inode_truncate(inode, size, f->cred);
}

int file_fallocate(struct file *f, int mode, off_t off, off_t len)
{
	mode_t type = path_inode(&f->path)->mode;
	off_t end;

	if (off < 0 || len <= 0)
		return -EINVAL;
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE |
		     FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_ZERO_RANGE |
		     FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE))
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_PUNCH_HOLE) && !(mode & FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if (!(f->mode & FILE_WRITE))
		return -EBADF;
	if (S_ISFIFO(type))
		return -ESPIPE;
	if (S_ISDIR(type))
		return -EISDIR;
	if (!S_ISREG(type) && !S_ISBLK(type))
		return -ENODEV;
	if (add_overflow(off, len, &end))
		return -EFBIG;
	if (!f->ops->fallocate)
		return -EOPNOTSUPP;
	return f->ops->fallocate(f, mode, off, len);
}

static bool is_sealed_for_writing(struct file *f)
{
	int seals = file_get_seals ? file_get_seals(f) : 0;

	return seals > 0 && (seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE));
}

/* Seals come under the inode's lock, and not while something is counted. */
static bool count_writable(struct file *f, struct vm_object *obj)
{
	struct inode *inode = path_inode(&f->path);
	bool sealed;

	mutex_lock(&inode->lock);
	sealed = is_sealed_for_writing(f);
	if (!sealed)
		atomic_inc(&obj->writable_maps);
	mutex_unlock(&inode->lock);
	return !sealed;
}

/* A shared mapping of what is open for writing. */
static int map_writable(struct file *f, u64 prot, struct file_mmap_result *r)
{
	r->counted = r->object && count_writable(f, r->object);
	r->may_write = r->counted || !r->object;
	if (r->may_write || !(prot & PROT_WRITE))
		return 0;
	file_mmap_end(r);
	return -EPERM;
}

void file_mmap_end(struct file_mmap_result *r)
{
	if (r->counted)
		atomic_dec(&r->object->writable_maps);
	if (r->object)
		vm_object_put(r->object);
}

int file_mmap(struct file *f, u64 prot, u64 flags,
	      struct file_mmap_result *out)
{
	int err;
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;

	if (shared && (prot & PROT_WRITE) && !(f->mode & FILE_WRITE))
		return -EACCES;
	if (!(f->mode & FILE_READ))
		return -EACCES;
	if ((prot & PROT_EXEC) && path_noexec(&f->path))
		return -EPERM;
	if (!f->ops->mmap)
		return -ENODEV;
	*out = (struct file_mmap_result){ .may_write = !shared };
	err = f->ops->mmap(f, prot, flags, &out->object);
	if (err || !shared || !(f->mode & FILE_WRITE))
		return err;
	return map_writable(f, prot, out);
}

void file_show_fdinfo(struct file *f, bool cloexec, struct seq_buf *out)
{
	u32 flags = READ_ONCE(f->flags) | (cloexec ? O_CLOEXEC : 0);

	seq_printf(out, "pos:\t%ld\nflags:\t0%o\nmnt_id:\t%lu\nino:\t%lu\n",
		   f->pos, flags, path_mount_id(&f->path),
		   path_inode(&f->path)->ino);
	if (lock_show_fdinfo)
		lock_show_fdinfo(f, out);
	if (f->ops->show_fdinfo)
		f->ops->show_fdinfo(f, out);
}
