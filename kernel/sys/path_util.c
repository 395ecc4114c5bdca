/*
 * kernel/sys/path_util.c - names and descriptors that come with a system call
 *
 * Locks: none of its own; only the current task's table and context are used.
 * Life:  buffers for names come from a cache of their own.
 * See:   path_resolution(7), openat(2): "Rationale for openat".
 */
#include "path_util.h"

#include <core/panic.h>
#include <mm/slab.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/uaccess.h>

static struct slab_cache *names;

void names_init(void)
{
	names = slab_cache_create("names", PATH_MAX, 0, 0);
	if (!names)
		panic("syscall: no memory for the cache of names");
}

char *name_alloc(void)
{
	return slab_alloc(names);
}

void name_free(char *name)
{
	slab_free(names, name);
}

int name_from_user(uptr_t uname, bool empty_ok, char **out)
{
	char *name = name_alloc();
	ssize_t len;

	if (!name)
		return -ENOMEM;
	len = copy_string_from_user(name, uname, PATH_MAX);
	if (!len && !empty_ok)
		len = -ENOENT;
	if (len < 0) {
		name_free(name);
		return (int)len;
	}
	*out = name;
	return 0;
}

/* Does the walk of @name start at @dirfd? */
static bool needs_base(const char *name, int dirfd, u32 flags)
{
	if (dirfd == AT_FDCWD)
		return false;
	return *name != '/' || (flags & WALK_IN_ROOT);
}

static int find_base(struct user_path *p, int dirfd)
{
	int err = fd_to_any(dirfd, &p->dir);

	if (err)
		return err;
	if (*p->name && !path_is_dir(&p->dir->path)) {
		file_put(p->dir);
		return -ENOTDIR;
	}
	p->walk.base = &p->dir->path;
	return 0;
}

int user_path_begin(struct user_path *p, int dirfd, uptr_t uname, u32 flags)
{
	int err = name_from_user(uname, flags & WALK_EMPTY, &p->name);

	if (err)
		return err;
	p->dir = NULL;
	p->walk = (struct walk){
		.fs = current_task()->fs,
		.cred = current_cred(),
		.flags = flags,
	};
	if (needs_base(p->name, dirfd, flags))
		err = find_base(p, dirfd);
	if (err)
		name_free(p->name);
	return err;
}

void user_path_end(struct user_path *p)
{
	if (p->dir)
		file_put(p->dir);
	name_free(p->name);
}

int user_path_resolve(int dirfd, uptr_t uname, u32 flags, struct path *out)
{
	struct user_path p;
	int err = user_path_begin(&p, dirfd, uname, flags);

	if (err)
		return err;
	err = path_walk(&p.walk, p.name, out);
	user_path_end(&p);
	return err;
}

int fd_to_file(int fd, struct file **out)
{
	*out = fd_get_file(current_task()->files, fd);
	return *out ? 0 : -EBADF;
}

int fd_to_any(int fd, struct file **out)
{
	*out = fd_get_any(current_task()->files, fd);
	return *out ? 0 : -EBADF;
}

long file_to_fd(struct file *f, bool cloexec)
{
	struct file_table *table = current_task()->files;
	int fd = fd_alloc(table, 0, current_rlimit(RLIMIT_NOFILE), cloexec);

	if (fd < 0)
		file_put(f);
	else
		fd_install(table, fd, f);
	return fd;
}

long raise_broken_pipe(const struct file *f, long result)
{
	if (unlikely(result == -EPIPE) && !(f->mode & FILE_QUIET))
		signal_send_task(current_task(), SIGPIPE, SEND_NOINFO);
	return result;
}

u32 at_to_walk(int at_flags)
{
	u32 flags = at_flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW;

	if (at_flags & AT_EMPTY_PATH)
		flags |= WALK_EMPTY;
	return flags;
}
