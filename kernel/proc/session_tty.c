/*
 * kernel/proc/session_tty.c - sessions and their terminal
 *
 * What:  how a session gets and loses its terminal, who is told then, the
 *        foreground group, and job control of reads and writes.
 * Locks: session->lock covers terminal and foreground group. Never two of them
 *        at once: stealing a terminal detaches it from one session, drops that
 *        lock, and attaches it to the other.
 * Life:  a session holds its terminal; the terminal points back without
 *        holding, and is told by "forget".
 * Not:   the terminal itself (drivers/tty*.c), reached by a table of functions.
 * See:   tcsetpgrp(3), ioctl_tty(2), docs/terminals.md, POSIX.1 "General
 *        Terminal Interface".
 */
#include <proc/session.h>

#include <proc/pidns.h>
#include <proc/signal.h>
#include "signal_internal.h"
#include <uapi/errno.h>

static const struct session_tty_ops *tty_ops;

void session_set_tty_ops(const struct session_tty_ops *ops)
{
	tty_ops = ops;
}

void session_put_tty(struct session *s)
{
	if (s->tty)
		tty_ops->put(s->tty);
	pid_put(s->foreground);
	pid_put(s->last_foreground);
}

/* Take the terminal away from @s; the caller gets its references. */
static struct tty *take_tty(struct session *s, struct pid **foreground)
{
	struct tty *tty;

	spin_lock(&s->lock);
	tty = s->tty;
	*foreground = s->foreground;
	s->tty = NULL;
	s->foreground = NULL;
	spin_unlock(&s->lock);
	return tty;
}

static void let_go(struct session *s, struct tty *tty)
{
	if (!tty)
		return;
	tty_ops->forget(tty, s);
	tty_ops->put(tty);
}

/* TIOCNOTTY by the leader: the foreground is told. */
void session_detach_tty(struct session *s)
{
	struct pid *foreground;
	struct tty *tty = take_tty(s, &foreground);

	if (foreground) {
		signal_send_group(foreground, SIGHUP, SEND_KERNEL);
		signal_send_group(foreground, SIGCONT, SEND_KERNEL);
		pid_put(foreground);
	}
	let_go(s, tty);
}

static void signal_leader(struct session *s)
{
	struct process *leader;

	rcu_read_lock();
	leader = rcu_dereference(s->sid->process);
	if (leader) {
		signal_send_process(leader, SIGHUP, SEND_KERNEL);
		signal_send_process(leader, SIGCONT, SEND_KERNEL);
	}
	rcu_read_unlock();
}

/* @s loses its terminal; who the leader's end is to be told to stays. */
static void lose_tty(struct session *s)
{
	struct pid *foreground, *old;
	struct tty *tty = take_tty(s, &foreground);

	spin_lock(&s->lock);
	old = s->last_foreground;
	s->last_foreground = foreground;
	spin_unlock(&s->lock);
	pid_put(old);
	let_go(s, tty);
}

/* The leader dies: SIGHUP to the foreground group, the present one or, after a
 * hang-up, the @last, which may be stopped. */
static void tell_foreground(struct session *s, bool last)
{
	struct pid *pgrp;

	spin_lock(&s->lock);
	pgrp = pid_get(last ? s->last_foreground : s->foreground);
	spin_unlock(&s->lock);
	if (!pgrp)
		return;
	signal_send_group(pgrp, SIGHUP, SEND_KERNEL);
	if (last)
		signal_send_group(pgrp, SIGCONT, SEND_KERNEL);
	pid_put(pgrp);
}

void session_hangup(struct session *s, bool leader_exits)
{
	signal_leader(s);
	if (leader_exits)
		tell_foreground(s, false);
	lose_tty(s);
}

static struct tty *tty_get_of(struct session *s)
{
	struct tty *tty;

	spin_lock(&s->lock);
	tty = s->tty;
	if (tty)
		tty_ops->get(tty);
	spin_unlock(&s->lock);
	return tty;
}

void session_leader_exit(struct process *p)
{
	struct session *s;
	struct tty *tty;

	if (p->sid != p->tgid)
		return;
	s = session_of_current();
	tty = tty_get_of(s);
	if (!tty)
		tell_foreground(s, true);
	else if (!tty_ops->leader_exits(tty))
		tell_foreground(s, false);
	if (tty)
		tty_ops->put(tty);
	lose_tty(s);
	session_put(s);
}

struct tty *session_current_tty(void)
{
	struct session *s;
	struct tty *tty;

	if (READ_ONCE(current_process()->left_tty))
		return NULL;
	s = session_of_current();
	tty = tty_get_of(s);
	session_put(s);
	return tty;
}

void session_vhangup(void)
{
	struct tty *tty = session_current_tty();

	if (!tty)
		return;
	tty_ops->hangup(tty);
	tty_ops->put(tty);
}

void session_terminal(struct process *p, struct pid_ns *ns, dev_t *dev,
		      s32 *pgrp)
{
	struct session *s;

	if (READ_ONCE(p->left_tty))
		return;
	s = session_lock(p);
	if (s->tty) {
		*dev = tty_ops->dev(s->tty);
		*pgrp = s->foreground ? pid_nr(s->foreground, ns) : -1;
	}
	session_unlock(s);
}

int session_leave_tty(void)
{
	WRITE_ONCE(current_process()->left_tty, 1);
	return 0;
}

/* @s gets @tty; only its leader @p has it, and who that forks from now on. The
 * foreground group before goes to @last. [G] */
static void attach(struct session *s, struct process *p, struct tty *tty,
		   struct pid **last)
{
	struct process *member;

	tty_ops->get(tty);
	s->tty = tty;
	s->foreground = pid_get(p->pgid);
	*last = s->last_foreground;
	s->last_foreground = NULL;
	for_each_list(member, &s->sid->session, session_link)
		WRITE_ONCE(member->left_tty, member != p);
}

int session_attach_tty(struct tty *tty, bool steal, struct session *old)
{
	struct process *p = current_process();
	struct session *s = session_of_current();
	struct pid *last = NULL;
	int err = -EPERM;

	if (p->sid != p->tgid || READ_ONCE(s->tty))
		goto out;
	if (old && steal) {
		struct pid *foreground;
		struct tty *had = take_tty(old, &foreground);

		pid_put(foreground);
		let_go(old, had);
	}
	spin_lock(&s->lock);
	if (!s->tty) {
		attach(s, p, tty, &last);
		err = 0;
	}
	spin_unlock(&s->lock);
	pid_put(last);
out:
	session_put(s);
	return err;
}

struct pid *session_foreground(struct session *s)
{
	struct pid *pid;

	spin_lock(&s->lock);
	pid = pid_get(s->foreground);
	spin_unlock(&s->lock);
	return pid;
}

/* The session of the group @pid, or else of the process of that number: as on
 * Linux, one that leads no group passes too. Compared, never followed. */
static struct session *session_meant(struct pid *pid)
{
	struct session *s = rcu_dereference(pid->group_session);
	struct process *p;

	if (s)
		return s;
	p = rcu_dereference(pid->process);
	return p ? rcu_dereference(p->session) : NULL;
}

/* The group named by @nr, if it is in session @s. With reference. */
static int group_in_session(struct session *s, pid_t nr, struct pid **out)
{
	struct pid *pgrp;
	int err = 0;

	spin_lock(&s->lock);
	rcu_read_lock();
	pgrp = nr ? pid_find(nr, current_pidns()) : NULL;
	if (!pgrp)
		err = -ESRCH;
	else if (session_meant(pgrp) != s)
		err = -EPERM;
	else
		*out = pid_get(pgrp);
	rcu_read_unlock();
	spin_unlock(&s->lock);
	return err;
}

int session_set_foreground(struct session *s, pid_t nr)
{
	struct pid *pgrp, *old;
	int err;

	if (nr < 0)
		return -EINVAL;
	err = group_in_session(s, nr, &pgrp);
	if (err)
		return err;
	spin_lock(&s->lock);
	old = s->foreground;
	s->foreground = pgrp;
	spin_unlock(&s->lock);
	pid_put(old);
	return 0;
}

static bool blocks_or_ignores(int sig)
{
	struct task *t = current_task();

	return (t->blocked & SIGMASK(sig)) ||
	       signal_handler(t, sig) == SIG_IGN;
}

/* A background process touches its terminal: stop it, or say why not. */
static int background_access(int sig)
{
	struct session *s;
	struct pid *pgrp;
	int err = -ERESTARTSYS;

	if (blocks_or_ignores(sig))
		return sig == SIGTTIN ? -EIO : 0;
	s = session_lock(current_process());
	pgrp = current_process()->pgid;
	if (group_is_orphaned(pgrp))
		err = -EIO;
	else
		signal_send_group_locked(pgrp, sig, SEND_KERNEL);
	session_unlock(s);
	return err;
}

int session_job_control(struct tty *tty, int sig)
{
	struct process *p = current_process();
	struct session *s = session_lock(p);
	bool background;

	background = s->tty == tty && !READ_ONCE(p->left_tty) &&
		     s->foreground && s->foreground != p->pgid;
	session_unlock(s);
	return background ? background_access(sig) : 0;
}
