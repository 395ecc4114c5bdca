/*
 * include/sched/timer.h - things that happen at a time
 *
 * What:  per-CPU trees of timers; the CPU's one-shot timer is armed for the
 *        first. Handlers run in interrupt context.
 */
#ifndef SCHED_TIMER_H
#define SCHED_TIMER_H

#include <arch/clock.h>
#include <lib/rbtree.h>
#include <lib/types.h>

struct timer {
	struct rb_node node;	/* [its CPU's timer lock] */
	u64 deadline_ns;	/* [the same] clock_now_ns scale */
	void (*fn)(struct timer *t);	/* [I] irq context; may re-arm */
	u32 cpu;		/* [its CPU's timer lock] whose tree it uses */
	u32 state;		/* [the same] idle or queued */
};

void timer_init(struct timer *t, void (*fn)(struct timer *t));
/* (Re)arm on this CPU. Context: any. */
void timer_set(struct timer *t, u64 deadline_ns);
/* True when it was queued. Does not wait for a running handler. */
bool timer_cancel(struct timer *t);
/* Also waits until the handler is not running. Not from the handler, and no
 * lock held that it takes. */
bool timer_cancel_sync(struct timer *t);

/* Sleep. Return: 0, -ERESTARTSYS (signal). */
int sleep_until_interruptible(u64 deadline_ns);

#endif
