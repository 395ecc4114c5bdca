/*
 * tests/user/timerfd.c - timers that are read from a descriptor
 *
 * What:  once and periodic, relative and absolute, the count of expirations,
 *        what is left, clocks that are set, poll, fdinfo, errors.
 * See:   timerfd_create(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>

#define MS 1000000l

#ifndef TFD_TIMER_CANCEL_ON_SET
#define TFD_TIMER_CANCEL_ON_SET 2
#endif

static int open_timer(int clock, int flags)
{
	int fd = timerfd_create(clock, flags);

	need(fd >= 0);
	return fd;
}

static int set(int fd, int flags, long value_ns, long interval_ns)
{
	struct itimerspec its = {
		.it_value = { value_ns / 1000000000, value_ns % 1000000000 },
		.it_interval = { interval_ns / 1000000000,
				 interval_ns % 1000000000 },
	};

	return timerfd_settime(fd, flags, &its, NULL);
}

static long expirations(int fd)
{
	uint64_t n;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? (long)n : -errno;
}

static long now_ns(int clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static long left_ns(int fd)
{
	struct itimerspec its;

	need(!timerfd_gettime(fd, &its));
	return its.it_value.tv_sec * 1000000000 + its.it_value.tv_nsec;
}

static void once(void)
{
	int fd = open_timer(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	struct itimerspec old, its = { .it_value.tv_sec = 100 };
	long begin = now_ns(CLOCK_MONOTONIC);

	CHECK_EQ("not set", expirations(fd), -EAGAIN);
	CHECK_EQ("nothing left", left_ns(fd), 0);
	CHECK_OK("set", set(fd, 0, 50 * MS, 0));
	CHECK_EQ("not yet", expirations(fd), -EAGAIN);
	CHECK("something left", left_ns(fd) > 0 && left_ns(fd) <= 50 * MS);
	CHECK_EQ("poll waits", poll(&p, 1, 20000), 1);
	CHECK_EQ("readable", p.revents, POLLIN);
	CHECK("not too early", now_ns(CLOCK_MONOTONIC) - begin >= 50 * MS);
	CHECK_EQ("nothing left", left_ns(fd), 0);
	CHECK_EQ("once", expirations(fd), 1);
	CHECK_EQ("only", expirations(fd), -EAGAIN);
	need(!timerfd_settime(fd, 0, &its, NULL));
	its.it_value.tv_sec = 0;
	CHECK_OK("stop", timerfd_settime(fd, 0, &its, &old));
	CHECK("what was left", old.it_value.tv_sec == 99 ||
	      old.it_value.tv_sec == 100);
	CHECK_EQ("stopped", left_ns(fd), 0);
}

static void periodic(void)
{
	int fd = open_timer(CLOCK_BOOTTIME, 0);
	struct itimerspec its;
	long n;

	CHECK_OK("set", set(fd, 0, 20 * MS, 10 * MS));
	CHECK("read waits", expirations(fd) >= 1);
	usleep(105000);
	n = expirations(fd);
	CHECK("many since", n >= 9);
	CHECK("the next waits", expirations(fd) >= 1);
	need(!timerfd_gettime(fd, &its));
	CHECK("left", its.it_value.tv_nsec > 0 &&
	      its.it_value.tv_nsec <= 10 * MS);
	CHECK_EQ("interval", its.it_interval.tv_nsec, 10 * MS);
	usleep(50000);
	CHECK_OK("set again", set(fd, 0, 1000 * MS, 0));
	CHECK_EQ("forgets", fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ("forgets", expirations(fd), -EAGAIN);
}

/* Expirations of a timer that began long ago are as many as time says. */
static void since_long(int clock)
{
	int fd = open_timer(clock, 0);
	long before = now_ns(clock);
	long at = before / 2, interval = before / 8;
	long n, after;

	CHECK_OK("set long ago", set(fd, TFD_TIMER_ABSTIME, at, interval));
	n = expirations(fd);
	after = now_ns(clock);
	CHECK("not too few", n >= (before - at) / interval + 1);
	CHECK("nor too many", n <= (after - at) / interval + 1);
}

static void counted(void)
{
	since_long(CLOCK_MONOTONIC);
	since_long(CLOCK_BOOTTIME);
	since_long(CLOCK_REALTIME);
}

static void absolute(void)
{
	static const int clocks[] = {
		CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
	};

	for (unsigned int i = 0; i < COUNT(clocks); i++) {
		int fd = open_timer(clocks[i], 0);
		long at = now_ns(clocks[i]) + 30 * MS;

		CHECK_OK("set", set(fd, TFD_TIMER_ABSTIME, at, 0));
		CHECK_EQ("came", expirations(fd), 1);
		CHECK("in time", now_ns(clocks[i]) >= at);
		at = now_ns(clocks[i]) - 95 * MS;
		CHECK_OK("in the past", set(fd, TFD_TIMER_ABSTIME, at,
					    10 * MS));
		usleep(1000);
		CHECK("all of them", expirations(fd) >= 10);
	}
}

static void set_clock(long add_ns)
{
	long at = now_ns(CLOCK_REALTIME) + add_ns;
	struct timespec ts = { at / 1000000000, at % 1000000000 };

	need(!clock_settime(CLOCK_REALTIME, &ts));
}

#define HOUR (3600l * 1000000000)

static void clock_set(void)
{
	int fd = open_timer(CLOCK_REALTIME, TFD_NONBLOCK);
	int rel = open_timer(CLOCK_REALTIME, TFD_NONBLOCK);
	int cancel = open_timer(CLOCK_REALTIME, TFD_NONBLOCK);
	struct pollfd p = { .fd = cancel, .events = POLLIN };
	long at = now_ns(CLOCK_REALTIME) + HOUR;

	need(!set(fd, TFD_TIMER_ABSTIME, at, 0));
	need(!set(rel, 0, HOUR, 0));
	need(!set(cancel, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
		  at + HOUR, 0));
	CHECK_EQ("not canceled", poll(&p, 1, 0), 0);
	set_clock(HOUR + 1000 * MS);
	usleep(20000);
	CHECK_EQ("the time came", expirations(fd), 1);
	CHECK_EQ("no matter to a length", expirations(rel), -EAGAIN);
	CHECK_EQ("canceled", poll(&p, 1, 0), 1);
	CHECK_EQ("canceled", expirations(cancel), -ECANCELED);
	CHECK_EQ("once", expirations(cancel), -EAGAIN);
	CHECK("but still set", left_ns(cancel) > 0);
	set_clock(1000 * MS);
	usleep(20000);
	CHECK_ERRNO("told by a new setting", set(cancel, TFD_TIMER_ABSTIME |
		    TFD_TIMER_CANCEL_ON_SET, at + 2 * HOUR, 0), ECANCELED);
	set_clock(-HOUR - 2000 * MS);
	need(!set(fd, TFD_TIMER_ABSTIME, now_ns(CLOCK_REALTIME) + 50 * MS, 0));
	set_clock(-HOUR);
	usleep(100000);
	CHECK_EQ("set back: not yet", expirations(fd), -EAGAIN);
	set_clock(HOUR);
	usleep(20000);
	CHECK_EQ("and forth: now", expirations(fd), 1);
}

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static void interrupted(void)
{
	int fd = open_timer(CLOCK_MONOTONIC, 0);

	handle(SIGALRM, on_signal, 0);
	need(!set(fd, 0, 100000 * MS, 0));
	ualarm(50000, 0);
	CHECK_EQ("a signal ends the read", expirations(fd), -EINTR);
}

static void errors(void)
{
	int fd = open_timer(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	struct itimerspec its = { .it_value.tv_nsec = 1000000000 };
	uint64_t n;

	CHECK_EQ("close on exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO("clock", timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0),
		    EINVAL);
	CHECK_ERRNO("flags", timerfd_create(CLOCK_REALTIME, 1), EINVAL);
	CHECK_ERRNO("nanoseconds", timerfd_settime(fd, 0, &its, NULL), EINVAL);
	its.it_value = (struct timespec){ -1, 0 };
	CHECK_ERRNO("negative", timerfd_settime(fd, 0, &its, NULL), EINVAL);
	its.it_value.tv_sec = 1;
	CHECK_ERRNO("flags", timerfd_settime(fd, 4, &its, NULL), EINVAL);
	CHECK_ERRNO("descriptor", timerfd_settime(99, 0, &its, NULL), EBADF);
	CHECK_ERRNO("no timer", timerfd_settime(0, 0, &its, NULL), EINVAL);
	CHECK_ERRNO("no timer", timerfd_gettime(0, &its), EINVAL);
	CHECK_EQ("address", sys(SYS_timerfd_settime, fd, 0, 8, 0), -EFAULT);
	CHECK_EQ("address", sys(SYS_timerfd_gettime, fd, 8), -EFAULT);
	CHECK_ERRNO("short read", read(fd, &n, 7), EINVAL);
	CHECK_ERRNO("write", write(fd, &n, 8), EINVAL);
	become_user();
	CHECK_ERRNO("wakes the machine", timerfd_create(CLOCK_REALTIME_ALARM,
							0), EPERM);
}

static void fdinfo(void)
{
	int fd = open_timer(CLOCK_MONOTONIC, 0);
	char path[64], text[512];
	int n;

	need(!set(fd, 0, 10 * MS, 5000000000));
	usleep(30000);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	n = read(open(path, O_RDONLY), text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	CHECK("clock", strstr(text, "clockid: 1\n"));
	CHECK("ticks", strstr(text, "ticks: 1\n"));
	CHECK("flags", strstr(text, "settime flags: 00\n"));
	CHECK("interval", strstr(text, "it_interval: (5, 0)\n"));
}

static const struct test tests[] = {
	{ "once", once, 0 },
	{ "periodic", periodic, 0 },
	{ "absolute", absolute, 0 },
	{ "counted", counted, 0 },
	{ "clock_set", clock_set, 0 },
	{ "interrupted", interrupted, 0 },
	{ "errors", errors, 0 },
	{ "fdinfo", fdinfo, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
