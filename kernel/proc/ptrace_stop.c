/*
 * kernel/proc/ptrace_stop.c - a tracee stops, and its tracer is told
 *
 * What:  the one way to stop (trace_stop), and what leads to it: signals,
 *        group stops, events, system calls; the death of a tracee.
 * Locks: siglock for the state of the stop; the tracer is told under
 *        trace_lock and its own siglock, never with the tracee's held.
 * Life:  a stop ends when the tracer says so, lets go or dies, or by SIGKILL.
 * Not:   who traces whom (ptrace.c).
 * See:   docs/ptrace.md; ptrace(2), "Stopped states".
 */
#include <proc/ptrace.h>

#include <arch/ptrace.h>
#include <core/assert.h>
#include <lib/string.h>
#include <proc/lifecycle.h>
#include <proc/pidns.h>
#include <proc/procfs.h>
#include <proc/signal.h>
#include <proc/user_ns.h>
#include "signal_internal.h"
#include <uapi/wait.h>

#define USER_HZ 100

struct stop {
	u32 code;		/* signal, and the event above bit 8 */
	int why;		/* CLD_TRAPPED, or CLD_STOPPED: group stop */
	u64 message;
	struct siginfo *info;
};

/* SIGCHLD's information about @t, as @tracer sees it. */
static void stop_info(struct siginfo *si, struct task *t,
		      const struct task *tracer)
{
	struct rusage_sum sum;

	task_sum(t, &sum);
	memset(si, 0, sizeof(*si));
	si->si_signo = SIGCHLD;
	si->f.child.pid = pid_nr(t->pid, pid_ns_of(tracer->process->tgid));
	si->f.child.uid = signal_uid_for(t->cred->uid, tracer->process);
	si->f.child.utime = (s64)(sum.user_ns * USER_HZ / NSEC_PER_SEC);
	si->f.child.stime = (s64)(sum.system_ns * USER_HZ / NSEC_PER_SEC);
}

/* [X] held. */
static void send_to_tracer(struct task *tracer, int sig,
			   const struct siginfo *si)
{
	struct process *p = tracer->process;
	const struct k_sigaction *act = &tracer->sighand->action[SIGCHLD - 1];
	bool stop = si->si_code >= CLD_TRAPPED;

	spin_lock_irq(&p->siglock);
	if (!stop || (READ_ONCE(act->handler) != SIG_IGN &&
		      !(READ_ONCE(act->flags) & SA_NOCLDSTOP)))
		(void)signal_send_locked(p, sig, si);
	spin_unlock_irq(&p->siglock);
	wait_queue_wake_sync(&p->child_wait, 0, 0);
}

/* [X] held. */
static void tell_tracer(struct task *t, int why)
{
	struct task *tracer = t->tracee.tracer;
	struct siginfo si;

	stop_info(&si, t, tracer);
	si.si_code = why;
	if (why == CLD_CONTINUED)
		si.f.child.status = SIGCONT;
	else if (why == CLD_STOPPED)
		si.f.child.status = t->process->stop_signal & 0x7f;
	else
		si.f.child.status = t->tracee.code & 0x7f;
	send_to_tracer(tracer, SIGCHLD, &si);
}

void ptrace_tell_group(struct process *p, int why)
{
	spin_lock(&trace_lock);
	if (ptrace_by_stranger(p->leader))
		tell_tracer(p->leader, why);
	spin_unlock(&trace_lock);
}

bool ptrace_notify_exit(struct task *t)
{
	bool last = task_is_leader(t) && t->process->nthreads == 1;
	int sig = SIGCHLD;
	struct siginfo si;

	if (last)
		pidfd_notify_exit(t->process->tgid);
	spin_lock(&trace_lock);
	if (!t->tracee.flags) {
		spin_unlock(&trace_lock);
		return true;
	}
	if (last && !ptrace_by_stranger(t))
		sig = t->exit_signal;
	stop_info(&si, t, t->tracee.tracer);
	si.si_signo = sig;
	if (t->exit_code & WCOREFLAG)
		si.si_code = CLD_DUMPED;
	else
		si.si_code = t->exit_code & 0x7f ? CLD_KILLED : CLD_EXITED;
	si.f.child.status = t->exit_code & 0x7f ? t->exit_code & 0x7f :
						  t->exit_code >> 8;
	if (sig > 0 && sig <= NSIG)
		send_to_tracer(t->tracee.tracer, sig, &si);
	else
		wake_all(&t->tracee.tracer->process->child_wait);
	spin_unlock(&trace_lock);
	return false;
}

/* Everything that concerns others: no lock held, the state is set. */
static void stop_announce(struct task *t, int why, bool group_done)
{
	bool stranger;

	spin_lock(&trace_lock);
	stranger = ptrace_by_stranger(t) || !t->tracee.flags;
	if (t->tracee.flags)
		tell_tracer(t, why);
	spin_unlock(&trace_lock);
	if (group_done && stranger)
		signal_tell_parent(t->process);
}

/* The process as a whole stopped; whether its parent is told, or has the
 * same news from the trap, is decided by stop_announce. [S] */
static bool join_group_stop(struct task *t, int why)
{
	if (why != CLD_STOPPED || !(t->jobctl & JOB_STOP_PENDING) ||
	    !signal_stop_participate())
		return false;
	if (!ptrace_by_stranger(t))
		t->process->sigflags &= ~(u32)SIGNAL_TELL_STOP;
	return true;
}

/* [S] held, dropped meanwhile. Return: the signal the tracer wants. */
static int trace_stop(const struct stop *s)
{
	struct task *t = current_task();
	struct spinlock *siglock = &t->process->siglock;
	bool group_done;
	int sig;

	if (!t->tracee.flags || (t->pending.set & SIGMASK(SIGKILL)))
		return (int)s->code;
	thread_set_state(THREAD_TRACED);
	t->tracee.message = s->message;
	t->tracee.code = (s32)s->code;
	t->last_siginfo = s->info;
	group_done = join_group_stop(t, s->why);
	signal_job_clear(t, JOB_TRAP_STOP);
	if (s->info && s->info->si_code >> 8 == PTRACE_EVENT_STOP)
		signal_job_clear(t, JOB_TRAP_NOTIFY);
	if (t->jobctl & JOB_TRAPPING) {
		t->jobctl &= ~(u32)JOB_TRAPPING;
		thread_wake(&t->tracee.tracer->thread, WAKE_NORMAL);
	}
	spin_unlock_irq(siglock);
	stop_announce(t, s->why, group_done);
	schedule();
	thread_set_state(THREAD_RUNNING);
	spin_lock_irq(siglock);
	sig = t->tracee.code;
	t->tracee.code = 0;
	t->tracee.message = 0;
	t->last_siginfo = NULL;
	t->jobctl &= ~(u32)(JOB_LISTENING | JOB_FROZEN);
	signal_recalc();
	return sig;
}

/* An event's stop, whose siginfo is made up. [S] as above. */
static int event_stop(const struct stop *event, int sig)
{
	const struct cred *c = current_cred();
	struct siginfo si = {
		.si_signo = sig,
		.si_code = (s32)event->code,
		.f.kill.pid = pid_vnr(current_task()->pid),
		.f.kill.uid = uid_shown(c->user_ns, c->uid),
	};
	struct stop s = *event;

	s.info = &si;
	return trace_stop(&s);
}

/* After a trap of a seized thread nothing is left to do but to look again. */
void ptrace_trap(void)
{
	struct task *t = current_task();
	struct process *p = t->process;
	struct stop s = { .code = (u32)t->stop_signal, .why = CLD_STOPPED };

	if (!(t->tracee.flags & PT_SEIZED)) {
		(void)trace_stop(&s);
		return;
	}
	if (!p->stop_count && !(p->sigflags & SIGNAL_STOPPED))
		s.code = SIGTRAP;
	s.code |= PTRACE_EVENT_STOP << 8;
	(void)event_stop(&s, (int)(s.code & 0xff));
}

int ptrace_notify(u32 code, u64 message)
{
	struct spinlock *siglock = &current_process()->siglock;
	struct stop s = {
		.code = code,
		.why = CLD_TRAPPED,
		.message = message,
	};
	int sig;

	spin_lock_irq(siglock);
	sig = event_stop(&s, SIGTRAP);
	spin_unlock_irq(siglock);
	return sig;
}

void ptrace_event(u32 event, u64 message)
{
	struct task *t = current_task();

	if (t->tracee.flags & PT_EVENT(event))
		(void)ptrace_notify(SIGTRAP | event << 8, message);
	else if (event == PTRACE_EVENT_EXEC &&
		 (t->tracee.flags & (u32)(PT_TRACED | PT_SEIZED)) == PT_TRACED)
		(void)signal_send_task(t, SIGTRAP, SEND_NOINFO);
}

void ptrace_event_pid(u32 event, struct pid *pid)
{
	const struct task *tracer;
	s32 nr = 0;

	rcu_read_lock();
	tracer = rcu_dereference(current_task()->tracee.tracer);
	if (tracer)
		nr = pid_nr(pid, pid_ns_of(tracer->process->tgid));
	rcu_read_unlock();
	ptrace_event(event, (u64)nr);
}

s32 ptrace_own_nr(void)
{
	const struct task *tracer;
	s32 nr = 0;

	rcu_read_lock();
	tracer = rcu_dereference(current_task()->tracee.tracer);
	if (tracer)
		nr = pid_nr(current_task()->pid,
			    pid_ns_of(tracer->process->tgid));
	rcu_read_unlock();
	return nr;
}

/* The tracer replaced the signal: it is one that the tracer sent. */
static void new_info(struct siginfo *si, int sig)
{
	const struct task *tracer;

	memset(si, 0, sizeof(*si));
	si->si_signo = sig;
	si->si_code = SI_USER;
	rcu_read_lock();
	tracer = rcu_dereference(current_task()->tracee.tracer);
	if (tracer) {
		struct pid_ns *ns = current_pidns();

		si->f.kill.pid = pid_nr(rcu_dereference(tracer->pid), ns);
		si->f.kill.uid = signal_uid_for(
			rcu_dereference(tracer->cred)->uid, current_process());
	}
	rcu_read_unlock();
}

int ptrace_signal(struct siginfo *si, bool group)
{
	struct task *t = current_task();
	struct stop s = {
		.code = (u32)si->si_signo,
		.why = CLD_TRAPPED,
		.info = si,
	};
	int sig;

	/* Whatever the tracer makes of it; SIGCONT takes it back. */
	t->jobctl |= JOB_STOP_DEQUEUED;
	sig = trace_stop(&s);
	if (!sig)
		return 0;
	if (sig != si->si_signo)
		new_info(si, sig);
	if (!(t->blocked & SIGMASK(sig)) &&
	    !(t->pending.set & SIGMASK(SIGKILL)))
		return sig;
	signal_requeue_locked(t, si, group);
	return 0;
}

bool ptrace_step_pause(void)
{
	struct task *t = current_task();

	arch_step_disable(&t->thread.arch);
	trace_syscalls_set(t, 0, TRACE_STEP);
	return true;
}
