/*
 * include/sched/deadline.h - SCHED_DEADLINE: a budget in each period
 *
 * What:  a thread gets runtime in each period, before a deadline that counts
 *        from the period's start. The sum of what is promised is limited, so
 *        that the promises hold.
 * Locks: [Q] the thread's run-queue lock.
 * See:   sched(7), sched_setattr(2); docs/sched.md.
 */
#ifndef SCHED_DEADLINE_H
#define SCHED_DEADLINE_H

#include <sched/thread.h>

struct deadline;

/* A budget was overrun: called soon after that, in interrupt context. */
typedef void (*deadline_call)(struct thread *t);

struct deadline_params {
	u64 runtime_ns;
	u64 deadline_ns;	/* at least runtime_ns */
	u64 period_ns;		/* at least deadline_ns */
	u32 flags;		/* SCHED_FLAG_RECLAIM, SCHED_FLAG_DL_OVERRUN */
	u32 reset_on_fork;
	deadline_call overran;	/* with SCHED_FLAG_DL_OVERRUN */
};

/*
 * sched_set_deadline - give @t the policy SCHED_DEADLINE, or other values of it
 * A thread that has a budget keeps what is left of it; new values count from
 * the next one.
 * Context: task. Return: 0, -EPERM (it may not use all CPUs), -EBUSY (more is
 * promised than there is), -ENOMEM, -ESRCH (it is dead).
 */
OPTIONAL int sched_set_deadline(struct thread *t,
				const struct deadline_params *p);
/* False: @t is not of this policy. reset_on_fork and overran are not told. */
OPTIONAL bool sched_get_deadline(struct thread *t, struct deadline_params *out);
/* Would all promises hold if real-time threads got @runtime_ns (U64_MAX: all)
 * of each @period_ns? */
OPTIONAL bool deadline_share_suffices(u64 runtime_ns, u64 period_ns);

#endif
