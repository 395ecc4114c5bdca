/*
 * fs/cred.c - user and group ids, capabilities
 *
 * What:  credentials as constant objects: who opened a file, who asks now.
 * Locks: none; a published struct cred never changes.
 * Life:  cred_copy -> changed -> published by its task -> the last put frees
 *        it after a grace period, because others read a task's credentials
 *        under RCU.
 * Not:   the rules of setuid and execve (kernel/proc), the accounting of users
 *        and user namespaces: reached through hooks.
 * See:   credentials(7), capabilities(7)
 */
#include <fs/cred.h>

#include <lib/sort.h>
#include <mm/kmalloc.h>
#include <uapi/errno.h>

static struct group_list no_groups = { .refs = REFCOUNT_INIT(1) };

struct cred cred_init = {
	.refs = REFCOUNT_INIT(1),
	.groups = &no_groups,
	.cap_permitted = CAP_ALL_BITS,
	.cap_effective = CAP_ALL_BITS,
	.cap_bset = CAP_ALL_BITS,
};

static struct cred_hooks hooks;		/* set at boot */

void cred_set_hooks(const struct cred_hooks *h)
{
	hooks = *h;
}

struct cred *cred_get(const struct cred *c)
{
	struct cred *mine = (struct cred *)c;

	refcount_get(&mine->refs);
	return mine;
}

static void cred_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct cred, rcu));
}

void cred_put(const struct cred *c)
{
	struct cred *mine = (struct cred *)c;

	if (!refcount_put(&mine->refs))
		return;
	group_list_put(mine->groups);
	if (hooks.put)
		hooks.put(mine);
	rcu_call(&mine->rcu, cred_free_rcu);
}

struct cred *cred_copy(const struct cred *c)
{
	struct cred *copy = kmalloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *c;
	refcount_set(&copy->refs, 1);
	group_list_get(copy->groups);
	if (hooks.get)
		hooks.get(copy);
	return copy;
}

bool cred_capable_ns(const struct cred *c, const struct user_ns *ns, int cap)
{
	if (hooks.capable)
		return hooks.capable(c, ns, cap);
	return c->cap_effective & CAP_BIT(cap);
}

bool cred_capable(const struct cred *c, int cap)
{
	return cred_capable_ns(c, cred_init.user_ns, cap);
}

bool cred_capable_ids(const struct cred *c, uid_t uid, gid_t gid, int cap)
{
	if (!(c->cap_effective & CAP_BIT(cap)))
		return false;
	if (c->user_ns == cred_init.user_ns)
		return cred_capable(c, cap);
	return hooks.maps_ids && hooks.maps_ids(c->user_ns, uid, gid) &&
	       cred_capable_ns(c, c->user_ns, cap);
}

bool cred_ids_mapped(const struct cred *c, const struct user_ns *ns)
{
	if (ns == cred_init.user_ns || !hooks.maps_ids)
		return true;
	return hooks.maps_ids(ns, c->fsuid, c->fsgid);
}

uid_t cred_uid_to_global(const struct cred *c, uid_t uid)
{
	return hooks.uid_to_global ? hooks.uid_to_global(c->user_ns, uid) : uid;
}

gid_t cred_gid_to_global(const struct cred *c, gid_t gid)
{
	return hooks.gid_to_global ? hooks.gid_to_global(c->user_ns, gid) : gid;
}

bool cred_in_group(const struct cred *c, gid_t gid)
{
	const struct group_list *g = c->groups;
	u32 low = 0;
	u32 high = g->n;

	if (c->fsgid == gid)
		return true;
	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (g->gid[mid] == gid)
			return true;
		if (g->gid[mid] < gid)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

int group_list_create(u32 n, struct group_list **out)
{
	struct group_list *g = kmalloc(sizeof(*g) + n * sizeof(g->gid[0]));

	if (!g)
		return -ENOMEM;
	refcount_set(&g->refs, 1);
	g->n = n;
	*out = g;
	return 0;
}

static int gid_compare(const void *a, const void *b)
{
	gid_t x = *(const gid_t *)a;
	gid_t y = *(const gid_t *)b;

	return (x > y) - (x < y);
}

void group_list_sort(struct group_list *g)
{
	heap_sort(g->gid, g->n, sizeof(g->gid[0]), gid_compare);
}

void group_list_get(struct group_list *g)
{
	refcount_get(&g->refs);
}

void group_list_put(struct group_list *g)
{
	if (refcount_put(&g->refs))
		kfree(g);
}
