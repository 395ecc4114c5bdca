/*
 * tests/user/ns_unshare.c - unshare and the namespace for children
 *
 * What:  what unshare(CLONE_NEWPID) changes and leaves, the nascent and the
 *        dead namespace for children, threads, and refused flags.
 * See:   unshare(2), pid_namespaces(7); ids of the catalogue, family UNSH
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <string.h>

#define CHILDREN	"/proc/thread-self/ns/pid_for_children"
#define OWN		"/proc/thread-self/ns/pid"

static const char *self;

static int note(void *arg)
{
	words[0] = getpid();
	words[1] = getppid();
	return arg ? *(int *)arg : 0;
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return getppid();
}

/* the text of a namespace link, or "" */
static const char *link_of(const char *path)
{
	static char text[2][64];
	static int which;
	ssize_t len;

	which = !which;
	len = readlink(path, text[which], 63);
	text[which][len < 0 ? 0 : len] = 0;
	return text[which];
}

/* fork and reap a child that notes its numbers: 0, or an error */
static long fork_note(void)
{
	long pid = ns_clone(0);

	if (!pid)
		_exit(note(NULL));
	if (pid > 0)
		reap(pid);
	return pid < 0 ? pid : 0;
}

static void basics(void)
{
	pid_t pid = getpid();
	pid_t first, second, third;
	char before[64];

	stage_set();
	strcpy(before, link_of(OWN));
	CHECK_EQ("UNSH-01 unshare", ns_unshare(CLONE_NEWPID), 0);
	CHECK_EQ("UNSH-01 leaves getpid", getpid(), pid);
	CHECK("UNSH-01 and the own namespace", !strcmp(before, link_of(OWN)));
	first = child_start(wait_go, NULL);
	gate_wait(&ready);
	second = child_start(note, NULL);
	reap(second);
	CHECK("UNSH-02 the second child is 2, without parent",
	      words[0] == 2 && words[1] == 0);
	third = child_start(note, NULL);
	reap(third);
	CHECK("UNSH-02 the third is 3", words[0] == 3 && words[1] == 0);
	gate_open(&go);
	CHECK_EXIT("UNSH-02 the first is init, without parent", first, 0);
}

static void twice(void)
{
	int own = ns_fd_self();

	stage_set();
	need(!ns_unshare(CLONE_NEWPID));
	CHECK_EQ("UNSH-03 unshare twice", ns_unshare(CLONE_NEWPID), -EINVAL);
	need(!fork_note());
	CHECK_EQ("UNSH-03 after a child has come and gone",
		 ns_unshare(CLONE_NEWPID), -EINVAL);
	for (int i = 0; i < 5; i++) {
		words[2] += ns_join(own, CLONE_NEWPID) == 0;
		words[2] += ns_unshare(CLONE_NEWPID) == 0;
	}
	CHECK_EQ("UNSH-04 by way of home any number of times", words[2], 10);
	CHECK("UNSH-04 and the last one works", !fork_note() &&
	      words[0] == 1);
}

static void links(void)
{
	char before[64];
	pid_t pid;

	stage_set();
	strcpy(before, link_of(OWN));
	CHECK("UNSH-05 at first both are the same",
	      !strcmp(before, link_of(CHILDREN)) &&
	      !strncmp(before, "pid:[", 5));
	need(!ns_unshare(CLONE_NEWPID));
	CHECK_ERRNO("UNSH-05 a nascent namespace has no link",
		    readlink(CHILDREN, (char[8]){ 0 }, 8), ENOENT);
	CHECK_ERRNO("UNSH-05 nor opens", open(CHILDREN, O_RDONLY), ENOENT);
	CHECK("UNSH-05 the own link is as before",
	      !strcmp(before, link_of(OWN)));
	pid = child_start(wait_go, NULL);
	gate_wait(&ready);
	CHECK("UNSH-06 with an init it has one",
	      !strncmp(link_of(CHILDREN), "pid:[", 5) &&
	      strcmp(before, link_of(CHILDREN)));
	CHECK_OK("UNSH-06 and opens", open(CHILDREN, O_RDONLY));
	strcpy(before, link_of(CHILDREN));
	gate_open(&go);
	reap(pid);
	CHECK("UNSH-06 and keeps it after its death",
	      !strcmp(before, link_of(CHILDREN)));
	CHECK_OK("UNSH-06 and still opens", open(CHILDREN, O_RDONLY));
}

static void in_between(void)
{
	stage_set();
	need(!ns_unshare(CLONE_NEWPID));
	CHECK_EQ("UNSH-07 unshare of nothing", ns_unshare(0), 0);
	CHECK_EQ("UNSH-07 unshare of FS and FILES",
		 ns_unshare(CLONE_FS | CLONE_FILES), 0);
	ns_unshare(CLONE_NEWUTS);
	CHECK("UNSH-07 do not disturb", !fork_note() && words[0] == 1);
}

static int unshare_and_fork(void *arg)
{
	long pid;

	*(volatile long *)arg = ns_unshare(CLONE_NEWPID);
	pid = sys(SYS_fork);
	if (!pid) {
		words[4] = (int)sys(SYS_getpid);
		sys(SYS_exit_group, 0);
	}
	sys(SYS_wait4, pid, 0, 0, 0);
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

static void threads(void)
{
	struct thread thread;
	long result = -1;

	stage_set();
	thread_start(&thread, unshare_and_fork, &result);
	gate_wait(&ready);
	CHECK_EQ("UNSH-08 BUG-09 one thread of several may unshare", result, 0);
	CHECK_EQ("UNSH-08 its child is 1", words[4], 1);
	CHECK("UNSH-08 the other thread's child is not",
	      !fork_note() && words[0] != 1 && words[1] == getpid());
	CHECK("UNSH-08 and its link is as before",
	      !strcmp(link_of(OWN), link_of(CHILDREN)));
	gate_open(&go);
	thread_join(&thread);
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

/* every way to make a process: how many are ENOMEM */
static int all_enomem(void)
{
	struct { uint64_t flags, pidfd, child, parent, exit_signal, rest[6]; }
	args = { .exit_signal = SIGCHLD };
	struct thread child;
	int count = 0;

	count += fork_note() == -ENOMEM;
	count += vfork() == -1 && errno == ENOMEM;
	count += thread_clone(&child, CLONE_VM | SIGCHLD, nothing, NULL) ==
		 -1 && errno == ENOMEM;
	count += sys(SYS_clone3, P(&args), 88) == -ENOMEM;
	return count;
}

static void death(void)
{
	struct thread thread;
	int own = ns_fd_self();
	pid_t pid;

	stage_set();
	need(!ns_unshare(CLONE_NEWPID));
	pid = fork();
	if (!pid)
		_exit(0);
	need(!waitid(P_PID, pid, NULL, WEXITED | WNOWAIT));
	CHECK_EQ("UNSH-09 BUG-11 with the init a zombie creation is ENOMEM",
		 all_enomem(), 4);
	reap(pid);
	CHECK_EQ("UNSH-09 and after it is reaped", all_enomem(), 4);
	CHECK_ERRNO("UNSH-10 THREAD is EINVAL",
		    thread_clone(&thread, THREAD_FLAGS, nothing, NULL),
		    EINVAL);
	CHECK_EQ("UNSH-10 unshare is EINVAL", ns_unshare(CLONE_NEWPID),
		 -EINVAL);
	CHECK_EQ("UNSH-10 clone(NEWPID) is EINVAL", ns_clone(CLONE_NEWPID),
		 -EINVAL);
	CHECK_EQ("UNSH-11 setns to the own namespace",
		 ns_join(own, CLONE_NEWPID), 0);
	CHECK("UNSH-11 and fork works", !fork_note() && words[1] == getpid());
}

static int as_user(void *arg)
{
	(void)arg;
	become_user();
	CHECK_EQ("UNSH-12 an ordinary user may not",
		 ns_unshare(CLONE_NEWPID), -EPERM);
	CHECK_EQ("UNSH-13 bad flags are told first",
		 ns_unshare(CLONE_NEWPID | CLONE_PARENT), -EINVAL);
	if (ns_unshare(CLONE_NEWUSER | CLONE_NEWPID) == -EINVAL) {
		SKIP("UNSH-12 unless with NEWUSER", "no user namespaces");
		return 0;
	}
	CHECK("UNSH-12 unless with NEWUSER", !fork_note() && words[0] == 1);
	return 0;
}

static void permission(void)
{
	stage_set();
	CHECK_STATUS("UNSH-12 a user", child_run(as_user, NULL), EXITED(0));
}

static int wait_as_thread(void *arg)
{
	return wait_go(arg);
}

static void flags(void)
{
	static const unsigned long bad[] = {
		CLONE_PARENT, CLONE_VFORK, CLONE_PTRACE, CLONE_SETTLS,
		CLONE_IO, SIGCHLD, CLONE_PIDFD, 1UL << 32, 1UL << 40,
	};
	struct thread thread;
	int good = 0;

	stage_set();
	for (size_t i = 0; i < COUNT(bad); i++)
		good += ns_unshare(bad[i]) == -EINVAL;
	CHECK_EQ("UNSH-13 refused flags", good, COUNT(bad));
	CHECK_EQ("UNSH-14 THREAD, VM and SIGHAND alone are nothing",
		 ns_unshare(CLONE_THREAD | CLONE_VM | CLONE_SIGHAND), 0);
	thread_start(&thread, wait_as_thread, NULL);
	gate_wait(&ready);
	CHECK_EQ("UNSH-14 THREAD with another thread",
		 ns_unshare(CLONE_THREAD), -EINVAL);
	CHECK_EQ("UNSH-14 VM", ns_unshare(CLONE_VM), -EINVAL);
	CHECK_EQ("UNSH-14 SIGHAND", ns_unshare(CLONE_SIGHAND), -EINVAL);
	CHECK_EQ("UNSH-15 NEWPID does not mean THREAD",
		 ns_unshare(CLONE_NEWPID), 0);
	gate_open(&go);
	thread_join(&thread);
}

static void all_or_nothing(void)
{
	stage_set();
	CHECK_EQ("UNSH-20 NEWPID with a bad flag",
		 ns_unshare(CLONE_NEWPID | CLONE_VFORK), -EINVAL);
	CHECK("UNSH-20 changes nothing", !fork_note() && words[0] != 1);
	CHECK_EQ("UNSH-16 NEWPID with THREAD, VM and SIGHAND",
		 ns_unshare(CLONE_NEWPID | CLONE_THREAD | CLONE_VM |
			     CLONE_SIGHAND), 0);
	CHECK("UNSH-16 works", !fork_note() && words[0] == 1);
}

static int after_exec(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(getpid() == 1 ? 0 : 1);
	return reap(pid) == 0 ? 7 : 8;
}

static void execs(void)
{
	char *argv[] = { "x", "--after-exec", NULL };
	char *none[] = { NULL };

	if (!fork()) {
		need(!ns_unshare(CLONE_NEWPID));
		execve(self, argv, none);
		_exit(9);
	}
	CHECK_EXIT("UNSH-17 the setting survives exec", -1, 7);
}

static void abandoned(void)
{
	int good = 0;

	for (int i = 0; i < 50; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(ns_unshare(CLONE_NEWPID) ? 1 : 0);
		good += reap(pid) == 0;
	}
	CHECK_EQ("UNSH-18 fifty namespaces that nobody is born in", good, 50);
}

static void late_failure(void)
{
	long result;

	stage_set();
	need(!ns_unshare(CLONE_NEWPID));
	result = sys(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, 8);
	if (result == -EINVAL) {
		SKIP("UNSH-23 a late failure", "no CLONE_PIDFD");
		return;
	}
	CHECK_EQ("UNSH-23 BUG-06 a bad pointer", result, -EFAULT);
	CHECK_EQ("UNSH-23 BUG-06 and the namespace is dead", fork_note(),
		 -ENOMEM);
	CHECK_ERRNO("UNSH-23 without a link", open(CHILDREN, O_RDONLY),
		    ENOENT);
	need(!ns_join(ns_fd_self(), CLONE_NEWPID));
	CHECK_EQ("UNSH-23 home again it works", fork_note(), 0);
	result = sys(SYS_clone, CLONE_NEWPID | CLONE_PIDFD | SIGCHLD, 0, 8);
	CHECK_EQ("UNSH-25 the same in clone(NEWPID)", result, -EFAULT);
	CHECK_STATUS("UNSH-25 hurts only that one", ns_run(note, NULL),
		     EXITED(0));
}

static const struct test tests[] = {
	{ "basics", basics, 0 },
	{ "twice", twice, 0 },
	{ "links", links, 0 },
	{ "in between", in_between, 0 },
	{ "threads", threads, 0 },
	{ "death", death, 0 },
	{ "permission", permission, 0 },
	{ "flags", flags, 0 },
	{ "all or nothing", all_or_nothing, 0 },
	{ "exec", execs, 0 },
	{ "abandoned", abandoned, 0 },
	{ "late failure", late_failure, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1)
		return after_exec();
	self = argv[0];
	return test_main(tests, COUNT(tests));
}
