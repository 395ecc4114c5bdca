/*
 * kernel/proc/ptrace.c - who traces whom
 *
 * What:  a tracer (a thread) and its tracees: how they come together by
 *        PTRACE_TRACEME, PTRACE_ATTACH, PTRACE_SEIZE and by birth, and how they
 *        part: PTRACE_DETACH, death of either.
 * Locks: [X] trace_lock, between the tree locks and the siglocks, for all
 *        tracers of the machine: they are few, and nobody else takes it. It
 *        makes the tree lock of the tracer's namespace unnecessary: an exit
 *        holds its own two, whoever traces it. Attaching, and a zombie that
 *        changes hands, take those of the tracee, [P] and [N].
 * Life:  a tracer holds no reference: it lets go of all tracees when it ends,
 *        and a tracee is unlinked before it is released.
 * Not:   stops (ptrace_stop.c), waiting (ptrace_wait.c), the requests
 *        (kernel/sys/ptrace.c).
 * See:   docs/ptrace.md; ptrace(2).
 */
#include <proc/ptrace.h>

#include <arch/ptrace.h>
#include <core/assert.h>
#include <proc/lifecycle.h>
#include <proc/procfs.h>
#include <proc/signal.h>
#include <proc/tree.h>
#include <proc/user_ns.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include "signal_internal.h"

DEFINE_SPINLOCK(trace_lock, RANK_TRACE);

/* [X] and, if @t is known to others, [S] held. */
static void link(struct task *t, struct task *tracer, u32 flags)
{
	t->tracee.flags = flags;
	t->tracee.cred = cred_get(current_cred());
	rcu_assign(t->tracee.tracer, tracer);
	list_add_tail(&tracer->tracees, &t->tracee.link);
}

/* Back to the group stop its process is in; or on. [S] held. */
static void leave_traps(struct task *t)
{
	struct process *p = t->process;

	signal_job_clear(t, JOB_TRAP_MASK);
	if (t->jobctl & JOB_TRAPPING) {
		t->jobctl &= ~(u32)JOB_TRAPPING;
		thread_wake(&t->tracee.tracer->thread, WAKE_NORMAL);
	}
	t->jobctl &= ~(u32)JOB_FROZEN;
	if (!(READ_ONCE(t->flags) & TASK_EXITING) &&
	    ((p->sigflags & SIGNAL_STOPPED) || p->stop_count))
		t->jobctl |= JOB_STOP_PENDING;
	if ((t->jobctl & JOB_STOP_PENDING) ||
	    READ_ONCE(t->thread.state) == THREAD_TRACED)
		signal_wake_states(t, BIT(THREAD_TRACED));
}

/* [X] held. */
static void unlink(struct task *t)
{
	const struct cred *cred = t->tracee.cred;

	ASSERT(t->tracee.flags);
	spin_lock_irq(&t->process->siglock);
	trace_syscalls_set(t, 0, TRACE_SYSCALL | TRACE_EMULATE | TRACE_STEP);
	leave_traps(t);
	t->tracee.flags = 0;
	rcu_assign(t->tracee.tracer, NULL);
	list_del(&t->tracee.link);
	t->tracee.cred = NULL;
	spin_unlock_irq(&t->process->siglock);
	cred_put(cred);
}

/* --------------------------------------------------------------- beginning */

static bool may_trace_me(struct task *parent)
{
	const struct cred *own = current_cred();
	const struct cred *cred = task_cred_get(parent);
	bool ok = cred->user_ns == own->user_ns &&
		  !(own->cap_permitted & ~cred->cap_permitted);

	ok = ok || cred_capable_ns(cred, own->user_ns, CAP_SYS_PTRACE);
	cred_put(cred);
	return ok;
}

int ptrace_traceme(void)
{
	struct task *t = current_task();
	struct task *parent;
	int err = -EPERM;

	tree_lock_process(t->process);
	spin_lock(&trace_lock);
	parent = t->process->parent_task;
	if (!t->tracee.flags && parent && parent->process != t->process &&
	    may_trace_me(parent)) {
		spin_lock_irq(&t->process->siglock);
		link(t, parent, PT_TRACED);
		spin_unlock_irq(&t->process->siglock);
		smp_mb();	/* partner: ptrace_release_tracees */
		err = 0;
	}
	/* It has let go of its tracees: as if we had never asked. */
	if (!err && (READ_ONCE(parent->flags) & TASK_EXITING)) {
		unlink(t);
		err = -EPERM;
	}
	spin_unlock(&trace_lock);
	tree_unlock_process(t->process);
	return err;
}

/* A thread in a group stop is to stop for its tracer instead. */
static void take_stopped(struct task *t)
{
	struct spinlock *siglock = &t->process->siglock;

	spin_lock_irq(siglock);
	if (READ_ONCE(t->thread.state) == THREAD_STOPPED &&
	    signal_job_set(t, JOB_TRAP_STOP | JOB_TRAPPING, 0))
		signal_wake_states(t, BIT(THREAD_STOPPED));
	spin_unlock_irq(siglock);
}

/* [P], [N] and [X] held. */
static int attach_locked(struct task *t, u32 flags)
{
	if (!task_may_access(t, true) || t->exit_state != EXIT_ALIVE ||
	    t->tracee.flags)
		return -EPERM;
	spin_lock_irq(&t->process->siglock);
	link(t, current_task(), flags);
	spin_unlock_irq(&t->process->siglock);
	if (!(flags & PT_SEIZED))
		(void)signal_send_task(t, SIGSTOP, SEND_KERNEL);
	take_stopped(t);
	return 0;
}

/* Until the stop is ours, or we are killed. */
static void wait_trapped(struct task *t)
{
	for (;;) {
		thread_set_state(THREAD_KILLABLE);
		if (!(READ_ONCE(t->jobctl) & JOB_TRAPPING) ||
		    signal_interrupts(THREAD_KILLABLE))
			break;
		schedule();
	}
	thread_set_state(THREAD_RUNNING);
}

int ptrace_attach(struct task *t, bool seize, u32 options)
{
	u32 flags = (u32)(PT_TRACED | (seize ? PT_SEIZED : 0)) | options;
	int err;

	if (t->process == current_process())
		return -EPERM;
	tree_lock_process(t->process);
	spin_lock(&trace_lock);
	err = attach_locked(t, flags);
	spin_unlock(&trace_lock);
	tree_unlock_process(t->process);
	if (!err)
		wait_trapped(t);
	return err;
}

u32 ptrace_clone_event(const struct clone_request *req)
{
	u32 event = PTRACE_EVENT_FORK;

	if (req->flags & CLONE_UNTRACED)
		return 0;
	if (req->flags & CLONE_VFORK)
		event = PTRACE_EVENT_VFORK;
	else if (req->exit_signal != SIGCHLD)
		event = PTRACE_EVENT_CLONE;
	return current_task()->tracee.flags & PT_EVENT(event) ? event : 0;
}

void ptrace_child_prepare(struct task *child, u64 clone_flags, u32 event)
{
	u32 flags = current_task()->tracee.flags;

	if (!flags || !(event || (clone_flags & CLONE_PTRACE)))
		return;
	child->tracee.flags = flags;
	if (flags & PT_SEIZED)
		child->jobctl |= JOB_TRAP_STOP;
	else
		child->pending.set |= SIGMASK(SIGSTOP);
}

void ptrace_child_link(struct task *child)
{
	struct task *self = current_task();

	if (!child->tracee.flags)
		return;
	child->tracee.cred = cred_get(self->tracee.cred);
	rcu_assign(child->tracee.tracer, self->tracee.tracer);
	list_add_tail(&self->tracee.tracer->tracees, &child->tracee.link);
}

/* --------------------------------------------------------------------- end */

int ptrace_detach(struct task *t, u64 sig)
{
	if (sig > NSIG)
		return -EIO;
	arch_step_disable(&t->thread.arch);
	spin_lock(&trace_lock);
	t->tracee.code = (s32)sig;
	unlink(t);
	spin_unlock(&trace_lock);
	return 0;
}

static bool ignores_children(const struct process *p)
{
	const struct sighand *s = p->leader->sighand;
	const struct k_sigaction *act = &s->action[SIGCHLD - 1];

	return READ_ONCE(act->handler) == SIG_IGN ||
	       (READ_ONCE(act->flags) & SA_NOCLDWAIT);
}

/* A zombie that was kept for its tracer is its parent's now. [P], [N] and [X]
 * held. */
static void pass_on_zombie(struct task *t, struct task *tracer,
			   struct list *dead)
{
	struct process *p = t->process;

	if (t->exit_state != EXIT_ZOMBIE)
		return;
	if (!task_is_leader(t)) {
		t->exit_state = EXIT_DEAD;
		list_add_tail(dead, &t->children);
	} else if (p->nthreads == 1 && p->parent != tracer->process) {
		process_notify_exit(p, dead);
	} else if (p->nthreads == 1 && ignores_children(p->parent)) {
		wake_all(&p->parent->child_wait);
		t->exit_state = EXIT_DEAD;
		list_add_tail(dead, &t->children);
	}
}

/* The first tracee, with a reference; NULL: there is none. */
static struct task *first_tracee(struct task *self)
{
	struct task *t = NULL;

	spin_lock(&trace_lock);
	if (!list_empty(&self->tracees)) {
		t = list_first(&self->tracees, struct task, tracee.link);
		task_get(t);
	}
	spin_unlock(&trace_lock);
	return t;
}

/* @t may have been taken out of the list meanwhile. */
static void release_tracee(struct task *t, struct list *dead)
{
	struct task *self = current_task();

	tree_lock_process(t->process);
	spin_lock(&trace_lock);
	if (t->tracee.tracer == self) {
		if (t->tracee.flags & PTRACE_O_EXITKILL)
			(void)signal_send_task(t, SIGKILL, SEND_KERNEL);
		unlink(t);
		pass_on_zombie(t, self, dead);
	}
	spin_unlock(&trace_lock);
	tree_unlock_process(t->process);
	task_put(t);
}

void ptrace_release_tracees(void)
{
	struct list dead = LIST_INIT(dead);
	struct task *t;

	smp_mb();	/* partner: ptrace_traceme */
	while ((t = first_tracee(current_task())))
		release_tracee(t, &dead);
	task_release_list(&dead);
}

void ptrace_unlink_dead(struct task *t)
{
	spin_lock(&trace_lock);
	if (t->tracee.flags)
		unlink(t);
	spin_unlock(&trace_lock);
}

bool ptrace_tracer_capable(const struct user_ns *ns)
{
	const struct cred *cred = current_task()->tracee.cred;

	return !cred || cred_capable_ns(cred, ns, CAP_SYS_PTRACE);
}

/* --------------------------------------------------- requests of the tracer */

/* The tracee became the leader by exec, which the tracer has not been told:
 * the number means somebody else to it. */
static bool unseen_exec(struct task *t)
{
	return t->tracee.code == (PTRACE_EVENT_EXEC << 8 | SIGTRAP) &&
	       (u64)pid_vnr(t->pid) != t->tracee.message;
}

static bool freeze(struct task *t)
{
	bool ok;

	spin_lock_irq(&t->process->siglock);
	ok = READ_ONCE(t->thread.state) == THREAD_TRACED &&
	     !(t->jobctl & JOB_LISTENING) && !unseen_exec(t) &&
	     !(t->pending.set & SIGMASK(SIGKILL));
	if (ok)
		t->jobctl |= JOB_FROZEN;
	spin_unlock_irq(&t->process->siglock);
	return ok;
}

int ptrace_hold(struct task *t, bool any)
{
	bool ok;

	spin_lock(&trace_lock);
	ok = t->tracee.tracer == current_task() && (any || freeze(t));
	spin_unlock(&trace_lock);
	if (!ok)
		return -ESRCH;
	if (!any)
		thread_wait_off_cpu(&t->thread);
	return 0;
}

void ptrace_drop(struct task *t)
{
	spin_lock_irq(&t->process->siglock);
	t->jobctl &= ~(u32)JOB_FROZEN;
	if (t->pending.set & SIGMASK(SIGKILL))
		thread_wake(&t->thread, BIT(THREAD_TRACED));
	spin_unlock_irq(&t->process->siglock);
}

static u32 syscall_bits(u32 request)
{
	switch (request) {
	case PTRACE_SYSCALL:
		return TRACE_SYSCALL;
	case PTRACE_SYSEMU:
		return TRACE_EMULATE;
	case PTRACE_SYSEMU_SINGLESTEP:
		return TRACE_EMULATE | TRACE_STEP;
	case PTRACE_SINGLESTEP:
		return TRACE_STEP;
	}
	return 0;
}

int ptrace_resume(struct task *t, u32 request, u64 sig)
{
	u32 bits = syscall_bits(request);

	if (sig > NSIG)
		return -EIO;
	if (bits & TRACE_STEP)
		arch_step_enable(&t->thread.arch);
	else
		arch_step_disable(&t->thread.arch);
	spin_lock_irq(&t->process->siglock);
	trace_syscalls_set(t, bits,
			   TRACE_SYSCALL | TRACE_EMULATE | TRACE_STEP);
	t->tracee.code = (s32)sig;
	t->jobctl &= ~(u32)JOB_FROZEN;
	thread_wake(&t->thread, BIT(THREAD_TRACED));
	spin_unlock_irq(&t->process->siglock);
	return 0;
}

int ptrace_interrupt(struct task *t)
{
	int err = -EIO;

	spin_lock_irq(&t->process->siglock);
	if ((t->tracee.flags & PT_SEIZED) && t->sighand) {
		err = 0;
		if (signal_job_set(t, JOB_TRAP_STOP, 0))
			signal_wake_states(t, t->jobctl & JOB_LISTENING ?
					      BIT(THREAD_TRACED) : 0);
	}
	spin_unlock_irq(&t->process->siglock);
	return err;
}

int ptrace_listen(struct task *t)
{
	const struct siginfo *si;
	int err = -EIO;

	spin_lock_irq(&t->process->siglock);
	si = t->last_siginfo;
	if ((t->tracee.flags & PT_SEIZED) && si &&
	    si->si_code >> 8 == PTRACE_EVENT_STOP) {
		t->jobctl |= JOB_LISTENING;
		t->jobctl &= ~(u32)JOB_FROZEN;
		if (t->jobctl & JOB_TRAP_NOTIFY)
			signal_wake_states(t, BIT(THREAD_TRACED));
		err = 0;
	}
	spin_unlock_irq(&t->process->siglock);
	return err;
}

void ptrace_set_options(struct task *t, u32 options)
{
	spin_lock_irq(&t->process->siglock);
	t->tracee.flags = (t->tracee.flags & (u32)(PT_TRACED | PT_SEIZED)) |
			  options;
	spin_unlock_irq(&t->process->siglock);
}

bool ptrace_may_touch(struct task *t)
{
	const struct user_ns *ns;
	bool ok;

	if (READ_ONCE(t->process->dumpable) == 1)
		return true;
	spin_lock(&trace_lock);
	rcu_read_lock();
	ns = rcu_dereference(t->process->exec_ns);
	ok = t->tracee.cred && ns &&
	     cred_capable_ns(t->tracee.cred, ns, CAP_SYS_PTRACE);
	rcu_read_unlock();
	spin_unlock(&trace_lock);
	return ok;
}
