/*
 * tests/user/pidfd_ns.c - descriptors of processes, and namespaces
 *
 * What:  who may use a pidfd across namespaces, the numbers it shows, the
 *        namespaces it leads to, and births through it.
 * See:   pidfd_open(2), setns(2), pidfd_getfd(2); ids PIDFD, SETNS and ZAP of
 *        docs/pidns-table.md
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#define IOC_PID		0xff05
#define IOC_CHILDREN	0xff06
#define IOC_USER	0xff09

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static pid_t waiting_init(void)
{
	pid_t pid = ns_start(wait_go, NULL);

	gate_wait(&ready);
	return pid;
}

static long pidfd_ioctl(int fd, unsigned int command, long arg)
{
	return sys(SYS_ioctl, fd, command, arg);
}

static long pidfd_kill(int fd, int sig)
{
	return sys(SYS_pidfd_send_signal, fd, sig, 0, 0);
}

static int uses_outer(void *arg)
{
	int fd = *(int *)arg;
	int taken;

	CHECK_EQ("PIDFD-08 from inside an outer process takes no signal",
		 pidfd_kill(fd, 0), -EINVAL);
	CHECK_EQ("SETNS-20 nor is its namespace entered",
		 ns_join(fd, CLONE_NEWPID), -EINVAL);
	taken = (int)sys(SYS_pidfd_getfd, fd, words[1], 0);
	CHECK("PIDFD-15 but its files can be taken", taken >= 0 &&
	      fd_ino(taken) == fd_ino(ready.read_fd));
	CHECK_EQ("PIDFD-15 with flags", sys(SYS_pidfd_getfd, fd, 0, 1),
		 -EINVAL);
	CHECK_EQ("PIDFD-15 from another file", sys(SYS_pidfd_getfd, 1, 0, 0),
		 -EBADF);
	CHECK_EQ("PIDFD-15 a closed one", sys(SYS_pidfd_getfd, fd, 999, 0),
		 -EBADF);
	taken = (int)pidfd_ioctl(fd, IOC_PID, 0);
	CHECK("PIDFD-19 its namespace can be had", taken >= 0 &&
	      (int)fd_ino(taken) == words[2]);
	CHECK_EQ("PIDFD-19 but not joined", ns_join(taken, CLONE_NEWPID),
		 -EINVAL);
	return 6;
}

static void across(void)
{
	int fd = (int)pidfd_open(getpid(), 0);
	pid_t init;

	stage_set();
	words[1] = ready.read_fd;
	words[2] = (int)fd_ino(ns_fd_self());
	CHECK_STATUS("PIDFD-08 a namespace", ns_run(uses_outer, &fd),
		     EXITED(6));
	init = waiting_init();
	fd = (int)pidfd_open(init, 0);
	CHECK_EQ("PIDFD-08 from outside an inner one takes them",
		 pidfd_kill(fd, 0), 0);
	CHECK_EQ("INIT-04 SIGKILL by a pidfd from outside",
		 pidfd_kill(fd, SIGKILL), 0);
	CHECK_KILLED("INIT-04 kills init", init, SIGKILL);
}

static void waiting_by_it(void)
{
	siginfo_t info;
	pid_t init;
	int fd;

	stage_set();
	init = waiting_init();
	fd = (int)pidfd_open(init, 0);
	memset(&info, 0, sizeof(info));
	CHECK_EQ("PIDFD-13 an init that lives",
		 waitid(P_PIDFD, fd, &info, WEXITED | WNOHANG), 0);
	CHECK_EQ("PIDFD-13 gives no number", info.si_pid, 0);
	gate_open(&go);
	CHECK_EQ("PIDFD-13 one that ends",
		 waitid(P_PIDFD, fd, &info, WEXITED), 0);
	CHECK("PIDFD-13 is named as the waiter calls it",
	      info.si_pid == init && info.si_status == 6);
}

static void by_clone(void)
{
	char text[64] = "", want[64];
	int fd = -1;
	long pid;

	stage_set();
	pid = sys(SYS_clone, CLONE_NEWPID | CLONE_PIDFD | SIGCHLD, 0, P(&fd));
	if (!pid)
		_exit(wait_go(NULL));
	gate_wait(&ready);
	snprintf(want, sizeof(want), "\t%ld\t1", pid);
	CHECK("PIDFD-14 clone gives a pidfd of the init", fd >= 0 &&
	      !proc_line(proc_path("/proc/self/fdinfo/", fd, ""), "NSpid:",
			 text, sizeof(text)) && !strcmp(text, want));
	CHECK_EQ("PIDFD-24 fdinfo has its number",
		 proc_number(proc_path("/proc/self/fdinfo/", fd, ""), "Pid:"),
		 pid);
	gate_open(&go);
	CHECK_EXIT("PIDFD-14 which ends", (pid_t)pid, 6);
	CHECK_EQ("PIDFD-24 a reaped one's is -1",
		 proc_number(proc_path("/proc/self/fdinfo/", fd, ""), "Pid:"),
		 -1);
	CHECK("PIDFD-25 at every level",
	      !proc_line(proc_path("/proc/self/fdinfo/", fd, ""), "NSpid:",
			 text, sizeof(text)) && !strcmp(text, "\t-1"));
	CHECK("PID-25 the object lives on in the descriptor",
	      pidfd_events(fd) == (POLLIN | POLLHUP));
}

/* in a namespace, with a proc of its own: descriptors from both sides */
static int reads_fdinfo(void *arg)
{
	int *fds = arg;
	char text[64];

	if (ns_mount_proc("inner"))
		return 1;
	CHECK_EQ("PIDFD-24 by the inner mount an outer process is 0",
		 proc_number(proc_path("inner/self/fdinfo/", fds[0], ""),
			     "Pid:"), 0);
	CHECK("PIDFD-25 at its one level",
	      !proc_line(proc_path("inner/self/fdinfo/", fds[0], ""),
			 "NSpid:", text, sizeof(text)) &&
	      !strcmp(text, "\t0"));
	CHECK_EQ("PIDFD-26 by the outer mount the same has a number",
		 proc_number(proc_path("/proc/self/fdinfo/", fds[0], ""),
			     "Pid:"), fds[1]);
	fds[0] = (int)pidfd_open(1, 0);
	CHECK_EQ("PIDFD-26 init by the inner mount is 1",
		 proc_number(proc_path("inner/self/fdinfo/", fds[0], ""),
			     "Pid:"), 1);
	CHECK_EQ("PROC-21 by the outer one it is another number",
		 proc_number(proc_path("/proc/self/fdinfo/", fds[0], ""),
			     "Pid:") > 1, 1);
	umount2("inner", MNT_DETACH);
	return 6;
}

static void two_mounts(void)
{
	pid_t idle = child_idle();
	int fds[2] = { (int)pidfd_open(idle, 0), idle };

	CHECK_STATUS("PIDFD-26 a namespace", ns_run(reads_fdinfo, fds),
		     EXITED(6));
	child_kill(idle);
}

static void ioctls(void)
{
	pid_t init;
	int fd, ns;

	stage_set();
	init = waiting_init();
	fd = (int)pidfd_open(init, 0);
	ns = (int)pidfd_ioctl(fd, IOC_PID, 0);
	CHECK("PIDFD-18 the pid namespace", ns >= 0 &&
	      fd_ino(ns) == fd_ino(ns_fd_of(init)));
	CHECK_EQ("PIDFD-18 is close-on-exec", fcntl(ns, F_GETFD), FD_CLOEXEC);
	CHECK("SETNS-21 is joined like any other",
	      !ns_join(ns, CLONE_NEWPID) && !ns_join(ns_fd_self(), 0));
	CHECK("PIDFD-18 the one for children",
	      fd_ino((int)pidfd_ioctl(fd, IOC_CHILDREN, 0)) == fd_ino(ns));
	CHECK("PIDFD-18 the user namespace",
	      fd_ino((int)pidfd_ioctl(fd, IOC_USER, 0)) == 4026531837);
	CHECK_EQ("PIDFD-18 with an argument", pidfd_ioctl(fd, IOC_PID, 1),
		 -EINVAL);
	CHECK_EQ("PIDFD-18 an unknown command", pidfd_ioctl(fd, 0xff40, 0),
		 -ENOTTY);
	if (!fork()) {
		become_user();
		_exit((int)-pidfd_ioctl(fd, IOC_PID, 0));
	}
	CHECK_EXIT("PIDFD-18 by an ordinary user", -1, EACCES);
	kill(init, SIGKILL);
	need(!waitid(P_PID, init, NULL, WEXITED | WNOWAIT));
	CHECK_EQ("PIDFD-18 of a zombie", pidfd_ioctl(fd, IOC_PID, 0), -ESRCH);
	reap(init);
	CHECK_EQ("PIDFD-18 of a reaped one", pidfd_ioctl(fd, IOC_CHILDREN, 0),
		 -ESRCH);
}

static int unshares(void *arg)
{
	if (sys(SYS_unshare, CLONE_NEWPID))
		return 1;
	return wait_go(arg);
}

/* a nascent namespace of another process becomes ours to begin */
static void nascent(void)
{
	pid_t other;
	long pid;
	int fd, ns;

	stage_set();
	other = child_start(unshares, NULL);
	gate_wait(&ready);
	fd = (int)pidfd_open(other, 0);
	ns = (int)pidfd_ioctl(fd, IOC_CHILDREN, 0);
	CHECK("PIDFD-31 a nascent namespace by ioctl", ns >= 0);
	CHECK_EQ("PIDFD-31 is joined", ns_join(ns, CLONE_NEWPID), 0);
	pid = ns_clone(0);
	if (!pid)
		_exit(getpid() == 1 ? 41 : 42);
	CHECK_EXIT("PIDFD-31 CLONE-40 SETNS-24 the first born is its init",
		   (pid_t)pid, 41);
	CHECK_EQ("PIDFD-31 after which it is dead", ns_clone(0), -ENOMEM);
	gate_open(&go);
	CHECK_EXIT("PIDFD-31 the other ends", other, 6);
}

/* @how: the pid namespace for children of a process is not its own */
static void targets(void)
{
	pid_t other;
	int own = ns_fd_self();
	int fd;
	long pid;

	stage_set();
	other = child_start(unshares, NULL);
	gate_wait(&ready);
	fd = (int)pidfd_open(other, 0);
	need(!sys(SYS_unshare, CLONE_NEWPID));
	CHECK_EQ("SETNS-15 the pidfd of one that unshared",
		 ns_join(fd, CLONE_NEWPID), 0);
	pid = ns_clone(0);
	if (!pid)
		_exit(getppid() ? 41 : 42);
	CHECK_EXIT("SETNS-15 leads to its own namespace", (pid_t)pid, 41);
	CHECK("SETNS-16 a pidfd of oneself leads home",
	      !ns_join((int)pidfd_open(getpid(), 0), CLONE_NEWPID) &&
	      fd_ino(open("/proc/self/ns/pid_for_children", O_RDONLY)) ==
	      fd_ino(own));
	if (!fork()) {
		become_user();
		_exit((int)-ns_join(fd, CLONE_NEWPID));
	}
	CHECK_EXIT("SETNS-19 a process that may not be looked into", -1,
		   EPERM);
	gate_open(&go);
	reap(other);
}

static int makes_all(void *arg)
{
	(void)arg;
	need(!sys(SYS_unshare, CLONE_NEWUTS | CLONE_NEWNET));
	return wait_go(NULL);
}

static unsigned long link_ino(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static void several(void)
{
	unsigned long before = link_ino("/proc/self/ns/uts");
	pid_t init;
	int fd;

	stage_set();
	init = ns_start(makes_all, NULL);
	gate_wait(&ready);
	fd = (int)pidfd_open(init, 0);
	if (!fork()) {
		/* one of the three needs a right that is given up here */
		need(!sys(SYS_unshare, CLONE_NEWUSER));
		CHECK_EQ("SETNS-17 several at once without the right",
			 ns_join(fd, CLONE_NEWPID | CLONE_NEWUTS), -EPERM);
		CHECK("SETNS-17 change nothing",
		      link_ino("/proc/self/ns/uts") == before);
		_exit(0);
	}
	CHECK_EXIT("SETNS-17 one who may not", -1, 0);
	CHECK_EQ("PIDFD-17 SETNS-17 several at once",
		 ns_join(fd, CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS), 0);
	CHECK("SETNS-17 change all",
	      link_ino("/proc/self/ns/uts") ==
	      link_ino(proc_path("/proc/", init, "/ns/uts")) &&
	      link_ino("/proc/self/ns/pid_for_children") ==
	      fd_ino(ns_fd_of(init)));
	gate_open(&go);
	CHECK_EXIT("SETNS-17 the namespace ends", init, 6);
}

static void drained(void)
{
	pid_t init, member;
	int fd, ns;

	stage_set();
	init = waiting_init();
	fd = (int)pidfd_open(init, 0);
	ns = ns_fd_of(init);
	need(!ns_join(ns, CLONE_NEWPID));
	member = child_start(wait_go, NULL);
	gate_wait(&ready);
	kill(init, SIGKILL);
	need(!waitid(P_PID, member, NULL, WEXITED | WNOWAIT));
	CHECK_EQ("ZAP-13 a dying init's pidfd is not readable",
		 pidfd_events(fd), 0);
	CHECK_EQ("SETNS-18 and leads nowhere", ns_join(fd, CLONE_NEWPID),
		 -ESRCH);
	CHECK_EQ("SETNS-09 a dying namespace is still entered by its file",
		 ns_join(ns, CLONE_NEWPID), 0);
	CHECK_EQ("ZAP-08 SETNS-09 though nobody can be born there",
		 ns_clone(0), -ENOMEM);
	reap(member);
	need(!waitid(P_PID, init, NULL, WEXITED | WNOWAIT));
	CHECK_EQ("ZAP-13 drained it is", pidfd_events(fd), POLLIN);
	CHECK_KILLED("ZAP-13 and can be reaped", init, SIGKILL);
}

/* a user who owns a world: enters it with the rights it gives */
static int enters_own(void *arg)
{
	long pid;
	int fd;

	(void)arg;
	become_user();
	prctl(PR_SET_DUMPABLE, 1);
	pid = ns_clone(CLONE_NEWUSER | CLONE_NEWPID);
	if (!pid)
		_exit(wait_go(NULL));
	gate_wait(&ready);
	fd = (int)pidfd_open((pid_t)pid, 0);
	CHECK_EQ("USER-09 a pid namespace of another user namespace",
		 ns_join(fd, CLONE_NEWPID), -EPERM);
	CHECK_EQ("USER-09 together with that one",
		 ns_join(fd, CLONE_NEWUSER | CLONE_NEWPID), 0);
	if (!ns_clone(0))
		_exit(getppid() || getpid() != 2);
	CHECK_EXIT("USER-09 children are born there", -1, 0);
	gate_open(&go);
	CHECK_EXIT("USER-09 the namespace ends", (pid_t)pid, 6);
	return 0;
}

static void as_user(void)
{
	stage_set();
	CHECK_STATUS("USER-09 a user", child_run(enters_own, NULL),
		     EXITED(0));
}

static const struct test tests[] = {
	{ "across", across, 0 },
	{ "waitid", waiting_by_it, 0 },
	{ "clone", by_clone, 0 },
	{ "two mounts", two_mounts, 0 },
	{ "ioctls", ioctls, 0 },
	{ "nascent", nascent, 0 },
	{ "targets", targets, 0 },
	{ "several", several, 0 },
	{ "drained", drained, 0 },
	{ "as user", as_user, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
