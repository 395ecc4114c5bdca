/*
 * tests/user/sessions.c - process groups and sessions
 *
 * What:  setpgid, getpgid, setsid, getsid and their errors.
 * Not:   terminals; stopping is in sig_stop.c.
 * See:   setpgid(2), setsid(2), credentials(7)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <string.h>

#define NOBODY	4000000

static const char *self;
static struct gate ready, go;

static int waits(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

static pid_t waiter(void)
{
	pid_t pid = child_start(waits, NULL);

	gate_wait(&ready);
	return pid;
}

static void gates(void)
{
	gate_init(&ready);
	gate_init(&go);
}

static void asking(void)
{
	pid_t pid;

	gates();
	pid = waiter();
	CHECK_EQ("a test leads its group", getpgrp(), getpid());
	CHECK_EQ("getpgid 0", getpgid(0), getpgrp());
	CHECK_EQ("getpgid of oneself", getpgid(getpid()), getpgrp());
	CHECK_EQ("SESS-01 a child is in its parent's group", getpgid(pid),
		 getpgrp());
	CHECK_EQ("SESS-01 and session", getsid(pid), getsid(0));
	CHECK_ERRNO("SESS-02 getpgid of nobody", getpgid(NOBODY), ESRCH);
	CHECK_ERRNO("SESS-02 getsid of nobody", getsid(NOBODY), ESRCH);
	CHECK_ERRNO("getpgid -1", getpgid(-1), ESRCH);
	CHECK_ERRNO("getsid -1", getsid(-1), ESRCH);
	child_kill(pid);
}

static void moving(void)
{
	pid_t a, b;

	gates();
	a = waiter();
	b = waiter();
	CHECK_OK("a child leads a new group", setpgid(a, 0));
	CHECK_EQ("of its number", getpgid(a), a);
	CHECK_OK("again", setpgid(a, a));
	CHECK_OK("another joins it", setpgid(b, a));
	CHECK_EQ("and is in it", getpgid(b), a);
	CHECK_OK("and comes back", setpgid(b, getpgrp()));
	CHECK_EQ("to mine", getpgid(b), getpgrp());
	child_kill(b);
	CHECK_ERRNO("a group cannot be entered that has gone",
		    (child_kill(a), setpgid(0, a)), EPERM);
	CHECK_OK("one's own is always there", setpgid(0, 0));
}

static void errors(void)
{
	pid_t pid;

	gates();
	pid = waiter();
	CHECK_ERRNO("SESS-05 a negative group", setpgid(0, -1), EINVAL);
	CHECK_ERRNO("SESS-05 a negative process", setpgid(-1, 0), EINVAL);
	CHECK_ERRNO("SESS-05 nobody", setpgid(NOBODY, 0), ESRCH);
	CHECK_ERRNO("SESS-05 not a child", setpgid(getppid(), 0), ESRCH);
	CHECK_ERRNO("SESS-05 a group nobody has", setpgid(pid, NOBODY), EPERM);
	CHECK_ERRNO("SESS-05 a number that is no group",
		    setpgid(0, pid), EPERM);
	child_kill(pid);
	pid = fork();
	if (!pid)
		_exit(0);
	proc_await(pid, "Z");
	CHECK_OK("a zombie child may be moved", setpgid(pid, pid));
	reap(pid);
}

static int stay(void)
{
	char byte;

	return write(1, "x", 1) != 1 || read(0, &byte, 1) < 0;
}

static void after_exec(void)
{
	static char *argv[] = { "x", "--stay", NULL };
	static char *none[] = { NULL };
	pid_t pid;

	gates();
	pid = fork();
	if (!pid) {
		dup2(ready.write_fd, 1);
		dup2(go.read_fd, 0);
		execve(self, argv, none);
		_exit(9);
	}
	gate_wait(&ready);
	CHECK_ERRNO("SESS-05 a child that has executed", setpgid(pid, 0),
		    EACCES);
	child_kill(pid);
}

static int new_session(void *arg)
{
	pid_t self_pid = getpid();

	(void)arg;
	CHECK_EQ("SESS-03 setsid gives the own number", setsid(), self_pid);
	CHECK_EQ("SESS-03 the session is it", getsid(0), self_pid);
	CHECK_EQ("SESS-03 the group too", getpgrp(), self_pid);
	CHECK_ERRNO("SESS-04 twice", setsid(), EPERM);
	CHECK_ERRNO("SESS-05 a session leader stays in its group",
		    setpgid(0, 0), EPERM);
	CHECK_ERRNO("SESS-05 a group of another session",
		    setpgid(0, getpgid(getppid())), EPERM);
	return 0;
}

static int leader(void *arg)
{
	(void)arg;
	setpgid(0, 0);
	return setsid() == -1 && errno == EPERM ? 0 : 1;
}

static void sessions(void)
{
	CHECK_STATUS("SESS-04 a group leader makes no session",
		     child_run(leader, NULL), EXITED(0));
	CHECK_STATUS("a child does", child_run(new_session, NULL), EXITED(0));
}

static int session_waits(void *arg)
{
	setsid();
	return waits(arg);
}

static void across_sessions(void)
{
	pid_t a, b;

	gates();
	a = child_start(session_waits, NULL);
	gate_wait(&ready);
	b = waiter();
	CHECK_EQ("a child of another session", getsid(a), a);
	CHECK_ERRNO("SESS-05 is not moved", setpgid(a, getpgrp()), EPERM);
	CHECK_ERRNO("SESS-05 nor joined", setpgid(b, a), EPERM);
	child_kill(a);
	child_kill(b);
}

/* a session leader that dies while its child, in its session, waits */
static int leave_session(void *arg)
{
	setsid();
	child_start(waits, arg);
	gate_wait(&ready);
	return 0;
}

static void lingering(void)
{
	pid_t pid;

	gates();
	pid = child_start(leave_session, NULL);
	CHECK_EXIT("a session leader ends", pid, 0);
	CHECK_ERRNO("PID-21 its number is nobody", kill(pid, 0), ESRCH);
	CHECK_OK("PID-21 but still a group", kill(-pid, 0));
	CHECK_ERRNO("PID-22 getpgid of it", getpgid(pid), ESRCH);
	CHECK_ERRNO("PID-22 getsid of it", getsid(pid), ESRCH);
	CHECK_ERRNO("PID-22 its directory",
		    open(proc_path("/proc/", pid, ""), O_RDONLY), ENOENT);
	kill(-pid, SIGKILL);
}

static const struct test tests[] = {
	{ "asking", asking, 0 },
	{ "moving", moving, 0 },
	{ "errors", errors, 0 },
	{ "after exec", after_exec, 0 },
	{ "sessions", sessions, 0 },
	{ "across sessions", across_sessions, 0 },
	{ "lingering", lingering, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1)
		return stay();
	self = argv[0];
	return test_main(tests, COUNT(tests));
}
