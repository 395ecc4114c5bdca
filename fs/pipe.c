/*
 * fs/pipe.c - the content of pipes: read, write, poll, size
 *
 * What:  a ring of pages. A write adds pages, or appends to the last one where
 *        the rest of the data fits; a read takes from the first. So each byte
 *        is copied once in and once out, and a write of up to PIPE_BUF bytes,
 *        which needs one free slot at most, is never torn.
 * Locks: pipe->lock (RANK_MUTEX_PIPE), see pipe.h.
 * Not:   opening and closing, FIFOs by name (fifo.c). A broken pipe is -EPIPE
 *        here; SIGPIPE is the caller's.
 * See:   pipe(7), fcntl(2) F_SETPIPE_SZ
 */
#include "pipe.h"

#include <lib/string.h>
#include <mm/kmalloc.h>
#include <sched/sched.h>
#include <uapi/capability.h>
#include <uapi/fcntl.h>
#include <uapi/ioctl.h>
#include <vm/uaccess.h>

#include "fifo.h"

#define PIPE_MAX_SLOTS (1u << (31 - PAGE_SHIFT))

static u64 max_bytes = PIPE_MAX_BYTES_DEFAULT;	/* [a] of the unprivileged */

struct pipe *pipe_alloc(void)
{
	struct pipe *p = kzalloc(sizeof(*p));

	if (!p)
		return NULL;
	p->slots = kcalloc(PIPE_DEF_SLOTS, sizeof(p->slots[0]));
	if (!p->slots) {
		kfree(p);
		return NULL;
	}
	p->nslots = PIPE_DEF_SLOTS;
	mutex_init(&p->lock, "pipe", RANK_MUTEX_PIPE);
	wait_queue_init(&p->read_wait);
	wait_queue_init(&p->write_wait);
	list_init(&p->async);
	return p;
}

static struct pipe_slot *slot_at(struct pipe *p, u32 n)
{
	return &p->slots[n & (p->nslots - 1)];
}

void pipe_free(struct pipe *p)
{
	for (; p->tail != p->head; p->tail++)
		pipe_page_put(slot_at(p, p->tail)->page);
	if (p->spare)
		pipe_page_put(p->spare);
	kfree(p->slots);
	kfree(p);
}

/* Take bytes of the first slot. Return: bytes, 0 on a fault. */
static size_t take_first(struct pipe *p, struct iobuf *b, bool *packet_end)
{
	struct pipe_slot *s = slot_at(p, p->tail);
	size_t want = min(b->left, (size_t)s->len);
	size_t n;

	n = iobuf_put(b, s->page + s->off, want);
	s->off += (u32)n;
	s->len -= (u32)n;
	*packet_end = s->packet && n == want;
	/* The rest of a packet that did not fit is lost. */
	if (*packet_end)
		s->len = 0;
	if (!s->len) {
		if (p->spare || s->shared)
			pipe_page_put(s->page);
		else
			p->spare = s->page;
		WRITE_ONCE(p->tail, p->tail + 1);
	}
	return n;
}

/* Copy what there is. Bytes, or -EFAULT. */
static ssize_t read_available(struct pipe *p, struct iobuf *b)
{
	ssize_t done = 0;
	bool packet_end = false;

	while (b->left && pipe_used(p) && !packet_end) {
		size_t want = min(b->left,
				  (size_t)slot_at(p, p->tail)->len);
		size_t n = take_first(p, b, &packet_end);

		done += (ssize_t)n;
		if (n < want)
			return done ? done : -EFAULT;
	}
	return done;
}

static bool reader_may_go_on(const struct pipe *p)
{
	return !READ_ONCE(p->held) &&
	       (pipe_used(p) || !READ_ONCE(p->writers));
}

static bool writer_may_go_on(const struct pipe *p)
{
	return !pipe_is_full(p) || !READ_ONCE(p->readers);
}

int pipe_wait_data(struct pipe *p, bool nonblock)
{
	int err = 0;

	while (!err && (p->held || !pipe_used(p))) {
		if (!p->held && !p->writers)
			return 0;
		if (nonblock)
			return -EAGAIN;
		mutex_unlock(&p->lock);
		err = wait_event_interruptible(&p->read_wait,
					       reader_may_go_on(p));
		mutex_lock(&p->lock);
	}
	return err ? err : 1;
}

ssize_t pipe_read_as(struct file *f, struct iobuf *b, bool nonblock)
{
	struct pipe *p = f->private;
	bool was_full;
	ssize_t n = 0;
	int go;

	if (!b->left)
		return 0;
	mutex_lock(&p->lock);
	go = pipe_wait_data(p, nonblock);
	was_full = pipe_is_full(p);
	if (go > 0)
		n = read_available(p, b);
	mutex_unlock(&p->lock);
	if (was_full && n > 0)
		wait_queue_wake_sync(&p->write_wait, 1, POLLOUT | POLLWRNORM);
	file_async_notify(&p->async, FILE_ASYNC_OUT);
	if (n > 0)
		path_touch_atime(&f->path);
	return go < 0 ? go : n;
}

static ssize_t pipe_read(struct file *f, struct iobuf *b, off_t *pos)
{
	(void)pos;
	return pipe_read_as(f, b, READ_ONCE(f->flags) & O_NONBLOCK);
}

/* The end of the data that would fill no page goes behind what is there. */
static size_t append_to_last(struct pipe *p, struct iobuf *b)
{
	size_t tail = b->left & (PAGE_SIZE - 1);
	struct pipe_slot *s;
	size_t n;

	if (!tail || !pipe_used(p))
		return 0;
	s = slot_at(p, p->head - 1);
	if (s->packet || (s->shared & SHARED_TO) ||
	    s->off + s->len + tail > PAGE_SIZE)
		return 0;
	n = iobuf_take(b, s->page + s->off + s->len, tail);
	s->len += (u32)n;
	return n;
}

static char *page_new(void)
{
	struct page *page = page_alloc(0, 0, PAGE_KERNEL);

	return page ? page_to_virt(page) : NULL;
}

ssize_t pipe_append_page(struct pipe *p, struct iobuf *b, bool packet)
{
	char *page = p->spare ? p->spare : page_new();
	struct pipe_slot *s = slot_at(p, p->head);
	size_t n;

	if (!page)
		return -ENOMEM;
	p->spare = NULL;
	n = iobuf_take(b, page, min(b->left, PAGE_SIZE));
	if (!n) {
		p->spare = page;
		return -EFAULT;
	}
	s->page = page;
	s->off = 0;
	s->len = (u32)n;
	s->packet = packet;
	s->shared = 0;
	WRITE_ONCE(p->head, p->head + 1);
	return (ssize_t)n;
}

/* Tell readers that there is data, if any of them listens. */
void pipe_wake_readers(struct pipe *p)
{
	if (wait_queue_active(&p->read_wait))
		wait_queue_wake_sync(&p->read_wait, 1, POLLIN | POLLRDNORM);
	file_async_notify(&p->async, FILE_ASYNC_IN);
}

/* Lock held; readers are told what is there first. 0 or -errno. */
static int wait_for_room(struct pipe *p, bool nonblock)
{
	int err;

	if (nonblock)
		return -EAGAIN;
	mutex_unlock(&p->lock);
	pipe_wake_readers(p);
	err = wait_event_interruptible(&p->write_wait, writer_may_go_on(p));
	mutex_lock(&p->lock);
	return err;
}

int pipe_wait_room(struct pipe *p, bool nonblock)
{
	int err = 0;

	while (!err && p->readers && pipe_is_full(p))
		err = wait_for_room(p, nonblock);
	return !err && !p->readers ? -EPIPE : err;
}

/* The loop of write; lock held. Bytes or -errno. */
static ssize_t write_all(struct pipe *p, struct file *f, struct iobuf *b)
{
	bool packet = READ_ONCE(f->flags) & O_DIRECT;
	ssize_t done = 0;
	ssize_t n = 0;

	if (!p->readers)
		return -EPIPE;
	if (!packet)
		done = (ssize_t)append_to_last(p, b);
	while (b->left && n >= 0) {
		if (!p->readers) {
			n = -EPIPE;
		} else if (!pipe_is_full(p)) {
			n = pipe_append_page(p, b, packet);
			done += max(n, 0l);
		} else {
			n = wait_for_room(p, READ_ONCE(f->flags) & O_NONBLOCK);
		}
	}
	return done ? done : n;
}

static ssize_t pipe_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct pipe *p = f->private;
	ssize_t n;

	(void)pos;
	if (!b->left)
		return 0;
	mutex_lock(&p->lock);
	n = write_all(p, f, b);
	mutex_unlock(&p->lock);
	if (n <= 0)
		return n;
	pipe_wake_readers(p);
	inode_touch(path_inode(&f->path));
	return n;
}

static u32 pipe_poll(struct file *f, struct poll_table *pt)
{
	struct pipe *p = pipe_of_file(f);
	u32 events = 0;

	if (f->mode & FILE_READ)
		poll_wait(pt, f, &p->read_wait);
	if (f->mode & FILE_WRITE)
		poll_wait(pt, f, &p->write_wait);
	if (f->mode & FILE_READ) {
		if (pipe_used(p))
			events |= POLLIN | POLLRDNORM;
		/* No end of file before a writer was there since our open. */
		if (!READ_ONCE(p->writers) &&
		    f->type_data != READ_ONCE(p->writer_opens))
			events |= POLLHUP;
	}
	if (f->mode & FILE_WRITE) {
		if (!pipe_is_full(p))
			events |= POLLOUT | POLLWRNORM;
		if (!READ_ONCE(p->readers))
			events |= POLLERR;
	}
	return events;
}

static int pipe_set_flags(struct file *f, u32 flags)
{
	return file_async_set(f, &pipe_of_file(f)->async, flags);
}

static long pipe_ioctl(struct file *f, u32 cmd, u64 arg)
{
	struct pipe *p = pipe_of_file(f);
	u32 bytes = 0;

	if (cmd != FIONREAD)
		return -ENOTTY;
	mutex_lock(&p->lock);
	for (u32 n = p->tail; n != p->head; n++)
		bytes += slot_at(p, n)->len;
	mutex_unlock(&p->lock);
	return put_user_u32(arg, bytes);
}

u64 pipe_max_size(void)
{
	return READ_ONCE(max_bytes);
}

/* Pages, as a power of two, for @bytes; 0: too many. */
static u32 slots_for(u64 bytes)
{
	u64 pages = DIV_ROUND_UP(bytes, PAGE_SIZE);
	u32 n = 1;

	if (bytes > 1ul << 31)
		return 0;
	while (n < pages)
		n *= 2;
	return n <= PIPE_MAX_SLOTS ? n : 0;
}

int pipe_set_max_size(u64 bytes)
{
	u32 n = slots_for(bytes);

	if (!n)
		return -EINVAL;
	WRITE_ONCE(max_bytes, n * PAGE_SIZE);
	return 0;
}

/* Another ring with what is in this one; lock held. */
static int resize(struct pipe *p, u32 nslots)
{
	u32 used = pipe_used(p);
	struct pipe_slot *slots;

	if (nslots < used)
		return -EBUSY;
	slots = kcalloc(nslots, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (u32 i = 0; i < used; i++)
		slots[i] = *slot_at(p, p->tail + i);
	kfree(p->slots);
	p->slots = slots;
	WRITE_ONCE(p->nslots, nslots);
	WRITE_ONCE(p->tail, 0);
	WRITE_ONCE(p->head, used);
	return 0;
}

long pipe_set_size(struct file *f, u64 bytes, const struct cred *cred)
{
	struct pipe *p = pipe_of_file(f);
	u32 nslots = slots_for(bytes);
	int err = 0;

	if (!p)
		return -EBADF;
	if (!nslots)
		return -EINVAL;
	mutex_lock(&p->lock);
	if (nslots > p->nslots && nslots * PAGE_SIZE > pipe_max_size() &&
	    !cred_capable(cred, CAP_SYS_RESOURCE))
		err = -EPERM;
	else
		err = resize(p, nslots);
	mutex_unlock(&p->lock);
	if (err)
		return err;
	wait_queue_wake(&p->write_wait, 0, POLLOUT | POLLWRNORM);
	return (long)(nslots * PAGE_SIZE);
}

long pipe_get_size(struct file *f)
{
	struct pipe *p = pipe_of_file(f);

	return p ? (long)(READ_ONCE(p->nslots) * PAGE_SIZE) : -EBADF;
}

struct pipe *pipe_of_file(const struct file *f)
{
	return f->ops == &fifo_file_ops ? f->private : NULL;
}

const struct file_ops fifo_file_ops = {
	.open = pipe_open,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.set_flags = pipe_set_flags,
	.release = pipe_release,
};
