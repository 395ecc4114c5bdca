/*
 * tests/user/scale_spread.c - where the members of a dying namespace die
 *
 * What:  1,000 and 5,000 processes of one namespace sleep, injected from
 *        outside, so that they are zombies of the outside when their init is
 *        killed: /proc/PID/stat of each says on which CPU it ran last, which
 *        is where it exited. Every CPU must have had its part. Slow: runs
 *        only when ONLY names it, and wants MEM=2G.
 * See:   docs/testing.md, proc(5): field 39 of stat
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_CPUS	64
#define LIMIT_S		300
#define PART		4	/* of what a CPU would have by equal parts */
#define FIELD_CPU	39

static struct gate ready;

static int sleeps(void *arg)
{
	(void)arg;
	gate_open(&ready);
	for (;;)
		pause();
	return 0;
}

/* the CPU that a zombie ran on last */
static int cpu_of(pid_t pid)
{
	char text[1024];
	int fd = open(proc_path("/proc/", pid, "/stat"), O_RDONLY);
	ssize_t n;
	char *at;

	need(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	need(n > 0);
	text[n] = 0;
	at = strrchr(text, ')');
	need(at);
	for (int field = 2; field < FIELD_CPU; field++) {
		at = strchr(at + 1, ' ');
		need(at);
	}
	return atoi(at + 1);
}

static pid_t inject(pid_t *pids, int count)
{
	int own = ns_fd_self();
	pid_t init = ns_start(sleeps, NULL);
	int fd;

	gate_wait(&ready);
	fd = ns_fd_of(init);
	need(!ns_join(fd, 0));
	for (int i = 0; i < count; i++)
		pids[i] = child_start(sleeps, NULL);
	need(!ns_join(own, 0));
	close(fd);
	for (int i = 0; i < count; i++)
		gate_wait(&ready);
	return init;
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void check_parts(const int *parts, int count)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int least = count;

	for (long cpu = 0; cpu < cpus && cpu < MAX_CPUS; cpu++) {
		test_note("exits on the next CPU:", parts[cpu]);
		if (parts[cpu] < least)
			least = parts[cpu];
	}
	CHECK("every CPU has had its part of the exits",
	      least * cpus * PART >= count);
}

static void die(int count)
{
	pid_t *pids = calloc((size_t)count, sizeof(*pids));
	int parts[MAX_CPUS] = { 0 };
	pid_t init;
	long start;

	need(pids);
	gate_init(&ready);
	proc_write("/proc/sys/kernel/threads-max", "50000");
	init = inject(pids, count);
	start = now_ms();
	kill(init, SIGKILL);
	for (int i = 0; i < count; i++)
		need(!waitid(P_PID, (id_t)pids[i], NULL, WEXITED | WNOWAIT));
	test_note("ms until all are dead:", now_ms() - start);
	for (int i = 0; i < count; i++) {
		parts[cpu_of(pids[i]) % MAX_CPUS]++;
		reap(pids[i]);
	}
	check_parts(parts, count);
	CHECK_KILLED("then the init ends", init, SIGKILL);
	free(pids);
}

static void thousand(void)
{
	die(1000);
}

static void five_thousand(void)
{
	die(5000);
}

static const struct test tests[] = {
	{ "1,000", thousand, LIMIT_S },
	{ "5,000", five_thousand, LIMIT_S },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
