/*
 * kernel/sched/rq.h - the run queue of a CPU, and who may do what with it
 *
 * What:  struct rq and the functions that the files of kernel/sched share.
 * Locks: [Q] rq->lock (RANK_RUNQUEUE, interrupts off). Two of them are only
 *        taken one after the other. A thread's [Q] fields belong to the lock
 *        of rq_of(thread->cpu); rq_lock_thread finds it.
 * See:   docs/sched.md.
 */
#ifndef SCHED_RQ_H
#define SCHED_RQ_H

#include <arch/clock.h>
#include <arch/percpu.h>
#include <core/spinlock.h>
#include <sched/deadline.h>
#include <sched/sched.h>

#define SLICE_NS SCHED_TURN_NS
/* Ticks: to end slices, and to sample a thread that is alone. */
#define TICK_SHARED_NS SLICE_NS
#define TICK_ALONE_NS (10 * NSEC_PER_MSEC)

#define RT_PRIORITIES (DEADLINE_PRIORITY + 1)

/* Ticks that found the CPU there. */
struct cpu_samples {
	u32 user, nice, system;
};

struct rq {
	struct spinlock lock;
	u32 cpu;		/* [I] */
	u32 nr;			/* [Q] read without: runnable, incl. running,
				   without the idle thread */
	struct thread *curr;	/* [Q] */
	struct thread *idle;	/* [I] */
	u32 curr_priority;	/* [Q] read without: rt_priority of curr */
	u64 curr_deadline_ns;	/* [Q] read without: of curr, if it has one */
	u64 now_ns;		/* [Q] the clock, when last read */

	struct rb_root_cached fair;	/* [Q] by vruntime, without curr */
	u64 min_vruntime;	/* [Q] never goes back */

	u64 rt_bits[2];		/* [Q] priorities with a thread queued */
	struct list rt[RT_PRIORITIES];	/* [Q] without curr */
	u32 rt_nr;		/* [Q] queued */
	u64 rt_used_ns;		/* [Q] of the present period */
	u64 rt_period_ns;	/* [Q] when it began */
	u32 wants_rt;		/* [a] asked to look for urgent threads */

	u64 switches;		/* [Q] read without */
	long nr_load;		/* [Q] sleepers the load counts, went to sleep
				   here minus waked here */
	struct cpu_samples samples;	/* [C] of what the CPU did */
	struct cpu_samples told_samples;	/* [Q] when last asked */
	struct cpu_times told;	/* [Q] and the answer */
	u64 online_ns;		/* [I] when it began */
};

DECLARE_PER_CPU(struct rq, runqueues);

static inline struct rq *this_rq(void)
{
	return this_cpu_ptr(&runqueues);
}

static inline struct rq *rq_of(u32 cpu)
{
	return per_cpu_ptr(&runqueues, cpu);
}

/* Lock the run queue of @t. Interrupts off. */
struct rq *rq_lock_thread(struct thread *t);

/* Account the running thread up to now. [Q] */
void rq_update(struct rq *rq);
/* Put a runnable thread that is not running into its policy's queue, or take
 * it out. [Q] @head: it was preempted, and its equals wait behind it. */
void queue_insert(struct rq *rq, struct thread *t, bool head);
void queue_remove(struct rq *rq, struct thread *t);
/* Count it as runnable here, too. [Q] */
void rq_activate(struct rq *rq, struct thread *t);
/* The first time in a queue: nobody else knows @t. Interrupts off. */
void thread_enqueue_new(struct thread *t);
/* The running thread should be replaced. [Q] */
void rq_resched(struct rq *rq);
/* Put @t, which is in no queue, on a CPU that suits it: @rq, locked, is the
 * one it is on; unlocked on return. */
void rq_place(struct rq *rq, struct thread *t, bool sync);

static inline void thread_set_work(struct thread *t, u32 bits)
{
	__atomic_fetch_or(&t->arch.work, bits, __ATOMIC_SEQ_CST);
}

/* fair.c */
u32 fair_weight(u32 policy, s32 nice);
void fair_charge(struct rq *rq, struct thread *t, u64 ns);
void fair_insert(struct rq *rq, struct thread *t);
void fair_remove(struct rq *rq, struct thread *t);
struct thread *fair_first(const struct rq *rq);
/* A thread that was not runnable comes: neither far behind nor ahead. */
void fair_settle(struct rq *rq, struct thread *t);
/* A new one starts where the running thread is. */
void fair_settle_new(struct rq *rq, struct thread *t);
void fair_yield(struct rq *rq, struct thread *t);
bool fair_preempts(const struct thread *t, const struct thread *curr);

/* How long @t's turns are, among its equals. */
static inline u64 turn_ns(const struct thread *t)
{
	return unlikely(t->own.turn_ns) ? t->own.turn_ns : SLICE_NS;
}

/* rt.c */
void rt_charge(struct rq *rq, struct thread *t, u64 ns);
void rt_insert(struct rq *rq, struct thread *t, bool head);
void rt_remove(struct rq *rq, struct thread *t);
/* NULL: none, or it is the others' turn. */
struct thread *rt_first(struct rq *rq);
/* Have they had their share of the period? */
bool rt_throttled(struct rq *rq);

/* Is @a more urgent than @b, one of which is a real-time thread? [Q] */
static inline bool rt_before(const struct thread *a, const struct thread *b)
{
	if (a->rt_priority != b->rt_priority)
		return a->rt_priority > b->rt_priority;
	return a->rt_priority == DEADLINE_PRIORITY &&
	       a->deadline_ns < b->deadline_ns;
}

/* deadline.c: for threads with a budget. [Q] all but deadline_free. */
/* It used @ns of it. */
OPTIONAL void deadline_charge(struct rq *rq, struct thread *t, u64 ns);
/* It is used up: the thread must stop when it can. */
OPTIONAL bool deadline_is_spent(const struct thread *t);
/* The running thread @t leaves its CPU until its budget is filled up again.
 * False: it has some left and did not yield, or may not be stopped. */
OPTIONAL bool deadline_park(struct thread *t);
/* @t becomes runnable, on @rq. False: not yet, it waits for its budget. */
OPTIONAL bool deadline_arrive(struct rq *rq, struct thread *t);
/* Its thread, in no queue, no longer waits for it. False: it did not. */
OPTIONAL bool deadline_unpark(struct deadline *d);
/* This CPU runs for a deadline, which others may have to know, and a budget,
 * at whose end there must be a tick. */
OPTIONAL void deadline_watch(struct rq *rq);
/* When its budget must be used: its place among its equals. */
OPTIONAL u64 deadline_of(const struct thread *t);
/* What to call now, without locks, because it was overrun; mostly NULL. */
OPTIONAL deadline_call deadline_overran(const struct thread *t);
/* No thread has it any more. Interrupts on, no locks. */
OPTIONAL void deadline_free(struct deadline *d);
/* @t is dead and off its CPU. Interrupts on, no locks. */
OPTIONAL void deadline_release(struct thread *t);

/* params.c: make what counts for @t (own or lent) effective. [Q] */
void params_apply(struct rq *rq, struct thread *t);
/* Does what it was lent count? [Q] */
bool params_are_lent(const struct thread *t);
/* Are all CPUs that there are in @mask? */
bool affinity_is_full(const struct cpumask *mask);

/* balance.c */
extern u32 sched_ncpus;		/* CPUs that schedule. [a] */
extern struct cpumask idle_cpus;	/* [a] hints */
u32 cpu_for_wake(struct thread *t, bool sync);
u32 cpu_for_new(const struct thread *t);
/* A busy CPU has @n threads waiting: tell as many idle ones to look. */
void idle_kick(u32 n);
/* Get a waiting thread from another CPU. True: @rq has something to run. */
bool idle_steal(struct rq *rq);
/* Get one from a CPU that has at least two more than @rq, which is this CPU's
 * and runs something; who calls looks at turns and ticks afterwards. Context:
 * interrupt, without locks. */
void busy_steal(struct rq *rq);
/* @rq goes from @prev to @next, and real-time threads are concerned: see that
 * none waits where others could run it. [Q] */
void rt_spread(struct rq *rq, const struct thread *prev,
	       const struct thread *next);
/* If this CPU was asked to: get the most urgent one that waits elsewhere, if
 * it is more so than what is here. True: one came. Context: interrupt. */
bool rt_fetch(struct rq *rq);
/* Ask a CPU to. */
void rt_ask(struct rq *rq);

/* tick.c */
/* The next tick of this CPU must come at @at_ns at the latest. Irqs off. */
void tick_want(u64 at_ns);
/* What the running thread needs. [Q] own CPU */
void tick_adjust(struct rq *rq);
/* In the timer interrupt: the tick, if it is due. Return: when the next one
 * is, U64_MAX: none. */
u64 tick_run(u64 now_ns);
/* RCU has its first callback on this CPU. Irqs off, any lock held. */
void tick_for_rcu(void);
void tick_cpu_init(void);

/* idle.c: a run queue for a CPU whose idle thread is @idle. */
void rq_init(struct rq *rq, u32 cpu, struct thread *idle);

/* timer.c: this CPU's timer tree, and the interrupt that comes at its first
 * deadline, or at @at_ns if that is earlier. Interrupts off. */
void timer_cpu_init(void);
void timer_arm(u64 at_ns);

/* load.c */
void load_sample(u64 now_ns);

/* thread.c */
void thread_list_init(u32 cpu);
void thread_list_remove(struct thread *t);

#endif
