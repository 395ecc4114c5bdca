/*
 * tests/user/ns_depth.c - namespaces within namespaces
 *
 * What:  as many levels as there may be, one more, numbers at every level,
 *        and the end of all of them at once.
 * See:   pid_namespaces(7); ids of the catalogue, families LIM, REF
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"

#define LEVELS	32

static struct gate life;

static void set_up(void)
{
	stage_set();
	gate_init(&life);
}

static int dive(long left);

static int forked(void *arg)
{
	(void)arg;
	return getppid() == 1 ? 5 : 6;
}
/* at the deepest level: one more, by clone and by unshare */
static int deepest(void)
{
	long pid = ns_clone(CLONE_NEWPID);

	if (!pid)
		_exit(0);
	words[0] = (int)pid;
	words[1] = (int)sys(SYS_unshare, CLONE_NEWPID);
	words[2] = child_run(forked, NULL);
	gate_open(&ready);
	gate_wait(&go);
	return 3;
}

/* one level further down; each level hands up what the deepest returned */
static int dive(long left)
{
	long pid;

	if (left == 0)
		return deepest();
	pid = ns_clone(CLONE_NEWPID);
	if (!pid)
		_exit(dive(left - 1));
	return pid > 0 ? reap((int)pid) >> 8 : 99;
}

/* how many numbers are in the line of the one that has most */
static int most_numbers(void)
{
	char text[512];
	int most = 0;

	for (pid_t at = getpid(); at < getpid() + 200; at++) {
		int count = 0;

		if (proc_line(proc_path("/proc/", at, "/status"), "NSpid:",
			      text, sizeof(text)))
			continue;
		for (char *c = text; *c; c++)
			count += *c == '\t';
		most = count > most ? count : most;
	}
	return most;
}

static int dive_all(void *arg)
{
	(void)arg;
	return dive(LEVELS);
}

static int dive_below(void *arg)
{
	(void)arg;
	return dive(LEVELS - 1);
}

static void levels(void)
{
	pid_t pid;

	set_up();
	pid = child_start(dive_all, NULL);
	gate_wait(&ready);
	CHECK_EQ("LIM-01 one more than 32 levels by clone is ENOSPC",
		 words[0], -ENOSPC);
	CHECK_EQ("LIM-01 UNSH-21 BUG-13 by unshare too", words[1], -ENOSPC);
	CHECK_STATUS("LIM-01 the deepest forks", words[2], EXITED(5));
	CHECK_EQ("LIM-01 the deepest has 33 numbers", most_numbers(), 33);
	gate_open(&go);
	CHECK_EXIT("LIM-01 all 32 end in turn", pid, 3);
}

static void killed(void)
{
	int good = 0;
	pid_t pid;

	for (int i = 0; i < 3; i++) {
		set_up();
		pid = ns_start(dive_below, NULL);
		gate_wait(&ready);
		gate_drop_write(&life);
		kill(pid, SIGKILL);
		good += reap(pid) == SIGKILL && !gate_wait(&life);
	}
	CHECK_EQ("ZAP-11 32 levels end at once, three times", good, 3);
}

/* a pair of processes at each of some levels, all in one go */
static int bush(long left)
{
	child_idle();
	if (left == 0)
		gate_open(&ready);
	for (int i = 0; left > 0 && i < 2; i++) {
		long pid = ns_clone(CLONE_NEWPID);

		if (!pid)
			_exit(bush(left - 1));
	}
	return pause();
}

static int plant(void *arg)
{
	(void)arg;
	return bush(4);
}

static void bushes(void)
{
	pid_t pid;

	set_up();
	pid = ns_start(plant, NULL);
	for (int i = 0; i < 16; i++)
		gate_wait(&ready);
	gate_drop_write(&life);
	kill(pid, SIGKILL);
	CHECK_KILLED("ZAP-11 a tree of 31 namespaces is killed", pid,
		     SIGKILL);
	CHECK("ZAP-11 with everyone in it", !gate_wait(&life));
}

static void again(void)
{
	int good = 0;

	for (int i = 0; i < 5; i++) {
		pid_t pid;

		set_up();
		gate_open(&go);
		pid = child_start(dive_all, NULL);
		good += reap(pid) == EXITED(3);
		gate_close(&ready);
		gate_close(&go);
		gate_close(&life);
	}
	CHECK_EQ("LIM-10 five times 32 levels", good, 5);
}

static const struct test tests[] = {
	{ "levels", levels, 0 },
	{ "killed", killed, 0 },
	{ "bushes", bushes, 0 },
	{ "again", again, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
