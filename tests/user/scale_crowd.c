/*
 * tests/user/scale_crowd.c - thousands of namespaces and processes at once
 *
 * What:  4,000 pid namespaces, each with its init, and 100,000 processes in
 *        one namespace (in 6 GiB of memory); all die together, and every
 *        object of the kernel is given back. Slow: runs only when ONLY names
 *        it.
 * See:   docs/testing.md
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/slabs.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#define NAMESPACES	4000
#define PROCESSES	100000
#define ENOUGH_KIB	(5500L << 10)
#define ROOM		"250000"
#define SLACK		4

static struct gate ready, life;

static void make_room(void)
{
	gate_init(&ready);
	gate_init(&life);
	proc_write("/proc/sys/kernel/pid_max", ROOM);
	proc_write("/proc/sys/kernel/threads-max", ROOM);
	proc_write("/proc/sys/user/max_pid_namespaces", ROOM);
}

/* an init that holds @count namespaces, then ends by a signal */
static int holds_namespaces(void *arg)
{
	int count = *(int *)arg;

	for (int i = 0; i < count; i++) {
		long pid = ns_clone(CLONE_NEWPID);

		if (!pid) {
			for (;;)
				pause();
		}
		if (pid < 0)
			return 1;
	}
	gate_open(&ready);
	for (;;)
		pause();
	return 0;
}

static int holds_processes(void *arg)
{
	int count = *(int *)arg;

	for (int i = 0; i < count; i++) {
		long pid = ns_clone(0);

		if (!pid) {
			for (;;)
				pause();
		}
		if (pid < 0) {
			test_note("processes", i);
			test_note("error", pid);
			return 1;
		}
	}
	gate_open(&ready);
	for (;;)
		pause();
	return 0;
}

/* start @count of them in a namespace, then end it: the init's status */
static int crowd(int (*fn)(void *arg), int count)
{
	struct gate all;
	pid_t init;
	int status;

	gate_init(&all);
	init = ns_start(fn, &count);
	gate_drop_write(&all);
	if (!gate_wait(&ready))
		return -1;
	kill(init, SIGKILL);
	status = reap(init);
	if (gate_wait(&all))
		status = -1;
	gate_close(&all);
	return status;
}

static void with_counters(const char *point, int (*fn)(void *arg), int count)
{
	static struct slabs before, after;
	char text[96];

	crowd(fn, count / 20);
	slabs_read(&before);
	CHECK_STATUS(point, crowd(fn, count), SIGKILL);
	slabs_read(&after);
	snprintf(text, sizeof(text), "%s: nothing is left", point);
	CHECK(text, !slabs_exact() || !slabs_grown(&before, &after, SLACK));
}

static void namespaces(void)
{
	make_room();
	with_counters("REF-08 4,000 namespaces at once", holds_namespaces,
		      NAMESPACES);
}

static void processes(void)
{
	if (proc_number("/proc/meminfo", "MemTotal:") < ENOUGH_KIB) {
		SKIP("ZAP-01 100,000 processes", "needs MEM=6G");
		return;
	}
	make_room();
	with_counters("ZAP-01 100,000 processes end with their init",
		      holds_processes, PROCESSES);
}

static const struct test tests[] = {
	{ "namespaces", namespaces, 300 },
	{ "processes", processes, 580 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
