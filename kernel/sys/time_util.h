/*
 * kernel/sys/time_util.h - times as user programs write them
 *
 * What:  conversions between the structures of uapi/time.h and nanoseconds of
 *        the clock_now_ns scale. A time too far away is U64_MAX: for ever.
 */
#ifndef SYS_TIME_UTIL_H
#define SYS_TIME_UTIL_H

#include <lib/types.h>
#include <uapi/time.h>

/* Where the time of day that may be set ends: 2232-07-10, some thirty years
 * before 63 bits of nanoseconds. Source: clock_settime(2), EINVAL. */
#define SETTABLE_SEC_MAX (S64_MAX / NSEC_PER_SEC - 30l * 365 * 24 * 3600)

/* Nanoseconds in @ts: -EINVAL for a negative one or a bad tv_nsec. */
int timespec_to_ns(const struct timespec *ts, u64 *ns);
struct timespec ns_to_timespec(u64 ns);
struct timeval ns_to_timeval(u64 ns);
/* @ns from now; never less than now. */
u64 deadline_after(u64 ns);
/*
 * deadline_from_user - the moment that lies the timespec at @uts ahead
 * @deadline_ns: clock_now_ns scale; 0 for a timespec of zero, so that callers
 *           need not sleep at all
 * Return:   0, -EFAULT, -EINVAL (negative, or tv_nsec out of range)
 */
int deadline_from_user(u64 *deadline_ns, uptr_t uts);
/* The same for a struct timeval (select(2)): microseconds above a second are
 * taken, as Linux does. */
int deadline_from_user_timeval(u64 *deadline_ns, uptr_t utv);
/* What is left until @deadline_ns; 0 when it has passed. */
u64 time_left_ns(u64 deadline_ns);
int timespec_from_user(struct timespec *ts, uptr_t uts);	/* no check */
int timespec_to_user(uptr_t uts, u64 ns);

#endif
