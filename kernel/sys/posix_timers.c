/*
 * kernel/sys/posix_timers.c - timer_create and its kin
 *
 * Not:   the work: kernel/proc/posix_timers.c.
 * See:   timer_create(2), timer_settime(2), timer_getoverrun(2),
 *        timer_delete(2).
 */
#include "calls.h"

#include <proc/posix_timers.h>
#include "time_util.h"
#include <uapi/errno.h>
#include <vm/uaccess.h>

long sys_timer_create(clockid_t clock, uptr_t uevent, uptr_t uid)
{
	struct sigevent event;
	s32 id;
	int err;

	if (uevent && copy_from_user(&event, uevent, sizeof(event)))
		return -EFAULT;
	if ((clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) &&
	    !capable(CAP_WAKE_ALARM))
		return -EPERM;
	err = posix_timer_create(clock, uevent ? &event : NULL, &id);
	if (err)
		return err;
	if (!put_user_u32(uid, (u32)id))
		return 0;
	posix_timer_delete(id);
	return -EFAULT;
}

static int time_to_user(uptr_t uvalue, const struct posix_timer_time *t)
{
	struct itimerspec its = {
		.it_interval = ns_to_timespec(t->interval_ns),
		.it_value = ns_to_timespec(t->value_ns),
	};

	return copy_to_user(uvalue, &its, sizeof(its));
}

long sys_timer_settime(s32 id, int flags, uptr_t unew, uptr_t uold)
{
	struct posix_timer_time new, old;
	struct itimerspec its;
	int err;

	if (!unew)
		return -EINVAL;
	if (copy_from_user(&its, unew, sizeof(its)))
		return -EFAULT;
	if (timespec_to_ns(&its.it_value, &new.value_ns) ||
	    timespec_to_ns(&its.it_interval, &new.interval_ns))
		return -EINVAL;
	err = posix_timer_set(id, flags & TIMER_ABSTIME, &new, &old);
	if (!err && uold)
		err = time_to_user(uold, &old);
	return err;
}

long sys_timer_gettime(s32 id, uptr_t uvalue)
{
	struct posix_timer_time t;
	int err = posix_timer_get(id, &t);

	return err ? err : time_to_user(uvalue, &t);
}

long sys_timer_getoverrun(s32 id)
{
	return posix_timer_overrun(id);
}

long sys_timer_delete(s32 id)
{
	return posix_timer_delete(id);
}
