/*
 * kernel/proc/procfs_sched.c - /proc/PID/sched: what the scheduler knows
 *
 * What:  the figures of Linux's file that exist here, by their names and in
 *        its layout: times in milliseconds, weights in its units of 1/1024.
 * Locks: words are read as they are; a thread that runs is charged for its
 *        turn so far before (sched_runtime).
 * Not:   averages of load (se.avg.*), clamps and NUMA, which are not kept. A
 *        write is taken: on Linux it resets the statistics that it shows when
 *        sched_schedstats is on, and there are none here.
 * See:   sched(7); docs/sched.md
 */
#include "procfs_internal.h"

#include <arch/clock.h>
#include <lib/string.h>
#include <proc/pid.h>
#include <sched/sched.h>
#include <uapi/sched.h>

/* Linux's numbers of urgency: 0 to 98 real-time, 100 to 139 by nice. */
#define PRIO_NICE_0 120
#define PRIO_RT_LOWEST 99
#define WEIGHT_UNIT 1024u

static void show_number(struct seq_buf *out, const char *name, s64 value)
{
	seq_printf(out, "%-45s:%21ld\n", name, value);
}

static void show_ms(struct seq_buf *out, const char *name, u64 ns)
{
	seq_printf(out, "%-45s:%14lu.%06lu\n", name, ns / NSEC_PER_MSEC,
		   ns % NSEC_PER_MSEC);
}

static void show_head(struct task *t, struct pid_ns *ns, struct seq_buf *out)
{
	char comm[16];
	s32 nr;

	spin_lock(&t->alloc_lock);
	memcpy(comm, t->comm, sizeof(comm));
	spin_unlock(&t->alloc_lock);
	rcu_read_lock();
	nr = pid_nr(rcu_dereference(t->pid), ns);
	rcu_read_unlock();
	seq_printf(out, "%s (%d, #threads: %u)\n", comm, nr,
		   READ_ONCE(t->process->nthreads));
	for (u32 i = 0; i < 67; i++)
		seq_putc(out, '-');
	seq_putc(out, '\n');
}

static void show_policy(struct thread *t, struct seq_buf *out)
{
	u32 urgent = READ_ONCE(t->rt_priority);
	struct sched_params own;

	sched_get_params(t, &own);
	show_number(out, "policy", own.policy);
	show_number(out, "prio", urgent ? PRIO_RT_LOWEST - (s64)urgent :
					  PRIO_NICE_0 + READ_ONCE(t->nice));
	if (!own.rt_priority)
		show_number(out, "se.slice", (s64)sched_rr_interval(t));
}

int proc_show_sched(struct task *t, struct pid_ns *ns, struct seq_buf *out)
{
	struct thread *th = &t->thread;
	u64 nvcsw = READ_ONCE(th->nvcsw), nivcsw = READ_ONCE(th->nivcsw);
	u64 runtime = sched_runtime(th), now;

	show_head(t, ns, out);
	show_ms(out, "se.exec_start", READ_ONCE(th->exec_start_ns));
	show_ms(out, "se.vruntime", READ_ONCE(th->vruntime));
	show_ms(out, "se.sum_exec_runtime", runtime);
	show_number(out, "se.nr_migrations", READ_ONCE(th->nmoves));
	show_number(out, "nr_switches", (s64)(nvcsw + nivcsw));
	show_number(out, "nr_voluntary_switches", (s64)nvcsw);
	show_number(out, "nr_involuntary_switches", (s64)nivcsw);
	show_number(out, "se.load.weight",
		    (s64)READ_ONCE(th->weight) * WEIGHT_UNIT);
	show_policy(th, out);
	now = clock_now_ns();
	show_number(out, "clock-delta", (s64)(clock_now_ns() - now));
	return 0;
}

ssize_t proc_write_sched(struct task *t UNUSED, const char *text UNUSED,
			 size_t len)
{
	return (ssize_t)len;
}
