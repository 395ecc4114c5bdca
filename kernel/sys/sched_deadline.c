/*
 * kernel/sys/sched_deadline.c - what may be asked of SCHED_DEADLINE
 *
 * What:  the limits of sched_setattr's values, their files in /proc/sys, and
 *        the signal of an overrun.
 * Not:   the policy (kernel/sched/deadline.c).
 * See:   sched_setattr(2), sched(7).
 */
#include "sched_rules.h"

#include <core/start_call.h>
#include <fs/seq_buf.h>
#include <lib/parse.h>
#include <proc/procfs.h>
#include <proc/signal.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/sched.h>
#include <uapi/signal.h>

#define RUNTIME_MIN_NS 1024u

/* [a] What periods may be. */
static u32 period_min_us = 100;
static u32 period_max_us = 1u << 22;

/* The number behind a file. */
struct limit {
	u32 *us;
};

static const struct limit period_min = { &period_min_us };
static const struct limit period_max = { &period_max_us };

static void overran(struct thread *t)
{
	struct task *task = container_of(t, struct task, thread);

	(void)signal_send_process(task->process, SIGXCPU, SEND_KERNEL);
}

void deadline_from_attr(const struct sched_attr *a, struct deadline_params *p)
{
	*p = (struct deadline_params){
		.runtime_ns = a->sched_runtime,
		.deadline_ns = a->sched_deadline,
		.period_ns = a->sched_period ? a->sched_period :
					       a->sched_deadline,
		.flags = (u32)a->sched_flags &
			 (SCHED_FLAG_RECLAIM | SCHED_FLAG_DL_OVERRUN),
	};
}

int deadline_check(struct deadline_params *p)
{
	u64 least = (u64)READ_ONCE(period_min_us) * NSEC_PER_USEC;
	u64 most = (u64)READ_ONCE(period_max_us) * NSEC_PER_USEC;

	p->overran = overran;
	return p->runtime_ns >= RUNTIME_MIN_NS &&
	       p->runtime_ns <= p->deadline_ns &&
	       p->deadline_ns <= p->period_ns &&
	       p->period_ns >= least && p->period_ns <= most ? 0 : -EINVAL;
}

static int show_period(const struct proc_entry *e, struct seq_buf *out)
{
	const struct limit *l = e->arg;

	seq_printf(out, "%u\n", READ_ONCE(*l->us));
	return 0;
}

static ssize_t write_period(const struct proc_entry *e, const char *text,
			    size_t len)
{
	const struct limit *l = e->arg;
	u64 n;

	if (parse_u64(text, &n) || n > U32_MAX)
		return -EINVAL;
	WRITE_ONCE(*l->us, (u32)n);
	return (ssize_t)len;
}

static void sched_deadline_start(void)
{
	static struct proc_entry entries[] = {
		{ .path = "sys/kernel/sched_deadline_period_max_us",
		  .mode = 0644, .show_arg = show_period,
		  .write_arg = write_period, .arg = &period_max },
		{ .path = "sys/kernel/sched_deadline_period_min_us",
		  .mode = 0644, .show_arg = show_period,
		  .write_arg = write_period, .arg = &period_min },
	};

	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
START_CALL(sched_deadline_start);
