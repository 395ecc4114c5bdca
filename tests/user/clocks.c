/*
 * tests/user/clocks.c - clocks and sleeps
 *
 * What:  clock_gettime and its clocks, clock_getres, gettimeofday, time,
 *        nanosleep and clock_nanosleep. Sleeps are checked never to be early.
 * Not:   sleeps that a handler interrupts are in sig_restart.c.
 * See:   clock_gettime(2), clock_nanosleep(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <string.h>
#include <sys/time.h>
#include <time.h>

static long now_ns(clockid_t clock)
{
	struct timespec t = { 0, 0 };

	need(!clock_gettime(clock, &t));
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void clocks(void)
{
	static const clockid_t ids[] = {
		CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
		CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW,
		CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,
	};
	struct timespec t;
	int good = 0;

	for (size_t i = 0; i < COUNT(ids); i++)
		good += !sys(SYS_clock_gettime, ids[i], P(&t)) &&
			t.tv_nsec >= 0 && t.tv_nsec < 1000000000;
	CHECK_EQ("eight clocks tell the time", good, COUNT(ids));
	good = 0;
	for (size_t i = 0; i < COUNT(ids); i++)
		good += !clock_getres(ids[i], &t) &&
			(t.tv_sec || t.tv_nsec > 0);
	CHECK_EQ("and their steps", good, COUNT(ids));
	CHECK_EQ("an unknown clock", sys(SYS_clock_gettime, 99, P(&t)),
		 -EINVAL);
	CHECK_EQ("an unknown clock's step", sys(SYS_clock_getres, 99, P(&t)),
		 -EINVAL);
	CHECK_EQ("a bad pointer", sys(SYS_clock_gettime, 1, 8), -EFAULT);
	CHECK_EQ("a step nobody wants", sys(SYS_clock_getres, 1, 0), 0);
}

static void order(void)
{
	long last = now_ns(CLOCK_MONOTONIC);
	int backwards = 0;

	for (int i = 0; i < 2000; i++) {
		long now = now_ns(CLOCK_MONOTONIC);

		backwards += now < last;
		last = now;
	}
	CHECK_EQ("the monotonic clock never goes back", backwards, 0);
	while (now_ns(CLOCK_MONOTONIC) == last)
		;
	CHECK("and goes on", 1);
	last = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	while (now_ns(CLOCK_PROCESS_CPUTIME_ID) <= last)
		;
	CHECK("CPU time is used by using it", 1);
}

static int pass_on(void *arg)
{
	long *word = arg;

	for (int i = 0; i < 500; i++) {
		while (__atomic_load_n(&word[1], __ATOMIC_ACQUIRE) != 1)
			sys(SYS_sched_yield);
		if (now_ns(CLOCK_MONOTONIC) < word[0])
			return 1;
		word[0] = now_ns(CLOCK_MONOTONIC);
		__atomic_store_n(&word[1], 0, __ATOMIC_RELEASE);
	}
	return 0;
}

static void processors(void)
{
	long *word = shared_alloc(4096);
	pid_t pid = child_start(pass_on, word);
	int backwards = 0;

	for (int i = 0; i < 500; i++) {
		word[0] = now_ns(CLOCK_MONOTONIC);
		__atomic_store_n(&word[1], 1, __ATOMIC_RELEASE);
		while (__atomic_load_n(&word[1], __ATOMIC_ACQUIRE) != 0)
			sys(SYS_sched_yield);
		backwards += now_ns(CLOCK_MONOTONIC) < word[0];
	}
	CHECK_EQ("nor between processes", backwards, 0);
	CHECK_EXIT("in either direction", pid, 0);
}

static void wall(void)
{
	struct timeval tv;
	struct timespec ts;
	time_t a, b;

	need(!clock_gettime(CLOCK_REALTIME, &ts));
	CHECK_EQ("gettimeofday", sys(SYS_gettimeofday, P(&tv), 0), 0);
	CHECK("agrees", tv.tv_sec - ts.tv_sec <= 600 &&
	      tv.tv_sec >= ts.tv_sec && tv.tv_usec < 1000000);
	a = sys(SYS_time, 0);
	CHECK("time agrees", a >= ts.tv_sec - 1 && sys(SYS_time, P(&b)) >= a &&
	      b >= a);
	CHECK("it is after 2020", ts.tv_sec > 1577836800);
	CHECK_EQ("a bad pointer", sys(SYS_gettimeofday, 8, 0), -EFAULT);
	CHECK_EQ("a bad pointer to time", sys(SYS_time, 8), -EFAULT);
}

static void sleeps(void)
{
	struct timespec length = { 0, 12345678 }, left = { 7, 7 };
	long before = now_ns(CLOCK_MONOTONIC);

	CHECK_EQ("nanosleep", sys(SYS_nanosleep, P(&length), P(&left)), 0);
	CHECK("is not early",
	      now_ns(CLOCK_MONOTONIC) - before >= length.tv_nsec);
	CHECK("and does not write what is left", left.tv_sec == 7);
	before = now_ns(CLOCK_REALTIME);
	CHECK_EQ("clock_nanosleep",
		 sys(SYS_clock_nanosleep, CLOCK_REALTIME, 0, P(&length), 0),
		 0);
	CHECK("is not early either",
	      now_ns(CLOCK_REALTIME) - before >= length.tv_nsec);
	length = (struct timespec){ 0, 0 };
	CHECK_EQ("no time", sys(SYS_nanosleep, P(&length), 0), 0);
	length.tv_nsec = 1000000000;
	CHECK_EQ("too many nanoseconds", sys(SYS_nanosleep, P(&length), 0),
		 -EINVAL);
	length.tv_nsec = -1;
	CHECK_EQ("negative ones", sys(SYS_nanosleep, P(&length), 0), -EINVAL);
	length = (struct timespec){ -1, 0 };
	CHECK_EQ("negative seconds", sys(SYS_nanosleep, P(&length), 0),
		 -EINVAL);
	CHECK_EQ("a bad pointer", sys(SYS_nanosleep, 8, 0), -EFAULT);
	length = (struct timespec){ 0, 1 };
	CHECK_EQ("an unknown clock",
		 sys(SYS_clock_nanosleep, 99, 0, P(&length), 0), -EINVAL);
	CHECK_EQ("a thread's CPU clock",
		 sys(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0,
		     P(&length), 0), -EOPNOTSUPP);
}

static void absolute(void)
{
	struct timespec until;
	long target;

	for (clockid_t clock = CLOCK_REALTIME; clock <= CLOCK_MONOTONIC;
	     clock++) {
		target = now_ns(clock) + 10000000;
		until.tv_sec = target / 1000000000;
		until.tv_nsec = target % 1000000000;
		CHECK_EQ(clock ? "an absolute sleep of the monotonic clock" :
			 "an absolute sleep of the wall clock",
			 sys(SYS_clock_nanosleep, clock, TIMER_ABSTIME,
			     P(&until), 0), 0);
		CHECK(clock ? "the monotonic one ends not before" :
		      "the wall one ends not before", now_ns(clock) >= target);
	}
	until = (struct timespec){ 0, 0 };
	CHECK_EQ("a time gone by",
		 sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME,
		     P(&until), 0), 0);
}

static int nap(void *arg)
{
	struct timespec length = { 0, *(int *)arg * 1000000L };

	return nanosleep(&length, NULL);
}

static void many(void)
{
	pid_t pids[20];
	int good = 0;

	for (int i = 0; i < 20; i++)
		pids[i] = child_start(nap, &i);
	for (int i = 0; i < 20; i++)
		good += reap(pids[i]) == 0;
	CHECK_EQ("twenty sleepers all wake", good, 20);
}

static int sets_nothing(void *arg)
{
	struct timespec zero = { 0, 0 }, late = { 1l << 40, 0 };

	(void)arg;
	become_user();
	CHECK_EQ("before boot", sys(SYS_clock_settime, CLOCK_REALTIME,
				    P(&zero)), -EPERM);
	CHECK_EQ("too late", sys(SYS_clock_settime, CLOCK_REALTIME, P(&late)),
		 -EINVAL);
	return 0;
}

static void setting(void)
{
	struct timespec t = { 1000, 0 };

	CHECK_EQ("the monotonic clock is not set",
		 sys(SYS_clock_settime, CLOCK_MONOTONIC, P(&t)), -EINVAL);
	if (!fork()) {
		become_user();
		_exit(-sys(SYS_clock_settime, CLOCK_REALTIME, P(&t)));
	}
	CHECK_EXIT("nor the wall clock by an ordinary user", -1, EPERM);
	CHECK_EXIT("whatever it is", child_start(sets_nothing, NULL), 0);
}

/* twins of two others, which would wake a machine that sleeps */
static void alarms(void)
{
	struct timespec t = { 0, 1000 }, before, now;

	need(!clock_gettime(CLOCK_BOOTTIME, &before));
	CHECK_EQ("boot time", sys(SYS_clock_gettime, CLOCK_BOOTTIME_ALARM,
				  P(&now)), 0);
	CHECK("is the same", now.tv_sec - before.tv_sec <= 1 &&
	      now.tv_sec >= before.tv_sec);
	CHECK_EQ("resolution", sys(SYS_clock_getres, CLOCK_REALTIME_ALARM,
				   P(&now)), 0);
	CHECK_EQ("in ns", now.tv_nsec, 1);
	CHECK_EQ("a sleep", sys(SYS_clock_nanosleep, CLOCK_REALTIME_ALARM, 0,
				P(&t), 0), 0);
	CHECK_EQ("flags", sys(SYS_clock_nanosleep, CLOCK_BOOTTIME_ALARM, 2,
			      P(&t), 0), -EINVAL);
	if (!fork()) {
		become_user();
		_exit(-sys(SYS_clock_nanosleep, CLOCK_BOOTTIME_ALARM, 0,
			   P(&t), 0));
	}
	CHECK_EXIT("not for an ordinary user", -1, EPERM);
}

static const struct test tests[] = {
	{ "clocks", clocks, 0 },
	{ "order", order, 0 },
	{ "processors", processors, 0 },
	{ "wall", wall, 0 },
	{ "sleeps", sleeps, 0 },
	{ "absolute", absolute, 0 },
	{ "many", many, 0 },
	{ "setting", setting, 0 },
	{ "alarms", alarms, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
