/*
 * tests/bench/many.c - a thousand and more processes or namespaces at once
 *
 * See:   bench.h
 */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>

#define MANY 1000

static char text[32768];
static int next;

/* Sleepers into pids[]; how many there are then. */
static int populate(int n, u64 flags)
{
	for (int i = 0; i < n; i++) {
		long pid = fork_with(flags);

		while (!pid)
			CALL(SYS_pause, 0);
		if (pid < 0)
			return i;
		pids[i] = pid;
	}
	return n;
}

static void kill_all(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_kill, pids[i], SIGKILL);
	for (int i = 0; i < n; i++)
		wait_for(pids[i]);
}

/* Populate, and what each costs in time and memory. */
static int measure_populate(const char *name, const char *memory, u64 flags)
{
	u64 before, after;
	int n;

	sleep_ms(200);
	before = free_bytes();
	span_begin();
	n = populate(MANY, flags);
	span_end();
	report(name, (u64)n);
	sleep_ms(300);
	after = free_bytes();
	print("bytes %s %lld\n", memory, (long long)(before - after) / n);
	return n;
}

static void measure_kill(const char *name, int n)
{
	span_begin();
	kill_all(n);
	span_end();
	report(name, (u64)n);
}

static void list_loop(int n)
{
	for (int i = 0; i < n; i++) {
		long fd = CALL(SYS_open, ADDR("/proc"), O_DIRECTORY);

		while (CALL(SYS_getdents64, fd, ADDR(text), sizeof(text)) > 0)
			;
		CALL(SYS_close, fd);
	}
}

static void kill_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_kill, pids[i % MANY], 0);
}

static void stat_loop(int n)
{
	for (int i = 0; i < n; i++) {
		char path[64];
		long fd;

		snprintf(path, sizeof(path), "/proc/%ld/stat",
			 pids[next++ % MANY]);
		fd = CALL(SYS_open, ADDR(path));
		CALL(SYS_read, fd, ADDR(text), 4096);
		CALL(SYS_close, fd);
	}
}

/* A thousand dead children; when all are. */
static void make_zombies(void)
{
	for (int i = 0; i < MANY; i++) {
		pids[i] = fork_plain();
		if (!pids[i])
			leave(0);
	}
	sleep_ms(300);
}

static void measure_zombies(void)
{
	make_zombies();
	span_begin();
	for (int i = 0; i < MANY; i++)
		wait_for(-1);
	span_end();
	report("wait4_any_1000_zombies", MANY);
	make_zombies();
	span_begin();
	for (int i = MANY - 1; i >= 0; i--)
		wait_for(pids[i]);
	span_end();
	report("wait4_pid_1000_zombies_rev", MANY);
}

void bench_many(void)
{
	int n = measure_populate("fork_1000_sleepers",
				 "MEM_per_process_bytes", 0);

	measure("getdents_proc_1000p", list_loop, 1, scaled(20));
	measure("kill0_among_1000", kill_loop, 0, scaled(50000));
	measure("proc_pid_stat_read", stat_loop, 10, scaled(1000));
	measure("fork_exit_wait_with_1000p", fork_loop, 10, scaled(300));
	measure_kill("kill_wait_1000", n);
	sleep_ms(200);
	measure_zombies();
}

void bench_many_namespaces(void)
{
	int n = measure_populate("create_1000_live_ns",
				 "MEM_per_namespace+process_bytes",
				 CLONE_NEWPID);

	measure_kill("destroy_1000_ns", n);
}

/* The init of a namespace with @n members; writes how many there are. */
static void be_crowd(int n, int fd)
{
	int there = 0;

	/* Nothing is stored: no page is copied but those that forks copy. */
	for (long pid = 1; there < n && pid > 0; there += pid > 0) {
		pid = fork_with(0);
		while (!pid)
			CALL(SYS_pause, 0);
	}
	CALL(SYS_write, fd, ADDR(&there), sizeof(there));
	for (;;)
		CALL(SYS_pause, 0);
}

static void crowd(int n)
{
	char name[64];
	int ends[2];
	int there = 0;
	long pid;

	open_pipe(ends);
	span_begin();
	pid = fork_with(CLONE_NEWPID);
	if (!pid)
		be_crowd(n, ends[1]);
	CALL(SYS_read, ends[0], ADDR(&there), sizeof(there));
	span_end();
	snprintf(name, sizeof(name), "ns_populate_%d", n);
	report(name, (u64)there);
	sleep_ms(300);
	span_begin();
	kill_sleeper(pid);
	span_end();
	snprintf(name, sizeof(name), "ns_teardown_%d", n);
	report(name, (u64)there);
	close_pipe(ends);
	sleep_ms(100);
}

void bench_teardown(void)
{
	/* What the group before left to be freed is not ours. */
	sleep_ms(300);
	crowd(100);
	crowd(1000);
	crowd(5000);
}
