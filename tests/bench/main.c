/*
 * tests/bench/main.c - nsbench: picks the groups, prints the figures
 *
 * Life:  each group runs in a child, so that pages and descriptors of one do
 *        not change the cost of the next. Power-off at the end, as pid 1.
 * See:   bench.h
 */
#define _GNU_SOURCE
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/sysinfo.h>

#define PAGE_BYTES 4096
#define SETTLE_MS 3000		/* what a kernel still does after its boot */

struct span span_from, span_to;
char big_buffer[65536] __attribute__((aligned(4096)));
long pids[8000];
const char *self_path = "/init";

static const char *wanted;	/* measurement to keep, or NULL */
static const char *only;	/* groups, or NULL: all */
static int percent = 100;
static int ncpus = 1;

static const struct group {
	const char *name;
	void (*run)(void);
} groups[] = {
	{ "null", bench_calls },
	{ "proc", bench_processes },
	{ "pidfd", bench_files },
	{ "sig", bench_signals },
	{ "ctx", bench_switching },
	{ "mem", bench_memory },
	{ "ns", bench_namespaces },
	{ "nest", bench_nesting },
	{ "storm", bench_storms },
	{ "many", bench_many },
	{ "manyns", bench_many_namespaces },
	{ "teardown", bench_teardown },
};

void print(const char *format, ...)
{
	char line[400];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n > (int)sizeof(line) - 1)
		n = sizeof(line) - 1;
	CALL(SYS_write, 1, ADDR(line), n);
}

static void print_each(u64 total, u64 iterations)
{
	print(" %llu %llu.%llu", (unsigned long long)total,
	      (unsigned long long)(total / iterations),
	      (unsigned long long)(total * 10 / iterations % 10));
}

void report(const char *name, u64 iterations)
{
	if (!iterations)
		iterations = 1;
	/* All spans since the last report are this operation's. */
	if (wanted && !strcmp(wanted, name))
		MARK(MARK_TAKE);
	else
		MARK(MARK_FORGET);
	print("bench %s %llu", name, (unsigned long long)iterations);
	print_each(span_to.ns - span_from.ns, iterations);
	print_each(span_to.ticks - span_from.ticks, iterations);
	print("\n");
}

void measure(const char *name, void (*loop)(int n), int warm, int n)
{
	loop(warm);
	span_begin();
	loop(n);
	span_end();
	report(name, (u64)n);
}

long must(const char *what, long result)
{
	if (result < 0)
		print("FAIL %s %ld\n", what, result);
	return result;
}

int scaled(int n)
{
	long v = (long)n * percent / 100;

	return v < 1 ? 1 : (int)v;
}

int cpu_count(void)
{
	return ncpus;
}

long sleeper(u64 flags)
{
	long pid = fork_with(flags);

	while (!pid)
		CALL(SYS_pause, 0);
	return must("sleeper", pid);
}

void kill_sleeper(long pid)
{
	CALL(SYS_kill, pid, SIGKILL);
	wait_for(pid);
}

void sleep_ms(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	CALL(SYS_nanosleep, ADDR(&t));
}

void open_pipe(int ends[2])
{
	must("pipe", CALL(SYS_pipe2, ADDR(ends)));
}

void close_pipe(const int ends[2])
{
	CALL(SYS_close, ends[0]);
	CALL(SYS_close, ends[1]);
}

void run_on(int cpu)
{
	cpu_set_t set;

	memset(&set, cpu < 0 ? 0xff : 0, sizeof(set));
	if (cpu >= 0)
		CPU_SET(cpu, &set);
	CALL(SYS_sched_setaffinity, 0, sizeof(set), ADDR(&set));
}

static int count_cpus(void)
{
	cpu_set_t set;

	memset(&set, 0, sizeof(set));
	if (CALL(SYS_sched_getaffinity, 0, sizeof(set), ADDR(&set)) <= 0)
		return 1;
	return CPU_COUNT(&set);
}

void fork_loop(int n)
{
	for (int i = 0; i < n; i++) {
		long pid = fork_plain();

		if (!pid)
			leave(0);
		wait_for(pid);
	}
}

void new_pid_ns_loop(int n)
{
	for (int i = 0; i < n; i++) {
		long pid = fork_with(CLONE_NEWPID);

		if (!pid)
			leave(0);
		wait_for(pid);
	}
}

u64 free_bytes(void)
{
	struct sysinfo s;

	memset(&s, 0, sizeof(s));
	CALL(SYS_sysinfo, ADDR(&s));
	return (u64)s.freeram * (s.mem_unit ? s.mem_unit : 1);
}

static void write_file(const char *path, const char *text)
{
	long fd = CALL(SYS_open, ADDR(path), O_WRONLY);

	if (fd >= 0) {
		CALL(SYS_write, fd, ADDR(text), (long)strlen(text));
		CALL(SYS_close, fd);
	}
}

/* Is @name in the list of groups with commas between? */
static int picked(const char *name)
{
	size_t len = strlen(name);
	const char *p = only;

	if (!only || !*only)
		return 1;
	while (p && *p) {
		size_t n = strcspn(p, ",");

		if (n == len && !memcmp(p, name, n))
			return 1;
		p = p[n] ? p + n + 1 : NULL;
	}
	return 0;
}

/* Chance placed the stack pointer somewhere in a page, and a fork costs more
 * when parent and child use two: from here on it is near a page's top. */
static __attribute__((noinline)) void run_group(const struct group *g)
{
	size_t used = (size_t)__builtin_frame_address(0) % PAGE_BYTES;
	volatile char *low = __builtin_alloca(used);

	*low = 0;
	g->run();
}

static void run_groups(void)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		long pid;

		if (!picked(groups[i].name))
			continue;
		pid = fork_plain();
		if (!pid) {
			run_group(&groups[i]);
			leave(0);
		}
		while (wait_for(-1) != pid)
			;
	}
}

static void settle(void)
{
	CALL(SYS_mount, ADDR("proc"), ADDR("/proc"), ADDR("proc"));
	write_file("/proc/sys/kernel/threads-max", "60000");
	write_file("/proc/sys/user/max_pid_namespaces", "20000");
	sleep_ms(SETTLE_MS);
}

int main(int argc, char **argv)
{
	const char *word = getenv("NSCALE");
	int is_init = CALL(SYS_getpid, 0) == 1;

	if (argc > 1 && !strcmp(argv[1], "X"))
		leave(0);		/* somebody measures exec */
	only = getenv("NSB");
	wanted = getenv("NSOP");
	percent = word ? atoi(word) : 100;
	ncpus = count_cpus();
	if (is_init)
		settle();
	else
		self_path = argv[0];
	print("nsbench cpus %d scale %d\n", ncpus, percent);
	run_groups();
	print("bench-done\n");
	/* which a kernel without ACPI can do too; it ends the emulator */
	if (is_init)
		CALL(SYS_reboot, (long)0xfee1dead, 672274793, RB_AUTOBOOT);
	return 0;
}
