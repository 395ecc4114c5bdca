/*
 * kernel/proc/user_ns.c - user namespaces
 *
 * What:  the objects, how credentials move into them, what capabilities mean
 *        across them, and the translation of ids.
 * Locks: none: all that is read here is constant, or published once (maps).
 * Life:  a namespace is freed a grace period after its last reference, for
 *        others read credentials, and their namespace, under RCU; its parent
 *        and its creator are put only then, so the way up from a namespace
 *        that can still be seen is always there.
 * Not:   new ones (user_ns_create.c) and writing of maps (user_ns_map.c), which
 *        are optional; counts (user.c).
 * See:   user_namespaces(7), capabilities(7).
 */
#include <proc/user_ns.h>

#include <core/assert.h>
#include <fs/file.h>
#include <fs/vfs.h>
#include <mm/kmalloc.h>
#include <proc/nsproxy.h>
#include <proc/task.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>
#include <uapi/sched.h>

static void userns_common_get(struct ns_common *common)
{
	user_ns_get(container_of(common, struct user_ns, common));
}

static void userns_common_put(struct ns_common *common)
{
	user_ns_put(container_of(common, struct user_ns, common));
}

/* NS_GET_PARENT: only down to the caller's own. */
static int userns_parent(struct ns_common *common, struct ns_common **out)
{
	struct user_ns *ns = container_of(common, struct user_ns, common);

	if (!ns->parent ||
	    !user_ns_is_below(ns->parent, current_cred()->user_ns))
		return -EPERM;
	*out = &user_ns_get(ns->parent)->common;
	return 0;
}

const struct ns_ops userns_ops = {
	.name = "user",
	.clone_flag = CLONE_NEWUSER,
	.kind = NS_KIND_USER,
	.get = userns_common_get,
	.put = userns_common_put,
	.parent = userns_parent,
};

/* In the first namespace every id but -1 means itself. */
static struct id_extent all_ids = { 0, 0, U32_MAX };

struct user_ns user_ns_init = {
	.common = {
		.refs = REFCOUNT_INIT(1),
		.ino = NS_INO_USER,
		.ops = &userns_ops,
	},
	.creator_setfcap = true,
	.may_setgroups = true,
	.uids = { 1, &all_ids, &all_ids },
	.gids = { 1, &all_ids, &all_ids },
	.projids = { 1, &all_ids, &all_ids },
};

struct user_ns *user_ns_get(struct user_ns *ns)
{
	refcount_get(&ns->common.refs);
	return ns;
}

static void user_ns_free_rcu(struct rcu_head *head)
{
	struct user_ns *ns = container_of(head, struct user_ns, rcu);

	if (user_ns_maps_free)
		user_ns_maps_free(ns);
	ns_common_fini(&ns->common);
	kfree(ns);
}

void user_ns_put(struct user_ns *ns)
{
	if (!refcount_put(&ns->common.refs))
		return;
	ASSERT(ns != &user_ns_init);
	rcu_call(&ns->rcu, user_ns_free_rcu);
}

bool user_ns_is_below(const struct user_ns *ns, const struct user_ns *ancestor)
{
	while (ns->level > ancestor->level)
		ns = ns->parent;
	return ns == ancestor;
}

/* --- becoming a member --------------------------------------------------- */

int user_ns_enter(struct cred *new, struct user_ns *ns)
{
	struct user *u = user_find_or_create(ns, new->uid);

	if (!u)
		return -ENOMEM;
	user_put(new->user);
	new->user = u;
	user_ns_get(ns);
	user_ns_put(new->user_ns);
	new->user_ns = ns;
	new->securebits = 0;
	new->cap_inheritable = 0;
	new->cap_permitted = CAP_ALL_BITS;
	new->cap_effective = CAP_ALL_BITS;
	new->cap_bset = CAP_ALL_BITS;
	new->cap_ambient = 0;
	return 0;
}

/* --- capabilities -------------------------------------------------------- */

bool cred_has_cap(const struct cred *c, const struct user_ns *ns, int cap)
{
	for (; ns != c->user_ns; ns = ns->parent) {
		if (ns->level <= c->user_ns->level)
			return false;
		if (ns->parent == c->user_ns && ns->owner_uid == c->euid)
			return true;
	}
	return c->cap_effective & CAP_BIT(cap);
}

bool cred_caps_within(const struct cred *new, const struct cred *old)
{
	const struct user_ns *ns = new->user_ns;

	if (ns == old->user_ns)
		return !(new->cap_permitted & ~old->cap_permitted);
	for (; ns->parent; ns = ns->parent) {
		if (ns->parent == old->user_ns && ns->owner_uid == old->euid)
			return true;
	}
	return false;
}

/* --- ids ----------------------------------------------------------------- */

/* A few extents stay as they were written, and are looked through. */
static bool is_sorted(u32 n)
{
	return n > ID_EXTENTS_UNSORTED;
}

u32 id_to_global(const struct id_map *map, u32 id)
{
	u32 low = 0, high = load_acquire(&map->n);
	bool sorted = is_sorted(high);

	while (low < high) {
		u32 mid = sorted ? (low + high) / 2 : low;
		const struct id_extent *e = &map->by_first[mid];

		if (id >= e->first && id - e->first < e->count)
			return e->global + (id - e->first);
		if (sorted && id < e->first)
			high = mid;
		else
			low = mid + 1;
	}
	return ID_INVALID;
}

u32 id_from_global(const struct id_map *map, u32 id)
{
	u32 low = 0, high = load_acquire(&map->n);
	bool sorted = is_sorted(high);

	while (low < high) {
		u32 mid = sorted ? (low + high) / 2 : low;
		const struct id_extent *e = &map->by_global[mid];

		if (id >= e->global && id - e->global < e->count)
			return e->first + (id - e->global);
		if (sorted && id < e->global)
			high = mid;
		else
			low = mid + 1;
	}
	return ID_INVALID;
}

int id_overflow_uid = ID_OVERFLOW, id_overflow_gid = ID_OVERFLOW;

static u32 shown(u32 id, const int *overflow)
{
	return id == ID_INVALID ? (u32)READ_ONCE(*overflow) : id;
}

uid_t uid_to_global(const struct user_ns *ns, uid_t uid)
{
	return id_to_global(&ns->uids, uid);
}

uid_t uid_from_global(const struct user_ns *ns, uid_t uid)
{
	return id_from_global(&ns->uids, uid);
}

uid_t uid_shown(const struct user_ns *ns, uid_t uid)
{
	return shown(id_from_global(&ns->uids, uid), &id_overflow_uid);
}

gid_t gid_to_global(const struct user_ns *ns, gid_t gid)
{
	return id_to_global(&ns->gids, gid);
}

gid_t gid_from_global(const struct user_ns *ns, gid_t gid)
{
	return id_from_global(&ns->gids, gid);
}

gid_t gid_shown(const struct user_ns *ns, gid_t gid)
{
	return shown(id_from_global(&ns->gids, gid), &id_overflow_gid);
}

bool user_ns_maps_ids(const struct user_ns *ns, uid_t uid, gid_t gid)
{
	return (uid == ID_INVALID || uid_from_global(ns, uid) != ID_INVALID) &&
	       (gid == ID_INVALID || gid_from_global(ns, gid) != ID_INVALID);
}

bool user_ns_may_setgroups(const struct user_ns *ns)
{
	return load_acquire(&ns->gids.n) && READ_ONCE(ns->may_setgroups);
}
