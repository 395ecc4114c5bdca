/*
 * kernel/sched/load.c - how much processor time went where
 *
 * What:  times of threads and CPUs, counts, and the load averages. Time on
 *        CPUs is measured; how it divides into user and system is estimated
 *        from samples taken at ticks.
 * Locks: [Q] for a thread's times; the averages are computed by the one that
 *        moves load.next_ns on.
 * See:   proc(5) for /proc/stat and /proc/loadavg; times(2).
 */
#include <sched/sched.h>

#include <arch/cpu.h>
#include <lib/atomic.h>

#include "rq.h"

#define LOAD_PERIOD_NS (5 * NSEC_PER_SEC)
#define LOAD_ONE 65536ull
/* 65536 * exp(-5 s / 1, 5, 15 min). */
static const u64 load_decay[3] = { 60296, 64453, 65173 };

static struct {
	u64 next_ns;		/* [a] */
	u64 avg[3];		/* [a] in 1/65536 */
} load = { .next_ns = LOAD_PERIOD_NS };

/* Time of @t up to now. [Q] */
static u64 runtime_now(struct rq *rq, struct thread *t)
{
	if (rq->curr == t)
		rq_update(rq);
	return t->runtime_ns;
}

u64 sched_runtime(struct thread *t)
{
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);
	u64 ns = runtime_now(rq, t);

	spin_unlock_irqrestore(&rq->lock, irq);
	return ns;
}

/* @part of @whole samples, as a share of @ns. */
static u64 share(u64 ns, u64 part, u64 whole)
{
	return ns / whole * part + ns % whole * part / whole;
}

/* Without a sample all is user time, as a process that does little is mostly
 * asked about. What was told once does not shrink. [Q] */
static void split_times(struct thread *t, u64 ns)
{
	u64 ticks = (u64)t->user_ticks + t->system_ticks;
	u64 system = ticks ? share(ns, t->system_ticks, ticks) : 0;
	u64 user;

	if (likely(!ticks && t->arch.is_user && !t->system_ns)) {
		t->user_ns = ns;
		return;
	}
	if (!t->arch.is_user)
		system = ns;
	system = max(system, t->system_ns);
	user = ns > system ? ns - system : 0;
	if (user < t->user_ns) {
		user = t->user_ns;
		system = ns > user ? ns - user : t->system_ns;
	}
	t->user_ns = user;
	t->system_ns = max(system, t->system_ns);
}

void sched_times(struct thread *t, u64 *user_ns, u64 *system_ns)
{
	u64 irq = irq_save();
	struct rq *rq = rq_lock_thread(t);

	split_times(t, runtime_now(rq, t));
	*user_ns = t->user_ns;
	*system_ns = t->system_ns;
	spin_unlock_irqrestore(&rq->lock, irq);
}

u32 sched_nr_running(void)
{
	u32 n = 0;
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask())
		n += READ_ONCE(rq_of(cpu)->nr);
	return n;
}

u64 sched_context_switches(void)
{
	u64 n = 0;
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask())
		n += READ_ONCE(rq_of(cpu)->switches);
	return n;
}

/* What @rq was busy with for the last @ns goes to the states that ticks found
 * it in since it was last asked, or ever: what was told does not shrink. [Q] */
static void split_busy(struct rq *rq, u64 ns)
{
	struct cpu_times *told = &rq->told;
	struct cpu_samples now = rq->samples;
	u32 user = now.user - rq->told_samples.user;
	u32 nice = now.nice - rq->told_samples.nice;
	u32 ticks = user + nice + now.system - rq->told_samples.system;
	u64 user_ns = 0, nice_ns = 0;

	if (!ticks) {
		user = now.user;
		nice = now.nice;
		ticks = user + nice + now.system;
	}
	if (ticks) {
		user_ns = share(ns, user, ticks);
		nice_ns = share(ns, nice, ticks);
	}
	told->user_ns += user_ns;
	told->nice_ns += nice_ns;
	told->system_ns += ns - user_ns - nice_ns;
	rq->told_samples = now;
}

void sched_cpu_times(u32 cpu, struct cpu_times *out)
{
	struct rq *rq = rq_of(cpu);
	u64 irq = spin_lock_irqsave(&rq->lock);
	struct cpu_times *told = &rq->told;
	u64 accounted;

	rq_update(rq);
	told->idle_ns = rq->idle->runtime_ns;
	accounted = rq->online_ns + told->idle_ns + told->user_ns +
		    told->nice_ns + told->system_ns;
	if (rq->now_ns > accounted)
		split_busy(rq, rq->now_ns - accounted);
	*out = *told;
	spin_unlock_irqrestore(&rq->lock, irq);
}

/* Threads that run, want to, or sleep without being interruptible. */
static u64 load_active(void)
{
	long n = 0;
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask())
		n += (long)READ_ONCE(rq_of(cpu)->nr) +
		     READ_ONCE(rq_of(cpu)->nr_load);
	return n > 0 ? (u64)n : 0;
}

static void load_step(u64 active)
{
	for (u32 i = 0; i < 3; i++) {
		u64 old = READ_ONCE(load.avg[i]);

		WRITE_ONCE(load.avg[i],
			   (old * load_decay[i] + active * LOAD_ONE *
			    (LOAD_ONE - load_decay[i])) / LOAD_ONE);
	}
}

/* Periods in which nobody ticked were idle, all but the last. */
void load_sample(u64 now_ns)
{
	u64 next = READ_ONCE(load.next_ns);
	u64 periods;

	if (likely(now_ns < next))
		return;
	periods = (now_ns - next) / LOAD_PERIOD_NS + 1;
	if (!cas(&load.next_ns, next, next + periods * LOAD_PERIOD_NS))
		return;
	for (; periods > 1; periods--) {
		if (!(load.avg[0] | load.avg[1] | load.avg[2]))
			break;
		load_step(0);
	}
	load_step(load_active());
}

void sched_loadavg(u64 out[3])
{
	load_sample(clock_now_ns());
	for (u32 i = 0; i < 3; i++)
		out[i] = READ_ONCE(load.avg[i]);
}
