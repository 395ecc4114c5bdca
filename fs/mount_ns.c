/*
 * fs/mount_ns.c - mount namespaces
 *
 * What:  the first one, copies for CLONE_NEWNS, the end of one.
 * Locks: mount_mutex for the tree and the list.
 * Life:  mount_ns_clone -> tasks and nsfs files hold references -> the last
 *        put unmounts everything; proc's share goes by ns->release.
 * See:   mount_namespaces(7)
 */
#include "mount.h"

#include <core/panic.h>
#include <mm/kmalloc.h>
#include <sched/mutex.h>

static struct mount_ns *first_ns;	/* set at boot */

static struct mount_ns *ns_alloc(void)
{
	struct mount_ns *ns = kzalloc(sizeof(*ns));

	if (!ns)
		return NULL;
	refcount_set(&ns->refs, 1);
	list_init(&ns->mounts);
	wait_queue_init(&ns->changed);
	return ns;
}

void mount_ns_boot(struct superblock *rootfs)
{
	struct mount *m;

	first_ns = ns_alloc();
	if (!first_ns || mount_alloc(rootfs, rootfs->root, "rootfs", &m))
		panic("vfs: no memory for the first mount");
	m->flags = 0;
	m->locked = true;
	first_ns->root = m;
	mount_tree_lock();
	ns_add_tree(first_ns, m);
	mount_tree_unlock();
}

struct mount_ns *mount_ns_init(void)
{
	return first_ns;
}

struct mount_ns *mount_ns_get(struct mount_ns *ns)
{
	refcount_get(&ns->refs);
	return ns;
}

void mount_ns_put(struct mount_ns *ns)
{
	if (!refcount_put(&ns->refs))
		return;
	if (ns->detached) {
		kfree(ns);
		return;
	}
	mount_tree_lock();
	if (ns->root)
		mount_tree_umount(ns->root, false);
	mount_tree_unlock();
	if (ns->release)
		ns->release(ns);
	kfree(ns);
}

int mount_ns_detached(struct mount *top)
{
	struct mount_ns *ns = ns_alloc();

	if (!ns)
		return -ENOMEM;
	ns->detached = true;
	ns_add_tree(ns, top);
	return 0;
}

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
	struct mount_ns *ns = ns_alloc();
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

void mount_ns_root(struct mount_ns *ns, struct path *out)
{
	mount_tree_lock();
	out->mount = mount_get(ns->root);
	out->dentry = dentry_get(ns->root->root);
	mount_tree_unlock();
	path_enter_mounts(out);
}

void mount_ns_for_each(struct mount_ns *ns,
		       void (*fn)(const struct path *root, void *arg),
		       void *arg)
{
	struct mount *m;

	mount_tree_lock();
	for_each_list(m, &ns->mounts, ns_link) {
		const struct path root = { .mount = m, .dentry = m->root };

		fn(&root, arg);
	}
	mount_tree_unlock();
}
