/*
 * kernel/sys/epoll.c - epoll_create, epoll_ctl, epoll_wait and their kin
 *
 * Not:   the work: fs/epoll.c.
 * See:   epoll_create(2), epoll_ctl(2), epoll_wait(2).
 */
#include "calls.h"

#include "path_util.h"

#include <fs/epoll.h>
#include <proc/signal.h>
#include "time_util.h"
#include <uapi/errno.h>
#include "wait_mask.h"
#include <vm/uaccess.h>

long sys_epoll_create1(int flags)
{
	struct file *f;
	int err;

	if (flags & ~(int)EPOLL_CLOEXEC)
		return -EINVAL;
	err = epoll_create_file(&f);
	return err ? err : file_to_fd(f, flags & EPOLL_CLOEXEC);
}

/* The size is no longer a limit, but has to be one. */
long sys_epoll_create(int size)
{
	return size <= 0 ? -EINVAL : sys_epoll_create1(0);
}

long sys_epoll_ctl(int epfd, int op, int fd, uptr_t uevent)
{
	struct epoll_control_args args = { .op = op, .fd = fd };
	int err;

	if (op != EPOLL_CTL_DEL &&
	    copy_from_user(&args.event, uevent, sizeof(args.event)))
		return -EFAULT;
	err = fd_to_file(epfd, &args.ep);
	if (err)
		return err;
	err = fd_to_file(fd, &args.target);
	if (err)
		goto put_epoll;
	if (!capable(CAP_BLOCK_SUSPEND))
		args.event.events &= ~EPOLLWAKEUP;
	err = epoll_control(&args);
	file_put(args.target);
put_epoll:
	file_put(args.ep);
	return err;
}

#define EVENTS_MAX (INT_MAX / (int)sizeof(struct epoll_event))

static long collect(int epfd, uptr_t uevents, int max, u64 deadline_ns)
{
	struct epoll_collect_args args = {
		.events = uevents,
		.max = (u32)max,
		.deadline_ns = deadline_ns,
	};
	struct file *f;
	long ret;

	if (max <= 0 || max > EVENTS_MAX)
		return -EINVAL;
	if (!user_range_ok(uevents, (u32)max * sizeof(struct epoll_event)))
		return -EFAULT;
	ret = fd_to_file(epfd, &f);
	if (ret)
		return ret;
	ret = file_is_epoll(f) ? epoll_collect(f, &args) : -EINVAL;
	file_put(f);
	return ret;
}

static u64 deadline_ms(int timeout_ms)
{
	if (timeout_ms < 0)
		return U64_MAX;
	return timeout_ms ?
	       deadline_after((u64)timeout_ms * NSEC_PER_MSEC) : 0;
}

long sys_epoll_wait(int epfd, uptr_t uevents, int max, int timeout_ms)
{
	return collect(epfd, uevents, max, deadline_ms(timeout_ms));
}

long sys_epoll_pwait(int epfd, uptr_t uevents, int max, int timeout_ms,
		     uptr_t umask, size_t size)
{
	long ret = wait_mask_set(umask, size);

	if (ret)
		return ret;
	ret = collect(epfd, uevents, max, deadline_ms(timeout_ms));
	wait_mask_end(ret == -EINTR);
	return ret;
}

long sys_epoll_pwait2(int epfd, uptr_t uevents, int max, uptr_t uts,
		      uptr_t umask, size_t size)
{
	u64 deadline = U64_MAX;
	long ret = uts ? deadline_from_user(&deadline, uts) : 0;

	if (!ret)
		ret = wait_mask_set(umask, size);
	if (ret)
		return ret;
	ret = collect(epfd, uevents, max, deadline);
	wait_mask_end(ret == -EINTR);
	return ret;
}
