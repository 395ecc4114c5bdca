/*
 * drivers/tty.c - terminals as files
 *
 * What:  open, read, write, poll, hang-up; /dev/tty and /dev/console; the
 *        thread that takes a device's characters through the line discipline,
 *        because a group may not be signalled from interrupts.
 * Locks: tty->lock; tty->session_lock for the session pointer; ttys_mutex for
 *        the list of all.
 * Life:  a file opened before a hang-up is dead: reads give the end of file,
 *        writes EIO. It is told by the count of hang-ups at its open. Only
 *        /dev/console outlives them all.
 * Not:   editing (tty_line.c), echo (tty_output.c), ioctls (tty_ioctl.c).
 * See:   tty(4), console(4), termios(3).
 */
#include "tty_private.h"

#include <core/assert.h>
#include <fs/file.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/kdev.h>
#include <uapi/poll.h>

#define READ_CHUNK 256u
#define WRITE_CHUNK 256u
#define VTIME_NS (100 * (u64)NSEC_PER_MSEC)	/* termios(3): deciseconds */

/* In place of a count, for a file that no hang-up ends. */
#define NEVER_DEAD U32_MAX

static struct tty *console_tty;		/* [I] after boot */
static const struct file_ops tty_file_ops;

struct tty *tty_get(struct tty *tty)
{
	refcount_get(&tty->refs);
	return tty;
}

void tty_put(struct tty *tty)
{
	if (refcount_put(&tty->refs))
		panic("tty: %s lost its last reference", tty->name);
}

struct tty *tty_of_file(const struct file *f)
{
	return f->private;
}

bool tty_file_dead(const struct file *f)
{
	const struct tty *tty = f->private;

	return f->type_data != NEVER_DEAD &&
	       f->type_data != READ_ONCE(tty->hangups);
}

bool tty_is_mine(struct tty *tty)
{
	struct tty *mine = session_current_tty();

	if (mine)
		tty_put(mine);
	return mine == tty;
}

/* The tty's thread: raw characters become lines, echo and signals. */
static void tty_thread(void *arg)
{
	struct tty *tty = arg;
	u8 c;

	for (;;) {
		wait_event(&tty->raw_wait, ring_used(&tty->raw) > 0 ||
						   READ_ONCE(tty->broken));
		mutex_lock(&tty->lock);
		while (ring_get(&tty->raw, &c))
			tty_line_input(tty, c);
		if (__atomic_exchange_n(&tty->broken, 0u, __ATOMIC_ACQ_REL))
			tty_line_break(tty);
		mutex_unlock(&tty->lock);
		cond_resched();
	}
}

void tty_input(struct tty *tty, const u8 *data, u32 len)
{
	ring_write(&tty->raw, data, len);
	wait_queue_wake(&tty->raw_wait, 0, 0);
}

void tty_break(struct tty *tty)
{
	WRITE_ONCE(tty->broken, 1);
	wait_queue_wake(&tty->raw_wait, 0, 0);
}

void tty_output_ready(struct tty *tty)
{
	if (wait_queue_active(&tty->write_wait))
		wait_queue_wake(&tty->write_wait, 1, POLLOUT | POLLWRNORM);
}

void tty_hangup(struct tty *tty)
{
	struct session *s;

	mutex_lock(&tty->lock);
	WRITE_ONCE(tty->hangups, tty->hangups + 1);
	tty_line_flush(tty);
	tty->stopped = false;
	mutex_unlock(&tty->lock);
	spin_lock(&tty->session_lock);
	s = tty->session;
	tty->session = NULL;
	spin_unlock(&tty->session_lock);
	if (s)
		session_hangup(s);
	wake_all(&tty->read_wait);
	wake_all(&tty->write_wait);
}

int tty_acquire(struct tty *tty, bool steal)
{
	struct session *mine = session_of_current();
	struct session *old;
	int err;

	if (!mine)
		return -EPERM;
	spin_lock(&tty->session_lock);
	old = tty->session ? session_get(tty->session) : NULL;
	spin_unlock(&tty->session_lock);
	err = old && old != mine && !steal ?
	      -EPERM : session_attach_tty(tty, steal, old);
	if (!err) {
		spin_lock(&tty->session_lock);
		tty->session = mine;
		spin_unlock(&tty->session_lock);
	}
	if (old)
		session_put(old);
	session_put(mine);
	return err;
}

/* Opening a terminal gives a session leader without one its terminal. */
static void acquire_on_open(struct tty *tty, const struct file *f)
{
	if ((f->flags & O_NOCTTY) || !(f->mode & FILE_READ))
		return;
	/* Refused silently: the open itself succeeds. */
	if (tty_acquire(tty, false))
		return;
}

static int open_tty(struct tty *tty, struct file *f, bool acquire)
{
	mutex_lock(&tty->lock);
	if (tty->exclusive && !capable(CAP_SYS_ADMIN)) {
		mutex_unlock(&tty->lock);
		return -EBUSY;
	}
	tty->opens++;
	f->private = tty_get(tty);
	f->type_data = tty->hangups;
	f->mode |= FILE_STREAM | FILE_NO_LOCK_POS;
	mutex_unlock(&tty->lock);
	if (acquire)
		acquire_on_open(tty, f);
	return 0;
}

/* Every tty_create registers its number here. */
static struct list ttys = LIST_INIT(ttys);
static DEFINE_MUTEX(ttys_mutex, RANK_MUTEX_SMALL);

struct tty_entry {
	struct list link;	/* [ttys_mutex] */
	struct tty *tty;	/* [I] */
	dev_t dev;		/* [I] tty->dev, or another number for it */
};

static struct tty *find_tty(dev_t dev)
{
	struct tty *found = NULL;
	struct tty_entry *e;

	mutex_lock(&ttys_mutex);
	for_each_list(e, &ttys, link) {
		if (e->dev == dev)
			found = e->tty;
	}
	mutex_unlock(&ttys_mutex);
	return found;
}

static int tty_open(struct inode *inode, struct file *f)
{
	struct tty *tty = find_tty(inode->rdev);

	return tty ? open_tty(tty, f, true) : -ENXIO;
}

/* /dev/console never becomes a controlling terminal. */
static int console_open(struct inode *inode, struct file *f)
{
	int err;

	(void)inode;
	if (!console_tty)
		return -ENODEV;
	err = open_tty(console_tty, f, false);
	if (!err)
		f->type_data = NEVER_DEAD;
	return err;
}

/* /dev/tty is the caller's own terminal, whichever that is. */
static int my_tty_open(struct inode *inode, struct file *f)
{
	struct tty *tty = session_current_tty();
	int err;

	(void)inode;
	if (!tty)
		return -ENXIO;
	err = open_tty(tty, f, false);
	tty_put(tty);
	return err;
}

static void tty_release(struct file *f)
{
	struct tty *tty = tty_of_file(f);

	mutex_lock(&tty->lock);
	if (--tty->opens == 0)
		tty->exclusive = false;
	mutex_unlock(&tty->lock);
	tty_put(tty);
}

static bool readable(struct tty *tty, const struct file *f)
{
	return tty_line_available(tty) || tty_file_dead(f);
}

/* Sleep until there is something. 0; -EAGAIN, -ERESTARTSYS; -ETIMEDOUT. */
static int wait_readable(struct tty *tty, struct file *f, u64 deadline)
{
	if (READ_ONCE(f->flags) & O_NONBLOCK)
		return readable(tty, f) ? 0 : -EAGAIN;
	return wait_event_state(&tty->read_wait, readable(tty, f),
				THREAD_INTERRUPTIBLE, deadline);
}

/* One piece of what is there. *@done: nothing more belongs to this read. */
static ssize_t take_chunk(struct tty *tty, struct iobuf *b, bool *done)
{
	u8 buf[READ_CHUNK];
	size_t n;

	mutex_lock(&tty->lock);
	n = tty_line_take(tty, buf, min(b->left, sizeof(buf)), done);
	mutex_unlock(&tty->lock);
	if (iobuf_put(b, buf, n) != n)
		return -EFAULT;
	return (ssize_t)n;
}

/* All that is there for this read, without sleeping. */
static ssize_t take_available(struct tty *tty, struct iobuf *b)
{
	bool done = false;
	ssize_t total = 0;

	while (b->left && !done) {
		ssize_t n = take_chunk(tty, b, &done);

		if (n < 0)
			return total ? total : n;
		total += n;
		if (!n)
			break;
	}
	return total;
}

static ssize_t read_canonical(struct tty *tty, struct file *f,
			      struct iobuf *b)
{
	int err = wait_readable(tty, f, U64_MAX);

	return err ? err : take_available(tty, b);
}

/* VMIN and VTIME, the four cases of termios(3). */
static ssize_t read_raw(struct tty *tty, struct file *f, struct iobuf *b)
{
	u64 timeout = tty->termios.c_cc[VTIME] * VTIME_NS;
	size_t want = tty->termios.c_cc[VMIN];
	ssize_t total = 0;

	want = min(want, b->left);
	for (;;) {
		/* The clock runs from the start, or between characters. */
		bool timed = timeout && (total || !tty->termios.c_cc[VMIN]);
		u64 deadline = timed ? clock_now_ns() + timeout : U64_MAX;
		ssize_t n;
		int err = 0;

		if (want || timed)
			err = wait_readable(tty, f, deadline);
		if (err == -ETIMEDOUT || (err && total))
			return total;
		if (err)
			return err;
		n = take_available(tty, b);
		if (n < 0)
			return total ? total : n;
		total += n;
		if (!b->left || (size_t)total >= want || tty_file_dead(f))
			return total;
	}
}

static ssize_t tty_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct tty *tty = tty_of_file(f);
	int err;

	(void)pos;
	if (tty_file_dead(f))
		return 0;
	err = session_job_control(tty, SIGTTIN);
	if (err)
		return err;
	if (!b->left)
		return 0;
	if (L(tty, ICANON))
		return read_canonical(tty, f, b);
	return read_raw(tty, f, b);
}

/* Bytes of @buf that the device took. */
static size_t output_some(struct tty *tty, const u8 *buf, size_t len)
{
	size_t n = 0;

	mutex_lock(&tty->lock);
	while (n < len && !tty->stopped && tty_output_char(tty, buf[n]))
		n++;
	mutex_unlock(&tty->lock);
	return n;
}

/* The whole chunk, sleeping for room. Return: bytes, or -errno if none. */
static ssize_t write_chunk(struct tty *tty, struct file *f, const u8 *buf,
			   size_t len)
{
	size_t done = 0;
	int err = 0;

	while (done < len && !err) {
		size_t n;

		if (tty_file_dead(f)) {
			err = -EIO;
		} else if (READ_ONCE(f->flags) & O_NONBLOCK) {
			n = output_some(tty, buf + done, len - done);
			done += n;
			err = n ? 0 : -EAGAIN;
		} else {
			err = wait_event_interruptible(&tty->write_wait,
				(n = output_some(tty, buf + done, len - done),
				 done += n, n || tty_file_dead(f)));
		}
	}
	return done ? (ssize_t)done : err;
}

static ssize_t tty_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct tty *tty = tty_of_file(f);
	u8 buf[WRITE_CHUNK];
	ssize_t total = 0;
	int err;

	(void)pos;
	if (tty_file_dead(f))
		return -EIO;
	if (L(tty, TOSTOP)) {
		err = session_job_control(tty, SIGTTOU);
		if (err)
			return err;
	}
	while (b->left) {
		size_t len = min(b->left, sizeof(buf));
		size_t got = iobuf_take(b, buf, len);
		ssize_t n = write_chunk(tty, f, buf, got);

		if (n > 0)
			total += n;
		if (got < len)
			return total ? total : -EFAULT;
		if (n < (ssize_t)len)
			return total ? total : n;
	}
	return total;
}

static u32 tty_poll(struct file *f, struct poll_table *pt)
{
	struct tty *tty = tty_of_file(f);
	u32 mask = 0;

	poll_wait(pt, f, &tty->read_wait);
	poll_wait(pt, f, &tty->write_wait);
	if (tty_file_dead(f))
		return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM |
		       POLLWRNORM;
	if (tty_line_available(tty))
		mask |= POLLIN | POLLRDNORM;
	if (!READ_ONCE(tty->stopped))
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

static const struct file_ops tty_file_ops = {
	.open = tty_open,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.release = tty_release,
};

static const struct file_ops console_file_ops = {
	.open = console_open,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.release = tty_release,
};

static const struct file_ops my_tty_file_ops = {
	.open = my_tty_open,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.release = tty_release,
};

static void session_tty_get(struct tty *tty)
{
	tty_get(tty);
}

/* The session gives the terminal up: the terminal forgets the session. */
static void session_tty_put(struct tty *tty)
{
	tty_put(tty);
}

static void session_tty_forget(struct tty *tty, struct session *s)
{
	spin_lock(&tty->session_lock);
	if (tty->session == s)
		tty->session = NULL;
	spin_unlock(&tty->session_lock);
}

static dev_t session_tty_dev(struct tty *tty)
{
	return tty->dev;
}

static const struct session_tty_ops session_ops = {
	.get = session_tty_get,
	.put = session_tty_put,
	.forget = session_tty_forget,
	.hangup = tty_hangup,
	.dev = session_tty_dev,
};

static const struct termios default_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE |
		   IEXTEN,
	.c_cc = TTY_DEFAULT_CC,
};

static void tty_setup(struct tty *tty, const struct tty_args *args)
{
	refcount_set(&tty->refs, 1);
	tty->name = args->name;
	tty->dev = args->dev;
	tty->ops = args->ops;
	tty->private = args->private;
	tty->winsize = args->winsize;
	tty->termios = default_termios;
	mutex_init(&tty->lock, "tty", RANK_MUTEX_TTY);
	spin_init(&tty->session_lock, "tty session", RANK_TTY_INPUT);
	wait_queue_init(&tty->read_wait);
	wait_queue_init(&tty->write_wait);
	wait_queue_init(&tty->raw_wait);
}

static void add_entry(struct tty_entry *e, struct tty *tty, dev_t dev)
{
	e->tty = tty;
	e->dev = dev;
	mutex_lock(&ttys_mutex);
	list_add_tail(&ttys, &e->link);
	mutex_unlock(&ttys_mutex);
}

/* The buffers, the thread and the number. 0, or -errno with none of them. */
static int tty_equip(struct tty *tty, struct tty_entry *e)
{
	u8 *raw = kmalloc(TTY_RAW_SIZE);
	int err = -ENOMEM;

	tty->line = kmalloc(TTY_LINE_SIZE);
	tty->line_ends = kzalloc(TTY_LINE_SIZE / 8);
	if (!raw || !tty->line || !tty->line_ends)
		goto undo_memory;
	ring_init(&tty->raw, raw, TTY_RAW_SIZE);
	err = chardev_register(DEV_MAJOR(tty->dev), DEV_MINOR(tty->dev),
			       tty->name, &tty_file_ops);
	if (err)
		goto undo_memory;
	/* The number stays taken if this fails: nobody can open it then. */
	err = kthread_create(tty->name, tty_thread, tty, NULL);
	if (err)
		goto undo_memory;
	add_entry(e, tty, tty->dev);
	return 0;
undo_memory:
	kfree(raw);
	kfree(tty->line);
	kfree(tty->line_ends);
	return err;
}

int tty_create(const struct tty_args *args, struct tty **out)
{
	struct tty_entry *e = kzalloc(sizeof(*e));
	struct tty *tty = kzalloc(sizeof(*tty));
	int err = -ENOMEM;

	if (e && tty) {
		tty_setup(tty, args);
		err = tty_equip(tty, e);
	}
	if (err) {
		kfree(e);
		kfree(tty);
		return err;
	}
	*out = tty;
	return 0;
}

int tty_alias(struct tty *tty, dev_t dev, const char *name)
{
	struct tty_entry *e = kzalloc(sizeof(*e));
	int err = -ENOMEM;

	if (e)
		err = chardev_register(DEV_MAJOR(dev), DEV_MINOR(dev), name,
				       &tty_file_ops);
	if (err) {
		kfree(e);
		return err;
	}
	add_entry(e, tty, dev);
	return 0;
}

void tty_set_console(struct tty *tty)
{
	console_tty = tty;
}

int tty_init(void)
{
	int err;

	session_set_tty_ops(&session_ops);
	err = chardev_register(5, 0, "tty", &my_tty_file_ops);
	if (!err)
		err = chardev_register(5, 1, "console", &console_file_ops);
	return err;
}
