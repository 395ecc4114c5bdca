/*
 * tests/user/lib/race.c - tests that race for a while
 */
#include "race.h"

#include "proc.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_MS	600
#define PID_MAX		"/proc/sys/kernel/pid_max"

static uint64_t end_ns;
static uint64_t hang_ns = RACE_HANG_S * 1000000000ull;
static unsigned int seed = 1, state;
static pid_t state_of;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* the number behind a word of the command line, or @otherwise */
static unsigned int word(const char *key, unsigned int otherwise)
{
	char line[4096];
	char *at;

	if (proc_read("/proc/cmdline", line, sizeof(line)) < 0)
		return otherwise;
	at = strstr(line, key);
	return at ? (unsigned int)atoi(at + strlen(key)) : otherwise;
}

void race_begin(void)
{
	unsigned int seconds = word("racetime=", 0);

	seed = word("seed=", 1);
	hang_ns = word("racehang=", RACE_HANG_S) * 1000000000ull;
	test_note("seed", seed);
	end_ns = now_ns() + (seconds ? seconds * 1000000000ull :
				       DEFAULT_MS * 1000000ull);
}

int race_more(void)
{
	return now_ns() < end_ns;
}

unsigned int race_seed(void)
{
	return seed;
}

unsigned int race_random(unsigned int n)
{
	pid_t self = sys(SYS_gettid);

	if (state_of != self) {
		state_of = self;
		state = seed * 2654435761u + (unsigned int)self * 40503u + 1;
	}
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % n;
}

void race_pause(unsigned int max_us)
{
	uint64_t end = now_ns() + race_random(max_us + 1) * 1000ull;

	while (now_ns() < end)
		;
}

int race_reap(pid_t pid)
{
	const struct timespec nap = { 0, 200000 };
	uint64_t end = now_ns() + hang_ns;
	int status;

	do {
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got > 0)
			return status;
		if (got < 0 && errno != EINTR)
			return -1;
		nanosleep(&nap, NULL);
	} while (now_ns() < end);
	errno = ETIMEDOUT;
	return -1;
}

void race_pid_max(int max)
{
	static char old[32];
	char text[32];

	if (!old[0])
		need(proc_read(PID_MAX, old, sizeof(old)) > 0);
	snprintf(text, sizeof(text), "%d", max);
	need(!proc_write(PID_MAX, max ? text : old));
}
