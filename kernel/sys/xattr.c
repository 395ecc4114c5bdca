/*
 * kernel/sys/xattr.c - extended attributes, which no file here has
 *
 * What:  the calls look at their arguments as on any system; then what would
 *        set or get is refused, and lists are empty.
 * See:   xattr(7), setxattr(2), getxattr(2), listxattr(2), removexattr(2).
 */
#include "calls.h"

#include "path_util.h"

#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/xattr.h>
#include <vm/uaccess.h>

/* The name of an attribute: 0, -ERANGE (empty, too long), -EFAULT. */
static int check_name(uptr_t uname)
{
	char name[XATTR_NAME_MAX + 1];
	ssize_t n = copy_string_from_user(name, uname, sizeof(name));

	if (n == -EFAULT)
		return -EFAULT;
	return n <= 0 ? -ERANGE : 0;
}

/* setxattr(2): what its other arguments hold. */
static int check_value(uptr_t uvalue, size_t size)
{
	u8 byte;

	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	return size && (copy_from_user(&byte, uvalue, 1) ||
			copy_from_user(&byte, uvalue + size - 1, 1)) ?
		-EFAULT : 0;
}

static int find_name(uptr_t upath, u32 walk)
{
	struct path path;
	int err = user_path_resolve(AT_FDCWD, upath, walk, &path);

	if (!err)
		path_put(&path);
	return err;
}

static int find_fd(int fd)
{
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (!err)
		file_put(f);
	return err;
}

/* What the three calls that set have in common. */
struct xattr_set {
	uptr_t uname, uvalue;
	size_t size;
	int flags;
};

static int check_set(const struct xattr_set *a)
{
	int err;

	if (a->flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	err = check_name(a->uname);
	return err ? err : check_value(a->uvalue, a->size);
}

static long refused(int err)
{
	return err ? err : -EOPNOTSUPP;
}

long sys_setxattr(uptr_t upath, uptr_t uname, uptr_t uvalue, size_t size,
		  int flags)
{
	const struct xattr_set a = { uname, uvalue, size, flags };
	int err = check_set(&a);

	return refused(err ? err : find_name(upath, WALK_FOLLOW));
}

long sys_lsetxattr(uptr_t upath, uptr_t uname, uptr_t uvalue, size_t size,
		   int flags)
{
	const struct xattr_set a = { uname, uvalue, size, flags };
	int err = check_set(&a);

	return refused(err ? err : find_name(upath, 0));
}

long sys_fsetxattr(int fd, uptr_t uname, uptr_t uvalue, size_t size, int flags)
{
	const struct xattr_set a = { uname, uvalue, size, flags };
	int err = find_fd(fd);

	return refused(err ? err : check_set(&a));
}

long sys_getxattr(uptr_t upath, uptr_t uname)
{
	int err = find_name(upath, WALK_FOLLOW);

	return refused(err ? err : check_name(uname));
}

long sys_lgetxattr(uptr_t upath, uptr_t uname)
{
	int err = find_name(upath, 0);

	return refused(err ? err : check_name(uname));
}

long sys_fgetxattr(int fd, uptr_t uname)
{
	int err = find_fd(fd);

	return refused(err ? err : check_name(uname));
}

long sys_listxattr(uptr_t upath)
{
	return find_name(upath, WALK_FOLLOW);
}

long sys_llistxattr(uptr_t upath)
{
	return find_name(upath, 0);
}

long sys_flistxattr(int fd)
{
	return find_fd(fd);
}

long sys_removexattr(uptr_t upath, uptr_t uname)
{
	int err = check_name(uname);

	return refused(err ? err : find_name(upath, WALK_FOLLOW));
}

long sys_lremovexattr(uptr_t upath, uptr_t uname)
{
	int err = check_name(uname);

	return refused(err ? err : find_name(upath, 0));
}

long sys_fremovexattr(int fd, uptr_t uname)
{
	int err = find_fd(fd);

	return refused(err ? err : check_name(uname));
}
