/*
 * tests/bench/files.c - pidfds, handles of namespaces, files of /proc
 *
 * See:   bench.h
 */
#include "bench.h"

#include <sys/mman.h>

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

/* The first lines of a text that has many. */
static void smaps_loop(int n)
{
	for (int i = 0; i < n; i++) {
		long fd = CALL(SYS_open, ADDR("/proc/self/smaps"));

		CALL(SYS_read, fd, ADDR(text), 4096);
		CALL(SYS_close, fd);
	}
}

/* So that every second page is a mapping by itself, and those between too. */
static void map_many(int n)
{
	const long both = PROT_READ | PROT_WRITE;
	long at = CALL(SYS_mmap, 0, n * 4096l, PROT_READ,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must("mmap", at);
	for (int i = 1; i < n; i += 2)
		must("mprotect", CALL(SYS_mprotect, at + i * 4096l, 4096,
				      both));
}

/* A Linux may be built without that file, and what fails is cheap. */
static void measure_smaps(void)
{
	long fd = CALL(SYS_open, ADDR("/proc/self/smaps"));

	CALL(SYS_close, must("smaps", fd));
	map_many(20);
	measure("proc_self_smaps_start", smaps_loop, 10, scaled(500));
	map_many(10000);
	measure("proc_self_smaps_start_of_10000", smaps_loop, 10, scaled(500));
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
	measure_smaps();
}
