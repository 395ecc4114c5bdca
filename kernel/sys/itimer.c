/*
 * kernel/sys/itimer.c - interval timers and alarms
 *
 * What:  copy in, check, call. Optional.
 * Not:   the timers: kernel/proc/timers.c.
 * See:   setitimer(2), alarm(2)
 */
#include "calls.h"

#include <proc/task.h>
#include "time_util.h"
#include <uapi/errno.h>
#include <uapi/limits.h>
#include <vm/uaccess.h>

static int timeval_to_ns(const struct timeval *tv, u64 *ns)
{
	struct timespec ts = { tv->tv_sec, tv->tv_usec * NSEC_PER_USEC };

	if (tv->tv_usec < 0 || tv->tv_usec >= USEC_PER_SEC)
		return -EINVAL;
	return timespec_to_ns(&ts, ns);
}

static int itimer_to_user(int which, uptr_t uvalue)
{
	struct itimerval it;
	u64 left, interval;

	itimer_get((u32)which, &left, &interval);
	it.it_value = ns_to_timeval(left);
	it.it_interval = ns_to_timeval(interval);
	return copy_to_user(uvalue, &it, sizeof(it));
}

long sys_getitimer(int which, uptr_t uvalue)
{
	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	return itimer_to_user(which, uvalue);
}

/* No value is taken as zero, as Linux does. */
long sys_setitimer(int which, uptr_t uvalue, uptr_t uold)
{
	struct itimerval it = { { 0, 0 }, { 0, 0 } };
	u64 value, interval, old_left, old_interval;
	struct itimerval old;

	if (uvalue && copy_from_user(&it, uvalue, sizeof(it)))
		return -EFAULT;
	if (timeval_to_ns(&it.it_value, &value) ||
	    timeval_to_ns(&it.it_interval, &interval) ||
	    which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	itimer_get((u32)which, &old_left, &old_interval);
	itimer_set((u32)which, value, interval);
	if (!uold)
		return 0;
	old.it_value = ns_to_timeval(old_left);
	old.it_interval = ns_to_timeval(old_interval);
	return copy_to_user(uold, &old, sizeof(old));
}

long sys_alarm(u32 seconds)
{
	u64 left, interval;

	itimer_get(ITIMER_REAL, &left, &interval);
	itimer_set(ITIMER_REAL, (u64)min(seconds, (u32)INT_MAX) *
		   (u64)NSEC_PER_SEC, 0);
	/* Rounded, but what is left is never told as nothing. */
	if (left && left < (u64)NSEC_PER_SEC)
		return 1;
	return (long)((left + NSEC_PER_SEC / 2) / NSEC_PER_SEC);
}
