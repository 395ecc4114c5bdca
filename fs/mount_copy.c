/*
 * fs/mount_copy.c - trees of mounts: copy, attach, take away
 *
 * What:  what bind mounts, new namespaces and propagation have in common.
 * Locks: mount_mutex held by all callers.
 * Life:  a copied tree belongs to its maker until mount_tree_attach; umount
 *        takes every mount out of the tree first and drops the references
 *        last, when nothing points to it any more.
 * See:   mount_namespaces(7), "Propagation type transitions"
 */
#include "mount.h"

#include <core/assert.h>
#include <sched/sched.h>

#include "dentry.h"

/* Mounts one namespace may hold: /proc/sys/fs/mount-max of Linux. */
#define MOUNT_MAX 100000

/* Relation of the copy @m to @old, as the copy flags say. */
static void relate_copy(struct mount *m, struct mount *old, u32 how)
{
	bool slave = (how & COPY_SLAVE) ||
		     ((how & COPY_SHARED_TO_SLAVE) && old->group);

	if (slave) {
		m->master = old;
		list_add(&old->slaves, &m->slave_link);
		return;
	}
	if (how & COPY_PRIVATE)
		return;
	if (old->group) {
		m->group = old->group;
		list_add(&old->peers, &m->peers);
	}
	if (old->master) {
		m->master = old->master;
		list_add(&old->slave_link, &m->slave_link);
	}
}

int mount_copy(struct mount *old, struct dentry *root, u32 how,
	       struct mount **out)
{
	struct mount *m;
	int err = mount_alloc(old->sb, root, old->source, &m);

	if (err)
		return err;
	m->flags = old->flags;
	if (m->flags & MS_RDONLY)
		atomic_set(&m->writers, -1);
	m->locked = old->locked;
	m->locked_flags = old->locked_flags;
	m->locked_atime = old->locked_atime;
	m->unbindable = old->unbindable && (how & COPY_UNBINDABLE);
	relate_copy(m, old, how);
	if ((how & COPY_SHARED) && !m->group)
		err = mount_group_alloc(m);
	if (err) {
		mount_tree_put(m);
		return err;
	}
	*out = m;
	return 0;
}

static struct mount_ns *ns_behind(const struct dentry *d)
{
	const struct inode *inode = d->inode;

	return inode->ops->mount_ns ? inode->ops->mount_ns(inode) : NULL;
}

bool mount_would_loop(const struct dentry *d, const struct mount_ns *ns)
{
	const struct mount_ns *behind = ns_behind(d);

	return behind && ns->seq >= behind->seq;
}

/* Does @how leave out @m, mounted with @root? */
static bool left_out(const struct mount *m, const struct dentry *root, u32 how)
{
	return (m->unbindable && !(how & COPY_UNBINDABLE)) ||
	       (!(how & COPY_NS_FILES) && ns_behind(root));
}

/* The next of the tree, its children left out when @skip. */
static struct mount *next_to_copy(struct mount *m, struct mount *top,
				  bool skip)
{
	if (!skip)
		return mount_next(m, top);
	while (m != top && m->child_link.next == &m->parent->children)
		m = m->parent;
	return m == top ? NULL : list_next(m, child_link);
}

/* Copy the child mount @m below the copy of its parent. */
static int copy_child(struct mount *m, u32 how)
{
	struct path at = { .mount = m->parent->twin, .dentry = m->point };
	int err = mount_copy(m, m->root, how, &m->twin);

	if (!err)
		mount_attach(m->twin, &at);
	return err;
}

int mount_copy_tree(struct mount *old, struct dentry *root, u32 how,
		    struct mount **out)
{
	struct mount *m = old;
	bool skip = false;
	int err;

	if (left_out(old, root, how))
		return -EINVAL;
	err = mount_copy(old, root, how, out);
	if (err)
		return err;
	old->twin = *out;
	while (!err && (m = next_to_copy(m, old, skip)) != NULL) {
		skip = left_out(m, m->root, how) ||
		       (m->parent == old && !dentry_is_below(m->point, root));
		if (!skip)
			err = copy_child(m, how);
	}
	for_each_mount(m, old)
		m->twin = NULL;
	if (err)
		mount_tree_put(*out);
	return err;
}

static void ns_remove(struct mount *m)
{
	struct mount_ns *ns = m->ns;

	if (!ns)
		return;
	WRITE_ONCE(m->ns, NULL);
	list_del(&m->ns_link);
	ns->nmounts--;
	ns->event++;
	wake_all(&ns->changed);
}

/* Take all of @list, children behind parents, apart and let go. */
static void release_list(struct list *list)
{
	struct mount *m;

	for_each_list(m, list, work) {
		mount_detach(m);
		ns_remove(m);
		mount_set_propagation(m, MS_PRIVATE);
	}
	while (!list_empty(list)) {
		m = list_first(list, struct mount, work);
		list_del(&m->work);
		mount_put_later(m);
	}
}

static void collect_tree(struct mount *top, struct list *list)
{
	struct mount *m;

	for_each_mount(m, top)
		list_add_tail(list, &m->work);
}

void mount_tree_put(struct mount *top)
{
	mount_tree_umount(top, false);
}

void mount_tree_umount(struct mount *top, bool propagate)
{
	struct list list;

	ASSERT(mutex_held(&mount_mutex));
	list_init(&list);
	collect_tree(top, &list);
	if (propagate)
		propagate_umount(&list);
	release_list(&list);
}

static u32 tree_size(struct mount *top)
{
	struct mount *m;
	u32 n = 0;

	for_each_mount(m, top)
		n++;
	return n;
}

/* What arrives on a shared mount becomes shared. */
static int make_tree_shared(struct mount *top)
{
	struct mount *m;
	int err = 0;

	for_each_mount(m, top) {
		if (!err && !m->group)
			err = mount_group_alloc(m);
	}
	return err;
}

int mount_tree_attach(struct mount *top, const struct path *at)
{
	struct mount_ns *ns = at->mount->ns;
	struct list copies;
	int err = 0;

	list_init(&copies);
	if (!top->parent && ns->nmounts + tree_size(top) > MOUNT_MAX)
		return -ENOSPC;
	if (at->mount->group) {
		err = make_tree_shared(top);
		if (!err)
			err = propagate_prepare(top, at, &copies);
		if (err) {
			propagate_abort(&copies);
			return err;
		}
	}
	/* Commit: nothing fails from here on. */
	if (top->parent)
		mount_detach(top);
	mount_attach(top, at);
	ns_add_tree(ns, top);
	propagate_commit(&copies, at->dentry);
	ns->event++;
	wake_all(&ns->changed);
	return 0;
}
