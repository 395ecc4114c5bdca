/*
 * tests/bench/files.c - pidfds, handles of namespaces, files of /proc
 *
 * See:   bench.h
 */
#include "bench.h"

static long me, child;
static char text[8192];

static void pidfd_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_close, CALL(SYS_pidfd_open, me));
}

static void open_ns_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_close, CALL(SYS_open, ADDR("/proc/self/ns/pid")));
}

static void readlink_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_readlink, ADDR("/proc/self/ns/pid"), ADDR(text), 64);
}

static void kill_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_kill, child, 0);
}

static void status_loop(int n)
{
	for (int i = 0; i < n; i++) {
		long fd = CALL(SYS_open, ADDR("/proc/self/status"));

		CALL(SYS_read, fd, ADDR(text), sizeof(text));
		CALL(SYS_close, fd);
	}
}

void bench_files(void)
{
	me = CALL(SYS_getpid, 0);
	must("pidfd", CALL(SYS_pidfd_open, me));
	measure("pidfd_open_close", pidfd_loop, 20, scaled(5000));
	measure("open_close_proc_self_ns_pid", open_ns_loop, 20, scaled(3000));
	measure("readlink_proc_self_ns_pid", readlink_loop, 20, scaled(3000));
	child = sleeper(0);
	measure("kill0_L0", kill_loop, 0, scaled(5000));
	kill_sleeper(child);
	measure("proc_self_status_read", status_loop, 10, scaled(1000));
}
