/*
 * tests/user/ns_init_more.c - inits: limits, faults of libc, floods
 *
 * What:  RLIMIT_CPU, abort, the leader's mask, subreaper, signals on their
 *        way while an init is born, flags of clone that go with it, the
 *        number of threads, clone and pending signals.
 * Not:   signals to an init as such are in ns_init.c.
 * See:   pid_namespaces(7), clone(2); ids INIT, CLONE and SIG of
 *        docs/pidns-table.md
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
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/utsname.h>

#define THREADS_MAX	"/proc/sys/kernel/threads-max"

#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND	(1ULL << 32)
#endif

/* --- the leader blocks what another thread does not ---------------------- */

static int unblocked(void *arg)
{
	unblock(*(int *)arg);
	gate_open(&ready);
	gate_wait(&go);
	sys(SYS_exit_group, 6);
	return 0;
}

static int leader_blocks(void *arg)
{
	struct thread thread;

	block(*(int *)arg);
	thread_start(&thread, unblocked, arg);
	thread_join(&thread);
	return 7;
}

/* does the init survive a signal from outside that its leader blocks? */
static int survives(int sig)
{
	pid_t init;
	int status;

	stage_set();
	init = ns_start(leader_blocks, &sig);
	gate_wait(&ready);
	kill(init, sig);
	usleep(30000);
	gate_open(&go);
	status = reap(init);
	return status == EXITED(6) ? 1 : status == sig ? 0 : -1;
}

static void leader_mask(void)
{
	CHECK_EQ("INIT-10 BUG-23 SIGTERM that the leader blocks (on Linux: "
		 "kills)", survives(SIGTERM), on_nidus());
	CHECK_EQ("INIT-10 BUG-23 SIGUSR1 (on Linux: kills)",
		 survives(SIGUSR1), on_nidus());
	CHECK_EQ("INIT-10 SIGQUIT does nothing", survives(SIGQUIT), 1);
	CHECK_EQ("INIT-10 nor does SIGTSTP", survives(SIGTSTP), 1);
}

/* --- other ends ---------------------------------------------------------- */

/* what abort() does in a C library: the signal, then a forbidden instruction */
static int aborts(void *arg)
{
	(void)arg;
	sys(SYS_tkill, 1, SIGABRT);
	handle(SIGABRT, SIG_DFL, 0);
	sys(SYS_tkill, 1, SIGABRT);
	__asm__ volatile("hlt");
	return 5;
}

/* strict mode: only read, write, _exit and sigreturn are left */
static int confined(void *arg)
{
	(void)arg;
	if (prctl(PR_SET_SECCOMP, 1, 0, 0, 0))
		return 5;
	sys(SYS_getpid);
	return 4;
}

static void aborting(void)
{
	CHECK_STATUS("INIT-17 a violation of strict seccomp kills an init",
		     ns_run(confined, NULL), SIGKILL);
	CHECK_STATUS("INIT-13 abort is not heard, its HLT is",
		     ns_run(aborts, NULL) & ~0x80, SIGSEGV);
}

static int spins(void *arg)
{
	struct rlimit limit = { 1, 2 };

	(void)arg;
	need(!setrlimit(RLIMIT_CPU, &limit));
	for (;;) {
		struct rusage usage;

		getrusage(RUSAGE_SELF, &usage);
		words[0] = (int)(usage.ru_utime.tv_sec * 1000 +
				 usage.ru_utime.tv_usec / 1000 +
				 usage.ru_stime.tv_sec * 1000 +
				 usage.ru_stime.tv_usec / 1000);
	}
	return 5;
}

static void cpu_limit(void)
{
	stage_set();
	CHECK_STATUS("INIT-16 the hard limit of CPU time kills an init",
		     ns_run(spins, NULL), SIGKILL);
	CHECK("INIT-16 the soft one did not", words[0] > 1500);
}

static int orphan(void *arg)
{
	(void)arg;
	if (!fork()) {
		gate_wait(&go);
		words[0] = getppid();
		_exit(3);
	}
	return 0;
}

static int is_subreaper(void *arg)
{
	(void)arg;
	need(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	need(child_run(orphan, NULL) == 0);
	gate_open(&go);
	CHECK_STATUS("INIT-28 an init that is a subreaper adopts as before",
		     reap(-1), EXITED(3));
	CHECK_EQ("INIT-28 its orphans have parent 1", words[0], 1);
	CHECK_EQ("INIT-28 and it is as safe", sys(SYS_kill, 1, SIGKILL), 0);
	return 6;
}

static void subreaper(void)
{
	stage_set();
	CHECK_STATUS("INIT-28 the init ends well", ns_run(is_subreaper, NULL),
		     EXITED(6));
}

static void nothing(int sig)
{
	(void)sig;
}

/* sixty inits, each with default actions: how many end by themselves */
static int makes_inits(void *arg)
{
	struct clone3_args args = {
		.flags = CLONE_NEWPID | CLONE_CLEAR_SIGHAND,
		.exit_signal = SIGCHLD,
	};
	int good = 0;

	(void)arg;
	setpgid(0, 0);
	handle(SIGTERM, nothing, SA_RESTART);
	gate_open(&ready);
	for (int i = 0; i < 60; i++) {
		long pid = ns_clone3(&args);

		if (!pid) {
			sched_yield();
			_exit(6);
		}
		good += reap((pid_t)pid) == EXITED(6);
	}
	return good;
}

static void flooded(void)
{
	pid_t maker;
	int status = 0;

	stage_set();
	maker = child_start(makes_inits, NULL);
	gate_wait(&ready);
	do {
		kill(-maker, SIGTERM);
	} while (!waitpid(maker, &status, WNOHANG));
	CHECK_STATUS("SIG-24 CLONE-29 no signal reaches an init before it is "
		     "safe", status, EXITED(60));
}

/* --- clone --------------------------------------------------------------- */

static int renames(void *arg)
{
	(void)arg;
	words[0] = (int)sys(SYS_sethostname, P("thread"), 6);
	return 0;
}

static void thread_namespaces(void)
{
	struct utsname before, after;
	struct thread thread;

	stage_set();
	need(!uname(&before));
	CHECK("CLONE-16 a thread with its own UTS namespace",
	      thread_clone(&thread, THREAD_FLAGS | CLONE_NEWUTS, renames,
			   NULL) > 0);
	thread_join(&thread);
	CHECK("CLONE-16 changes only its own name", !words[0] &&
	      !uname(&after) && !strcmp(before.nodename, after.nodename));
	CHECK("CLONE-16 with a network namespace too",
	      thread_clone(&thread, THREAD_FLAGS | CLONE_NEWNET, renames,
			   NULL) > 0);
	thread_join(&thread);
	CHECK("CLONE-16 and a cgroup namespace",
	      thread_clone(&thread, THREAD_FLAGS | CLONE_NEWCGROUP, renames,
			   NULL) > 0);
	thread_join(&thread);
}

static int nested_is_safe(void *arg)
{
	long depth = (long)arg;
	int good = sys(SYS_kill, 1, SIGKILL) == 0 &&
		   sys(SYS_tkill, 1, SIGTERM) == 0;

	if (!good || !depth)
		return good ? 6 : 5;
	return reap(ns_start(nested_is_safe, (void *)(depth - 1))) >> 8;
}

static int member_is_not(void *arg)
{
	(void)arg;
	if (!fork()) {
		kill(getpid(), SIGTERM);
		_exit(5);
	}
	return reap(-1) == SIGTERM ? 6 : 5;
}

static void marks(void)
{
	CHECK_STATUS("CLONE-43 each of three nested inits is safe from within",
		     ns_run(nested_is_safe, (void *)2), EXITED(6));
	CHECK_STATUS("CLONE-43 its children are not",
		     ns_run(member_is_not, NULL), EXITED(6));
}

static void too_many(void)
{
	char before[24] = "";
	long pid;

	if (proc_read(THREADS_MAX, before, sizeof(before)) <= 0 ||
	    proc_write(THREADS_MAX, "1")) {
		CHECK("CLONE-37 threads-max can be written", 0);
		return;
	}
	pid = ns_clone(0);
	if (!pid)
		_exit(0);
	CHECK_EQ("CLONE-37 more threads than threads-max is EAGAIN", pid,
		 -EAGAIN);
	CHECK_EQ("CLONE-37 in a new namespace too", ns_clone(CLONE_NEWPID),
		 -EAGAIN);
	need(!proc_write(THREADS_MAX, before));
	CHECK_ERRNO("CLONE-37 0 is no limit", proc_write(THREADS_MAX, "0"),
		    EINVAL);
}

static long now_us(void)
{
	struct timeval now;

	need(!gettimeofday(&now, NULL));
	return now.tv_sec * 1000000 + now.tv_usec;
}

/* one birth and the end of who was born; its time in us, or -1 */
static long birth(unsigned long flags)
{
	long start = now_us(), pid = ns_clone(flags);

	if (!pid)
		_exit(0);
	if (pid < 0)
		return -1;
	reap((pid_t)pid);
	return now_us() - start;
}

/* one signal a birth, later in each: a machine may be slow, and a clone that
 * is interrupted begins anew */
static void interrupted(void)
{
	struct itimerval once = { { 0, 0 }, { 0, 0 } };
	long whole_us = birth(CLONE_NEWPID);
	int good = 0;

	handle(SIGALRM, nothing, 0);
	need(whole_us >= 0);
	if (whole_us > 100000)
		whole_us = 100000;
	for (int i = 0; i < 400; i++) {
		once.it_value.tv_usec = 1 + whole_us * i / 400;
		need(!setitimer(ITIMER_REAL, &once, NULL));
		good += birth(i % 4 ? 0 : CLONE_NEWPID) >= 0;
	}
	once.it_value.tv_usec = 0;
	need(!setitimer(ITIMER_REAL, &once, NULL));
	CHECK_EQ("CLONE-38 signals never make clone fail", good, 400);
}

/* killed while it forks, a process leaves no child behind */
static int forks_on(void *arg)
{
	(void)arg;
	gate_open(&ready);
	for (;;) {
		long pid = sys(SYS_fork);

		if (!pid) {
			for (;;)
				pause();
		}
		if (words[0]++ > 200)
			for (;;)
				pause();
	}
	return 0;
}

static int kills_forker(void *arg)
{
	pid_t pid = child_start(forks_on, arg);
	int count = 0;

	gate_wait(&ready);
	usleep(3000);
	kill(pid, SIGKILL);
	reap(pid);
	count = words[0];
	/* every child that was counted came to us, and at most one more */
	sys(SYS_kill, -1, SIGKILL);
	for (int i = 0; reap(-1) == SIGKILL; i++)
		words[1] = i + 1;
	return words[1] == count || words[1] == count + 1 ? 6 : 5;
}

static void killed(void)
{
	stage_set();
	CHECK_STATUS("CLONE-38 a forker that is killed leaves whole children",
		     ns_run(kills_forker, NULL), EXITED(6));
}

static const struct test tests[] = {
	{ "leader's mask", leader_mask, 0 },
	{ "aborting", aborting, 0 },
	{ "CPU limit", cpu_limit, 0 },
	{ "subreaper", subreaper, 0 },
	{ "flooded", flooded, 0 },
	{ "thread namespaces", thread_namespaces, 0 },
	{ "marks", marks, 0 },
	{ "too many", too_many, 0 },
	{ "interrupted", interrupted, 0 },
	{ "killed", killed, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
