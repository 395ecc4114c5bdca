/*
 * kernel/sys/time_util.c - times as user programs write them
 *
 * See:   timespec(3type), timeval(3type).
 */
#include "time_util.h"

#include <arch/clock.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

/* Seconds that fit into the nanoseconds of 63 bits. */
#define SEC_MAX (S64_MAX / NSEC_PER_SEC)

int timespec_to_ns(const struct timespec *ts, u64 *ns)
{
	if (ts->tv_sec < 0 || (u64)ts->tv_nsec >= NSEC_PER_SEC)
		return -EINVAL;
	if ((u64)ts->tv_sec >= SEC_MAX)
		*ns = U64_MAX;
	else
		*ns = (u64)ts->tv_sec * NSEC_PER_SEC + (u64)ts->tv_nsec;
	return 0;
}

struct timespec ns_to_timespec(u64 ns)
{
	return (struct timespec){
		.tv_sec = (s64)(ns / NSEC_PER_SEC),
		.tv_nsec = (s64)(ns % NSEC_PER_SEC),
	};
}

struct timeval ns_to_timeval(u64 ns)
{
	return (struct timeval){
		.tv_sec = (s64)(ns / NSEC_PER_SEC),
		.tv_usec = (s64)(ns % NSEC_PER_SEC / NSEC_PER_USEC),
	};
}

u64 deadline_after(u64 ns)
{
	u64 deadline;

	return add_overflow(clock_now_ns(), ns, &deadline) ? U64_MAX : deadline;
}

int timespec_from_user(struct timespec *ts, uptr_t uts)
{
	return copy_from_user(ts, uts, sizeof(*ts));
}

int timespec_to_user(uptr_t uts, u64 ns)
{
	struct timespec ts = ns_to_timespec(ns);

	return copy_to_user(uts, &ts, sizeof(ts));
}

int deadline_from_user(u64 *deadline_ns, uptr_t uts)
{
	struct timespec ts;
	u64 ns;
	int err = timespec_from_user(&ts, uts);

	if (!err)
		err = timespec_to_ns(&ts, &ns);
	if (err)
		return err;
	*deadline_ns = ns ? deadline_after(ns) : 0;
	return 0;
}

int deadline_from_user_timeval(u64 *deadline_ns, uptr_t utv)
{
	struct timeval tv;
	struct timespec ts;
	u64 ns;

	if (copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	if (add_overflow(tv.tv_sec, tv.tv_usec / USEC_PER_SEC, &ts.tv_sec))
		return -EINVAL;
	ts.tv_nsec = tv.tv_usec % USEC_PER_SEC * NSEC_PER_USEC;
	if (timespec_to_ns(&ts, &ns))
		return -EINVAL;
	*deadline_ns = ns ? deadline_after(ns) : 0;
	return 0;
}

u64 time_left_ns(u64 deadline_ns)
{
	u64 now = clock_now_ns();

	return deadline_ns > now ? deadline_ns - now : 0;
}
