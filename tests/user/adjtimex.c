/*
 * tests/user/adjtimex.c - how the time of day runs
 *
 * What:  adjtimex and clock_adjtime: what they tell, set, and refuse; the
 *        clock steps, runs faster, and makes up for what it is told.
 * See:   adjtimex(2), adjtime(3)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <grp.h>
#include <string.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

#ifndef ADJ_SETOFFSET
#define ADJ_SETOFFSET 0x100
#endif

static long adjust(struct timex *t)
{
	return sys(SYS_adjtimex, P(t));
}

static long adjust_modes(unsigned int modes, struct timex *t)
{
	t->modes = modes;
	return adjust(t);
}

static long long now(clockid_t clock)
{
	struct timespec ts;

	need(sys(SYS_clock_gettime, clock, P(&ts)) == 0);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static void reading(void)
{
	struct timex t;

	memset(&t, 0xff, sizeof(t));
	t.modes = 0;
	CHECK("adjtimex", adjust(&t) >= 0);
	CHECK_EQ("tick", t.tick, 10000);
	CHECK_EQ("precision", t.precision, 1);
	CHECK_EQ("tolerance", t.tolerance, 500 << 16);
	CHECK_EQ("nothing of pulses", t.ppsfreq | t.jitter | t.shift |
		 t.stabil | t.jitcnt | t.calcnt | t.errcnt | t.stbcnt, 0);
	CHECK("the time", t.time.tv_sec >= now(CLOCK_REALTIME) / 1000000000 -
	      1);
	CHECK("in microseconds", t.time.tv_usec < 1000000);
	CHECK_EQ("by clock_adjtime", sys(SYS_clock_adjtime, CLOCK_REALTIME,
					 P(&t)), adjust(&t));
	CHECK_EQ("a bad pointer", sys(SYS_adjtimex, 8), -EFAULT);
	CHECK_EQ("first", sys(SYS_clock_adjtime, 99, 8), -EFAULT);
	CHECK_EQ("no such clock", sys(SYS_clock_adjtime, 99, P(&t)), -EINVAL);
	CHECK_EQ("a hole", sys(SYS_clock_adjtime, 10, P(&t)), -EINVAL);
	CHECK_EQ("a clock that is not adjusted", sys(SYS_clock_adjtime,
		 CLOCK_MONOTONIC, P(&t)), -EOPNOTSUPP);
	CHECK_EQ("nor that of a process", sys(SYS_clock_adjtime,
		 CLOCK_PROCESS_CPUTIME_ID, P(&t)), -EOPNOTSUPP);
	CHECK_EQ("nor TAI", sys(SYS_clock_adjtime, CLOCK_TAI, P(&t)),
		 -EOPNOTSUPP);
}

static void status(void)
{
	struct timex t = { .status = 0, .maxerror = 1000, .esterror = 2000 };

	CHECK_EQ("synchronised", adjust_modes(ADJ_STATUS | ADJ_MAXERROR |
					      ADJ_ESTERROR, &t), TIME_OK);
	CHECK_EQ("status", t.status & ~STA_NANO, 0);
	CHECK("maxerror", t.maxerror >= 1000 && t.maxerror < 5000);
	CHECK_EQ("esterror", t.esterror, 2000);
	t.maxerror = 1l << 40;
	CHECK_EQ("too much", adjust_modes(ADJ_MAXERROR, &t), TIME_OK);
	CHECK_EQ("is the most", t.maxerror, 16000000);
	t.status = STA_UNSYNC | STA_CLOCKERR;
	CHECK_EQ("not synchronised", adjust_modes(ADJ_STATUS, &t), TIME_ERROR);
	CHECK_EQ("what is read-only stays", t.status & STA_CLOCKERR, 0);
	CHECK_EQ("nanoseconds", adjust_modes(ADJ_NANO, &t), TIME_ERROR);
	CHECK("STA_NANO", t.status & STA_NANO);
	t.constant = 3;
	CHECK_EQ("the constant", adjust_modes(ADJ_TIMECONST, &t), TIME_ERROR);
	CHECK_EQ("as it is", t.constant, 3);
	CHECK_EQ("microseconds", adjust_modes(ADJ_MICRO, &t), TIME_ERROR);
	CHECK("no STA_NANO", !(t.status & STA_NANO));
	t.constant = 3;
	CHECK_EQ("the constant", adjust_modes(ADJ_TIMECONST, &t), TIME_ERROR);
	CHECK_EQ("4 more", t.constant, 7);
	t.constant = 20;
	CHECK_EQ("a large one", adjust_modes(ADJ_TIMECONST, &t), TIME_ERROR);
	CHECK_EQ("10 at most", t.constant, 10);
	t.freq = 600l << 16;
	CHECK_EQ("a frequency", adjust_modes(ADJ_FREQUENCY, &t), TIME_ERROR);
	CHECK_EQ("500 ppm at most", t.freq, 500 << 16);
	t.freq = 0;
	CHECK_EQ("none", adjust_modes(ADJ_FREQUENCY, &t), TIME_ERROR);
	CHECK_EQ("is", t.freq, 0);
}

static int unprivileged(void *arg)
{
	struct timex t = { .tick = 1 };

	(void)arg;
	need(!setgroups(0, NULL) && !setresgid(9, 9, 9));
	need(!setresuid(9, 9, 9));
	CHECK_EQ("setting", adjust_modes(ADJ_STATUS, &t), -EPERM);
	CHECK_EQ("before the values", adjust_modes(ADJ_TICK, &t), -EPERM);
	CHECK_EQ("adjtime", adjust_modes(0x8001, &t), -EPERM);
	CHECK("reading what is left of it", adjust_modes(0xa001, &t) >= 0);
	CHECK_EQ("a single shot that is none", adjust_modes(0x8000, &t),
		 -EINVAL);
	CHECK("reading", adjust_modes(0, &t) >= 0);
	return 0;
}

static void refused(void)
{
	struct timex t = { .tick = 8999 };

	CHECK_STATUS("without rights", child_run(unprivileged, NULL),
		     EXITED(0));
	CHECK_EQ("a short tick", adjust_modes(ADJ_TICK, &t), -EINVAL);
	t.tick = 11001;
	CHECK_EQ("a long tick", adjust_modes(ADJ_TICK, &t), -EINVAL);
	t.time.tv_usec = -1;
	CHECK_EQ("a negative part", adjust_modes(ADJ_SETOFFSET, &t), -EINVAL);
	t.time.tv_usec = 1000000;
	CHECK_EQ("a large part", adjust_modes(ADJ_SETOFFSET, &t), -EINVAL);
	t.time.tv_usec = 1000000000;
	CHECK_EQ("of nanoseconds", adjust_modes(ADJ_SETOFFSET | ADJ_NANO, &t),
		 -EINVAL);
	t.freq = 1ul << 62;
	CHECK_EQ("a frequency", adjust_modes(ADJ_FREQUENCY, &t), -EINVAL);
	t.time.tv_usec = 0;
	t.time.tv_sec = -(1l << 40);
	CHECK_EQ("before 1970", adjust_modes(ADJ_SETOFFSET, &t), -EINVAL);
	t.time.tv_sec = 7000000000;
	CHECK_EQ("near the end", adjust_modes(ADJ_SETOFFSET, &t), -EINVAL);
}

/* how far one clock is ahead of another, read at the same moment: between two
 * readings a busy machine may stand still */
static long long ahead(clockid_t clock, clockid_t other)
{
	long long before, time;

	do {
		before = now(other);
		time = now(clock);
	} while (now(other) - before > 1000000);
	return time - before;
}

static void rung(int sig)
{
	(void)sig;
}

static void steps(void)
{
	const struct itimerval soon = { .it_value = { 0, 100000 } };
	const struct timespec never = { 0x7fffffffffffffff, 0 };
	struct timex t = { .time = { 100, 500000 } };
	long long offset = ahead(CLOCK_REALTIME, CLOCK_MONOTONIC);
	long long moved, used;

	CHECK("forward", adjust_modes(ADJ_SETOFFSET, &t) >= 0);
	moved = ahead(CLOCK_REALTIME, CLOCK_MONOTONIC) - offset;
	CHECK("100.5 seconds", moved > 100400000000ll &&
	      moved < 100600000000ll);
	t.time.tv_sec = -101;
	t.time.tv_usec = 500000000;
	CHECK("and back", adjust_modes(ADJ_SETOFFSET | ADJ_NANO, &t) >= 0);
	moved = ahead(CLOCK_REALTIME, CLOCK_MONOTONIC) - offset;
	CHECK("all of it", moved > -100000000ll && moved < 100000000ll);
	CHECK("not synchronised", t.status & STA_UNSYNC);
	t.constant = 37;
	CHECK("TAI", adjust_modes(ADJ_TAI, &t) >= 0);
	CHECK_EQ("is told", t.tai, 37);
	moved = ahead(CLOCK_TAI, CLOCK_REALTIME);
	CHECK("and ahead", moved > 36900000000ll && moved < 37100000000ll);
	handle(SIGALRM, rung, 0);
	need(!setitimer(ITIMER_REAL, &soon, NULL));
	used = now(CLOCK_THREAD_CPUTIME_ID);
	CHECK_EQ("to the end of its time", sys(SYS_clock_nanosleep, CLOCK_TAI,
		 TIMER_ABSTIME, P(&never), 0), -EINTR);
	CHECK("asleep", now(CLOCK_THREAD_CPUTIME_ID) - used < 50000000);
	t.constant = 0;
	CHECK("no more", adjust_modes(ADJ_TAI, &t) >= 0 && !t.tai);
	adjust_modes(ADJ_MICRO, &t);
}

/* how much longer a while of @ns or more is by the clock than by the
 * processor's, in thousandths */
static long long gained(long long ns)
{
	long long start = now(CLOCK_MONOTONIC_RAW), took;
	long long first = ahead(CLOCK_REALTIME, CLOCK_MONOTONIC_RAW);

	do {
		usleep(10000);
		took = now(CLOCK_MONOTONIC_RAW) - start;
	} while (took < ns);
	return (ahead(CLOCK_REALTIME, CLOCK_MONOTONIC_RAW) - first) * 1000 /
	       took;
}

static void rates(void)
{
	struct timex t = { .tick = 11000 };
	long long more, less;

	CHECK("a long tick", adjust_modes(ADJ_TICK, &t) >= 0);
	CHECK_EQ("is told", t.tick, 11000);
	more = gained(500000000);
	t.tick = 9000;
	CHECK("a short tick", adjust_modes(ADJ_TICK, &t) >= 0);
	less = gained(500000000);
	t.tick = 10000;
	CHECK("as it was", adjust_modes(ADJ_TICK, &t) >= 0);
	CHECK("the clock was fast", more > 60 && more < 160);
	CHECK("and slow", less < -60 && less > -160);
	t.offset = 100000;
	CHECK("adjtime", adjust_modes(0x8001, &t) >= 0);
	CHECK_EQ("nothing was left", t.offset, 0);
	usleep(1200000);
	CHECK("what is left", adjust_modes(0xa001, &t) >= 0);
	CHECK("is less", t.offset < 100000 && t.offset > 90000);
	t.offset = 0;
	CHECK("no more", adjust_modes(0x8001, &t) >= 0);
	CHECK("tells what was left", t.offset > 90000);
	CHECK("nothing now", adjust_modes(0xa001, &t) >= 0 && !t.offset);
}

static const struct test tests[] = {
	{ "reading", reading, 0 },
	{ "status", status, 0 },
	{ "refused", refused, 0 },
	{ "steps", steps, 0 },
	{ "rates", rates, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
