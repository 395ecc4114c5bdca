/*
 * tests/user/ns_bugs.c - old mistakes of kernels with pid namespaces
 *
 * What:  those regressions that no other test covers as it goes: references
 *        lost on the way out of a failed birth, a dying init that is
 *        disturbed, numbers after exec by a thread, again and again.
 * Not:   points BUG-nn stand in many programs; docs/pidns-table.md lists all.
 * See:   pid_namespaces(7)
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#define PIDS		"/proc/sys/user/max_pid_namespaces"
#define NETS		"/proc/sys/user/max_net_namespaces"
#define TRIES		800	/* of five milliseconds each */

static const char *self;

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	need(fd >= 0 && write(fd, text, strlen(text)) > 0);
	close(fd);
}

/* nobody in a user namespace of his own with @limit pid namespaces */
static void be_limited(const char *limit)
{
	become_user();
	prctl(PR_SET_DUMPABLE, 1);
	need(!sys(SYS_unshare, CLONE_NEWUSER));
	put(PIDS, limit);
}

/* is there room for one more pid namespace, after a while? */
static int room(void)
{
	for (int i = 0; i < TRIES; i++) {
		long pid = ns_clone(CLONE_NEWPID);

		if (!pid)
			_exit(0);
		if (pid > 0) {
			reap((pid_t)pid);
			return 1;
		}
		usleep(5000);
	}
	return 0;
}

/* births into a dead namespace, each of which may lose a reference to it */
static int lose_births(void *arg)
{
	int good = 0;

	(void)arg;
	need(!sys(SYS_unshare, CLONE_NEWPID));
	if (!ns_clone(0))
		_exit(0);
	reap(-1);
	for (int i = 0; i < 50; i++)
		good += ns_clone(0) == -ENOMEM;
	return good;
}

static void dead_births(void)
{
	stage_set();
	be_limited("1");
	CHECK_STATUS("BUG-10 fifty births into a dead namespace",
		     child_run(lose_births, NULL), EXITED(50));
	CHECK("BUG-10 lose no reference to it", room());
}

/* a namespace is made, and then another kind of namespace fails */
static void half_way(void)
{
	int good = 0;

	stage_set();
	be_limited("1");
	put(NETS, "0");
	for (int i = 0; i < 10; i++)
		good += ns_clone(CLONE_NEWPID | CLONE_NEWNET) == -ENOSPC;
	CHECK_EQ("BUG-12 clone fails when the network namespace does", good,
		 10);
	CHECK("BUG-12 and keeps no pid namespace", room());
	need(room());
	for (int i = 0; i < 10; i++)
		good += sys(SYS_unshare, CLONE_NEWPID | CLONE_NEWNET) ==
			-ENOSPC;
	CHECK_EQ("BUG-12 unshare too", good, 20);
	CHECK("BUG-12 keeps none either", room());
}

/* a dying init that waits is sent whatever there is */
static void disturbed(void)
{
	pid_t init, member;
	int status = -1;

	stage_set();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	member = child_start(wait_go, NULL);
	gate_wait(&ready);
	kill(init, SIGKILL);
	need(!waitid(P_PID, member, NULL, WEXITED | WNOWAIT));
	for (int i = 0; i < 500; i++)
		kill(init, i % 3 ? SIGKILL : i % 2 ? SIGCONT : SIGSTOP);
	CHECK_EQ("BUG-18 a dying init that is sent signals waits on",
		 waitpid(init, NULL, WNOHANG), 0);
	reap(member);
	waitpid(init, &status, 0);
	CHECK_STATUS("BUG-18 and ends when it can", status, SIGKILL);
}

static int exec_here(void *arg)
{
	char *argv[] = { "x", "--self", (char *)arg, NULL };
	char *none[] = { NULL };

	snprintf(arg, 16, "%ld", sys(SYS_gettid));
	sys(SYS_execve, P(self), P(argv), P(none));
	sys(SYS_exit_group, 9);
	return 0;
}

static int execs(void *arg)
{
	struct thread thread;
	static char text[16];

	(void)arg;
	thread_start(&thread, exec_here, text);
	if (getpid() % 2)
		sys(SYS_exit, 5);
	for (;;)
		pause();
	return 0;
}

/* in two levels: what exec leaves of the numbers */
static int execs_on(void *arg)
{
	int good = 0;

	(void)arg;
	for (int i = 0; i < 20; i++) {
		pid_t pid = child_start(execs, NULL);
		int status = reap(pid);
		pid_t tid = pid + 1;
		long again;

		/* the number of the thread that executed is free at once */
		again = ns_fork_as(0, &tid, 1);
		good += status == EXITED(7) && again == tid;
		if (again > 0)
			reap((pid_t)again);
	}
	return good;
}

static void numbers_of_exec(void)
{
	stage_set();
	CHECK_STATUS("BUG-19 exec by a thread frees its number, twenty times",
		     ns_run(execs_on, NULL), EXITED(20));
}

/* the new program: the number before exec is nobody's */
static int after_exec(const char *tid)
{
	return sys(SYS_gettid) == getpid() &&
	       sys(SYS_tkill, strtol(tid, NULL, 10), 0) == -ESRCH ? 7 : 8;
}

static int ends_at_random(void *arg)
{
	for (long i = (long)arg; i > 0; i--)
		sched_yield();
	sys(SYS_exit, 3);
	return 0;
}

static int two_last_threads(void *arg)
{
	struct thread thread;
	long delay = (long)arg;

	child_idle();
	thread_start(&thread, ends_at_random, (void *)(delay % 7));
	for (long i = delay % 5; i > 0; i--)
		sched_yield();
	sys(SYS_exit, 3);
	return 0;
}

static void last_threads(void)
{
	int good = 0;

	for (long i = 0; i < 60; i++)
		good += ns_run(two_last_threads, (void *)i) == EXITED(3);
	CHECK_EQ("BUG-05 the last two threads of sixty inits", good, 60);
}

static const struct test tests[] = {
	{ "dead births", dead_births, 0 },
	{ "half way", half_way, 0 },
	{ "disturbed", disturbed, 0 },
	{ "numbers of exec", numbers_of_exec, 0 },
	{ "last threads", last_threads, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 2)
		return after_exec(argv[2]);
	self = argv[0];
	return test_main(tests, COUNT(tests));
}
