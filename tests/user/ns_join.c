/*
 * tests/user/ns_join.c - a process that itself enters a pid namespace
 *
 * What:  the request is unknown, as on Linux; on a kernel booted with
 *        pidns.join=on, or with the argument "on": who may enter what, and
 *        what an entered process is.
 * See:   docs/pidns.md, "Joining by oneself"; ids HIST-B1 to HIST-B9
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define PR_NIDUS_JOIN_PIDNS	0x4e4a504e

static struct gate told;

static void set_up(void)
{
	stage_set();
	gate_init(&told);
}

static long join(int fd)
{
	return sys(SYS_prctl, PR_NIDUS_JOIN_PIDNS, fd);
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

/* the init of a world below, and a file of it */
static pid_t world(int *fd)
{
	pid_t init = ns_start(wait_go, NULL);

	gate_wait(&ready);
	*fd = ns_fd_of(init);
	return init;
}

static void off(void)
{
	int fd;
	pid_t init;

	set_up();
	init = world(&fd);
	setsid();
	CHECK_EQ("no such request", join(fd), -EINVAL);
	CHECK_EQ("whatever the descriptor", join(-1), -EINVAL);
	child_kill(init);
}

/* --- a member ------------------------------------------------------------ */

static int reads_itself(void *arg)
{
	int fd = *(int *)arg;
	char text[64] = "";

	need(setsid() > 0);
	words[0] = getpid();
	words[1] = (int)join(fd);
	words[2] = getpid();
	words[3] = getppid();
	words[4] = getpgid(0);
	words[5] = getsid(0);
	words[6] = (int)sys(SYS_gettid);
	words[7] = kill(1, 0);
	words[8] = (int)ns_join(ns_fd_self(), 0);
	need(!proc_line(proc_path("/proc/", words[0], "/status"), "NSpid:\t",
			text, sizeof(text)));
	memcpy(words + 16, text, sizeof(text));
	if (!fork())
		_exit(getppid() == words[2] && getpid() > words[2] ? 0 : 1);
	words[9] = reap(-1);
	gate_open(&ready);
	gate_wait(&told);
	return 5;
}

static void member(void)
{
	struct pollfd p = { .events = POLLIN };
	char want[32];
	pid_t init, pid;
	int fd;

	set_up();
	init = world(&fd);
	pid = child_start(reads_itself, &fd);
	p.fd = sys(SYS_pidfd_open, pid, 0);
	gate_wait(&ready);
	CHECK_EQ("HIST-B1 it enters", words[1], 0);
	CHECK_EQ("HIST-B1 with a number of that world", words[2], 2);
	CHECK_EQ("HIST-B1 its thread too", words[6], 2);
	CHECK_EQ("HIST-B1 its group", words[4], 2);
	CHECK_EQ("HIST-B1 its session", words[5], 2);
	CHECK_EQ("its parent is outside", words[3], 0);
	CHECK_EQ("it knows the init", words[7], 0);
	CHECK_EQ("its children are born there", words[8], 0);
	CHECK_EQ("HIST-B9 and see it", words[9], 0);
	snprintf(want, sizeof(want), "%d\t2", pid);
	CHECK("it keeps its outer number", words[0] == pid &&
	      !strcmp((char *)(words + 16), want));
	CHECK_EQ("by which it is known", kill(pid, 0), 0);
	CHECK_EQ("its group too", kill(-pid, 0), 0);
	CHECK_EQ("the namespace is the init's",
		 proc_exists(proc_path("/proc/", pid, "/ns/pid")), 1);
	CHECK_EQ("a pidfd from before is of the living", poll(&p, 1, 0), 0);
	CHECK_EQ("and signals it",
		 sys(SYS_pidfd_send_signal, p.fd, 0, 0, 0), 0);
	CHECK_EQ("and finds the child", sys(SYS_waitid, P_PIDFD, p.fd, 0,
					    WEXITED | WNOHANG, 0), 0);
	gate_open(&told);
	CHECK_EXIT("its parent waits for it", pid, 5);
	CHECK_EQ("and the pidfd tells", poll(&p, 1, 20000), 1);
	gate_open(&go);
	CHECK_EXIT("then the init ends", init, 6);
	CHECK_ERRNO("nobody is left", waitpid(-1, NULL, WNOHANG), ECHILD);
	CHECK_ERRNO("nor the number", kill(pid, 0), ESRCH);
}

static int enters_and_stays(void *arg)
{
	need(setsid() > 0);
	words[0] = (int)join(*(int *)arg);
	return wait_go(arg);
}

static void dies_with_it(void)
{
	pid_t init, pid;
	int fd;

	set_up();
	init = world(&fd);
	pid = child_start(enters_and_stays, &fd);
	gate_wait(&ready);
	need(!words[0]);
	kill(init, SIGKILL);
	CHECK_KILLED("the end of the world is its end", pid, SIGKILL);
	CHECK_KILLED("and then the init's", init, SIGKILL);
	gate_open(&go);
	CHECK_STATUS("one more comes",
		     child_run(enters_and_stays, &fd), EXITED(6));
	CHECK_EQ("HIST-B5 a dead one takes nobody", words[0], -ENOMEM);
}

/* while the waiter already waits, by number */
static int enters_later(void *arg)
{
	need(setsid() > 0);
	gate_wait(&told);
	words[0] = (int)join(*(int *)arg);
	return 9;
}

static int waits_first(void *arg)
{
	pid_t pid = child_start(enters_later, arg);

	words[1] = getpid();
	gate_open(&ready);
	return reap(pid) >> 8;
}

static int waits_for_group(void *arg)
{
	pid_t pid = child_start(enters_later, arg);
	int status = 0;

	while (getpgid(pid) != pid)
		sched_yield();
	gate_open(&ready);
	return waitpid(-pid, &status, 0) == pid ? status >> 8 : 1;
}

static void waits(int (*function)(void *))
{
	pid_t init, waiter;
	int fd;

	set_up();
	init = world(&fd);
	waiter = child_start(function, &fd);
	gate_wait(&ready);
	proc_await(waiter, "S");
	gate_open(&told);
	CHECK_EXIT("who waits already gets it", waiter, 9);
	CHECK_EQ("though it entered", words[0], 0);
	child_kill(init);
}

static void waited_for(void)
{
	waits(waits_first);
}

static void group_waited_for(void)
{
	waits(waits_for_group);
}

static int two_levels(void *arg)
{
	int *fds = arg;

	need(setsid() > 0);
	words[0] = (int)join(fds[0]);
	words[1] = (int)join(fds[1]);
	words[2] = getpid();
	gate_open(&told);
	gate_wait(&go);
	return 3;
}

static int inner_world(void *arg)
{
	int fd;
	pid_t init = world(&fd);

	(void)arg;
	words[9] = init;
	gate_open(&told);
	gate_wait(&go);
	child_kill(init);
	return 2;
}

static void deeper(void)
{
	char want[64], text[64] = "";
	pid_t init, pid;
	int fds[2], inner;

	set_up();
	init = ns_start(inner_world, NULL);
	gate_wait(&told);
	fds[0] = ns_fd_of(init);
	inner = (int)sys(SYS_ioctl, fds[0], 0x8004b706, words[9]);
	fds[1] = ns_fd_of(inner);
	pid = child_start(two_levels, fds);
	gate_wait(&told);
	CHECK_EQ("HIST-B2 first the child", words[0], 0);
	CHECK_EQ("then the child's", words[1], 0);
	need(!proc_line(proc_path("/proc/", pid, "/status"), "NSpid:\t", text,
			sizeof(text)));
	snprintf(want, sizeof(want), "%d\t%ld\t%d", pid,
		 sys(SYS_ioctl, fds[0], 0x8004b708, pid), words[2]);
	CHECK("three numbers", !strcmp(text, want));
	kill(pid, SIGTERM);
	CHECK_KILLED("a signal finds it", pid, SIGTERM);
	gate_open(&go);
	gate_open(&go);
	CHECK_EXIT("and its worlds end", init, 2);
}

/* --- who may not --------------------------------------------------------- */

static int *fds;

static int not_leader(void *arg)
{
	(void)arg;
	words[0] = (int)join(fds[0]);
	need(!setpgid(0, 0));
	words[1] = (int)join(fds[0]);
	return 0;
}

static int company(void *arg)
{
	pid_t pid;

	need(setsid() > 0);
	pid = child_start(wait_go, arg);
	gate_wait(&ready);
	words[2] = (int)join(fds[0]);
	need(!setpgid(pid, pid));
	words[3] = (int)join(fds[0]);
	child_kill(pid);
	words[4] = (int)join(fds[1]);
	words[5] = (int)join(fds[2]);
	words[6] = (int)join(-1);
	words[7] = (int)join(ns_fd_self());
	words[8] = (int)sys(SYS_prctl, PR_NIDUS_JOIN_PIDNS, fds[0], 1);
	return 0;
}

static int childs(void *arg)
{
	pid_t pid;

	need(setsid() > 0);
	pid = fork();
	if (!pid) {
		need(setsid() > 0);
		_exit(wait_go(arg));
	}
	gate_wait(&ready);
	words[9] = (int)join(fds[0]);
	child_kill(pid);
	words[10] = (int)join(fds[0]);
	return 0;
}

static int with_threads(void *arg)
{
	struct thread thread;

	need(setsid() > 0);
	thread_start(&thread, wait_go, arg);
	gate_wait(&ready);
	words[11] = (int)join(fds[0]);
	return 0;
}

static int unprivileged(void *arg)
{
	(void)arg;
	need(setsid() > 0);
	become_user();
	words[12] = (int)join(fds[0]);
	return 0;
}

static int other_plans(void *arg)
{
	(void)arg;
	need(setsid() > 0);
	need(!unshare(CLONE_NEWPID));
	words[13] = (int)join(fds[0]);
	return 0;
}

static int traced(void *arg)
{
	(void)arg;
	need(setsid() > 0);
	need(!ptrace(PTRACE_TRACEME, 0, 0, 0));
	words[15] = (int)join(fds[0]);
	return 0;
}

static int is_init(void *arg)
{
	pid_t inner = ns_start(wait_go, arg);
	int fd;

	gate_wait(&ready);
	fd = (int)sys(SYS_ioctl, sys(SYS_pidfd_open, inner, 0), 0xff05, 0);
	setsid();
	words[14] = (int)join(fd);
	child_kill(inner);
	return 0;
}

static void refused(void)
{
	pid_t init, inner;

	set_up();
	fds = words + 64;
	init = ns_start(inner_world, NULL);
	gate_wait(&told);
	fds[0] = ns_fd_of(init);
	inner = (int)sys(SYS_ioctl, fds[0], 0x8004b706, words[9]);
	fds[1] = ns_fd_of(inner);
	fds[2] = open("/proc/self/ns/uts", O_RDONLY);
	child_run(not_leader, NULL);
	CHECK_EQ("HIST-B3 leader of nothing", words[0], -EPERM);
	CHECK_EQ("HIST-B3 of a group alone", words[1], -EPERM);
	child_run(company, NULL);
	CHECK_EQ("others in the group", words[2], -EPERM);
	CHECK_EQ("others in the session", words[3], -EPERM);
	CHECK_EQ("HIST-B2 a grandchild", words[4], -EPERM);
	CHECK_EQ("another kind", words[5], -EINVAL);
	CHECK_EQ("no descriptor", words[6], -EBADF);
	CHECK_EQ("HIST-B6 its own", words[7], -EPERM);
	CHECK_EQ("an argument too many", words[8], -EINVAL);
	child_run(childs, NULL);
	CHECK_EQ("with a child elsewhere", words[9], -EBUSY);
	CHECK_EQ("but without it", words[10], 0);
	child_run(with_threads, NULL);
	CHECK_EQ("HIST-B8 with a thread", words[11], -EINVAL);
	child_run(unprivileged, NULL);
	CHECK_EQ("HIST-B8 without a right", words[12], -EPERM);
	child_run(other_plans, NULL);
	CHECK_EQ("its children elsewhere", words[13], -EINVAL);
	child_run(traced, NULL);
	CHECK_EQ("with a tracer", words[15], -EBUSY);
	ns_run(is_init, NULL);
	CHECK_EQ("HIST-B4 an init", words[14], -EINVAL);
	gate_open(&go);
	gate_open(&go);
	reap(init);
}

/* --- races --------------------------------------------------------------- */

static int enters_forks(void *arg)
{
	need(setsid() > 0);
	if (join(*(int *)arg))
		return 1;
	for (int i = 0; i < 3; i++) {
		if (!fork())
			_exit(0);
	}
	return 0;
}

static int short_init(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

/* Killed though it is no member: it was refused. */
static int wrongly_killed(pid_t pid)
{
	siginfo_t si;
	char text[64] = "";

	need(!waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT));
	need(!proc_line(proc_path("/proc/", pid, "/status"), "NSpid:\t", text,
			sizeof(text)));
	return si.si_code == CLD_KILLED && !strchr(text, '\t');
}

/* Worlds that end while others come in: nothing hangs, nothing stays. */
static void storm(void)
{
	int wrong = 0;

	set_up();
	for (int round = 0; round < 30; round++) {
		pid_t pid[4], init = ns_start(short_init, NULL);
		int fd;

		gate_wait(&ready);
		fd = ns_fd_of(init);
		for (int i = 0; i < 4; i++)
			pid[i] = child_start(enters_forks, &fd);
		gate_open(&go);
		for (int i = 0; i < 4; i++) {
			wrong += wrongly_killed(pid[i]);
			reap(pid[i]);
		}
		reap(init);
		close(fd);
	}
	CHECK_EQ("who is refused lives on", wrong, 0);
	CHECK_ERRNO("all worlds end", waitpid(-1, NULL, WNOHANG), ECHILD);
}

static int enters_at_once(void *arg)
{
	need(setsid() > 0);
	gate_open(&ready);
	words[0] = (int)join(*(int *)arg);
	__atomic_store_n(words + 1, 1, __ATOMIC_RELEASE);
	gate_wait(&told);
	return words[0] ? 1 : 0;
}

/* Looks of all kinds that failed until it is in. */
static int looks_in_vain(pid_t pid)
{
	int bad = 0, late;

	do {
		late = __atomic_load_n(words + 1, __ATOMIC_ACQUIRE);
		bad += kill(pid, 0) != 0;
		bad += kill(-pid, 0) != 0;
		bad += getpgid(pid) != pid;
		bad += getsid(pid) != pid;
		bad += sys(SYS_getpriority, PRIO_PGRP, pid) < 0;
		bad += waitpid(-pid, NULL, WNOHANG) != 0;
	} while (!late);
	return bad;
}

static void looked_at(void)
{
	pid_t init;
	int fd, bad = 0, entered = 0;

	set_up();
	init = world(&fd);
	for (int round = 0; round < 100; round++) {
		pid_t pid;

		words[1] = 0;
		pid = child_start(enters_at_once, &fd);
		gate_wait(&ready);
		bad += looks_in_vain(pid);
		gate_open(&told);
		entered += !reap(pid);
	}
	CHECK_EQ("all enter", entered, 100);
	CHECK_EQ("found by every name at every moment", bad, 0);
	child_kill(init);
}

static int enters_told(void *arg)
{
	need(setsid() > 0);
	gate_open(&ready);
	gate_wait(&told);
	words[0] = (int)join(*(int *)arg);
	return wait_go(arg);
}

/* Its group owns a file from before. */
static void owns_file(void)
{
	int fds[2], fd;
	pid_t init, pid;

	set_up();
	init = world(&fd);
	need(!pipe(fds));
	pid = child_start(enters_told, &fd);
	gate_wait(&ready);
	need(!fcntl(fds[0], F_SETOWN, -pid));
	need(!fcntl(fds[0], F_SETFL, O_ASYNC));
	gate_open(&told);
	gate_wait(&ready);
	need(!words[0]);
	CHECK_EQ("its group still owns the file",
		 sys(SYS_fcntl, fds[0], F_GETOWN), -pid);
	need(write(fds[1], "x", 1) == 1);
	CHECK_KILLED("and gets its signal", pid, SIGIO);
	child_kill(init);
	close(fds[0]);
	close(fds[1]);
}

/* --- a subreaper --------------------------------------------------------- */

static int ends_when_told(void *arg)
{
	(void)arg;
	gate_wait(&told);
	return 5;
}

static int leaves_orphan(void *arg)
{
	words[0] = child_start(ends_when_told, arg);
	return 4;
}

static int joins_as_subreaper(void *arg)
{
	need(setsid() > 0 && !prctl(PR_SET_CHILD_SUBREAPER, 1));
	need(!join(*(int *)arg));
	need(child_run(leaves_orphan, NULL) == EXITED(4));
	gate_open(&told);
	return reap(words[0]) == EXITED(5) ? 0 : 1;
}

static void subreaper(void)
{
	int fd;
	pid_t init;

	set_up();
	init = world(&fd);
	CHECK_STATUS("a subreaper gets its orphans, in the other world too",
		     child_run(joins_as_subreaper, &fd), EXITED(0));
	child_kill(init);
}

static const struct test off_tests[] = {
	{ "off", off, 0 },
};

static const struct test tests[] = {
	{ "member", member, 0 },
	{ "dies with it", dies_with_it, 0 },
	{ "waited for", waited_for, 0 },
	{ "group waited for", group_waited_for, 0 },
	{ "deeper", deeper, 0 },
	{ "refused", refused, 0 },
	{ "storm", storm, 0 },
	{ "looked at", looked_at, 0 },
	{ "owns a file", owns_file, 0 },
	{ "subreaper", subreaper, 0 },
};

int main(int argc, char **argv)
{
	char line[4096] = "";

	(void)proc_read("/proc/cmdline", line, sizeof(line));
	if ((argc > 1 && !strcmp(argv[1], "on")) ||
	    strstr(line, "pidns.join=on"))
		return test_main(tests, COUNT(tests));
	return test_main(off_tests, COUNT(off_tests));
}
