/*
 * kernel/proc/takeover.c - exec by any thread leaves one: the leader
 *
 * What:  the other threads are killed and awaited; a caller that is not the
 *        leader takes over the leader's identity. The two struct pids keep
 *        their numbers at every level; the tasks behind them are exchanged.
 * Locks: the exchange is one section of the tree locks of the parent's and the
 *        own namespace, and the siglock: a look-up by number finds the old
 *        leader or the new, both of the same process, never nobody
 *        (invariant 7 of docs/process-tree.md).
 * Life:  the old leader is a zombie that nobody waits for; it is released with
 *        the struct pid of the caller's former thread id.
 * See:   execve(2), "Effect on process attributes".
 */
#include <proc/lifecycle.h>

#include <core/assert.h>
#include <core/race.h>
#include <proc/pidns.h>
#include <proc/signal.h>
#include <proc/tree.h>
#include <uapi/errno.h>

/* Only the caller is left, and the leader as a zombie if that is another. */
static bool alone(struct process *p, struct task *self)
{
	if (READ_ONCE(p->nthreads) == 1)
		return true;
	return p->leader != self && READ_ONCE(p->nthreads) == 2 &&
	       READ_ONCE(p->leader->exit_state) == EXIT_ZOMBIE;
}

static int wait_alone(struct process *p, struct task *self)
{
	int err = 0;

	for (;;) {
		thread_set_state(THREAD_KILLABLE);
		if (alone(p, self))
			break;
		/* Killed ourselves: somebody else ends the process. */
		if (signal_interrupts(THREAD_KILLABLE)) {
			err = -EAGAIN;
			break;
		}
		schedule();
	}
	thread_set_state(THREAD_RUNNING);
	return err;
}

/* [P], [N] and siglock held. */
static void exchange_identity(struct process *p, struct task *self)
{
	struct task *old = p->leader;
	struct pid *mine = self->pid, *leads = old->pid;

	ASSERT(old->exit_state == EXIT_ZOMBIE);
	ASSERT(leads->process == p && !mine->process);
	if (SABOTAGED(clear_first)) {
		rcu_assign(leads->task, NULL);
		race_delay_us(400);
	}
	pid_set_task(leads, self);
	race_point("exec: leader's number taken");
	rcu_assign(mine->task, old);
	rcu_assign(self->pid, leads);
	rcu_assign(old->pid, mine);
	rcu_assign(p->leader, self);
	self->exit_signal = SIGCHLD;
	self->start_ns = old->start_ns;
	old->exit_signal = -1;
	old->exit_state = EXIT_DEAD;
}

int exec_take_over(void)
{
	struct task *self = current_task();
	struct process *p = self->process;
	struct task *old = p->leader;
	int err = 0;

	if (READ_ONCE(p->nthreads) > 1) {
		err = signal_kill_other_threads();
		if (err)
			return err;
		err = wait_alone(p, self);
	}
	tree_lock_process(p);
	spin_lock_irq(&p->siglock);
	p->group_exec = NULL;
	if (!err && old != self)
		exchange_identity(p, self);
	self->exit_signal = err ? self->exit_signal : SIGCHLD;
	spin_unlock_irq(&p->siglock);
	tree_unlock_process(p);
	if (!err && old != self)
		task_release(old);
	return err;
}
