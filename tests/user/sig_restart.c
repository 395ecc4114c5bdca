/*
 * tests/user/sig_restart.c - system calls that a handler interrupts
 *
 * What:  which calls fail with EINTR, which go on with SA_RESTART, which
 *        always fail; partial results; and signals that interrupt nothing.
 * Not:   poll and select are in poll.c, wait4 in wait.c, sigtimedwait in
 *        sig_queue.c.
 * See:   signal(7), "Interruption of system calls"
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

static volatile sig_atomic_t count;
static int fds[2];
static int word;

static void on_tick(int sig)
{
	(void)sig;
	count++;
}

/* the third tick does what the call waits for */
static void on_tick_help(int sig)
{
	(void)sig;
	if (++count == 3)
		(void)!write(fds[1], "help", 4);
}

static void on_tick_wake(int sig)
{
	(void)sig;
	if (++count == 3) {
		word = 1;
		futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0);
	}
}

static void tick(void (*handler)(int sig), int flags)
{
	struct itimerval each = { { 0, 4000 }, { 0, 4000 } };

	count = 0;
	handle(SIGALRM, handler, flags);
	need(!setitimer(ITIMER_REAL, &each, NULL));
}

static void stop_ticking(void)
{
	struct itimerval none = { { 0, 0 }, { 0, 0 } };

	need(!setitimer(ITIMER_REAL, &none, NULL));
}

static void reads(void)
{
	char buf[16] = "";

	need(!pipe(fds));
	tick(on_tick, 0);
	CHECK_EQ("read is EINTR", sys(SYS_read, fds[0], P(buf), 16), -EINTR);
	tick(on_tick_help, SA_RESTART);
	CHECK_EQ("read goes on with SA_RESTART",
		 sys(SYS_read, fds[0], P(buf), 16), 4);
	CHECK("with its arguments", !strcmp(buf, "help") && count >= 3);
	stop_ticking();
}

static void writes(void)
{
	static char big[70000];

	need(!pipe(fds));
	tick(on_tick, 0);
	CHECK_EQ("a write that has begun returns what it wrote",
		 sys(SYS_write, fds[1], P(big), sizeof(big)), 65536);
	CHECK_EQ("one that has not is EINTR",
		 sys(SYS_write, fds[1], P(big), 1), -EINTR);
	tick(on_tick, SA_RESTART);
	need(read(fds[0], big, 4096) == 4096);
	CHECK_EQ("SA_RESTART does not redo what is done",
		 sys(SYS_write, fds[1], P(big), 8192), 4096);
	stop_ticking();
}

static void fifos(void)
{
	need(!mkfifo("fifo", 0600));
	tick(on_tick, 0);
	CHECK_ERRNO("open of a fifo is EINTR", open("fifo", O_RDONLY), EINTR);
	CHECK_ERRNO("for writing too", open("fifo", O_WRONLY), EINTR);
	stop_ticking();
}

static long ns_of(const struct timespec *t)
{
	return t->tv_sec * 1000000000L + t->tv_nsec;
}

static void sleeps(void)
{
	struct timespec hour = { 3600, 0 }, left = { 0, 0 }, until;

	tick(on_tick, SA_RESTART);
	CHECK_EQ("nanosleep is EINTR even with SA_RESTART",
		 sys(SYS_nanosleep, P(&hour), P(&left)), -EINTR);
	CHECK("and tells what is left", ns_of(&left) < ns_of(&hour) &&
	      left.tv_sec > 3000);
	left = hour;
	CHECK_EQ("in place too", sys(SYS_nanosleep, P(&left), P(&left)),
		 -EINTR);
	CHECK("of the old length", ns_of(&left) < ns_of(&hour));
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += 3600;
	left.tv_sec = 77;
	CHECK_EQ("an absolute sleep is EINTR",
		 sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME,
		     P(&until), P(&left)), -EINTR);
	CHECK_EQ("and tells nothing", left.tv_sec, 77);
	CHECK_EQ("a relative one too",
		 sys(SYS_clock_nanosleep, CLOCK_REALTIME, 0, P(&hour), 0),
		 -EINTR);
	stop_ticking();
}

static void pauses(void)
{
	tick(on_tick, SA_RESTART);
	CHECK_EQ("pause is EINTR even with SA_RESTART", sys(SYS_pause),
		 -EINTR);
	stop_ticking();
}

static void futexes(void)
{
	struct timespec hour = { 3600, 0 };

	word = 0;
	tick(on_tick, 0);
	CHECK_EQ("FUTEX_WAIT is EINTR",
		 futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), -EINTR);
	CHECK_EQ("with a timeout too",
		 futex(&word, FUTEX_WAIT, 0, &hour, NULL, 0), -EINTR);
	tick(on_tick_wake, SA_RESTART);
	CHECK("it goes on with SA_RESTART",
	      futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0) == -EAGAIN ||
	      count >= 3);
	stop_ticking();
}

static int leave_when_told(void *arg)
{
	gate_wait(arg);
	return 0;
}

static void waitids(void)
{
	struct gate gate;
	pid_t pid;

	gate_init(&gate);
	pid = child_start(leave_when_told, &gate);
	tick(on_tick, 0);
	CHECK_EQ("waitid is EINTR", sys(SYS_waitid, P_PID, pid, 0, WEXITED, 0),
		 -EINTR);
	fds[1] = gate.write_fd;
	tick(on_tick_help, SA_RESTART);
	CHECK_EQ("it goes on with SA_RESTART",
		 sys(SYS_waitid, P_PID, pid, 0, WEXITED, 0), 0);
	CHECK("through signals", count >= 3);
	stop_ticking();
}

static int reader(void *arg)
{
	char buf[4];

	(void)arg;
	signal(SIGUSR2, SIG_IGN);
	gate_open(arg);
	return read(fds[0], buf, 4) == 4 ? 0 : 1;
}

static void harmless(void)
{
	static const int sigs[] = { SIGUSR2, SIGURG, SIGWINCH, SIGCONT,
				    SIGCHLD };
	struct gate ready;
	pid_t pid;

	need(!pipe(fds));
	gate_init(&ready);
	pid = child_start(reader, &ready);
	gate_wait(&ready);
	for (size_t i = 0; i < COUNT(sigs); i++) {
		proc_await(pid, "S");
		kill(pid, sigs[i]);
	}
	proc_await(pid, "S");
	(void)!write(fds[1], "done", 4);
	CHECK_EXIT("signals without a handler interrupt nothing", pid, 0);
}

static int blocked_reader(void *arg)
{
	char buf[4];

	handle(SIGUSR1, on_tick, 0);
	block(SIGUSR1);
	gate_open(arg);
	if (read(fds[0], buf, 4) != 4 || count)
		return 1;
	unblock(SIGUSR1);
	return count == 1 ? 0 : 2;
}

static void blocked(void)
{
	struct gate ready;
	pid_t pid;

	need(!pipe(fds));
	gate_init(&ready);
	pid = child_start(blocked_reader, &ready);
	gate_wait(&ready);
	proc_await(pid, "S");
	kill(pid, SIGUSR1);
	(void)!write(fds[1], "done", 4);
	CHECK_EXIT("blocked signals interrupt nothing", pid, 0);
}

static const struct test tests[] = {
	{ "read", reads, 0 },
	{ "write", writes, 0 },
	{ "open", fifos, 0 },
	{ "sleep", sleeps, 0 },
	{ "pause", pauses, 0 },
	{ "futex", futexes, 0 },
	{ "waitid", waitids, 0 },
	{ "harmless", harmless, 0 },
	{ "blocked", blocked, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
