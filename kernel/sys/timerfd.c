/*
 * kernel/sys/timerfd.c - timerfd_create, timerfd_settime, timerfd_gettime
 *
 * Not:   the work: fs/timerfd.c.
 * See:   timerfd_create(2).
 */
#include "calls.h"

#include "path_util.h"

#include <fs/timerfd.h>
#include <proc/task.h>
#include <proc/timens.h>
#include "time_util.h"
#include <uapi/errno.h>
#include <vm/uaccess.h>

static bool may_use(clockid_t clock)
{
	return (clock != CLOCK_REALTIME_ALARM &&
		clock != CLOCK_BOOTTIME_ALARM) || capable(CAP_WAKE_ALARM);
}

long sys_timerfd_create(clockid_t clock, int flags)
{
	struct file *f;
	int err;

	if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) || !timerfd_clock_ok(clock))
		return -EINVAL;
	if (!may_use(clock))
		return -EPERM;
	err = timerfd_create_file(clock, (u32)flags, &f);
	return err ? err : file_to_fd(f, flags & TFD_CLOEXEC);
}

static int time_to_user(uptr_t uvalue, const struct timerfd_time *t)
{
	struct itimerspec its = {
		.it_interval = ns_to_timespec(t->interval_ns),
		.it_value = ns_to_timespec(t->value_ns),
	};

	return copy_to_user(uvalue, &its, sizeof(its));
}

static int fd_to_timer(int fd, struct file **out)
{
	int err = fd_to_file(fd, out);

	if (err)
		return err;
	if (file_is_timerfd(*out))
		return 0;
	file_put(*out);
	return -EINVAL;
}

long sys_timerfd_settime(int fd, int flags, uptr_t unew, uptr_t uold)
{
	struct timerfd_time new, old;
	struct itimerspec its;
	struct file *f;
	int err;

	if (copy_from_user(&its, unew, sizeof(its)))
		return -EFAULT;
	if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) ||
	    timespec_to_ns(&its.it_value, &new.value_ns) ||
	    timespec_to_ns(&its.it_interval, &new.interval_ns))
		return -EINVAL;
	err = fd_to_timer(fd, &f);
	if (err)
		return err;
	if (flags & TFD_TIMER_ABSTIME)
		new.value_ns = timens_to_host(timerfd_clock(f), new.value_ns);
	if (may_use(timerfd_clock(f)))
		err = timerfd_set(f, (u32)flags, &new, &old);
	else
		err = -EPERM;
	file_put(f);
	if (!err && uold)
		err = time_to_user(uold, &old);
	return err;
}

long sys_timerfd_gettime(int fd, uptr_t uvalue)
{
	struct timerfd_time t;
	struct file *f;
	int err = fd_to_timer(fd, &f);

	if (err)
		return err;
	timerfd_get(f, &t);
	file_put(f);
	return time_to_user(uvalue, &t);
}
