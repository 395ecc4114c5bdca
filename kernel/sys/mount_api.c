/*
 * kernel/sys/mount_api.c - mounting in steps
 *
 * What:  copies in and checks, in Linux's order.
 * Locks: none; the caller's namespace is its task's.
 * Not:   the work: fs/fs_setup.c, fs/mount_detached.c.
 * See:   fsopen(2), fsconfig(2), fsmount(2), fspick(2), open_tree(2),
 *        move_mount(2), mount_setattr(2)
 */
#include "calls.h"

#include "path_util.h"

#include <fs/fs_setup.h>
#include <lib/string.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/mount.h>
#include <vm/uaccess.h>

/* Longest key or string of fsconfig(2), with its NUL. */
#define TEXT_MAX 256

static struct mount_args args_of(const struct walk *w)
{
	return (struct mount_args){
		.walk = w,
		.fs_arg = current_pidns(),
		.ns = current_task()->nsproxy->mnt,
	};
}

static bool may_mount(void)
{
	const struct mount_ns *ns = current_task()->nsproxy->mnt;

	return cred_capable_ns(current_cred(), ns->owner ? ns->owner :
			       cred_init.user_ns, CAP_SYS_ADMIN);
}

/* A descriptor for @f, stolen. */
static long setup_fd(int err, struct file *f, bool cloexec)
{
	return err ? err : file_to_fd(f, cloexec);
}

long sys_fsopen(uptr_t uname, u32 flags)
{
	const struct fs_type *type;
	struct file *f = NULL;
	char *name;
	int err;

	if (!may_mount())
		return -EPERM;
	if (flags & ~(u32)FSOPEN_CLOEXEC)
		return -EINVAL;
	err = name_from_user(uname, true, &name);
	if (err)
		return err == -ENAMETOOLONG ? -EINVAL : err;
	type = fs_type_find(name);
	name_free(name);
	if (!type)
		return -ENODEV;
	err = fs_setup_open(type, &f);
	return setup_fd(err, f, flags & FSOPEN_CLOEXEC);
}

long sys_fspick(int dirfd, uptr_t uname, u32 flags)
{
	u32 how = flags & FSPICK_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW;
	struct file *f = NULL;
	struct path at;
	int err;

	if (!may_mount())
		return -EPERM;
	if (flags & ~(u32)(FSPICK_CLOEXEC | FSPICK_SYMLINK_NOFOLLOW |
			   FSPICK_NO_AUTOMOUNT | FSPICK_EMPTY_PATH))
		return -EINVAL;
	if (flags & FSPICK_EMPTY_PATH)
		how |= WALK_EMPTY;
	err = user_path_resolve(dirfd, uname, how, &at);
	if (err)
		return err;
	err = fs_setup_pick(&at, &f);
	path_put(&at);
	return setup_fd(err, f, flags & FSPICK_CLOEXEC);
}

/* ---------------------------------------------------------------- fsconfig */

struct config {
	u32 cmd;
	uptr_t key, value;
	int aux;
};

/* Which arguments a command takes: 0, -EINVAL, -EOPNOTSUPP. */
static int config_check(const struct config *c)
{
	bool bad;

	switch (c->cmd) {
	case FSCONFIG_SET_FLAG:
		bad = !c->key || c->value || c->aux;
		break;
	case FSCONFIG_SET_STRING:
		bad = !c->key || !c->value || c->aux;
		break;
	case FSCONFIG_SET_BINARY:
		bad = !c->key || !c->value || c->aux <= 0 || c->aux > 1 << 20;
		break;
	case FSCONFIG_SET_PATH:
	case FSCONFIG_SET_PATH_EMPTY:
		bad = !c->key || !c->value ||
		      (c->aux != AT_FDCWD && c->aux < 0);
		break;
	case FSCONFIG_SET_FD:
		bad = !c->key || c->value || c->aux < 0;
		break;
	case FSCONFIG_CMD_CREATE:
	case FSCONFIG_CMD_CREATE_EXCL:
	case FSCONFIG_CMD_RECONFIGURE:
		bad = c->key || c->value || c->aux;
		break;
	default:
		return -EOPNOTSUPP;
	}
	return bad ? -EINVAL : 0;
}

static int text_get(char *text, uptr_t from)
{
	ssize_t n = copy_string_from_user(text, from, TEXT_MAX);

	if (n == -ENAMETOOLONG)
		return -EINVAL;
	return n < 0 ? (int)n : 0;
}

/* What is neither flag nor string is only looked at for its errors. */
static int other_check(const struct config *c)
{
	struct file *f;
	char byte, *name;
	int err;

	switch (c->cmd) {
	case FSCONFIG_SET_BINARY:
		if (copy_from_user(&byte, c->value, 1) ||
		    copy_from_user(&byte, c->value + (u32)c->aux - 1, 1))
			return -EFAULT;
		return 0;
	case FSCONFIG_SET_PATH:
	case FSCONFIG_SET_PATH_EMPTY:
		err = name_from_user(c->value,
				     c->cmd == FSCONFIG_SET_PATH_EMPTY, &name);
		if (!err)
			name_free(name);
		return err;
	}
	err = fd_to_file(c->aux, &f);
	if (!err)
		file_put(f);
	return err;
}

static int config_option(struct file *f, const struct config *c)
{
	bool plain = c->cmd <= FSCONFIG_SET_STRING;
	char key[TEXT_MAX], value[TEXT_MAX];
	int err = text_get(key, c->key);

	if (!err && c->cmd == FSCONFIG_SET_STRING)
		err = text_get(value, c->value);
	else if (!err && !plain)
		err = other_check(c);
	if (err)
		return err;
	return fs_setup_option(f, key, c->cmd == FSCONFIG_SET_STRING ? value :
			       NULL, plain);
}

static int config_do(struct file *f, const struct config *c)
{
	const struct walk w = {
		.fs = current_task()->fs, .cred = current_cred(),
	};
	const struct mount_args a = args_of(&w);

	switch (c->cmd) {
	case FSCONFIG_CMD_CREATE:
	case FSCONFIG_CMD_CREATE_EXCL:
		return fs_setup_create(f, &a,
				       c->cmd == FSCONFIG_CMD_CREATE_EXCL);
	case FSCONFIG_CMD_RECONFIGURE:
		return fs_setup_change(f, &a);
	}
	return config_option(f, c);
}

/* What types that only know lists of words do not take. */
static bool is_for_new_types(u32 cmd)
{
	return cmd != FSCONFIG_SET_FLAG && cmd != FSCONFIG_SET_STRING &&
	       cmd != FSCONFIG_CMD_CREATE && cmd != FSCONFIG_CMD_RECONFIGURE;
}

long sys_fsconfig(int fd, u32 cmd, uptr_t key, uptr_t value, int aux)
{
	const struct config c = { cmd, key, value, aux };
	struct file *f;
	int err;

	if (fd < 0)
		return -EINVAL;
	err = config_check(&c);
	if (!err)
		err = fd_to_file(fd, &f);
	if (err)
		return err;
	if (!file_is_fs_setup(f))
		err = -EINVAL;
	else if (fs_setup_is_legacy(f) && is_for_new_types(cmd))
		err = -EOPNOTSUPP;
	else
		err = config_do(f, &c);
	file_put(f);
	return err;
}

/* -------------------------------------------------------------- attributes */

#define ATTR_FLAGS (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | \
		    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_ATIME | \
		    MOUNT_ATTR_NODIRATIME | MOUNT_ATTR_NOSYMFOLLOW)

static_assert(MOUNT_ATTR_RDONLY == MS_RDONLY && MOUNT_ATTR_NOSUID ==
	      MS_NOSUID && MOUNT_ATTR_NODEV == MS_NODEV &&
	      MOUNT_ATTR_NOEXEC == MS_NOEXEC, "attr_to_flags");

/* As flags of mount(2), without how access times are treated. */
static u32 attr_to_flags(u64 attr)
{
	u32 flags = (u32)attr & (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
				 MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);

	if (attr & MOUNT_ATTR_NODIRATIME)
		flags |= (u32)MS_NODIRATIME;
	if (attr & MOUNT_ATTR_NOSYMFOLLOW)
		flags |= (u32)MS_NOSYMFOLLOW;
	return flags;
}

/* How access times are treated is one of three. */
static int atime_to_flags(u64 attr, u32 *flags)
{
	switch (attr & MOUNT_ATTR_ATIME) {
	case MOUNT_ATTR_RELATIME:
		*flags |= (u32)MS_RELATIME;
		return 0;
	case MOUNT_ATTR_NOATIME:
		*flags |= (u32)MS_NOATIME;
		return 0;
	case MOUNT_ATTR_STRICTATIME:
		return 0;
	}
	return -EINVAL;
}

long sys_fsmount(int fd, u32 flags, u32 attr)
{
	const struct walk w = {
		.fs = current_task()->fs, .cred = current_cred(),
	};
	struct mount_args a = args_of(&w);
	struct file *f, *mount = NULL;
	u32 ms = attr_to_flags(attr);
	int err;

	if (!may_mount())
		return -EPERM;
	if ((flags & ~(u32)FSMOUNT_CLOEXEC) || (attr & ~(u32)ATTR_FLAGS) ||
	    atime_to_flags(attr, &ms))
		return -EINVAL;
	err = fd_to_file(fd, &f);
	if (err)
		return err;
	a.flags = ms;
	err = file_is_fs_setup(f) ? fs_setup_mount(f, &a, &mount) : -EINVAL;
	file_put(f);
	return setup_fd(err, mount, flags & FSMOUNT_CLOEXEC);
}

static int change_from_attr(const struct mount_attr *m, struct mount_change *c)
{
	const u64 types = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;

	if ((m->propagation & ~types) ||
	    (m->propagation & (m->propagation - 1)))
		return -EINVAL;
	/* No file system here takes other ids. */
	if ((m->attr_set | m->attr_clr) & ~(u64)ATTR_FLAGS)
		return -EINVAL;
	c->propagation = m->propagation;
	c->set = attr_to_flags(m->attr_set);
	c->clear = attr_to_flags(m->attr_clr);
	if (!(m->attr_clr & MOUNT_ATTR_ATIME))
		return m->attr_set & MOUNT_ATTR_ATIME ? -EINVAL : 0;
	if ((m->attr_clr & MOUNT_ATTR_ATIME) != MOUNT_ATTR_ATIME)
		return -EINVAL;
	c->clear |= (u32)(MS_RELATIME | MS_NOATIME);
	return atime_to_flags(m->attr_set, &c->set);
}

#define SETATTR_FLAGS (AT_EMPTY_PATH | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW | \
		       AT_NO_AUTOMOUNT)

long sys_mount_setattr(int dirfd, uptr_t uname, u32 flags, uptr_t uattr,
		       size_t size)
{
	struct mount_change c = { .recursive = flags & AT_RECURSIVE };
	struct mount_attr m;
	struct path at;
	int err;

	if (flags & ~(u32)SETATTR_FLAGS)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < sizeof(m))
		return -EINVAL;
	if (!may_mount())
		return -EPERM;
	err = copy_struct_from_user(&m, sizeof(m), uattr, size);
	if (err || !(m.attr_set | m.attr_clr | m.propagation))
		return err;
	err = change_from_attr(&m, &c);
	if (!err)
		err = user_path_resolve(dirfd, uname,
					at_to_walk((int)flags), &at);
	if (err)
		return err;
	err = mount_change_attr(&at, current_task()->nsproxy->mnt, &c);
	path_put(&at);
	return err;
}

/* ------------------------------------------------------------------- trees */

#define OPEN_TREE_FLAGS (SETATTR_FLAGS | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)

long sys_open_tree(int dirfd, uptr_t uname, u32 flags)
{
	const struct walk w = {
		.fs = current_task()->fs, .cred = current_cred(),
	};
	struct mount_args a = args_of(&w);
	struct file *f = NULL;
	struct path at;
	int err;

	if (flags & ~(u32)OPEN_TREE_FLAGS)
		return -EINVAL;
	if ((flags & (AT_RECURSIVE | OPEN_TREE_CLONE)) == AT_RECURSIVE)
		return -EINVAL;
	if ((flags & OPEN_TREE_CLONE) && !may_mount())
		return -EPERM;
	err = user_path_resolve(dirfd, uname, at_to_walk((int)flags), &at);
	if (err)
		return err;
	a.flags = flags & AT_RECURSIVE ? MS_REC : 0;
	err = flags & OPEN_TREE_CLONE ? mount_open_copy(&at, &a, &f) :
					mount_open_plain(&at, w.cred, &f);
	path_put(&at);
	return setup_fd(err, f, flags & OPEN_TREE_CLOEXEC);
}

/* MOVE_MOUNT_F_* or, shifted, T_*, as WALK_*. */
static u32 move_to_walk(u32 flags)
{
	return (flags & MOVE_MOUNT_F_SYMLINKS ? WALK_FOLLOW : 0) |
	       (flags & MOVE_MOUNT_F_EMPTY_PATH ? WALK_EMPTY : 0);
}

long sys_move_mount(int from_fd, uptr_t ufrom, int to_fd, uptr_t uto,
		    u32 flags)
{
	struct path from, to;
	int err;

	if (!may_mount())
		return -EPERM;
	/* Not beneath another mount. */
	if (flags & ~(u32)(MOVE_MOUNT_F_MASK | MOVE_MOUNT_T_MASK |
			   MOVE_MOUNT_SET_GROUP))
		return -EINVAL;
	err = user_path_resolve(from_fd, ufrom, move_to_walk(flags), &from);
	if (err)
		return err;
	err = user_path_resolve(to_fd, uto, move_to_walk(flags >> 4), &to);
	if (!err) {
		err = flags & MOVE_MOUNT_SET_GROUP ?
		      mount_set_group(&from, &to, current_cred()) :
		      mount_move_path(&from, &to,
				      current_task()->nsproxy->mnt);
		path_put(&to);
	}
	path_put(&from);
	return err;
}
