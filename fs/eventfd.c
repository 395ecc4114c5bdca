/*
 * fs/eventfd.c - counters to wait for
 *
 * Locks: e->lock (RANK_POLL): the count. Nothing is copied under it.
 * Life:  the counter belongs to its one open file.
 * See:   eventfd(2)
 */
#include <fs/file.h>

#include <fs/seq_buf.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <sched/wait.h>
#include <uapi/eventfd.h>
#include <uapi/fcntl.h>

#define MAX_COUNT (U64_MAX - 1)

struct eventfd {
	struct spinlock lock;
	u64 count;			/* [lock] */
	bool semaphore;			/* [I] */
	struct wait_queue queue;	/* readers and writers */
};

/* Take the count, or one of it; false: it is 0. */
static bool take(struct eventfd *e, u64 *out)
{
	spin_lock(&e->lock);
	*out = e->semaphore ? min(e->count, 1ul) : e->count;
	e->count -= *out;
	spin_unlock(&e->lock);
	return *out;
}

static bool add(struct eventfd *e, u64 n)
{
	bool fits;

	spin_lock(&e->lock);
	fits = n <= MAX_COUNT - e->count;
	if (fits)
		e->count += n;
	spin_unlock(&e->lock);
	return fits;
}

static ssize_t eventfd_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct eventfd *e = f->private;
	u64 value;
	int err;

	(void)pos;
	if (b->left < sizeof(value))
		return -EINVAL;
	if (!take(e, &value)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&e->queue, take(e, &value));
		if (err)
			return err;
	}
	wait_queue_wake(&e->queue, 1, POLLOUT | POLLWRNORM);
	if (iobuf_put(b, &value, sizeof(value)) != sizeof(value))
		return -EFAULT;
	return sizeof(value);
}

static ssize_t eventfd_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct eventfd *e = f->private;
	u64 value;
	int err;

	(void)pos;
	if (b->left < sizeof(value))
		return -EINVAL;
	if (iobuf_take(b, &value, sizeof(value)) != sizeof(value))
		return -EFAULT;
	if (value == U64_MAX)
		return -EINVAL;
	if (!add(e, value)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&e->queue, add(e, value));
		if (err)
			return err;
	}
	wait_queue_wake(&e->queue, 1, POLLIN | POLLRDNORM);
	return sizeof(value);
}

static u32 eventfd_poll(struct file *f, struct poll_table *pt)
{
	struct eventfd *e = f->private;
	u64 count;
	u32 events = 0;

	poll_wait(pt, f, &e->queue);
	count = READ_ONCE(e->count);
	if (count)
		events |= POLLIN | POLLRDNORM;
	if (count == U64_MAX)
		events |= POLLERR;
	if (count < MAX_COUNT)
		events |= POLLOUT | POLLWRNORM;
	return events;
}

static void eventfd_release(struct file *f)
{
	kfree(f->private);
}

static void eventfd_show(struct file *f, struct seq_buf *out)
{
	const struct eventfd *e = f->private;

	seq_printf(out, "eventfd-count: %16lx\neventfd-semaphore: %d\n",
		   READ_ONCE(e->count), e->semaphore);
}

static const struct file_ops eventfd_ops = {
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.release = eventfd_release,
	.show_fdinfo = eventfd_show,
};

int eventfd_create(u32 count, u32 flags, struct file **out)
{
	struct eventfd *e;
	int err;

	if (flags & ~(u32)(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	e = kzalloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	spin_init(&e->lock, "eventfd", RANK_POLL);
	wait_queue_init(&e->queue);
	e->count = count;
	e->semaphore = flags & EFD_SEMAPHORE;
	err = file_create_anon("anon_inode:[eventfd]", &eventfd_ops,
			       O_RDWR | (flags & EFD_NONBLOCK), e, out);
	if (err)
		kfree(e);
	return err;
}
