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
#include <sched/sched.h>

/* How long a thread runs before its equals get their turn. */
#define SLICE_NS (3 * NSEC_PER_MSEC)
/* Ticks: to end slices, and to sample a thread that is alone. */
#define TICK_SHARED_NS SLICE_NS
#define TICK_ALONE_NS (10 * NSEC_PER_MSEC)

#define RT_PRIORITIES 100

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
	u64 now_ns;		/* [Q] the clock, when last read */

	struct rb_root_cached fair;	/* [Q] by vruntime, without curr */
	u64 min_vruntime;	/* [Q] never goes back */

	u64 rt_bits[2];		/* [Q] priorities with a thread queued */
	struct list rt[RT_PRIORITIES];	/* [Q] without curr */
	u32 rt_nr;		/* [Q] queued */
	u64 rt_used_ns;		/* [Q] of the present period */
	u64 rt_period_ns;	/* [Q] when it began */

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

/* rt.c */
void rt_charge(struct rq *rq, u64 ns);
void rt_insert(struct rq *rq, struct thread *t, bool head);
void rt_remove(struct rq *rq, struct thread *t);
/* NULL: none, or it is the others' turn. */
struct thread *rt_first(struct rq *rq);
/* Have they had their share of the period? */
bool rt_throttled(struct rq *rq);

/* balance.c */
extern u32 sched_ncpus;		/* CPUs that schedule. [a] */
extern struct cpumask idle_cpus;	/* [a] hints */
u32 cpu_for_wake(struct thread *t, bool sync);
u32 cpu_for_new(const struct thread *t);
/* A busy CPU has @n threads waiting: tell as many idle ones to look. */
void idle_kick(u32 n);
/* Get a waiting thread from another CPU. True: @rq has something to run. */
bool idle_steal(struct rq *rq);

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
