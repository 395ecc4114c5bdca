/*
 * kernel/sched/deadline.c - SCHED_DEADLINE: budgets and deadlines
 *
 * What:  the constant bandwidth server. A thread has a budget, which its time
 *        on a CPU uses up, and an absolute deadline; of those that are
 *        runnable the earliest deadline runs, before all other policies
 *        (rt.c, at DEADLINE_PRIORITY). Without budget it is parked: in no
 *        queue, until its next period begins. One that wakes keeps budget and
 *        deadline if it cannot use more than its share by them; otherwise it
 *        begins a new period at once.
 * Locks: [B] bandwidth.lock, around the run-queue lock: the sum of what is
 *        promised. [Q] the run-queue lock of the thread.
 * Life:  made when a thread gets the policy, detached under [Q] when it gets
 *        another one or dies; freed when the timer's handler is through.
 * Not:   who may ask for it, and for how much (kernel/sys/sched_deadline.c).
 * See:   docs/sched.md; sched(7); Abeni and Buttazzo, "Integrating Multimedia
 *        Applications in Hard Real-Time Systems" (1998).
 */
#include <sched/deadline.h>

#include <arch/cpu.h>
#include <core/assert.h>
#include <mm/kmalloc.h>
#include <sched/timer.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

#include "rq.h"

/* Shares of a CPU are in 1/2^20. */
#define SHARE_SHIFT 20

struct deadline {
	struct thread *thread;	/* [I] outlives it */
	struct deadline_params p;	/* [Q] as set */
	u64 share;		/* [B] read under [Q]: what was promised */
	s64 left_ns;		/* [Q] of the budget */
	u64 until_ns;		/* [Q] absolute deadline of that */
	u32 parked;		/* [Q] waits for the timer */
	u32 overrun;		/* [Q] to be told */
	struct timer refill;
};

static struct {
	struct spinlock lock;
	u64 promised;		/* [B] read without; sum of all shares */
} bandwidth = { .lock = SPINLOCK_INIT("deadline", RANK_DEADLINE) };

/* --- shares --------------------------------------------------------------- */

static u64 share_of(u64 runtime_ns, u64 period_ns)
{
	return (runtime_ns << SHARE_SHIFT) / period_ns;
}

static bool suffices(u64 promised, u64 runtime_ns, u64 period_ns)
{
	return runtime_ns == U64_MAX ||
	       promised <= share_of(runtime_ns, period_ns) * cpu_online_count();
}

bool deadline_share_suffices(u64 runtime_ns, u64 period_ns)
{
	return suffices(READ_ONCE(bandwidth.promised), runtime_ns, period_ns);
}

/* --- the budget, all [Q] -------------------------------------------------- */

static u64 next_period(const struct deadline *d)
{
	return d->until_ns - d->p.deadline_ns + d->p.period_ns;
}

/* What counts for its thread has changed. The thread is in no queue. */
static void set_until(struct deadline *d, u64 until_ns)
{
	d->until_ns = until_ns;
	if (!params_are_lent(d->thread))
		d->thread->deadline_ns = until_ns;
}

static void begin_period(struct deadline *d, u64 now_ns)
{
	d->left_ns = (s64)d->p.runtime_ns;
	set_until(d, now_ns + d->p.deadline_ns);
}

/* Fill the budget up: what was overrun is paid for by later deadlines. */
static void refill(struct deadline *d, u64 now_ns)
{
	u64 n;

	if (d->left_ns > 0)
		return;
	n = (u64)-d->left_ns / d->p.runtime_ns + 1;
	d->left_ns += (s64)(n * d->p.runtime_ns);
	set_until(d, d->until_ns + n * d->p.period_ns);
	if (d->until_ns < now_ns)
		begin_period(d, now_ns);
}

/* Until the next period begins. False: it has begun, and the budget is full. */
static bool park(struct deadline *d, u64 now_ns)
{
	if (next_period(d) <= now_ns) {
		refill(d, now_ns);
		return false;
	}
	d->parked = 1;
	timer_set(&d->refill, next_period(d));
	return true;
}

/* With SCHED_FLAG_RECLAIM time is charged at the part of the CPU that is
 * promised, or at the thread's own if that is more: what nobody was promised
 * it gets for nothing. */
static u64 reclaimed(const struct deadline *d, u64 ns)
{
	u64 promised = READ_ONCE(bandwidth.promised) / cpu_online_count();
	u64 runtime = READ_ONCE(sched_rt_runtime_ns);
	u64 all = 1u << SHARE_SHIFT;

	if (runtime != U64_MAX)
		all = max(share_of(runtime, READ_ONCE(sched_rt_period_ns)),
			  (u64)1);
	return ns * min(max(promised, d->share), all) / all;
}

void deadline_charge(struct rq *rq, struct thread *t, u64 ns)
{
	struct deadline *d = t->deadline;

	if (d->p.flags & SCHED_FLAG_RECLAIM)
		ns = reclaimed(d, ns);
	d->left_ns -= (s64)ns;
	if (d->left_ns > 0)
		return;
	if (d->p.flags & SCHED_FLAG_DL_OVERRUN)
		d->overrun = 1;
	/* It has a lock that somebody urgent wants: it may go on. */
	if (params_are_lent(t))
		refill(d, rq->now_ns);
}

bool deadline_is_spent(const struct thread *t)
{
	return t->deadline && t->deadline->left_ns <= 0;
}

/* The dead have the policy still, and no budget: their last deadline. */
u64 deadline_of(const struct thread *t)
{
	return t->deadline ? t->deadline->until_ns : t->deadline_ns;
}

void deadline_watch(struct rq *rq)
{
	const struct deadline *d = rq->curr->deadline;

	WRITE_ONCE(rq->curr_deadline_ns, rq->curr->deadline_ns);
	if (d)
		tick_want(rq->now_ns + (u64)max(d->left_ns, (s64)0));
}

bool deadline_park(struct thread *t)
{
	struct deadline *d = t->deadline;

	if (params_are_lent(t))
		return false;
	if (t->yielding)
		d->left_ns = min(d->left_ns, (s64)0);
	return d->left_ns <= 0 && park(d, this_rq()->now_ns);
}

/* Does the budget that is left exceed the thread's share of the time until
 * the deadline? In microseconds, or the products would not fit. */
static bool exceeds_share(const struct deadline *d, u64 now_ns)
{
	u64 time = (d->until_ns - now_ns) >> 10;

	return d->left_ns > 0 &&
	       ((u64)d->left_ns >> 10) * (d->p.deadline_ns >> 10) >
	       (d->p.runtime_ns >> 10) * time;
}

/* With a deadline before the end of the period a new one cannot begin at any
 * time: less budget, or none. */
static void arrive_early(struct deadline *d, u64 now_ns)
{
	if (d->until_ns > now_ns)
		d->left_ns = (s64)((d->until_ns - now_ns) *
				   share_of(d->p.runtime_ns, d->p.deadline_ns)
				   >> SHARE_SHIFT);
	else if (next_period(d) > now_ns)
		d->left_ns = min(d->left_ns, (s64)0);
	else
		begin_period(d, now_ns);
}

bool deadline_arrive(struct rq *rq, struct thread *t)
{
	struct deadline *d = t->deadline;
	u64 now = clock_now_ns();

	rq->now_ns = now;
	if (params_are_lent(t))
		return true;
	if (deadline_unpark(d)) {
		refill(d, now);
	} else if (d->until_ns <= now || exceeds_share(d, now)) {
		if (d->p.deadline_ns < d->p.period_ns)
			arrive_early(d, now);
		else
			begin_period(d, now);
	}
	return d->left_ns > 0 || !park(d, now);
}

deadline_call deadline_overran(const struct thread *t)
{
	struct deadline *d = t->deadline;
	bool overrun = d->overrun;

	d->overrun = 0;
	return overrun ? d->p.overran : NULL;
}

bool deadline_unpark(struct deadline *d)
{
	bool was = d->parked;

	d->parked = 0;
	return was;
}

/* The next period begins. Context: interrupt. */
static void refill_fired(struct timer *timer)
{
	struct deadline *d = container_of(timer, struct deadline, refill);
	struct thread *t = d->thread;
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);
	bool mine = t->deadline == d;
	deadline_call tell = mine ? deadline_overran(t) : NULL;

	/* It may have been parked again meanwhile, and the timer set anew. */
	if (mine && d->parked && next_period(d) <= clock_now_ns())
		rq_place(rq, t, false);
	else
		spin_unlock(&rq->lock);
	irq_restore(irq);
	if (tell)
		tell(t);
}

/* --- getting and leaving the policy --------------------------------------- */

void deadline_free(struct deadline *d)
{
	u64 irq = spin_lock_irqsave(&bandwidth.lock);

	bandwidth.promised -= d->share;
	spin_unlock_irqrestore(&bandwidth.lock, irq);
	timer_cancel_sync(&d->refill);
	kfree(d);
}

void deadline_release(struct thread *t)
{
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);
	struct deadline *d = t->deadline;

	t->deadline = NULL;
	spin_unlock_irqrestore(&rq->lock, irq);
	deadline_free(d);
}

/* May @t get @p, with the budget @d that it has or NULL? [B], [Q] */
static int admit(const struct thread *t, const struct deadline *d,
		 const struct deadline_params *p)
{
	u64 runtime = READ_ONCE(sched_rt_runtime_ns);
	u64 promised = bandwidth.promised +
		       share_of(p->runtime_ns, p->period_ns);

	if (READ_ONCE(t->state) == THREAD_DEAD)
		return -ESRCH;
	if (runtime != U64_MAX && !affinity_is_full(&t->affinity))
		return -EPERM;
	if (d)
		promised -= d->share;
	return suffices(promised, runtime, READ_ONCE(sched_rt_period_ns)) ?
	       0 : -EBUSY;
}

/* It is admitted: note what is promised, and how it runs. [B], [Q] */
static void commit(struct rq *rq, struct deadline *d,
		   const struct deadline_params *p)
{
	struct thread *t = d->thread;

	bandwidth.promised -= d->share;
	d->share = share_of(p->runtime_ns, p->period_ns);
	bandwidth.promised += d->share;
	d->p = *p;
	if (!t->deadline) {
		t->deadline = d;
		begin_period(d, clock_now_ns());
	}
	t->own = (struct sched_params){
		.policy = SCHED_DEADLINE,
		.nice = t->own.nice,
		.rt_priority = DEADLINE_PRIORITY,
		.reset_on_fork = p->reset_on_fork,
		.turn_ns = t->own.turn_ns,
	};
	params_apply(rq, t);
}

int sched_set_deadline(struct thread *t, const struct deadline_params *p)
{
	struct deadline *spare = kzalloc(sizeof(*spare)), *d;
	struct rq *rq;
	u64 irq;
	int err;

	if (!spare)
		return -ENOMEM;
	spare->thread = t;
	timer_init(&spare->refill, refill_fired);
	irq = spin_lock_irqsave(&bandwidth.lock);
	rq = rq_lock_thread(t);
	d = t->deadline;
	err = admit(t, d, p);
	if (!err)
		commit(rq, d ? d : spare, p);
	spin_unlock(&rq->lock);
	spin_unlock_irqrestore(&bandwidth.lock, irq);
	if (d || err)
		kfree(spare);
	return err;
}

bool sched_get_deadline(struct thread *t, struct deadline_params *out)
{
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);
	bool has = t->deadline != NULL;

	if (has)
		*out = t->deadline->p;
	spin_unlock_irqrestore(&rq->lock, irq);
	return has;
}
