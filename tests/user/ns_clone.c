/*
 * tests/user/ns_clone.c - clone with namespace flags
 *
 * What:  CLONE_NEWPID with each other flag, who may, and clone by processes
 *        whose namespace for children is another than their own.
 * Not:   flags without namespaces are in clone.c.
 * See:   clone(2), pid_namespaces(7); ids of the catalogue, family CLONE
 */
#include "lib/ns.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

static char stack[65536] __attribute__((aligned(16)));

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
	return 0;
}

/* clone(2) that ought to fail: its result; a child that comes is reaped */
static long refused(unsigned long flags)
{
	long pid = sys(SYS_clone, (long)flags,
		       flags & CLONE_VM ? P(stack + sizeof(stack) - 64) : 0);

	if (!pid)
		sys(SYS_exit, 0);
	if (pid > 0)
		waitpid(pid, NULL, __WALL);
	return pid;
}

static void making(void)
{
	stage_set();
	CHECK_STATUS("CLONE-01 NEWPID makes a child", ns_run(note, NULL),
		     EXITED(0));
	CHECK_EQ("CLONE-01 which is 1", words[0], 1);
	CHECK_EQ("CLONE-01 without parent", words[1], 0);
	if (!fork()) {
		become_user();
		_exit(-refused(CLONE_NEWPID | SIGCHLD));
	}
	CHECK_EXIT("CLONE-02 an ordinary user may not", -1, EPERM);
	if (!fork()) {
		become_user();
		_exit(-refused(CLONE_NEWPID | THREAD_FLAGS));
	}
	CHECK_EXIT("CLONE-36 wrong flags are told first", -1, EINVAL);
	CHECK_EQ("CLONE-03 NEWPID with THREAD",
		 refused(CLONE_NEWPID | CLONE_THREAD | CLONE_SIGHAND |
			 CLONE_VM), -EINVAL);
}

static int clone_sibling(void *arg)
{
	long pid = sys(SYS_clone, CLONE_NEWPID | CLONE_PARENT | SIGCHLD);

	(void)arg;
	if (!pid)
		_exit(getpid() == 1 ? 41 : 42);
	return pid > 0 ? 0 : 1;
}

static int parent_in_init(void *arg)
{
	struct thread thread;

	CHECK_EQ(arg ? "CLONE-05 PARENT by another thread of it" :
		 "CLONE-05 PARENT by the init of a namespace",
		 refused(CLONE_PARENT | SIGCHLD), -EINVAL);
	if (arg)
		return 0;
	words[0] = 0;
	thread_start(&thread, parent_in_init, (void *)1);
	thread_join(&thread);
	return 0;
}

static int clone_parent(void *arg)
{
	long pid = sys(SYS_clone, CLONE_PARENT | SIGCHLD);

	(void)arg;
	if (!pid)
		_exit(getppid() == 1 ? 0 : 1);
	return pid > 0 ? 0 : 1;
}

static int parent_in_member(void *arg)
{
	int good = 0;

	(void)arg;
	child_start(clone_parent, NULL);
	good += reap(-1) == 0;
	good += reap(-1) == 0;
	CHECK_EQ("CLONE-07 PARENT by a member: a child of init", good, 2);
	return 0;
}

static void parents(void)
{
	int statuses[2];

	stage_set();
	child_start(clone_sibling, NULL);
	statuses[0] = reap(-1);
	statuses[1] = reap(-1);
	CHECK_EQ("CLONE-04 NEWPID with PARENT makes a sibling that is init",
		 statuses[0] + statuses[1], EXITED(41));
	CHECK_STATUS("CLONE-05 an init", ns_run(parent_in_init, NULL),
		     EXITED(0));
	CHECK_STATUS("CLONE-07 a member", ns_run(parent_in_member, NULL),
		     EXITED(0));
}

static int by_injected(void *arg)
{
	long pid = sys(SYS_clone, CLONE_PARENT | SIGCHLD);

	(void)arg;
	if (!pid)
		_exit(getppid() == 0 && getpid() > 1 ? 0 : 1);
	return pid > 0 ? 0 : 1;
}

static void injected_parent(void)
{
	int good = 0;
	pid_t init;

	stage_set();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	child_start(by_injected, NULL);
	good += reap(-1) == 0;
	good += reap(-1) == 0;
	CHECK_EQ("CLONE-06 PARENT by an injected process: a sibling outside",
		 good, 2);
	gate_open(&go);
	CHECK_EXIT("CLONE-06 the namespace ends", init, 0);
}

/*
 * A dying init ignores SIGCHLD; if it shares its handlers with its parent,
 * so may the parent then: the status of that child is not asked for.
 */
static void with_memory(void)
{
	struct thread child;
	int code = 7;
	pid_t pid;

	stage_set();
	pid = thread_clone(&child, CLONE_NEWPID | CLONE_VM | SIGCHLD, note,
			   &code);
	CHECK_EXIT("CLONE-10 BUG-08 NEWPID with VM", pid, 7);
	CHECK_EQ("CLONE-10 is 1", words[0], 1);
	words[0] = 0;
	pid = thread_clone(&child, CLONE_NEWPID | CLONE_VM | CLONE_SIGHAND |
			   SIGCHLD, note, &code);
	waitpid(pid, NULL, 0);
	CHECK("CLONE-10 NEWPID with VM and SIGHAND", pid > 0 && words[0] == 1);
	signal(SIGCHLD, SIG_DFL);
	words[0] = 0;
	pid = thread_clone(&child, CLONE_NEWPID | CLONE_VFORK | SIGCHLD, note,
			   &code);
	CHECK_EQ("CLONE-11 NEWPID with VFORK waits for the child", words[0],
		 1);
	CHECK_EXIT("CLONE-11 BUG-08 which is init", pid, 7);
}

static int thread_body(void *arg)
{
	*(volatile int *)arg = 1;
	return 0;
}

static void elsewhere(void)
{
	struct thread thread;
	int ran = 0;
	int own = ns_fd_self();

	stage_set();
	need(own >= 0 && !unshare(CLONE_NEWPID));
	CHECK_EQ("CLONE-12 NEWPID after unshare",
		 refused(CLONE_NEWPID | SIGCHLD), -EINVAL);
	CHECK_ERRNO("CLONE-13 BUG-07 THREAD after unshare",
		    thread_clone(&thread, THREAD_FLAGS, thread_body, &ran),
		    EINVAL);
	need(child_run(note, NULL) == 0 && words[0] == 1);
	CHECK_EQ("CLONE-12 and when the new one is dead",
		 refused(CLONE_NEWPID | SIGCHLD), -EINVAL);
	CHECK_ERRNO("CLONE-13 and THREAD",
		    thread_clone(&thread, THREAD_FLAGS, thread_body, &ran),
		    EINVAL);
	need(!ns_join(own, CLONE_NEWPID));
	thread_start(&thread, thread_body, &ran);
	thread_join(&thread);
	CHECK_EQ("CLONE-14 UNSH-19 back home THREAD works", ran, 1);
	CHECK_STATUS("CLONE-14 and NEWPID", ns_run(note, NULL), EXITED(0));
}

static void combinations(void)
{
	CHECK_EQ("CLONE-15 NEWUSER with THREAD",
		 refused(CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND |
			 CLONE_VM), -EINVAL);
	CHECK_EQ("CLONE-15 NEWUSER with FS",
		 refused(CLONE_NEWUSER | CLONE_FS | SIGCHLD), -EINVAL);
	CHECK_EQ("CLONE-15 NEWNS with FS",
		 refused(CLONE_NEWNS | CLONE_FS | SIGCHLD), -EINVAL);
	CHECK_EQ("CLONE-09 NEWPID with SIGHAND without VM",
		 refused(CLONE_NEWPID | CLONE_SIGHAND | SIGCHLD), -EINVAL);
}

static int grandchild(void *arg)
{
	pid_t pid = child_start(note, arg);

	if (reap(pid) != 0 || pid != getpid() + 1)
		return 1;
	if (words[1] != getpid())
		return 2;
	return unshare(CLONE_NEWPID) || child_run(note, arg) ||
	       words[0] != 1 ? 3 : 0;
}

static void members(void)
{
	pid_t init;

	stage_set();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	need(!ns_join(ns_fd_of(init), CLONE_NEWPID));
	CHECK_STATUS("CLONE-39 an injected child lives wholly there",
		     child_run(grandchild, NULL), EXITED(0));
	gate_open(&go);
	CHECK_EXIT("CLONE-39 the namespace ends", init, 0);
}

static void failed_pidfd(void)
{
	int fd = -7;
	int next = dup(1);
	long result;

	close(next);
	need(!unshare(CLONE_NEWPID));
	stage_set();
	need(child_run(note, NULL) == 0);
	next = dup(1);
	close(next);
	result = sys(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, P(&fd));
	if (!result)
		_exit(0);
	CHECK_EQ("CLONE-33 PIDFD into a dead namespace", result, -ENOMEM);
	CHECK_EQ("CLONE-33 writes nothing", fd, -7);
	CHECK_EQ("CLONE-33 and takes no descriptor", dup(1), next);
}

static int many_inits(void *arg)
{
	int good = 0;

	(void)arg;
	for (int i = 0; i < 30; i++)
		good += ns_run(note, NULL) == 0 && words[0] == 1;
	return good == 30 ? 0 : 1;
}

static void many(void)
{
	pid_t pids[3];
	int good = 0;

	stage_set();
	for (int i = 0; i < 3; i++)
		pids[i] = child_start(many_inits, NULL);
	for (int i = 0; i < 3; i++)
		good += reap(pids[i]) == 0;
	CHECK_EQ("LIM-10 ninety namespaces come and go", good, 3);
}

static const struct test tests[] = {
	{ "making", making, 0 },
	{ "parents", parents, 0 },
	{ "injected parent", injected_parent, 0 },
	{ "memory", with_memory, 0 },
	{ "elsewhere", elsewhere, 0 },
	{ "combinations", combinations, 0 },
	{ "members", members, 0 },
	{ "failed pidfd", failed_pidfd, 0 },
	{ "many", many, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
