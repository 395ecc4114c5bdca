/*
 * kernel/proc/signal_deliver.c - what a thread does about its signals
 *
 * What:  on the way to user mode: stop, die, or build a handler's frame; and
 *        the blocked mask, waiting for signals, the alternate stack.
 * Locks: siglock; dropped before anything that sleeps or dies. The session's
 *        lock to see whether a group is orphaned.
 * Not:   the layout of the frame (arch/x86_64/signal_frame.c).
 * See:   signal(7), sigsuspend(2), sigtimedwait(2), sigaltstack(2).
 */
#include <proc/signal.h>

#include <core/assert.h>
#include <lib/string.h>
#include <proc/coredump.h>
#include <proc/lifecycle.h>
#include <proc/ptrace.h>
#include <proc/rseq.h>
#include <proc/session.h>
#include <proc/trace.h>
#include "signal_internal.h"
#include <uapi/errno.h>
#include <uapi/syscall_nr.h>
#include <vm/uaccess.h>

const struct signal_log *signal_log;

/* What makes @t look at its signals. [S] */
static bool has_work(const struct task *t)
{
	const struct process *p = t->process;
	u64 pending = t->pending.set | p->pending.set;

	return (pending & ~(t->blocked & ~t->wait_mask)) ||
	       (t->jobctl & JOB_PENDING_MASK) ||
	       (p->sigflags & (SIGNAL_TELL_STOP | SIGNAL_TELL_CONT));
}

void signal_recalc_task(struct task *t)
{
	bool fatal = t->pending.set & SIGMASK(SIGKILL);

	if (has_work(t)) {
		WRITE_ONCE(t->thread.sig_pending, fatal ? 2 : 1);
		__atomic_fetch_or(&t->thread.arch.work, (u32)WORK_SIGNAL,
				  __ATOMIC_SEQ_CST);
	} else {
		WRITE_ONCE(t->thread.sig_pending, 0);
		__atomic_fetch_and(&t->thread.arch.work, ~(u32)WORK_SIGNAL,
				   __ATOMIC_SEQ_CST);
	}
}

void signal_recalc(void)
{
	signal_recalc_task(current_task());
}

bool signal_fatal_pending(struct task *t)
{
	return READ_ONCE(t->thread.sig_pending) > 1;
}

/* Signals that only this thread blocked go to threads that take them. [S] */
static void retarget(struct task *t, u64 newly_blocked)
{
	u64 want = t->process->pending.set & newly_blocked;
	struct task *other;

	if (!want)
		return;
	for_each_list(other, &t->process->threads, thread_link) {
		if (other == t || (READ_ONCE(other->flags) & TASK_EXITING))
			continue;
		if (!(want & ~other->blocked))
			continue;
		want &= other->blocked;
		signal_wake(other, false);
		if (!want)
			return;
	}
}

static void set_blocked_locked(struct task *t, u64 mask)
{
	mask &= ~SIG_UNBLOCKABLE;
	if (t->blocked == mask)
		return;
	if (t->process->nthreads > 1)
		retarget(t, mask & ~t->blocked);
	t->blocked = mask;
	signal_recalc();
}

void signal_set_blocked(u64 mask)
{
	struct task *t = current_task();

	if (t->blocked == (mask & ~SIG_UNBLOCKABLE))
		return;
	spin_lock_irq(&t->process->siglock);
	set_blocked_locked(t, mask);
	spin_unlock_irq(&t->process->siglock);
}

void signal_thread_exits_locked(struct task *t)
{
	retarget(t, ~t->blocked);
	if (t->jobctl & JOB_STOP_PENDING)
		(void)signal_stop_participate();
}

/* A stop signal from the terminal does nothing to an orphaned group: there is
 * no shell to continue it. Drops and retakes siglock. True: stop. */
static bool may_stop(struct process *p, int sig)
{
	struct session *s;
	bool orphaned;

	if (sig == SIGSTOP)
		return true;
	spin_unlock_irq(&p->siglock);
	s = session_lock(p);
	orphaned = group_is_orphaned(p->pgid);
	session_unlock(s);
	spin_lock_irq(&p->siglock);
	return !orphaned;
}

struct delivery {
	int sig;
	bool group;		/* it was sent to the process */
	struct siginfo info;
	struct k_sigaction act;
};

static void copy_action(struct task *t, struct delivery *d)
{
	spin_lock(&t->sighand->lock);
	d->act = *sighand_action(t->sighand, d->sig);
	if ((d->act.flags & SA_RESETHAND) && d->act.handler > SIG_IGN)
		t->sighand->action[d->sig - 1].handler = SIG_DFL;
	spin_unlock(&t->sighand->lock);
}

/* The default action. siglock held; dropped when the thread dies. */
static void default_action(struct task *t, struct delivery *d)
{
	struct process *p = t->process;
	u64 mask = SIGMASK(d->sig);

	if (mask & SIG_DEFAULT_IGNORE)
		return;
	if (p->unkillable && !(mask & SIG_UNBLOCKABLE))
		return;
	if (mask & SIG_DEFAULT_STOP) {
		if (may_stop(p, d->sig))
			signal_stop_begin_locked(p, d->sig);
		return;
	}
	spin_unlock_irq(&p->siglock);
	t->flags |= TASK_SIGNALED;
	if ((mask & SIG_DEFAULT_CORE) && coredump)
		coredump(&d->info);
	task_exit_group(d->sig);
}

/* One step of what has to be done before a signal is taken. siglock held.
 * True: something was done, look again. */
static bool handle_process_state(struct task *t)
{
	struct process *p = t->process;

	if ((p->sigflags & SIGNAL_GROUP_EXIT) ||
	    (p->group_exec && p->group_exec != t)) {
		spin_unlock_irq(&p->siglock);
		t->flags |= TASK_SIGNALED;
		task_exit_group(0);
	}
	if (p->sigflags & (SIGNAL_TELL_STOP | SIGNAL_TELL_CONT)) {
		spin_unlock_irq(&p->siglock);
		signal_tell_parent(p);
		spin_lock_irq(&p->siglock);
		return true;
	}
	if (t->jobctl & JOB_STOP_PENDING)
		signal_stop_join();
	else if (!(t->jobctl & JOB_TRAP_MASK))
		return false;
	if (t->jobctl & JOB_TRAP_MASK)
		ptrace_trap();
	return true;
}

/* The tracer has a look; it may change or take the signal. False: there is
 * none (any more). siglock held, dropped meanwhile. */
static bool show_tracer(struct delivery *d)
{
	if (d->sig != SIGKILL)
		d->sig = ptrace_signal(&d->info, d->group);
	return d->sig != 0;
}

/* The next signal with a handler; 0: none. */
static int next_handled(struct task *t, struct delivery *d)
{
	struct process *p = t->process;

	spin_lock_irq(&p->siglock);
	for (;;) {
		if (handle_process_state(t))
			continue;
		d->sig = signal_take(t, t->blocked, &d->info, &d->group);
		if (!d->sig)
			break;
		if (SIGMASK(d->sig) & SIG_DEFAULT_STOP)
			t->jobctl |= JOB_STOP_DEQUEUED;
		if (unlikely(signal_log))
			signal_log->taken(&d->info);
		if (unlikely(t->tracee.flags) && !show_tracer(d))
			continue;
		copy_action(t, d);
		if (d->act.handler == SIG_IGN)
			continue;
		if (d->act.handler != SIG_DFL) {
			trace_deliver(d->sig, "handler");
			break;
		}
		trace_deliver(d->sig, "default");
		default_action(t, d);
	}
	signal_recalc();
	spin_unlock_irq(&p->siglock);
	return d->sig;
}

/* Is the interrupted call to be made again when a handler runs? */
static bool restarts_with_handler(long result, const struct k_sigaction *act)
{
	if (result == -ERESTARTNOINTR)
		return true;
	return result == -ERESTARTSYS && (act->flags & SA_RESTART);
}

static void prepare_restart(struct regs *r, const struct delivery *d)
{
	long result = (long)regs_return(r);

	if (result > -ERESTARTSYS || result < -ERESTART_RESTARTBLOCK)
		return;
	if (d->sig) {
		if (restarts_with_handler(result, &d->act))
			regs_restart_syscall(r);
		else
			regs_set_return(r, (u64)-EINTR);
		return;
	}
	if (result == -ERESTART_RESTARTBLOCK)
		regs_set_syscall(r, NR_restart_syscall);
	regs_restart_syscall(r);
}

static bool on_altstack(const struct task *t, u64 sp)
{
	return !(t->altstack_flags & SS_AUTODISARM) && t->altstack_size &&
	       sp > t->altstack_sp && sp - t->altstack_sp <= t->altstack_size;
}

static int altstack_state(const struct task *t, u64 sp)
{
	if (!t->altstack_size)
		return SS_DISABLE;
	return on_altstack(t, sp) ? SS_ONSTACK : 0;
}

static void push_handler(struct task *t, struct regs *r, struct delivery *d)
{
	bool stepped = unlikely(t->thread.arch.step) && ptrace_step_pause();
	u64 block = d->act.mask;
	struct arch_signal s = {
		.sig = d->sig,
		.info = &d->info,
		.handler = d->act.handler,
		.restorer = d->act.flags & SA_RESTORER ? d->act.restorer : 0,
		.flags = d->act.flags,
		.mask = t->restore_mask ? t->saved_mask : t->blocked,
		.saved_ss_sp = t->altstack_sp,
		.saved_ss_size = t->altstack_size,
		.saved_ss_flags = altstack_state(t, regs_sp(r)) |
				  (int)t->altstack_flags,
	};

	if (unlikely(t->rseq.at))
		rseq_signal(r, d->sig);
	if ((d->act.flags & SA_ONSTACK) && t->altstack_size &&
	    !on_altstack(t, regs_sp(r))) {
		s.altstack_sp = t->altstack_sp;
		s.altstack_size = t->altstack_size;
	}
	if (arch_signal_push(&s)) {
		signal_force_frame_failed(d->sig);
		return;
	}
	if (t->altstack_flags & SS_AUTODISARM) {
		t->altstack_sp = 0;
		t->altstack_size = 0;
		t->altstack_flags = 0;
	}
	t->restore_mask = 0;
	if (!(d->act.flags & SA_NODEFER))
		block |= SIGMASK(d->sig);
	signal_set_blocked(t->blocked | block);
	/* The first instruction of the handler counts as a step. */
	if (stepped)
		ptrace_notify(SIGTRAP, 0);
}

/* The frame could not be written: SIGSEGV, and if that was the signal whose
 * handler failed, its default action. */
void signal_force_frame_failed(int sig)
{
	struct task *t = current_task();

	if (sig == SIGSEGV) {
		u64 flags = spin_lock_irqsave(&t->sighand->lock);

		t->sighand->action[SIGSEGV - 1].handler = SIG_DFL;
		spin_unlock_irqrestore(&t->sighand->lock, flags);
	}
	signal_force(SIGSEGV, SEND_KERNEL);
}

void signal_deliver(struct regs *r)
{
	struct task *t = current_task();
	struct delivery d;

	next_handled(t, &d);
	if ((long)regs_syscall_nr(r) >= 0)
		prepare_restart(r, &d);
	if (d.sig) {
		push_handler(t, r, &d);
		return;
	}
	if (t->restore_mask) {
		t->restore_mask = 0;
		signal_set_blocked(t->saved_mask);
	}
}

int signal_suspend_unmasked(void)
{
	while (!signal_pending()) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (!signal_pending())
			schedule();
	}
	thread_set_state(THREAD_RUNNING);
	return -ERESTARTNOHAND;
}

int signal_suspend(u64 mask)
{
	struct task *t = current_task();

	t->saved_mask = t->blocked;
	signal_set_blocked(mask);
	signal_suspend_unmasked();
	t->restore_mask = 1;
	return -ERESTARTNOHAND;
}

int signal_timedwait(u64 set, struct siginfo *info, u64 deadline_ns)
{
	struct task *t = current_task();
	struct process *p = t->process;
	int sig, err = 0;

	set &= ~SIG_UNBLOCKABLE;
	spin_lock_irq(&p->siglock);
	sig = signal_take(t, ~set, info, NULL);
	if (!sig && deadline_ns) {
		t->wait_mask = set;
		signal_recalc();
		thread_set_state(THREAD_INTERRUPTIBLE);
		spin_unlock_irq(&p->siglock);
		if (!signal_pending())
			err = schedule_until(deadline_ns);
		thread_set_state(THREAD_RUNNING);
		spin_lock_irq(&p->siglock);
		t->wait_mask = 0;
		sig = signal_take(t, ~set, info, NULL);
	}
	signal_recalc();
	spin_unlock_irq(&p->siglock);
	if (sig)
		return sig;
	return deadline_ns && err != -ETIMEDOUT ? -EINTR : -EAGAIN;
}

int signal_altstack(const struct sigaltstack *ss, struct sigaltstack *old,
		    u64 sp)
{
	struct task *t = current_task();
	int mode;

	if (old) {
		memset(old, 0, sizeof(*old));
		old->ss_sp = t->altstack_sp;
		old->ss_size = t->altstack_size;
		old->ss_flags = altstack_state(t, sp) | (int)t->altstack_flags;
	}
	if (!ss)
		return 0;
	if (on_altstack(t, sp))
		return -EPERM;
	mode = ss->ss_flags & ~(int)SS_FLAG_BITS;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (mode != SS_DISABLE && ss->ss_size < arch_signal_stack_min())
		return -ENOMEM;
	t->altstack_flags = (u32)ss->ss_flags & SS_FLAG_BITS;
	t->altstack_sp = mode == SS_DISABLE ? 0 : ss->ss_sp;
	t->altstack_size = mode == SS_DISABLE ? 0 : ss->ss_size;
	return 0;
}

long signal_return(void)
{
	struct task *t = current_task();
	struct regs *r = arch_thread_regs(&t->thread.arch);
	struct sigaltstack ss;
	u64 mask;

	if (arch_signal_pop(&mask, &ss)) {
		signal_force(SIGSEGV, SEND_KERNEL);
		return 0;
	}
	signal_set_blocked(mask);
	/* As Linux: a bad alternate stack in the frame is not an error. */
	if (signal_altstack(&ss, NULL, regs_sp(r)))
		barrier();
	return (long)regs_return(r);
}
