/*
 * kernel/sys/exec.c - execve and execveat
 *
 * What:  which file is meant, and the name the new program gets to see.
 * Not:   the work: kernel/proc/exec.c.
 * See:   execve(2), execveat(2).
 */
#include "calls.h"

#include "path_util.h"

#include <lib/format.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/lifecycle.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

/* "/dev/fd/N" and the name, for a file found from a descriptor; maybe longer
 * than a path: the interpreter of a script cannot open it then. */
static int descriptor_name(int dirfd, const char *name, char **out)
{
	size_t size = strlen(name) + sizeof("/dev/fd/-2147483648/");
	char *text = kmalloc(size);

	if (!text)
		return -ENOMEM;
	snprintf(text, size, "/dev/fd/%d%s%s", dirfd, *name ? "/" : "", name);
	*out = text;
	return 0;
}

static int run_path(const struct path *path, struct exec_request *req)
{
	if (S_ISLNK(path_inode(path)->mode))
		return -ELOOP;
	req->path = path;
	return task_exec(req);
}

static int run(struct user_path *p, struct exec_request *req)
{
	struct path path;
	int err = path_walk(&p->walk, p->name, &path);

	if (err)
		return err;
	err = run_path(&path, req);
	path_put(&path);
	return err;
}

static int run_from_descriptor(int dirfd, struct user_path *p,
			       struct exec_request *req)
{
	char *text;
	int err = descriptor_name(dirfd, p->name, &text);

	if (err)
		return err;
	req->name = text;
	req->fd_is_cloexec = fd_get_cloexec(current_task()->files, dirfd);
	err = run(p, req);
	kfree(text);
	return err;
}

/* What is wrong with the name comes first. */
static int bad_flags(uptr_t uname, int flags)
{
	char *name;
	int err = name_from_user(uname, flags & AT_EMPTY_PATH, &name);

	if (err)
		return err;
	name_free(name);
	return -EINVAL;
}

long sys_execveat(int dirfd, uptr_t uname, uptr_t argv, uptr_t envp, int flags)
{
	struct exec_request req = { .argv = argv, .envp = envp };
	struct user_path p;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return bad_flags(uname, flags);
	err = user_path_begin(&p, dirfd, uname, at_to_walk(flags));
	if (err)
		return err;
	req.name = p.name;
	err = p.dir ? run_from_descriptor(dirfd, &p, &req) : run(&p, &req);
	user_path_end(&p);
	return err;
}

long sys_execve(uptr_t uname, uptr_t argv, uptr_t envp)
{
	return sys_execveat(AT_FDCWD, uname, argv, envp, 0);
}
