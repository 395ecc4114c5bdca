/*
 * fs/splice.c - data between pipes and files without user memory
 *
 * What:  from pipe to pipe pages move, or are shared (tee); between a pipe and
 *        a file each byte is copied once, from or to the pipe's pages.
 * Locks: both pipes' locks in the order of their addresses, for transfers
 *        between them. Files are read and written without a pipe's lock: what
 *        goes to a file stays in the pipe meanwhile, which is "held".
 * See:   splice(2), tee(2), vmsplice(2)
 */
#include <fs/splice.h>

#include <sched/sched.h>
#include <uapi/fcntl.h>

#include "pipe.h"

static struct pipe_slot *slot_at(struct pipe *p, u32 n)
{
	return &p->slots[n & (p->nslots - 1)];
}

static void lock_both(struct pipe *a, struct pipe *b)
{
	mutex_lock(a < b ? &a->lock : &b->lock);
	mutex_lock_nested(a < b ? &b->lock : &a->lock);
}

static void unlock_both(struct pipe *a, struct pipe *b)
{
	mutex_unlock(&a->lock);
	mutex_unlock(&b->lock);
}

static void wake_writers(struct pipe *p)
{
	wait_queue_wake(&p->write_wait, 1, POLLOUT | POLLWRNORM);
	file_async_notify(&p->async, FILE_ASYNC_OUT);
}

/* @n bytes of the first slot are gone. */
static void consume(struct pipe *p, u32 n)
{
	struct pipe_slot *s = slot_at(p, p->tail);

	s->off += n;
	s->len -= n;
	if (s->len)
		return;
	pipe_page_put(s->page);
	WRITE_ONCE(p->tail, p->tail + 1);
}

/* The first @len bytes of slot @from, at most all of it, are last in @out. */
static u32 share_slot(struct pipe *out, struct pipe_slot *from,
		      size_t len)
{
	struct pipe_slot *to = slot_at(out, out->head);

	*to = *from;
	to->len = (u32)min(len, (size_t)from->len);
	from->shared |= SHARED_FROM;
	to->shared = SHARED_TO;
	page_get(virt_to_page(to->page));
	WRITE_ONCE(out->head, out->head + 1);
	return to->len;
}

/* What goes without sleeping; both locked. */
static size_t transfer(struct pipe *in, struct pipe *out,
		       const struct splice_args *a)
{
	size_t done = 0;
	u32 at = in->tail;

	while (done < a->len && at != in->head && !pipe_is_full(out)) {
		u32 n = share_slot(out, slot_at(in, at), a->len - done);

		done += n;
		if (a->copy)
			at++;
		else
			consume(in, n);
		if (!a->copy)
			at = in->tail;
	}
	return done;
}

/* 1: there is something to take and room for it; 0: nothing will come. */
static int wait_for_both(struct pipe *in, struct pipe *out, bool nonblock)
{
	int go;

	mutex_lock(&in->lock);
	go = pipe_wait_data(in, nonblock);
	mutex_unlock(&in->lock);
	if (go <= 0)
		return go;
	mutex_lock(&out->lock);
	go = pipe_wait_room(out, nonblock);
	mutex_unlock(&out->lock);
	return go ? go : 1;
}

static ssize_t between_pipes(struct pipe *in, struct pipe *out,
			     const struct splice_args *a)
{
	size_t n = 0;

	while (!n) {
		int go = wait_for_both(in, out, a->nonblock);

		if (go <= 0)
			return go;
		lock_both(in, out);
		if (out->readers && !in->held)
			n = transfer(in, out, a);
		unlock_both(in, out);
	}
	pipe_wake_readers(out);
	if (!a->copy)
		wake_writers(in);
	return (ssize_t)n;
}

static ssize_t read_at(struct file *f, struct iobuf *b, off_t *pos)
{
	ssize_t n = pos ? file_pread(f, b, *pos) : file_read(f, b);

	if (n > 0 && pos)
		*pos += n;
	return n;
}

static ssize_t write_at(struct file *f, struct iobuf *b, off_t *pos)
{
	ssize_t n = pos ? file_pwrite(f, b, *pos) : file_write(f, b);

	if (n > 0 && pos)
		*pos += n;
	return n;
}

/* The page, whose reference passes, with @len bytes becomes the last one. */
static int push(struct pipe *p, struct page *page, u32 len, bool nonblock)
{
	struct pipe_slot *s;
	int err;

	mutex_lock(&p->lock);
	err = pipe_wait_room(p, nonblock);
	if (!err) {
		s = slot_at(p, p->head);
		*s = (struct pipe_slot){ .page = page_to_virt(page),
					 .len = len };
		WRITE_ONCE(p->head, p->head + 1);
	}
	mutex_unlock(&p->lock);
	if (err)
		page_put(page);
	return err;
}

/* One page of @f. There was room, which others may take: then wait. */
static ssize_t page_from_file(struct file *f, struct pipe *p,
			      const struct splice_args *a, size_t len)
{
	struct page *page = page_alloc(0, 0, PAGE_KERNEL);
	struct iobuf b;
	ssize_t n;
	int err;

	if (!page)
		return -ENOMEM;
	iobuf_kernel(&b, page_to_virt(page), min(len, PAGE_SIZE));
	n = read_at(f, &b, a->in_pos);
	if (n <= 0) {
		page_put(page);
		return n;
	}
	err = push(p, page, (u32)n, false);
	return err ? err : n;
}

static int wait_room(struct pipe *p, bool nonblock)
{
	int err;

	mutex_lock(&p->lock);
	err = pipe_wait_room(p, nonblock);
	mutex_unlock(&p->lock);
	return err;
}

/* As much as is there and has room; a stream only once, for it may sleep. */
static ssize_t from_file(struct file *f, struct pipe *p,
			 const struct splice_args *a)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < a->len) {
		size_t want = min(a->len - done, PAGE_SIZE);
		int err = wait_room(p, a->nonblock || done);

		if (err)
			return done ? (ssize_t)done : err;
		n = page_from_file(f, p, a, want);
		if (n > 0)
			done += (size_t)n;
		if (n < (ssize_t)want || (f->mode & FILE_STREAM))
			break;
		cond_resched();
	}
	if (done)
		pipe_wake_readers(p);
	return done ? (ssize_t)done : n;
}

/* The first page goes to @f; held, and locked, but not while it writes. */
static ssize_t page_to_file(struct pipe *p, struct file *f,
			    const struct splice_args *a, size_t len)
{
	struct pipe_slot s = *slot_at(p, p->tail);
	struct iobuf b;
	ssize_t n;

	mutex_unlock(&p->lock);
	iobuf_kernel(&b, s.page + s.off, min(len, (size_t)s.len));
	n = write_at(f, &b, a->out_pos);
	mutex_lock(&p->lock);
	if (n > 0)
		consume(p, (u32)n);
	return n;
}

static ssize_t to_file(struct pipe *p, struct file *f,
		       const struct splice_args *a)
{
	size_t done = 0;
	ssize_t n;

	mutex_lock(&p->lock);
	n = pipe_wait_data(p, a->nonblock);
	if (n <= 0) {
		mutex_unlock(&p->lock);
		return n;
	}
	p->held = true;
	while (n > 0 && done < a->len && pipe_used(p)) {
		n = page_to_file(p, f, a, a->len - done);
		done += n > 0 ? (size_t)n : 0;
		cond_resched();
	}
	p->held = false;
	mutex_unlock(&p->lock);
	wake_all(&p->read_wait);
	wake_writers(p);
	return done ? (ssize_t)done : n;
}

/* Source: splice(2), ERRORS, in Linux's order. */
static ssize_t check_positions(const struct pipe *in, const struct pipe *out,
			       const struct splice_args *a)
{
	if ((in && a->in_pos) || (out && a->out_pos))
		return -ESPIPE;
	if (!in && !out)
		return -EINVAL;
	if (in && out)
		return in == out ? -EINVAL : 0;
	if (in && a->out_pos && (a->out->mode & FILE_STREAM))
		return -EINVAL;
	if (out && a->in_pos && (a->in->mode & FILE_STREAM))
		return -EINVAL;
	if (in && (READ_ONCE(a->out->flags) & O_APPEND))
		return -EINVAL;
	return 0;
}

ssize_t file_splice(struct splice_args *a)
{
	struct pipe *in = pipe_of_file(a->in);
	struct pipe *out = pipe_of_file(a->out);
	ssize_t err;

	if (!(a->in->mode & FILE_READ) || !(a->out->mode & FILE_WRITE))
		return -EBADF;
	if (a->copy && (!in || !out))
		return -EINVAL;
	err = check_positions(in, out, a);
	if (err)
		return err;
	if (in)
		a->nonblock |= !!(READ_ONCE(a->in->flags) & O_NONBLOCK);
	if (out)
		a->nonblock |= !!(READ_ONCE(a->out->flags) & O_NONBLOCK);
	if (in && out)
		return between_pipes(in, out, a);
	return in ? to_file(in, a->out, a) : from_file(a->in, out, a);
}

static ssize_t take_user(struct pipe *p, struct iobuf *b, bool nonblock)
{
	ssize_t done = 0, n;

	mutex_lock(&p->lock);
	n = pipe_wait_room(p, nonblock);
	while (!n && b->left && !pipe_is_full(p)) {
		ssize_t got = pipe_append_page(p, b, false);

		if (got > 0)
			done += got;
		else
			n = got;
	}
	mutex_unlock(&p->lock);
	if (done)
		pipe_wake_readers(p);
	return done ? done : n;
}

ssize_t file_vmsplice(struct file *f, struct iobuf *b, bool nonblock)
{
	struct pipe *p = pipe_of_file(f);

	if (!p)
		return -EBADF;
	nonblock |= !!(READ_ONCE(f->flags) & O_NONBLOCK);
	if (!b->left)
		return 0;
	return f->mode & FILE_WRITE ? take_user(p, b, nonblock) :
	       pipe_read_as(f, b, nonblock);
}
