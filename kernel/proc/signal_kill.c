/*
 * kernel/proc/signal_kill.c - kill(2) and its relatives
 *
 * What:  who is meant, whether the caller may, and sending to many at once so
 *        that no child forked meanwhile is missed.
 * Locks: one process or thread: RCU. A group: its session's lock, under which
 *        children join it. All of a namespace: no lock, but its sweep mutex;
 *        each process is marked as it is hit. Forks that have begun get the
 *        signal through process->forks.
 * See:   kill(2), tgkill(2), rt_sigqueueinfo(2), credentials(7).
 */
#include <proc/signal.h>

#include <core/assert.h>
#include <core/race.h>
#include <lib/string.h>
#include <proc/pidns.h>
#include <proc/session.h>
#include <proc/user.h>
#include <sched/sched.h>
#include "signal_internal.h"
#include <uapi/capability.h>
#include <uapi/errno.h>

void signal_fork_begin(struct fork_collect *c)
{
	struct process *p = current_process();

	c->signals = 0;
	spin_lock_irq(&p->siglock);
	list_add_tail(&p->forks, &c->link);
	spin_unlock_irq(&p->siglock);
}

void signal_fork_end(struct fork_collect *c)
{
	struct process *p = current_process();

	spin_lock_irq(&p->siglock);
	list_del(&c->link);
	spin_unlock_irq(&p->siglock);
}

/* A signal to many reaches the children being born as well. [S] */
static void collect_for_forks(struct process *p, int sig)
{
	struct fork_collect *c;

	for_each_list(c, &p->forks, link) {
		if (sig == SIGCONT)
			c->signals &= ~SIG_DEFAULT_STOP;
		else if (SIGMASK(sig) & SIG_DEFAULT_STOP)
			c->signals &= ~SIGMASK(SIGCONT);
		c->signals |= SIGMASK(sig);
	}
}

/* To @p as one of many. [S] */
static int send_to_one_of(struct process *p, int sig,
			  const struct siginfo *info)
{
	int err = signal_send_locked(p, sig, info);

	if (!err)
		collect_for_forks(p, sig);
	return err;
}

static bool uids_allow(const struct cred *from, const struct cred *to)
{
	return from->euid == to->suid || from->euid == to->uid ||
	       from->uid == to->suid || from->uid == to->uid;
}

int signal_may_send(struct task *t, int sig, const struct siginfo *info)
{
	const struct cred *to;

	if (sig < 0 || sig > NSIG)
		return -EINVAL;
	if (info == SEND_KERNEL || !current_is_task())
		return 0;
	if (t->process == current_process())
		return 0;
	to = rcu_dereference(t->cred);
	if (uids_allow(current_cred(), to) ||
	    ns_capable(to->user_ns, CAP_KILL))
		return 0;
	if (sig == SIGCONT &&
	    READ_ONCE(t->process->session) == current_process()->session)
		return 0;
	return -EPERM;
}

/* Signal 0 only asks. A process without threads is about to leave all tables:
 * it is gone for every signal, so that it does not come back for this one. */
static int ask(const struct process *p)
{
	return READ_ONCE(p->nthreads) ? 0 : -ESRCH;
}

/* Permission, then the signal. RCU held. */
static int send_checked(struct process *p, int sig, const struct siginfo *info)
{
	int err = signal_may_send(p->leader, sig, info);

	if (err)
		return err;
	return sig ? signal_send_process(p, sig, info) : ask(p);
}

/* The process that number @nr means: a thread's number means its process. */
static struct process *named_process(pid_t nr)
{
	struct pid *pid = pid_find(nr, current_pidns());
	struct process *p;
	struct task *t;

	if (!pid)
		return NULL;
	p = rcu_dereference(pid->process);
	if (p)
		return p;
	t = rcu_dereference(pid->task);
	return t ? t->process : NULL;
}

static int kill_one(pid_t nr, int sig, const struct siginfo *info)
{
	struct process *p;
	int err = -ESRCH;

	rcu_read_lock();
	p = named_process(nr);
	if (p)
		err = send_checked(p, sig, info);
	rcu_read_unlock();
	return err;
}

/* As send_checked, to a member of a group. [G] */
static int send_to_member(struct process *p, int sig,
			  const struct siginfo *info)
{
	int err = signal_may_send(rcu_dereference(p->leader), sig, info);
	u64 flags;

	if (err || !sig)
		return err ? err : ask(p);
	flags = spin_lock_irqsave(&p->siglock);
	err = send_to_one_of(p, sig, info);
	spin_unlock_irqrestore(&p->siglock, flags);
	return err;
}

/* One success is success; else the last error. */
int signal_send_group_locked(struct pid *pgrp, int sig,
			     const struct siginfo *info)
{
	struct process *p;
	bool success = false;
	int err = -ESRCH;

	for_each_list(p, &pgrp->group, group_link) {
		int one = send_to_member(p, sig, info);

		success |= !one;
		err = one;
	}
	return success ? 0 : err;
}

int signal_send_group(struct pid *pgrp, int sig, const struct siginfo *info)
{
	struct session *s = session_lock_group(&pgrp);
	int err;

	if (!s)
		return -ESRCH;
	err = signal_send_group_locked(pgrp, sig, info);
	session_unlock(s);
	return err;
}

static int kill_group(pid_t nr, int sig)
{
	struct siginfo info;
	struct pid *pgrp;
	int err = -ESRCH;

	siginfo_for_kill(&info, sig);
	rcu_read_lock();
	pgrp = nr ? pid_find(nr, current_pidns()) :
		    rcu_dereference(current_process()->pgid);
	if (pgrp)
		err = signal_send_group(pgrp, sig, &info);
	rcu_read_unlock();
	return err;
}

/* --- kill(-1) ------------------------------------------------------------ */

struct sweep {
	struct pid_ns *ns;
	u32 generation;
	int sig;
	struct siginfo info;
	bool again;		/* somebody new was hit in this pass */
	int err;		/* what kill(2) will say */
};

static u32 *mark_of(const struct sweep *s, struct process *p)
{
	return &p->tgid->numbers[s->ns->level].sweep_mark;
}

/* Not hit, but what it forks from here on is born after the signal. */
static void sweep_spare(const struct sweep *s, struct process *p)
{
	u64 flags = spin_lock_irqsave(&p->siglock);

	*mark_of(s, p) = s->generation;
	spin_unlock_irqrestore(&p->siglock, flags);
}

/* Invariant 6: mark and signal are one section of the siglock, in which forks
 * commit; so a child has its forker's mark, or is there for the next pass. */
static int sweep_hit(struct sweep *s, struct process *p)
{
	u64 flags = spin_lock_irqsave(&p->siglock);
	u32 *mark = mark_of(s, p);
	int err = 0;

	if (*mark != s->generation) {
		*mark = s->generation;
		err = send_to_one_of(p, s->sig, &s->info);
		s->again = true;
	}
	spin_unlock_irqrestore(&p->siglock, flags);
	return err;
}

static void sweep_visit(struct sweep *s, struct process *p)
{
	int err = signal_may_send(rcu_dereference(p->leader), s->sig,
				  &s->info);

	if (!err)
		err = s->sig ? sweep_hit(s, p) : ask(p);
	if (err == -ESRCH)
		return;		/* it is gone */
	/* As on Linux: what may not be signalled is no error. */
	if (s->err == -ESRCH || err != -EPERM)
		s->err = err == -EPERM ? 0 : err;
}

/* Everybody but the caller and number 1, others running between. */
static void sweep_pass(struct sweep *s)
{
	struct pid *pid;
	s32 nr = 2;

	s->again = false;
	for (; (pid = pid_next(&nr, s->ns)); nr++) {
		struct process *p;

		rcu_read_lock();
		p = rcu_dereference(pid->process);
		if (p && p != current_process())
			sweep_visit(s, p);
		rcu_read_unlock();
		pid_put(pid);
		race_point("kill(-1): one hit");
		if (SABOTAGED(one_pass))
			race_delay_us(100);
		cond_resched();
	}
}

static void sweep_begin(struct sweep *s)
{
	struct process *init;

	s->generation = ++s->ns->sweeps;
	sweep_spare(s, current_process());
	rcu_read_lock();
	init = rcu_dereference(s->ns->reaper);
	if (init)
		sweep_spare(s, init);
	rcu_read_unlock();
}

static int kill_all(int sig)
{
	struct sweep s = { .ns = current_pidns(), .sig = sig, .err = -ESRCH };

	siginfo_for_kill(&s.info, sig);
	mutex_lock(&s.ns->sweep);
	sweep_begin(&s);
	do {
		sweep_pass(&s);
	} while (s.again && !SABOTAGED(one_pass) &&
		 !signal_fatal_pending(current_task()));
	mutex_unlock(&s.ns->sweep);
	return s.err;
}

int signal_kill(pid_t pid, int sig)
{
	struct siginfo info;

	if (pid > 0) {
		/* Signal 0 only asks: nobody is told who it was. */
		if (sig)
			siginfo_for_kill(&info, sig);
		return kill_one(pid, sig, &info);
	}
	if (pid == INT_MIN)
		return -ESRCH;
	if (pid == -1)
		return kill_all(sig);
	return kill_group(-pid, sig);
}

static int send_thread(pid_t tgid, pid_t tid, int sig,
		       const struct siginfo *info)
{
	struct task *t;
	int err = -ESRCH;

	rcu_read_lock();
	t = task_find(tid);
	if (t && (tgid <= 0 || pid_vnr(t->process->tgid) == tgid)) {
		err = signal_may_send(t, sig, info);
		if (!err && sig)
			err = signal_send_task(t, sig, info);
		/* It died in between: as if it were a zombie. */
		if (err == -ESRCH)
			err = 0;
	}
	rcu_read_unlock();
	return err;
}

int signal_tgkill(pid_t tgid, pid_t tid, int sig)
{
	struct siginfo si = { .si_signo = sig, .si_code = SI_TKILL };
	struct task *t;

	rcu_read_lock();
	t = task_find(tid);
	if (t)
		siginfo_from_current(&si, sig, SI_TKILL, t->process->tgid);
	rcu_read_unlock();
	return send_thread(tgid, tid, sig, &si);
}

/* A code of the kernel's or of kill(2) may only be made up for oneself. */
static bool code_forged(const struct siginfo *info, pid_t pid)
{
	return (info->si_code >= 0 || info->si_code == SI_TKILL) &&
	       pid_vnr(current_process()->tgid) != pid;
}

int signal_queueinfo(pid_t pid, struct siginfo *info)
{
	if (code_forged(info, pid))
		return -EPERM;
	return kill_one(pid, info->si_signo, info);
}

int signal_tgqueueinfo(pid_t tgid, pid_t tid, struct siginfo *info)
{
	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	if (code_forged(info, tgid))
		return -EPERM;
	return send_thread(tgid, tid, info->si_signo, info);
}
