/*
 * tests/user/sig_kill.c - whom a signal may reach
 *
 * What:  kill, tkill and tgkill: numbers, groups, permission, zombies.
 * Not:   kill(-1) and namespaces are in ns_signal.c, queues in sig_queue.c.
 * See:   kill(2), tkill(2), credentials(7)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <limits.h>
#include <string.h>

#define NOBODY	4000000

static volatile sig_atomic_t caught;
static struct gate ready;

static void on_signal(int sig)
{
	caught = sig;
}

static void numbers(void)
{
	pid_t self = getpid();

	CHECK_EQ("SIG-01 an unknown number", sys(SYS_kill, NOBODY, SIGTERM),
		 -ESRCH);
	CHECK_EQ("SIG-01 comes before a wrong signal",
		 sys(SYS_kill, NOBODY, 65), -ESRCH);
	CHECK_EQ("SIG-01 signal 65", sys(SYS_kill, 1, 65), -EINVAL);
	CHECK_EQ("SIG-01 signal -1", sys(SYS_kill, 1, -1), -EINVAL);
	CHECK_EQ("SIG-02 signal 0", sys(SYS_kill, self, 0), 0);
	CHECK_EQ("signal 0 to nobody", sys(SYS_kill, NOBODY, 0), -ESRCH);
	CHECK_EQ("SIG-10 an unknown group", sys(SYS_kill, -NOBODY, 0), -ESRCH);
	CHECK_EQ("SIG-10 INT_MIN", sys(SYS_kill, INT_MIN, 0), -ESRCH);
	CHECK_EQ("a wrong signal to the own group", sys(SYS_kill, 0, 65),
		 -EINVAL);
	CHECK_EQ("signal 64", sys(SYS_kill, self, 0), 0);
}

static void thread_numbers(void)
{
	pid_t self = getpid();
	pid_t other = child_idle();

	handle(SIGUSR1, on_signal, 0);
	CHECK_EQ("tkill", sys(SYS_tkill, self, SIGUSR1), 0);
	CHECK_EQ("reaches", caught, SIGUSR1);
	CHECK_EQ("SIG-13 tkill 0", sys(SYS_tkill, 0, SIGUSR1), -EINVAL);
	CHECK_EQ("SIG-13 tkill -1", sys(SYS_tkill, -1, SIGUSR1), -EINVAL);
	CHECK_EQ("SIG-13 tkill of nobody", sys(SYS_tkill, NOBODY, 0), -ESRCH);
	CHECK_EQ("tkill with signal 65", sys(SYS_tkill, self, 65), -EINVAL);
	CHECK_EQ("tgkill", sys(SYS_tgkill, self, self, 0), 0);
	CHECK_EQ("SIG-13 tgkill of group 0", sys(SYS_tgkill, 0, self, 0),
		 -EINVAL);
	CHECK_EQ("SIG-13 tgkill of group -1", sys(SYS_tgkill, -1, self, 0),
		 -EINVAL);
	CHECK_EQ("SIG-13 tgkill of thread 0", sys(SYS_tgkill, self, 0, 0),
		 -EINVAL);
	CHECK_EQ("SIG-13 tgkill of nobody",
		 sys(SYS_tgkill, self, NOBODY, 0), -ESRCH);
	CHECK_EQ("SIG-13 tgkill of another group's thread",
		 sys(SYS_tgkill, self, other, 0), -ESRCH);
	CHECK_EQ("SIG-13 tgkill in another group",
		 sys(SYS_tgkill, other, other, 0), 0);
	child_kill(other);
}

static void zombies(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(3);
	proc_await(pid, "Z");
	CHECK_EQ("PID-24 a zombie takes SIGKILL", kill(pid, SIGKILL), 0);
	CHECK_EQ("SIG-02 and signal 0", kill(pid, 0), 0);
	CHECK_EXIT("PID-24 without effect", pid, 3);
	CHECK_ERRNO("a reaped one does not", kill(pid, 0), ESRCH);
}

static int join_group(void *arg)
{
	setpgid(0, *(pid_t *)arg);
	gate_open(&ready);
	return pause();
}

static void groups(void)
{
	pid_t none = 0;
	pid_t a, b, c;

	gate_init(&ready);
	a = child_start(join_group, &none);
	gate_wait(&ready);
	b = child_start(join_group, &a);
	c = child_idle();
	gate_wait(&ready);
	CHECK_OK("a group", kill(-a, SIGTERM));
	CHECK_KILLED("its leader", a, SIGTERM);
	CHECK_KILLED("its member", b, SIGTERM);
	CHECK_EQ("nobody else", waitpid(c, NULL, WNOHANG), 0);
	CHECK_ERRNO("a group without members", kill(-a, 0), ESRCH);
	handle(SIGUSR1, on_signal, 0);
	signal(SIGUSR2, SIG_IGN);
	CHECK_OK("the own group", kill(0, SIGUSR2));
	CHECK_OK("by its number", kill(-getpgrp(), SIGUSR2));
	kill(c, SIGKILL);
	reap(c);
}

static void member_after_leader(void)
{
	pid_t none = 0;
	pid_t a, b;

	gate_init(&ready);
	a = child_start(join_group, &none);
	gate_wait(&ready);
	b = child_start(join_group, &a);
	gate_wait(&ready);
	child_kill(a);
	CHECK_ERRNO("PID-21 a reaped leader is nobody", kill(a, 0), ESRCH);
	CHECK_OK("PID-21 but its group lives on", kill(-a, 0));
	kill(-a, SIGTERM);
	CHECK_KILLED("and is reached", b, SIGTERM);
	CHECK_ERRNO("to its end", kill(-a, 0), ESRCH);
}

/* may a process of these ids signal @pid? 0 or an errno */
static int may(uid_t real, uid_t effective, pid_t pid, int sig)
{
	pid_t child = fork();

	need(child >= 0);
	if (!child) {
		if (setresuid(real, effective, real))
			_exit(200);
		_exit(-sys(SYS_kill, pid, sig));
	}
	return reap(child) >> 8;
}

static int idle_as(void *arg)
{
	uid_t *ids = arg;

	need(!setresuid(ids[0], ids[1], ids[2]));
	gate_open(&ready);
	return pause();
}

static void permission(void)
{
	uid_t ids[3] = { 1000, 2000, 3000 };
	pid_t root = child_idle();
	pid_t pid;

	gate_init(&ready);
	pid = child_start(idle_as, ids);
	gate_wait(&ready);
	CHECK_EQ("the real user's", may(1000, 1000, pid, 0), 0);
	CHECK_EQ("the saved user's", may(3000, 3000, pid, 0), 0);
	CHECK_EQ("not the effective user's", may(2000, 2000, pid, 0), EPERM);
	CHECK_EQ("the sender's real user counts", may(1000, 5, pid, 0), 0);
	CHECK_EQ("and its effective one", may(5, 3000, pid, 0), 0);
	CHECK_EQ("another user", may(5, 5, pid, 0), EPERM);
	CHECK_EQ("a user to root", may(5, 5, root, SIGTERM), EPERM);
	CHECK_EQ("SIG-19 SIGCONT goes to the own session",
		 may(5, 5, root, SIGCONT), 0);
	CHECK_EQ("root to all", may(0, 0, pid, 0), 0);
	CHECK_EQ("a wrong signal comes before permission",
		 may(5, 5, pid, 65), EINVAL);
	child_kill(root);
	child_kill(pid);
}

static int idle_in_session(void *arg)
{
	(void)arg;
	setsid();
	gate_open(&ready);
	return pause();
}

static void other_session(void)
{
	pid_t pid;

	gate_init(&ready);
	pid = child_start(idle_in_session, NULL);
	gate_wait(&ready);
	CHECK_EQ("SIG-19 SIGCONT does not go to another session",
		 may(5, 5, pid, SIGCONT), EPERM);
	child_kill(pid);
}

static void mixed_group(void)
{
	uid_t ids[3] = { 5, 5, 5 };
	pid_t none = 0;
	pid_t root, user;

	gate_init(&ready);
	root = child_start(join_group, &none);
	gate_wait(&ready);
	CHECK_EQ("a group of others is EPERM", may(5, 5, -root, 0), EPERM);
	user = child_start(idle_as, ids);
	gate_wait(&ready);
	need(!setpgid(user, root));
	CHECK_EQ("one that may be reached is enough",
		 may(5, 5, -root, SIGTERM), 0);
	CHECK_KILLED("it is", user, SIGTERM);
	CHECK_EQ("the other is not", waitpid(root, NULL, WNOHANG), 0);
	child_kill(root);
}

static int thread_waits(void *arg)
{
	gate_wait(arg);
	return 0;
}

static void threads(void)
{
	struct thread thread;
	pid_t self = getpid();
	int tid;

	gate_init(&ready);
	handle(SIGUSR1, on_signal, 0);
	thread_start(&thread, thread_waits, &ready);
	tid = thread.tid;
	CHECK_OK("PID-28 kill of a thread's number", kill(tid, 0));
	CHECK_EQ("tgkill of a thread", sys(SYS_tgkill, self, tid, 0), 0);
	CHECK_EQ("a thread's number is no group", sys(SYS_kill, -tid, 0),
		 -ESRCH);
	CHECK_EQ("nor one for tgkill", sys(SYS_tgkill, tid, tid, 0), -ESRCH);
	block(SIGUSR1);
	sys(SYS_tkill, tid, SIGUSR1);
	while (!caught)
		;
	CHECK_EQ("tkill reaches just that thread", caught, SIGUSR1);
	gate_open(&ready);
	thread_join(&thread);
	while (sys(SYS_tgkill, self, tid, 0) == 0)
		sys(SYS_sched_yield);
	CHECK_EQ("a thread that ended", sys(SYS_tgkill, self, tid, 0), -ESRCH);
}

static void global_init(void)
{
	if (proc_number("/proc/1/status", "Threads:") < 0 || getuid()) {
		SKIP("INIT-25 signals to init", "no /proc/1");
		return;
	}
	CHECK_OK("INIT-25 SIGKILL to init does nothing", kill(1, SIGKILL));
	CHECK_OK("INIT-25 SIGSTOP to init does nothing", kill(1, SIGSTOP));
	CHECK_OK("INIT-25 SIGTERM to init does nothing", kill(1, SIGTERM));
	CHECK("INIT-25 it lives", proc_state(1) == 'S');
	CHECK_ERRNO("INIT-25 its group is its own affair", setpgid(1, 1),
		    ESRCH);
}

/* who goes is there for all signals or for none, also for signal 0 */
static void gone(void)
{
	int group = 0, process = 0;

	handle(SIGCHLD, SIG_IGN, 0);
	for (int i = 0; i < 1000; i++) {
		pid_t pid = child_idle();

		need(!setpgid(pid, pid));
		if (i % 2) {
			while (!kill(-pid, SIGKILL))
				;
			group += !kill(-pid, 0);
		} else {
			while (!kill(pid, SIGKILL))
				;
			process += !kill(pid, 0);
		}
	}
	CHECK_EQ("a group that has gone does not come back", group, 0);
	CHECK_EQ("nor does a process", process, 0);
}

static const struct test tests[] = {
	{ "numbers", numbers, 0 },
	{ "thread numbers", thread_numbers, 0 },
	{ "zombies", zombies, 0 },
	{ "groups", groups, 0 },
	{ "group without leader", member_after_leader, 0 },
	{ "permission", permission, 0 },
	{ "other session", other_session, 0 },
	{ "mixed group", mixed_group, 0 },
	{ "threads", threads, 0 },
	{ "init", global_init, 0 },
	{ "gone", gone, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
