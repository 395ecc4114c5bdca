/*
 * include/sched/sched.h - giving CPUs to threads
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include <sched/thread.h>

void sched_init(void);		/* boot CPU becomes its idle thread */
/* The boot CPU, last step of kernel_main: idle for ever. */
NORETURN void sched_idle_loop(void);

/* Run something else. State THREAD_RUNNING: stay in the run queue; otherwise
 * sleep until thread_wake. Interrupts may be on or off, spinlocks not held.
 * RCU callbacks that are due run before it returns (interrupts on only). */
void schedule(void);

/* Should this CPU run another thread, or pass a quiescent state? */
static inline bool need_resched(void)
{
	return READ_ONCE(current_thread()->arch.work) & WORK_RESCHED;
}

/* Let others run if one should; called in long loops. May sleep; but not when
 * the thread has set a sleeping state already: it would not come back. */
static inline void cond_resched(void)
{
	if (unlikely(need_resched()) &&
	    READ_ONCE(current_thread()->state) == THREAD_RUNNING)
		schedule();
}

/* sched_yield(2): go behind the others of the same standing. */
void sched_yield(void);

/*
 * thread_wake - make @t runnable if its state is one of @states (a bit mask of
 *               1 << enum thread_state)
 * Return: true when it was asleep in such a state and is woken now.
 * Context: any. Full barrier before the state is read.
 */
bool thread_wake(struct thread *t, u32 states);
#define WAKE_NORMAL (BIT(THREAD_INTERRUPTIBLE) | BIT(THREAD_KILLABLE) | \
		     BIT(THREAD_UNINTERRUPTIBLE))
#define WAKE_SIGNAL BIT(THREAD_INTERRUPTIBLE)
#define WAKE_KILL (BIT(THREAD_INTERRUPTIBLE) | BIT(THREAD_KILLABLE) | \
		   BIT(THREAD_STOPPED) | BIT(THREAD_TRACED))
/* Wake and prefer this CPU, whose thread is about to sleep (wait, pipe). */
bool thread_wake_sync(struct thread *t, u32 states);
/* The thread runs in user mode or will return there: make it look at its work
 * bits soon (IPI when it is on another CPU). Context: any. */
void thread_kick(struct thread *t);
/* Set bits of t->arch.work (WORK_*) and kick. Context: any. */
void thread_notify(struct thread *t, u32 work);
/* Wait until @t is off its CPU (it is not THREAD_RUNNING or is dying). */
void thread_wait_off_cpu(struct thread *t);

/* Set state before testing the wake-up condition; full barrier after. */
static inline void thread_set_state(enum thread_state s)
{
	(void)xchg(&current_thread()->state, (u32)s);
}
/* Would a sleep in @state end at once because of a signal? */
static inline bool signal_interrupts(enum thread_state state)
{
	u32 s = READ_ONCE(current_thread()->sig_pending);

	return (state == THREAD_INTERRUPTIBLE && s) ||
	       (state == THREAD_KILLABLE && s > 1);
}

/* As set; a thread may have inherited more (sched_lend). */
void sched_set_params(struct thread *t, const struct sched_params *p);
/* Policy, priority and budget stay. */
void sched_set_nice(struct thread *t, s32 nice);
void sched_get_params(struct thread *t, struct sched_params *out);
/* Priority inheritance: @t runs as @by, if that is more urgent than its own;
 * NULL: no more. Context: any. */
void sched_lend(struct thread *t, const struct sched_params *by);
/* What counts for @t now, and how urgent that is: lower is more. */
void sched_get_effective(struct thread *t, struct sched_params *out);
s64 sched_rank(const struct sched_params *p);
/*
 * sched_set_affinity
 * Moves the thread if needed: one that runs on another CPU is interrupted and
 * waited for, at most some milliseconds if it is busy in the kernel.
 * Context: task, may sleep. Return: 0, -EINVAL (no online CPU in @mask), -EBUSY
 * (SCHED_DEADLINE, and not all CPUs).
 */
int sched_set_affinity(struct thread *t, const struct cpumask *mask);
/* Allowed CPUs that are online. */
void sched_get_affinity(struct thread *t, struct cpumask *out);
/* [a] Settings of real-time threads, in ns: a turn of SCHED_RR, and of each
 * period what those of a CPU get if others wait there (U64_MAX: all). */
#define SCHED_RR_SLICE_NS (100 * NSEC_PER_MSEC)
/* How long a fair thread runs before its equals get their turn. */
#define SCHED_TURN_NS (3 * NSEC_PER_MSEC)
extern u64 sched_rr_slice_ns, sched_rt_period_ns, sched_rt_runtime_ns;
/* Round-robin interval in ns, for sched_rr_get_interval. */
u64 sched_rr_interval(struct thread *t);
/* CPU time used so far, in ns, up to now. */
u64 sched_runtime(struct thread *t);
/* User and system ns so far. Their sum is exact, the split is sampled. */
void sched_times(struct thread *t, u64 *user_ns, u64 *system_ns);
/* Runnable threads (incl. running), and load averages in 1/65536. */
u32 sched_nr_running(void);
void sched_loadavg(u64 out[3]);
u64 sched_context_switches(void);
struct cpu_times {
	u64 user_ns, nice_ns, system_ns, idle_ns, irq_ns;
};
void sched_cpu_times(u32 cpu, struct cpu_times *out);

#endif
