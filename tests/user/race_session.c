/*
 * tests/user/race_session.c - setsid against forks and signals to groups
 *
 * What:  one thread of a process calls setsid while another forks and others
 *        signal the groups: each child is in one of the two sessions, whole.
 * See:   setsid(2), setpgid(2)
 */
#include "lib/race.h"
#include "lib/test.h"
#include "lib/thread.h"

#define CHILDREN 6

static int leave(void *arg)
{
	(void)arg;
	race_pause(150);
	setsid();
	return 0;
}

/* the child's group and session belong together */
static int whole(pid_t parent)
{
	int new = getsid(0) == parent;

	return new == (getpgrp() == parent) ? 0 : 1;
}

static int fork_meanwhile(void *arg)
{
	struct thread thread;
	pid_t self = getpid();
	int good = 1;

	thread_start(&thread, leave, arg);
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(whole(self));
		kill(-self, SIGURG);
		good &= race_reap(pid) == 0;
	}
	thread_join(&thread);
	return !good || getsid(0) != self || getpgrp() != self;
}

static int pester(void *arg)
{
	volatile pid_t *group = arg;

	while (!kill(0, SIGURG))
		kill(-*group, SIGURG);
	return 1;
}

static void leaving(void)
{
	volatile pid_t *group = shared_alloc(sizeof(*group));
	int rounds = 0, good = 0;
	pid_t other;

	*group = getpgrp();
	race_begin();
	other = child_start(pester, (void *)group);
	do {
		pid_t pid = child_start(fork_meanwhile, NULL);

		*group = pid;
		rounds++;
		good += race_reap(pid) == 0;
	} while (good == rounds && race_more());
	child_kill(other);
	test_note("rounds", rounds);
	CHECK_EQ("a child is in one session or the other", good, rounds);
}

static int regroup(void *arg)
{
	volatile pid_t *groups = arg;

	while (race_more()) {
		setpgid(0, race_random(2) ? 0 : groups[race_random(2)]);
		kill(0, SIGURG);
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		setpgid(pid, race_random(2) ? pid : groups[race_random(2)]);
		race_reap(pid);
	}
	return 0;
}

static void moving(void)
{
	volatile pid_t *groups = shared_alloc(2 * sizeof(*groups));
	pid_t pid[3];
	int good = 0;

	race_begin();
	for (int i = 0; i < 3; i++)
		pid[i] = child_start(regroup, (void *)groups);
	groups[0] = pid[0];
	groups[1] = pid[1];
	for (int i = 0; i < 3; i++)
		good += reap(pid[i]) == 0;
	CHECK_EQ("processes change groups all the time", good, 3);
}

static const struct test tests[] = {
	{ "leaving", leaving, 600 },
	{ "moving", moving, 600 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
