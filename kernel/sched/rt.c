/*
 * kernel/sched/rt.c - the real-time policies
 *
 * What:  SCHED_FIFO and SCHED_RR: a list for each priority; the highest runs.
 *        The highest of all is that of SCHED_DEADLINE, by deadlines.
 *        A loop in a real-time thread must not take the machine away from its
 *        owner: of each second the real-time threads of a CPU get 950 ms when
 *        others wait.
 * Locks: [Q] all of it.
 * See:   sched(7), "Limiting the CPU usage of real-time and deadline
 *        processes".
 */
#include <lib/list.h>

#include "rq.h"

u64 sched_rr_slice_ns = SCHED_RR_SLICE_NS;
u64 sched_rt_period_ns = NSEC_PER_SEC;
u64 sched_rt_runtime_ns = 950 * NSEC_PER_MSEC;

static void period_roll(struct rq *rq)
{
	if (rq->now_ns - rq->rt_period_ns < READ_ONCE(sched_rt_period_ns))
		return;
	rq->rt_period_ns = rq->now_ns;
	rq->rt_used_ns = 0;
}

void rt_charge(struct rq *rq, struct thread *t, u64 ns)
{
	if (t->rt_priority == DEADLINE_PRIORITY) {
		if (t->deadline)
			deadline_charge(rq, t, ns);
		return;
	}
	period_roll(rq);
	rq->rt_used_ns += ns;
}

bool rt_throttled(struct rq *rq)
{
	period_roll(rq);
	return rq->rt_used_ns >= READ_ONCE(sched_rt_runtime_ns);
}

static void insert_by_deadline(struct list *l, struct thread *t)
{
	struct thread *other;

	for_each_list(other, l, rt_link) {
		if (other->deadline_ns > t->deadline_ns)
			break;
	}
	list_add_tail(&other->rt_link, &t->rt_link);
}

void rt_insert(struct rq *rq, struct thread *t, bool head)
{
	struct list *l = &rq->rt[t->rt_priority];

	if (t->rt_priority == DEADLINE_PRIORITY)
		insert_by_deadline(l, t);
	else if (head)
		list_add(l, &t->rt_link);
	else
		list_add_tail(l, &t->rt_link);
	rq->rt_bits[t->rt_priority / 64] |= BIT(t->rt_priority % 64);
	rq->rt_nr++;
}

void rt_remove(struct rq *rq, struct thread *t)
{
	list_del(&t->rt_link);
	if (list_empty(&rq->rt[t->rt_priority]))
		rq->rt_bits[t->rt_priority / 64] &=
			~BIT(t->rt_priority % 64);
	rq->rt_nr--;
}

struct thread *rt_first(struct rq *rq)
{
	u32 word = rq->rt_bits[1] ? 1 : 0;
	u32 prio;

	if (!rq->rt_nr)
		return NULL;
	prio = word * 64 + 63 - (u32)__builtin_clzll(rq->rt_bits[word]);
	/* Deadlines have budgets of their own. */
	if (prio != DEADLINE_PRIORITY && unlikely(rt_throttled(rq)) &&
	    fair_first(rq))
		return NULL;
	return list_first(&rq->rt[prio], struct thread, rt_link);
}
