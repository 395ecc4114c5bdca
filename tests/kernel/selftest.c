/*
 * tests/kernel/selftest.c - the runner of the tests inside the kernel
 *
 * What:  runs the tables of tests in order and reports in TAP, past the log:
 *        lines without time stamps, whatever the log level.
 * Locks: one test runs at a time; its failures are counted atomically.
 */
#include "selftest.h"

#include <arch/cpu.h>
#include <core/panic.h>
#include <core/printk.h>
#include <lib/format.h>
#include <lib/string.h>
#include <sched/sched.h>
#include <sched/wait.h>

#define LINE 256

static const struct selftest *const tables[] = {
	lock_tests, sync_tests, thread_tests, rcu_tests, page_tests,
	slab_tests, mmu_tests, smp_tests, trace_tests, numbers_tests,
};

static struct atomic failures;	/* of the running test */
static const char *skipped;	/* [the running test's thread] */

static PRINTF_LIKE(1, 2) void say(const char *fmt, ...)
{
	char line[LINE];
	va_list args;

	va_start(args, fmt);
	log_direct(line, (size_t)vscnprintf(line, sizeof(line), fmt, args));
	va_end(args);
}

void test_fail(const char *text, const char *file, int line)
{
	/* A loop that goes wrong should not fill the screen. */
	if (atomic_inc_return(&failures) <= 10)
		say("# %s:%d: failed: %s\n", file, line, text);
}

void test_skip(const char *why)
{
	skipped = why;
}

void test_note(const char *fmt, ...)
{
	char line[LINE];
	va_list args;

	va_start(args, fmt);
	vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	say("# %s\n", line);
}

static bool run_one(const struct selftest *t, u32 nr)
{
	bool ok;

	atomic_set(&failures, 0);
	skipped = NULL;
	t->run();
	ok = atomic_read(&failures) == 0;
	say("%sok %u - %s%s%s\n", ok ? "" : "not ", nr, t->name,
	    skipped ? " # SKIP " : "", skipped ? skipped : "");
	return ok;
}

/* '_' stands for a blank, at which a command line would be cut. */
static bool begins(const char *name, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (name[i] != (word[i] == '_' ? ' ' : word[i]))
			return false;
	}
	return true;
}

/* Does @name begin with one of the words of @only? */
static bool picked(const char *name, const char *only)
{
	if (!strcmp(only, "1"))
		return true;
	for (;;) {
		const char *end = strchr(only, ',');
		size_t len = end ? (size_t)(end - only) : strlen(only);

		if (len && begins(name, only, len))
			return true;
		if (!end)
			return false;
		only = end + 1;
	}
}

bool selftest_run_all(const char *only)
{
	u32 n = 0, failed = 0;

	for (u32 i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct selftest *t = tables[i]; t->name; t++)
			n += picked(t->name, only);
	}
	say("TAP version 13\n1..%u\n", n);
	n = 0;
	for (u32 i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct selftest *t = tables[i]; t->name; t++) {
			if (picked(t->name, only))
				failed += !run_one(t, ++n);
		}
	}
	say("# %u of %u kernel tests failed\n", failed, n);
	return failed == 0;
}

void test_move_to(u32 cpu)
{
	struct cpumask mask = { { 0 } };

	cpumask_set(&mask, cpu);
	CHECK(sched_set_affinity(current_thread(), &mask) == 0);
	CHECK(cpu_id() == cpu);
}

/* Threads that start together: one team at a time. */
static struct team {
	void (*fn)(void *arg, u32 cpu);
	void *arg;
	struct atomic next, ready;
	u32 n;
	void (*dead)(struct thread *t);	/* [a] the same of all of them */
	struct completion gone;
} team;

/* A thread's end, after its last switch: its stack is given back before the
 * test goes on, which may count pages. */
static void team_dead(struct thread *t)
{
	READ_ONCE(team.dead)(t);
	complete(&team.gone);
}

static void team_main(void *arg UNUSED)
{
	u32 cpu = (u32)atomic_inc_return(&team.next) - 1;

	test_move_to(cpu);
	atomic_inc(&team.ready);
	while ((u32)atomic_read(&team.ready) < team.n) {
		cond_resched();
		cpu_relax();
	}
	team.fn(team.arg, cpu);
	WRITE_ONCE(team.dead, current_thread()->dead);
	current_thread()->dead = team_dead;
}

void test_on_cpus(u32 n, void (*fn)(void *arg, u32 cpu), void *arg)
{
	team = (struct team){ .fn = fn, .arg = arg, .n = n };
	completion_init(&team.gone);
	for (u32 i = 0; i < n; i++) {
		if (kthread_create("test", team_main, NULL, NULL))
			panic("selftest: no memory for a thread");
	}
	for (u32 i = 0; i < n; i++)
		completion_wait(&team.gone);
}
