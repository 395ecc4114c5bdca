/*
 * drivers/devpts_path.c - which instance of devpts a path means
 *
 * What:  /dev/ptmx stands for the instance that it is in, or for the one that
 *        is mounted on "pts" beside it; and the slave of a pair as it is seen
 *        from where its master was opened.
 * Locks: none of its own.
 * See:   docs/terminals.md; ioctl_tty(2), TIOCGPTPEER
 */
#include "devpts.h"

#include <fs/file.h>
#include <lib/format.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/mount.h>

static bool is_devpts(const struct path *p)
{
	return path_inode(p)->sb->magic == DEVPTS_SUPER_MAGIC;
}

/* "pts" beside @path is an instance's root? 0 and *@out with references. */
static int find_beside(const struct path *path, struct path *out)
{
	int err = path_beside(path, "pts", out);

	if (err)
		return err;
	if (is_devpts(out) && out->dentry == path_inode(out)->sb->root)
		return 0;
	path_put(out);
	return -ENODEV;
}

int devpts_of_path(const struct path *path, struct devpts **out)
{
	struct path pts = *path;
	int err = 0;

	if (is_devpts(path))
		path_get(&pts);
	else
		err = find_beside(path, &pts);
	if (err)
		return err;
	*out = sb_devpts(path_inode(&pts)->sb);
	superblock_get((*out)->sb);
	path_put(&pts);
	return 0;
}

void devpts_put(struct devpts *fs)
{
	superblock_put(fs->sb);
}

/* A ptmx that was bound elsewhere counts where it is bound. */
static int find_root(const struct path *master, struct path *out)
{
	struct path at = *master;
	int err = 0;

	path_get(&at);
	while (path_is_mount_root(&at) && path_leave_mount(&at))
		;
	if (is_devpts(&at)) {
		*out = at;
		path_get(out);
	} else {
		err = find_beside(&at, out);
	}
	path_put(&at);
	return err;
}

int devpts_slave_path(const struct pty *pty, const struct path *master,
		      struct path *out)
{
	struct path root;
	char name[12];
	int err = find_root(master, &root);

	if (err)
		return err;
	scnprintf(name, sizeof(name), "%u", pty->index);
	if (sb_devpts(path_inode(&root)->sb) != pty->fs) {
		err = -ENODEV;
	} else {
		const struct walk w = {
			.fs = current_task()->fs,
			.cred = &cred_init,
			.base = &root,
		};

		dentry_put(root.dentry);
		root.dentry = dentry_get(pty->fs->sb->root);
		err = path_walk(&w, name, out);
	}
	path_put(&root);
	return err;
}
