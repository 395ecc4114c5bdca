/*
 * tests/user/proc_sched.c - what /proc/PID/sched shows of a thread
 *
 * What:  its head, policy and priority, turns, time, moves, and that a write
 *        to it is taken.
 * See:   sched(7)
 */
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define OWN "/proc/self/sched"
#define NICE_0_WEIGHT 1048576
#define BATCH 3
#define IDLE 5

/* The text behind the colon of the line that begins with @name and a blank;
 * false: there is none. */
static int line(const char *path, const char *name, char out[64])
{
	static char buf[4096];
	char *at;

	need(proc_read(path, buf, sizeof(buf)) > 0);
	for (at = strchr(buf, '\n'); at; at = strchr(at, '\n')) {
		at++;
		if (strncmp(at, name, strlen(name)) || at[strlen(name)] != ' ')
			continue;
		need((at = strchr(at, ':')) != NULL);
		snprintf(out, 64, "%.*s", (int)strcspn(at + 1, "\n"), at + 1);
		return 1;
	}
	return 0;
}

static long number(const char *path, const char *name)
{
	char text[64];

	return line(path, name, text) ? strtol(text, NULL, 10) : -1;
}

/* A line of milliseconds, in microseconds. */
static long micros(const char *name)
{
	char text[64];

	return line(OWN, name, text) ? (long)(strtod(text, NULL) * 1000) : -1;
}

static void *waits(void *gate)
{
	gate_wait(gate);
	return NULL;
}

static void layout(void)
{
	char buf[4096], want[64], text[64];
	pthread_t other;
	struct gate go;

	need(proc_read(OWN, buf, sizeof(buf)) > 0);
	snprintf(want, sizeof(want), "proc_sched (%d, #threads: 1)\n----",
		 getpid());
	CHECK("name, number and threads", !strncmp(buf, want, strlen(want)));
	CHECK("a line of 67", strspn(strchr(buf, '\n') + 1, "-") == 67);
	CHECK("a number ends in column 67", line(OWN, "policy", text) &&
	      strlen(text) == 21);
	CHECK("and so does a time", line(OWN, "se.vruntime", text) &&
	      strlen(text) == 21 && text[14] == '.');
	gate_init(&go);
	need(!pthread_create(&other, NULL, waits, &go));
	need(proc_read(OWN, buf, sizeof(buf)) > 0);
	CHECK("a thread more", strstr(buf, "#threads: 2)") != NULL);
	gate_open(&go);
	need(!pthread_join(other, NULL));
	CHECK("in the directory of a thread",
	      number("/proc/thread-self/sched", "policy") == 0);
}

static void policy(void)
{
	struct sched_param none = { 0 }, ten = { .sched_priority = 10 };

	CHECK_EQ("normal", number(OWN, "policy"), 0);
	CHECK_EQ("its priority", number(OWN, "prio"), 120);
	CHECK_EQ("its weight", number(OWN, "se.load.weight"), NICE_0_WEIGHT);
	CHECK("it has a slice", number(OWN, "se.slice") > 0);
	need(!setpriority(PRIO_PROCESS, 0, 5));
	CHECK_EQ("nice 5", number(OWN, "prio"), 125);
	CHECK("has a third of the weight",
	      number(OWN, "se.load.weight") * 10 / NICE_0_WEIGHT == 3);
	need(!setpriority(PRIO_PROCESS, 0, -20));
	CHECK_EQ("nice -20", number(OWN, "prio"), 100);
	need(!sys(SYS_sched_setscheduler, 0, BATCH, P(&none)));
	CHECK_EQ("batch", number(OWN, "policy"), BATCH);
	need(!sys(SYS_sched_setscheduler, 0, IDLE, P(&none)));
	CHECK_EQ("idle", number(OWN, "policy"), IDLE);
	CHECK_EQ("its weight is next to nothing",
		 number(OWN, "se.load.weight"), 3 * 1024);
	need(!sys(SYS_sched_setscheduler, 0, SCHED_FIFO, P(&ten)));
	CHECK_EQ("real-time", number(OWN, "policy"), SCHED_FIFO);
	CHECK_EQ("of priority 10", number(OWN, "prio"), 89);
	CHECK_EQ("has no slice", number(OWN, "se.slice"), -1);
}

#define SLEEPS	200

static void turns(void)
{
	struct timespec moment = { 0, 1000000 };
	long before = number(OWN, "nr_voluntary_switches");
	long start, now, part;

	/* One that is over before it begins, on a busy machine, is none. */
	now = before;
	for (int i = 0; i < SLEEPS && now < before + 5; i++) {
		nanosleep(&moment, NULL);
		now = number(OWN, "nr_voluntary_switches");
	}
	CHECK("sleeps are turns given up", now >= before + 5);
	/* The part first: it may grow. */
	part = number(OWN, "nr_involuntary_switches");
	CHECK("the sum", number(OWN, "nr_switches") - part >= now);
	start = micros("se.sum_exec_runtime");
	before = micros("se.exec_start");
	for (clock_t until = clock() + CLOCKS_PER_SEC / 20; clock() < until;)
		;
	now = micros("se.sum_exec_runtime");
	CHECK("time on a processor", start >= 0 && now >= start + 45000);
	CHECK("and when it was looked at", before > 0 &&
	      micros("se.exec_start") >= before + 45000);
}

static void moves(void)
{
	unsigned long set[16] = { 0 }, one[16] = { 0 };
	long before;
	int n = 0;

	need(sys(SYS_sched_getaffinity, 0, sizeof(set), P(set)) > 0);
	if (__builtin_popcountl(set[0]) < 2) {
		SKIP("another processor", "there is one");
		return;
	}
	before = number(OWN, "se.nr_migrations");
	for (int cpu = 0; cpu < 64; cpu++) {
		if (!(set[0] >> cpu & 1))
			continue;
		one[0] = 1ul << cpu;
		need(!sys(SYS_sched_setaffinity, 0, sizeof(one), P(one)));
		n++;
	}
	CHECK("another processor", before >= 0 &&
	      number(OWN, "se.nr_migrations") >= before + n - 1);
}

static void writing(void)
{
	long before = number(OWN, "nr_voluntary_switches");
	const char *other = proc_path("/proc/", getppid(), "/sched");

	CHECK_EQ("is taken", proc_put(OWN, "0"), 0);
	CHECK("and these figures stay", before >= 0 &&
	      number(OWN, "nr_voluntary_switches") >= before);
	become_user();
	CHECK_EQ("not from another user", proc_put(other, "0"), -EACCES);
	CHECK("who may read", number(other, "policy") == 0);
}

static const struct test tests[] = {
	{ "layout", layout, 0 },
	{ "policy", policy, 0 },
	{ "turns", turns, 0 },
	{ "moves", moves, 0 },
	{ "writing", writing, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
