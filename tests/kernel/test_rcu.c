/*
 * tests/kernel/test_rcu.c - grace periods under load, and a broken variant
 *
 * What:  readers on all CPUs follow a pointer that writers replace; what was
 *        replaced is marked dead after a grace period. A reader that meets a
 *        dead object inside its section has found a grace period that was too
 *        short: never with RCU as it is, soon when it is sabotaged.
 */
#include "selftest.h"

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/percpu.h>
#include <core/rcu.h>
#include <core/spinlock.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <sched/rcu_wait.h>
#include <sched/sched.h>
#include <sched/timer.h>

#define TORTURE_MS 400
#define SABOTAGE_MS 2000
#define NOBJS 64

struct obj {
	struct rcu_head rcu;
	u32 alive;		/* cleared after the grace period */
	u32 free;		/* [a] may be published again */
};

static struct obj objs[NOBJS];
static struct obj *published;	/* [R] */
static struct {
	u32 stop;
	u32 mode;		/* how writers wait */
	struct atomic errors;
	struct atomic64 reads, updates;
} torture;

static void obj_dead(struct rcu_head *head)
{
	struct obj *o = container_of(head, struct obj, rcu);

	WRITE_ONCE(o->alive, 0);
	store_release(&o->free, 1u);
}

/* Long sections now and then, so that a grace period meets one. */
static void read_once(u64 *seed)
{
	u32 turns = test_random(seed) % 64 ? 4 : 3000;
	struct obj *o;

	rcu_read_lock();
	o = rcu_dereference(published);
	for (u32 i = 0; o && i < turns; i++) {
		if (!READ_ONCE(o->alive))
			atomic_inc(&torture.errors);
		cpu_relax();
	}
	rcu_read_unlock();
	atomic_add(&torture.reads, 1);
}

static struct obj *obj_take(void)
{
	for (u32 i = 0; i < NOBJS; i++) {
		if (READ_ONCE(objs[i].free) && xchg(&objs[i].free, 0u))
			return &objs[i];
	}
	return NULL;
}

static void update_once(void)
{
	struct obj *o = obj_take();
	struct obj *old;

	if (!o)
		return;
	WRITE_ONCE(o->alive, 1);
	old = xchg(&published, o);
	atomic_add(&torture.updates, 1);
	if (!old)
		return;
	switch (torture.mode) {
	case 0:
		rcu_call(&old->rcu, obj_dead);
		break;
	case 1:
		rcu_synchronize();
		obj_dead(&old->rcu);
		break;
	default:
		rcu_synchronize_expedited();
		obj_dead(&old->rcu);
		break;
	}
}

static void torture_cpu(void *arg UNUSED, u32 cpu)
{
	u64 seed = cpu * 7 + 3;

	while (!READ_ONCE(torture.stop)) {
		if (cpu == 0 || test_random(&seed) % 8 == 0)
			update_once();
		else
			read_once(&seed);
		if (test_random(&seed) % 4 == 0)
			cond_resched();
		if (test_random(&seed) % 512 == 0)
			sleep_until_interruptible(clock_now_ns() +
						  NSEC_PER_MSEC);
	}
}

/* Updates from interrupts, too. */
static void torture_timer(struct timer *t)
{
	u64 seed = clock_now_ns() | 1;

	read_once(&seed);
	if (torture.mode == 0)
		update_once();
	timer_set(t, clock_now_ns() + 300 * NSEC_PER_USEC);
}

static void stop_timer(struct timer *t UNUSED)
{
	WRITE_ONCE(torture.stop, 1);
}

static void torture_run(u32 mode, u64 ms)
{
	struct timer timer, stop;

	memset(&torture, 0, sizeof(torture));
	torture.mode = mode;
	for (u32 i = 0; i < NOBJS; i++)
		objs[i] = (struct obj){ .free = 1 };
	published = NULL;
	timer_init(&timer, torture_timer);
	timer_init(&stop, stop_timer);
	timer_set(&timer, clock_now_ns() + NSEC_PER_MSEC);
	timer_set(&stop, clock_now_ns() + ms * NSEC_PER_MSEC);
	test_on_cpus(cpu_online_count(), torture_cpu, NULL);
	timer_cancel_sync(&timer);
	rcu_barrier();
}

static void test_torture(void)
{
	static const char *const names[] = { "call", "wait", "expedited" };

	for (u32 mode = 0; mode < 3; mode++) {
		torture_run(mode, TORTURE_MS);
		CHECK(atomic_read(&torture.errors) == 0);
		CHECK(atomic_read(&torture.updates) > 0);
		test_note("%s: %ld updates, %ld reads", names[mode],
			  atomic_read(&torture.updates),
			  atomic_read(&torture.reads));
	}
}

#ifdef NIDUS_DEBUG
static void test_sabotage(void)
{
	if (cpu_online_count() < 2) {
		test_skip("needs two CPUs");
		return;
	}
	rcu_sabotage(true);
	for (u32 i = 0; i < 5 && !atomic_read(&torture.errors); i++)
		torture_run(i % 2, SABOTAGE_MS / 5);
	rcu_sabotage(false);
	test_note("found %d times", atomic_read(&torture.errors));
	CHECK(atomic_read(&torture.errors) > 0);
	rcu_barrier();
}
#else
static void test_sabotage(void)
{
	test_skip("needs a debug build");
}
#endif

static struct atomic calls;

struct call {
	struct rcu_head rcu;
};

static DEFINE_PER_CPU(u32, calls_here);	/* those that ran on this CPU */

static void call_done(struct rcu_head *head)
{
	CHECK(irqs_enabled());
	atomic_inc(&calls);
	this_cpu(calls_here)++;
	kfree(container_of(head, struct call, rcu));
}

static void flood_cpu(void *arg UNUSED, u32 cpu UNUSED)
{
	for (u32 i = 0; i < 5000; i++) {
		struct call *c = kmalloc(sizeof(*c));

		CHECK(c);
		if (c)
			rcu_call(&c->rcu, call_done);
		if (i % 256 == 0)
			cond_resched();
	}
}

static void test_barrier(void)
{
	atomic_set(&calls, 0);
	test_on_cpus(cpu_online_count(), flood_cpu, NULL);
	rcu_barrier();
	CHECK((u32)atomic_read(&calls) == 5000 * cpu_online_count());
}

#define NDUE 1200
#define PORTION 64

/* Let grace periods up to number @gp pass without leaving the CPU, so that
 * nobody runs what is due meanwhile. The time is a limit for a broken RCU:
 * it must outlast a host that lets a CPU of this machine stand still. */
static void let_pass(u64 gp)
{
	u64 end = clock_now_ns() + 20 * NSEC_PER_SEC;

	while (rcu_completed() < gp && clock_now_ns() < end) {
		u64 flags = irq_save();

		rcu_advance();
		rcu_quiescent();
		irq_restore(flags);
		cpu_relax();
	}
	rcu_advance();
}

/* Of many that are due a thread runs few; the rest is left to RCU's own,
 * which may begin on another CPU at once: only what runs here is counted. */
static void test_portions(void)
{
	u64 flags, gp;
	u32 n;

	test_move_to(0);
	rcu_barrier();
	atomic_set(&calls, 0);
	gp = rcu_completed();
	for (u32 i = 0; i < NDUE; i++) {
		struct call *c = kmalloc(sizeof(*c));

		CHECK(c);
		if (c)
			rcu_call(&c->rcu, call_done);
	}
	/* One for those that wait already, one for those that come next. */
	let_pass(gp + 2);
	flags = irq_save();
	n = this_cpu(calls_here);
	rcu_run_callbacks();
	n = this_cpu(calls_here) - n;
	CHECK(n && n <= PORTION);
	CHECK(!rcu_due());
	irq_restore(flags);
	rcu_barrier();
	CHECK(atomic_read(&calls) == NDUE);
}

static void test_target(void)
{
	u64 before = rcu_completed();
	u64 target = rcu_target();

	rcu_barrier();
	CHECK(target > before);
	CHECK(rcu_completed() >= target);
}

/* One callback and then nothing: it must not wait for another event. */
static void test_lonely(void)
{
	struct call *c = kmalloc(sizeof(*c));
	u64 end = clock_now_ns() + NSEC_PER_SEC;

	atomic_set(&calls, 0);
	CHECK(c);
	if (!c)
		return;
	rcu_call(&c->rcu, call_done);
	while (!atomic_read(&calls) && clock_now_ns() < end)
		cond_resched();
	CHECK(atomic_read(&calls) == 1);
}

const struct selftest rcu_tests[] = {
	{ "rcu: torture", test_torture },
	{ "rcu: the torture notices broken grace periods", test_sabotage },
	{ "rcu: barrier after a flood of callbacks", test_barrier },
	{ "rcu: many callbacks in portions", test_portions },
	{ "rcu: a barrier takes a grace period", test_target },
	{ "rcu: a single callback runs on a busy CPU", test_lonely },
	{ NULL, NULL },
};
