/*
 * tests/user/ns_traced.c - tracers, terminals and queues across namespaces
 *
 * What:  a traced init, members traced from outside, numbers in events; the
 *        groups of a terminal, its hang-up; who sent a message, who made a
 *        file ready.
 * Not:   ptrace as such is in ptrace_stops.c, terminals in their own tests.
 * See:   ptrace(2), ioctl_tty(2), mq_notify(3), fcntl(2); ids INIT, ZAP, SESS
 *        and SIG of docs/pidns-table.md
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/pty.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

/* --- tracers -------------------------------------------------------------- */

/* a member takes its own init */
static int traces_init(void *arg)
{
	int status = 0;

	(void)arg;
	CHECK_EQ("INIT-27 a member attaches to its init",
		 ptrace(PTRACE_ATTACH, 1, 0, 0), 0);
	need(waitpid(1, &status, __WALL) == 1);
	CHECK_STATUS("INIT-27 which stops", status, STOPPED(SIGSTOP));
	CHECK_EQ("INIT-27 SIGKILL from inside", kill(1, SIGKILL), 0);
	need(!ptrace(PTRACE_CONT, 1, 0, 0));
	CHECK_EQ("INIT-27 and SIGTERM", kill(1, SIGTERM), 0);
	need(waitpid(1, &status, __WALL) == 1);
	CHECK_STATUS("INIT-27 the second is a stop, the first was dropped",
		     status, STOPPED(SIGTERM));
	CHECK_EQ("INIT-27 let through",
		 ptrace(PTRACE_DETACH, 1, 0, SIGTERM), 0);
	return 5;
}

static int is_traced(void *arg)
{
	pid_t pid = child_start(traces_init, arg);

	CHECK_EXIT("INIT-27 the tracer ends", pid, 5);
	return 6;
}

static int traces_nobody(void *arg)
{
	CHECK_ERRNO("CRED-06 ptrace of nobody", ptrace(PTRACE_ATTACH, 77, 0,
						       0), ESRCH);
	CHECK_ERRNO("CRED-06 of one outside",
		    ptrace(PTRACE_ATTACH, *(pid_t *)arg, 0, 0), ESRCH);
	return 6;
}

static void inside(void)
{
	pid_t idle = child_idle();

	while (idle < 90) {
		child_kill(idle);
		idle = child_idle();
	}
	CHECK_STATUS("INIT-27 it does nothing and the init lives on",
		     ns_run(is_traced, NULL), EXITED(6));
	CHECK_STATUS("CRED-06 a namespace", ns_run(traces_nobody, &idle),
		     EXITED(6));
	child_kill(idle);
}

static int has_member(void *arg)
{
	child_start(wait_go, arg);
	for (;;)
		pause();
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

static void from_outside(void)
{
	pid_t init, member;

	stage_set();
	init = ns_start(has_member, NULL);
	gate_wait(&ready);
	member = child_of(init);
	need(member > 0 && !ptrace(PTRACE_SEIZE, member, 0, 0));
	kill(init, SIGKILL);
	need(!waitid(P_PID, member, NULL, WEXITED | WNOWAIT | __WALL));
	CHECK_EQ("ZAP-12 BUG-01 a zombie of an outer tracer holds the init",
		 waitpid(init, NULL, WNOHANG), 0);
	CHECK_KILLED("ZAP-12 the tracer reaps it", member, SIGKILL);
	CHECK_KILLED("ZAP-12 BUG-01 then the init ends", init, SIGKILL);
}

static int forks_when_told(void *arg)
{
	wait_go(arg);
	if (!fork())
		_exit(0);
	return reap(-1) == 0 ? 6 : 7;
}

static void events(void)
{
	unsigned long child = 0;
	int status = 0;
	pid_t init;

	stage_set();
	init = ns_start(forks_when_told, NULL);
	gate_wait(&ready);
	need(!ptrace(PTRACE_SEIZE, init, 0, PTRACE_O_TRACEFORK));
	gate_open(&go);
	need(waitpid(init, &status, __WALL) == init);
	CHECK_EQ("SIG-26 fork by an init is an event", status >> 8,
		 SIGTRAP | PTRACE_EVENT_FORK << 8);
	need(!ptrace(PTRACE_GETEVENTMSG, init, 0, &child));
	CHECK("SIG-26 with the child's number outside", child > 2 &&
	      proc_number(proc_path("/proc/", (long)child, "/status"),
			  "PPid:") == init);
	ptrace(PTRACE_DETACH, init, 0, 0);
	need(waitpid((pid_t)child, &status, __WALL) == (pid_t)child);
	ptrace(PTRACE_DETACH, child, 0, 0);
	CHECK_EXIT("SIG-26 the init ends", init, 6);
}

static int orphan(void *arg)
{
	wait_go(arg);
	return 5;
}

static int leaves_orphan(void *arg)
{
	words[0] = child_start(orphan, arg);
	return 0;
}

/* traces the orphan; says what it sees of its end */
static int traces_orphan(void *arg)
{
	struct gate *gates = arg;
	siginfo_t info;
	int status = 0;

	need(!ptrace(PTRACE_SEIZE, words[0], 0, 0));
	gate_open(&gates[0]);
	need(!waitid(P_PID, words[0], &info, WEXITED | WNOWAIT | __WALL));
	gate_open(&gates[0]);
	gate_wait(&gates[1]);
	need(waitpid(words[0], &status, __WALL) == words[0]);
	return status == EXITED(5) ? 6 : 7;
}

static void orphans(void)
{
	struct gate gates[2];
	pid_t tracer;

	stage_set();
	gate_init(&gates[0]);
	gate_init(&gates[1]);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	need(!child_run(leaves_orphan, NULL));
	gate_wait(&ready);
	CHECK_EQ("REAP-18 an orphan has a new parent",
		 proc_number(proc_path("/proc/", words[0], "/status"),
			     "PPid:"), getpid());
	tracer = child_start(traces_orphan, gates);
	gate_wait(&gates[0]);
	gate_open(&go);
	gate_wait(&gates[0]);
	CHECK_EQ("REAP-18 traced, its end is not yet the parent's",
		 waitpid(words[0], NULL, WNOHANG), 0);
	gate_open(&gates[1]);
	CHECK_EXIT("REAP-18 but the tracer's", tracer, 6);
	CHECK_EXIT("REAP-18 and then the parent's", words[0], 5);
}

static int tells_number(void *arg)
{
	words[0] = getpid();
	return orphan(arg);
}

static int leaves_traced(void *arg)
{
	child_start(tells_number, NULL);
	gate_wait(arg);
	return 0;
}

/* Handed on as a zombie that its tracer has not waited for; the new parent
 * ignores SIGCHLD: told too early, it would be released. */
static void traced_zombie(void)
{
	struct gate gates[2], leave;
	pid_t tracer, middle;

	stage_set();
	gate_init(&gates[0]);
	gate_init(&gates[1]);
	gate_init(&leave);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	middle = child_start(leaves_traced, &leave);
	gate_wait(&ready);
	tracer = child_start(traces_orphan, gates);
	gate_wait(&gates[0]);
	gate_open(&go);
	gate_wait(&gates[0]);
	signal(SIGCHLD, SIG_IGN);
	gate_open(&leave);
	while (!kill(middle, 0))
		sched_yield();
	signal(SIGCHLD, SIG_DFL);
	gate_open(&gates[1]);
	CHECK_EXIT("a zombie handed on is its tracer's first", tracer, 6);
}

/* --- terminals ------------------------------------------------------------ */

static int asks_terminal(void *arg)
{
	int fd = *(int *)arg;
	pid_t group = -1;

	CHECK("SESS-08 a foreground group of outside is 0",
	      !ioctl(fd, TIOCGPGRP, &group) && group == 0);
	group = -1;
	CHECK("SESS-08 the session too", !ioctl(fd, TIOCGSID, &group) &&
	      group == 0);
	group = 77;
	CHECK_ERRNO("SESS-08 a group of nobody", ioctl(fd, TIOCSPGRP, &group),
		    ESRCH);
	group = 0;
	CHECK_ERRNO("SESS-08 group 0", ioctl(fd, TIOCSPGRP, &group), ESRCH);
	need(!setpgid(0, 0));
	signal(SIGTTOU, SIG_IGN);
	group = 1;
	CHECK_OK("SESS-08 the own one", ioctl(fd, TIOCSPGRP, &group));
	group = -1;
	CHECK("SESS-08 is 1", !ioctl(fd, TIOCGPGRP, &group) && group == 1);
	return 6;
}

static void hang_up(int sig)
{
	words[1] = sig;
}

/* an init in the foreground whose session leader is outside */
static int in_foreground(void *arg)
{
	int fd = *(int *)arg;
	pid_t group = 1;

	need(!setpgid(0, 0));
	signal(SIGTTOU, SIG_IGN);
	need(!ioctl(fd, TIOCSPGRP, &group));
	handle(SIGHUP, hang_up, 0);
	gate_open(&ready);
	while (!*(volatile int *)&words[1])
		usleep(1000);
	gate_open(&go);
	return 6;
}

/* a session with a terminal, led from outside of the namespaces in it */
static int leads(void *arg)
{
	int fd;

	need(setsid() > 0);
	fd = open(arg, O_RDWR);
	need(fd >= 0 && (ioctl(fd, TIOCSCTTY, 0) == 0 || errno == EPERM));
	CHECK_STATUS("SESS-08 a namespace in a session with a terminal",
		     ns_run(asks_terminal, &fd), EXITED(6));
	words[0] = ns_start(in_foreground, &fd);
	gate_wait(&ready);
	return 5;
}

static void terminals(void)
{
	struct pty pty;
	pid_t leader;

	stage_set();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	need(!pty_mount(NULL));
	pty_pair(&pty);
	leader = child_start(leads, pty.name);
	CHECK_EXIT("SESS-10 the leader of a session with a terminal ends",
		   leader, 5);
	CHECK_EXIT("SESS-10 a namespace in the foreground is told by SIGHUP",
		   words[0], 6);
	CHECK_EQ("SESS-10 by that signal", words[1], SIGHUP);
	pty_end(&pty);
}

/* --- notices -------------------------------------------------------------- */

static int take(int sig, siginfo_t *info)
{
	unsigned long set = 1UL << (sig - 1);

	memset(info, 0x55, sizeof(*info));
	return sys(SYS_rt_sigtimedwait, P(&set), P(info), 0, 8) == sig;
}

#define QUEUE	"/ns_traced"

static int sends_message(void *arg)
{
	mqd_t queue = mq_open(QUEUE, O_WRONLY);

	(void)arg;
	return queue < 0 || mq_send(queue, "x", 1, 0) ? 1 : 0;
}

static int is_notified(void *arg)
{
	struct sigevent how = { .sigev_notify = SIGEV_SIGNAL,
				.sigev_signo = SIGUSR1 };
	mqd_t queue = mq_open(QUEUE, O_RDONLY);
	char text[64];
	siginfo_t info;
	pid_t pid;

	(void)arg;
	block(SIGUSR1);
	need(queue >= 0 && !mq_notify(queue, &how));
	gate_open(&ready);
	CHECK("SIG-21 a message from outside is by 0", take(SIGUSR1, &info) &&
	      info.si_code == SI_MESGQ && info.si_pid == 0);
	need(mq_receive(queue, text, sizeof(text), NULL) == 1);
	need(!mq_notify(queue, &how));
	pid = child_start(sends_message, NULL);
	CHECK("SIG-21 one from inside names its sender",
	      take(SIGUSR1, &info) && info.si_code == SI_MESGQ &&
	      info.si_pid == pid);
	reap(pid);
	return 6;
}

static void queues(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 64 };
	mqd_t queue;
	pid_t init;

	stage_set();
	mq_unlink(QUEUE);
	queue = mq_open(QUEUE, O_RDWR | O_CREAT, 0600, &attr);
	need(queue >= 0);
	init = ns_start(is_notified, NULL);
	gate_wait(&ready);
	need(!sends_message(NULL));
	CHECK_EXIT("SIG-21 a namespace that is notified", init, 6);
	mq_unlink(QUEUE);
}

static int writes(void *arg)
{
	return write(*(int *)arg, "x", 1) != 1;
}

static void readiness(void)
{
	siginfo_t info;
	int fds[2];

	block(40);
	need(!pipe(fds));
	need(!fcntl(fds[0], F_SETSIG, 40) &&
	     !fcntl(fds[0], F_SETOWN, getpid()));
	need(!fcntl(fds[0], F_SETFL, O_ASYNC | O_NONBLOCK));
	CHECK_STATUS("SIG-22 a writer in a namespace",
		     ns_run(writes, &fds[1]), EXITED(0));
	CHECK("SIG-22 readiness is told by code and descriptor",
	      take(40, &info) && info.si_code == POLL_IN &&
	      info.si_fd == fds[0]);
	CHECK("SIG-22 and what is ready", info.si_band & POLLIN);
}

static const struct test tests[] = {
	{ "inside", inside, 0 },
	{ "from outside", from_outside, 0 },
	{ "events", events, 0 },
	{ "orphans", orphans, 0 },
	{ "traced zombie", traced_zombie, 0 },
	{ "terminals", terminals, 0 },
	{ "queues", queues, 0 },
	{ "readiness", readiness, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
