/*
 * tests/user/cpu_times.c - where the time of the processors went
 *
 * What:  the lines of /proc/stat while a process changes between computing
 *        and system calls: nothing that was counted is taken back, what is
 *        used is counted, no more passes than the clock shows.
 * See:   proc(5), /proc/stat and /proc/uptime
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 120
#define ROUND_NS 6000000L
#define HZ 100
#define CPUS_MOST 16

struct line {
	unsigned long user, nice, system, idle;
};

struct sample {
	struct line all, cpu[CPUS_MOST];
	int ncpus;
};

static char text[16384];

static void parse(const char *at, struct line *out)
{
	at = strchr(at, ' ');
	need(at && sscanf(at, " %lu %lu %lu %lu", &out->user, &out->nice,
			  &out->system, &out->idle) == 4);
}

static void look(struct sample *out)
{
	const char *at = text;

	need(proc_read("/proc/stat", text, sizeof(text)) > 0);
	need(!strncmp(at, "cpu ", 4));
	parse(at, &out->all);
	for (out->ncpus = 0; out->ncpus < CPUS_MOST; out->ncpus++) {
		at = strchr(at, '\n') + 1;
		if (strncmp(at, "cpu", 3))
			return;
		parse(at, &out->cpu[out->ncpus]);
	}
}

static long now_ns(void)
{
	struct timespec t;

	need(!clock_gettime(CLOCK_MONOTONIC, &t));
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void compute(long until)
{
	static volatile unsigned long sink;

	while (now_ns() < until) {
		for (int i = 0; i < 20000; i++)
			sink += (unsigned long)i;
	}
}

static void call(int zero, long until)
{
	static char buf[65536];

	while (now_ns() < until)
		need(read(zero, buf, sizeof(buf)) == sizeof(buf));
}

static int went_back(const struct line *a, const struct line *b)
{
	return b->user < a->user || b->nice < a->nice ||
	       b->system < a->system;
}

static int any_went_back(const struct sample *a, const struct sample *b)
{
	int n = went_back(&a->all, &b->all);

	for (int i = 0; i < a->ncpus; i++)
		n += went_back(&a->cpu[i], &b->cpu[i]);
	return n;
}

static void never_less(void)
{
	int zero = open("/dev/zero", O_RDONLY);
	struct sample first, before, after;
	int back = 0;

	need(zero >= 0);
	look(&first);
	before = first;
	for (int i = 0; i < ROUNDS; i++) {
		if (i / 2 % 2)
			compute(now_ns() + ROUND_NS);
		else
			call(zero, now_ns() + ROUND_NS);
		look(&after);
		back += any_went_back(&before, &after);
		before = after;
	}
	CHECK_EQ("user, nice and system times never shrink", back, 0);
	CHECK("computing is counted as user time",
	      after.all.user > first.all.user);
	CHECK("system calls are counted as system time",
	      after.all.system > first.all.system);
	close(zero);
}

static void nice_time(void)
{
	struct sample before, after;

	look(&before);
	need(nice(5) == 5);
	compute(now_ns() + 300000000);
	look(&after);
	CHECK("computing of a nice process is counted apart",
	      after.all.nice > before.all.nice);
	CHECK_EQ("and nothing shrinks", any_went_back(&before, &after), 0);
}

static unsigned long total(const struct line *l)
{
	return l->user + l->nice + l->system + l->idle;
}

static void sums(void)
{
	struct sample s;
	long most;
	int over = 0;

	look(&s);
	most = now_ns() / (1000000000 / HZ);
	CHECK("there is a line for each processor", s.ncpus >= 1);
	for (int i = 0; i < s.ncpus; i++)
		over += (long)total(&s.cpu[i]) > most + 2;
	CHECK_EQ("on none went by more time than by the clock", over, 0);
}

static const struct test tests[] = {
	{ "never less", never_less, 0 },
	{ "nice", nice_time, 0 },
	{ "sums", sums, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
