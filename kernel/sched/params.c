/*
 * kernel/sched/params.c - policy, nice, priority, affinity
 *
 * What:  what the scheduling system calls set and ask for.
 * Locks: [Q] the thread's run-queue lock.
 * Not:   who may do it: the callers have checked (kernel/sys). Budgets
 *        (deadline.c).
 * See:   sched(7), sched_setaffinity(2).
 */
#include <sched/sched.h>

#include <arch/cpu.h>
#include <arch/smp.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

#include "rq.h"

/* How long to wait for a thread that is to leave its CPU. */
#define MOVE_WAIT_NS (100 * NSEC_PER_MSEC)

static bool is_queued(const struct rq *rq, const struct thread *t)
{
	return t->on_queue && rq->curr != t;
}

s64 sched_rank(const struct sched_params *p)
{
	if (p->rt_priority == DEADLINE_PRIORITY)
		return S64_MIN / 2 + (s64)p->deadline_ns;
	if (p->rt_priority)
		return -(s64)p->rt_priority;
	return p->policy == SCHED_IDLE ? 200 : 100 + p->nice;
}

static const struct sched_params *effective(const struct thread *t)
{
	return t->is_lent && sched_rank(&t->lent) < sched_rank(&t->own) ?
	       &t->lent : &t->own;
}

bool params_are_lent(const struct thread *t)
{
	return effective(t) == &t->lent;
}

/* The running thread of @rq counts for more or for less than @before. [Q] */
static void curr_changed(struct rq *rq, const struct thread *t, u32 before)
{
	WRITE_ONCE(rq->curr_priority, t->rt_priority);
	if (t->rt_priority < before)
		rt_ask(rq);
	if (t->rt_priority != DEADLINE_PRIORITY)
		return;
	/* Its budget may end before the next tick. */
	if (rq->cpu == cpu_id())
		tick_adjust(rq);
	else
		ipi_resched(rq->cpu);
}

/* Own or lent attributes changed: move it to where it belongs now. */
void params_apply(struct rq *rq, struct thread *t)
{
	const struct sched_params *p = effective(t);
	bool queued = is_queued(rq, t);
	u32 before = t->rt_priority;

	if (t == rq->curr)
		rq_update(rq);
	if (queued)
		queue_remove(rq, t);
	t->policy = p->policy;
	t->nice = p->nice;
	t->rt_priority = p->rt_priority;
	t->weight = fair_weight(p->policy, p->nice);
	if (t->rt_priority == DEADLINE_PRIORITY)
		t->deadline_ns = p == &t->own ? deadline_of(t) : p->deadline_ns;
	fair_settle(rq, t);
	if (queued)
		queue_insert(rq, t, false);
	if (rq->curr == t)
		curr_changed(rq, t, before);
	if (t->on_queue && rq->nr > 1)
		rq_resched(rq);
}

void sched_set_params(struct thread *t, const struct sched_params *p)
{
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);
	struct deadline *old = t->deadline;

	t->own = *p;
	t->deadline = NULL;
	params_apply(rq, t);
	if (unlikely(old) && deadline_unpark(old))
		rq_place(rq, t, false);
	else
		spin_unlock(&rq->lock);
	irq_restore(irq);
	if (old)
		deadline_free(old);
}

void sched_set_nice(struct thread *t, s32 nice)
{
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);

	t->own.nice = nice;
	params_apply(rq, t);
	spin_unlock_irqrestore(&rq->lock, irq);
}

void sched_lend(struct thread *t, const struct sched_params *by)
{
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);

	if (by || t->is_lent) {
		t->is_lent = by != NULL;
		if (by)
			t->lent = *by;
		params_apply(rq, t);
	}
	if (unlikely(t->deadline) && params_are_lent(t) &&
	    deadline_unpark(t->deadline))
		rq_place(rq, t, false);
	else
		spin_unlock(&rq->lock);
	irq_restore(irq);
}

void sched_get_params(struct thread *t, struct sched_params *out)
{
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);

	*out = t->own;
	spin_unlock_irqrestore(&rq->lock, irq);
}

void sched_get_effective(struct thread *t, struct sched_params *out)
{
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);

	*out = *effective(t);
	if (out->rt_priority == DEADLINE_PRIORITY)
		out->deadline_ns = t->deadline_ns;
	spin_unlock_irqrestore(&rq->lock, irq);
}

static bool any_online(const struct cpumask *mask)
{
	const struct cpumask *online = cpu_online_mask();

	for (u32 i = 0; i < ARRAY_SIZE(mask->bits); i++) {
		if (mask->bits[i] & READ_ONCE(online->bits[i]))
			return true;
	}
	return false;
}

bool affinity_is_full(const struct cpumask *mask)
{
	const struct cpumask *online = cpu_online_mask();

	for (u32 i = 0; i < ARRAY_SIZE(mask->bits); i++) {
		if (READ_ONCE(online->bits[i]) & ~mask->bits[i])
			return false;
	}
	return true;
}

/* It waits in a queue of a CPU it may no longer use. Unlocks @rq. */
static void move_queued(struct rq *rq, struct thread *t)
{
	queue_remove(rq, t);
	t->on_queue = 0;
	WRITE_ONCE(rq->nr, rq->nr - 1);
	rq_place(rq, t, false);
}

static bool is_on_wrong_cpu(const struct thread *t)
{
	return READ_ONCE(t->on_cpu) &&
	       !cpumask_test(&t->affinity, READ_ONCE(t->cpu));
}

/* Another CPU runs @t and was told; it moves on its way to user mode. */
static void wait_moved(const struct thread *t)
{
	u64 end = clock_now_ns() + MOVE_WAIT_NS;

	while (is_on_wrong_cpu(t) && clock_now_ns() < end) {
		cond_resched();
		cpu_relax();
	}
}

int sched_set_affinity(struct thread *t, const struct cpumask *mask)
{
	struct rq *rq;
	u64 irq;

	if (!any_online(mask))
		return -EINVAL;
	irq = irq_save();
	rq = rq_lock_thread(t);
	if (unlikely(t->deadline) && sched_rt_runtime_ns != U64_MAX &&
	    !affinity_is_full(mask)) {
		spin_unlock_irqrestore(&rq->lock, irq);
		return -EBUSY;
	}
	t->affinity = *mask;
	if (!t->on_queue || cpumask_test(mask, rq->cpu)) {
		spin_unlock(&rq->lock);
	} else if (is_queued(rq, t)) {
		move_queued(rq, t);
	} else {
		rq_resched(rq);
		spin_unlock(&rq->lock);
	}
	irq_restore(irq);
	if (!is_on_wrong_cpu(t))
		return 0;
	if (t == current_thread())
		schedule();
	else
		wait_moved(t);
	return 0;
}

void sched_get_affinity(struct thread *t, struct cpumask *out)
{
	const struct cpumask *online = cpu_online_mask();
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);

	for (u32 i = 0; i < ARRAY_SIZE(out->bits); i++)
		out->bits[i] = t->affinity.bits[i] &
			       READ_ONCE(online->bits[i]);
	spin_unlock_irqrestore(&rq->lock, irq);
}

u64 sched_rr_interval(struct thread *t)
{
	struct sched_params p;

	sched_get_params(t, &p);
	if (p.policy == SCHED_FIFO || p.policy == SCHED_DEADLINE)
		return 0;
	if (p.policy == SCHED_RR)
		return READ_ONCE(sched_rr_slice_ns);
	return p.turn_ns ? p.turn_ns : SCHED_TURN_NS;
}
