/*
 * kernel/sched/fair.c - the fair policy: virtual time
 *
 * What:  each thread's virtual time runs at a speed inverse to its weight; the
 *        one that is furthest behind runs next. Nice levels are weights in
 *        steps of 1.25, so that one level is about a tenth of a CPU between
 *        two threads.
 * Locks: [Q] all of it.
 * Not:   real-time threads (rt.c); which CPU (balance.c).
 * See:   docs/sched.md; sched(7).
 */
#include <lib/types.h>
#include <uapi/sched.h>

#include "rq.h"

#define NICE_0_WEIGHT 1024u
#define IDLE_WEIGHT 3u
#define NICE_MIN (-20)
/* A thread that slept is at most so far behind the others. */
#define SLEEPER_CREDIT_NS (SLICE_NS)
/* A thread that wakes must be so far behind to interrupt the running one. */
#define WAKEUP_GRANULARITY_NS NSEC_PER_MSEC

/* 1024 * 1.25^-nice, rounded, for nice -20 .. 19. */
static const u32 nice_weights[40] = {
	88818, 71054, 56843, 45475, 36380, 29104, 23283, 18626, 14901, 11921,
	9537, 7629, 6104, 4883, 3906, 3125, 2500, 2000, 1600, 1280,
	1024, 819, 655, 524, 419, 336, 268, 215, 172, 137,
	110, 88, 70, 56, 45, 36, 29, 23, 18, 15,
};

u32 fair_weight(u32 policy, s32 nice)
{
	return policy == SCHED_IDLE ? IDLE_WEIGHT :
				      nice_weights[nice - NICE_MIN];
}

static struct thread *thread_of(struct rb_node *n)
{
	return n ? rb_entry(n, struct thread, run_node) : NULL;
}

/* Virtual times wrap: only differences mean something. */
static bool before(u64 a, u64 b)
{
	return (s64)(a - b) < 0;
}

struct thread *fair_first(const struct rq *rq)
{
	return thread_of(rb_first_cached(&rq->fair));
}

/* Move the floor up to whoever is furthest behind. */
static void raise_floor(struct rq *rq, u64 vruntime)
{
	const struct thread *first = fair_first(rq);

	if (first && before(first->vruntime, vruntime))
		vruntime = first->vruntime;
	if (before(rq->min_vruntime, vruntime))
		rq->min_vruntime = vruntime;
}

void fair_charge(struct rq *rq, struct thread *t, u64 ns)
{
	if (likely(t->weight == NICE_0_WEIGHT))
		t->vruntime += ns;
	else
		t->vruntime += ns * NICE_0_WEIGHT / t->weight;
	raise_floor(rq, t->vruntime);
}

void fair_insert(struct rq *rq, struct thread *t)
{
	struct rb_node **link = &rq->fair.root.node;
	struct rb_node *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (before(t->vruntime, thread_of(parent)->vruntime)) {
			link = &parent->left;
		} else {
			link = &parent->right;
			leftmost = false;
		}
	}
	rb_insert_at(&t->run_node, parent, link);
	rb_insert_color_cached(&t->run_node, &rq->fair, leftmost);
}

void fair_remove(struct rq *rq, struct thread *t)
{
	rb_erase_cached(&t->run_node, &rq->fair);
}

void fair_settle(struct rq *rq, struct thread *t)
{
	u64 floor = rq->min_vruntime - SLEEPER_CREDIT_NS;

	if (before(t->vruntime, floor))
		t->vruntime = floor;
}

void fair_settle_new(struct rq *rq, struct thread *t)
{
	const struct thread *curr = rq->curr;

	t->vruntime = rq->min_vruntime;
	if (!curr->is_idle && !curr->rt_priority &&
	    before(t->vruntime, curr->vruntime))
		t->vruntime = curr->vruntime;
}

void fair_yield(struct rq *rq, struct thread *t)
{
	const struct thread *first = fair_first(rq);

	if (first && before(t->vruntime, first->vruntime + 1))
		t->vruntime = first->vruntime + 1;
}

bool fair_preempts(const struct thread *t, const struct thread *curr)
{
	if (curr->policy == SCHED_IDLE && t->policy != SCHED_IDLE)
		return true;
	if (t->policy != SCHED_NORMAL)
		return false;
	return before(t->vruntime + WAKEUP_GRANULARITY_NS, curr->vruntime);
}
