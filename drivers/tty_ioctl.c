/*
 * drivers/tty_ioctl.c - ioctls of terminals
 *
 * What:  attributes, window size, controlling terminal and foreground group,
 *        queues.
 * Locks: tty->lock for attributes.
 * See:   ioctl_tty(2), termios(3), tcsetpgrp(3).
 */
#include "tty_private.h"

#include <fs/file.h>
#include <lib/string.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/ioctl.h>
#include <vm/uaccess.h>

/* A background process that changes its terminal gets SIGTTOU. */
static int check_change(struct tty *tty)
{
	return tty_is_mine(tty) ? session_job_control(tty, SIGTTOU) : 0;
}

/* Until everything written is out. 0, -ERESTARTSYS. */
static int wait_drained(struct tty *tty)
{
	return wait_event_interruptible(&tty->write_wait,
					!tty->ops->pending(tty));
}

static long set_termios(struct tty *tty, const struct termios *new)
{
	u32 old_lflag;

	mutex_lock(&tty->lock);
	old_lflag = tty->termios.c_lflag;
	tty->termios = *new;
	tty_line_mode_changed(tty, old_lflag);
	if (!I(tty, IXON) && tty->stopped)
		tty->stopped = false;
	if (tty->ops->set_termios)
		tty->ops->set_termios(tty);
	mutex_unlock(&tty->lock);
	tty_output_ready(tty);
	return 0;
}

/* TCSETS, TCSETSW (after output), TCSETSF (and without input). */
static long ioctl_tcsets(struct tty *tty, u32 cmd, u64 arg)
{
	struct termios new;
	int err = check_change(tty);

	if (err)
		return err;
	if (copy_from_user(&new, arg, sizeof(new)))
		return -EFAULT;
	if (cmd != TCSETS) {
		err = wait_drained(tty);
		if (err)
			return err;
	}
	if (cmd == TCSETSF) {
		mutex_lock(&tty->lock);
		tty_line_flush(tty);
		mutex_unlock(&tty->lock);
	}
	return set_termios(tty, &new);
}

static long ioctl_tcgets(struct tty *tty, u64 arg)
{
	struct termios now;

	mutex_lock(&tty->lock);
	now = tty->termios;
	mutex_unlock(&tty->lock);
	return copy_to_user(arg, &now, sizeof(now));
}

static long ioctl_get_winsize(struct tty *tty, u64 arg)
{
	struct winsize w;

	mutex_lock(&tty->lock);
	w = tty->winsize;
	mutex_unlock(&tty->lock);
	return copy_to_user(arg, &w, sizeof(w));
}

static struct session *session_of(struct tty *tty)
{
	struct session *s;

	spin_lock(&tty->session_lock);
	s = tty->session ? session_get(tty->session) : NULL;
	spin_unlock(&tty->session_lock);
	return s;
}

static long ioctl_set_winsize(struct tty *tty, u64 arg)
{
	struct session *s;
	struct winsize w;
	struct pid *pgrp;
	bool same;

	if (copy_from_user(&w, arg, sizeof(w)))
		return -EFAULT;
	mutex_lock(&tty->lock);
	same = !memcmp(&w, &tty->winsize, sizeof(w));
	tty->winsize = w;
	mutex_unlock(&tty->lock);
	s = same ? NULL : session_of(tty);
	if (!s)
		return 0;
	pgrp = session_foreground(s);
	session_put(s);
	if (pgrp)
		signal_send_group(pgrp, SIGWINCH, SEND_KERNEL);
	pid_put(pgrp);
	return 0;
}

static long ioctl_get_pgrp(struct tty *tty, u64 arg)
{
	struct session *s;
	struct pid *pgrp;
	long nr;

	if (!tty_is_mine(tty))
		return -ENOTTY;
	s = session_of_current();
	pgrp = session_foreground(s);
	nr = pid_vnr(pgrp);
	pid_put(pgrp);
	session_put(s);
	return put_user_u32(arg, (u32)nr);
}

static long ioctl_set_pgrp(struct tty *tty, u64 arg)
{
	int err = check_change(tty);
	struct session *s;
	u32 nr;

	if (err == -EIO)
		return -ENOTTY;
	if (err)
		return err;
	if (!tty_is_mine(tty))
		return -ENOTTY;
	if (get_user_u32(&nr, arg))
		return -EFAULT;
	s = session_of_current();
	err = session_set_foreground(s, (pid_t)nr);
	session_put(s);
	return err;
}

static long ioctl_get_sid(struct tty *tty, u64 arg)
{
	struct session *s;
	long nr;

	if (!tty_is_mine(tty))
		return -ENOTTY;
	s = session_of_current();
	nr = pid_vnr(s->sid);
	session_put(s);
	return put_user_u32(arg, (u32)nr);
}

/* Source: ioctl_tty(2), TIOCSCTTY: only root may steal. */
static long ioctl_set_ctty(struct tty *tty, struct file *f, u64 arg)
{
	struct process *p = current_process();

	if (tty_is_mine(tty) && p->sid == p->tgid)
		return 0;
	if (p->sid != p->tgid)
		return -EPERM;
	if (!(f->mode & FILE_READ) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return tty_acquire(tty, arg == 1 && capable(CAP_SYS_ADMIN));
}

static long ioctl_no_ctty(struct tty *tty)
{
	struct process *p = current_process();
	struct session *s;

	if (!tty_is_mine(tty))
		return -ENOTTY;
	if (p->sid != p->tgid)
		return session_leave_tty();
	s = session_of_current();
	session_detach_tty(s);
	session_put(s);
	return 0;
}

static long ioctl_flush(struct tty *tty, u64 queue)
{
	int err = check_change(tty);

	if (err)
		return err;
	if (queue != TCIFLUSH && queue != TCOFLUSH && queue != TCIOFLUSH)
		return -EINVAL;
	mutex_lock(&tty->lock);
	if (queue != TCOFLUSH)
		tty_line_flush(tty);
	if (queue != TCIFLUSH)
		tty->ops->discard(tty);
	mutex_unlock(&tty->lock);
	tty_output_ready(tty);
	return 0;
}

static long ioctl_flow(struct tty *tty, u64 action)
{
	int err = check_change(tty);

	if (err)
		return err;
	if (action > TCION)
		return -EINVAL;
	mutex_lock(&tty->lock);
	if (action == TCOOFF)
		tty->stopped = true;
	else if (action == TCOON)
		tty->stopped = false;
	mutex_unlock(&tty->lock);
	tty_output_ready(tty);
	return 0;
}

static long ioctl_input_count(struct tty *tty, u64 arg)
{
	size_t n;

	mutex_lock(&tty->lock);
	n = tty_line_available(tty);
	mutex_unlock(&tty->lock);
	return put_user_u32(arg, (u32)n);
}

/* TIOCSTI: as typed. Source: ioctl_tty(2). */
static long ioctl_type(struct tty *tty, u64 arg)
{
	u8 c;

	if (!tty_is_mine(tty) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_from_user(&c, arg, 1))
		return -EFAULT;
	mutex_lock(&tty->lock);
	tty_line_input(tty, c);
	mutex_unlock(&tty->lock);
	return 0;
}

static long ioctl_exclusive(struct tty *tty, bool on)
{
	mutex_lock(&tty->lock);
	tty->exclusive = on;
	mutex_unlock(&tty->lock);
	return 0;
}

static long ioctl_drain(struct tty *tty)
{
	int err = check_change(tty);

	return err ? err : wait_drained(tty);
}

static long ioctl_line(struct tty *tty, u32 cmd, u64 arg)
{
	switch (cmd) {
	case TCGETS:
		return ioctl_tcgets(tty, arg);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return ioctl_tcsets(tty, cmd, arg);
	case TCSBRK:
	case TCSBRKP:
		return ioctl_drain(tty);
	case TCXONC:
		return ioctl_flow(tty, arg);
	case TCFLSH:
		return ioctl_flush(tty, arg);
	case TIOCGWINSZ:
		return ioctl_get_winsize(tty, arg);
	case TIOCSWINSZ:
		return ioctl_set_winsize(tty, arg);
	case FIONREAD:
		return ioctl_input_count(tty, arg);
	case TIOCOUTQ:
		return put_user_u32(arg, (u32)tty->ops->pending(tty));
	case TIOCGETD:
		return put_user_u32(arg, 0);
	}
	return -ENOTTY;
}

long tty_ioctl(struct file *f, u32 cmd, u64 arg)
{
	struct tty *tty = tty_of_file(f);

	if (tty_file_dead(f))
		return -EIO;
	switch (cmd) {
	case TIOCSCTTY:
		return ioctl_set_ctty(tty, f, arg);
	case TIOCNOTTY:
		return ioctl_no_ctty(tty);
	case TIOCGPGRP:
		return ioctl_get_pgrp(tty, arg);
	case TIOCSPGRP:
		return ioctl_set_pgrp(tty, arg);
	case TIOCGSID:
		return ioctl_get_sid(tty, arg);
	case TIOCSTI:
		return ioctl_type(tty, arg);
	case TIOCEXCL:
		return ioctl_exclusive(tty, true);
	case TIOCNXCL:
		return ioctl_exclusive(tty, false);
	}
	return ioctl_line(tty, cmd, arg);
}
