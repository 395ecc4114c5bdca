/*
 * tests/user/ns_end.c - orphans and zombies around the ends of others
 *
 * What:  what a dying init's last thread waits for when its leader went
 *        before, processes that are handed on with a dead leader and a living
 *        thread, and subreapers that die themselves.
 * Not:   whose child an orphan becomes in general (reparent.c); orphans that
 *        somebody traces (ns_traced.c).
 * See:   pid_namespaces(7), prctl(2) PR_SET_CHILD_SUBREAPER
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

/* --- an init whose leader went first ------------------------------------- */

static int leader_gone(void *arg)
{
	struct thread thread;

	thread_start(&thread, wait_go, arg);
	sys(SYS_exit, 5);
	return 0;
}

/* a zombie's number and the leader's are left, and the thread sleeps */
static void two_left(void)
{
	pid_t init, member;
	int own = ns_fd_self();

	stage_set();
	init = ns_start(leader_gone, NULL);
	gate_wait(&ready);
	proc_await(init, "Z");
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	member = child_idle();
	need(!ns_join(own, CLONE_NEWPID));
	gate_open(&go);
	need(!waitid(P_PID, member, NULL, WEXITED | WNOWAIT));
	usleep(20000);
	CHECK_EQ("held by the injected zombie", waitpid(init, NULL, WNOHANG),
		 0);
	CHECK_KILLED("the member is reaped", member, SIGKILL);
	CHECK_EXIT("and who is woken at two goes on", init, 6);
}

/* --- what is handed on --------------------------------------------------- */

static int thread_stays(void *arg)
{
	(void)arg;
	gate_wait(&go);
	return 0;
}

static int two_threads(void *arg)
{
	struct thread thread;

	thread_start(&thread, thread_stays, arg);
	sys(SYS_exit, 5);
	return 0;
}

static int leaves_half(void *arg)
{
	words[0] = child_start(two_threads, arg);
	proc_await(words[0], "Z");
	return 4;
}

static void await_gone(pid_t pid)
{
	while (!kill(pid, 0))
		sched_yield();
}

/* its new parent ignores SIGCHLD: told too early, it would be released */
static void half_dead(void)
{
	stage_set();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGCHLD, SIG_IGN);
	await_gone(child_start(leaves_half, NULL));
	CHECK_OK("an orphan whose leader alone is dead is there",
		 kill(words[0], 0));
	gate_open(&go);
	await_gone(words[0]);
	signal(SIGCHLD, SIG_DFL);
}

/* --- subreapers ---------------------------------------------------------- */

#define CHAINS	200

static struct gate ask;

static int asked(void *arg)
{
	(void)arg;
	setpgid(0, 0);
	gate_open(&ready);
	gate_wait(&ask);
	_exit(5);
}

/* a subreaper and its child end at once, and leave the child's child */
static int leaves_asked(void *arg)
{
	child_start(asked, arg);
	return pause();
}

static int dying_subreaper(void *arg)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	setpgid(0, 0);
	child_start(leaves_asked, arg);
	return pause();
}

/* Each time, a group of a subreaper and its child is killed at once; the
 * child's child, which has left the group, must come here. Else the turn. */
static int chain(void *arg)
{
	(void)arg;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < CHAINS; i++) {
		pid_t pid = child_start(dying_subreaper, NULL);
		int status, got = 0, n = 0;

		gate_wait(&ready);
		kill(-pid, SIGKILL);
		while (waitpid(-1, &status, 0) > 0) {
			if (status == SIGKILL && ++n == 1)
				gate_open(&ask);
			got += status == EXITED(5);
		}
		if (!got)
			return 1 + i;
	}
	return 0;
}

static int has_chain(void *arg)
{
	pid_t pid = child_start(chain, arg);
	int status = 0;

	while (waitpid(-1, &status, 0) != pid)
		;
	return WEXITSTATUS(status);
}

static void subreapers(void)
{
	stage_set();
	gate_init(&ask);
	CHECK_STATUS("past a dying subreaper the next one is found",
		     ns_run(has_chain, NULL), EXITED(0));
}

static const struct test tests[] = {
	{ "two left", two_left, 0 },
	{ "subreapers", subreapers, 0 },
	{ "half dead", half_dead, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
