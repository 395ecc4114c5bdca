/*
 * tests/kernel/test_lock.c - spinlocks, their checks, sequence locks
 */
#include "selftest.h"

#include <arch/clock.h>
#include <arch/cpu.h>
#include <core/seqlock.h>
#include <core/spinlock.h>
#include <lib/string.h>
#include <sched/sched.h>
#include <sched/timer.h>

#define TURNS 20000u

static DEFINE_SPINLOCK(stress_lock, RANK_TTY_INPUT);
static struct {
	u64 count;		/* [stress_lock] */
	u64 twin;		/* [stress_lock] */
	u64 tries_won;		/* [stress_lock] */
	struct atomic timer_runs;
} stress;

static void stress_inside(void)
{
	CHECK(spin_held(&stress_lock));
	stress.count++;
	barrier();
	stress.twin++;
	CHECK(stress.count == stress.twin);
}

static void stress_timer(struct timer *t)
{
	spin_lock(&stress_lock);
	stress_inside();
	spin_unlock(&stress_lock);
	atomic_inc(&stress.timer_runs);
	timer_set(t, clock_now_ns() + 200 * NSEC_PER_USEC);
}

/* All turns, and until a timer came between: on a fast machine, or a paused
 * one, that may take longer. */
static bool stress_goes_on(u32 turns, u64 end_ns)
{
	return turns < TURNS || (!atomic_read(&stress.timer_runs) &&
				 clock_now_ns() < end_ns);
}

static void stress_cpu(void *arg UNUSED, u32 cpu)
{
	u64 end_ns = clock_now_ns() + 10 * NSEC_PER_SEC;
	struct timer timer;
	u64 seed = cpu + 1;

	timer_init(&timer, stress_timer);
	timer_set(&timer, clock_now_ns() + 100 * NSEC_PER_USEC);
	for (u32 i = 0; stress_goes_on(i, end_ns); i++) {
		u64 irq = irq_save();

		if (test_random(&seed) % 4) {
			spin_lock(&stress_lock);
			stress_inside();
			spin_unlock(&stress_lock);
		} else if (spin_trylock(&stress_lock)) {
			stress_inside();
			stress.tries_won++;
			spin_unlock(&stress_lock);
		}
		irq_restore(irq);
		cond_resched();
	}
	timer_cancel_sync(&timer);
}

static void test_spinlock(void)
{
	memset(&stress, 0, sizeof(stress));
	test_on_cpus(cpu_online_count(), stress_cpu, NULL);
	CHECK(stress.count == stress.twin);
	CHECK(stress.count >= cpu_online_count() * TURNS / 2);
	CHECK(atomic_read(&stress.timer_runs) > 0);
	CHECK(spin_trylock(&stress_lock));
	CHECK(!spin_trylock(&stress_lock));
	spin_unlock(&stress_lock);
}

#ifdef NIDUS_DEBUG
static DEFINE_SPINLOCK(low_lock, RANK_FDTABLE);
static DEFINE_SPINLOCK(low_lock_2, RANK_FDTABLE);
static DEFINE_SPINLOCK(high_lock, RANK_DCACHE);

static u32 count_lock(struct spinlock *first, struct spinlock *second,
		      bool nested)
{
	u32 found;

	lock_capture_begin();
	spin_lock(first);
	if (nested)
		spin_lock_nested(second);
	else
		spin_lock(second);
	spin_unlock(second);
	spin_unlock(first);
	found = lock_capture_end(NULL);
	CHECK(spin_held_count() == 0);
	return found;
}

static void test_rank(void)
{
	const char *text;
	u32 found;

	CHECK(count_lock(&high_lock, &low_lock, false) == 0);
	CHECK(count_lock(&low_lock, &high_lock, false) == 1);
	CHECK(count_lock(&low_lock, &low_lock_2, false) == 1);
	CHECK(count_lock(&low_lock, &low_lock_2, true) == 0);
	lock_capture_begin();
	spin_lock(&low_lock);
	assert_may_sleep("test");
	spin_unlock(&low_lock);
	found = lock_capture_end(&text);
	CHECK(found == 1);
	CHECK(strcmp(text, "test sleeps, holding low_lock") == 0);
}

static void test_unlock_order(void)
{
	spin_lock(&high_lock);
	spin_lock(&low_lock);
	spin_unlock(&high_lock);
	CHECK(spin_held(&low_lock));
	CHECK(!spin_held(&high_lock));
	CHECK(spin_held_count() == 1);
	spin_unlock(&low_lock);
	CHECK(spin_held_count() == 0);
}

static DEFINE_SPINLOCK(irq_lock, RANK_FDTABLE);
static u32 irq_done;

static void irq_take(struct timer *t UNUSED)
{
	spin_lock(&irq_lock);
	spin_unlock(&irq_lock);
	WRITE_ONCE(irq_done, 1);
}

/* A lock taken in an interrupt, and then with interrupts on. */
static void test_irq_use(void)
{
	struct timer timer;

	WRITE_ONCE(irq_done, 0);
	timer_init(&timer, irq_take);
	timer_set(&timer, clock_now_ns());
	while (!READ_ONCE(irq_done))
		cpu_relax();
	timer_cancel_sync(&timer);
	lock_capture_begin();
	spin_lock(&irq_lock);
	spin_unlock(&irq_lock);
	CHECK(lock_capture_end(NULL) == 1);
}
#else
static void test_rank(void)
{
	test_skip("checks are in debug builds only");
}

static void test_unlock_order(void)
{
	test_skip("checks are in debug builds only");
}

static void test_irq_use(void)
{
	test_skip("checks are in debug builds only");
}
#endif

static struct seqcount seq;
static DEFINE_SPINLOCK(seq_lock, RANK_TTY_INPUT);
static u64 seq_data[4];
static struct atomic seq_writers;

static void seq_writer(u32 cpu)
{
	for (u32 i = 0; i < TURNS; i++) {
		spin_lock_irq(&seq_lock);
		seq_write_begin(&seq);
		for (u32 k = 0; k < ARRAY_SIZE(seq_data); k++)
			WRITE_ONCE(seq_data[k], cpu * TURNS + i);
		seq_write_end(&seq);
		spin_unlock_irq(&seq_lock);
		cond_resched();
	}
	atomic_dec(&seq_writers);
}

static void seq_reader(void)
{
	u64 copy[ARRAY_SIZE(seq_data)];
	u32 reads = 0;
	u32 s;

	while (atomic_read(&seq_writers) || !reads) {
		do {
			s = seq_read_begin(&seq);
			for (u32 k = 0; k < ARRAY_SIZE(seq_data); k++)
				copy[k] = READ_ONCE(seq_data[k]);
		} while (seq_read_retry(&seq, s));
		for (u32 k = 1; k < ARRAY_SIZE(copy); k++)
			CHECK(copy[k] == copy[0]);
		reads++;
		cond_resched();
	}
}

static void seq_cpu(void *arg UNUSED, u32 cpu)
{
	if (cpu % 2 == 0)
		seq_writer(cpu);
	else
		seq_reader();
}

static void test_seqlock(void)
{
	u32 n = cpu_online_count();

	atomic_set(&seq_writers, (int)(n + 1) / 2);
	test_on_cpus(n, seq_cpu, NULL);
	CHECK((seq.seq & 1) == 0);
}

#define QUEUE_WAIT_NS (5 * NSEC_PER_SEC)

static DEFINE_SPINLOCK(queue_lock, RANK_TTY_INPUT);
static struct {
	struct atomic taken;
	u16 first;		/* [queue_lock] ticket of the first holder */
	u32 inside;		/* [queue_lock] */
	u32 passed;		/* [queue_lock] */
} queue;

/* Hold the lock until @n tickets, this one included, have been drawn. */
static void queue_hold(u32 n)
{
	u64 end = clock_now_ns() + QUEUE_WAIT_NS;

	spin_lock(&queue_lock);
	queue.inside = 1;
	queue.first = READ_ONCE(queue_lock.serving);
	atomic_set(&queue.taken, 1);
	while ((u16)(READ_ONCE(queue_lock.next) - queue.first) < n &&
	       clock_now_ns() < end)
		cpu_relax();
	CHECK((u16)(READ_ONCE(queue_lock.next) - queue.first) == n);
	CHECK(queue.passed == 0);
	queue.inside = 0;
	spin_unlock(&queue_lock);
}

static void queue_cpu(void *arg UNUSED, u32 cpu)
{
	u64 irq;

	while (cpu && !atomic_read(&queue.taken))
		cpu_relax();
	irq = irq_save();
	if (!cpu) {
		queue_hold(cpu_online_count());
	} else {
		spin_lock(&queue_lock);
		CHECK(!queue.inside);
		queue.inside = 1;
		queue.passed++;
		CHECK(READ_ONCE(queue_lock.serving) ==
		      (u16)(queue.first + queue.passed));
		clock_delay_us(50);
		queue.inside = 0;
		spin_unlock(&queue_lock);
	}
	irq_restore(irq);
}

static void test_queue(void)
{
	u32 n = cpu_online_count();

	memset(&queue, 0, sizeof(queue));
	test_on_cpus(n, queue_cpu, NULL);
	CHECK(queue.passed == n - 1);
}

const struct selftest lock_tests[] = {
	{ "spinlock: exclusion between CPUs and interrupts", test_spinlock },
	{ "spinlock: waiters are served in order", test_queue },
	{ "rank: wrong orders and sleeping are noticed", test_rank },
	{ "rank: locks may be released in any order", test_unlock_order },
	{ "rank: use in and outside interrupts is noticed", test_irq_use },
	{ "seqlock: readers see no mixture", test_seqlock },
	{ NULL, NULL },
};
