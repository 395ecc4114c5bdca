/*
 * kernel/sys/file_open.c - system calls that make descriptors
 *
 * What:  open and its relatives, pipes. The descriptor is reserved first, so
 *        that nothing is created for a caller who has none left.
 * Not:   the work: fs/open.c, fs/pipe.c and the other kinds of files.
 * See:   open(2), openat2(2), pipe(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/uaccess.h>

#define OPEN_FLAGS (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | \
		    O_APPEND | O_NONBLOCK | O_SYNC | O_DSYNC | O_ASYNC | \
		    O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | \
		    O_NOATIME | O_CLOEXEC | O_PATH | O_TMPFILE)
#define OPATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)
/* The bit of O_TMPFILE that is not O_DIRECTORY. */
#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)
#define RESOLVE_ALL (RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | \
		     RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | \
		     RESOLVE_IN_ROOT | RESOLVE_CACHED)

/* Source: openat2(2), ERRORS; open(2), O_TMPFILE and O_PATH. */
static int check_how(const struct open_how *how)
{
	u64 flags = how->flags;
	bool creates = flags & (O_CREAT | TMPFILE_BIT);

	if ((flags & ~(u64)OPEN_FLAGS) || (how->resolve & ~(u64)RESOLVE_ALL))
		return -EINVAL;
	if ((how->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) ==
	    (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		return -EINVAL;
	if (how->mode & ~(creates ? (u64)S_IALLUGO : 0))
		return -EINVAL;
	if ((flags & (O_DIRECTORY | O_CREAT)) == (O_DIRECTORY | O_CREAT))
		return -EINVAL;
	if ((flags & TMPFILE_BIT) &&
	    (!(flags & O_DIRECTORY) || !(flags & O_ACCMODE)))
		return -EINVAL;
	if ((flags & O_PATH) && (flags & ~(u64)OPATH_FLAGS))
		return -EINVAL;
	if ((how->resolve & RESOLVE_CACHED) &&
	    (flags & (O_TRUNC | O_CREAT | TMPFILE_BIT)))
		return -EAGAIN;
	return 0;
}

static u32 walk_flags(const struct open_how *how)
{
	u32 flags = how->flags & O_NOFOLLOW ? 0 : WALK_FOLLOW;

	if (how->flags & O_DIRECTORY)
		flags |= WALK_DIRECTORY;
	if (likely(!how->resolve))
		return flags;
	if (how->resolve & RESOLVE_NO_XDEV)
		flags |= WALK_NO_XDEV;
	if (how->resolve & RESOLVE_NO_MAGICLINKS)
		flags |= WALK_NO_MAGIC;
	if (how->resolve & RESOLVE_NO_SYMLINKS)
		flags |= WALK_NO_LINKS | WALK_NO_MAGIC;
	if (how->resolve & RESOLVE_BENEATH)
		flags |= WALK_BENEATH;
	if (how->resolve & RESOLVE_IN_ROOT)
		flags |= WALK_IN_ROOT;
	if (how->resolve & RESOLVE_CACHED)
		flags |= WALK_CACHED;
	return flags;
}

/* @how was checked. */
static long open_how(int dirfd, uptr_t uname, const struct open_how *how)
{
	struct file_table *table = current_task()->files;
	struct user_path p;
	struct file *f;
	int fd, err = user_path_begin(&p, dirfd, uname, walk_flags(how));

	if (err)
		return err;
	fd = fd_alloc(table, 0, current_rlimit(RLIMIT_NOFILE),
		      how->flags & O_CLOEXEC);
	err = fd < 0 ? fd : vfs_open(&p.walk, p.name, (u32)how->flags,
				     (mode_t)how->mode, &f);
	user_path_end(&p);
	if (!err)
		fd_install(table, fd, f);
	else if (fd >= 0)
		fd_cancel(table, fd);
	return err ? err : fd;
}

/* open(2) ignores what it does not know; openat2(2) refuses it. */
static long open_lenient(int dirfd, uptr_t uname, u32 flags, mode_t mode)
{
	struct open_how how = { .flags = flags & OPEN_FLAGS };
	int err = 0;

	how.flags |= O_LARGEFILE;
	if (how.flags & O_PATH)
		how.flags &= OPATH_FLAGS;
	if (how.flags & (O_CREAT | TMPFILE_BIT))
		how.mode = mode & S_IALLUGO;
	/* Only flags that go with these can be wrong still. */
	if (how.flags & (O_DIRECTORY | TMPFILE_BIT))
		err = check_how(&how);
	return err ? err : open_how(dirfd, uname, &how);
}

long sys_open(uptr_t uname, int flags, mode_t mode)
{
	return open_lenient(AT_FDCWD, uname, (u32)flags, mode);
}

long sys_openat(int dirfd, uptr_t uname, int flags, mode_t mode)
{
	return open_lenient(dirfd, uname, (u32)flags, mode);
}

long sys_creat(uptr_t uname, mode_t mode)
{
	return open_lenient(AT_FDCWD, uname, O_CREAT | O_WRONLY | O_TRUNC,
			    mode);
}

long sys_openat2(int dirfd, uptr_t uname, uptr_t uhow, size_t size)
{
	struct open_how how;
	int err;

	if (size < OPEN_HOW_SIZE_VER0)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(&how, sizeof(how), uhow, size);
	if (!err)
		err = check_how(&how);
	return err ? err : open_how(dirfd, uname, &how);
}

int pair_to_fds(struct file *ends[2], bool cloexec, uptr_t ufds)
{
	struct file_table *table = current_task()->files;
	u64 limit = current_rlimit(RLIMIT_NOFILE);
	int fds[2];
	int err;

	fds[0] = fd_alloc(table, 0, limit, cloexec);
	if (fds[0] < 0)
		return fds[0];
	fds[1] = fd_alloc(table, 0, limit, cloexec);
	err = fds[1] < 0 ? fds[1] : copy_to_user(ufds, fds, sizeof(fds));
	if (err) {
		fd_cancel(table, fds[0]);
		if (fds[1] >= 0)
			fd_cancel(table, fds[1]);
		return err;
	}
	fd_install(table, fds[0], ends[0]);
	fd_install(table, fds[1], ends[1]);
	return 0;
}
