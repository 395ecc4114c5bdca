/*
 * tests/user/threads_exec.c - execve in a process of several threads
 *
 * What:  the other threads end, the one that executes becomes the leader,
 *        whether or not the old leader still lives.
 * See:   execve(2), "Effect on process attributes"; pthreads(7)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *self;
static struct gate ready;
static char tgid_text[16], tid_text[16];

static int wait_for_ever(void *arg)
{
	(void)arg;
	gate_open(&ready);
	for (;;)
		sys(SYS_pause);
	return 0;
}

/* execute the helper with the group's and this thread's old number */
static int exec_here(void *arg)
{
	char *argv[] = { "x", tgid_text, tid_text, NULL };
	char *none[] = { NULL };

	if (arg)
		proc_await((int)sys(SYS_getpid), "Z");
	snprintf(tgid_text, sizeof(tgid_text), "%ld", sys(SYS_getpid));
	snprintf(tid_text, sizeof(tid_text), "%ld", sys(SYS_gettid));
	sys(SYS_execve, P(self), P(argv), P(none));
	sys(SYS_exit_group, 98);
	return 0;
}

/* the new program */
static int helper(char **argv)
{
	int tgid = atoi(argv[1]);
	int tid = atoi(argv[2]);

	if (getpid() != tgid || sys(SYS_gettid) != tgid)
		return 1;
	if (tid != tgid && sys(SYS_tgkill, tgid, tid, 0) != -ESRCH)
		return 2;
	if (proc_number("/proc/self/status", "Threads:") != 1)
		return 3;
	return 7;
}

static int by_leader(void *arg)
{
	struct thread threads[6];

	(void)arg;
	for (int i = 0; i < 6; i++)
		thread_start(&threads[i], wait_for_ever, NULL);
	for (int i = 0; i < 6; i++)
		gate_wait(&ready);
	return exec_here(NULL);
}

static int by_thread(void *arg)
{
	struct thread threads[6];

	for (int i = 0; i < 5; i++)
		thread_start(&threads[i], wait_for_ever, NULL);
	for (int i = 0; i < 5; i++)
		gate_wait(&ready);
	thread_start(&threads[5], exec_here, arg);
	if (arg)
		sys(SYS_exit, 3);
	for (;;)
		pause();
	return 0;
}

static void leaders(void)
{
	gate_init(&ready);
	CHECK_STATUS("the leader executes", child_run(by_leader, NULL),
		     EXITED(7));
}

static void others(void)
{
	gate_init(&ready);
	CHECK_STATUS("THR-03 another thread executes",
		     child_run(by_thread, NULL), EXITED(7));
	CHECK_STATUS("THR-03 after the leader's end",
		     child_run(by_thread, (void *)1), EXITED(7));
}

/* once one of them is in exec, making the next may fail with EAGAIN */
static int at_once(void *arg)
{
	struct thread threads[4];

	(void)arg;
	for (int i = 0; i < 4; i++)
		thread_clone(&threads[i], THREAD_FLAGS, exec_here, NULL);
	for (;;)
		pause();
	return 0;
}

static void races(void)
{
	int good = 0;

	for (int i = 0; i < 20; i++)
		good += child_run(at_once, NULL) == EXITED(7);
	CHECK_EQ("several threads execute at once: one wins", good, 20);
}

static int exec_and_exit(void *arg)
{
	struct thread thread;

	(void)arg;
	thread_start(&thread, exec_here, NULL);
	sys(SYS_exit_group, 7);
	return 0;
}

static void against_exit(void)
{
	int good = 0;

	for (int i = 0; i < 20; i++)
		good += child_run(exec_and_exit, NULL) == EXITED(7);
	CHECK_EQ("exec in one thread, exit_group in another", good, 20);
}

static int killed_while(void *arg)
{
	struct thread thread;

	thread_start(&thread, exec_here, NULL);
	sys(SYS_kill, getpid(), *(int *)arg);
	for (;;)
		pause();
	return 0;
}

static void against_kill(void)
{
	int good = 0;
	int sig = SIGKILL;
	int status;

	for (int i = 0; i < 20; i++) {
		status = child_run(killed_while, &sig);
		good += status == SIGKILL || status == EXITED(7);
	}
	CHECK_EQ("exec in one thread, SIGKILL for all", good, 20);
}

static int failed_by_thread(void *arg)
{
	char *none[] = { NULL };

	sys(SYS_execve, P("/gone"), P(none), P(none));
	*(volatile int *)arg = 1;
	return 0;
}

static void failures(void)
{
	struct thread waiter, thread;
	int done = 0;

	gate_init(&ready);
	thread_start(&waiter, wait_for_ever, NULL);
	gate_wait(&ready);
	thread_start(&thread, failed_by_thread, &done);
	thread_join(&thread);
	CHECK_EQ("a failed exec leaves the thread", done, 1);
	CHECK("and the others", waiter.tid > 0 &&
	      sys(SYS_tgkill, getpid(), waiter.tid, 0) == 0);
}

static const struct test tests[] = {
	{ "leader", leaders, 0 },
	{ "others", others, 0 },
	{ "races", races, 0 },
	{ "against exit", against_exit, 0 },
	{ "against kill", against_kill, 0 },
	{ "failures", failures, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 2)
		return helper(argv);
	self = argv[0];
	return test_main(tests, COUNT(tests));
}
