/*
 * fs/mount_ns_clone.c - copies of mount namespaces for CLONE_NEWNS
 *
 * What:  all mounts once more, and root and cwd at the same places. Optional.
 * Locks: mount_mutex for both trees.
 * Not:   what a namespace is (mount_ns.c).
 * See:   mount_namespaces(7)
 */
#include "mount.h"

#include <mm/kmalloc.h>
#include <sched/mutex.h>
#include <uapi/errno.h>

/* The mounts of both trees in step; @fs moves from the old to the new. */
static void move_context(struct fs_context *fs, struct mount *old,
			 struct mount *new)
{
	struct mount *o = old;
	struct mount *n = new;
	struct path cwd;
	struct path root;

	fs_context_root(fs, &root);
	fs_context_cwd(fs, &cwd);
	while (o && n) {
		struct path p = { .mount = n };

		if (root.mount == o) {
			p.dentry = root.dentry;
			fs_context_set_root(fs, &p);
		}
		if (cwd.mount == o) {
			p.dentry = cwd.dentry;
			fs_context_set_cwd(fs, &p);
		}
		o = mount_next(o, old);
		n = mount_next(n, new);
	}
	path_put(&root);
	path_put(&cwd);
}

int mount_ns_clone_for(struct mount_ns *src, struct fs_context *fs,
		       bool other_owner, struct mount_ns **out)
{
	struct mount_ns *ns = mount_ns_alloc();
	u32 how = COPY_UNBINDABLE | (other_owner ? COPY_SHARED_TO_SLAVE : 0);
	int err;

	if (!ns)
		return -ENOMEM;
	mount_tree_lock();
	err = mount_copy_tree(src->root, src->root->root, how, &ns->root);
	if (err) {
		mount_tree_unlock();
		kfree(ns);
		return err;
	}
	if (other_owner)
		mount_tree_lock_down(ns->root);
	ns_add_tree(ns, ns->root);
	if (fs)
		move_context(fs, src->root, ns->root);
	mount_tree_unlock();
	*out = ns;
	return 0;
}

int mount_ns_clone(struct mount_ns *src, struct fs_context *fs,
		   struct mount_ns **out)
{
	return mount_ns_clone_for(src, fs, false, out);
}
