/*
 * drivers/tty_ioctl.c - requests to terminals
 *
 * What:  who answers them; window size, flow, queues, breaks.
 * Locks: tty->lock.
 * Not:   attributes (tty_mode.c), sessions (tty_job.c).
 * See:   ioctl_tty(2), tcflow(3), tcsendbreak(3)
 */
#include "tty_private.h"

#include <fs/file.h>
#include <lib/string.h>
#include <proc/signal.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/ioctl.h>
#include <vm/uaccess.h>

#define BREAK_NS (250 * (u64)NSEC_PER_MSEC)

int tty_wait_drained(struct tty *tty)
{
	return wait_event_interruptible(&tty->write_wait,
					!tty->ops->pending(tty));
}

static long get_winsize(struct tty *tty, u64 arg)
{
	struct winsize w;

	mutex_lock(&tty->lock);
	w = tty->winsize;
	mutex_unlock(&tty->lock);
	return copy_to_user(arg, &w, sizeof(w));
}

static long set_winsize(struct tty *tty, u64 arg)
{
	struct winsize w;
	bool same;

	if (copy_from_user(&w, arg, sizeof(w)))
		return -EFAULT;
	mutex_lock(&tty->lock);
	same = !memcmp(&w, &tty->winsize, sizeof(w));
	tty->winsize = w;
	mutex_unlock(&tty->lock);
	if (!same)
		tty_signal_foreground(tty, SIGWINCH);
	return 0;
}

static long flush(struct tty *tty, u64 queue)
{
	int err = tty_check_change(tty);

	if (err)
		return err;
	if (queue != TCIFLUSH && queue != TCOFLUSH && queue != TCIOFLUSH)
		return -EINVAL;
	mutex_lock(&tty->lock);
	if (queue != TCOFLUSH) {
		tty_line_flush(tty);
		tty_pump(tty);
	}
	if (queue != TCIFLUSH)
		tty->ops->discard(tty);
	mutex_unlock(&tty->lock);
	tty_output_ready(tty);
	return 0;
}

/* TCIOFF and TCION type into the other end's ear. */
static long flow(struct tty *tty, u64 action)
{
	int err = tty_check_change(tty);
	char c;

	if (err)
		return err;
	if (action > TCION)
		return -EINVAL;
	mutex_lock(&tty->lock);
	if (action == TCOOFF) {
		tty_stop(tty, true);
	} else if (action == TCOON) {
		tty_start(tty, true);
	} else {
		c = (char)tty->termios.c_cc[action == TCION ? VSTART : VSTOP];
		if (c != VDISABLED)
			tty->ops->write(tty, &c, 1);
	}
	mutex_unlock(&tty->lock);
	return 0;
}

static long input_count(struct tty *tty, u64 arg)
{
	size_t n;

	mutex_lock(&tty->lock);
	n = tty_line_count(tty);
	mutex_unlock(&tty->lock);
	return put_user_u32(arg, (u32)n);
}

/* TIOCSTI: as typed. Since Linux 6.2 a distribution may keep it for the
 * administrator, and Debian does. Source: TIOCSTI(2const) */
static long type(struct tty *tty, u64 arg)
{
	u8 c;

	if (!capable(CAP_SYS_ADMIN))
		return -EIO;
	if (copy_from_user(&c, arg, 1))
		return -EFAULT;
	mutex_lock(&tty->lock);
	if (tty_line_room(tty))
		tty_line_input(tty, c);
	wake_all(&tty->read_wait);
	mutex_unlock(&tty->lock);
	return 0;
}

static long set_exclusive(struct tty *tty, bool on)
{
	mutex_lock(&tty->lock);
	tty->exclusive = on;
	mutex_unlock(&tty->lock);
	return 0;
}

static void set_break(struct tty *tty, bool on)
{
	if (!tty->ops->set_break)
		return;
	mutex_lock(&tty->lock);
	tty->ops->set_break(tty, on);
	mutex_unlock(&tty->lock);
}

/* A break of @ns; a signal cuts it short. */
static long timed_break(struct tty *tty, u64 ns)
{
	if (!tty->ops->set_break)
		return 0;
	set_break(tty, true);
	thread_set_state(THREAD_INTERRUPTIBLE);
	if (!signal_interrupts(THREAD_INTERRUPTIBLE))
		schedule_until(clock_now_ns() + ns);
	thread_set_state(THREAD_RUNNING);
	set_break(tty, false);
	return signal_interrupts(THREAD_INTERRUPTIBLE) ? -EINTR : 0;
}

static long do_break(struct tty *tty, u32 cmd, u64 arg)
{
	int err = tty_check_change(tty);

	if (err)
		return err;
	if (cmd != TIOCCBRK && tty_wait_drained(tty))
		return -EINTR;
	switch (cmd) {
	case TCSBRK:
		return arg ? 0 : timed_break(tty, BREAK_NS);
	case TCSBRKP:
		return timed_break(tty, arg ? arg * 100 * NSEC_PER_MSEC :
				   BREAK_NS);
	default:
		set_break(tty, cmd == TIOCSBRK);
		return 0;
	}
}

static long hang_up(struct tty *tty)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	tty_hangup(tty);
	return 0;
}

/* There is one line discipline. */
static long set_discipline(struct tty *tty, u64 arg)
{
	u32 number;
	int err;

	if (get_user_u32(&number, arg))
		return -EFAULT;
	err = tty_check_change(tty);
	if (err)
		return err;
	return number == N_TTY ? 0 : -EINVAL;
}

static long ioctl_queues(struct tty *tty, u32 cmd, u64 arg)
{
	switch (cmd) {
	case TCXONC:
		return flow(tty, arg);
	case TCFLSH:
		return flush(tty, arg);
	case FIONREAD:
		return input_count(tty, arg);
	case TIOCOUTQ:
		return put_user_u32(arg, (u32)tty->ops->pending(tty));
	case TIOCSTI:
		return type(tty, arg);
	case TIOCEXCL:
	case TIOCNXCL:
		return set_exclusive(tty, cmd == TIOCEXCL);
	case TIOCGEXCL:
		return put_user_u32(arg, READ_ONCE(tty->exclusive));
	case TIOCVHANGUP:
		return hang_up(tty);
	}
	return -ENOTTY;
}

long tty_ioctl_both(const struct tty_call *c, u32 cmd, u64 arg)
{
	long result;

	switch (cmd) {
	case TIOCGWINSZ:
		return get_winsize(c->tty, arg);
	case TIOCSWINSZ:
		return set_winsize(c->tty, arg);
	case TIOCGETD:
		return put_user_u32(arg, N_TTY);
	case TIOCSETD:
		return set_discipline(c->tty, arg);
	case TIOCGDEV:
		return put_user_u32(arg, (u32)c->tty->dev);
	case TCSBRK:
	case TCSBRKP:
	case TIOCSBRK:
	case TIOCCBRK:
		return do_break(c->tty, cmd, arg);
	case TIOCGPTPEER:
		return -EIO;
	}
	result = tty_ioctl_job(c, cmd, arg);
	return result == -ENOTTY ? tty_ioctl_mode(c->tty, cmd, arg) : result;
}

long tty_ioctl(struct file *f, u32 cmd, u64 arg)
{
	struct tty_call c = { .tty = tty_of_file(f), .f = f };
	long result;

	if (tty_file_dead(f))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	result = ioctl_queues(c.tty, cmd, arg);
	return result == -ENOTTY ? tty_ioctl_both(&c, cmd, arg) : result;
}
