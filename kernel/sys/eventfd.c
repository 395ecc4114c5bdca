/*
 * kernel/sys/eventfd.c - eventfd2 and eventfd
 *
 * Not:   the counter itself: fs/eventfd.c.
 * See:   eventfd(2).
 */
#include "calls.h"

#include "path_util.h"

#include <fs/file.h>
#include <uapi/errno.h>
#include <uapi/eventfd.h>

long sys_eventfd2(u32 count, int flags)
{
	struct file *f;
	int err;

	if (flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	err = eventfd_create(count, (u32)flags, &f);
	return err ? err : file_to_fd(f, flags & EFD_CLOEXEC);
}

long sys_eventfd(u32 count)
{
	return sys_eventfd2(count, 0);
}
