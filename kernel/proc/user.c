/*
 * kernel/proc/user.c - per-uid accounting, and the first user namespace
 *
 * What:  struct user counts what RLIMIT_NPROC and RLIMIT_SIGPENDING limit;
 *        capability checks; the hooks that let fs/ hold both without knowing
 *        them.
 * Locks: user_lock (RANK_USER, interrupts off): the hash of users. Counts
 *        are atomic.
 * Life:  a user lives as long as credentials or queued signals refer to it.
 * See:   credentials(7), capabilities(7), getrlimit(2).
 */
#include <proc/user.h>

#include <core/assert.h>
#include <core/spinlock.h>
#include <lib/hash.h>
#include <mm/slab.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

#define USER_HASH_BITS 7
#define PIDNS_LIMIT_DEFAULT 0x7fffffffull

static struct list user_hash[1 << USER_HASH_BITS];
static DEFINE_SPINLOCK(user_lock, RANK_USER);
static struct slab_cache *user_cache;

static void userns_common_get(struct ns_common *common)
{
	user_ns_get(container_of(common, struct user_ns, common));
}

static void userns_common_put(struct ns_common *common)
{
	user_ns_put(container_of(common, struct user_ns, common));
}

const struct ns_ops userns_ops = {
	.name = "user",
	.clone_flag = CLONE_NEWUSER,
	.get = userns_common_get,
	.put = userns_common_put,
};

struct user_ns user_ns_init = {
	.common = {
		.refs = REFCOUNT_INIT(1),
		.ino = NS_INO_USER,
		.ops = &userns_ops,
		.owner = &user_ns_init,
	},
	.max_pidns = PIDNS_LIMIT_DEFAULT,
};

static struct user *user_lookup_locked(uid_t uid, struct list *head)
{
	struct user *u;

	for_each_list(u, head, hash_link) {
		if (u->uid == uid && refcount_try_get(&u->refs))
			return u;
	}
	return NULL;
}

struct user *user_find_or_create(uid_t uid)
{
	struct list *head = &user_hash[hash_index(uid, USER_HASH_BITS)];
	struct user *new = slab_zalloc(user_cache);
	struct user *u;
	u64 flags;

	flags = spin_lock_irqsave(&user_lock);
	u = user_lookup_locked(uid, head);
	if (!u && new) {
		new->uid = uid;
		refcount_set(&new->refs, 1);
		list_add(head, &new->hash_link);
		u = new;
		new = NULL;
	}
	spin_unlock_irqrestore(&user_lock, flags);
	slab_free(user_cache, new);
	return u;
}

void user_get(struct user *u)
{
	refcount_get(&u->refs);
}

void user_put(struct user *u)
{
	u64 flags;

	if (!u || !refcount_put(&u->refs))
		return;
	ASSERT(atomic_read(&u->tasks) == 0);
	flags = spin_lock_irqsave(&user_lock);
	list_del(&u->hash_link);
	spin_unlock_irqrestore(&user_lock, flags);
	slab_free(user_cache, u);
}

struct user_ns *user_ns_get(struct user_ns *ns)
{
	refcount_get(&ns->common.refs);
	return ns;
}

void user_ns_put(struct user_ns *ns)
{
	/* The first one is the only one, and is never freed. */
	if (refcount_put(&ns->common.refs))
		panic("user_ns: the first user namespace lost its last user");
}

bool user_ns_charge_pidns(struct user_ns *ns)
{
	if ((u64)atomic_inc_return(&ns->npidns) <= READ_ONCE(ns->max_pidns))
		return true;
	atomic_dec(&ns->npidns);
	return false;
}

void user_ns_uncharge_pidns(struct user_ns *ns)
{
	atomic_dec(&ns->npidns);
}

static void cred_refs_get(struct cred *c)
{
	user_ns_get(c->user_ns);
	user_get(c->user);
}

static void cred_refs_put(struct cred *c)
{
	user_put(c->user);
	user_ns_put(c->user_ns);
}

/* Source: capabilities(7); with one user namespace every object is in it. */
static bool cred_has_cap(const struct cred *c, const struct user_ns *ns,
			 int cap)
{
	(void)ns;
	return c->cap_effective & BIT(cap);
}

static const struct cred_hooks hooks = {
	.get = cred_refs_get,
	.put = cred_refs_put,
	.capable = cred_has_cap,
};

bool ns_capable(const struct user_ns *ns, int cap)
{
	return cred_has_cap(current_cred(), ns, cap);
}

bool capable(int cap)
{
	return ns_capable(current_cred()->user_ns, cap);
}

void user_init(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(user_hash); i++)
		list_init(&user_hash[i]);
	user_cache = slab_cache_create("user_struct", sizeof(struct user), 0,
				       0);
	if (!user_cache)
		panic("user: no memory for the cache");
	cred_init.user_ns = user_ns_get(&user_ns_init);
	cred_init.user = user_find_or_create(0);
	if (!cred_init.user)
		panic("user: no memory for root");
	cred_set_hooks(&hooks);
}
