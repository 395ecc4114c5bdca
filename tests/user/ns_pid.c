/*
 * tests/user/ns_pid.c - numbers in pid namespaces
 *
 * What:  which numbers processes and threads get, what they see of their own
 *        and others' numbers, and numbers that outlive their process.
 * Not:   making namespaces is in ns_clone.c and ns_unshare.c.
 * See:   pid_namespaces(7); ids of the catalogue, family PID
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <stdio.h>
#include <string.h>

#define LAST_PID	"/proc/sys/kernel/ns_last_pid"

static struct gate ready, go;
static int *words;

static void gates(void)
{
	gate_init(&ready);
	gate_init(&go);
	words = shared_alloc(4096);
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

static int exits(void *arg)
{
	(void)arg;
	return 0;
}

/* fork a child that exits at once and reap it: its number */
static pid_t passing(void)
{
	pid_t pid = child_start(exits, NULL);

	reap(pid);
	return pid;
}

static void every_level(void)
{
	char line[64], want[64];
	pid_t pid;

	gates();
	pid = ns_start(wait_go, NULL);
	gate_wait(&ready);
	snprintf(want, sizeof(want), "\t%d\t1", pid);
	CHECK("PID-01 number at every level",
	      !proc_line(proc_path("/proc/", pid, "/status"), "NSpid:", line,
			 sizeof(line)) && !strcmp(line, want));
	CHECK_OK("PID-15 the caller gets its own level's number",
		 kill(pid, 0));
	gate_open(&go);
	CHECK_EXIT("WAIT-01 the caller waits by its own number", pid, 0);
}

static int note_tid(void *arg)
{
	(void)arg;
	words[0] = (int)sys(SYS_gettid);
	words[1] = (int)sys(SYS_getpid);
	words[2] = (int)sys(SYS_kill, words[0], 0);
	return 0;
}

static int count_in_ns(void *arg)
{
	struct thread thread;
	int rising = 1;

	(void)arg;
	CHECK_EQ("PID-02 the first process is 1", getpid(), 1);
	CHECK_EQ("PID-13 its leader is thread 1", sys(SYS_gettid), 1);
	CHECK_EQ("PID-16 its parent is 0", getppid(), 0);
	CHECK_EQ("PID-30 set_tid_address says 1",
		 sys(SYS_set_tid_address, 0), 1);
	CHECK_EQ("PID-02 the next process is 2", passing(), 2);
	thread_start(&thread, note_tid, NULL);
	thread_join(&thread);
	CHECK_EQ("PID-02 the next thread is 3", words[0], 3);
	CHECK_EQ("PID-13 in group 1", words[1], 1);
	CHECK_EQ("PID-28 kill takes a thread's number", words[2], 0);
	for (int i = 4; i < 14; i++)
		rising &= passing() == i;
	CHECK("PID-03 freed numbers are not used again", rising);
	return 0;
}

static void counting(void)
{
	gates();
	CHECK_STATUS("PID-02 a namespace that counts",
		     ns_run(count_in_ns, NULL), EXITED(0));
}

/* set the last number used, fork: the number given */
static pid_t after(long last)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", last);
	if (proc_write(LAST_PID, text))
		return -1;
	return passing();
}

static int wrap_in_ns(void *arg)
{
	long max = proc_number("/proc/sys/kernel/pid_max", "");
	pid_t a, b;

	(void)arg;
	CHECK_EQ("PID-06 below 300 numbers go on", after(200), 201);
	CHECK_EQ("PID-06 up to 300", after(298), 299);
	CHECK_EQ("PID-06 and through it", passing(), 300);
	CHECK_EQ("PID-04 the last number is pid_max - 1", after(max - 2),
		 max - 1);
	CHECK_EQ("PID-05 then 300 is next", passing(), 300);
	CHECK_EQ("PID-05 then 301", passing(), 301);
	need(after(299) == 300);
	after(299);
	proc_write(LAST_PID, "299");
	gates();
	a = child_start(wait_go, NULL);
	b = child_start(wait_go, NULL);
	CHECK("PID-09 two numbers are busy", a == 300 && b == 301);
	CHECK_EQ("PID-09 and left out after the wrap", after(max - 1), 302);
	gate_open(&go);
	gate_open(&go);
	return 0;
}

static void wrapping(void)
{
	if (!proc_exists(LAST_PID)) {
		SKIP("PID-04 the last number", "no ns_last_pid");
		return;
	}
	CHECK_STATUS("PID-05 a namespace that wraps",
		     ns_run(wrap_in_ns, NULL), EXITED(0));
}

static void failed_numbers(void)
{
	pid_t before, next;
	int failed = 0;
	long result;

	need(!unshare(CLONE_NEWPID));
	CHECK_STATUS("PID-10 the first child ends", child_run(exits, NULL),
		     EXITED(0));
	before = getpid();
	for (int i = 0; i < 200; i++) {
		result = ns_clone(0);
		if (!result)
			_exit(0);
		failed += result == -ENOMEM;
	}
	CHECK_EQ("PID-10 then creation is ENOMEM", failed, 200);
	need(!ns_join(ns_fd_self(), CLONE_NEWPID));
	next = passing();
	CHECK("PID-11 failed ones used numbers up",
	      next >= before + 200 || next < before);
}

struct set_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack,
		 stack_size, tls, set_tid, set_tid_size, cgroup;
};

/* clone3 with chosen numbers, innermost first; a child exits with getpid */
static long clone_as(int inner, int outer, unsigned long flags)
{
	int tids[2] = { inner, outer };
	struct set_args args = {
		.flags = flags, .exit_signal = SIGCHLD,
		.set_tid = P(tids), .set_tid_size = outer ? 2 : 1,
	};
	long pid = sys(SYS_clone3, P(&args), sizeof(args));

	if (!pid)
		_exit(getpid() & 0xff);
	return pid;
}

static void nascent(void)
{
	long result;

	need(!unshare(CLONE_NEWPID));
	result = clone_as(1, getpid(), 0);
	CHECK_EQ("PID-12 a busy number is EEXIST", result, -EEXIST);
	result = ns_clone(0);
	if (!result)
		_exit(getpid());
	CHECK_EXIT("PID-12 the first child is 1 all the same", (int)result, 1);
}

static int see_itself(void *arg)
{
	words[0] = getpid();
	return *(int *)arg;
}

static void unchanged(void)
{
	pid_t self = getpid();
	int code = 3;
	pid_t pid;
	int fd;

	gates();
	pid = ns_start(wait_go, NULL);
	gate_wait(&ready);
	fd = ns_fd_of(pid);
	need(!unshare(CLONE_NEWPID));
	CHECK_EQ("PID-14 unshare leaves getpid", getpid(), self);
	CHECK_OK("PID-17 1 is still the old one", kill(1, 0));
	code = child_run(see_itself, &code);
	CHECK_EQ("PID-17 the child is 1 in its own", words[0], 1);
	need(!ns_join(ns_fd_self(), CLONE_NEWPID));
	CHECK_EQ("PID-14 setns leaves getpid", getpid(), self);
	need(!ns_join(fd, CLONE_NEWPID));
	CHECK_EQ("PID-14 any setns", getpid(), self);
	gate_open(&go);
	reap(pid);
}

static int two_in_ns(void *arg)
{
	pid_t pid = child_idle();

	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	if (pid != 2 || kill(2, SIGUSR1))
		return 1;
	return reap(pid) == SIGUSR1 ? 0 : 2;
}

static void strangers(void)
{
	pid_t a, b;

	gates();
	a = ns_start(two_in_ns, NULL);
	b = ns_start(two_in_ns, NULL);
	gate_wait(&ready);
	gate_wait(&ready);
	CHECK("PID-20 two namespaces have the same numbers", a != b);
	gate_open(&go);
	gate_open(&go);
	CHECK_EXIT("PID-18 each meets its own 2", a, 0);
	CHECK_EXIT("PID-18 and the other its", b, 0);
}

static int look_out(void *arg)
{
	pid_t outer = *(pid_t *)arg;

	CHECK_ERRNO("PID-18 a number of the outer namespace is nobody",
		    kill(outer, 0), ESRCH);
	CHECK_EQ("PID-19 an invisible group is 0", getpgid(0), 0);
	CHECK_EQ("PID-19 getpgrp too", getpgrp(), 0);
	CHECK_EQ("PID-19 an invisible session is 0", getsid(0), 0);
	CHECK_EQ("PID-19 an invisible parent is 0", getppid(), 0);
	return 0;
}

static void invisible(void)
{
	pid_t self = getpid();

	if (self < 100)
		for (int i = 0; i < 100; i++)
			passing();
	self = child_idle();
	CHECK_STATUS("PID-18 a namespace that looks out",
		     ns_run(look_out, &self), EXITED(0));
	child_kill(self);
}

static int leave_session(void *arg)
{
	(void)arg;
	setsid();
	child_start(wait_go, NULL);
	return 0;
}

static int linger_in_ns(void *arg)
{
	pid_t pid = child_start(leave_session, NULL);
	long result;

	(void)arg;
	reap(pid);
	gate_wait(&ready);
	CHECK_ERRNO("PID-21 a reaped session leader is nobody", kill(pid, 0),
		    ESRCH);
	CHECK_OK("PID-21 its group is there", kill(-pid, 0));
	result = clone_as(pid, 0, 0);
	if (result == -ENOSYS)
		SKIP("PID-21 its number is taken", "no clone3");
	else
		CHECK_EQ("PID-21 its number is taken", result, -EEXIST);
	result = sys(SYS_pidfd_open, pid, 0);
	if (result == -ENOSYS)
		SKIP("PID-23 pidfd_open of it", "no pidfd_open");
	else
		CHECK_EQ("PID-23 pidfd_open of it", result, -EINVAL);
	gate_open(&go);
	reap(-1);
	CHECK_ERRNO("PID-21 until the last member ends", kill(-pid, 0), ESRCH);
	result = clone_as(pid, 0, 0);
	if (result > 0)
		CHECK_EXIT("PID-21 then it can be given again", (int)result,
			   pid);
	return 0;
}

static void lingering(void)
{
	gates();
	CHECK_STATUS("PID-21 a namespace with a lingering number",
		     ns_run(linger_in_ns, NULL), EXITED(0));
}

static int zombie_in_ns(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (!pid)
		_exit(6);
	waitid(P_PID, pid, NULL, WEXITED | WNOWAIT);
	CHECK_OK("PID-24 a zombie of a namespace keeps its number",
		 kill(pid, SIGKILL));
	CHECK_EXIT("PID-24 and its status", pid, 6);
	CHECK_ERRNO("PID-24 until it is reaped", kill(pid, 0), ESRCH);
	return 0;
}

static void zombies(void)
{
	CHECK_STATUS("PID-24 a namespace with a zombie",
		     ns_run(zombie_in_ns, NULL), EXITED(0));
}

static void settid(void)
{
	long pid;

	gates();
	pid = sys(SYS_clone, CLONE_NEWPID | CLONE_PARENT_SETTID |
		  CLONE_CHILD_SETTID | SIGCHLD, 0, P(&words[0]), P(&words[1]));
	if (!pid)
		_exit(0);
	CHECK_EXIT("PID-29 a child with tid words", (int)pid, 0);
	CHECK_EQ("PID-29 PARENT_SETTID writes the caller's number", words[0],
		 pid);
	CHECK_EQ("PID-29 CHILD_SETTID writes the child's", words[1], 1);
}

static const struct test tests[] = {
	{ "every level", every_level, 0 },
	{ "counting", counting, 0 },
	{ "wrapping", wrapping, 0 },
	{ "failed numbers", failed_numbers, 0 },
	{ "nascent", nascent, 0 },
	{ "unchanged", unchanged, 0 },
	{ "strangers", strangers, 0 },
	{ "invisible", invisible, 0 },
	{ "lingering", lingering, 0 },
	{ "zombies", zombies, 0 },
	{ "tid words", settid, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
