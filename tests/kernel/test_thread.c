/*
 * tests/kernel/test_thread.c - kernel threads and the scheduler
 */
#include "selftest.h"

#include <arch/clock.h>
#include <arch/cpu.h>
#include <mm/page.h>
#include <sched/rcu_wait.h>
#include <sched/sched.h>
#include <sched/timer.h>
#include <sched/wait.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

static struct completion done;
static struct atomic ran;

static void short_main(void *arg)
{
	CHECK(arg == &ran);
	atomic_inc(&ran);
	complete(&done);
}

static u64 free_pages(void)
{
	struct mm_stat s;

	rcu_barrier();
	mm_drain();
	mm_stat_get(&s);
	return s.free_pages;
}

static void run_short(u32 n)
{
	for (u32 i = 0; i < n; i++)
		CHECK(!kthread_create("short", short_main, &ran, NULL));
	for (u32 i = 0; i < n; i++)
		completion_wait(&done);
	/* complete() comes before the thread's end. */
	sleep_until_interruptible(clock_now_ns() + 5 * NSEC_PER_MSEC);
}

static void test_create(void)
{
	u64 before, after;

	completion_init(&done);
	atomic_set(&ran, 0);
	run_short(10);
	before = free_pages();
	for (u32 i = 0; i < 10; i++)
		run_short(50);
	after = free_pages();
	CHECK(atomic_read(&ran) == 510);
	CHECK(after + 2 >= before);
	test_note("free pages before %lu, after %lu", before, after);
}

static void test_affinity(void)
{
	struct cpumask mask = { { 0 } };
	u32 n = cpu_online_count();

	CHECK(sched_set_affinity(current_thread(), &mask) == -EINVAL);
	for (u32 i = 0; i < 20 * n; i++)
		test_move_to(i % n);
	sched_get_affinity(current_thread(), &mask);
	CHECK(cpumask_weight(&mask) == 1);
	for (u32 i = 0; i < n; i++)
		cpumask_set(&mask, i);
	CHECK(sched_set_affinity(current_thread(), &mask) == 0);
	sched_get_affinity(current_thread(), &mask);
	CHECK(cpumask_weight(&mask) == n);
}

/* Threads that burn time; what each got. */
#define BURNERS 3
struct burner {
	struct sched_params params;
	u64 got_ns;
};
static struct burner burners[BURNERS];
static struct atomic burner_next, burner_ready;
static u32 burn_stop;

static void burn_main(void *arg UNUSED)
{
	struct burner *b = &burners[atomic_inc_return(&burner_next) - 1];

	test_move_to(0);
	sched_set_params(current_thread(), &b->params);
	atomic_inc(&burner_ready);
	while (atomic_read(&burner_ready) < BURNERS)
		sched_yield();
	b->got_ns = sched_runtime(current_thread());
	while (!READ_ONCE(burn_stop)) {
		cond_resched();
		cpu_relax();
	}
	b->got_ns = sched_runtime(current_thread()) - b->got_ns;
	complete(&done);
}

static void burn(u64 ms)
{
	completion_init(&done);
	atomic_set(&burner_next, 0);
	atomic_set(&burner_ready, 0);
	WRITE_ONCE(burn_stop, 0);
	for (u32 i = 0; i < BURNERS; i++)
		CHECK(!kthread_create("burn", burn_main, NULL, NULL));
	sleep_until_interruptible(clock_now_ns() + ms * NSEC_PER_MSEC);
	WRITE_ONCE(burn_stop, 1);
	for (u32 i = 0; i < BURNERS; i++)
		completion_wait(&done);
}

static void test_fair(void)
{
	u64 total;

	for (u32 i = 0; i < BURNERS; i++)
		burners[i].params = (struct sched_params){ .nice = 0 };
	burners[2].params.nice = 5;	/* weight 1/3 of nice 0 */
	burn(500);
	total = burners[0].got_ns + burners[1].got_ns + burners[2].got_ns;
	test_note("shares in percent: %lu %lu %lu (43 43 14 is right)",
		  burners[0].got_ns * 100 / total,
		  burners[1].got_ns * 100 / total,
		  burners[2].got_ns * 100 / total);
	/* A hypervisor that takes the CPU away blurs the picture. */
	CHECK(burners[0].got_ns * 100 / total > 20);
	CHECK(burners[1].got_ns * 100 / total > 20);
	CHECK(burners[2].got_ns * 100 / total > 3);
	CHECK(burners[2].got_ns * 3 < burners[0].got_ns * 2);
	CHECK(burners[2].got_ns * 3 < burners[1].got_ns * 2);
}

static u32 rt_log[4];
static struct atomic rt_n;
static struct completion rt_go;

static void rt_main(void *arg)
{
	struct sched_params p = {
		.policy = SCHED_FIFO,
		.rt_priority = (u32)(u64)arg,
	};

	test_move_to(0);
	sched_set_params(current_thread(), &p);
	complete(&done);
	completion_wait(&rt_go);
	rt_log[atomic_inc_return(&rt_n) - 1] = (u32)(u64)arg;
	complete(&done);
}

/* All are waked at once while this CPU is busy: the highest runs first. */
static void test_realtime(void)
{
	static const u64 prios[] = { 10, 50, 30, 99 };
	u64 irq, end;

	completion_init(&done);
	completion_init(&rt_go);
	atomic_set(&rt_n, 0);
	for (u32 i = 0; i < ARRAY_SIZE(prios); i++)
		CHECK(!kthread_create("rt", rt_main, (void *)prios[i], NULL));
	for (u32 i = 0; i < ARRAY_SIZE(prios); i++)
		completion_wait(&done);
	test_move_to(0);
	sleep_until_interruptible(clock_now_ns() + 2 * NSEC_PER_MSEC);
	irq = irq_save();
	complete_all(&rt_go);
	irq_restore(irq);
	/* This one, which is willing to go on, does not get in their way. */
	end = clock_now_ns() + NSEC_PER_SEC;
	while (atomic_read(&rt_n) < (int)ARRAY_SIZE(prios) &&
	       clock_now_ns() < end)
		cond_resched();
	CHECK(atomic_read(&rt_n) == ARRAY_SIZE(prios));
	for (u32 i = 0; i < ARRAY_SIZE(prios); i++)
		completion_wait(&done);
	CHECK(rt_log[0] == 99);
	CHECK(rt_log[1] == 50);
	CHECK(rt_log[2] == 30);
	CHECK(rt_log[3] == 10);
}

static void test_times(void)
{
	u64 before = sched_runtime(current_thread());
	u64 end = clock_now_ns() + 30 * NSEC_PER_MSEC;
	u64 user, system, used;

	while (clock_now_ns() < end)
		cpu_relax();
	used = sched_runtime(current_thread()) - before;
	CHECK(used >= 25 * NSEC_PER_MSEC);
	sched_times(current_thread(), &user, &system);
	CHECK(user == 0);
	CHECK(system >= before + used);
	CHECK(sched_nr_running() >= 1);
	CHECK(sched_context_switches() > 0);
}

/* Threads with nothing in common spread over the CPUs by themselves. */
static struct cpumask seen_cpus;

static void spread_main(void *arg UNUSED)
{
	u64 end = clock_now_ns() + 5 * NSEC_PER_SEC;

	while (cpumask_weight(&seen_cpus) < cpu_online_count() &&
	       clock_now_ns() < end) {
		cpumask_set_atomic(&seen_cpus, cpu_id());
		cond_resched();
	}
	complete(&done);
}

static void test_spread(void)
{
	u32 n = cpu_online_count();

	seen_cpus = (struct cpumask){ { 0 } };
	completion_init(&done);
	for (u32 i = 0; i < n; i++)
		CHECK(!kthread_create("spread", spread_main, NULL, NULL));
	for (u32 i = 0; i < n; i++)
		completion_wait(&done);
	CHECK(cpumask_weight(&seen_cpus) == n);
}

const struct selftest thread_tests[] = {
	{ "thread: 500 come and go, nothing is lost", test_create },
	{ "sched: affinity moves a thread", test_affinity },
	{ "sched: nice levels share a CPU", test_fair },
	{ "sched: real-time priorities", test_realtime },
	{ "sched: processor time is counted", test_times },
	{ "sched: idle CPUs take waiting threads", test_spread },
	{ NULL, NULL },
};
