/*
 * kernel/sched/tick.c - the tick that comes only when it is needed
 *
 * What:  a CPU with several runnable threads ticks to share them out, one
 *        whose only thread is a user's ticks rarely to sample what it does,
 *        one with RCU callbacks to move them on; others do not tick. The next
 *        tick is left armed when its reason goes: it costs less to let it
 *        come than to call it off at every switch.
 * Locks: tick_next belongs to its CPU, interrupts off.
 * Not:   the timers of threads (timer.c), which share the interrupt.
 */
#include <arch/irq.h>
#include <core/rcu.h>

#include <sched/wallclock.h>

#include "rq.h"

/* When this CPU's next tick is due; U64_MAX: none. [C] */
static DEFINE_PER_CPU(u64, tick_next);

void tick_cpu_init(void)
{
	this_cpu(tick_next) = U64_MAX;
}

void tick_want(u64 at_ns)
{
	u64 *next = this_cpu_ptr(&tick_next);

	if (likely(*next <= at_ns))
		return;
	*next = at_ns;
	timer_arm(at_ns);
}

/* The longest time to the next tick that is right for what runs now. */
static u64 tick_period(const struct rq *rq)
{
	if (rq->nr > 1)
		return TICK_SHARED_NS;
	if (rq->curr->arch.is_user || rcu_pending())
		return TICK_ALONE_NS;
	return U64_MAX;
}

void tick_adjust(struct rq *rq)
{
	u64 period = tick_period(rq);

	if (period != U64_MAX)
		tick_want(rq->now_ns + period);
	if (unlikely(rq->curr_priority == DEADLINE_PRIORITY))
		deadline_watch(rq);
}

static void sample(struct rq *rq, struct thread *t, bool user)
{
	if (t->is_idle)
		return;
	if (user)
		t->user_ticks++;
	else
		t->system_ticks++;
	if (!user)
		rq->samples.system++;
	else if (t->nice > 0)
		rq->samples.nice++;
	else
		rq->samples.user++;
}

/* Is the running thread's turn over? [Q] */
static bool turn_over(struct rq *rq)
{
	const struct thread *t = rq->curr;

	if (unlikely(t->rt_priority == DEADLINE_PRIORITY))
		return deadline_is_spent(t);
	if (rq->nr < 2 || t->is_idle)
		return rq->nr && t->is_idle;
	if (!t->rt_priority)
		return rq->rt_nr || t->slice_ns >= turn_ns(t);
	/* Real time: the end of a slice, or of the share of the period. */
	return t->slice_ns >= READ_ONCE(sched_rr_slice_ns) || rt_throttled(rq);
}

static void tick(u64 now_ns)
{
	struct rq *rq = this_rq();
	struct thread *t = current_thread();
	bool user = irq_from_user();
	deadline_call overran = NULL;
	u32 nr;

	rcu_tick(user, now_ns);
	sample(rq, t, user);
	/* First, so that what comes has its turn and ticks. */
	if (!t->is_idle)
		busy_steal(rq);
	spin_lock(&rq->lock);
	rq_update(rq);
	if (turn_over(rq))
		rq_resched(rq);
	tick_adjust(rq);
	if (unlikely(t->deadline))
		overran = deadline_overran(t);
	nr = rq->nr;
	spin_unlock(&rq->lock);
	if (nr > 1)
		idle_kick(nr - 1);
	load_sample(now_ns);
	wallclock_tick(now_ns);
	if (unlikely(overran != NULL))
		overran(t);
	if (rcu_qs_wanted() || rcu_due())
		thread_set_work(t, WORK_RESCHED);
}

u64 tick_run(u64 now_ns)
{
	u64 *next = this_cpu_ptr(&tick_next);

	if (now_ns >= *next) {
		*next = U64_MAX;
		tick(now_ns);
	}
	return *next;
}

void tick_for_rcu(void)
{
	if (this_cpu(tick_next) == U64_MAX)
		tick_want(clock_now_ns() + TICK_ALONE_NS);
}
