/*
 * include/sched/thread.h - what the scheduler runs
 *
 * What:  struct thread: state, run-queue position, policy. Embedded as the
 *        first member of struct task (proc), which the scheduler never sees.
 * Locks: [Q] the run-queue lock of thread->cpu; [c] only the thread itself.
 * Life:  thread_init -> thread_start -> runs -> thread_exit (never returns)
 *        -> the next thread on that CPU calls its dead() hook, which may free.
 */
#ifndef SCHED_THREAD_H
#define SCHED_THREAD_H

#include <arch/thread.h>
#include <lib/cpumask.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>
#include <mm/alloc_fault.h>

enum thread_state {
	THREAD_RUNNING,		/* on a CPU or in a run queue */
	THREAD_INTERRUPTIBLE,	/* sleeps; wakes for signals too */
	THREAD_KILLABLE,	/* sleeps; wakes for fatal signals too */
	THREAD_UNINTERRUPTIBLE,
	THREAD_STOPPED,		/* job control */
	THREAD_TRACED,		/* stopped for its tracer */
	THREAD_DEAD,
};

/* rt_priority of SCHED_DEADLINE, above those of sched(7): 1 .. 99. */
#define DEADLINE_PRIORITY 100

/* Scheduling attributes; who sets them has checked permission and ranges. */
struct sched_params {
	u32 policy;
	s32 nice;
	u32 rt_priority;
	u32 reset_on_fork;
	union {
		u64 turn_ns;	/* length of its turns under a fair policy;
				   0: the usual one */
		u64 deadline_ns;	/* of what is lent at
					   DEADLINE_PRIORITY */
	};
};

struct thread {
	struct arch_thread arch;	/* first: arch_current() is this */

	u32 state;		/* [a] enum thread_state; RUNNING under [Q] */
	u32 cpu;		/* [Q] where it runs or last ran */
	u32 on_queue;		/* [Q] runnable: in a run queue, or running */
	u32 on_cpu;		/* [a] still executing on its CPU */
	u32 moving;		/* [Q] leaves its CPU at this switch */
	u32 yielding;		/* [c] sched_yield: go behind the others */

	/* fair policy */
	struct rb_node run_node;	/* [Q] */
	u64 vruntime;		/* [Q] weighted ns */
	u64 exec_start_ns;	/* [Q] */
	u64 runtime_ns;		/* [Q] total time on CPUs */
	u64 slice_ns;		/* [Q] used of the present slice */
	u64 queued_ns;		/* [Q] when it was put into the queue */
	u32 weight;		/* [Q] from nice */
	u32 in_load;		/* [Q] sleeps in a state the load counts */
	/* real-time policies */
	struct list rt_link;	/* [Q] */
	u64 deadline_ns;	/* [Q] at DEADLINE_PRIORITY the earlier first */
	struct deadline *deadline;	/* [Q] its budget; NULL: no such */

	/* what counts: own, or what it inherited if that is more urgent */
	u32 policy;		/* [Q] SCHED_* */
	s32 nice;		/* [Q] -20 .. 19 */
	u32 rt_priority;	/* [Q] 1 .. 99, DEADLINE_PRIORITY, 0: fair */
	struct sched_params own;	/* [Q] as set */
	struct sched_params lent;	/* [Q] of who waits for it */
	u32 is_lent;		/* [Q] */
	struct cpumask affinity;	/* [Q] allowed CPUs */

	/* accounting, for /proc and getrusage */
	u32 user_ticks, system_ticks;	/* [C] samples that split runtime_ns */
	u64 user_ns, system_ns;	/* [Q] told so far: never go back */
	u64 nvcsw, nivcsw;	/* [Q] read without */
	u32 nmoves;		/* [Q] to another CPU; read without */

	/* wake-up of sleeps with a signal test */
	u32 sig_pending;	/* [a] 1: a signal ends an interruptible sleep;
				   2: a fatal one ends killable sleeps too */
	u32 is_idle;		/* [I] */
	u32 resume_work;	/* [c] WORK_* to set when it is switched to */

	struct alloc_fault fault;	/* [c] tests of what lacks memory */
	const char *name;	/* [I] kernel threads; tasks have comm */
	void *held_sleep_locks;	/* [c] newest mutex held (debug) */
	struct list all_link;	/* [list lock of all_cpu] for dumps */
	u32 trace_id;		/* [a] sched/trace.h; 0: none yet */
	u32 all_cpu;		/* [I] CPU whose list of all threads it is in */

	/* [I] Called on the next thread's stack after the last switch away,
	 * interrupts on, no lock held; must not sleep. May be NULL. */
	void (*dead)(struct thread *t);
};

static inline struct thread *current_thread(void)
{
	return (struct thread *)(void *)arch_current();
}

/*
 * thread_init - scheduler state of a new thread
 * @parent: policy, nice and affinity are inherited from it; NULL: defaults
 * Fields that are not the scheduler's (arch, dead, tick, name) stay; the rest
 * may be junk before. Nobody knows @t before thread_start, so there is nothing
 * to undo.
 */
void thread_init(struct thread *t, const struct thread *parent);
/* First wake-up: choose a CPU, put it in a run queue. Context: any. */
void thread_start(struct thread *t);
/* The current thread ends; t->dead(t) runs after the last switch. */
NORETURN void thread_exit(void);

/*
 * kthread_create - kernel thread running @fn(@arg); ends when @fn returns
 * @name: borrowed for ever
 * Return: 0 and *@out (borrowed while it runs; @out may be NULL), -ENOMEM.
 */
int kthread_create(const char *name, void (*fn)(void *), void *arg,
		   struct thread **out);

/* Visit all threads (dumps only), under a list lock, interrupts off. */
void thread_for_each(void (*fn)(struct thread *t, void *arg), void *arg);
/* Log every thread that is not running with its back trace. Context: any. */
void thread_dump_all(void);

#endif
