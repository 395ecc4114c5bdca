/*
 * kernel/sys/time.c - clocks and sleeps
 *
 * What:  reads and sets clocks, sleeps on them, and says how to go on after a
 *        signal.
 * Locks: the time zone, which only settimeofday changes, is two plain words.
 * Not:   the time of day (kernel/sched/wallclock.c); interval timers
 *        (itimer.c); processor time clocks (cpu_clock.c).
 * See:   clock_gettime(2), clock_nanosleep(2).
 */
#include "calls.h"

#include "cpu_clock.h"

#include <proc/signal.h>
#include <proc/timens.h>
#include <sched/timer.h>
#include <sched/wallclock.h>
#include "time_util.h"
#include <uapi/errno.h>
#include <vm/uaccess.h>

/* What the coarse clocks tell as their resolution: a tick of 250 Hz. */
#define COARSE_NS (4 * NSEC_PER_MSEC)

static struct timezone zone;	/* for gettimeofday only */

static u64 tai_ns(void)
{
	return (u64)wallclock_tai() * NSEC_PER_SEC;
}

static inline int time_used(clockid_t clock, u64 *ns)
{
	return cpu_clock_read ? cpu_clock_read(clock, ns) : -EINVAL;
}

/* 0, -EINVAL (no such clock), -ESRCH as -EINVAL (of no such process). */
static inline int clock_read(clockid_t clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
		*ns = wallclock_now_ns();
		return 0;
	case CLOCK_TAI:
		*ns = wallclock_now_ns() + tai_ns();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*ns = timens_from_host(clock, clock_now_ns());
		return 0;
	}
	return time_used(clock, ns);
}

long sys_clock_gettime(clockid_t clock, uptr_t uts)
{
	u64 ns;
	int err = clock_read(clock, &ns);

	return err ? err : timespec_to_user(uts, ns);
}

long sys_clock_getres(clockid_t clock, uptr_t uts)
{
	bool coarse = clock == CLOCK_REALTIME_COARSE ||
		      clock == CLOCK_MONOTONIC_COARSE;
	u64 ns;
	int err = clock_read(clock, &ns);

	if (err || !uts)
		return err;
	return timespec_to_user(uts, coarse ? COARSE_NS : 1);
}

static int set_realtime(const struct timespec *ts)
{
	u64 ns;

	if (timespec_to_ns(ts, &ns) || ts->tv_sec >= SETTABLE_SEC_MAX)
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	/* The time of day is never before boot. */
	if (ns < clock_now_ns())
		return -EINVAL;
	wallclock_set(ns);
	return 0;
}

long sys_clock_settime(clockid_t clock, uptr_t uts)
{
	struct timespec ts;
	u64 ns;
	int err;

	if (clock != CLOCK_REALTIME) {
		err = clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID ||
		      clock == CLOCK_THREAD_CPUTIME_ID ?
		      time_used(clock, &ns) : -EINVAL;
		if (err)
			return err;
	}
	if (timespec_from_user(&ts, uts))
		return -EFAULT;
	return clock == CLOCK_REALTIME ? set_realtime(&ts) : -EPERM;
}

long sys_gettimeofday(uptr_t utv, uptr_t utz)
{
	struct timeval tv = ns_to_timeval(wallclock_now_ns());

	if (utv && copy_to_user(utv, &tv, sizeof(tv)))
		return -EFAULT;
	if (utz && copy_to_user(utz, &zone, sizeof(zone)))
		return -EFAULT;
	return 0;
}

#define ZONE_MINUTES_MAX (15 * 60)

long sys_settimeofday(uptr_t utv, uptr_t utz)
{
	struct timezone tz;
	struct timeval tv;
	struct timespec ts;

	if (utv && copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	if (utv && (tv.tv_usec < 0 || tv.tv_usec > USEC_PER_SEC))
		return -EINVAL;
	if (utz && copy_from_user(&tz, utz, sizeof(tz)))
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (utz && (tz.tz_minuteswest > ZONE_MINUTES_MAX ||
		    tz.tz_minuteswest < -ZONE_MINUTES_MAX))
		return -EINVAL;
	if (utz)
		zone = tz;
	if (!utv)
		return 0;
	ts = (struct timespec){ tv.tv_sec, tv.tv_usec * NSEC_PER_USEC };
	return set_realtime(&ts);
}

long sys_time(uptr_t ut)
{
	u64 now = wallclock_now_ns() / NSEC_PER_SEC;

	if (ut && put_user_u64(ut, now))
		return -EFAULT;
	return (long)now;
}

/* When the time of day will be @at_ns, as things are now. */
static u64 realtime_deadline(u64 at_ns)
{
	s64 offset = wallclock_offset_ns();

	if (at_ns == U64_MAX)
		return U64_MAX;
	return (s64)at_ns > offset ? at_ns - (u64)offset : 0;
}

/* The clock may be set during the sleep. */
static int sleep_until_realtime(u64 at_ns)
{
	u32 seen;
	int err;

	do {
		seen = wallclock_settings();
		err = wait_event_state(wallclock_changed(),
				       wallclock_settings() != seen,
				       THREAD_INTERRUPTIBLE,
				       realtime_deadline(at_ns));
		/* It may have run more slowly than it did at first. */
	} while (!err || (err == -ETIMEDOUT && wallclock_now_ns() < at_ns));
	return err == -ETIMEDOUT ? 0 : err;
}

/* The end of time stays what it is. */
static u64 tai_to_realtime(u64 at_ns)
{
	u64 ahead = tai_ns();

	if (at_ns == U64_MAX)
		return U64_MAX;
	return at_ns > ahead ? at_ns - ahead : 0;
}

/* Until @clock shows @at_ns. 0, -ERESTARTSYS. */
static int sleep_until(clockid_t clock, u64 at_ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_ALARM:
		return sleep_until_realtime(at_ns);
	case CLOCK_TAI:
		return sleep_until_realtime(tai_to_realtime(at_ns));
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		return sleep_until_interruptible(timens_to_host(clock, at_ns));
	}
	return cpu_clock_sleep_until ?
	       cpu_clock_sleep_until(clock, at_ns) : -EINVAL;
}

static long sleep_restart(struct task *t);

/* A sleep of some length; @at_ns is its end. */
static long sleep_relative(clockid_t clock, u64 at_ns, uptr_t urem)
{
	struct task *t = current_task();
	int err = sleep_until(clock, at_ns);
	u64 now;

	if (err != -ERESTARTSYS)
		return err;
	if (urem) {
		err = clock_read(clock, &now);
		if (err)
			return err;
		if (timespec_to_user(urem, at_ns > now ? at_ns - now : 0))
			return -EFAULT;
	}
	t->restart_fn = sleep_restart;
	t->restart_sleep.deadline_ns = at_ns;
	t->restart_sleep.rem = urem;
	t->restart_sleep.clock = (u32)clock;
	return -ERESTART_RESTARTBLOCK;
}

static long sleep_restart(struct task *t)
{
	return sleep_relative((clockid_t)t->restart_sleep.clock,
			      t->restart_sleep.deadline_ns,
			      t->restart_sleep.rem);
}

long sys_restart_syscall(void)
{
	struct task *t = current_task();
	long (*fn)(struct task *t) = t->restart_fn;

	t->restart_fn = NULL;
	return fn ? fn(t) : -EINTR;
}

/* -EOPNOTSUPP: one that can only be read. The alarm clocks are the others'
 * twins that would wake a suspended machine. */
static int check_sleep_clock(clockid_t clock, int flags)
{
	u64 ns;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
		return 0;
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_THREAD_CPUTIME_ID:
		return -EOPNOTSUPP;
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		if (flags & ~TIMER_ABSTIME)
			return -EINVAL;
		return capable(CAP_WAKE_ALARM) ? 0 : -EPERM;
	}
	return time_used(clock, &ns);
}

static long sleep_for(clockid_t clock, u64 ns, uptr_t urem)
{
	u64 now;
	int err;

	/* A relative sleep does not care what the time of day is. */
	if (clock == CLOCK_REALTIME || clock == CLOCK_TAI ||
	    clock == CLOCK_REALTIME_ALARM)
		clock = CLOCK_MONOTONIC;
	err = clock_read(clock, &now);
	if (err)
		return err;
	return sleep_relative(clock, add_saturated(now, ns), urem);
}

long sys_clock_nanosleep(clockid_t clock, int flags, uptr_t ureq, uptr_t urem)
{
	struct timespec ts;
	u64 ns;
	int err = check_sleep_clock(clock, flags);

	if (err)
		return err;
	if (timespec_from_user(&ts, ureq))
		return -EFAULT;
	err = timespec_to_ns(&ts, &ns);
	if (err)
		return err;
	if (!(flags & TIMER_ABSTIME))
		return sleep_for(clock, ns, urem);
	err = sleep_until(clock, ns);
	return err == -ERESTARTSYS ? -ERESTARTNOHAND : err;
}

long sys_nanosleep(uptr_t ureq, uptr_t urem)
{
	return sys_clock_nanosleep(CLOCK_MONOTONIC, 0, ureq, urem);
}
