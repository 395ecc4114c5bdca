/*
 * tests/user/timers.c - alarm and interval timers
 *
 * What:  alarm, setitimer and getitimer of the three kinds, and POSIX timers
 *        if the kernel has them.
 * See:   alarm(2), getitimer(2), timer_create(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <limits.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

static volatile sig_atomic_t count, last;

static void on_signal(int sig)
{
	count++;
	last = sig;
}

static struct itimerval make(long interval_us, long value_us)
{
	struct itimerval timer = {
		{ interval_us / 1000000, interval_us % 1000000 },
		{ value_us / 1000000, value_us % 1000000 },
	};

	return timer;
}

static long us_of(const struct timeval *time)
{
	return time->tv_sec * 1000000L + time->tv_usec;
}

static void alarms(void)
{
	struct itimerval now;
	unsigned int left;

	CHECK_EQ("no alarm before", alarm(1000), 0);
	CHECK("it is the real timer", !getitimer(ITIMER_REAL, &now) &&
	      now.it_value.tv_sec > 900 && !us_of(&now.it_interval));
	left = alarm(2000);
	CHECK("a new one tells what was left", left > 900 && left <= 1000);
	CHECK("0 cancels", alarm(0) > 1900 && !getitimer(ITIMER_REAL, &now) &&
	      !us_of(&now.it_value));
	handle(SIGALRM, on_signal, 0);
	alarm(1);
	pause();
	CHECK("it comes", count == 1 && last == SIGALRM);
	CHECK_EQ("once", alarm(0), 0);
}

static void real(void)
{
	struct itimerval set = make(3000, 1000), old, now;
	struct timespec before, after;

	handle(SIGALRM, on_signal, 0);
	clock_gettime(CLOCK_MONOTONIC, &before);
	CHECK_OK("setitimer", setitimer(ITIMER_REAL, &set, NULL));
	while (count < 5)
		pause();
	clock_gettime(CLOCK_MONOTONIC, &after);
	CHECK("five times are not early",
	      (after.tv_sec - before.tv_sec) * 1000000L +
	      (after.tv_nsec - before.tv_nsec) / 1000 >= 13000);
	CHECK("getitimer", !getitimer(ITIMER_REAL, &now) &&
	      us_of(&now.it_interval) == 3000 && us_of(&now.it_value) <= 3000);
	set = make(0, 0);
	CHECK_OK("a value of 0 stops it", setitimer(ITIMER_REAL, &set, &old));
	CHECK_EQ("and the old one is told", us_of(&old.it_interval), 3000);
	CHECK("it is stopped", !getitimer(ITIMER_REAL, &now) &&
	      !us_of(&now.it_value));
}

static void cpu(int which, int sig, const char *point)
{
	struct itimerval set = make(5000, 5000);

	handle(sig, on_signal, 0);
	count = 0;
	need(!setitimer(which, &set, NULL));
	while (count < 3)
		;
	set = make(0, 0);
	setitimer(which, &set, NULL);
	CHECK_EQ(point, last, sig);
}

static void cpu_timers(void)
{
	struct itimerval set = make(0, 1000), now;

	cpu(ITIMER_VIRTUAL, SIGVTALRM, "ITIMER_VIRTUAL sends SIGVTALRM");
	cpu(ITIMER_PROF, SIGPROF, "ITIMER_PROF sends SIGPROF");
	count = 0;
	need(!setitimer(ITIMER_VIRTUAL, &set, NULL));
	nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
	need(!getitimer(ITIMER_VIRTUAL, &now));
	CHECK("sleep uses no virtual time", count == 0 ||
	      !us_of(&now.it_value));
}

/* how often @which fires while 20 ms of processor time are used */
static int fires(int which, const struct itimerval *set)
{
	struct itimerval none = make(0, 0);
	clock_t end = clock() + CLOCKS_PER_SEC / 50;

	count = 0;
	need(!setitimer(which, set, NULL));
	while (clock() < end)
		for (volatile int i = 0; i < 100000; i++)
			;
	setitimer(which, &none, NULL);
	return (int)count;
}

/* Times as far away as can be said. */
static void never(void)
{
	static const int signals[] = { SIGALRM, SIGVTALRM, SIGPROF };
	static const char *const late[] = {
		"ITIMER_REAL in ages", "ITIMER_VIRTUAL in ages",
		"ITIMER_PROF in ages",
	};
	static const char *const once[] = {
		"ITIMER_REAL, and again in ages",
		"ITIMER_VIRTUAL, and again in ages",
		"ITIMER_PROF, and again in ages",
	};
	struct itimerval set = { { LONG_MAX, 0 }, { LONG_MAX, 0 } };

	for (int i = 0; i < 3; i++) {
		handle(signals[i], on_signal, 0);
		set.it_value.tv_sec = LONG_MAX;
		CHECK_EQ(late[i], fires(i, &set), 0);
		set.it_value.tv_sec = 0;
		set.it_value.tv_usec = 1;
		CHECK_EQ(once[i], fires(i, &set), 1);
		set.it_value.tv_usec = 0;
	}
}

static void errors(void)
{
	struct itimerval bad = make(0, 0), now;

	bad.it_value.tv_usec = 1000000;
	CHECK_EQ("a million microseconds",
		 sys(SYS_setitimer, ITIMER_REAL, P(&bad), 0), -EINVAL);
	bad.it_value.tv_usec = -1;
	CHECK_EQ("negative microseconds",
		 sys(SYS_setitimer, ITIMER_REAL, P(&bad), 0), -EINVAL);
	bad.it_value = (struct timeval){ -1, 0 };
	CHECK_EQ("negative seconds",
		 sys(SYS_setitimer, ITIMER_REAL, P(&bad), 0), -EINVAL);
	CHECK_EQ("an unknown timer", sys(SYS_setitimer, 3, P(&now), 0),
		 -EINVAL);
	CHECK_EQ("an unknown timer asked", sys(SYS_getitimer, 3, P(&now)),
		 -EINVAL);
	CHECK_EQ("a bad pointer", sys(SYS_setitimer, ITIMER_REAL, 8, 0),
		 -EFAULT);
	CHECK_EQ("a bad pointer to ask", sys(SYS_getitimer, ITIMER_REAL, 8),
		 -EFAULT);
	alarm(1000);
	if (!fork())
		_exit(alarm(0) == 0 ? 0 : 1);
	CHECK_EXIT("a child has none", -1, 0);
	CHECK("and the parent still has", alarm(0) > 0);
}

static void kills(void)
{
	struct itimerval set = make(0, 1000);

	if (!fork()) {
		setitimer(ITIMER_REAL, &set, NULL);
		for (;;)
			pause();
	}
	CHECK_KILLED("by default SIGALRM kills", -1, SIGALRM);
	set = make(0, 5000);
	if (!fork()) {
		setitimer(ITIMER_PROF, &set, NULL);
		for (;;)
			;
	}
	CHECK_KILLED("and SIGPROF", -1, SIGPROF);
}

static void posix(void)
{
	struct itimerspec set = { { 0, 0 }, { 0, 2000000 } }, now;
	struct sigevent event;
	siginfo_t info;
	unsigned long mask = 1UL << (SIGUSR1 - 1);
	int id = -1;
	long result;

	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = SIGUSR1;
	event.sigev_value.sival_int = 1234;
	block(SIGUSR1);
	result = sys(SYS_timer_create, CLOCK_MONOTONIC, P(&event), P(&id));
	if (result == -ENOSYS) {
		SKIP("POSIX timers", "no timer_create");
		return;
	}
	CHECK_EQ("timer_create", result, 0);
	CHECK_EQ("timer_settime", sys(SYS_timer_settime, id, 0, P(&set), 0),
		 0);
	CHECK_EQ("its signal", sys(SYS_rt_sigtimedwait, P(&mask), P(&info), 0,
				   8), SIGUSR1);
	CHECK("with its value", info.si_code == SI_TIMER &&
	      info.si_value.sival_int == 1234);
	CHECK_EQ("timer_gettime", sys(SYS_timer_gettime, id, P(&now)), 0);
	CHECK("which is over", !now.it_value.tv_sec && !now.it_value.tv_nsec);
	CHECK_EQ("timer_delete", sys(SYS_timer_delete, id), 0);
	CHECK_EQ("twice", sys(SYS_timer_delete, id), -EINVAL);
}

static const struct test tests[] = {
	{ "alarm", alarms, 0 },
	{ "real", real, 0 },
	{ "cpu", cpu_timers, 0 },
	{ "never", never, 0 },
	{ "errors", errors, 0 },
	{ "kills", kills, 0 },
	{ "posix", posix, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
