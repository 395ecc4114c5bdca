/*
 * tests/user/poll.c - waiting for several descriptors
 *
 * What:  poll, ppoll, select and pselect6 on pipes and files, their signal
 *        masks, timeouts and errors.
 * See:   poll(2), select(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

static int fds[2];
static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

/* poll one descriptor without waiting: its events, or the error */
static int events_of(int fd, short wanted)
{
	struct pollfd one = { fd, wanted, 0x7777 };
	int n = poll(&one, 1, 0);

	if (n < 0)
		return -errno;
	return n == !!one.revents ? one.revents : -1;
}

static void pipe_states(void)
{
	static char big[65536];

	need(!pipe2(fds, O_NONBLOCK));
	CHECK_EQ("empty: not readable", events_of(fds[0], POLLIN | POLLOUT), 0);
	CHECK_EQ("empty: writable", events_of(fds[1], POLLIN | POLLOUT),
		 POLLOUT);
	CHECK_EQ("only what is asked", events_of(fds[1], POLLIN), 0);
	need(write(fds[1], "x", 1) == 1);
	CHECK_EQ("with a byte: readable",
		 events_of(fds[0], POLLIN | POLLRDNORM), POLLIN | POLLRDNORM);
	while (write(fds[1], big, 4096) == 4096)
		;
	CHECK_EQ("full: not writable", events_of(fds[1], POLLOUT), 0);
	close(fds[1]);
	CHECK_EQ("writer gone: readable and hung up",
		 events_of(fds[0], POLLIN), POLLIN | POLLHUP);
	while (read(fds[0], big, sizeof(big)) > 0)
		;
	CHECK_EQ("at the end: hung up", events_of(fds[0], POLLIN), POLLHUP);
	CHECK_EQ("asked for nothing too", events_of(fds[0], 0), POLLHUP);
	need(!pipe(fds));
	close(fds[0]);
	CHECK_EQ("reader gone: writable with an error",
		 events_of(fds[1], POLLOUT), POLLOUT | POLLERR);
}

static void other_files(void)
{
	int fd = open("file", O_RDWR | O_CREAT, 0600);

	CHECK_EQ("a file is always ready",
		 events_of(fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	CHECK_EQ("so is a directory",
		 events_of(open(".", O_RDONLY), POLLIN), POLLIN);
	CHECK_EQ("and /dev/null",
		 events_of(open("/dev/null", O_RDWR), POLLIN | POLLOUT),
		 POLLIN | POLLOUT);
	CHECK_EQ("a closed one", events_of(99, POLLIN), POLLNVAL);
	CHECK_EQ("a negative one is left out", events_of(-1, POLLIN), 0);
}

static void several(void)
{
	struct pollfd set[3];

	need(!pipe(fds));
	set[0] = (struct pollfd){ fds[0], POLLIN, -1 };
	set[1] = (struct pollfd){ -5, POLLIN, -1 };
	set[2] = (struct pollfd){ fds[1], POLLOUT, -1 };
	CHECK_EQ("counts those with events", poll(set, 3, -1), 1);
	CHECK("and writes all", !set[0].revents && !set[1].revents &&
	      set[2].revents == POLLOUT);
	need(write(fds[1], "x", 1) == 1);
	CHECK_EQ("now two", poll(set, 3, -1), 2);
	CHECK_EQ("none at all", poll(NULL, 0, 0), 0);
	CHECK_EQ("none at all for a while", poll(NULL, 0, 5), 0);
	CHECK_EQ("a bad array", sys(SYS_poll, 8, 1, 0), -EFAULT);
	need(!setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 64, 64 }));
	CHECK_EQ("more than RLIMIT_NOFILE", sys(SYS_poll, P(set), 65, 0),
		 -EINVAL);
}

static int wait_then_write(void *arg)
{
	proc_await(*(pid_t *)arg, "S");
	return write(fds[1], "x", 1) != 1;
}

static void waiting(void)
{
	struct pollfd one;
	pid_t self = getpid();
	pid_t pid;

	need(!pipe(fds));
	one = (struct pollfd){ fds[0], POLLIN, 0 };
	CHECK_EQ("a timeout gives 0", poll(&one, 1, 20), 0);
	pid = child_start(wait_then_write, &self);
	CHECK_EQ("a write wakes", poll(&one, 1, -1), 1);
	CHECK_EQ("with its event", one.revents, POLLIN);
	CHECK_EXIT("from another process", pid, 0);
	pid = child_start(wait_then_write, &self);
	close(fds[1]);
	need(read(fds[0], &one, 1) == 1 && read(fds[0], &one, 1) == 1);
	one = (struct pollfd){ fds[0], POLLIN, 0 };
	CHECK_EQ("the last close wakes", poll(&one, 1, -1), 1);
	CHECK_EQ("as hang-up", one.revents, POLLHUP);
	reap(pid);
}

static void start_ticking(void)
{
	struct itimerval each = { { 0, 5000 }, { 0, 5000 } };

	handle(SIGALRM, on_signal, SA_RESTART);
	need(!setitimer(ITIMER_REAL, &each, NULL));
}

static void stop_ticking(void)
{
	struct itimerval none = { { 0, 0 }, { 0, 0 } };

	need(!setitimer(ITIMER_REAL, &none, NULL));
}

static void interrupted(void)
{
	struct timeval long_time = { 1000, 0 };
	struct pollfd one;
	fd_set set;

	need(!pipe(fds));
	one = (struct pollfd){ fds[0], POLLIN, 0 };
	start_ticking();
	CHECK_ERRNO("poll is EINTR even with SA_RESTART", poll(&one, 1, -1),
		    EINTR);
	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	CHECK_ERRNO("select too", select(fds[0] + 1, &set, NULL, NULL, NULL),
		    EINTR);
	CHECK("and leaves its sets alone", FD_ISSET(fds[0], &set));
	CHECK_EQ("the time left is written",
		 sys(SYS_select, 0, 0, 0, 0, P(&long_time)), -EINTR);
	CHECK("by select", long_time.tv_sec < 1000);
	stop_ticking();
}

static void masks(void)
{
	struct timespec none = { 0, 0 };
	struct pollfd one;
	sigset_t open_mask, full;

	need(!pipe(fds));
	one = (struct pollfd){ fds[0], POLLIN, 0 };
	handle(SIGUSR1, on_signal, 0);
	sigemptyset(&open_mask);
	sigfillset(&full);
	block(SIGUSR1);
	kill(getpid(), SIGUSR1);
	CHECK_EQ("ppoll with a closed mask", ppoll(&one, 1, &none, &full), 0);
	CHECK_EQ("takes no signal", caught, 0);
	CHECK_ERRNO("ppoll with an open mask",
		    ppoll(&one, 1, NULL, &open_mask), EINTR);
	CHECK_EQ("takes the pending one", caught, SIGUSR1);
	kill(getpid(), SIGUSR1);
	caught = 0;
	CHECK_ERRNO("pselect with an open mask",
		    pselect(0, NULL, NULL, NULL, NULL, &open_mask), EINTR);
	CHECK_EQ("takes it too", caught, SIGUSR1);
	need(!sigprocmask(SIG_BLOCK, NULL, &full));
	CHECK_EQ("the mask is as before", sigismember(&full, SIGUSR1), 1);
	CHECK_EQ("a mask of wrong size",
		 sys(SYS_ppoll, P(&one), 1, P(&none), P(&full), 4), -EINVAL);
	none.tv_nsec = 1000000000;
	CHECK_EQ("a bad timeout",
		 sys(SYS_ppoll, P(&one), 1, P(&none), 0, 8), -EINVAL);
	none.tv_nsec = -1;
	CHECK_EQ("a negative timeout",
		 sys(SYS_ppoll, P(&one), 1, P(&none), 0, 8), -EINVAL);
}

static void ready_beats_signal(void)
{
	struct timespec none = { 0, 0 };
	struct pollfd one;
	sigset_t open_mask;

	need(!pipe(fds));
	one = (struct pollfd){ fds[1], POLLOUT, 0 };
	handle(SIGUSR1, on_signal, 0);
	sigemptyset(&open_mask);
	block(SIGUSR1);
	kill(getpid(), SIGUSR1);
	CHECK_EQ("a ready descriptor is reported though a signal pends",
		 ppoll(&one, 1, &none, &open_mask), 1);
	CHECK_EQ("and the signal stays pending", caught, 0);
}

static void selecting(void)
{
	struct timeval none = { 0, 0 };
	fd_set in, out, except;

	need(!pipe(fds));
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&except);
	FD_SET(fds[0], &in);
	FD_SET(fds[1], &out);
	FD_SET(fds[0], &except);
	CHECK_EQ("select counts bits", select(fds[1] + 1, &in, &out, &except,
					      &none), 1);
	CHECK("and leaves those that are ready", !FD_ISSET(fds[0], &in) &&
	      FD_ISSET(fds[1], &out) && !FD_ISSET(fds[0], &except));
	need(write(fds[1], "x", 1) == 1);
	FD_SET(fds[0], &in);
	CHECK_EQ("two sets, two bits",
		 select(fds[1] + 1, &in, &out, NULL, NULL), 2);
	close(fds[1]);
	need(read(fds[0], &none, 1) == 1);
	FD_ZERO(&in);
	FD_SET(fds[0], &in);
	CHECK_EQ("the end is readable",
		 select(fds[0] + 1, &in, NULL, NULL, NULL), 1);
	CHECK_EQ("a bit at the limit is not looked at",
		 select(fds[0], &in, NULL, NULL, &(struct timeval){ 0, 0 }),
		 0);
}

static void select_broken(void)
{
	static char page[4096];
	struct timeval none = { 0, 0 };
	fd_set out;

	need(!pipe2(fds, O_NONBLOCK));
	while (write(fds[1], page, 4096) == 4096)
		;
	FD_ZERO(&out);
	FD_SET(fds[1], &out);
	CHECK_EQ("a full pipe is not writable",
		 select(fds[1] + 1, NULL, &out, NULL, &none), 0);
	close(fds[0]);
	FD_SET(fds[1], &out);
	CHECK_EQ("poll of one without readers", events_of(fds[1], POLLOUT),
		 POLLERR);
	CHECK_EQ("select says writable",
		 select(fds[1] + 1, NULL, &out, NULL, &none), 1);
	CHECK("by its bit", FD_ISSET(fds[1], &out));
}

static void select_errors(void)
{
	struct timeval none = { 0, 0 };
	struct timeval bad = { -1, 0 };
	fd_set in;

	FD_ZERO(&in);
	need(dup2(1, 60) == 60);
	close(60);
	FD_SET(60, &in);
	CHECK_EQ("a closed one in the table",
		 sys(SYS_select, 61, P(&in), 0, 0, P(&none)), -EBADF);
	CHECK_EQ("a negative count", sys(SYS_select, -1, 0, 0, 0, P(&none)),
		 -EINVAL);
	CHECK_EQ("a negative time", sys(SYS_select, 0, 0, 0, 0, P(&bad)),
		 -EINVAL);
	CHECK_EQ("a bad set", sys(SYS_select, 8, 8, 0, 0, P(&none)), -EFAULT);
	CHECK_EQ("a bad time", sys(SYS_select, 0, 0, 0, 0, 8), -EFAULT);
}

static const struct test tests[] = {
	{ "poll of a pipe", pipe_states, 0 },
	{ "poll of other files", other_files, 0 },
	{ "poll of several", several, 0 },
	{ "poll waits", waiting, 0 },
	{ "interrupted", interrupted, 0 },
	{ "masks", masks, 0 },
	{ "ready first", ready_beats_signal, 0 },
	{ "select", selecting, 0 },
	{ "select without readers", select_broken, 0 },
	{ "select errors", select_errors, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
