/*
 * tests/scenario/programs/machine.c - an init that reports on its machine
 *
 * What:  counts processors and runs on each, measures memory, forks and waits,
 *        makes a pid namespace, sleeps by the clock; each result is a line of
 *        the log, so that it is seen on every kind of console. Then it powers
 *        the machine off, or halts it if something was wrong.
 * See:   tests/machines.py, which judges the lines; docs/testing.md
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_CPUS 1024
#define SLEEP_MS 500L		/* SLEEP_MS= in the environment: another */
#define EXPECTED 42
#define STACK_BYTES 16384

static int log_fd = -1;
static bool good = true;

static void say(const char *format, ...)
{
	char line[256];
	va_list args;
	int n = snprintf(line, sizeof(line), "<5>report: ");

	va_start(args, format);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
	va_end(args);
	if (write(log_fd, line, (size_t)n) != n)
		good = false;
}

static void check(const char *what, bool right)
{
	say("%s %s", what, right ? "ok" : "WRONG");
	good = good && right;
}

/* Run on each processor that we may run on. */
static void processors(void)
{
	size_t size = CPU_ALLOC_SIZE(MAX_CPUS);
	cpu_set_t *all = CPU_ALLOC(MAX_CPUS), *one = CPU_ALLOC(MAX_CPUS);
	int ran = 0;

	CPU_ZERO_S(size, all);
	sched_getaffinity(0, size, all);
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (!CPU_ISSET_S(cpu, size, all))
			continue;
		CPU_ZERO_S(size, one);
		CPU_SET_S(cpu, size, one);
		if (!sched_setaffinity(0, size, one) && sched_getcpu() == cpu)
			ran++;
	}
	sched_setaffinity(0, size, all);
	say("cpus %d, ran on %d", CPU_COUNT_S(size, all), ran);
	good = good && ran == CPU_COUNT_S(size, all);
	CPU_FREE(one);
	CPU_FREE(all);
}

/* Write to a part of what is free, and find it again. */
static void memory(void)
{
	struct sysinfo info;
	size_t bytes;
	unsigned long *words;
	bool right = true;

	sysinfo(&info);
	say("memory %lu KiB", info.totalram * info.mem_unit >> 10);
	bytes = info.freeram * info.mem_unit / 8;
	if (bytes > 32 << 20)
		bytes = 32 << 20;
	words = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (words == MAP_FAILED) {
		check("map", false);
		return;
	}
	for (size_t i = 0; i < bytes / sizeof(*words); i += 64)
		words[i] = i * 0x9e3779b97f4a7c15ul;
	for (size_t i = 0; i < bytes / sizeof(*words); i += 64)
		right = right && words[i] == i * 0x9e3779b97f4a7c15ul;
	munmap(words, bytes);
	check("map", right);
}

static bool exited_as_expected(pid_t pid)
{
	int status;

	return pid > 0 && waitpid(pid, &status, 0) == pid &&
	       WIFEXITED(status) && WEXITSTATUS(status) == EXPECTED;
}

static void processes(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(EXPECTED);
	check("fork", exited_as_expected(pid));
}

static int inner(void *unused)
{
	pid_t pid;

	(void)unused;
	if (getpid() != 1 || getppid() != 0)
		_exit(1);
	pid = fork();
	if (pid == 0)
		_exit(EXPECTED);
	_exit(pid == 2 && exited_as_expected(pid) ? EXPECTED : 2);
}

static void namespaces(void)
{
	static char stack[STACK_BYTES];

	check("namespace",
	      exited_as_expected(clone(inner, stack + sizeof(stack),
				       CLONE_NEWPID | SIGCHLD, NULL)));
}

/* The reader of the console compares with a clock of its own. */
static void clocks(void)
{
	const char *other = getenv("SLEEP_MS");
	long want = other ? atol(other) : SLEEP_MS;
	const struct timespec nap = { .tv_nsec = want * 1000000 };
	struct timespec before, after;
	long ms;

	say("time %ld", (long)time(NULL));
	say("sleeps");
	clock_gettime(CLOCK_MONOTONIC, &before);
	clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
	clock_gettime(CLOCK_MONOTONIC, &after);
	ms = (after.tv_sec - before.tv_sec) * 1000 +
	     (after.tv_nsec - before.tv_nsec) / 1000000;
	say("woke after %ld ms", ms);
	good = good && ms >= want;
}

int main(void)
{
	log_fd = open("/dev/kmsg", O_WRONLY);
	say("begins");
	processors();
	memory();
	processes();
	namespaces();
	clocks();
	say("ends %s", good ? "good" : "BAD");
	reboot(good ? RB_POWER_OFF : RB_HALT_SYSTEM);
	return 1;
}
