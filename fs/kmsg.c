/*
 * fs/kmsg.c - /dev/kmsg: the kernel log as records
 *
 * What:  each read gives one record, "level,number,microseconds,-;text"; a
 *        write adds a line to the log.
 * Locks: the reader's cursor: k->lock (RANK_MUTEX_SMALL). Logging must work in
 *        any context and so wakes nobody: while somebody waits, a timer looks
 *        for new lines. watching is atomic.
 * See:   /dev/kmsg in the documentation of the Linux ABI, syslog(2)
 */
#include <fs/file.h>

#include <core/panic.h>
#include <core/printk.h>
#include <core/start_call.h>
#include <lib/ctype.h>
#include <lib/format.h>
#include <mm/kmalloc.h>
#include <sched/mutex.h>
#include <sched/timer.h>
#include <uapi/fcntl.h>
#include <uapi/kdev.h>

#include "file_internal.h"

#define MINOR_KMSG 11
#define HEADER_MAX 64
/* Longest text a write may have. */
#define WRITE_MAX 1024
/* How often the timer looks for new lines while somebody waits. */
#define LOOK_AGAIN_NS (100 * NSEC_PER_MSEC)

struct kmsg_reader {
	struct mutex lock;
	u64 pos;			/* [lock] */
	struct log_record record;	/* [lock] */
	char line[HEADER_MAX + LOG_LINE_MAX];	/* [lock] */
};

static struct wait_queue waiters = WAIT_QUEUE_INIT(waiters);
static struct timer watch_timer;
static u32 watching;			/* [a] the timer is armed or running */
static u64 seen;			/* [watching] log_end, at a look */

static void watch_on(void)
{
	timer_set(&watch_timer, clock_now_ns() + LOOK_AGAIN_NS);
}

/* Somebody is going to wait. */
static void watch_begin(void)
{
	if (cas(&watching, 0u, 1u))
		watch_on();
}

static void watch_look(struct timer *t)
{
	(void)t;
	if (log_end() != seen) {
		seen = log_end();
		wait_queue_wake(&waiters, 1, POLLIN | POLLRDNORM);
	}
	if (wait_queue_active(&waiters)) {
		watch_on();
		return;
	}
	store_release(&watching, 0u);
	/* A waiter that came before the store found the timer armed. */
	if (wait_queue_active(&waiters))
		watch_begin();
}

static int kmsg_open(struct inode *inode, struct file *f)
{
	struct kmsg_reader *k;

	(void)inode;
	if ((f->mode & FILE_READ) && !cred_capable(f->cred, CAP_SYSLOG) &&
	    !cred_capable(f->cred, CAP_SYS_ADMIN))
		return -EPERM;
	k = kmalloc(sizeof(*k));
	if (!k)
		return -ENOMEM;
	mutex_init(&k->lock, "kmsg", RANK_MUTEX_SMALL);
	k->pos = 0;
	f->private = k;
	f->mode |= FILE_SERIAL;
	return 0;
}

static void kmsg_release(struct file *f)
{
	kfree(f->private);
}

/* The next record as a line; 0: none. -EPIPE: some were overwritten. */
static ssize_t next_line(struct kmsg_reader *k)
{
	struct log_record *r = &k->record;
	bool skipped;
	int n;

	if (!log_read_record(&k->pos, r, &skipped))
		return 0;
	if (skipped)
		return -EPIPE;
	n = scnprintf(k->line, sizeof(k->line), "%u,%lu,%lu,-;%.*s\n",
		      r->level, r->seq, r->time_ns / NSEC_PER_USEC,
		      (int)r->len, r->text);
	return n;
}

/* One record; the cursor stays when it does not fit. */
static ssize_t read_record(struct kmsg_reader *k, struct iobuf *b)
{
	u64 before;
	ssize_t n;

	mutex_lock(&k->lock);
	before = k->pos;
	n = next_line(k);
	if (n > 0 && (size_t)n > b->left) {
		k->pos = before;
		n = -EINVAL;
	}
	mutex_unlock(&k->lock);
	return n;
}

static ssize_t kmsg_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct kmsg_reader *k = f->private;
	ssize_t n;
	int err;

	(void)pos;
	while ((n = read_record(k, b)) == 0) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		watch_begin();
		err = wait_event_interruptible(&waiters,
					       k->pos < log_end());
		if (err)
			return err;
	}
	if (n > 0 && iobuf_put(b, k->line, (size_t)n) != (size_t)n)
		return -EFAULT;
	return n;
}

/* "<N>" in front of the text; its level, and where the text begins. */
static enum log_level cut_level(const char **text)
{
	const char *s = *text;
	u32 n = 0;

	if (*s != '<')
		return LOG_NOTICE;
	for (s++; char_is_digit(*s) && n < 1000; s++)
		n = n * 10 + (u32)(*s - '0');
	if (*s != '>')
		return LOG_NOTICE;
	*text = s + 1;
	return (enum log_level)(n & 7);
}

static ssize_t kmsg_write(struct file *f, struct iobuf *b, off_t *pos)
{
	ssize_t len = (ssize_t)b->left;
	const char *text;
	char *buf;

	(void)f;
	(void)pos;
	if (len > WRITE_MAX)
		return -EINVAL;
	buf = kmalloc(WRITE_MAX + 1);
	if (!buf)
		return -ENOMEM;
	if (iobuf_take(b, buf, (size_t)len) == (size_t)len) {
		enum log_level level;

		buf[len] = '\0';
		text = buf;
		level = cut_level(&text);
		printk(level, "%s", text);
	} else {
		len = -EFAULT;
	}
	kfree(buf);
	return len;
}

static off_t kmsg_seek(struct file *f, off_t off, int whence)
{
	struct kmsg_reader *k = f->private;

	if (off)
		return -ESPIPE;
	mutex_lock(&k->lock);
	switch (whence) {
	case SEEK_SET:
	case SEEK_DATA:
		k->pos = 0;
		break;
	case SEEK_END:
		k->pos = log_end();
		break;
	default:
		mutex_unlock(&k->lock);
		return -EINVAL;
	}
	mutex_unlock(&k->lock);
	return 0;
}

static u32 kmsg_poll(struct file *f, struct poll_table *pt)
{
	struct kmsg_reader *k = f->private;
	u32 events = POLLOUT | POLLWRNORM;

	poll_wait(pt, f, &waiters);
	watch_begin();
	if (READ_ONCE(k->pos) < log_end())
		events |= POLLIN | POLLRDNORM;
	return events;
}

static const struct file_ops kmsg_ops = {
	.open = kmsg_open,
	.read = kmsg_read,
	.write = kmsg_write,
	.seek = kmsg_seek,
	.poll = kmsg_poll,
	.release = kmsg_release,
};

static void kmsg_start(void)
{
	timer_init(&watch_timer, watch_look);
	if (chardev_register(MEM_MAJOR, MINOR_KMSG, "mem", &kmsg_ops))
		panic("vfs: cannot register /dev/kmsg");
}
START_CALL(kmsg_start);
