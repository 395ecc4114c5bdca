/*
 * kernel/proc/procfs_where.c - where a process stands among the files
 *
 * What:  the links cwd, root and exe; the umask that status tells.
 * Locks: alloc_lock of the task while a reference is taken of its fs_context,
 *        which vanishes as it exits.
 * Not:   what is mounted (procfs_mounts.c).
 * See:   proc(5).
 */
#include "procfs_internal.h"

#include <fs/file.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

struct fs_context *proc_task_fs(struct task *t)
{
	struct fs_context *fs;

	spin_lock(&t->alloc_lock);
	fs = t->fs;
	if (fs)
		fs_context_get(fs);
	spin_unlock(&t->alloc_lock);
	return fs;
}

mode_t proc_umask(struct task *t)
{
	struct fs_context *fs = proc_task_fs(t);
	mode_t mask = 0;

	if (fs) {
		mask = fs_context_umask(fs);
		fs_context_put(fs);
	}
	return mask;
}

int proc_follow_cwd(struct task *t, struct path *out)
{
	struct fs_context *fs = proc_task_fs(t);

	if (!fs)
		return -ENOENT;
	fs_context_cwd(fs, out);
	fs_context_put(fs);
	return 0;
}

int proc_follow_root(struct task *t, struct path *out)
{
	struct fs_context *fs = proc_task_fs(t);

	if (!fs)
		return -ENOENT;
	fs_context_root(fs, out);
	fs_context_put(fs);
	return 0;
}

int proc_follow_exe(struct task *t, struct path *out)
{
	struct aspace *as = task_aspace_get(t);
	struct file *f = as ? aspace_get_exe_file(as) : NULL;

	if (as)
		aspace_put(as);
	if (!f)
		return -ENOENT;
	*out = f->path;
	path_get(out);
	file_put(f);
	return 0;
}

ssize_t proc_path_text(const struct path *p, char *buf, size_t size)
{
	struct path root;
	char *page = kmalloc(PAGE_SIZE);
	ssize_t n = -ENAMETOOLONG;
	char *text;

	if (!page)
		return -ENOMEM;
	fs_context_root(current_task()->fs, &root);
	text = path_text(p, &root, page, PAGE_SIZE);
	path_put(&root);
	if (text) {
		n = (ssize_t)min(strlen(text), size);
		memcpy(buf, text, (size_t)n);
	}
	kfree(page);
	return n;
}

static ssize_t readlink_by(int (*follow)(struct task *t, struct path *out),
			   struct task *t, char *buf, size_t size)
{
	struct path p;
	ssize_t n = follow(t, &p);

	if (n)
		return n;
	n = proc_path_text(&p, buf, size);
	path_put(&p);
	return n;
}

ssize_t proc_readlink_cwd(struct task *t, char *buf, size_t size)
{
	return readlink_by(proc_follow_cwd, t, buf, size);
}

ssize_t proc_readlink_root(struct task *t, char *buf, size_t size)
{
	return readlink_by(proc_follow_root, t, buf, size);
}

ssize_t proc_readlink_exe(struct task *t, char *buf, size_t size)
{
	return readlink_by(proc_follow_exe, t, buf, size);
}
