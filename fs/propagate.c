/*
 * fs/propagate.c - mounts that follow each other
 *
 * What:  peer groups and slaves: what is mounted or unmounted on one mount
 *        happens on its peers and on the slaves of all of them.
 * Locks: mount_mutex held by all callers, but for the numbers of groups,
 *        which only it protects as well.
 * Life:  peers form a ring, slaves a list at their master; both are left with
 *        mount_set_propagation(MS_PRIVATE), which umount does.
 * See:   mount_namespaces(7); shared subtrees
 */
#include "mount.h"

#include <core/assert.h>

#include "dentry.h"

static u32 last_group;			/* [mount_mutex] */

int mount_group_alloc(struct mount *m)
{
	if (last_group == U32_MAX)
		return -ENOSPC;
	m->group = ++last_group;
	return 0;
}

/* The next of the ring, or @m itself when it is alone. */
static struct mount *next_peer(struct mount *m)
{
	return list_entry(m->peers.next, struct mount, peers);
}

/* A peer to become the master of @m, best one with the same root. */
static struct mount *peer_for_master(struct mount *m)
{
	struct mount *peer = next_peer(m);

	while (peer != m && peer->root != m->root)
		peer = next_peer(peer);
	return peer == m ? next_peer(m) : peer;
}

/* The slaves of @m go to @master (NULL: they become private). */
static void move_slaves(struct mount *m, struct mount *master)
{
	struct mount *slave;
	struct mount *tmp;

	for_each_list_safe(slave, tmp, &m->slaves, slave_link) {
		slave->master = master;
		list_del(&slave->slave_link);
		if (master)
			list_add_tail(&master->slaves, &slave->slave_link);
	}
}

/* Leave the peer group; a peer, or the old master, becomes the master. */
static void make_slave(struct mount *m)
{
	struct mount *master = m->master;

	if (!list_empty(&m->peers))
		master = peer_for_master(m);
	list_del(&m->peers);
	m->group = 0;
	move_slaves(m, master);
	list_del(&m->slave_link);
	m->master = master;
	if (master)
		list_add(&master->slaves, &m->slave_link);
}

void mount_set_propagation(struct mount *m, u64 type)
{
	if (type == MS_SHARED) {
		ASSERT(m->group);
		m->unbindable = false;
		return;
	}
	make_slave(m);
	if (type != MS_SLAVE) {
		list_del(&m->slave_link);
		m->master = NULL;
	}
	m->unbindable = type == MS_UNBINDABLE;
}

struct mount *propagation_next(struct mount *m, struct mount *origin)
{
	if (!list_empty(&m->slaves))
		return list_first(&m->slaves, struct mount, slave_link);
	for (;;) {
		struct mount *master = m->master;

		if (master == origin->master) {
			m = next_peer(m);
			return m == origin ? NULL : m;
		}
		if (m->slave_link.next != &master->slaves)
			return list_next(m, slave_link);
		m = master;
	}
}

/* Does @m see the directory @point at all? */
static bool receives(const struct mount *m, const struct dentry *point)
{
	return m->ns && dentry_is_below(point, m->root);
}

/* A copy made in this round for @m or one of its peers. */
static struct mount *copy_of_group(struct mount *m)
{
	struct mount *peer = m;

	do {
		if (peer->copy)
			return peer->copy;
		peer = next_peer(peer);
	} while (peer != m);
	return NULL;
}

/* Where the copy for @m comes from, and how it is related to that. */
static struct mount *copy_source(struct mount *m, u32 *how)
{
	struct mount *source = copy_of_group(m);

	*how = COPY_SHARED;
	if (source)
		return source;
	*how = COPY_SLAVE | (m->group ? COPY_SHARED : 0);
	while (!source) {
		m = m->master;
		source = copy_of_group(m);
	}
	return source;
}

/* Receivers of @at into @list by ->work. */
static void collect_receivers(const struct path *at, struct list *list)
{
	struct mount *m = at->mount;

	while ((m = propagation_next(m, at->mount)) != NULL) {
		if (receives(m, at->dentry))
			list_add_tail(list, &m->work);
	}
}

/* While a copy waits in @copies, copy->copy is the mount it goes to. */
int propagate_prepare(struct mount *source, const struct path *at,
		      struct list *copies)
{
	struct list receivers;
	struct mount *m;
	int err = 0;

	list_init(&receivers);
	collect_receivers(at, &receivers);
	at->mount->copy = source;
	for_each_list(m, &receivers, work) {
		struct mount *copy;
		struct mount *from;
		u32 how;

		from = copy_source(m, &how);
		err = mount_copy_tree(from, from->root, how, &copy);
		if (err)
			break;
		m->copy = copy;
		list_add_tail(copies, &copy->work);
	}
	at->mount->copy = NULL;
	while (!list_empty(&receivers)) {
		m = list_first(&receivers, struct mount, work);
		list_del(&m->work);
		if (m->copy)
			m->copy->copy = m;
		m->copy = NULL;
	}
	return err;
}

/* Put @copy beneath what may already be mounted there. */
static void attach_beneath(struct mount *copy, const struct path *at)
{
	struct mount *above = mount_find(at->mount, at->dentry);
	struct path on = { .mount = copy, .dentry = copy->root };

	if (above)
		mount_detach(above);
	mount_attach(copy, at);
	if (above)
		mount_attach(above, &on);
	ns_add_tree(at->mount->ns, copy);
}

void propagate_commit(struct list *copies, struct dentry *point)
{
	struct mount *copy;

	while (!list_empty(copies)) {
		struct path at = { .dentry = point };

		copy = list_first(copies, struct mount, work);
		list_del(&copy->work);
		at.mount = copy->copy;
		copy->copy = NULL;
		attach_beneath(copy, &at);
		at.mount->ns->event++;
		wake_all(&at.mount->ns->changed);
	}
}

void propagate_abort(struct list *copies)
{
	struct mount *copy;

	while (!list_empty(copies)) {
		copy = list_first(copies, struct mount, work);
		list_del(&copy->work);
		copy->copy = NULL;
		mount_tree_put(copy);
	}
}

/* What of @m's mount point is mounted on the receiver @r and may go. */
static struct mount *twin_on(struct mount *r, const struct mount *m)
{
	struct mount *twin = mount_find(r, m->point);

	if (!twin || !list_empty(&twin->work))
		return NULL;
	return twin;
}

static bool children_all_listed(const struct mount *m)
{
	const struct mount *child;

	for_each_list(child, &m->children, child_link) {
		if (list_empty(&child->work))
			return false;
	}
	return true;
}

/* Parents stand before children in the list; twins are looked at from the
 * innermost outward, so that one whose children go may go as well. */
void propagate_umount(struct list *list)
{
	struct list found;
	struct list *at;

	list_init(&found);
	for (at = list->prev; at != list; at = at->prev) {
		struct mount *m = list_entry(at, struct mount, work);
		struct mount *r = m->parent;

		if (!m->parent)
			continue;
		while ((r = propagation_next(r, m->parent)) != NULL) {
			struct mount *twin = twin_on(r, m);

			if (twin && children_all_listed(twin))
				list_add(&found, &twin->work);
		}
	}
	list_splice_tail(list, &found);
}

bool propagate_busy(struct mount *m)
{
	struct mount *parent = m->parent;
	struct mount *r = parent;

	/* The tree's reference and the caller's. */
	if (!list_empty(&m->children) || refcount_read(&m->refs) > 2)
		return true;
	if (!parent)
		return false;
	while ((r = propagation_next(r, parent)) != NULL) {
		struct mount *twin = mount_find(r, m->point);

		if (twin && list_empty(&twin->children) &&
		    refcount_read(&twin->refs) > 1)
			return true;
	}
	return false;
}
