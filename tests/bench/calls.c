/*
 * tests/bench/calls.c - calls that do next to nothing; signals to oneself
 *
 * See:   bench.h
 */
#include "bench.h"

#include <string.h>

#define NO_SUCH_CALL 600

static void getppid_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_getppid, 0);
}

static void getpid_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_getpid, 0);
}

static void gettid_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_gettid, 0);
}

static void enosys_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(NO_SUCH_CALL, 0);
}

static void clock_loop(int n)
{
	for (int i = 0; i < n; i++)
		(void)ns_now();
}

void bench_calls(void)
{
	int n = scaled(50000);

	measure("getppid", getppid_loop, 100, n);
	measure("getpid", getpid_loop, 0, n);
	measure("gettid", gettid_loop, 0, n);
	measure("enosys", enosys_loop, 0, n);
	measure("clock_gettime_sys", clock_loop, 0, n);
}

static long me;

static void on_signal(int sig)
{
	(void)sig;
}

static void signal_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_kill, me, SIGUSR1);
}

static void query_loop(int n)
{
	struct sigaction old;

	for (int i = 0; i < n; i++)
		sigaction(SIGUSR1, NULL, &old);
}

void bench_signals(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sigaction(SIGUSR1, &sa, NULL);
	me = CALL(SYS_getpid, 0);
	measure("signal_self_handler", signal_loop, 20, scaled(5000));
	measure("sigaction_query", query_loop, 0, scaled(5000));
}
