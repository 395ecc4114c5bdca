/*
 * fs/mount_ns.c - mount namespaces
 *
 * What:  the first one, what is in one, the end of one.
 * Locks: mount_mutex for the tree and the list.
 * Life:  mount_ns_clone -> tasks and nsfs files hold references -> the last
 *        put unmounts everything; proc's share goes by ns->release.
 * Not:   copies for CLONE_NEWNS (mount_ns_clone.c).
 * See:   mount_namespaces(7)
 */
#include "mount.h"

#include <core/panic.h>
#include <mm/kmalloc.h>
#include <sched/mutex.h>

static struct mount_ns *first_ns;	/* set at boot */

struct mount_ns *mount_ns_alloc(void)
{
	struct mount_ns *ns = kzalloc(sizeof(*ns));

	if (!ns)
		return NULL;
	refcount_set(&ns->refs, 1);
	list_init(&ns->mounts);
	wait_queue_init(&ns->changed);
	return ns;
}

/* In the order of ids: that of birth, which is not that of arrival. */
static void ns_list_add(struct mount_ns *ns, struct mount *m)
{
	struct list *at = ns->mounts.prev;

	while (at != &ns->mounts &&
	       list_entry(at, struct mount, ns_link)->id > m->id)
		at = at->prev;
	list_add(at, &m->ns_link);
}

void ns_add_tree(struct mount_ns *ns, struct mount *top)
{
	struct mount *m;

	for_each_mount(m, top) {
		if (m->ns == ns)
			continue;
		if (m->ns) {
			list_del(&m->ns_link);
			m->ns->nmounts--;
		}
		WRITE_ONCE(m->ns, ns);
		ns_list_add(ns, m);
		ns->nmounts++;
	}
}

void mount_ns_boot(struct superblock *rootfs)
{
	struct mount *m;

	first_ns = mount_ns_alloc();
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
	if (ns->root && mount_tree_umount)
		mount_tree_umount(ns->root, false);
	mount_tree_unlock();
	if (ns->release)
		ns->release(ns);
	kfree(ns);
}

int mount_ns_detached(struct mount *top)
{
	struct mount_ns *ns = mount_ns_alloc();

	if (!ns)
		return -ENOMEM;
	ns->detached = true;
	ns_add_tree(ns, top);
	return 0;
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
