/*
 * kernel/sched/balance.c - which CPU a thread runs on
 *
 * What:  choice at wake-up (where it ran, if that CPU is idle; another idle
 *        one; for a waker that is about to sleep, the waker's own), choice for
 *        a new thread (its parent's CPU: most children are waited for), and
 *        stealing by idle CPUs, which a busy one calls at its tick. A child
 *        whose parent goes on is so moved within a few milliseconds. If no
 *        CPU is idle, one with fewer threads takes one at its tick. A
 *        real-time thread does not wait while another CPU runs something less
 *        urgent: that one is asked to fetch it.
 * Locks: idle_cpus is a hint, changed atomically. One run-queue lock at a
 *        time: a thread between two queues is in none, is RUNNING, and
 *        nobody else takes it.
 */
#include <arch/cpu.h>
#include <arch/smp.h>
#include <core/rcu.h>

#include "rq.h"

/* A thread that came a moment ago will run soon where it is, and its data is
 * in that CPU's caches. */
#define STEAL_AGE_NS (500 * NSEC_PER_USEC)
/* Threads of a crowd that are looked at in an interrupt; at the next tick
 * others are the first. */
#define BUSY_LOOKS 32u

u32 sched_ncpus;
struct cpumask idle_cpus;

static bool allowed(const struct thread *t, u32 cpu)
{
	return cpumask_test(&t->affinity, cpu);
}

/* First CPU that is in both sets; MAX_CPUS: none. */
static u32 first_common(const struct cpumask *a, const struct cpumask *b)
{
	for (u32 i = 0; i < ARRAY_SIZE(a->bits); i++) {
		u64 both = READ_ONCE(a->bits[i]) & READ_ONCE(b->bits[i]);

		if (both)
			return i * 64 + (u32)__builtin_ctzll(both);
	}
	return MAX_CPUS;
}

/* An idle CPU for @t, taken out of the set so that the next waker finds
 * another one. MAX_CPUS: none. */
static u32 idle_claim(const struct thread *t)
{
	u32 cpu = allowed(t, t->cpu) && cpumask_test(&idle_cpus, t->cpu) ?
		  t->cpu : first_common(&idle_cpus, &t->affinity);

	if (cpu != MAX_CPUS)
		cpumask_clear_atomic(&idle_cpus, cpu);
	return cpu;
}

/* Where a real-time thread would not have to wait. MAX_CPUS: nowhere. Among
 * CPUs that run for deadlines: the one whose deadline is last. */
static u32 lower_priority_cpu(const struct thread *t)
{
	u64 latest = t->deadline_ns;
	u32 cpu, found = MAX_CPUS;

	for_each_cpu(cpu, cpu_online_mask()) {
		const struct rq *rq = rq_of(cpu);
		u64 deadline = READ_ONCE(rq->curr_deadline_ns);

		if (!allowed(t, cpu))
			continue;
		if (READ_ONCE(rq->curr_priority) < t->rt_priority)
			return cpu;
		if (t->rt_priority == DEADLINE_PRIORITY && deadline > latest) {
			latest = deadline;
			found = cpu;
		}
	}
	return found;
}

static u32 any_cpu(const struct thread *t, u32 preferred)
{
	u32 cpu;

	if (allowed(t, preferred))
		return preferred;
	cpu = first_common(&t->affinity, cpu_online_mask());
	return cpu == MAX_CPUS ? preferred : cpu;
}

u32 cpu_for_wake(struct thread *t, bool sync)
{
	u32 cpu;

	if (sync && allowed(t, cpu_id()))
		return cpu_id();
	cpu = idle_claim(t);
	if (cpu == MAX_CPUS && t->rt_priority &&
	    READ_ONCE(rq_of(t->cpu)->curr_priority) >= t->rt_priority)
		cpu = lower_priority_cpu(t);
	return cpu == MAX_CPUS ? any_cpu(t, t->cpu) : cpu;
}

u32 cpu_for_new(const struct thread *t)
{
	return any_cpu(t, cpu_id());
}

void idle_kick(u32 n)
{
	u32 cpu;

	for_each_cpu(cpu, &idle_cpus) {
		if (!n--)
			return;
		cpumask_clear_atomic(&idle_cpus, cpu);
		ipi_resched(cpu);
	}
}

/* A thread of @rq that may run on @cpu and has waited long enough, among the
 * first @looks that wait. [Q] */
static struct thread *steal_candidate(struct rq *rq, u32 cpu, u32 looks)
{
	u64 now = clock_now_ns();
	struct thread *t = rt_first(rq);
	struct rb_node *n;

	if (t && allowed(t, cpu))
		return t;
	for (n = rb_first_cached(&rq->fair); n && looks--; n = rb_next(n)) {
		t = rb_entry(n, struct thread, run_node);
		if (allowed(t, cpu) && now - t->queued_ns > STEAL_AGE_NS)
			return t;
	}
	return NULL;
}

/* A real-time thread of @rq that may run on this CPU, whose thread @curr is
 * less urgent or goes to sleep. [Q] */
static struct thread *rt_candidate(struct rq *rq, const struct thread *curr)
{
	struct thread *t = rt_first(rq);

	if (!t || !allowed(t, cpu_id()))
		return NULL;
	return READ_ONCE(curr->state) != THREAD_RUNNING || rt_before(t, curr) ?
	       t : NULL;
}

/* Take a thread from @from to @to, which is this CPU's: one of the first
 * @looks; 0: only one that is more urgent than what runs here. */
static bool steal_from(struct rq *from, struct rq *to, u32 looks)
{
	struct thread *t = NULL;
	u64 irq = spin_lock_irqsave(&from->lock);

	if (from->nr > 1)
		t = looks ? steal_candidate(from, to->cpu, looks) :
			    rt_candidate(from, current_thread());
	if (t) {
		queue_remove(from, t);
		WRITE_ONCE(from->nr, from->nr - 1);
		t->on_queue = 0;
		t->vruntime -= from->min_vruntime;
		t->nmoves++;
		WRITE_ONCE(t->cpu, to->cpu);
	}
	spin_unlock(&from->lock);
	if (t) {
		spin_lock(&to->lock);
		t->vruntime += to->min_vruntime;
		rq_activate(to, t);
		spin_unlock(&to->lock);
	}
	irq_restore(irq);
	return t != NULL;
}

/* The CPU with most threads waiting; NULL: none has any. */
static struct rq *busiest(const struct rq *self)
{
	struct rq *best = NULL;
	u32 most = 1;
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask()) {
		struct rq *rq = rq_of(cpu);
		u32 nr = READ_ONCE(rq->nr);

		if (rq != self && nr > most) {
			most = nr;
			best = rq;
		}
	}
	return best;
}

bool idle_steal(struct rq *rq)
{
	struct rq *from;

	if (READ_ONCE(rq->nr))
		return true;
	from = busiest(rq);
	return from && steal_from(from, rq, U32_MAX);
}

void busy_steal(struct rq *rq)
{
	struct rq *from;

	if (READ_ONCE(sched_ncpus) == 1 || READ_ONCE(rq->curr_priority))
		return;
	from = busiest(rq);
	if (from && READ_ONCE(from->nr) > READ_ONCE(rq->nr) + 1)
		steal_from(from, rq, BUSY_LOOKS);
}

/* The priority of the most urgent thread that waits there; 0: none. Without
 * the lock: a guess. */
static u32 waiting_priority(const struct rq *rq)
{
	for (u32 i = ARRAY_SIZE(rq->rt_bits); i--;) {
		u64 bits = READ_ONCE(rq->rt_bits[i]);

		if (bits)
			return i * 64 + 63 - (u32)__builtin_clzll(bits);
	}
	return 0;
}

/* The CPU where a thread waits that is more urgent than @priority; two with
 * deadlines have to be compared. NULL: there is none. */
static struct rq *most_urgent(const struct rq *self, u32 priority)
{
	struct rq *best = NULL;
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask()) {
		struct rq *rq = rq_of(cpu);
		u32 waiting = rq == self ? 0 : waiting_priority(rq);

		if (waiting > priority ||
		    (!best && waiting == DEADLINE_PRIORITY)) {
			priority = waiting;
			best = rq;
		}
	}
	return best;
}

void rt_spread(struct rq *rq, const struct thread *prev,
	       const struct thread *next)
{
	const struct thread *t = rt_first(rq);
	u32 cpu;

	if (READ_ONCE(sched_ncpus) == 1)
		return;
	if (rt_before(prev, next) && most_urgent(rq, next->rt_priority))
		rt_ask(rq);
	cpu = t ? lower_priority_cpu(t) : MAX_CPUS;
	if (cpu != MAX_CPUS && cpu != rq->cpu)
		rt_ask(rq_of(cpu));
}

void rt_ask(struct rq *rq)
{
	WRITE_ONCE(rq->wants_rt, 1);
	ipi_resched(rq->cpu);
}

bool rt_fetch(struct rq *rq)
{
	const struct thread *curr = current_thread();
	struct rq *from;
	u32 here;

	if (!READ_ONCE(rq->wants_rt))
		return false;
	WRITE_ONCE(rq->wants_rt, 0);
	here = waiting_priority(rq);
	if (READ_ONCE(curr->state) == THREAD_RUNNING)
		here = max(here, curr->rt_priority);
	from = most_urgent(rq, here);
	return from && steal_from(from, rq, 0);
}
