/*
 * tests/bench/memory.c - mapping, touching, copying on write
 *
 * See:   bench.h
 */
#define _GNU_SOURCE
#include "bench.h"

#include <string.h>
#include <sys/mman.h>

#define PAGE 4096l
#define LARGE (4l << 20)
#define MEDIUM (1l << 20)

static int no_huge;
static char *area;

static char *map(long bytes)
{
	return (char *)CALL(SYS_mmap, 0, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void touch(char *p, long bytes)
{
	for (long at = 0; at < bytes; at += PAGE)
		*(volatile char *)(p + at) = 1;
}

static void touch_loop(int n)
{
	for (int i = 0; i < n; i++) {
		char *p = map(LARGE);

		if (no_huge)
			CALL(SYS_madvise, ADDR(p), LARGE, MADV_NOHUGEPAGE);
		touch(p, LARGE);
		CALL(SYS_munmap, ADDR(p), LARGE);
	}
}

static void measure_touch(const char *name, int n)
{
	touch_loop(2);
	span_begin();
	touch_loop(n);
	span_end();
	report(name, (u64)n * (LARGE / PAGE));
}

static void map_loop(int n)
{
	for (int i = 0; i < n; i++)
		CALL(SYS_munmap, ADDR(map(PAGE)), PAGE);
}

static void cow_loop(int n)
{
	for (int i = 0; i < n; i++) {
		long pid = fork_plain();

		if (!pid) {
			touch(area, MEDIUM);
			leave(0);
		}
		wait_for(pid);
	}
}

void bench_memory(void)
{
	measure_touch("mmap4M_touch_munmap(per_page)", scaled(20));
	no_huge = 1;
	measure_touch("mmap4M_touch_munmap_nohuge(per_page)", scaled(20));
	measure("mmap_munmap_4k_notouch", map_loop, 0, scaled(2000));
	area = map(MEDIUM);
	CALL(SYS_madvise, ADDR(area), MEDIUM, MADV_NOHUGEPAGE);
	memset(area, 1, MEDIUM);
	measure("fork_cow_1MiB_child_write", cow_loop, 0, scaled(20));
	measure("fork_exit_wait_1MiB_anon", fork_loop, 0, scaled(100));
}
