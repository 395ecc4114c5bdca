/*
 * tests/user/race_exit.c - wait against reparenting, and threads that end
 *
 * What:  threads of a namespace's init fork and exit while orphans come to
 *        them: each is reaped once, none is lost. And a process whose leader
 *        and other thread exit at the same moment is reported once.
 * See:   wait(2), pid_namespaces(7)
 */
#include "lib/ns.h"
#include "lib/race.h"
#include "lib/test.h"
#include "lib/thread.h"

#define THREADS		3
#define FAMILIES	4
#define ORPHANS		2

/* a process with children that outlive it */
static void family(void)
{
	for (int i = 0; i < ORPHANS; i++) {
		if (fork() == 0) {
			race_pause(1500);
			_exit(0);
		}
	}
	race_pause(700);
	_exit(0);
}

static int fork_and_go(void *arg)
{
	int *forked = arg;

	for (int i = 0; i < FAMILIES; i++) {
		pid_t pid = fork();

		if (!pid)
			family();
		if (pid > 0)
			__atomic_fetch_add(forked, 1, __ATOMIC_RELAXED);
	}
	race_pause(1000);
	return 0;
}

static int init_with_threads(void *arg)
{
	struct thread thread[THREADS];
	int forked = 0, reaped = 0;

	(void)arg;
	for (int i = 0; i < THREADS; i++)
		thread_start(&thread[i], fork_and_go, &forked);
	for (int i = 0; i < THREADS; i++)
		thread_join(&thread[i]);
	while (race_reap(-1) >= 0)
		reaped++;
	if (errno != ECHILD)
		return 1;
	return reaped == forked * (1 + ORPHANS) ? 0 : 2;
}

static void orphans(void)
{
	int rounds = 0, good = 0;

	race_begin();
	do {
		rounds++;
		good += race_reap(ns_start(init_with_threads, NULL)) == 0;
	} while (good == rounds && race_more());
	test_note("rounds", rounds);
	CHECK_EQ("REAP-01: orphans find a thread of the init", good, rounds);
}

/* the leader goes first, the threads all at once, each with children */
static int last_words(void *arg)
{
	int *ready = arg;

	for (int i = 0; i < FAMILIES; i++)
		if (fork() == 0)
			family();
	__atomic_fetch_add(ready, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(ready, __ATOMIC_SEQ_CST) < THREADS)
		;
	race_pause(150);
	sys(SYS_exit, 5);
	return 0;
}

static int init_leaves(void *arg)
{
	struct thread thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		thread_start(&thread[i], last_words, arg);
	sys(SYS_exit, 5);
	return 0;
}

static void init_ends_by_threads(void)
{
	int rounds = 0, good = 0, ready;

	race_begin();
	do {
		ready = 0;
		rounds++;
		good += race_reap(ns_start(init_leaves, &ready)) == EXITED(5);
	} while (good == rounds && race_more());
	test_note("rounds", rounds);
	CHECK_EQ("INIT-22: the last thread of an init ends its namespace",
		 good, rounds);
}

static int end_soon(void *arg)
{
	int *running = arg;

	__atomic_store_n(running, 1, __ATOMIC_SEQ_CST);
	race_pause(100);
	sys(SYS_exit, 3);
	return 0;
}

static int two_ends(void *arg)
{
	struct thread other;
	int running = 0;

	(void)arg;
	thread_start(&other, end_soon, &running);
	while (!__atomic_load_n(&running, __ATOMIC_SEQ_CST))
		;
	race_pause(100);
	sys(SYS_exit, 3);
	return 0;
}

static volatile sig_atomic_t told;

static void count(int sig)
{
	(void)sig;
	told++;
}

static void told_once(void)
{
	int rounds = 0, good = 0;

	handle(SIGCHLD, count, 0);
	race_begin();
	do {
		told = 0;
		rounds++;
		if (race_reap(child_start(two_ends, NULL)) == EXITED(3))
			good += told == 1;
	} while (good == rounds && race_more());
	test_note("rounds", rounds);
	CHECK_EQ("THR-05: leader and last thread end at once", good, rounds);
}

static const struct test tests[] = {
	{ "orphans", orphans, 600 },
	{ "init ends by threads", init_ends_by_threads, 600 },
	{ "told once", told_once, 600 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
