/*
 * kernel/sys/memfd.c - memfd_create
 *
 * Not:   the file and its seals: fs/memfd.c.
 * See:   memfd_create(2).
 */
#include "calls.h"

#include "path_util.h"

#include <fs/file.h>
#include <proc/pidns.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <vm/uaccess.h>

/* Longest name, so that "memfd:" and it are one component of a path. */
#define MEMFD_NAME_MAX (NAME_MAX - 6)
#define MEMFD_FLAGS (MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | \
		     MFD_EXEC)

/* What the caller's pid namespace wants of files that may be executed. */
static int apply_noexec(u32 *flags)
{
	s32 scope = pidns_memfd_noexec(current_pidns());

	if (!(*flags & (MFD_EXEC | MFD_NOEXEC_SEAL)))
		*flags |= scope ? MFD_NOEXEC_SEAL : MFD_EXEC;
	return scope > 1 && !(*flags & MFD_NOEXEC_SEAL) ? -EACCES : 0;
}

long sys_memfd_create(uptr_t uname, u32 flags)
{
	char name[MEMFD_NAME_MAX + 1];
	struct file *f;
	ssize_t len;
	int err;

	if (flags & ~MEMFD_FLAGS)
		return -EINVAL;
	if ((flags & MFD_EXEC) && (flags & MFD_NOEXEC_SEAL))
		return -EINVAL;
	err = apply_noexec(&flags);
	if (err)
		return err;
	len = copy_string_from_user(name, uname, sizeof(name));
	if (len < 0)
		return len == -ENAMETOOLONG ? -EINVAL : len;
	err = memfd_create_file(name, flags, current_cred(), &f);
	return err ? err : file_to_fd(f, flags & MFD_CLOEXEC);
}
