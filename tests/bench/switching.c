/*
 * tests/bench/switching.c - from one process to another and back; pipes
 *
 * See:   bench.h
 */
#define _GNU_SOURCE
#include "bench.h"

#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>

static int there[2], back[2];	/* pipes */
static volatile int *word;	/* shared */
static char byte;

static void ping_loop(int n)
{
	for (int i = 0; i < n; i++) {
		CALL(SYS_write, there[1], ADDR(&byte), 1);
		CALL(SYS_read, back[0], ADDR(&byte), 1);
	}
}

static void pong_loop(int n)
{
	for (int i = 0; i < n; i++) {
		CALL(SYS_read, there[0], ADDR(&byte), 1);
		CALL(SYS_write, back[1], ADDR(&byte), 1);
	}
}

static void ping_pong(const char *name, int other_cpu, int n)
{
	int warm = 50;
	long pid;

	open_pipe(there);
	open_pipe(back);
	pid = fork_plain();
	if (!pid) {
		run_on(other_cpu);
		pong_loop(warm + n);
		leave(0);
	}
	run_on(0);
	measure(name, ping_loop, warm, n);
	wait_for(pid);
	run_on(-1);
	close_pipe(there);
	close_pipe(back);
}

static void yield_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_sched_yield, 0);
}

static void yield_in_turn(int n)
{
	int go[2];
	long pid;

	open_pipe(go);
	pid = fork_plain();
	if (!pid) {
		run_on(0);
		CALL(SYS_read, go[0], ADDR(&byte), 1);
		yield_loop(n);
		leave(0);
	}
	run_on(0);
	sleep_ms(20);
	CALL(SYS_write, go[1], ADDR("x"), 1);
	span_begin();
	yield_loop(n);
	wait_for(pid);
	span_end();
	run_on(-1);
	report("sched_yield_2proc(per_yield)", 2 * (u64)n);
	close_pipe(go);
}

/* Wait until the word is @want, change it to @to and tell the other. */
static inline void take_turn(int want, int to)
{
	while (*word != want)
		CALL(SYS_futex, ADDR(word), FUTEX_WAIT, to);
	*word = to;
	CALL(SYS_futex, ADDR(word), FUTEX_WAKE, 1);
}

static void futex_loop(int n)
{
	for (int i = 0; i < n; i++) {
		*word = 1;
		CALL(SYS_futex, ADDR(word), FUTEX_WAKE, 1);
		while (*word != 0)
			CALL(SYS_futex, ADDR(word), FUTEX_WAIT, 1);
	}
}

static void futex_ping_pong(int n)
{
	long pid;

	word = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = fork_plain();
	if (!pid) {
		run_on(0);
		for (int i = 0; i < n; i++)
			take_turn(1, 0);
		leave(0);
	}
	run_on(0);
	measure("futex_pingpong_rt_samecpu", futex_loop, 0, n);
	wait_for(pid);
	run_on(-1);
}

static void write_64k(int n)
{
	int ends[2];
	long pid;

	open_pipe(ends);
	pid = fork_plain();
	if (!pid) {
		static char into[32768];

		CALL(SYS_close, ends[1]);
		while (CALL(SYS_read, ends[0], ADDR(into), sizeof(into)) > 0)
			;
		leave(0);
	}
	CALL(SYS_close, ends[0]);
	memset(big_buffer, 1, sizeof(big_buffer));
	span_begin();
	for (int i = 0; i < n; i++)
		CALL(SYS_write, ends[1], ADDR(big_buffer), sizeof(big_buffer));
	CALL(SYS_close, ends[1]);
	wait_for(pid);
	span_end();
	report("pipe_write_64k", (u64)n);
}

static void self_loop(int n)
{
	for (int i = 0; i < n; i++) {
		CALL(SYS_write, there[1], ADDR(&byte), 1);
		CALL(SYS_read, there[0], ADDR(&byte), 1);
	}
}

void bench_switching(void)
{
	ping_pong("pipe_pingpong_rt_samecpu", 0, scaled(5000));
	if (cpu_count() > 1)
		ping_pong("pipe_pingpong_rt_2cpu", 1, scaled(3000));
	yield_in_turn(scaled(10000));
	measure("sched_yield_alone", yield_loop, 0, scaled(10000));
	futex_ping_pong(scaled(3000));
	write_64k(scaled(500));
	open_pipe(there);
	measure("pipe_1B_selfrw", self_loop, 0, scaled(3000));
	close_pipe(there);
}
