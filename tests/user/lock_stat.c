/*
 * tests/user/lock_stat.c - containers do not wait for each other
 *
 * What:  some containers (a pid namespace, a session of its own) fork, exit,
 *        wait and signal as fast as they can. Of the locks of the process tree
 *        none is waited for while another container holds it. Only with a
 *        debug kernel and lockstat=1.
 * See:   docs/locking.md
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/race.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_STAT	"/proc/lock_stat"
#define CONTAINERS	4

struct class_stat {
	unsigned long taken, contended, foreign, waited_ns;
};

/* the numbers of one class; zero if it is not there */
static struct class_stat class_stat(const char *name)
{
	struct class_stat s = { 0 };
	char text[8192], *line;
	char got[64];

	need(proc_read(LOCK_STAT, text, sizeof(text)) > 0);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (sscanf(line, "%*u %63s %lu %lu %lu %lu", got, &s.taken,
			   &s.contended, &s.foreign, &s.waited_ns) == 5 &&
		    !strcmp(got, name))
			return s;
	return (struct class_stat){ 0 };
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

/* a container's life: births, deaths, threads, signals, groups */
static int busy(void *arg)
{
	volatile int *stop = arg;
	int forks = 0;

	setsid();
	signal(SIGUSR1, SIG_IGN);
	while (!*stop) {
		struct thread thread;
		pid_t pid = fork();

		if (!pid) {
			thread_start(&thread, nothing, NULL);
			thread_join(&thread);
			setpgid(0, 0);
			_exit(fork() == 0 ? 0 : 1);
		}
		kill(0, SIGUSR1);
		kill(-1, SIGUSR1);
		while (pid > 0 && waitpid(-1, NULL, WNOHANG) >= 0)
			;
		forks++;
	}
	return forks > 0 ? 0 : 1;
}

static void apart(const char *point, struct class_stat before,
		  struct class_stat after)
{
	test_note("taken", after.taken - before.taken);
	test_note("contended", after.contended - before.contended);
	test_note("waited, us", (after.waited_ns - before.waited_ns) / 1000);
	CHECK(point, after.taken > before.taken);
	CHECK_EQ(point, after.foreign - before.foreign, 0);
}

/* for the reader: classes that are waited for across containers */
static void show_foreign(void)
{
	unsigned long taken, contended, foreign;
	char text[8192], name[64], *line;

	need(proc_read(LOCK_STAT, text, sizeof(text)) > 0);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (sscanf(line, "%*u %63s %lu %lu %lu", name, &taken,
			   &contended, &foreign) == 4 && foreign) {
			test_note(name, taken);
			test_note("  foreign", foreign);
		}
}

static void containers(void)
{
	static const char *const names[] = { "tree", "session", "siglock" };
	struct class_stat before[COUNT(names)], after[COUNT(names)];
	volatile int *stop = shared_alloc(sizeof(*stop));
	pid_t init[CONTAINERS];
	int good = 0;

	if (!proc_exists(LOCK_STAT)) {
		SKIP("containers share no lock that is waited for",
		     "no lock_stat");
		return;
	}
	for (int i = 0; i < CONTAINERS; i++)
		init[i] = ns_start(busy, (void *)stop);
	/* They have left this one's session by now. Not their begin, nor their
	 * end: those concern the namespace around them. */
	usleep(100000);
	race_begin();
	for (unsigned int i = 0; i < COUNT(names); i++)
		before[i] = class_stat(names[i]);
	while (race_more())
		usleep(10000);
	for (unsigned int i = 0; i < COUNT(names); i++)
		after[i] = class_stat(names[i]);
	*stop = 1;
	for (int i = 0; i < CONTAINERS; i++)
		good += reap(init[i]) == 0;
	CHECK_EQ("all containers worked", good, CONTAINERS);
	apart("tree locks are not shared", before[0], after[0]);
	apart("locks of sessions are not shared", before[1], after[1]);
	apart("siglocks are not shared", before[2], after[2]);
	show_foreign();
}

static const struct test tests[] = {
	{ "containers", containers, 600 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
