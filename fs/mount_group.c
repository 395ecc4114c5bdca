/*
 * fs/mount_group.c - a mount joins the group of another
 *
 * What:  MOVE_MOUNT_SET_GROUP, by which mounts are put back as they were: a
 *        private mount becomes a peer of another of the same file system, or
 *        a slave of the same master, or both.
 * Locks: the tree of mounts.
 * Not:   what peers and slaves do: propagate.c.
 * See:   move_mount(2); mount_namespaces(7)
 */
#include <fs/fs_setup.h>
#include <fs/vfs.h>

#include <uapi/errno.h>

#include "dentry.h"
#include "mount.h"

/* All of @to can be seen in @from, and nothing is hidden there. */
static bool is_part(const struct mount *to, struct mount *from)
{
	return to->sb == from->sb && dentry_is_below(to->root, from->root) &&
	       !mount_has_locked(from, to->root);
}

static int check(const struct path *from, const struct path *to,
		 const struct cred *cred)
{
	struct mount *f = from->mount, *t = to->mount;

	if (!f->ns || !t->ns)
		return -EINVAL;
	if (!mount_ns_allows(f->ns, cred) || !mount_ns_allows(t->ns, cred))
		return -EPERM;
	if (!path_is_mount_root(from) || !path_is_mount_root(to) ||
	    !is_part(t, f))
		return -EINVAL;
	if (t->group || t->master || !(f->group || f->master))
		return -EINVAL;
	return 0;
}

int mount_set_group(const struct path *from, const struct path *to,
		    const struct cred *cred)
{
	struct mount *f = from->mount, *t = to->mount;
	int err;

	mount_tree_lock();
	err = check(from, to, cred);
	if (!err && f->master) {
		t->master = f->master;
		list_add(&f->slave_link, &t->slave_link);
	}
	if (!err && f->group) {
		t->group = f->group;
		t->unbindable = false;
		list_add(&f->peers, &t->peers);
	}
	mount_tree_unlock();
	return err;
}
