/*
 * drivers/tty_job.c - terminals and sessions
 *
 * What:  how a session gets and loses its terminal, hang-up, foreground group.
 * Locks: tty->session_lock for the pointer to the session, which points back
 *        and holds the terminal; never together with session->lock.
 * Not:   what a session is, and who is in the background:
 *        kernel/proc/session.c.
 * See:   ioctl_tty(2), TIOCSCTTY(2const), tcsetpgrp(3), docs/terminals.md
 */
#include "tty_private.h"

#include <fs/file.h>
#include <proc/signal.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/uaccess.h>

bool tty_is_mine(struct tty *tty)
{
	struct tty *mine = session_current_tty();

	if (mine)
		tty_put(mine);
	return mine == tty;
}

struct session *tty_session(struct tty *tty)
{
	struct session *s;

	spin_lock(&tty->session_lock);
	s = tty->session ? session_get(tty->session) : NULL;
	spin_unlock(&tty->session_lock);
	return s;
}

void tty_signal_foreground(struct tty *tty, int sig)
{
	struct session *s = tty_session(tty);
	struct pid *pgrp;

	if (!s)
		return;
	pgrp = session_foreground(s);
	session_put(s);
	if (pgrp) {
		signal_send_group(pgrp, sig, SEND_KERNEL);
		pid_put(pgrp);
	}
}

int tty_check_change(struct tty *tty)
{
	return session_job_control(tty, SIGTTOU);
}

static void hang_up(struct tty *tty, bool leader_exits)
{
	struct session *s;

	mutex_lock(&tty->lock);
	WRITE_ONCE(tty->hangups, tty->hangups + 1);
	tty_line_flush(tty);
	tty->ops->discard(tty);
	ring_drop(&tty->echo, TTY_ECHO_SIZE);
	tty->stopped = false;
	tty->stopped_by_call = false;
	if (tty->flags & TTY_RESET)
		tty->termios = tty->first;
	if (tty->ops->event)
		tty->ops->event(tty, TTY_HUNG_UP);
	mutex_unlock(&tty->lock);
	s = tty_session(tty);
	if (s) {
		session_hangup(s, leader_exits);
		session_put(s);
	}
	wake_all(&tty->read_wait);
	wake_all(&tty->write_wait);
}

void tty_hangup(struct tty *tty)
{
	hang_up(tty, false);
}

/* The rules of TIOCSCTTY. 0, -EPERM. */
static int acquire(struct tty *tty, bool steal)
{
	struct session *mine = session_of_current();
	struct session *old;
	int err;

	if (!mine)
		return -EPERM;
	old = tty_session(tty);
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

/* Who can only write does not get it. Refused silently. */
void tty_acquire_on_open(struct tty *tty, const struct file *f)
{
	if ((f->flags & O_NOCTTY) || !(f->mode & FILE_READ))
		return;
	if (acquire(tty, false))
		return;
}

/* Source: TIOCSCTTY(2const): only root may steal. */
static long set_mine(const struct tty_call *c, u64 arg)
{
	struct process *p = current_process();

	if (tty_is_mine(c->tty) && p->sid == p->tgid)
		return 0;
	if (p->sid != p->tgid)
		return -EPERM;
	if (!(c->f->mode & FILE_READ) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return acquire(c->tty, arg == 1 && capable(CAP_SYS_ADMIN));
}

static long give_up(const struct tty_call *c)
{
	struct process *p = current_process();
	struct session *s;

	if (c->master || !tty_is_mine(c->tty))
		return -ENOTTY;
	if (p->sid != p->tgid)
		return session_leave_tty();
	s = session_of_current();
	session_detach_tty(s);
	session_put(s);
	return 0;
}

/* The master may ask about whatever session its slave has. */
static long get_foreground(const struct tty_call *c, u64 arg)
{
	struct session *s;
	struct pid *pgrp = NULL;
	long nr;

	if (!c->master && !tty_is_mine(c->tty))
		return -ENOTTY;
	s = tty_session(c->tty);
	if (s) {
		pgrp = session_foreground(s);
		session_put(s);
	}
	nr = pgrp ? pid_vnr(pgrp) : 0;
	pid_put(pgrp);
	return put_user_u32(arg, (u32)nr);
}

static long set_foreground(const struct tty_call *c, u64 arg)
{
	int err = tty_check_change(c->tty);
	struct session *s;
	u32 nr;

	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (get_user_u32(&nr, arg))
		return -EFAULT;
	if ((s32)nr < 0)
		return -EINVAL;
	if (!tty_is_mine(c->tty))
		return -ENOTTY;
	s = session_of_current();
	err = session_set_foreground(s, (pid_t)nr);
	session_put(s);
	return err;
}

static long get_session(const struct tty_call *c, u64 arg)
{
	struct session *s;
	long nr;

	if (!c->master && !tty_is_mine(c->tty))
		return -ENOTTY;
	s = tty_session(c->tty);
	if (!s)
		return -ENOTTY;
	nr = pid_vnr(s->sid);
	session_put(s);
	return put_user_u32(arg, (u32)nr);
}

long tty_ioctl_job(const struct tty_call *c, u32 cmd, u64 arg)
{
	switch (cmd) {
	case TIOCSCTTY:
		return set_mine(c, arg);
	case TIOCNOTTY:
		return give_up(c);
	case TIOCGPGRP:
		return get_foreground(c, arg);
	case TIOCSPGRP:
		return set_foreground(c, arg);
	case TIOCGSID:
		return get_session(c, arg);
	}
	return -ENOTTY;
}

static void session_tty_get(struct tty *tty)
{
	tty_get(tty);
}

static void session_tty_put(struct tty *tty)
{
	tty_put(tty);
}

/* The session gives the terminal up: the terminal forgets the session. */
static void session_tty_forget(struct tty *tty, struct session *s)
{
	spin_lock(&tty->session_lock);
	if (tty->session == s)
		tty->session = NULL;
	spin_unlock(&tty->session_lock);
}

static bool session_tty_leader_exits(struct tty *tty)
{
	if (tty->flags & TTY_PAIR)
		return false;
	hang_up(tty, true);
	return true;
}

static dev_t session_tty_dev(struct tty *tty)
{
	return tty->dev;
}

void tty_job_init(void)
{
	static const struct session_tty_ops session_ops = {
		.get = session_tty_get,
		.put = session_tty_put,
		.forget = session_tty_forget,
		.hangup = tty_hangup,
		.leader_exits = session_tty_leader_exits,
		.dev = session_tty_dev,
	};

	session_set_tty_ops(&session_ops);
}
