/*
 * kernel/sys/signalfd.c - signalfd and signalfd4
 *
 * Not:   the work: kernel/proc/signalfd.c.
 * See:   signalfd(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/signalfd.h>
#include <uapi/errno.h>
#include <uapi/signal.h>
#include <vm/uaccess.h>

static long change(int fd, u64 mask)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	err = signalfd_set_mask(f, mask);
	file_put(f);
	return err ? err : fd;
}

long sys_signalfd4(int fd, uptr_t umask, size_t size, int flags)
{
	struct file *f;
	u64 mask;
	int err;

	if (size != SIGSET_BYTES)
		return -EINVAL;
	if (get_user_u64(&mask, umask))
		return -EFAULT;
	if (flags & ~(int)(SFD_CLOEXEC | SFD_NONBLOCK))
		return -EINVAL;
	if (fd != -1)
		return change(fd, mask);
	err = signalfd_create(mask, (u32)flags, &f);
	return err ? err : file_to_fd(f, flags & SFD_CLOEXEC);
}

long sys_signalfd(int fd, uptr_t umask, size_t size)
{
	return sys_signalfd4(fd, umask, size, 0);
}
