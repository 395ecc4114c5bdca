/*
 * tests/user/wait.c - wait4
 *
 * What:  which children match, what the status says, when the call blocks,
 *        and its errors.
 * Not:   waitid is in waitid.c; the fate of orphans in reparent.c.
 * See:   wait(2), wait4(2)
 */
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	(void)sig;
	caught++;
}

static int exit_with(void *arg)
{
	return *(int *)arg;
}

static pid_t leaver(int code)
{
	return child_start(exit_with, &code);
}

static long wait4_raw(pid_t pid, int *status, int options)
{
	return sys(SYS_wait4, pid, P(status), options, 0);
}

static void options(void)
{
	static const unsigned int bad[] = {
		4, WEXITED, 0x10, WNOWAIT, 0x10000000, WEXITED | WNOHANG,
	};
	pid_t pid = leaver(0);
	int status = 0x5555;
	int good = 0;

	for (size_t i = 0; i < COUNT(bad); i++)
		good += wait4_raw(-1, &status, bad[i]) == -EINVAL;
	CHECK_EQ("WAIT-02 other options are EINVAL", good, COUNT(bad));
	CHECK_EQ("status is untouched", status, 0x5555);
	CHECK_EQ("WAIT-02 all six options are taken",
		 wait4_raw(pid, &status, WUNTRACED | WCONTINUED |
			   (int)(__WALL | __WNOTHREAD | __WCLONE)), pid);
	CHECK_EQ("WAIT-04 INT_MIN", wait4_raw(INT_MIN, &status, 0), -ESRCH);
	CHECK_EQ("WAIT-04 INT_MIN with WNOHANG",
		 wait4_raw(INT_MIN, &status, WNOHANG), -ESRCH);
	CHECK_EQ("no children", wait4_raw(-1, &status, 0), -ECHILD);
	CHECK_EQ("no children with WNOHANG", wait4_raw(-1, &status, WNOHANG),
		 -ECHILD);
}

static void strangers(void)
{
	pid_t child = child_idle();

	CHECK_ERRNO("WAIT-05 the parent is no child",
		    waitpid(getppid(), NULL, 0), ECHILD);
	CHECK_ERRNO("WAIT-05 nor is init", waitpid(1, NULL, 0), ECHILD);
	CHECK_ERRNO("WAIT-05 nor oneself", waitpid(getpid(), NULL, 0), ECHILD);
	CHECK_ERRNO("WAIT-05 nor a number nobody has",
		    waitpid(4000000, NULL, 0), ECHILD);
	CHECK_ERRNO("WAIT-13 nor a group nobody has",
		    waitpid(-4000000, NULL, 0), ECHILD);
	CHECK_EQ("WAIT-06 WNOHANG with a live child",
		 waitpid(child, NULL, WNOHANG), 0);
	CHECK_EQ("WAIT-06 for any child", waitpid(-1, NULL, WNOHANG), 0);
	child_kill(child);
	CHECK_ERRNO("a reaped child is none", waitpid(child, NULL, 0),
		    ECHILD);
}

static void statuses(void)
{
	static const int fatal[] = { SIGHUP, SIGKILL, SIGTERM, SIGUSR1, 34 };
	int good = 0;
	pid_t pid;

	CHECK_STATUS("WAIT-07 exit 0", reap(leaver(0)), 0);
	CHECK_STATUS("WAIT-07 exit 255", reap(leaver(255)), 255 << 8);
	CHECK_STATUS("WAIT-07 only eight bits", reap(leaver(263)), 7 << 8);
	CHECK_STATUS("WAIT-07 of a negative one", reap(leaver(-1)), 255 << 8);
	for (size_t i = 0; i < COUNT(fatal); i++) {
		pid = child_idle();
		kill(pid, fatal[i]);
		good += reap(pid) == fatal[i];
	}
	CHECK_EQ("WAIT-07 a killing signal", good, COUNT(fatal));
	pid = child_idle();
	kill(pid, SIGQUIT);
	CHECK_STATUS("WAIT-07 one that would dump core", reap(pid) & 0xff7f,
		     SIGQUIT);
}

static void stops(void)
{
	pid_t pid = child_idle();
	int status;

	kill(pid, SIGSTOP);
	CHECK_EQ("a stop is waited for", waitpid(pid, &status, WUNTRACED), pid);
	CHECK_STATUS("WAIT-07 its status", status, STOPPED(SIGSTOP));
	CHECK_EQ("WAIT-15 and told once",
		 waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
	kill(pid, SIGCONT);
	CHECK_EQ("a continuation too", waitpid(pid, &status, WCONTINUED), pid);
	CHECK_STATUS("WAIT-07 its status is 0xffff", status, CONTINUED);
	CHECK_EQ("WAIT-15 told once too",
		 waitpid(pid, &status, WCONTINUED | WNOHANG), 0);
	kill(pid, SIGTSTP);
	CHECK_EQ("SIGTSTP stops", waitpid(pid, &status, WUNTRACED), pid);
	CHECK_STATUS("with its number", status, STOPPED(SIGTSTP));
	kill(pid, SIGSTOP);
	CHECK_EQ("a second stop is no news",
		 waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
	CHECK_EQ("a stop is not seen without WUNTRACED",
		 waitpid(pid, &status, WNOHANG), 0);
	kill(pid, SIGKILL);
	CHECK_EQ("a stopped child dies", waitpid(pid, &status, 0), pid);
	CHECK_STATUS("by SIGKILL", status, SIGKILL);
}

static void unseen_stop(void)
{
	pid_t pid = child_idle();
	int status;

	kill(pid, SIGSTOP);
	need(waitpid(pid, &status, WUNTRACED) == pid);
	kill(pid, SIGCONT);
	kill(pid, SIGKILL);
	CHECK_EQ("death overtakes a continuation",
		 waitpid(pid, &status, WUNTRACED), pid);
	CHECK_STATUS("in the status", status, SIGKILL);
}

static void any_order(void)
{
	pid_t pids[5];
	int seen = 0;
	int status;

	for (int i = 0; i < 5; i++)
		pids[i] = leaver(i);
	CHECK_EQ("one of many", waitpid(pids[3], &status, 0), pids[3]);
	CHECK_STATUS("with its status", status, EXITED(3));
	for (int i = 0; i < 4; i++) {
		pid_t pid = waitpid(-1, &status, 0);

		for (int j = 0; j < 5; j++)
			seen += pid == pids[j] && status == EXITED(j);
	}
	CHECK_EQ("the rest in any order, each once", seen, 4);
	CHECK_ERRNO("and no more", waitpid(-1, NULL, 0), ECHILD);
}

static int group_child(void *arg)
{
	setpgid(0, *(int *)arg);
	gate_open((struct gate *)((int *)arg + 1));
	return pause();
}

static void groups(void)
{
	struct { int group; struct gate gate; } arg = { 0 };
	pid_t a, b, same;

	gate_init(&arg.gate);
	a = child_start(group_child, &arg);
	gate_wait(&arg.gate);
	arg.group = a;
	b = child_start(group_child, &arg);
	gate_wait(&arg.gate);
	same = leaver(3);
	CHECK_EQ("WAIT-13 the own group only", waitpid(0, NULL, 0), same);
	CHECK_ERRNO("WAIT-13 which is empty then", waitpid(0, NULL, 0), ECHILD);
	CHECK_EQ("WAIT-13 another group", waitpid(-a, NULL, WNOHANG), 0);
	kill(b, SIGKILL);
	CHECK_EQ("WAIT-13 one of it", waitpid(-a, NULL, 0), b);
	kill(a, SIGKILL);
	CHECK_EQ("WAIT-13 then the other", waitpid(-a, NULL, 0), a);
	CHECK_ERRNO("WAIT-13 then nobody", waitpid(-a, NULL, 0), ECHILD);
}

static void clones(void)
{
	long pid;

	signal(SIGUSR1, SIG_IGN);
	pid = sys(SYS_clone, SIGUSR1);
	if (!pid)
		_exit(1);
	CHECK_ERRNO("WAIT-11 a child with another exit signal",
		    waitpid(pid, NULL, 0), ECHILD);
	CHECK_EQ("WAIT-11 matches __WCLONE", waitpid(pid, NULL, __WCLONE),
		 pid);
	pid = sys(SYS_clone, 0);
	if (!pid)
		_exit(2);
	CHECK_ERRNO("WAIT-11 one without exit signal", waitpid(-1, NULL, 0),
		    ECHILD);
	CHECK_EQ("WAIT-11 matches __WALL", waitpid(-1, NULL, __WALL), pid);
	pid = leaver(3);
	CHECK_ERRNO("WAIT-11 an ordinary child does not match __WCLONE",
		    waitpid(pid, NULL, __WCLONE), ECHILD);
	CHECK_EQ("WAIT-11 but __WALL", waitpid(pid, NULL, __WALL), pid);
}

static void pointers(void)
{
	struct rusage usage;
	pid_t pid = leaver(1);

	CHECK_EQ("WAIT-14 a bad status pointer",
		 wait4_raw(pid, (int *)8, 0), -EFAULT);
	CHECK_EQ("WAIT-14 loses the child", wait4_raw(pid, NULL, 0), -ECHILD);
	pid = leaver(1);
	CHECK_EQ("a bad usage pointer", sys(SYS_wait4, pid, 0, 0, 8), -EFAULT);
	CHECK_EQ("loses it too", wait4_raw(pid, NULL, 0), -ECHILD);
	pid = leaver(1);
	CHECK_EQ("no status is wanted", wait4_raw(pid, NULL, 0), pid);
	memset(&usage, 0xff, sizeof(usage));
	pid = leaver(1);
	CHECK("usage of a child", wait4(pid, NULL, 0, &usage) == pid &&
	      usage.ru_utime.tv_sec >= 0 && usage.ru_utime.tv_usec < 1000000 &&
	      usage.ru_utime.tv_usec >= 0);
}

static int burn(void *arg)
{
	struct rusage usage;

	(void)arg;
	do {
		getrusage(RUSAGE_SELF, &usage);
	} while (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec < 50000 &&
		 !usage.ru_utime.tv_sec);
	return 0;
}

static long usage_us(const struct rusage *usage)
{
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000L +
	       usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

static void usage(void)
{
	struct rusage one, all;
	pid_t pid = child_start(burn, NULL);

	need(!getrusage(RUSAGE_CHILDREN, &all));
	CHECK_EQ("a child that is not waited for does not count",
		 usage_us(&all), 0);
	need(wait4(pid, NULL, 0, &one) == pid);
	CHECK("wait4 tells the time used", usage_us(&one) >= 50000);
	need(!getrusage(RUSAGE_CHILDREN, &all));
	CHECK("then it counts for the parent", usage_us(&all) >=
	      usage_us(&one));
}

#define MUCH	(16ul << 20)

static int use_memory(void *arg)
{
	(void)arg;
	memset(shared_alloc(MUCH), 1, MUCH);
	return 0;
}

static int have_large_child(void *arg)
{
	return child_run(use_memory, arg);
}

static void memory(void)
{
	struct rusage all;

	need(child_run(have_large_child, NULL) == 0);
	need(!getrusage(RUSAGE_CHILDREN, &all));
	CHECK("the largest one may be a child's child",
	      all.ru_maxrss >= (long)(MUCH >> 10));
}

static void ignored(void)
{
	pid_t pid;

	signal(SIGCHLD, SIG_IGN);
	pid = leaver(0);
	CHECK_ERRNO("REAP-14 SIGCHLD ignored: wait blocks to the end",
		    waitpid(pid, NULL, 0), ECHILD);
	while (!kill(pid, 0))
		sched_yield();
	CHECK_ERRNO("REAP-14 and nothing is left of the child",
		    kill(pid, 0), ESRCH);
	handle(SIGCHLD, on_signal, SA_NOCLDWAIT);
	pid = leaver(0);
	CHECK_ERRNO("REAP-14 SA_NOCLDWAIT: the same", waitpid(pid, NULL, 0),
		    ECHILD);
	CHECK_EQ("but the signal comes", caught, 1);
	signal(SIGCHLD, SIG_DFL);
	CHECK_STATUS("and by default they stay", reap(leaver(4)), EXITED(4));
}

static void tick(int flags)
{
	struct itimerval each = { { 0, 3000 }, { 0, 3000 } };

	handle(SIGALRM, on_signal, flags);
	setitimer(ITIMER_REAL, &each, NULL);
}

static void to_kill(int sig)
{
	(void)sig;
	if (++caught == 3)
		kill(0, SIGUSR2);
}

static void interrupted(void)
{
	pid_t pid = child_idle();

	tick(0);
	CHECK_ERRNO("WAIT-19 a handler interrupts", waitpid(pid, NULL, 0),
		    EINTR);
	caught = 0;
	signal(SIGUSR2, SIG_IGN);
	handle(SIGALRM, to_kill, SA_RESTART);
	CHECK_EQ("WAIT-19 with SA_RESTART the wait goes on",
		 waitpid(pid, NULL, 0), pid);
	CHECK("through several signals", caught >= 3);
}

static int idle_thread(void *arg)
{
	gate_wait(arg);
	return 0;
}

static void threads(void)
{
	struct thread thread;
	struct gate gate;
	int tid;

	gate_init(&gate);
	thread_start(&thread, idle_thread, &gate);
	tid = thread.tid;
	CHECK_ERRNO("WAIT-16 threads are not waited for",
		    waitpid(tid, NULL, __WALL), ECHILD);
	gate_open(&gate);
	thread_join(&thread);
}

static int fork_in_thread(void *arg)
{
	struct gate *gates = arg;
	long pid = sys(SYS_fork);

	if (!pid)
		sys(SYS_exit_group, 6);
	gates[2].read_fd = (int)pid;
	gate_open(&gates[0]);
	gate_wait(&gates[1]);
	return 0;
}

/* A thread's children become another's a moment after it can be joined. */
static pid_t wait_inherited(pid_t pid, int *status)
{
	pid_t got = -1;

	for (int i = 0; got == -1 && i < 20000; i++) {
		got = waitpid(pid, status, (int)__WNOTHREAD);
		if (got == -1 && errno != ECHILD)
			break;
		if (got == -1)
			usleep(500);
	}
	return got;
}

static void nothread(void)
{
	struct thread thread;
	struct gate gates[3];
	int status = -1;
	pid_t pid;

	gate_init(&gates[0]);
	gate_init(&gates[1]);
	thread_start(&thread, fork_in_thread, gates);
	gate_wait(&gates[0]);
	pid = gates[2].read_fd;
	CHECK_ERRNO("WAIT-12 __WNOTHREAD leaves other threads' children",
		    waitpid(pid, &status, (int)__WNOTHREAD), ECHILD);
	gate_open(&gates[1]);
	thread_join(&thread);
	CHECK_EQ("WAIT-12 until the thread is gone",
		 wait_inherited(pid, &status), pid);
	CHECK_STATUS("with its status", status, EXITED(6));
	thread_start(&thread, fork_in_thread, gates);
	gate_wait(&gates[0]);
	pid = gates[2].read_fd;
	CHECK_EQ("WAIT-12 by default they match", waitpid(pid, &status, 0),
		 pid);
	gate_open(&gates[1]);
	thread_join(&thread);
}

static const struct test tests[] = {
	{ "options", options, 0 },
	{ "strangers", strangers, 0 },
	{ "statuses", statuses, 0 },
	{ "stops", stops, 0 },
	{ "unseen stop", unseen_stop, 0 },
	{ "any order", any_order, 0 },
	{ "groups", groups, 0 },
	{ "clones", clones, 0 },
	{ "pointers", pointers, 0 },
	{ "usage", usage, 0 },
	{ "memory", memory, 0 },
	{ "ignored SIGCHLD", ignored, 0 },
	{ "interrupted", interrupted, 0 },
	{ "threads", threads, 0 },
	{ "__WNOTHREAD", nothread, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
