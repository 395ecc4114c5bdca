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
#include <proc/ptrace.h>
#include <proc/tree.h>
#include "signal_internal.h"
#include <uapi/errno.h>
#include <uapi/poll.h>
#include <uapi/wait.h>

#define USER_HZ 100

bool signal_job_set(struct task *t, u32 bits, int sig)
{
	if ((t->pending.set & SIGMASK(SIGKILL)) ||
	    (READ_ONCE(t->flags) & TASK_EXITING))
		return false;
	if (sig)
		t->stop_signal = sig;
	t->jobctl |= bits;
	return true;
}

void signal_job_clear(struct task *t, u32 bits)
{
	if (bits & JOB_STOP_PENDING)
		bits |= JOB_STOP_COUNTED | JOB_STOP_DEQUEUED;
	t->jobctl &= ~bits;
	if (!(t->jobctl & JOB_TRAPPING) || (t->jobctl & JOB_PENDING_MASK))
		return;
	t->jobctl &= ~(u32)JOB_TRAPPING;
	thread_wake(&t->tracee.tracer->thread, WAKE_NORMAL);
}

/* A group stop begins or ends: a seized thread traps to tell, even if its
 * tracer listens only. [S] */
static void trap_notify(struct task *t)
{
	u32 states = t->jobctl & JOB_LISTENING ? BIT(THREAD_TRACED) : 0;

	signal_job_set(t, JOB_TRAP_NOTIFY, 0);
	signal_wake_states(t, states);
}

static void stop_mark(struct task *t, int sig)
{
	if (READ_ONCE(t->thread.state) == THREAD_STOPPED ||
	    !signal_job_set(t, JOB_STOP_PENDING | JOB_STOP_COUNTED, sig))
		return;
	t->process->stop_count++;
	if (t == current_task())
		return;
	if (t->tracee.flags & PT_SEIZED)
		trap_notify(t);
	else
		signal_wake(t, false);
}

void signal_stop_begin_locked(struct process *p, int sig)
{
	struct task *t;

	if (!(current_task()->jobctl & JOB_STOP_DEQUEUED) ||
	    (p->sigflags & SIGNAL_GROUP_EXIT) || p->group_exec)
		return;
	if (!(p->sigflags & SIGNAL_STOPPED))
		p->stop_signal = sig;
	p->stop_count = 0;
	for_each_list(t, &p->threads, thread_link)
		stop_mark(t, sig);
}

void signal_thread_born_locked(struct task *child)
{
	struct process *p = child->process;
	u32 bits = JOB_STOP_PENDING;

	if (p->stop_count > 0) {
		p->stop_count++;
		bits |= JOB_STOP_COUNTED;
	} else if (!(p->sigflags & SIGNAL_STOPPED)) {
		return;
	}
	child->jobctl |= bits;
	child->stop_signal = current_task()->stop_signal;
}

bool signal_stop_participate(void)
{
	struct task *t = current_task();
	struct process *p = t->process;
	bool counted = t->jobctl & JOB_STOP_COUNTED;

	signal_job_clear(t, JOB_STOP_PENDING);
	if (!counted)
		return false;
	if (p->stop_count > 0)
		p->stop_count--;
	if (p->stop_count || (p->sigflags & SIGNAL_STOPPED))
		return false;
	p->sigflags &= ~(u32)(SIGNAL_CONTINUED | SIGNAL_CONT_REPORT |
			      SIGNAL_TELL_CONT);
	p->sigflags |= SIGNAL_STOPPED | SIGNAL_STOP_REPORT | SIGNAL_TELL_STOP;
	return true;
}

void signal_stop_join(void)
{
	struct task *t = current_task();
	struct process *p = t->process;
	bool tell;

	if (t->tracee.flags) {
		signal_job_set(t, JOB_TRAP_STOP, 0);
		return;
	}
	tell = signal_stop_participate();
	signal_recalc();
	thread_set_state(THREAD_STOPPED);
	spin_unlock_irq(&p->siglock);
	if (tell)
		signal_tell_parent(p);
	schedule();
	thread_set_state(THREAD_RUNNING);
	spin_lock_irq(&p->siglock);
}

void signal_continue_locked(struct process *p)
{
	struct task *t;
	bool was_stopping = p->stop_count > 0;

	for_each_list(t, &p->threads, thread_link) {
		signal_job_clear(t, JOB_STOP_PENDING);
		if (t->tracee.flags & PT_SEIZED)
			trap_notify(t);
		else
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
	const struct k_sigaction *act;
	bool autoreap = false;
	struct siginfo si;
	u64 flags;

	tree_assert_held(child->parent_ns);
	flags = spin_lock_irqsave(&parent->siglock);
	act = sighand_action(parent->leader->sighand, SIGCHLD);
	if (sig == SIGCHLD && (READ_ONCE(act->handler) == SIG_IGN ||
			       (READ_ONCE(act->flags) & SA_NOCLDWAIT))) {
		autoreap = true;
		if (READ_ONCE(act->handler) == SIG_IGN)
			sig = 0;
	}
	/* Most parents wait and do not listen. */
	if (sig == SIGCHLD && signal_dropped_locked(parent, sig))
		sig = 0;
	spin_unlock_irqrestore(&parent->siglock, flags);
	if (sig > 0 && sig <= NSIG) {
		child_info(&si, child, parent);
		exit_info(&si, child);
		si.si_signo = sig;
		signal_send_process(parent, sig, &si);
	}
	wait_queue_wake_sync(&parent->child_wait, 0, 0);
	return autoreap;
}

void signal_notify_parent_stop(struct process *child, int why)
{
	struct process *parent = child->parent;
	const struct k_sigaction *act;
	struct siginfo si;
	u64 flags;

	tree_assert_held(child->parent_ns);
	child_info(&si, child, parent);
	si.si_code = why;
	si.f.child.status = why == CLD_CONTINUED ? SIGCONT :
						   child->stop_signal;
	flags = spin_lock_irqsave(&parent->siglock);
	act = sighand_action(parent->leader->sighand, SIGCHLD);
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
	if (tell && unlikely(p->leader->tracee.flags))
		ptrace_tell_group(p, tell & SIGNAL_TELL_CONT ?
				     CLD_CONTINUED : CLD_STOPPED);
	tree_unlock(p->parent_ns);
}
