/*
 * tests/user/ns_zap.c - the end of a pid namespace
 *
 * What:  when init ends everyone ends, is reaped, and only then init is
 *        waited for; injected members, forks at the time of death, nested
 *        namespaces, stopped and blocking members.
 * Not:   init is never waited for first while its namespace has an unreaped
 *        child of the waiter: that would block for ever.
 * See:   pid_namespaces(7); ids of the catalogue, family ZAP
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

static struct gate life;

/* the life pipe's write end is held by members alone, once it is dropped */
static void set_up(void)
{
	stage_set();
	gate_init(&life);
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static int blocks_all(void *arg)
{
	sigset_t all;

	(void)arg;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	gate_open(&ready);
	for (;;)
		pause();
	return 0;
}

static int stops(void *arg)
{
	(void)arg;
	gate_open(&ready);
	kill(getpid(), SIGSTOP);
	for (;;)
		pause();
	return 0;
}

static int vforks(void *arg)
{
	struct thread child;

	thread_clone(&child, CLONE_VM | CLONE_VFORK | SIGCHLD, blocks_all,
		     arg);
	return 0;
}

static int many_threads(void *arg)
{
	struct thread threads[5];

	for (int i = 0; i < 5; i++)
		thread_start(&threads[i], wait_go, arg);
	for (;;)
		pause();
	return 0;
}

static int zombie_parent(void *arg)
{
	if (!fork())
		_exit(0);
	return wait_go(arg);
}

static int all_kinds(void *arg)
{
	child_idle();
	child_start(blocks_all, arg);
	child_start(stops, arg);
	child_start(vforks, arg);
	child_start(many_threads, arg);
	child_start(zombie_parent, arg);
	for (int i = 0; i < 9; i++)
		gate_wait(&ready);
	return arg ? *(int *)arg : 9;
}

static void everyone(void)
{
	pid_t init;

	set_up();
	init = ns_start(all_kinds, NULL);
	gate_drop_write(&life);
	CHECK_EXIT("ZAP-03 init's exit code is the status", init, 9);
	CHECK("ZAP-01 ZAP-10 BUG-20 all members have gone", !gate_wait(&life));
	CHECK_ERRNO("ZAP-02 and are reaped", waitpid(-1, NULL, WNOHANG),
		    ECHILD);
}

static int has_children(void *arg)
{
	for (int i = 0; i < 5; i++)
		child_idle();
	return wait_go(arg);
}

static void numbers(void)
{
	pid_t pids[64];
	pid_t init;
	int count = 0, left = 0;

	set_up();
	init = ns_start(has_children, NULL);
	gate_wait(&ready);
	for (pid_t at = init; at < init + 60; at++)
		if (proc_number(proc_path("/proc/", at, "/status"), "PPid:") ==
		    init)
			pids[count++] = at;
	CHECK_EQ("ZAP-02 the members are seen from outside", count, 5);
	gate_drop_write(&life);
	kill(init, SIGKILL);
	CHECK_KILLED("ZAP-03 ZAP-22 a killed init's status", init, SIGKILL);
	for (int i = 0; i < count; i++)
		left += kill(pids[i], 0) == 0;
	CHECK_EQ("ZAP-02 none of their numbers is left", left, 0);
	CHECK("ZAP-18 all that they held is closed", !gate_wait(&life));
}

static int exits_oddly(void *arg)
{
	child_idle();
	if (*(int *)arg == 0)
		exit(263);
	if (*(int *)arg == 1)
		sys(SYS_exit, 8);
	__asm__ volatile("ud2");
	return 0;
}

static void ends(void)
{
	static const int wants[] = { EXITED(7), EXITED(8), SIGILL };
	static const char *const points[] = {
		"ZAP-03 exit of 263", "ZAP-22 exit of the only thread",
		"ZAP-22 a fault",
	};

	for (int i = 0; i < 3; i++) {
		set_up();
		CHECK_STATUS(points[i], ns_run(exits_oddly, &i) & ~0x80,
			     wants[i]);
		gate_drop_write(&life);
		CHECK(i == 0 ? "ZAP-22 ends all (exit)" : i == 1 ?
		      "ZAP-22 ends all (last thread)" :
		      "ZAP-22 ends all (fault)", !gate_wait(&life));
	}
}

static void injected(void)
{
	pid_t init, member;

	set_up();
	need(!unshare(CLONE_NEWPID));
	init = child_start(wait_go, NULL);
	gate_wait(&ready);
	member = child_start(wait_go, NULL);
	gate_wait(&ready);
	kill(init, SIGKILL);
	need(!waitid(P_PID, member, NULL, WEXITED | WNOWAIT));
	CHECK_EQ("ZAP-04 BUG-02 init waits for an injected zombie",
		 waitpid(init, NULL, WNOHANG), 0);
	CHECK_OK("ZAP-05 meanwhile it is there", kill(init, 0));
	CHECK("ZAP-05 and no zombie", proc_state(init) != 'Z');
	CHECK_KILLED("ZAP-04 the member is reaped", member, SIGKILL);
	CHECK_KILLED("ZAP-04 then init can be", init, SIGKILL);
}

static void ignoring_parent(void)
{
	pid_t init;

	set_up();
	signal(SIGCHLD, SIG_IGN);
	need(!unshare(CLONE_NEWPID));
	init = child_start(wait_go, NULL);
	gate_wait(&ready);
	child_start(wait_go, NULL);
	gate_wait(&ready);
	gate_drop_write(&life);
	kill(init, SIGKILL);
	CHECK_ERRNO("ZAP-06 ZAP-20 with SIGCHLD ignored all vanish",
		    waitpid(init, NULL, 0), ECHILD);
	CHECK("ZAP-06 all are gone", !gate_wait(&life));
	while (!kill(init, 0))
		sched_yield();
	CHECK_ERRNO("ZAP-20 init too", kill(init, 0), ESRCH);
}

/* unshare, make an init and an injected member, and die */
static int leaves_both(void *arg)
{
	(void)arg;
	need(!unshare(CLONE_NEWPID));
	words[0] = child_start(wait_go, NULL);
	gate_wait(&ready);
	words[1] = child_start(wait_go, NULL);
	gate_wait(&ready);
	return 0;
}

static void orphaned(void)
{
	set_up();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	CHECK_STATUS("ZAP-21 the creator ends", child_run(leaves_both, NULL),
		     EXITED(0));
	CHECK_EQ("ZAP-21 the namespace lives on",
		 waitpid(-1, NULL, WNOHANG), 0);
	kill(words[0], SIGKILL);
	CHECK_KILLED("ZAP-07 the outer reaper reaps the injected one",
		     words[1], SIGKILL);
	CHECK_KILLED("ZAP-07 BUG-02 and then init", words[0], SIGKILL);
}

static int forks_for_ever(void *arg)
{
	(void)arg;
	gate_open(&ready);
	for (;;) {
		long pid = sys(SYS_fork);

		if (!pid && (rand() & 3))
			_exit(0);
		while (sys(SYS_wait4, -1, 0, WNOHANG, 0) > 0)
			;
	}
	return 0;
}

static int storm(void *arg)
{
	for (int i = 0; i < 3; i++)
		child_start(forks_for_ever, arg);
	for (int i = 0; i < 3; i++)
		gate_wait(&ready);
	return 11;
}

static void storms(void)
{
	int good = 0;

	for (int i = 0; i < 8; i++) {
		set_up();
		good += ns_run(storm, NULL) == EXITED(11);
		gate_drop_write(&life);
		good += !gate_wait(&life);
		gate_close(&life);
		gate_close(&ready);
		gate_close(&go);
	}
	CHECK_EQ("ZAP-09 BUG-03 a storm of forks leaves no survivor", good, 16);
}

/* an init with an idle child and, below, another such init */
static int nest(void *arg)
{
	long depth = (long)arg;

	child_idle();
	if (depth == 0)
		return wait_go(NULL);
	ns_start(nest, (void *)(depth - 1));
	for (;;)
		pause();
	return 0;
}

static void chains(void)
{
	pid_t init;

	set_up();
	init = ns_start(nest, (void *)4);
	gate_wait(&ready);
	gate_drop_write(&life);
	kill(init, SIGKILL);
	CHECK_KILLED("ZAP-11 the outermost of five inits is killed", init,
		     SIGKILL);
	CHECK("ZAP-11 and all below it", !gate_wait(&life));
	CHECK_ERRNO("REAP-16 nobody comes out", waitpid(-1, NULL, WNOHANG),
		    ECHILD);
}

static void stopped(void)
{
	pid_t init;

	set_up();
	init = ns_start(has_children, NULL);
	gate_wait(&ready);
	gate_drop_write(&life);
	kill(init, SIGSTOP);
	need(waitpid(init, NULL, WUNTRACED) == init);
	kill(init, SIGKILL);
	CHECK_KILLED("ZAP-24 a stopped init is killed", init, SIGKILL);
	CHECK("ZAP-24 with all its members", !gate_wait(&life));
}

static int leaves_zombies(void *arg)
{
	(void)arg;
	for (int i = 0; i < 5; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(i);
		waitid(P_PID, pid, NULL, WEXITED | WNOWAIT);
	}
	return 12;
}

static void zombies(void)
{
	CHECK_STATUS("REAP-17 zombies of init vanish with it",
		     ns_run(leaves_zombies, NULL), EXITED(12));
}

/* an outer process in the group of an injected member */
static void group_outside(void)
{
	pid_t init, member;

	set_up();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	member = child_start(wait_go, NULL);
	gate_wait(&ready);
	need(!setpgid(member, member) && !setpgid(0, member));
	kill(init, SIGKILL);
	reap(member);
	CHECK_EQ("ZAP-17 a group that one of us is in holds init",
		 waitpid(init, NULL, WNOHANG), 0);
	CHECK_ERRNO("ZAP-17 though its leader is nobody", kill(member, 0),
		    ESRCH);
	need(!setpgid(0, 0));
	CHECK_KILLED("ZAP-17 BUG-24 until it is left", init, SIGKILL);
}

static const struct test tests[] = {
	{ "everyone", everyone, 0 },
	{ "numbers", numbers, 0 },
	{ "ends", ends, 0 },
	{ "injected", injected, 0 },
	{ "ignoring parent", ignoring_parent, 0 },
	{ "orphaned", orphaned, 0 },
	{ "storms", storms, 0 },
	{ "chains", chains, 0 },
	{ "stopped", stopped, 0 },
	{ "zombies", zombies, 0 },
	{ "group outside", group_outside, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
