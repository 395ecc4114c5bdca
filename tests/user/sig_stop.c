/*
 * tests/user/sig_stop.c - stopping, continuing, and SIGCHLD
 *
 * What:  stop signals and SIGCONT and how they cancel each other, orphaned
 *        groups, and when a parent gets SIGCHLD.
 * Not:   statuses are in wait.c, siginfo in sig_info.c.
 * See:   signal(7), sigaction(2), setpgid(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <poll.h>
#include <sched.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t count;
static struct gate ready, answer;

static void on_signal(int sig)
{
	(void)sig;
	count++;
}

/* wait for a stop or a continuation: its status */
static int next_state(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, WUNTRACED | WCONTINUED) == -1 &&
	       errno == EINTR)
		;
	return status;
}

static int no_news(pid_t pid)
{
	return waitpid(pid, NULL, WUNTRACED | WCONTINUED | WNOHANG) == 0;
}

static int is_pending(int sig)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, sig);
}

static void stopping(void)
{
	static const int stops[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	int good = 0;
	pid_t pid;

	for (size_t i = 0; i < COUNT(stops); i++) {
		pid = child_idle();
		kill(pid, stops[i]);
		good += next_state(pid) == STOPPED(stops[i]);
		kill(pid, SIGCONT);
		good += next_state(pid) == CONTINUED;
		child_kill(pid);
	}
	CHECK_EQ("four signals stop, one continues", good, 8);
	pid = child_idle();
	kill(pid, SIGCONT);
	CHECK("SIGCONT to a running process is no news", no_news(pid));
	child_kill(pid);
}

static int echo(void *arg)
{
	(void)arg;
	while (gate_wait(&ready))
		gate_open(&answer);
	return 0;
}

static void stopped(void)
{
	struct pollfd one;
	pid_t pid;

	gate_init(&ready);
	gate_init(&answer);
	one = (struct pollfd){ answer.read_fd, POLLIN, 0 };
	pid = child_start(echo, NULL);
	gate_open(&ready);
	gate_wait(&answer);
	kill(pid, SIGSTOP);
	need(next_state(pid) == STOPPED(SIGSTOP));
	CHECK_EQ("its state is T", proc_state(pid), 'T');
	gate_open(&ready);
	CHECK_EQ("a stopped process does not run", poll(&one, 1, 30), 0);
	kill(pid, SIGUSR2);
	kill(pid, SIGTERM);
	CHECK_EQ("signals wait for it", poll(&one, 1, 10), 0);
	CHECK("even fatal ones", no_news(pid));
	kill(pid, SIGKILL);
	CHECK_KILLED("but for SIGKILL", pid, SIGKILL);
	pid = child_idle();
	kill(pid, SIGSTOP);
	need(next_state(pid) == STOPPED(SIGSTOP));
	kill(pid, SIGTERM);
	kill(pid, SIGCONT);
	CHECK_KILLED("SIGCONT lets them act", pid, SIGTERM);
}

static void restarting(void)
{
	pid_t pid;

	gate_init(&ready);
	gate_init(&answer);
	pid = child_start(echo, NULL);
	for (int i = 0; i < 3; i++) {
		proc_await(pid, "S");
		kill(pid, SIGSTOP);
		need(next_state(pid) == STOPPED(SIGSTOP));
		kill(pid, SIGCONT);
		need(next_state(pid) == CONTINUED);
		gate_open(&ready);
		gate_wait(&answer);
	}
	CHECK("a blocked read goes on after stop and continue", 1);
	child_kill(pid);
}

static int nap(void *arg)
{
	struct timespec before, after, length = { 0, 30000000 };

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &before);
	if (nanosleep(&length, NULL))
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &after);
	return (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec -
	       before.tv_nsec < 30000000 ? 2 : 0;
}

static void sleeping(void)
{
	pid_t pid = child_start(nap, NULL);

	proc_await(pid, "SZ");
	kill(pid, SIGSTOP);
	kill(pid, SIGCONT);
	CHECK_EXIT("a sleep goes on to its end after stop and continue", pid,
		   0);
}

static void cancelling(void)
{
	block(SIGTSTP);
	block(SIGTTIN);
	block(SIGCONT);
	kill(getpid(), SIGTSTP);
	kill(getpid(), SIGTTIN);
	CHECK("blocked stop signals pend", is_pending(SIGTSTP) &&
	      is_pending(SIGTTIN));
	kill(getpid(), SIGCONT);
	CHECK("SIGCONT throws them away", !is_pending(SIGTSTP) &&
	      !is_pending(SIGTTIN));
	CHECK("and pends itself", is_pending(SIGCONT));
	kill(getpid(), SIGTSTP);
	CHECK("a stop signal throws SIGCONT away", !is_pending(SIGCONT));
	signal(SIGTSTP, SIG_IGN);
	CHECK("ignoring throws the rest away", !is_pending(SIGTSTP));
}

static int wait_blocked(void *arg)
{
	int how = *(int *)arg;

	if (how == 0)
		block(SIGCONT);
	if (how == 1)
		signal(SIGCONT, SIG_IGN);
	if (how == 2)
		handle(SIGCONT, on_signal, SA_RESTART);
	gate_open(&ready);
	gate_wait(&answer);
	return count;
}

static void continuing(void)
{
	static const char *const points[] = {
		"a blocked SIGCONT continues", "an ignored one continues",
		"a handled one continues and is handled",
	};
	pid_t pid;

	for (int i = 0; i < 3; i++) {
		gate_init(&ready);
		gate_init(&answer);
		pid = child_start(wait_blocked, &i);
		gate_wait(&ready);
		kill(pid, SIGSTOP);
		need(next_state(pid) == STOPPED(SIGSTOP));
		kill(pid, SIGCONT);
		need(next_state(pid) == CONTINUED);
		gate_open(&answer);
		CHECK_EXIT(points[i], pid, i == 2);
	}
}

static int stop_in_orphaned_group(void *arg)
{
	(void)arg;
	setsid();
	kill(getpid(), SIGTSTP);
	kill(getpid(), SIGTTIN);
	kill(getpid(), SIGTTOU);
	kill(getpid(), SIGSTOP);
	return 7;
}

static void orphaned(void)
{
	pid_t pid = child_start(stop_in_orphaned_group, NULL);

	CHECK_STATUS("terminal stops do nothing in an orphaned group, SIGSTOP "
		     "does", next_state(pid), STOPPED(SIGSTOP));
	kill(pid, SIGCONT);
	CHECK_EXIT("and SIGCONT too", pid, 7);
}

/* a session leader whose child, in a group of its own, stops; then it ends */
static int leave_stopped_group(void *arg)
{
	pid_t pid;

	(void)arg;
	setsid();
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		handle(SIGHUP, on_signal, 0);
		kill(getpid(), SIGSTOP);
		while (!count)
			sched_yield();
		gate_open(&answer);
		_exit(0);
	}
	return waitpid(pid, NULL, WUNTRACED) == pid ? 0 : 1;
}

static void newly_orphaned(void)
{
	gate_init(&answer);
	CHECK_STATUS("REAP-15 a session leader leaves a stopped group",
		     child_run(leave_stopped_group, NULL), EXITED(0));
	gate_drop_write(&answer);
	CHECK("REAP-15 which gets SIGHUP and SIGCONT", gate_wait(&answer));
}

/* wait until a SIGCHLD pends, and take it */
static int take_sigchld(void)
{
	unsigned long set = 1UL << (SIGCHLD - 1);

	return sys(SYS_rt_sigtimedwait, P(&set), 0, 0, 8) == SIGCHLD;
}

static void telling(void)
{
	pid_t pid;

	handle(SIGCHLD, on_signal, 0);
	block(SIGCHLD);
	pid = child_idle();
	kill(pid, SIGSTOP);
	CHECK("a stop sends SIGCHLD", take_sigchld());
	need(next_state(pid) == STOPPED(SIGSTOP));
	kill(pid, SIGCONT);
	CHECK("a continuation too", take_sigchld());
	need(next_state(pid) == CONTINUED);
	handle(SIGCHLD, on_signal, SA_NOCLDSTOP);
	kill(pid, SIGSTOP);
	need(next_state(pid) == STOPPED(SIGSTOP));
	kill(pid, SIGCONT);
	need(next_state(pid) == CONTINUED);
	CHECK("with SA_NOCLDSTOP neither", !is_pending(SIGCHLD));
	kill(pid, SIGKILL);
	CHECK("but the end", take_sigchld());
	reap(pid);
}

static void defaults(void)
{
	pid_t pid = child_idle();

	block(SIGCHLD);
	signal(SIGCHLD, SIG_DFL);
	kill(pid, SIGKILL);
	CHECK("a blocked SIGCHLD pends though its default is to ignore",
	      take_sigchld());
	CHECK_KILLED("and the child can be waited for", pid, SIGKILL);
}

static void many_children(void)
{
	int seen = 0;

	handle(SIGCHLD, on_signal, 0);
	block(SIGCHLD);
	for (int i = 0; i < 5; i++)
		if (!fork())
			_exit(0);
	while (seen < 5) {
		take_sigchld();
		while (waitpid(-1, NULL, WNOHANG) > 0)
			seen++;
	}
	CHECK_EQ("no child is lost though signals are joined", seen, 5);
}

static const struct test tests[] = {
	{ "stopping", stopping, 0 },
	{ "stopped", stopped, 0 },
	{ "restarting", restarting, 0 },
	{ "sleeping", sleeping, 0 },
	{ "cancelling", cancelling, 0 },
	{ "continuing", continuing, 0 },
	{ "orphaned group", orphaned, 0 },
	{ "newly orphaned", newly_orphaned, 0 },
	{ "telling", telling, 0 },
	{ "default SIGCHLD", defaults, 0 },
	{ "many children", many_children, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
