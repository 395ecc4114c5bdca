/*
 * drivers/tty_mode.c - attributes of terminals
 *
 * What:  the requests that read and change them, in the three layouts that
 *        programs use (termio, termios, termios2); speeds.
 * Locks: tty->lock.
 * Not:   what a change means for what was typed (tty_line.c).
 * See:   termios(3), TCSETS(2const)
 */
#include "tty_private.h"

#include <lib/string.h>
#include <proc/task.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

/* B0 and up, without CBAUDEX; those with it follow. Source: termios(3) */
static const u32 speeds[] = {
	0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600,
	19200, 38400, 57600, 115200, 230400, 460800, 500000, 576000, 921600,
	1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000,
};

/* What the bits @code of c_cflag say; @other: the number BOTHER stands for. */
static u32 speed_of(u32 code, u32 other)
{
	u32 i = code & ~(u32)CBAUDEX;

	if (code == BOTHER)
		return other;
	if (code & CBAUDEX)
		i += 15;
	return i < ARRAY_SIZE(speeds) ? speeds[i] : 0;
}

static void fit_speeds(struct termios2 *t)
{
	u32 out = t->c_cflag & CBAUD;
	u32 in = (t->c_cflag >> IBSHIFT) & CBAUD;

	t->c_ospeed = speed_of(out, t->c_ospeed);
	t->c_ispeed = in == B0 ? t->c_ospeed : speed_of(in, t->c_ispeed);
}

/* Bits of @lock stay as @old has them. */
static void keep_locked(struct termios2 *new, const struct termios2 *old,
			const struct termios *lock)
{
	new->c_iflag ^= (new->c_iflag ^ old->c_iflag) & lock->c_iflag;
	new->c_oflag ^= (new->c_oflag ^ old->c_oflag) & lock->c_oflag;
	new->c_cflag ^= (new->c_cflag ^ old->c_cflag) & lock->c_cflag;
	new->c_lflag ^= (new->c_lflag ^ old->c_lflag) & lock->c_lflag;
	if (lock->c_line)
		new->c_line = old->c_line;
	for (u32 i = 0; i < NCCS; i++) {
		if (lock->c_cc[i])
			new->c_cc[i] = old->c_cc[i];
	}
}

static void change(struct tty *tty, const struct termios2 *new)
{
	struct termios2 old = tty->termios;

	tty->termios = *new;
	keep_locked(&tty->termios, &old, &tty->locked);
	if (tty->ops->set_termios)
		tty->ops->set_termios(tty, &old);
	tty_line_mode_changed(tty, &old);
}

/* termio(7) has 16 bits of each word and eight characters. */
static int get_termio(struct termios2 *t, u64 arg)
{
	struct termio old;

	if (copy_from_user(&old, arg, sizeof(old)))
		return -EFAULT;
	t->c_iflag = (t->c_iflag & ~0xffffu) | old.c_iflag;
	t->c_oflag = (t->c_oflag & ~0xffffu) | old.c_oflag;
	t->c_cflag = (t->c_cflag & ~0xffffu) | old.c_cflag;
	t->c_lflag = (t->c_lflag & ~0xffffu) | old.c_lflag;
	t->c_line = old.c_line;
	memcpy(t->c_cc, old.c_cc, NCC);
	return 0;
}

static long put_termio(const struct termios2 *t, u64 arg)
{
	struct termio old = {
		.c_iflag = (u16)t->c_iflag,
		.c_oflag = (u16)t->c_oflag,
		.c_cflag = (u16)t->c_cflag,
		.c_lflag = (u16)t->c_lflag,
		.c_line = t->c_line,
	};

	memcpy(old.c_cc, t->c_cc, NCC);
	return copy_to_user(arg, &old, sizeof(old));
}

/* When a change happens, and what is dropped then. */
#define WAIT_OUTPUT 1u
#define DROP_INPUT 2u

struct set_request {
	u32 cmd;
	u32 size;		/* of the layout */
	u32 when;
};

static const struct set_request requests[] = {
	{ TCSETS, sizeof(struct termios), 0 },
	{ TCSETSW, sizeof(struct termios), WAIT_OUTPUT },
	{ TCSETSF, sizeof(struct termios), WAIT_OUTPUT | DROP_INPUT },
	{ TCSETS2, sizeof(struct termios2), 0 },
	{ TCSETSW2, sizeof(struct termios2), WAIT_OUTPUT },
	{ TCSETSF2, sizeof(struct termios2), WAIT_OUTPUT | DROP_INPUT },
	{ TCSETA, sizeof(struct termio), 0 },
	{ TCSETAW, sizeof(struct termio), WAIT_OUTPUT },
	{ TCSETAF, sizeof(struct termio), WAIT_OUTPUT | DROP_INPUT },
};

static long set(struct tty *tty, const struct set_request *r, u64 arg)
{
	struct termios2 new;
	int err = tty_check_change(tty);

	if (err)
		return err;
	mutex_lock(&tty->lock);
	new = tty->termios;
	mutex_unlock(&tty->lock);
	if (r->size == sizeof(struct termio))
		err = get_termio(&new, arg);
	else
		err = copy_from_user(&new, arg, r->size);
	if (!err && (r->when & WAIT_OUTPUT))
		err = tty_wait_drained(tty);
	if (err)
		return err;
	fit_speeds(&new);
	mutex_lock(&tty->lock);
	if (r->when & DROP_INPUT)
		tty_line_flush(tty);
	change(tty, &new);
	mutex_unlock(&tty->lock);
	return 0;
}

static long get(struct tty *tty, u32 cmd, u64 arg)
{
	struct termios2 now;
	struct termios locked;

	mutex_lock(&tty->lock);
	now = tty->termios;
	locked = tty->locked;
	mutex_unlock(&tty->lock);
	switch (cmd) {
	case TCGETS:
		return copy_to_user(arg, &now, sizeof(struct termios));
	case TCGETS2:
		return copy_to_user(arg, &now, sizeof(now));
	case TCGETA:
		return put_termio(&now, arg);
	case TIOCGSOFTCAR:
		return put_user_u32(arg, !!(now.c_cflag & CLOCAL));
	default:
		return copy_to_user(arg, &locked, sizeof(locked));
	}
}

static long set_locked(struct tty *tty, u64 arg)
{
	struct termios locked;

	if (!capable(CAP_SYS_ADMIN) && !capable(CAP_CHECKPOINT_RESTORE))
		return -EPERM;
	if (copy_from_user(&locked, arg, sizeof(locked)))
		return -EFAULT;
	mutex_lock(&tty->lock);
	tty->locked = locked;
	mutex_unlock(&tty->lock);
	return 0;
}

static long set_carrier(struct tty *tty, u64 arg)
{
	struct termios2 new;
	u32 on;

	if (get_user_u32(&on, arg))
		return -EFAULT;
	mutex_lock(&tty->lock);
	new = tty->termios;
	new.c_cflag &= ~(u32)CLOCAL;
	if (on)
		new.c_cflag |= CLOCAL;
	change(tty, &new);
	mutex_unlock(&tty->lock);
	return 0;
}

long tty_ioctl_mode(struct tty *tty, u32 cmd, u64 arg)
{
	for (u32 i = 0; i < ARRAY_SIZE(requests); i++) {
		if (requests[i].cmd == cmd)
			return set(tty, &requests[i], arg);
	}
	switch (cmd) {
	case TCGETS:
	case TCGETS2:
	case TCGETA:
	case TIOCGSOFTCAR:
	case TIOCGLCKTRMIOS:
		return get(tty, cmd, arg);
	case TIOCSLCKTRMIOS:
		return set_locked(tty, arg);
	case TIOCSSOFTCAR:
		return set_carrier(tty, arg);
	}
	return -ENOTTY;
}
