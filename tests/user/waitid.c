/*
 * tests/user/waitid.c - waitid
 *
 * What:  its selectors and options, what siginfo says, and its errors.
 * See:   waitid(2), sigaction(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

#define P_PIDFD_	3

static int exit_with(void *arg)
{
	return *(int *)arg;
}

static pid_t leaver(int code)
{
	return child_start(exit_with, &code);
}

/* waitid in the kernel's convention, into poisoned siginfo */
static long wid(int type, long id, siginfo_t *info, int options)
{
	if (info)
		memset(info, 0x55, sizeof(*info));
	return sys(SYS_waitid, type, id, P(info), options, 0);
}

static int says(const siginfo_t *info, pid_t pid, int code, int status)
{
	return info->si_signo == SIGCHLD && info->si_errno == 0 &&
	       info->si_code == code && info->si_pid == pid &&
	       info->si_status == status && info->si_uid == getuid();
}

static void errors(void)
{
	siginfo_t info;
	pid_t pid = child_idle();

	CHECK_EQ("WAIT-03 no kind of event", wid(P_PID, pid, &info, 0),
		 -EINVAL);
	CHECK_EQ("WAIT-03 only WNOHANG", wid(P_PID, pid, &info, WNOHANG),
		 -EINVAL);
	CHECK_EQ("WAIT-03 an unknown option",
		 wid(P_PID, pid, &info, WEXITED | 0x100), -EINVAL);
	CHECK_EQ("WAIT-03 an unknown selector",
		 wid(7, pid, &info, WEXITED), -EINVAL);
	CHECK_EQ("WAIT-03 P_PID 0", wid(P_PID, 0, &info, WEXITED), -EINVAL);
	CHECK_EQ("WAIT-03 P_PID -1", wid(P_PID, -1, &info, WEXITED), -EINVAL);
	CHECK_EQ("WAIT-03 P_PGID -1", wid(P_PGID, -1, &info, WEXITED),
		 -EINVAL);
	CHECK_EQ("WAIT-03 P_PIDFD -1", wid(P_PIDFD_, -1, &info, WEXITED),
		 -EINVAL);
	CHECK_EQ("WAIT-03 P_PIDFD of nothing",
		 wid(P_PIDFD_, 99, &info, WEXITED), -EBADF);
	CHECK_EQ("WAIT-03 P_PIDFD of a directory",
		 wid(P_PIDFD_, open(".", O_RDONLY), &info, WEXITED), -EBADF);
	CHECK_EQ("WAIT-05 not a child", wid(P_PID, 1, &info, WEXITED),
		 -ECHILD);
	child_kill(pid);
	CHECK_EQ("WAIT-05 no children", wid(P_ALL, 0, &info, WEXITED),
		 -ECHILD);
}

static void exits(void)
{
	siginfo_t info;
	pid_t pid = leaver(7);

	CHECK_EQ("P_PID", wid(P_PID, pid, &info, WEXITED), 0);
	CHECK("WAIT-08 CLD_EXITED", says(&info, pid, CLD_EXITED, 7));
	pid = child_idle();
	kill(pid, SIGTERM);
	CHECK_EQ("P_ALL", wid(P_ALL, 0, &info, WEXITED), 0);
	CHECK("WAIT-08 CLD_KILLED", says(&info, pid, CLD_KILLED, SIGTERM));
	pid = child_idle();
	kill(pid, SIGABRT);
	CHECK_EQ("P_PGID 0", wid(P_PGID, 0, &info, WEXITED), 0);
	CHECK("WAIT-08 CLD_DUMPED or CLD_KILLED",
	      says(&info, pid, CLD_DUMPED, SIGABRT) ||
	      says(&info, pid, CLD_KILLED, SIGABRT));
	pid = leaver(300);
	CHECK_EQ("P_PGID of the group",
		 wid(P_PGID, getpgrp(), &info, WEXITED), 0);
	CHECK("WAIT-08 eight bits of exit code",
	      says(&info, pid, CLD_EXITED, 300 & 0xff));
}

static void stops(void)
{
	siginfo_t info;
	pid_t pid = child_idle();

	kill(pid, SIGSTOP);
	CHECK_EQ("WSTOPPED", wid(P_PID, pid, &info, WSTOPPED), 0);
	CHECK("WAIT-08 CLD_STOPPED", says(&info, pid, CLD_STOPPED, SIGSTOP));
	CHECK_EQ("WAIT-15 once", wid(P_PID, pid, &info, WSTOPPED | WNOHANG), 0);
	CHECK("WAIT-06 nothing is zeros", !info.si_signo && !info.si_pid);
	kill(pid, SIGCONT);
	CHECK_EQ("WCONTINUED", wid(P_PID, pid, &info, WCONTINUED), 0);
	CHECK("WAIT-08 CLD_CONTINUED",
	      says(&info, pid, CLD_CONTINUED, SIGCONT));
	CHECK_EQ("a running child is not news for WEXITED",
		 wid(P_PID, pid, &info, WEXITED | WNOHANG), 0);
	CHECK("WAIT-06 zeros again", !info.si_signo && !info.si_pid);
	child_kill(pid);
}

static void nowait(void)
{
	siginfo_t info;
	pid_t pid = leaver(9);

	CHECK_EQ("WNOWAIT", wid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	CHECK("tells", says(&info, pid, CLD_EXITED, 9));
	CHECK_EQ("WAIT-09 and leaves the child",
		 wid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	CHECK("WAIT-09 as often as asked", says(&info, pid, CLD_EXITED, 9));
	CHECK_EQ("WAIT-10 a zombie never stops: ECHILD",
		 wid(P_PID, pid, &info, WSTOPPED), -ECHILD);
	CHECK_EQ("WAIT-10 with WNOHANG too",
		 wid(P_PID, pid, &info, WSTOPPED | WNOHANG), -ECHILD);
	CHECK_STATUS("until it is reaped", reap(pid), EXITED(9));
	pid = child_idle();
	kill(pid, SIGSTOP);
	CHECK_EQ("of a stop", wid(P_PID, pid, &info, WSTOPPED | WNOWAIT), 0);
	CHECK_EQ("WAIT-09 it is left",
		 wid(P_PID, pid, &info, WSTOPPED | WNOHANG), 0);
	CHECK("WAIT-09 to be told again",
	      says(&info, pid, CLD_STOPPED, SIGSTOP));
	kill(pid, SIGCONT);
	CHECK_EQ("of a continuation",
		 wid(P_PID, pid, &info, WCONTINUED | WNOWAIT), 0);
	CHECK_EQ("it is left too",
		 wid(P_PID, pid, &info, WCONTINUED | WNOHANG), 0);
	CHECK("and told", says(&info, pid, CLD_CONTINUED, SIGCONT));
	child_kill(pid);
}

static void pointers(void)
{
	struct rusage usage;
	pid_t pid = leaver(1);

	CHECK_EQ("WAIT-20 no siginfo is wanted",
		 wid(P_PID, pid, NULL, WEXITED), 0);
	pid = leaver(1);
	CHECK_EQ("a bad siginfo", sys(SYS_waitid, P_PID, pid, 8, WEXITED, 0),
		 -EFAULT);
	CHECK_EQ("loses the child", wid(P_PID, pid, NULL, WEXITED), -ECHILD);
	pid = leaver(1);
	memset(&usage, 0xff, sizeof(usage));
	CHECK_EQ("usage", sys(SYS_waitid, P_PID, pid, 0, WEXITED, P(&usage)),
		 0);
	CHECK("is written", usage.ru_utime.tv_usec < 1000000 &&
	      usage.ru_utime.tv_usec >= 0);
	pid = leaver(1);
	CHECK_EQ("a bad usage", sys(SYS_waitid, P_PID, pid, 0, WEXITED, 8),
		 -EFAULT);
}

static void too_late(int sig)
{
	(void)sig;
}

static void pidfds(void)
{
	siginfo_t info;
	pid_t pid = leaver(5);
	int fd = sys(SYS_pidfd_open, pid, 0);
	int own;

	if (fd == -ENOSYS) {
		reap(pid);
		SKIP("WAIT-18 P_PIDFD", "no pidfd_open");
		return;
	}
	CHECK_EQ("WAIT-18 P_PIDFD", wid(P_PIDFD_, fd, &info, WEXITED), 0);
	CHECK("WAIT-18 tells", says(&info, pid, CLD_EXITED, 5));
	CHECK_EQ("WAIT-18 once", wid(P_PIDFD_, fd, &info, WEXITED), -ECHILD);
	own = sys(SYS_pidfd_open, getpid(), 0);
	CHECK_EQ("WAIT-18 not of a child", wid(P_PIDFD_, own, &info, WEXITED),
		 -ECHILD);
	pid = child_idle();
	fd = sys(SYS_pidfd_open, pid, O_NONBLOCK);
	handle(SIGALRM, too_late, 0);
	alarm(20);
	CHECK_EQ("WAIT-18 O_NONBLOCK does not block",
		 wid(P_PIDFD_, fd, &info, WEXITED), -EAGAIN);
	CHECK_EQ("WAIT-18 with WNOHANG nothing is told",
		 wid(P_PIDFD_, fd, &info, WEXITED | WNOHANG), 0);
	child_kill(pid);
}

static int exit_as_user(void *arg)
{
	(void)arg;
	return setuid(1000) ? 1 : 4;
}

static void users(void)
{
	siginfo_t info;
	pid_t pid = child_start(exit_as_user, NULL);

	CHECK_EQ("of another user", wid(P_PID, pid, &info, WEXITED), 0);
	CHECK_EQ("exits", info.si_status, 4);
	CHECK_EQ("and is told", info.si_uid, 1000);
}

static int end_group(void *arg)
{
	(void)arg;
	proc_await(getpid(), "Z");
	sys(SYS_exit_group, 6);
	return 1;
}

static int leave_to_thread(void *arg)
{
	static struct thread thread;

	(void)arg;
	thread_start(&thread, end_group, NULL);
	return (int)sys(SYS_exit, 3);
}

static void groups(void)
{
	siginfo_t info;
	pid_t pid = child_start(leave_to_thread, NULL);

	CHECK_EQ("of all threads", wid(P_PID, pid, &info, WEXITED), 0);
	CHECK("the code is the group's", says(&info, pid, CLD_EXITED, 6));
}

static const struct test tests[] = {
	{ "errors", errors, 0 },
	{ "exits", exits, 0 },
	{ "stops", stops, 0 },
	{ "WNOWAIT", nowait, 0 },
	{ "pointers", pointers, 0 },
	{ "pidfds", pidfds, 0 },
	{ "users", users, 0 },
	{ "group exit", groups, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
