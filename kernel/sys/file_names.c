/*
 * kernel/sys/file_names.c - system calls on names of files
 *
 * What:  making, removing, moving and reading names, and where paths start.
 * Not:   the work: fs/namei.c, fs/rename.c, fs/path.c.
 * See:   the manual page of each call.
 */
#include "calls.h"

#include "path_util.h"

#include <lib/string.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/uaccess.h>

long sys_mkdirat(int dirfd, uptr_t uname, mode_t mode)
{
	struct user_path p;
	int err = user_path_begin(&p, dirfd, uname, 0);

	if (err)
		return err;
	err = vfs_mkdir(&p.walk, p.name, mode);
	user_path_end(&p);
	return err;
}

long sys_mkdir(uptr_t uname, mode_t mode)
{
	return sys_mkdirat(AT_FDCWD, uname, mode);
}

long sys_mknodat(int dirfd, uptr_t uname, mode_t mode, u32 dev)
{
	struct user_path p;
	int err = user_path_begin(&p, dirfd, uname, 0);

	if (err)
		return err;
	err = vfs_mknod(&p.walk, p.name, mode, dev);
	user_path_end(&p);
	return err;
}

long sys_mknod(uptr_t uname, mode_t mode, u32 dev)
{
	return sys_mknodat(AT_FDCWD, uname, mode, dev);
}

long sys_unlinkat(int dirfd, uptr_t uname, int flags)
{
	struct user_path p;
	int err;

	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	err = user_path_begin(&p, dirfd, uname, 0);
	if (err)
		return err;
	err = flags & AT_REMOVEDIR ? vfs_rmdir(&p.walk, p.name) :
				     vfs_unlink(&p.walk, p.name);
	user_path_end(&p);
	return err;
}

long sys_unlink(uptr_t uname)
{
	return sys_unlinkat(AT_FDCWD, uname, 0);
}

long sys_rmdir(uptr_t uname)
{
	return sys_unlinkat(AT_FDCWD, uname, AT_REMOVEDIR);
}

long sys_symlinkat(uptr_t utarget, int dirfd, uptr_t uname)
{
	struct user_path p;
	char *target;
	int err = name_from_user(utarget, false, &target);

	if (err)
		return err;
	err = user_path_begin(&p, dirfd, uname, 0);
	if (!err) {
		err = vfs_symlink(&p.walk, target, p.name);
		user_path_end(&p);
	}
	name_free(target);
	return err;
}

long sys_symlink(uptr_t utarget, uptr_t uname)
{
	return sys_symlinkat(utarget, AT_FDCWD, uname);
}

/* A descriptor alone may be linked by a capable caller, or by whoever has
 * opened it. Source: open(2), O_TMPFILE; linkat(2), AT_EMPTY_PATH. */
static bool may_link_descriptor(const struct user_path *p)
{
	if (*p->name || capable(CAP_DAC_READ_SEARCH))
		return true;
	return p->dir && p->dir->cred == current_cred();
}

long sys_linkat(int fromfd, uptr_t ufrom, int tofd, uptr_t uto, int flags)
{
	struct user_path from, to;
	u32 how = flags & AT_SYMLINK_FOLLOW ? WALK_FOLLOW : 0;
	int err;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		how |= WALK_EMPTY;
	err = user_path_begin(&from, fromfd, ufrom, how);
	if (err)
		return err;
	err = user_path_begin(&to, tofd, uto, 0);
	if (!err) {
		err = may_link_descriptor(&from) ?
		      vfs_link(&from.walk, from.name, &to.walk, to.name) :
		      -ENOENT;
		user_path_end(&to);
	}
	user_path_end(&from);
	return err;
}

long sys_link(uptr_t ufrom, uptr_t uto)
{
	return sys_linkat(AT_FDCWD, ufrom, AT_FDCWD, uto, 0);
}

#define RENAME_FLAGS (RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)

long sys_renameat2(int fromfd, uptr_t ufrom, int tofd, uptr_t uto, u32 flags)
{
	struct user_path from, to;
	int err;

	if (flags & ~(u32)RENAME_FLAGS)
		return -EINVAL;
	if ((flags & RENAME_EXCHANGE) && (flags & ~(u32)RENAME_EXCHANGE))
		return -EINVAL;
	err = user_path_begin(&from, fromfd, ufrom, 0);
	if (err)
		return err;
	err = user_path_begin(&to, tofd, uto, 0);
	if (!err) {
		err = vfs_rename(&from.walk, from.name, &to.walk, to.name,
				 flags);
		user_path_end(&to);
	}
	user_path_end(&from);
	return err;
}

long sys_renameat(int fromfd, uptr_t ufrom, int tofd, uptr_t uto)
{
	return sys_renameat2(fromfd, ufrom, tofd, uto, 0);
}

long sys_rename(uptr_t ufrom, uptr_t uto)
{
	return sys_renameat2(AT_FDCWD, ufrom, AT_FDCWD, uto, 0);
}

static long read_link(const struct path *path, uptr_t buf, int size)
{
	char *text = name_alloc();
	ssize_t n;

	if (!text)
		return -ENOMEM;
	n = vfs_readlink(path, text, min((size_t)size, (size_t)PATH_MAX),
			 current_cred());
	if (n > 0 && copy_to_user(buf, text, (size_t)n))
		n = -EFAULT;
	name_free(text);
	return n;
}

long sys_readlinkat(int dirfd, uptr_t uname, uptr_t buf, int size)
{
	struct user_path p;
	struct path path;
	long ret;

	if (size <= 0)
		return -EINVAL;
	ret = user_path_begin(&p, dirfd, uname, WALK_EMPTY);
	if (ret)
		return ret;
	ret = path_walk(&p.walk, p.name, &path);
	if (!ret) {
		ret = read_link(&path, buf, size);
		path_put(&path);
	}
	/* "" names a descriptor, which must then be a link. */
	if (ret == -EINVAL && !*p.name)
		ret = -ENOENT;
	user_path_end(&p);
	return ret;
}

long sys_readlink(uptr_t uname, uptr_t buf, int size)
{
	return sys_readlinkat(AT_FDCWD, uname, buf, size);
}

/* Text of @cwd into user memory; bytes with the final 0. */
static long put_cwd(const struct path *cwd, const struct path *root,
		    uptr_t buf, u64 size)
{
	char *text = name_alloc();
	const char *start;
	long ret = -ENAMETOOLONG;

	if (!text)
		return -ENOMEM;
	start = path_text_cwd(cwd, root, text, PATH_MAX);
	if (start) {
		ret = (long)strlen(start) + 1;
		if ((u64)ret > size)
			ret = -ERANGE;
		else if (copy_to_user(buf, start, (size_t)ret))
			ret = -EFAULT;
	}
	name_free(text);
	return ret;
}

long sys_getcwd(uptr_t buf, u64 size)
{
	struct fs_context *fs = current_task()->fs;
	struct path cwd, root;
	long ret = -ENOENT;

	fs_context_cwd(fs, &cwd);
	fs_context_root(fs, &root);
	if (!path_unlinked(&cwd))
		ret = put_cwd(&cwd, &root, buf, size);
	path_put(&root);
	path_put(&cwd);
	return ret;
}

long sys_chdir(uptr_t uname)
{
	struct path path;
	int err = user_path_resolve(AT_FDCWD, uname,
				    WALK_FOLLOW | WALK_DIRECTORY, &path);

	if (err)
		return err;
	err = fs_context_chdir(current_task()->fs, &path, current_cred());
	path_put(&path);
	return err;
}

long sys_fchdir(int fd)
{
	struct file *f;
	int err = fd_to_any(fd, &f);

	if (err)
		return err;
	err = fs_context_chdir(current_task()->fs, &f->path, current_cred());
	file_put(f);
	return err;
}

long sys_chroot(uptr_t uname)
{
	struct path path;
	int err = user_path_resolve(AT_FDCWD, uname,
				    WALK_FOLLOW | WALK_DIRECTORY, &path);

	if (err)
		return err;
	err = fs_context_chroot(current_task()->fs, &path, current_cred());
	path_put(&path);
	return err;
}

long sys_umask(int mask)
{
	return fs_context_set_umask(current_task()->fs, (mode_t)mask);
}
