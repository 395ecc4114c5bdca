/*
 * kernel/proc/signal_kill.c - kill(2) and its relatives
 *
 * What:  who is meant, whether the caller may, and sending to many at once so
 *        that no child forked meanwhile is missed.
 * Locks: one process or thread: RCU. A group or all: the process tree lock
 *        (for: session lock, namespace's tree lock), under which births are
 *        published too; forks that have begun get the signal through
 *        process->forks.
 * See:   kill(2), tgkill(2), rt_sigqueueinfo(2), credentials(7).
 */
#include <proc/signal.h>

#include <core/assert.h>
#include <lib/string.h>
#include <proc/pidns.h>
#include <proc/user.h>
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

/* A signal to many reaches the children being born as well. */
static void collect_for_forks(struct process *p, int sig)
{
	struct fork_collect *c;
	u64 flags;

	if (!sig || list_empty(&p->forks))
		return;
	flags = spin_lock_irqsave(&p->siglock);
	for_each_list(c, &p->forks, link) {
		if (sig == SIGCONT)
			c->signals &= ~SIG_DEFAULT_STOP;
		else if (SIGMASK(sig) & SIG_DEFAULT_STOP)
			c->signals &= ~SIGMASK(SIGCONT);
		c->signals |= SIGMASK(sig);
	}
	spin_unlock_irqrestore(&p->siglock, flags);
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

/* Permission, then the signal; sig 0 only asks. RCU or [T] held. */
static int send_checked(struct process *p, int sig, const struct siginfo *info)
{
	int err = signal_may_send(p->leader, sig, info);

	if (err || !sig)
		return err;
	return signal_send_process(p, sig, info);
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

/* [T] held. One success is success; else the last error. */
int signal_send_group_locked(struct pid *pgrp, int sig,
			     const struct siginfo *info)
{
	struct process *p;
	bool success = false;
	int err = -ESRCH;

	for_each_list(p, &pgrp->group, group_link) {
		int one = send_checked(p, sig, info);

		if (!one)
			collect_for_forks(p, sig);
		success |= !one;
		err = one;
	}
	return success ? 0 : err;
}

int signal_send_group(struct pid *pgrp, int sig, const struct siginfo *info)
{
	int err;

	spin_lock(&process_tree_lock);
	err = signal_send_group_locked(pgrp, sig, info);
	spin_unlock(&process_tree_lock);
	return err;
}

static int kill_group(pid_t nr, int sig)
{
	struct pid *pgrp;
	int err = -ESRCH;

	spin_lock(&process_tree_lock);
	pgrp = nr ? pid_find(nr, current_pidns()) : current_process()->pgid;
	if (pgrp)
		err = signal_send_group_locked(pgrp, sig, SEND_NOINFO);
	spin_unlock(&process_tree_lock);
	return err;
}

/* Everybody the caller sees but itself and its init. */
static int kill_all(int sig)
{
	struct pid_ns *ns = current_pidns();
	int err = -ESRCH;
	struct pid *pid;
	s32 nr = 2;

	spin_lock(&process_tree_lock);
	for (; (pid = pid_table_next(&ns->table, &nr)); nr++) {
		struct process *p = pid->process;
		int one;

		if (!p || p == current_process() || !p->nthreads)
			continue;
		one = send_checked(p, sig, SEND_NOINFO);
		if (!one)
			collect_for_forks(p, sig);
		if (err == -ESRCH || one != -EPERM)
			err = one == -EPERM ? 0 : one;
	}
	spin_unlock(&process_tree_lock);
	return err;
}

int signal_kill(pid_t pid, int sig)
{
	if (pid > 0)
		return kill_one(pid, sig, SEND_NOINFO);
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
