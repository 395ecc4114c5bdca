/*
 * kernel/sys/advice.c - what a program says it will need
 *
 * What:  madvise, posix_fadvise, readahead. Optional.
 * Not:   advice that changes something: mm/vm/madvise.c.
 * See:   madvise(2), posix_fadvise(2), readahead(2)
 */
#include "calls.h"

#include "path_util.h"
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/aspace.h>

long sys_madvise(u64 addr, u64 len, int advice)
{
	return vm_madvise(current_task()->aspace, addr, len, advice);
}

/* All content is in memory: advice is checked and has no effect. */
long sys_fadvise64(int fd, off_t off UNUSED, off_t len, int advice)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	if (S_ISFIFO(path_inode(&f->path)->mode))
		err = -ESPIPE;
	else if (len < 0 || advice < POSIX_FADV_NORMAL ||
		 advice > POSIX_FADV_NOREUSE)
		err = -EINVAL;
	file_put(f);
	return err;
}

long sys_readahead(int fd, off_t off UNUSED, size_t len UNUSED)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	if (!(f->mode & FILE_READ))
		err = -EBADF;
	else if (!S_ISREG(path_inode(&f->path)->mode))
		err = -EINVAL;
	file_put(f);
	return err;
}
