/*
 * tests/user/race_drain.c - the last number of a namespace
 *
 * What:  a process of another namespace is the last member of a process group
 *        whose leader lived inside. It leaves the group while the init's
 *        parent waits: when wait returns, the group's number is free in every
 *        world. (Init, its parent and the member have no lock in common.)
 * See:   pid_namespaces(7), clone(2): set_tid
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/race.h"
#include "lib/test.h"

#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>

struct stage {
	struct gate grouped, leave, joined, parted, part;
	pid_t leader;		/* its number outside */
};

/* the number of the only child of @pid */
static pid_t child_of(pid_t pid)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	need(proc_read(path, text, sizeof(text)) > 0);
	return atoi(text);
}

/* init: a child leads a group, in the session that init leaves */
static int end_after_leader(void *arg)
{
	struct stage *s = arg;
	struct gate led;
	pid_t pid;

	gate_init(&led);
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		gate_open(&led);
		gate_wait(&s->leave);
		_exit(0);
	}
	gate_wait(&led);
	need(setsid() == 1);
	gate_open(&s->grouped);
	return race_reap(pid);
}

/* a process of number @nr outside the namespace: 0, or an error number */
static long take_number(pid_t nr)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = P(&nr),
		.set_tid_size = 1,
	};
	long pid = sys(SYS_clone3, P(&args), sizeof(args));

	if (!pid)
		_exit(0);
	if (pid > 0)
		reap(pid);
	return pid < 0 ? pid : 0;
}

/* of a third namespace: the last to leave the group */
static int last_member(void *arg)
{
	struct stage *s = arg;

	gate_open(&s->joined);
	gate_wait(&s->part);
	return setpgid(0, 0) != 0;
}

/* joins the group, leaves a child of a new namespace in it, and leaves */
static int go_between(void *arg)
{
	struct stage *s = arg;
	pid_t pid;

	if (setpgid(0, s->leader))
		return 1;
	pid = ns_start(last_member, s);
	gate_wait(&s->joined);
	if (setpgid(0, 0))
		return 2;
	gate_open(&s->parted);
	return race_reap(pid) != 0;
}

static int play(struct stage *s)
{
	pid_t init, other;
	int good;

	init = ns_start(end_after_leader, s);
	gate_wait(&s->grouped);
	s->leader = child_of(init);
	other = child_start(go_between, s);
	gate_wait(&s->parted);
	gate_open(&s->leave);
	race_pause(3000);
	gate_open(&s->part);
	good = race_reap(init) == 0 && take_number(s->leader) == 0;
	good &= race_reap(other) == 0;
	return good;
}

static int round_of_drain(void)
{
	struct stage s;
	struct gate *gates[] = { &s.grouped, &s.leave, &s.joined, &s.parted,
				 &s.part };
	int good;

	for (unsigned int i = 0; i < COUNT(gates); i++)
		gate_init(gates[i]);
	good = play(&s);
	for (unsigned int i = 0; i < COUNT(gates); i++)
		gate_close(gates[i]);
	return good;
}

static void last_number(void)
{
	int rounds = 0, good = 0;

	race_begin();
	do {
		rounds++;
		good += round_of_drain();
	} while (good == rounds && race_more());
	test_note("rounds", rounds);
	CHECK_EQ("ZAP-17: numbers are free when the init is reaped", good,
		 rounds);
}

static const struct test tests[] = {
	{ "last number", last_number, 600 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
