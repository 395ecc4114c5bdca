/*
 * kernel/sched/core.c - the switch from thread to thread, and the wake-up
 *
 * What:  schedule, thread_wake, thread_start, and what a thread does first
 *        after a switch. Kernel code is not preempted: a switch happens where
 *        schedule is called, which the way to user mode does.
 * Locks: [Q] rq->lock, held across the switch: the thread that runs next
 *        releases it. So under a thread's run-queue lock it is either
 *        runnable or wholly off its CPU.
 * Life:  a thread's state goes from RUNNING to a sleep by its own hand, back
 *        under [Q] by a waker. A dying thread's dead() hook is called by the
 *        thread that runs next.
 * Not:   policies (fair.c, rt.c), CPUs (balance.c, idle.c), parameters
 *        (params.c).
 * See:   docs/sched.md.
 */
#include <sched/sched.h>

#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/smp.h>
#include <arch/upcall.h>
#include <core/assert.h>
#include <core/rcu.h>
#include <sched/trace.h>
#include <uapi/sched.h>

#include "rq.h"

DEFINE_PER_CPU(struct rq, runqueues);

static inline struct rq *lock_thread(struct thread *t)
{
	for (;;) {
		u32 cpu = READ_ONCE(t->cpu);
		struct rq *rq = rq_of(cpu);

		spin_lock(&rq->lock);
		if (likely(t->cpu == cpu))
			return rq;
		spin_unlock(&rq->lock);
	}
}

struct rq *rq_lock_thread(struct thread *t)
{
	return lock_thread(t);
}

static inline void update(struct rq *rq)
{
	struct thread *t = rq->curr;
	u64 now = clock_now_ns();
	u64 ns = now - t->exec_start_ns;

	rq->now_ns = now;
	t->exec_start_ns = now;
	t->runtime_ns += ns;
	if (unlikely(t->is_idle))
		return;
	t->slice_ns += ns;
	if (unlikely(t->rt_priority))
		rt_charge(rq, t, ns);
	else
		fair_charge(rq, t, ns);
}

void rq_update(struct rq *rq)
{
	update(rq);
}

void queue_insert(struct rq *rq, struct thread *t, bool head)
{
	if (unlikely(t->rt_priority))
		rt_insert(rq, t, head);
	else
		fair_insert(rq, t);
}

void queue_remove(struct rq *rq, struct thread *t)
{
	if (unlikely(t->rt_priority))
		rt_remove(rq, t);
	else
		fair_remove(rq, t);
}

void rq_resched(struct rq *rq)
{
	struct thread *t = rq->curr;
	u32 old;

	if (READ_ONCE(t->arch.work) & WORK_RESCHED)
		return;
	old = __atomic_fetch_or(&t->arch.work, WORK_RESCHED, __ATOMIC_SEQ_CST);
	if (!(old & WORK_RESCHED) && rq->cpu != cpu_id())
		ipi_resched(rq->cpu);
}

void rq_activate(struct rq *rq, struct thread *t)
{
	t->on_queue = 1;
	WRITE_ONCE(rq->nr, rq->nr + 1);
	t->queued_ns = rq->now_ns;
	queue_insert(rq, t, false);
}

/* Should @t, about to be queued, run instead of what runs? @wait: what runs
 * is about to sleep. Brings the clock up to date where it matters. [Q] */
static bool preempts(struct rq *rq, const struct thread *t, bool wait)
{
	const struct thread *curr = rq->curr;

	if (READ_ONCE(sched_ncpus) > 1)
		rq->now_ns = clock_now_ns();	/* thieves look at it */
	if (curr->is_idle)
		return true;
	if (t->rt_priority | curr->rt_priority)
		return rt_before(t, curr);
	if (wait)
		return false;
	update(rq);
	return fair_preempts(t, curr);
}

/* It becomes runnable here; the running thread may have to go, and a second
 * one needs ticks. [Q] @sync: the running thread is about to sleep. */
static void activate_check(struct rq *rq, struct thread *t, bool sync)
{
	bool resched = preempts(rq, t, sync);

	trace_wake(t, rq->cpu);
	rq_activate(rq, t);
	if (resched)
		rq_resched(rq);
	else if (rq->nr != 2)
		return;
	else if (rq->cpu == cpu_id())
		tick_want(rq->now_ns + TICK_SHARED_NS);
	else
		ipi_resched(rq->cpu);
}

/* Give @t, in no queue, from @rq to another CPU's; returns that one, locked. */
static struct rq *rq_transfer(struct rq *rq, struct thread *t, u32 cpu)
{
	t->vruntime -= rq->min_vruntime;
	t->nmoves++;
	WRITE_ONCE(t->cpu, cpu);
	spin_unlock(&rq->lock);
	rq = rq_of(cpu);
	spin_lock(&rq->lock);
	t->vruntime += rq->min_vruntime;
	return rq;
}

void rq_place(struct rq *rq, struct thread *t, bool sync)
{
	u32 cpu = READ_ONCE(sched_ncpus) == 1 ? rq->cpu :
						cpu_for_wake(t, sync);

	/* The mask may change while no lock is held. */
	while (cpu != rq->cpu) {
		rq = rq_transfer(rq, t, cpu);
		if (cpumask_test(&t->affinity, cpu))
			break;
		cpu = cpu_for_wake(t, false);
	}
	if (likely(!t->rt_priority)) {
		fair_settle(rq, t);
	} else if (t->deadline && !deadline_arrive(rq, t)) {
		spin_unlock(&rq->lock);
		return;
	}
	activate_check(rq, t, sync && rq->cpu == cpu_id());
	spin_unlock(&rq->lock);
}

static bool wake(struct thread *t, u32 states, bool sync)
{
	struct rq *rq;
	u64 irq;

	smp_mb();	/* partner: thread_set_state */
	if (!(BIT(READ_ONCE(t->state)) & states))
		return false;
	irq = irq_save();
	rq = lock_thread(t);
	if (!(BIT(READ_ONCE(t->state)) & states)) {
		spin_unlock_irqrestore(&rq->lock, irq);
		return false;
	}
	WRITE_ONCE(t->state, THREAD_RUNNING);
	if (t->on_queue) {
		/* About to sleep, but not gone: it will see the state. */
		spin_unlock_irqrestore(&rq->lock, irq);
		return true;
	}
	rq->nr_load -= t->in_load;
	t->in_load = 0;
	rq_place(rq, t, sync);
	irq_restore(irq);
	return true;
}

bool thread_wake(struct thread *t, u32 states)
{
	return wake(t, states, false);
}

bool thread_wake_sync(struct thread *t, u32 states)
{
	return wake(t, states, true);
}

/* The first time in a queue: nobody else knows the thread. Interrupts off. */
void thread_enqueue_new(struct thread *t)
{
	struct rq *rq;

	t->cpu = cpu_for_new(t);
	rq = rq_of(t->cpu);
	spin_lock(&rq->lock);
	WRITE_ONCE(t->state, THREAD_RUNNING);
	fair_settle_new(rq, t);
	activate_check(rq, t, false);
	spin_unlock(&rq->lock);
}

void thread_kick(struct thread *t)
{
	u32 cpu;

	smp_mb();	/* the caller's work bits before the look */
	cpu = READ_ONCE(t->cpu);
	if (READ_ONCE(t->on_cpu) && cpu != cpu_id())
		ipi_resched(cpu);
}

void thread_notify(struct thread *t, u32 work)
{
	if ((READ_ONCE(t->arch.work) & work) == work)
		return;
	thread_set_work(t, work);
	thread_kick(t);
}

void thread_wait_off_cpu(struct thread *t)
{
	/* Partner: the release in switch_finish. It is past its last sleep or
	 * its last breath, so this takes microseconds. */
	while (load_acquire(&t->on_cpu))
		cpu_relax();
}

/* The running thread goes to sleep, dies or leaves this CPU. [Q] */
static void rq_deactivate(struct rq *rq, struct thread *t)
{
	u32 state = READ_ONCE(t->state);

	t->on_queue = 0;
	WRITE_ONCE(rq->nr, rq->nr - 1);
	if (state == THREAD_UNINTERRUPTIBLE || state == THREAD_KILLABLE) {
		t->in_load = 1;
		rq->nr_load++;
	}
}

/* The running thread stays runnable: back into its queue. [Q] */
static void put_back(struct rq *rq, struct thread *t)
{
	bool over = t->policy == SCHED_RR &&
		    t->slice_ns >= READ_ONCE(sched_rr_slice_ns);

	if (unlikely(!cpumask_test(&t->affinity, rq->cpu))) {
		rq_deactivate(rq, t);
		t->moving = 1;
		return;
	}
	if (t->yielding && !t->rt_priority)
		fair_yield(rq, t);
	if (over)
		t->slice_ns = 0;
	t->queued_ns = rq->now_ns;
	queue_insert(rq, t, !over && !t->yielding);
}

/* Who runs next; out of its queue. [Q] @rt: real-time threads may be there. */
static struct thread *pick_next(struct rq *rq, bool rt)
{
	struct thread *t = rt ? rt_first(rq) : NULL;

	if (!t)
		t = fair_first(rq);
	if (!t)
		return rq->idle;
	queue_remove(rq, t);
	return t;
}

/* Decide what @prev becomes and who is next. [Q] @rt: real-time threads may
 * be there; without them most of it is nothing. */
static ALWAYS_INLINE struct thread *rq_choose(struct rq *rq,
					      struct thread *prev, bool rt)
{
	struct thread *next;
	bool sleeps = READ_ONCE(prev->state) != THREAD_RUNNING;
	bool parks;

	update(rq);
	parks = rt && prev->deadline && !sleeps && deadline_park(prev);
	/* Alone and willing: nothing to weigh. */
	if (!sleeps && !parks && rq->nr == 1 && !prev->is_idle &&
	    cpumask_test(&prev->affinity, rq->cpu)) {
		prev->yielding = 0;
		prev->slice_ns = 0;
		return prev;
	}
	if (!prev->is_idle) {
		if (sleeps || parks)
			rq_deactivate(rq, prev);
		else
			put_back(rq, prev);
	}
	next = pick_next(rq, rt);
	prev->yielding = 0;
	if (next == prev) {
		if (prev->slice_ns >= turn_ns(prev) && !prev->rt_priority)
			prev->slice_ns = 0;
		return next;
	}
	if (rt)
		rt_spread(rq, prev, next);
	if (sleeps)
		prev->nvcsw++;
	else
		prev->nivcsw++;
	return next;
}

/* Prepare the switch to @next. [Q] */
static void rq_set_curr(struct rq *rq, struct thread *next)
{
	rq->curr = next;
	WRITE_ONCE(rq->curr_priority, next->rt_priority);
	next->exec_start_ns = rq->now_ns;
	next->slice_ns = 0;
	WRITE_ONCE(next->on_cpu, 1);
	WRITE_ONCE(rq->switches, rq->switches + 1);
	tick_adjust(rq);
	alloc_fault_switch(&next->fault);
	/* The fence that rseq.c relies on: on_cpu is seen before it looks. */
	if (next->resume_work)
		__atomic_fetch_or(&next->arch.work, next->resume_work,
				  __ATOMIC_SEQ_CST);
}

/* First thing on a thread's stack after a switch: @prev is off the CPU now.
 * Interrupts off on return, the lock is released. */
static void switch_finish(struct thread *prev)
{
	struct rq *rq = this_rq();
	bool dead = READ_ONCE(prev->state) == THREAD_DEAD;
	bool moving = prev->moving;

	prev->moving = 0;
	store_release(&prev->on_cpu, 0);
	spin_unlock(&rq->lock);
	if (unlikely(moving))
		rq_place(rq_lock_thread(prev), prev, false);
	if (unlikely(dead)) {
		irq_enable();
		thread_list_remove(prev);
		if (unlikely(prev->deadline))
			deadline_release(prev);
		if (prev->dead)
			prev->dead(prev);
		irq_disable();
	}
}

void schedule(void)
{
	struct thread *prev = current_thread();
	struct thread *next;
	u64 irq = irq_save();
	struct rq *rq = this_rq();

	ASSERT(!spin_held_count() && !rcu_read_held());
	ASSERT(!prev->is_idle || prev->state == THREAD_RUNNING);
	spin_lock(&rq->lock);
	rcu_quiescent();
	__atomic_fetch_and(&prev->arch.work, ~(u32)WORK_RESCHED,
			   __ATOMIC_SEQ_CST);
	next = unlikely(rq->curr_priority | rq->rt_nr) ?
	       rq_choose(rq, prev, true) : rq_choose(rq, prev, false);
	if (likely(next != prev)) {
		trace_switch(prev, next);
		rq_set_curr(rq, next);
		switch_finish((struct thread *)(void *)
			      arch_switch(&prev->arch, &next->arch));
	} else {
		spin_unlock(&rq->lock);
	}
	irq_restore(irq);
	if (unlikely(rcu_due()) && irqs_enabled())
		rcu_run_callbacks();
}

void sched_yield(void)
{
	/* Alone on its CPU: nothing to do, not even to look at the clock. */
	if (READ_ONCE(this_rq()->nr) <= 1 && !need_resched() &&
	    !current_thread()->deadline)
		return;
	current_thread()->yielding = 1;
	schedule();
}

void upcall_thread_start(struct arch_thread *prev)
{
	switch_finish((struct thread *)(void *)prev);
	irq_enable();
}

void upcall_kthread_start(struct arch_thread *prev)
{
	switch_finish((struct thread *)(void *)prev);
	irq_enable();
}

/* Somebody wants this CPU's attention: the way back to user mode, or the idle
 * loop, looks at the work bits by itself. */
void upcall_resched_ipi(void)
{
	struct rq *rq = this_rq();

	if (irq_from_user())
		rcu_quiescent();
	if (rt_fetch(rq) || rcu_qs_wanted() || rcu_due())
		thread_set_work(current_thread(), WORK_RESCHED);
	spin_lock(&rq->lock);
	tick_adjust(rq);
	spin_unlock(&rq->lock);
}
