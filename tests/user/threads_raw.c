/*
 * tests/user/threads_raw.c - bare kernel threads
 *
 * What:  numbers, what threads share, how each and all of them end, signals
 *        to a process of several threads, children of threads.
 * Not:   pthreads are in threads.c, exec by a thread in threads_exec.c.
 * See:   clone(2), set_tid_address(2), exit_group(2), pthreads(7)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static struct gate ready, go;
static volatile int values[8];
static volatile sig_atomic_t caught_tid;

static void gates(void)
{
	gate_init(&ready);
	gate_init(&go);
}

static int note_ids(void *arg)
{
	(void)arg;
	values[0] = (int)sys(SYS_gettid);
	values[1] = (int)sys(SYS_getpid);
	values[2] = (int)sys(SYS_getppid);
	values[3] = (int)sys(SYS_getpgid, values[0]);
	values[4] = (int)sys(SYS_setpgid, values[0], 0);
	values[5] = (int)sys(SYS_getsid, values[0]);
	return 0;
}

static void numbers(void)
{
	struct thread thread;
	int tid;

	tid = thread_clone(&thread, THREAD_FLAGS, note_ids, NULL);
	thread_join(&thread);
	CHECK_EQ("THR-01 clone returns the thread's number", values[0], tid);
	CHECK("THR-01 which is new", tid != getpid());
	CHECK_EQ("PID-13 getpid is the group's", values[1], getpid());
	CHECK_EQ("THR-08 getppid is the group's parent", values[2], getppid());
	CHECK_EQ("THR-04 getpgid takes a thread", values[3], getpgrp());
	CHECK_EQ("THR-04 setpgid does not", values[4], -EINVAL);
	CHECK_EQ("THR-04 getsid does", values[5], getsid(0));
	CHECK_EQ("PID-30 set_tid_address returns the number",
		 sys(SYS_set_tid_address, 0), getpid());
	CHECK_EQ("PID-13 the leader's thread number is the group's",
		 sys(SYS_gettid), getpid());
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

static void tid_words(void)
{
	struct thread first, thread;
	int flags = (int)(THREAD_FLAGS & ~CLONE_PARENT_SETTID);
	int tid;

	gates();
	tid = thread_clone(&first, flags, wait_go, NULL);
	need(tid > 0);
	CHECK_EQ("without PARENT_SETTID the word is untouched", first.tid, 0);
	gate_wait(&ready);
	gate_open(&go);
	while (!sys(SYS_tgkill, getpid(), tid, 0))
		sched_yield();
	need(thread_clone(&thread, flags | CLONE_CHILD_SETTID, wait_go,
			  NULL) > 0);
	gate_wait(&ready);
	CHECK("PID-29 CHILD_SETTID writes the number before it runs",
	      thread.tid > 0 && thread.tid != getpid());
	gate_open(&go);
	thread_join(&thread);
	CHECK_EQ("CLONE-41 CHILD_CLEARTID clears it and wakes", thread.tid, 0);
}

static int change_shared(void *arg)
{
	(void)arg;
	umask(0135);
	values[0] = (int)sys(SYS_chdir, P("/"));
	values[1] = (int)sys(SYS_open, P("/"), O_RDONLY, 0);
	return 0;
}

static void sharing(void)
{
	struct thread thread;
	char cwd[128];
	pid_t pid;

	thread_start(&thread, change_shared, NULL);
	thread_join(&thread);
	CHECK("the working directory", getcwd(cwd, 128) && !strcmp(cwd, "/"));
	CHECK_EQ("the umask", umask(022), 0135);
	CHECK_OK("the descriptors", fcntl(values[1], F_GETFD));
	close(values[1]);
	pid = thread_clone(&thread, CLONE_FILES | CLONE_VM | CLONE_VFORK |
			   SIGCHLD, change_shared, NULL);
	reap(pid);
	CHECK_OK("CLONE_FILES shares descriptors between processes",
		 fcntl(values[1], F_GETFD));
	CHECK_EQ("and not the umask", umask(022), 022);
	close(values[1]);
	pid = thread_clone(&thread, CLONE_FS | CLONE_VM | CLONE_VFORK |
			   SIGCHLD, change_shared, NULL);
	reap(pid);
	CHECK_EQ("CLONE_FS shares the umask", umask(022), 0135);
	CHECK_ERRNO("and not descriptors", fcntl(values[1], F_GETFD), EBADF);
}

static int exit_code(void *arg)
{
	sys(SYS_exit, *(int *)arg);
	return 0;
}

static int exit_all(void *arg)
{
	gate_wait(&ready);
	sys(SYS_exit_group, *(int *)arg);
	return 0;
}

static int leader_exits_first(void *arg)
{
	static int nine = 9;
	struct thread thread;

	gate_init(&go);
	gate_init(&ready);
	thread_start(&thread, arg, &nine);
	gate_open(&ready);
	sys(SYS_exit, 5);
	return 0;
}

static int last_exits(void *arg)
{
	proc_await(getpid(), "Z");
	sys(SYS_exit, *(int *)arg);
	return 0;
}

static int group_exits_last(void *arg)
{
	proc_await(getpid(), "Z");
	sys(SYS_exit_group, *(int *)arg);
	return 0;
}

static int one_of_many_exits(void *arg)
{
	static int code;
	struct thread threads[8];

	code = *(int *)arg;
	gate_init(&go);
	gate_init(&ready);
	for (int i = 0; i < 7; i++)
		thread_start(&threads[i], wait_go, NULL);
	for (int i = 0; i < 7; i++)
		gate_wait(&ready);
	thread_start(&threads[7], exit_all, &code);
	gate_open(&ready);
	for (;;)
		pause();
	return 0;
}

static int thread_exits(void *arg)
{
	static int one = 1;
	struct thread thread;

	thread_start(&thread, exit_code, &one);
	thread_join(&thread);
	return *(int *)arg;
}

static void ends(void)
{
	int three = 3, twelve = 12;

	CHECK_STATUS("THR-05 exit of a thread ends it alone",
		     child_run(thread_exits, &three), EXITED(3));
	CHECK_STATUS("THR-05 exit_group of one of nine ends all",
		     child_run(one_of_many_exits, &twelve), EXITED(12));
	CHECK_STATUS("THR-06 the last exit gives the status",
		     child_run(leader_exits_first, (void *)last_exits),
		     EXITED(9));
	CHECK_STATUS("THR-05 exit_group after the leader's exit",
		     child_run(leader_exits_first, (void *)group_exits_last),
		     EXITED(9));
}

static int fault(void *arg)
{
	(void)arg;
	__asm__ volatile("ud2");
	return 0;
}

static int fault_in_thread(void *arg)
{
	struct thread thread;

	(void)arg;
	thread_start(&thread, fault, NULL);
	for (;;)
		pause();
	return 0;
}

static int many_idle(void *arg)
{
	struct thread threads[5];

	(void)arg;
	for (int i = 0; i < 5; i++)
		thread_start(&threads[i], wait_go, NULL);
	for (;;)
		pause();
	return 0;
}

static void fatal_signals(void)
{
	pid_t pid;
	int status;

	gates();
	CHECK_STATUS("a fault in one thread kills all",
		     child_run(fault_in_thread, NULL) & ~0x80, SIGILL);
	pid = child_start(many_idle, NULL);
	for (int i = 0; i < 5; i++)
		gate_wait(&ready);
	kill(pid, SIGSTOP);
	need(waitpid(pid, &status, WUNTRACED) == pid);
	CHECK_STATUS("SIGSTOP stops all at once", status, STOPPED(SIGSTOP));
	kill(pid, SIGCONT);
	need(waitpid(pid, &status, WCONTINUED) == pid);
	kill(pid, SIGKILL);
	CHECK_KILLED("SIGKILL kills all", pid, SIGKILL);
	pid = child_start(many_idle, NULL);
	for (int i = 0; i < 5; i++)
		gate_wait(&ready);
	kill(pid, SIGTERM);
	CHECK_KILLED("so does a fatal signal", pid, SIGTERM);
}

static void note_tid(int sig)
{
	(void)sig;
	caught_tid = (int)sys(SYS_gettid);
}

static int spin_until_caught(void *arg)
{
	(void)arg;
	gate_open(&ready);
	while (!caught_tid)
		sys(SYS_sched_yield);
	return 0;
}

static void masks(void)
{
	struct thread thread;
	int tid;

	gates();
	handle(SIGUSR1, note_tid, 0);
	thread_start(&thread, spin_until_caught, NULL);
	tid = thread.tid;
	gate_wait(&ready);
	block(SIGUSR1);
	kill(getpid(), SIGUSR1);
	while (!caught_tid)
		sched_yield();
	CHECK_EQ("a signal goes to a thread that does not block it",
		 caught_tid, tid);
	thread_join(&thread);
	kill(getpid(), SIGUSR1);
	caught_tid = 0;
	unblock(SIGUSR1);
	CHECK_EQ("or waits for one that unblocks it", caught_tid, getpid());
}

static int pending_of_thread(void *arg)
{
	unsigned long set = 0;

	(void)arg;
	block(SIGUSR1);
	gate_open(&ready);
	gate_wait(&go);
	sys(SYS_rt_sigpending, P(&set), 8);
	values[0] = set >> (SIGUSR1 - 1) & 1;
	values[1] = set >> (SIGUSR2 - 1) & 1;
	return 0;
}

static void pending(void)
{
	struct thread thread;
	sigset_t set;

	gates();
	block(SIGUSR1);
	block(SIGUSR2);
	thread_start(&thread, pending_of_thread, NULL);
	gate_wait(&ready);
	sys(SYS_tkill, thread.tid, SIGUSR1);
	kill(getpid(), SIGUSR2);
	gate_open(&go);
	thread_join(&thread);
	CHECK("a thread sees its own and the group's pending signals",
	      values[0] && values[1]);
	sigpending(&set);
	CHECK("the others see the group's only", !sigismember(&set, SIGUSR1) &&
	      sigismember(&set, SIGUSR2));
}

static int fork_and_leave(void *arg)
{
	long pid = sys(SYS_fork);

	(void)arg;
	if (!pid) {
		gate_open(&ready);
		gate_wait(&go);
		sys(SYS_exit_group, sys(SYS_getppid) == values[7] ? 0 : 1);
	}
	values[0] = (int)pid;
	return 0;
}

static void children(void)
{
	struct thread thread;

	gates();
	values[7] = getpid();
	thread_start(&thread, fork_and_leave, NULL);
	gate_wait(&ready);
	thread_join(&thread);
	gate_open(&go);
	CHECK_EXIT("REAP-03 a dead thread's child stays with the group",
		   values[0], 0);
}

static int fork_with_pdeathsig(void *arg)
{
	long pid = sys(SYS_fork);

	(void)arg;
	if (!pid) {
		sys(SYS_prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
		gate_open(&ready);
		for (;;)
			sys(SYS_pause);
	}
	values[0] = (int)pid;
	gate_wait(&ready);
	return 0;
}

static void parent_death(void)
{
	struct thread thread;

	gates();
	thread_start(&thread, fork_with_pdeathsig, NULL);
	thread_join(&thread);
	CHECK_KILLED("REAP-13 PDEATHSIG comes when the forking thread ends",
		     values[0], SIGUSR1);
}

static void many(void)
{
	struct thread threads[40];
	int good = 1;

	gates();
	for (int i = 0; i < 40; i++)
		thread_start(&threads[i], wait_go, NULL);
	for (int i = 0; i < 40; i++)
		gate_wait(&ready);
	for (int i = 0; i < 40; i++)
		for (int j = 0; j < i; j++)
			good &= threads[i].tid != threads[j].tid;
	CHECK("forty threads have forty numbers", good);
	for (int i = 0; i < 40; i++)
		gate_open(&go);
	for (int i = 0; i < 40; i++)
		thread_join(&threads[i]);
	CHECK("and all end", 1);
}

static const struct test tests[] = {
	{ "numbers", numbers, 0 },
	{ "tid words", tid_words, 0 },
	{ "sharing", sharing, 0 },
	{ "ends", ends, 0 },
	{ "fatal signals", fatal_signals, 0 },
	{ "masks", masks, 0 },
	{ "pending", pending, 0 },
	{ "children", children, 0 },
	{ "parent death", parent_death, 0 },
	{ "many", many, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
