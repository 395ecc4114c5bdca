/*
 * tests/user/ns_setns.c - entering pid namespaces
 *
 * What:  setns with namespace files and pidfds: which targets are allowed,
 *        what changes, and what happens with dead namespaces.
 * See:   setns(2), pid_namespaces(7); ids of the catalogue, family SETNS
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

static struct gate inner_ready;
static int own;

static int wait_go(void *is_ready)
{
	gate_open(is_ready);
	gate_wait(&go);
	return 0;
}

/* the init of a new namespace, waiting for the gate; nobody else waits for
 * @is_ready meanwhile */
static pid_t start_waiting(struct gate *is_ready)
{
	pid_t pid = ns_start(wait_go, is_ready);

	gate_wait(is_ready);
	return pid;
}

static pid_t waiting_init(void)
{
	return start_waiting(&ready);
}

static void set_up(void)
{
	stage_set();
	gate_init(&inner_ready);
	own = ns_fd_self();
	need(own >= 0);
}

static int note(void *arg)
{
	(void)arg;
	words[0] = getpid();
	words[1] = getppid();
	return 0;
}

static long fork_note(void)
{
	long pid;

	words[0] = words[1] = -1;
	pid = ns_clone(0);
	if (!pid)
		_exit(note(NULL));
	if (pid > 0)
		reap(pid);
	return pid < 0 ? pid : 0;
}

static void joining(void)
{
	pid_t self = getpid();
	pid_t init;
	int fd;

	set_up();
	init = waiting_init();
	fd = ns_fd_of(init);
	CHECK("SETNS-01 a namespace file opens", fd >= 0);
	CHECK_EQ("SETNS-01 setns with NEWPID", ns_join(fd, CLONE_NEWPID), 0);
	CHECK_EQ("SETNS-01 leaves getpid", getpid(), self);
	CHECK("SETNS-01 the next child is 2, without parent",
	      !fork_note() && words[0] == 2 && words[1] == 0);
	CHECK_EQ("SETNS-01 setns with 0", ns_join(fd, 0), 0);
	CHECK("SETNS-01 works too", !fork_note() && words[0] == 3);
	CHECK_EQ("SETNS-01 and home", ns_join(own, 0), 0);
	CHECK("SETNS-01 children are there again",
	      !fork_note() && words[1] == self);
	gate_open(&go);
	CHECK_EXIT("SETNS-01 the namespace ends", init, 0);
}

static void errors(void)
{
	pid_t init;
	int fd;

	set_up();
	init = waiting_init();
	fd = ns_fd_of(init);
	CHECK_EQ("SETNS-02 another type", ns_join(fd, CLONE_NEWNET), -EINVAL);
	CHECK_EQ("SETNS-02 two types",
		 ns_join(fd, CLONE_NEWPID | CLONE_NEWNET), -EINVAL);
	CHECK_EQ("SETNS-02 a wrong bit", ns_join(fd, 1), -EINVAL);
	CHECK_EQ("SETNS-03 a closed descriptor", ns_join(99, CLONE_NEWPID),
		 -EBADF);
	CHECK_EQ("SETNS-03 an O_PATH descriptor",
		 ns_join(open("/proc/self/ns/pid", O_PATH), CLONE_NEWPID),
		 -EBADF);
	CHECK_EQ("SETNS-04 a file", ns_join(open("/proc/self/stat", O_RDONLY),
					    CLONE_NEWPID), -EINVAL);
	CHECK_EQ("SETNS-04 a directory with 0",
		 ns_join(open("/proc/self/ns", O_RDONLY), 0), -EINVAL);
	if (!fork()) {
		become_user();
		CHECK_EQ("SETNS-11 an ordinary user", ns_join(fd, 0), -EPERM);
		CHECK_EQ("SETNS-11 not even home", ns_join(own, 0), -EPERM);
		_exit(0);
	}
	CHECK_EXIT("SETNS-11 a user ends", -1, 0);
	CHECK("SETNS-02 nothing has changed", !fork_note() &&
	      words[1] == getpid());
	gate_open(&go);
	reap(init);
}

static int nested_init(void *arg)
{
	pid_t inner = start_waiting(&inner_ready);

	(void)arg;
	words[9] = inner;
	gate_open(&ready);
	return reap(inner);
}

static int try_outer(void *arg)
{
	int *fds = arg;

	CHECK_EQ("SETNS-06 an ancestor", ns_join(fds[0], CLONE_NEWPID),
		 -EINVAL);
	CHECK_EQ("SETNS-06 a sibling", ns_join(fds[1], CLONE_NEWPID),
		 -EINVAL);
	return 0;
}

/* the number of a process whose parent is @pid */
static pid_t child_of(pid_t pid)
{
	for (pid_t at = pid + 1; at < pid + 1000; at++)
		if (proc_number(proc_path("/proc/", at, "/status"),
				"PPid:") == pid)
			return at;
	return -1;
}

static void relatives(void)
{
	pid_t outer, sibling, child;
	int fds[2];

	set_up();
	outer = ns_start(nested_init, NULL);
	gate_wait(&ready);
	sibling = waiting_init();
	fds[0] = own;
	fds[1] = ns_fd_of(sibling);
	CHECK_STATUS("SETNS-06 a namespace beside", ns_run(try_outer, fds),
		     EXITED(0));
	child = child_of(outer);
	need(child > 0);
	CHECK_EQ("SETNS-05 a grandchild",
		 ns_join(ns_fd_of(child), CLONE_NEWPID), 0);
	CHECK("SETNS-05 its child has three numbers, no parent",
	      !fork_note() && words[0] == 2 && words[1] == 0);
	CHECK_EQ("SETNS-07 from there to a sibling",
		 ns_join(fds[1], CLONE_NEWPID), 0);
	CHECK_EQ("SETNS-07 and to the child",
		 ns_join(ns_fd_of(outer), CLONE_NEWPID), 0);
	CHECK_EQ("SETNS-07 and home", ns_join(own, CLONE_NEWPID), 0);
	gate_open(&go);
	gate_open(&go);
	CHECK_EXIT("SETNS-07 one ends", sibling, 0);
	CHECK_EXIT("SETNS-07 the other too", outer, 0);
}

static void dead(void)
{
	pid_t init;
	int fd;

	set_up();
	init = waiting_init();
	fd = ns_fd_of(init);
	child_kill(init);
	CHECK_EQ("SETNS-08 a dead namespace is entered",
		 ns_join(fd, CLONE_NEWPID), 0);
	CHECK_EQ("SETNS-08 but nobody is born in it", fork_note(), -ENOMEM);
	CHECK_ERRNO("SETNS-23 its init's file has gone", ns_fd_of(init),
		    ENOENT);
	CHECK_EQ("SETNS-08 home", ns_join(own, CLONE_NEWPID), 0);
	CHECK_EQ("SETNS-08 works", fork_note(), 0);
}

static int join_in_thread(void *arg)
{
	words[5] = (int)ns_join(*(int *)arg, CLONE_NEWPID);
	return 0;
}

static void threads(void)
{
	struct thread thread;
	char before[64] = "", after[64] = "";
	pid_t init;
	int fd;

	set_up();
	init = waiting_init();
	fd = ns_fd_of(init);
	(void)!readlink(CHILDREN, before, 63);
	thread_start(&thread, join_in_thread, &fd);
	thread_join(&thread);
	(void)!readlink(CHILDREN, after, 63);
	CHECK_EQ("SETNS-10 a thread may enter", words[5], 0);
	CHECK("SETNS-10 for itself only", before[0] &&
	      !strcmp(before, after));
	gate_open(&go);
	reap(init);
}

static void pidfds(void)
{
	pid_t init;
	int fd;

	set_up();
	init = waiting_init();
	fd = (int)sys(SYS_pidfd_open, init, 0);
	if (fd == -ENOSYS) {
		SKIP("SETNS-14 pidfds", "no pidfd_open");
	} else {
		CHECK_EQ("SETNS-14 a pidfd with 0", ns_join(fd, 0), -EINVAL);
		CHECK_EQ("SETNS-14 with a wrong bit",
			 ns_join(fd, CLONE_NEWPID | 1), -EINVAL);
		CHECK_EQ("SETNS-14 with NEWPID", ns_join(fd, CLONE_NEWPID),
			 0);
		CHECK("SETNS-15 enters", !fork_note() && words[0] == 2);
		CHECK_EQ("SETNS-16 home by a pidfd of oneself",
			 ns_join((int)sys(SYS_pidfd_open, getpid(), 0),
				 CLONE_NEWPID), 0);
		CHECK("SETNS-16 it is home", !fork_note() &&
		      words[1] == getpid());
	}
	kill(init, SIGKILL);
	need(!waitid(P_PID, init, NULL, WEXITED | WNOWAIT));
	if (fd >= 0)
		CHECK_EQ("SETNS-18 a zombie", ns_join(fd, CLONE_NEWPID),
			 -ESRCH);
	reap(init);
	if (fd >= 0)
		CHECK_EQ("SETNS-18 a reaped one", ns_join(fd, CLONE_NEWPID),
			 -ESRCH);
}

static const struct test tests[] = {
	{ "joining", joining, 0 },
	{ "errors", errors, 0 },
	{ "relatives", relatives, 0 },
	{ "dead", dead, 0 },
	{ "threads", threads, 0 },
	{ "pidfds", pidfds, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
