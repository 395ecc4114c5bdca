/*
 * kernel/proc/signal_stop.c - stopping and going on, and telling the parent
 *
 * What:  a group stop: every thread joins, the last one makes the process
 *        stopped; SIGCONT ends it. Notices of death, stop and continuation.
 * Locks: siglock for the state. The parent is told under the tree lock of its
 *        namespace and its own siglock, never with the child's siglock held.
 * See:   signal(7), wait(2), setpgid(2).
 */
#include <proc/signal.h>

#include <core/assert.h>
#include <lib/string.h>
#include <proc/lifecycle.h>
#include <proc/tree.h>
#include "signal_internal.h"
#include <uapi/errno.h>
#include <uapi/poll.h>
#include <uapi/wait.h>

#define USER_HZ 100

void signal_stop_begin_locked(struct process *p, int sig)
{
	struct task *t;

	if (p->sigflags & (SIGNAL_STOPPED | SIGNAL_GROUP_EXIT) || p->group_exec)
		return;
	p->sigflags &= ~(u32)(SIGNAL_CONTINUED | SIGNAL_CONT_REPORT);
	p->stop_signal = sig;
	for_each_list(t, &p->threads, thread_link) {
		if (t->stop_pending || (READ_ONCE(t->flags) & TASK_EXITING))
			continue;
		t->stop_pending = 1;
		p->stop_count++;
		if (t != current_task())
			signal_wake(t, false);
	}
}

void signal_thread_born_locked(struct task *child)
{
	struct process *p = child->process;

	if (p->stop_count > 0) {
		child->stop_pending = 1;
		p->stop_count++;
	}
}

void signal_stop_join(void)
{
	struct task *t = current_task();
	struct process *p = t->process;
	bool tell = false;

	ASSERT(t->stop_pending);
	t->stop_pending = 0;
	if (--p->stop_count == 0) {
		p->sigflags |= SIGNAL_STOPPED | SIGNAL_STOP_REPORT |
			       SIGNAL_TELL_STOP;
		tell = true;
	}
	signal_recalc();
	thread_set_state(THREAD_STOPPED);
	spin_unlock_irq(&p->siglock);
	if (tell)
		signal_tell_parent(p);
	schedule();
	thread_set_state(THREAD_RUNNING);
}

void signal_continue_locked(struct process *p)
{
	struct task *t;
	bool was_stopping = p->stop_count > 0;

	for_each_list(t, &p->threads, thread_link) {
		t->stop_pending = 0;
		thread_wake(&t->thread, BIT(THREAD_STOPPED));
	}
	p->stop_count = 0;
	if (p->sigflags & SIGNAL_STOPPED) {
		p->sigflags &= ~(u32)(SIGNAL_STOPPED | SIGNAL_STOP_REPORT |
				      SIGNAL_TELL_STOP);
		p->sigflags |= SIGNAL_CONTINUED | SIGNAL_CONT_REPORT |
			       SIGNAL_TELL_CONT;
	} else if (was_stopping) {
		p->sigflags |= SIGNAL_TELL_STOP;
	} else {
		return;
	}
	if (!list_empty(&p->threads))
		signal_wake(p->leader, false);
}

void signal_notify_fd(struct process *p)
{
	if (wait_queue_active(&p->signal_wait))
		wait_queue_wake(&p->signal_wait, 0, POLLIN);
}

/* SIGCHLD's information about @child, as @parent sees it. */
static void child_info(struct siginfo *si, struct process *child,
		       struct process *parent)
{
	struct rusage_sum sum;

	process_sum(child, &sum);
	memset(si, 0, sizeof(*si));
	si->si_signo = SIGCHLD;
	si->f.child.pid = pid_nr(child->tgid, pid_ns_of(parent->tgid));
	si->f.child.uid = signal_uid_for(child->leader->cred->uid, parent);
	si->f.child.utime = (s64)(sum.user_ns * USER_HZ / NSEC_PER_SEC);
	si->f.child.stime = (s64)(sum.system_ns * USER_HZ / NSEC_PER_SEC);
}

static void exit_info(struct siginfo *si, struct process *child)
{
	int status = child->sigflags & SIGNAL_GROUP_EXIT ?
		     child->group_exit_code : child->leader->exit_code;

	if (status & WCOREFLAG)
		si->si_code = CLD_DUMPED;
	else
		si->si_code = status & 0x7f ? CLD_KILLED : CLD_EXITED;
	si->f.child.status = status & 0x7f ? status & 0x7f : status >> 8;
}

bool signal_notify_parent_exit(struct process *child, int sig)
{
	struct process *parent = child->parent;
	struct k_sigaction *act;
	bool autoreap = false;
	struct siginfo si;
	u64 flags;

	tree_assert_held(child->parent_ns);
	child_info(&si, child, parent);
	exit_info(&si, child);
	si.si_signo = sig;
	flags = spin_lock_irqsave(&parent->siglock);
	act = &parent->leader->sighand->action[SIGCHLD - 1];
	if (sig == SIGCHLD && (READ_ONCE(act->handler) == SIG_IGN ||
			       (READ_ONCE(act->flags) & SA_NOCLDWAIT))) {
		autoreap = true;
		if (READ_ONCE(act->handler) == SIG_IGN)
			sig = 0;
	}
	if (sig > 0 && sig <= NSIG)
		signal_send_locked(parent, sig, &si);
	spin_unlock_irqrestore(&parent->siglock, flags);
	wait_queue_wake_sync(&parent->child_wait, 0, 0);
	return autoreap;
}

void signal_notify_parent_stop(struct process *child, int why)
{
	struct process *parent = child->parent;
	struct k_sigaction *act;
	struct siginfo si;
	u64 flags;

	tree_assert_held(child->parent_ns);
	child_info(&si, child, parent);
	si.si_code = why;
	si.f.child.status = why == CLD_CONTINUED ? SIGCONT :
						   child->stop_signal;
	flags = spin_lock_irqsave(&parent->siglock);
	act = &parent->leader->sighand->action[SIGCHLD - 1];
	if (READ_ONCE(act->handler) != SIG_IGN &&
	    !(READ_ONCE(act->flags) & SA_NOCLDSTOP))
		signal_send_locked(parent, SIGCHLD, &si);
	spin_unlock_irqrestore(&parent->siglock, flags);
	wait_queue_wake_sync(&parent->child_wait, 0, 0);
}

void signal_tell_parent(struct process *p)
{
	u32 tell;

	tree_lock(p->parent_ns);
	spin_lock_irq(&p->siglock);
	tell = p->sigflags & (SIGNAL_TELL_STOP | SIGNAL_TELL_CONT);
	p->sigflags &= ~tell;
	spin_unlock_irq(&p->siglock);
	if (tell & SIGNAL_TELL_STOP)
		signal_notify_parent_stop(p, CLD_STOPPED);
	if (tell & SIGNAL_TELL_CONT)
		signal_notify_parent_stop(p, CLD_CONTINUED);
	tree_unlock(p->parent_ns);
}
