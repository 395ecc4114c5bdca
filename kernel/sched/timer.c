/*
 * kernel/sched/timer.c - things that happen at a time
 *
 * What:  each CPU has a tree of timers by deadline and arms its hardware timer
 *        for the first of them, or for the tick if that comes earlier. A timer
 *        belongs to the CPU that set it last. What is armed too early, because
 *        a timer was cancelled, costs one interrupt and no reprogramming.
 * Locks: base->lock (RANK_TIMER, interrupts off) covers the tree and the
 *        timers whose cpu names it; base->armed_ns belongs to its CPU.
 * Life:  idle -> queued -> idle while its handler runs -> ...; memory may go
 *        after timer_cancel_sync.
 */
#include <sched/timer.h>

#include <arch/cpu.h>
#include <arch/upcall.h>
#include <core/assert.h>
#include <sched/wait.h>

#include "rq.h"

enum timer_state {
	TIMER_IDLE,
	TIMER_QUEUED,
};

struct timer_base {
	struct spinlock lock;
	struct rb_root_cached timers;	/* [L] by deadline */
	struct timer *running;	/* [L] read without; its handler runs */
	u64 armed_ns;		/* [C] what the hardware is set to */
};

static DEFINE_PER_CPU(struct timer_base, timer_bases);

void timer_cpu_init(void)
{
	struct timer_base *b = this_cpu_ptr(&timer_bases);

	spin_init(&b->lock, "timers", RANK_TIMER);
	b->armed_ns = U64_MAX;
}

void timer_arm(u64 at_ns)
{
	struct timer_base *b = this_cpu_ptr(&timer_bases);

	if (at_ns >= b->armed_ns)
		return;
	b->armed_ns = at_ns;
	clock_arm(at_ns);
}

void timer_init(struct timer *t, void (*fn)(struct timer *t))
{
	*t = (struct timer){ .fn = fn, .cpu = cpu_id() };
}

static struct timer *timer_of(struct rb_node *n)
{
	return rb_entry(n, struct timer, node);
}

static bool timer_less(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct timer, node)->deadline_ns <
	       rb_entry(b, struct timer, node)->deadline_ns;
}

/* Lock the base @t belongs to. Interrupts off. */
static struct timer_base *base_lock(struct timer *t)
{
	for (;;) {
		u32 cpu = READ_ONCE(t->cpu);
		struct timer_base *b = per_cpu_ptr(&timer_bases, cpu);

		spin_lock(&b->lock);
		if (likely(t->cpu == cpu))
			return b;
		spin_unlock(&b->lock);
	}
}

static bool timer_dequeue(struct timer_base *b, struct timer *t)
{
	if (t->state != TIMER_QUEUED)
		return false;
	rb_erase_cached(&t->node, &b->timers);
	WRITE_ONCE(t->state, TIMER_IDLE);
	return true;
}

void timer_set(struct timer *t, u64 deadline_ns)
{
	u64 irq = irq_save();
	struct timer_base *own = this_cpu_ptr(&timer_bases);
	struct timer_base *b;

	for (;;) {
		b = base_lock(t);
		timer_dequeue(b, t);
		/* While its handler runs elsewhere it stays there: that CPU
		 * looks at its tree again when the handler returns. */
		if (b == own || b->running == t)
			break;
		WRITE_ONCE(t->cpu, cpu_id());
		spin_unlock(&b->lock);
	}
	t->deadline_ns = deadline_ns;
	WRITE_ONCE(t->state, TIMER_QUEUED);
	rb_add_cached(&b->timers, &t->node, timer_less);
	spin_unlock(&b->lock);
	if (b == own)
		timer_arm(deadline_ns);
	irq_restore(irq);
}

bool timer_cancel(struct timer *t)
{
	struct timer_base *b;
	bool was;
	u64 irq;

	/* Not queued now: the same as if it had been cancelled just before
	 * somebody else set it. */
	if (READ_ONCE(t->state) != TIMER_QUEUED)
		return false;
	irq = irq_save();
	b = base_lock(t);
	was = timer_dequeue(b, t);
	spin_unlock_irqrestore(&b->lock, irq);
	return was;
}

bool timer_cancel_sync(struct timer *t)
{
	bool was = false;

	for (;;) {
		u32 cpu;

		was |= timer_cancel(t);
		cpu = READ_ONCE(t->cpu);
		if (load_acquire(&per_cpu(timer_bases, cpu).running) != t)
			break;
		cpu_relax();
	}
	/* The handler may have set it again before it returned. */
	return was | timer_cancel(t);
}

/* Run what is due. Return: the next deadline, U64_MAX: none. */
static u64 timers_run(struct timer_base *b, u64 now_ns)
{
	u64 next = U64_MAX;
	struct rb_node *n;

	spin_lock(&b->lock);
	while ((n = rb_first_cached(&b->timers)) != NULL) {
		struct timer *t = timer_of(n);

		next = t->deadline_ns;
		if (next > now_ns)
			break;
		timer_dequeue(b, t);
		WRITE_ONCE(b->running, t);
		spin_unlock(&b->lock);
		t->fn(t);
		spin_lock(&b->lock);
		store_release(&b->running, (struct timer *)NULL);
		next = U64_MAX;
	}
	spin_unlock(&b->lock);
	return next;
}

void upcall_timer(void)
{
	struct timer_base *b = this_cpu_ptr(&timer_bases);
	u64 now = clock_now_ns();
	u64 timer, tick;

	b->armed_ns = U64_MAX;
	timer = timers_run(b, now);
	tick = tick_run(now);
	timer_arm(min(timer, tick));
}

/* A sleep that ends by itself. */
struct sleeper {
	struct timer timer;
	struct thread *thread;
	bool over;		/* [a] */
};

static void sleep_over(struct timer *t)
{
	struct sleeper *s = container_of(t, struct sleeper, timer);

	WRITE_ONCE(s->over, true);
	thread_wake(s->thread, WAKE_NORMAL);
}

int schedule_timeout(u64 deadline_ns)
{
	struct sleeper s = { .thread = current_thread() };

	if (deadline_ns <= clock_now_ns()) {
		thread_set_state(THREAD_RUNNING);
		return -ETIMEDOUT;
	}
	timer_init(&s.timer, sleep_over);
	timer_set(&s.timer, deadline_ns);
	schedule();
	timer_cancel_sync(&s.timer);
	return READ_ONCE(s.over) ? -ETIMEDOUT : 0;
}

int sleep_until_interruptible(u64 deadline_ns)
{
	int r = 0;

	assert_may_sleep("sleep");
	while (r != -ETIMEDOUT) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (signal_interrupts(THREAD_INTERRUPTIBLE)) {
			thread_set_state(THREAD_RUNNING);
			return -ERESTARTSYS;
		}
		r = schedule_until(deadline_ns);
	}
	return 0;
}
