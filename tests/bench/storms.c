/*
 * tests/bench/storms.c - several processes do the same at once
 *
 * What:  K workers share the work; they start together. K up to twice the
 *        number of CPUs.
 * See:   bench.h
 */
#include "bench.h"

#include <stdio.h>

static void getppid_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_getppid, 0);
}

/* A worker: ready, wait for the start, work. */
static void work(void (*loop)(int n), int n, const int *go, const int *ready)
{
	char c;

	CALL(SYS_close, go[1]);
	CALL(SYS_write, ready[1], ADDR("r"), 1);
	CALL(SYS_read, go[0], ADDR(&c), 1);
	loop(n);
	leave(0);
}

static void storm(const char *name, void (*loop)(int n), int workers, int n)
{
	int go[2], ready[2];
	char line[64];
	char c;

	n = n / workers ? n / workers : 1;
	open_pipe(go);
	open_pipe(ready);
	for (int i = 0; i < workers; i++) {
		pids[i] = fork_plain();
		if (!pids[i])
			work(loop, n, go, ready);
	}
	for (int i = 0; i < workers; i++)
		CALL(SYS_read, ready[0], ADDR(&c), 1);
	CALL(SYS_close, go[0]);
	sleep_ms(30);
	span_begin();
	CALL(SYS_close, go[1]);
	for (int i = 0; i < workers; i++)
		wait_for(pids[i]);
	span_end();
	snprintf(line, sizeof(line), "%s_k%d", name, workers);
	report(line, (u64)n * (u64)workers);
	close_pipe(ready);
}

void bench_storms(void)
{
	for (int k = 1; k <= 8 && k <= 2 * cpu_count(); k *= 2)
		storm("forkstorm", fork_loop, k, scaled(960));
	for (int k = 1; k <= 8 && k <= 2 * cpu_count(); k *= 2)
		storm("nsstorm", new_pid_ns_loop, k, scaled(240));
	for (int k = 1; k <= 4 && k <= cpu_count(); k *= 2)
		storm("getppid_par", getppid_loop, k, scaled(100000));
}
