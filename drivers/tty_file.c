/*
 * drivers/tty_file.c - terminals as files
 *
 * What:  open, read, write, poll, release; /dev/tty and /dev/console.
 * Locks: tty->lock for short steps. One reader and one writer at a time:
 *        tty->reader, tty->writer, for which others wait as for input.
 * Life:  a file opened before a hang-up is dead: reads give the end of file,
 *        writes EIO. It is told by the count of hang-ups at its open. Only
 *        /dev/console outlives them all.
 * See:   tty(4), console(4), termios(3).
 */
#include "tty_private.h"

#include <fs/file.h>
#include <proc/signal.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/kdev.h>
#include <uapi/poll.h>

#define READ_CHUNK 256u
#define WRITE_CHUNK 256u
#define VTIME_NS (100 * (u64)NSEC_PER_MSEC)	/* termios(3): deciseconds */
/* Writers wake when less than this is queued. */
#define WRITABLE_BELOW 256u

/* In place of a count, for a file that no hang-up ends. */
#define NEVER_DEAD U32_MAX

/* Of wait_input: no more will come, but what is there counts. */
#define INPUT_ENDS 1

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

int tty_claim(u32 *busy, struct wait_queue *q, const struct file *f)
{
	if (cas(busy, 0, 1))
		return 0;
	if (READ_ONCE(f->flags) & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(q, cas(busy, 0, 1));
}

void tty_unclaim(u32 *busy, struct wait_queue *q)
{
	store_release(busy, 0);
	if (wait_queue_active(q))
		wake_all(q);
}

static int enter_open(struct tty *tty, struct file *f)
{
	int err = 0;

	if (tty->exclusive && !capable(CAP_SYS_ADMIN))
		return -EBUSY;
	if (tty->ops->open)
		err = tty->ops->open(tty);
	if (err)
		return err;
	tty->opens++;
	f->private = tty_get(tty);
	f->type_data = tty->hangups;
	f->mode |= FILE_STREAM | FILE_NO_LOCK_POS;
	return 0;
}

int tty_open_file(struct tty *tty, struct file *f, bool acquire)
{
	int err;

	mutex_lock(&tty->lock);
	err = enter_open(tty, f);
	mutex_unlock(&tty->lock);
	if (!err && acquire)
		tty_acquire_on_open(tty, f);
	return err;
}

/* The number of "the current screen" never gives a controlling terminal. */
static int tty_open(struct inode *inode, struct file *f)
{
	struct tty *tty = tty_find(inode->rdev);

	if (!tty)
		return -ENXIO;
	return tty_open_file(tty, f, inode->rdev != MKDEV(TTY_MAJOR, 0));
}

/* Nor does /dev/console. */
static int console_open(struct inode *inode, struct file *f)
{
	int err;

	(void)inode;
	if (!tty_console())
		return -ENODEV;
	err = tty_open_file(tty_console(), f, false);
	if (!err)
		f->type_data = NEVER_DEAD;
	return err;
}

/* /dev/tty is the caller's own terminal, whichever that is. */
static int mine_open(struct inode *inode, struct file *f)
{
	struct tty *tty = session_current_tty();
	int err;

	(void)inode;
	if (!tty)
		return -ENXIO;
	err = tty_open_file(tty, f, false);
	tty_put(tty);
	return err;
}

void tty_release(struct file *f)
{
	struct tty *tty = tty_of_file(f);

	mutex_lock(&tty->lock);
	if (--tty->opens == 0 && !(tty->flags & TTY_PAIR))
		tty->exclusive = false;
	if (tty->ops->event)
		tty->ops->event(tty, TTY_CLOSED);
	mutex_unlock(&tty->lock);
	tty_put(tty);
}

int tty_set_flags(struct file *f, u32 flags)
{
	return file_async_set(f, &tty_of_file(f)->async, flags);
}

static bool input_changed(struct tty *tty, const struct file *f)
{
	return tty_line_available(tty) || READ_ONCE(tty->peer_gone) ||
	       tty_file_dead(f);
}

/*
 * Sleep until there is something. 0; INPUT_ENDS; -EIO (the other end of the
 * pair is closed), -EAGAIN, -ERESTARTSYS, -ETIMEDOUT. @deadline 0: don't.
 */
static int wait_input(struct tty *tty, const struct file *f, u64 deadline)
{
	int err;

	if (!input_changed(tty, f)) {
		if (!deadline)
			return -ETIMEDOUT;
		if (READ_ONCE(f->flags) & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_state(&tty->read_wait, input_changed(tty, f),
				       THREAD_INTERRUPTIBLE, deadline);
		if (err)
			return err;
	}
	if (tty_line_available(tty))
		return 0;
	return READ_ONCE(tty->peer_gone) ? -EIO : INPUT_ENDS;
}

/* One piece of what is there. *@done: nothing more belongs to this read. */
static ssize_t take_chunk(struct tty *tty, struct iobuf *b, bool *done)
{
	u8 buf[READ_CHUNK];
	size_t n;

	mutex_lock(&tty->lock);
	n = tty_line_take(tty, buf, min(b->left, sizeof(buf)), done);
	if (n == b->left && !*done)
		tty_line_skip_eof(tty);
	tty_pump(tty);
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

static ssize_t read_line(struct tty *tty, struct file *f, struct iobuf *b)
{
	int err = wait_input(tty, f, U64_MAX);

	if (err == INPUT_ENDS)
		return 0;
	return err ? err : take_available(tty, b);
}

/* When the wait for the next character ends; 0: at once. @got: so far. */
static u64 raw_deadline(const struct tty *tty, size_t got)
{
	u64 timeout = tty->termios.c_cc[VTIME] * VTIME_NS;

	if (!tty->termios.c_cc[VMIN])
		return timeout ? clock_now_ns() + timeout : 0;
	return got && timeout ? clock_now_ns() + timeout : U64_MAX;
}

/* VMIN and VTIME, the four cases of termios(3). */
static ssize_t read_raw(struct tty *tty, struct file *f, struct iobuf *b)
{
	size_t want = max(tty->termios.c_cc[VMIN], (u8)1);
	size_t total = 0;

	want = min(want, b->left);
	while (total < want) {
		int err = wait_input(tty, f, raw_deadline(tty, total));
		ssize_t n;

		if (err)
			return total || err == INPUT_ENDS ||
			       err == -ETIMEDOUT ? (ssize_t)total : err;
		n = take_available(tty, b);
		if (n < 0)
			return total ? (ssize_t)total : n;
		total += (size_t)n;
	}
	return (ssize_t)total;
}

ssize_t tty_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct tty *tty = tty_of_file(f);
	ssize_t n;
	int err;

	(void)pos;
	if (tty_file_dead(f))
		return 0;
	/* Who reads from /dev/console is never in its background. */
	err = f->type_data == NEVER_DEAD ? 0 :
	      session_job_control(tty, SIGTTIN);
	if (!err && b->left)
		err = tty_claim(&tty->reader, &tty->read_wait, f);
	if (err || !b->left)
		return err;
	n = tty_line_canonical(tty) ? read_line(tty, f, b) :
	    read_raw(tty, f, b);
	tty_unclaim(&tty->reader, &tty->read_wait);
	return n;
}

/* Bytes of @buf that the device took. */
static size_t output_some(struct tty *tty, const u8 *buf, size_t len)
{
	size_t n = 0;

	mutex_lock(&tty->lock);
	if (!tty->stopped && tty_echo_flush(tty)) {
		while (n < len && tty_output_char(tty, buf[n]))
			n++;
	}
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
		size_t n = 0;

		if (tty_file_dead(f)) {
			err = -EIO;
		} else if (READ_ONCE(f->flags) & O_NONBLOCK) {
			n = output_some(tty, buf + done, len - done);
			err = n ? 0 : -EAGAIN;
		} else {
			err = wait_event_interruptible(&tty->write_wait,
				(n = output_some(tty, buf + done, len - done))
				|| tty_file_dead(f));
		}
		done += n;
	}
	return done ? (ssize_t)done : err;
}

static ssize_t write_all(struct tty *tty, struct file *f, struct iobuf *b)
{
	u8 buf[WRITE_CHUNK];
	ssize_t total = 0;

	while (b->left) {
		size_t len = min(b->left, sizeof(buf));
		size_t got = iobuf_take(b, buf, len);
		ssize_t n = got ? write_chunk(tty, f, buf, got) : 0;

		if (n > 0)
			total += n;
		if (got < len)
			return total ? total : -EFAULT;
		if (n < (ssize_t)len)
			return total ? total : n;
		if (signal_interrupts(THREAD_INTERRUPTIBLE))
			break;
		cond_resched();
	}
	return total;
}

ssize_t tty_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct tty *tty = tty_of_file(f);
	ssize_t n;
	int err = 0;

	(void)pos;
	if (tty_file_dead(f))
		return -EIO;
	if (L(tty, TOSTOP) && f->type_data != NEVER_DEAD)
		err = session_job_control(tty, SIGTTOU);
	if (!err)
		err = tty_claim(&tty->writer, &tty->write_wait, f);
	if (err)
		return err;
	n = signal_interrupts(THREAD_INTERRUPTIBLE) ? -ERESTARTSYS :
	    write_all(tty, f, b);
	tty_unclaim(&tty->writer, &tty->write_wait);
	return n;
}

/* As many as a raw read waits for, unless there is a clock. */
static bool pollable(struct tty *tty)
{
	const u8 *cc = tty->termios.c_cc;
	size_t want = tty_line_canonical(tty) || cc[VTIME] || !cc[VMIN] ?
		      1 : cc[VMIN];

	return tty_line_available(tty) >= want;
}

static bool writable(struct tty *tty)
{
	return !READ_ONCE(tty->stopped) && !READ_ONCE(tty->writer) &&
	       tty->ops->pending(tty) < WRITABLE_BELOW && tty->ops->room(tty);
}

u32 tty_poll(struct file *f, struct poll_table *pt)
{
	struct tty *tty = tty_of_file(f);
	u32 mask = 0;

	poll_wait(pt, f, &tty->read_wait);
	poll_wait(pt, f, &tty->write_wait);
	if (tty_file_dead(f))
		return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM |
		       POLLWRNORM;
	if (pollable(tty))
		mask |= POLLIN | POLLRDNORM;
	if (READ_ONCE(tty->peer_gone))
		mask |= POLLHUP;
	if (writable(tty))
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

const struct file_ops tty_file_ops = {
	.open = tty_open,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.set_flags = tty_set_flags,
	.release = tty_release,
};

const struct file_ops tty_console_file_ops = {
	.open = console_open,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.set_flags = tty_set_flags,
	.release = tty_release,
};

const struct file_ops tty_mine_file_ops = {
	.open = mine_open,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.set_flags = tty_set_flags,
	.release = tty_release,
};
