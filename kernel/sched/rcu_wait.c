/*
 * kernel/sched/rcu_wait.c - the half of RCU that sleeps
 *
 * What:  waiting for a grace period, or for callbacks; RCU's own thread, which
 *        runs callbacks when more are due than others should run in passing.
 * Locks: barrier_mutex (RANK_MUTEX_RCU): one barrier at a time, because each
 *        CPU has one callback for it.
 * Not:   grace periods (kernel/core/rcu.c).
 */
#include <sched/rcu_wait.h>

#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <core/panic.h>
#include <core/rcu.h>
#include <sched/mutex.h>

#include "rq.h"

struct waiter {
	struct rcu_head head;
	struct completion done;
};

static DEFINE_MUTEX(barrier_mutex, RANK_MUTEX_RCU);
static struct completion barrier_done;	/* [barrier_mutex] */
static struct atomic barrier_left;	/* CPUs whose callback has not run */
static DEFINE_PER_CPU(struct rcu_head, barrier_head);

static struct wait_queue bulk_queue = WAIT_QUEUE_INIT(bulk_queue);
static u32 bulk_wanted;		/* [a] */

static void waiter_done(struct rcu_head *head)
{
	complete(&container_of(head, struct waiter, head)->done);
}

static void wait_grace_period(bool expedited)
{
	struct waiter w;

	assert_may_sleep("rcu_synchronize");
	/* Alone, a CPU that may sleep is in no read section. */
	if (cpu_online_count() == 1)
		return;
	completion_init(&w.done);
	rcu_call(&w.head, waiter_done);
	if (expedited)
		rcu_expedite();
	else
		rcu_advance();
	completion_wait(&w.done);
}

void rcu_synchronize(void)
{
	wait_grace_period(false);
}

void rcu_synchronize_expedited(void)
{
	wait_grace_period(true);
}

static void barrier_arrived(struct rcu_head *head UNUSED)
{
	if (atomic_dec_and_test(&barrier_left))
		complete(&barrier_done);
}

/* Behind everything this CPU has queued. Interrupts off. */
static void barrier_post(void *arg UNUSED)
{
	atomic_inc(&barrier_left);
	rcu_call(this_cpu_ptr(&barrier_head), barrier_arrived);
	rcu_advance();
}

static void barrier_wait_cpus(void)
{
	u64 irq;

	/* One for ourselves, so that it does not end before all are posted. */
	atomic_set(&barrier_left, 1);
	completion_init(&barrier_done);
	irq = irq_save();
	barrier_post(NULL);
	irq_restore(irq);
	smp_call(cpu_online_mask(), barrier_post, NULL);
	rcu_expedite();
	barrier_arrived(NULL);
	completion_wait(&barrier_done);
}

/* What was moved to RCU's thread before is done when this callback is. */
static void barrier_wait_bulk(void)
{
	struct waiter w;

	completion_init(&w.done);
	rcu_call_bulk(&w.head, waiter_done);
	completion_wait(&w.done);
}

void rcu_barrier(void)
{
	assert_may_sleep("rcu_barrier");
	mutex_lock(&barrier_mutex);
	barrier_wait_cpus();
	barrier_wait_bulk();
	mutex_unlock(&barrier_mutex);
}

static void wake_bulk(void)
{
	WRITE_ONCE(bulk_wanted, 1);
	wake_all(&bulk_queue);
}

static void bulk_main(void *arg UNUSED)
{
	for (;;) {
		wait_event_state(&bulk_queue, READ_ONCE(bulk_wanted),
				 THREAD_INTERRUPTIBLE, U64_MAX);
		WRITE_ONCE(bulk_wanted, 0);
		smp_mb();	/* partner: the exchange in rcu_call_bulk */
		while (rcu_run_bulk())
			cond_resched();
	}
}

static const struct rcu_hooks hooks = {
	.need_tick = tick_for_rcu,
	.wake_bulk = wake_bulk,
};

void rcu_wait_init(void)
{
	if (kthread_create("rcu", bulk_main, NULL, NULL))
		panic("rcu: no memory for its thread");
	rcu_set_hooks(&hooks);
}
