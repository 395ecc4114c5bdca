/*
 * tests/kernel/test_smp.c - cross-CPU calls, and the log
 */
#include "selftest.h"

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/smp.h>
#include <core/printk.h>
#include <lib/format.h>
#include <lib/string.h>
#include <sched/sched.h>
#include <sched/timer.h>

#define STORM 300u
#define LINES 60u

static struct atomic called, wrong;

static void called_fn(void *arg)
{
	if (!in_irq() || irqs_enabled() || arg != &called)
		atomic_inc(&wrong);
	atomic_inc(&called);
}

/* Everybody calls everybody. */
static void storm_cpu(void *arg UNUSED, u32 cpu)
{
	for (u32 i = 0; i < STORM; i++) {
		struct cpumask mask = { { 0 } };

		if (i % 4) {
			cpumask_set(&mask, (cpu + 1 + i) % cpu_online_count());
			smp_call(&mask, called_fn, &called);
		} else {
			smp_call(cpu_online_mask(), called_fn, &called);
		}
		cond_resched();
	}
}

static void test_storm(void)
{
	u32 n = cpu_online_count();

	if (n < 2) {
		test_skip("needs two CPUs");
		return;
	}
	atomic_set(&called, 0);
	atomic_set(&wrong, 0);
	test_on_cpus(n, storm_cpu, NULL);
	CHECK(atomic_read(&wrong) == 0);
	CHECK((u32)atomic_read(&called) >= n * STORM / 4 * (n - 1));
}

static u32 run_on;

static void where_fn(void *arg UNUSED)
{
	WRITE_ONCE(run_on, cpu_id());
}

static void test_call_target(void)
{
	for (u32 cpu = 1; cpu < cpu_online_count(); cpu++) {
		struct cpumask mask = { { 0 } };

		test_move_to(0);
		cpumask_set(&mask, cpu);
		run_on = 0;
		smp_call(&mask, where_fn, NULL);
		CHECK(READ_ONCE(run_on) == cpu);
	}
	if (cpu_online_count() < 2)
		test_skip("needs two CPUs");
}

static u32 backtrace_stop;

static void spin_cpu(void *arg UNUSED, u32 cpu)
{
	u64 addrs[8];
	u64 irq;

	if (cpu == 1) {
		irq = irq_save();
		while (!READ_ONCE(backtrace_stop))
			cpu_relax();
		irq_restore(irq);
	} else if (cpu == 0) {
		clock_delay_us(2000);
		CHECK(smp_backtrace(1, addrs, ARRAY_SIZE(addrs)) > 0);
		WRITE_ONCE(backtrace_stop, 1);
	}
}

static void test_backtrace(void)
{
	if (cpu_online_count() < 2) {
		test_skip("needs two CPUs");
		return;
	}
	backtrace_stop = 0;
	test_on_cpus(2, spin_cpu, NULL);
}

/* Find a record whose text begins like this; moves @pos behind it. */
static bool log_find(u64 *pos, const char *text, struct log_record *r)
{
	while (log_read_record(pos, r, NULL)) {
		if (r->len >= strlen(text) &&
		    memcmp(r->text, text, strlen(text)) == 0)
			return true;
	}
	return false;
}

static struct log_record rec;	/* too large for a stack frame */

static void test_log(void)
{
	u64 pos = log_end();
	char buf[200];
	size_t n;

	printk(LOG_DEBUG, "selftest: first %d\nselftest: second\n", 1);
	CHECK(log_find(&pos, "selftest: first 1", &rec));
	CHECK(rec.level == LOG_DEBUG && rec.cpu < cpu_online_count());
	CHECK(rec.len == strlen("selftest: first 1"));
	CHECK(log_find(&pos, "selftest: second", &rec));
	CHECK(!log_find(&pos, "selftest:", &rec));
	CHECK(log_size() > 0);
	pos = log_end();
	printk(LOG_DEBUG, "selftest: text\n");
	CHECK(log_unread(pos) > 0);
	n = log_read(&pos, buf, sizeof(buf) - 1);
	buf[n] = '\0';
	CHECK(n > 20 && memcmp(buf, "<7>[", 4) == 0);
	CHECK(strcmp(buf + n - 17, " selftest: text\n") != 0 ||
	      buf[n - 1] == '\n');
	CHECK(log_unread(pos) == 0);
}

static void log_timer(struct timer *t)
{
	printk(LOG_DEBUG, "selftest: from an interrupt\n");
	timer_set(t, clock_now_ns() + 500 * NSEC_PER_USEC);
}

static void log_cpu(void *arg UNUSED, u32 cpu)
{
	struct timer t;

	timer_init(&t, log_timer);
	timer_set(&t, clock_now_ns());
	for (u32 i = 0; i < LINES; i++) {
		printk(LOG_DEBUG, "selftest: CPU %u line %u end\n", cpu, i);
		cond_resched();
	}
	timer_cancel_sync(&t);
}

/* Lines of one CPU come in order and whole. The ring may have lapped. */
static void log_check(u64 pos, u32 cpu)
{
	char want[64];
	u32 next = 0;
	bool skipped;

	while (log_read_record(&pos, &rec, &skipped)) {
		for (u32 i = next; i < LINES; i++) {
			int n = scnprintf(want, sizeof(want),
					  "selftest: CPU %u line %u end",
					  cpu, i);

			if ((size_t)n == rec.len &&
			    memcmp(rec.text, want, rec.len) == 0) {
				CHECK(i == next || next == 0);
				next = i + 1;
				break;
			}
		}
	}
	CHECK(next == LINES);
}

static void test_log_stress(void)
{
	u32 n = min(cpu_online_count(), 4u);
	u64 pos = log_end();

	test_on_cpus(n, log_cpu, NULL);
	for (u32 cpu = 0; cpu < n; cpu++)
		log_check(pos, cpu);
}

const struct selftest smp_tests[] = {
	{ "smp: all CPUs call each other", test_storm },
	{ "smp: a call reaches its CPU", test_call_target },
	{ "smp: back trace of a CPU with interrupts off", test_backtrace },
	{ "log: lines, levels, reading", test_log },
	{ "log: written by all CPUs and interrupts", test_log_stress },
	{ NULL, NULL },
};
