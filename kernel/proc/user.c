/*
 * kernel/proc/user.c - what users are counted for
 *
 * What:  one struct user for each uid of each user namespace; what it uses is
 *        counted for it and for the creators of the namespaces around it; the
 *        identity of namespaces, which are counted as well.
 * Locks: user_lock (RANK_USER, interrupts off): the hash of users. Counts
 *        are atomic.
 * Life:  a user lives as long as credentials, queued signals or namespaces
 *        refer to it, and is freed a grace period later: others read the
 *        credentials of a task, and its user, under RCU.
 * Not:   user namespaces (user_ns.c).
 * See:   credentials(7), getrlimit(2), namespaces(7).
 */
#include <proc/user.h>

#include <core/assert.h>
#include <core/spinlock.h>
#include <lib/hash.h>
#include <mm/slab.h>
#include <proc/task.h>
#include <uapi/errno.h>

#define USER_HASH_BITS 7

static struct list user_hash[1 << USER_HASH_BITS];
static DEFINE_SPINLOCK(user_lock, RANK_USER);
static struct slab_cache *user_cache;

static struct user *user_lookup_locked(const struct user_ns *ns, uid_t uid,
				       struct list *head)
{
	struct user *u;

	for_each_list(u, head, hash_link) {
		if (u->uid == uid && u->ns == ns && user_try_get(u))
			return u;
	}
	return NULL;
}

static struct user *user_find(const struct user_ns *ns, uid_t uid,
			      struct list *head)
{
	u64 flags = spin_lock_irqsave(&user_lock);
	struct user *u = user_lookup_locked(ns, uid, head);

	spin_unlock_irqrestore(&user_lock, flags);
	return u;
}

/* Somebody else may be faster. */
static struct user *user_create(struct user_ns *ns, uid_t uid,
				struct list *head)
{
	struct user *new = slab_zalloc(user_cache);
	struct user *u;
	u64 flags;

	flags = spin_lock_irqsave(&user_lock);
	u = user_lookup_locked(ns, uid, head);
	if (!u && new) {
		new->ns = user_ns_get(ns);
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

struct user *user_find_or_create(struct user_ns *ns, uid_t uid)
{
	struct list *head = &user_hash[hash_index(uid + (u64)ns,
						  USER_HASH_BITS)];
	struct user *u = user_find(ns, uid, head);

	return u ? u : user_create(ns, uid, head);
}

void user_get(struct user *u)
{
	refcount_get(&u->refs);
}

bool user_try_get(struct user *u)
{
	return refcount_try_get(&u->refs);
}

static void user_free_rcu(struct rcu_head *head)
{
	slab_free(user_cache, container_of(head, struct user, rcu));
}

void user_put(struct user *u)
{
	u64 flags;

	if (!u || !refcount_put(&u->refs))
		return;
	for (u32 i = 0; i < USER_COUNTS; i++)
		ASSERT(atomic_read(&u->counts[i]) == 0);
	for (u32 i = 0; i < NS_KINDS; i++)
		ASSERT(atomic_read(&u->namespaces[i]) == 0);
	flags = spin_lock_irqsave(&user_lock);
	list_del(&u->hash_link);
	spin_unlock_irqrestore(&user_lock, flags);
	user_ns_put(u->ns);
	rcu_call(&u->rcu, user_free_rcu);
}

/* For whom what @u uses counts as well; NULL: nobody. */
static struct user *user_above(const struct user *u)
{
	return u->ns->common.creator;
}

void user_charge(struct user *u, enum user_count what, s64 n)
{
	for (; u; u = user_above(u)) {
		s64 now = atomic_add_return(&u->counts[what], n);

		ASSERT(now >= 0);
	}
}

s64 user_try_charge(struct user *u, enum user_count what, s64 n)
{
	u64 limit = S64_MAX;
	struct user *i, *undo;
	s64 own = -1;

	for (i = u; i; i = user_above(i)) {
		s64 now = atomic_add_return(&i->counts[what], n);

		if ((u64)now > limit)
			break;
		if (i == u)
			own = now;
		limit = i->ns->limits[what];
	}
	if (!i)
		return own;
	for (undo = u; undo != user_above(i); undo = user_above(undo))
		atomic_sub(&undo->counts[what], n);
	return -1;
}

bool user_is_over(const struct user *u, enum user_count what, u64 limit)
{
	for (; u; u = user_above(u)) {
		if (user_count(u, what) > limit)
			return true;
		limit = u->ns->limits[what];
	}
	return false;
}

/* --- namespaces, which count for who made them --------------------------- */

static bool count_one_below(struct atomic64 *count, u64 max)
{
	s64 seen = atomic_read(count);

	do {
		if ((u64)seen >= max)
			return false;
	} while (!__atomic_compare_exchange_n(&count->v, &seen, seen + 1,
					      false, __ATOMIC_SEQ_CST,
					      __ATOMIC_RELAXED));
	return true;
}

static bool charge_namespace(struct user *u, enum ns_kind kind)
{
	struct user *i, *undo;

	for (i = u; i; i = user_above(i)) {
		if (!count_one_below(&i->namespaces[kind],
				     READ_ONCE(i->ns->max_namespaces[kind])))
			break;
	}
	if (!i)
		return true;
	for (undo = u; undo != i; undo = user_above(undo))
		atomic_dec(&undo->namespaces[kind]);
	return false;
}

int ns_common_init(struct ns_common *common, const struct ns_ops *ops,
		   struct user_ns *owner)
{
	/* What a kernel thread makes is the machine's. */
	uid_t uid = current_is_task() ? current_cred()->euid : 0;
	struct user *u = user_find_or_create(owner, uid);

	/* As on Linux: no memory for the count is no room for it. */
	if (!u)
		return -ENOSPC;
	if (!charge_namespace(u, ops->kind)) {
		user_put(u);
		return -ENOSPC;
	}
	refcount_set(&common->refs, 1);
	common->ino = ns_ino_alloc();
	common->ops = ops;
	common->owner = user_ns_get(owner);
	common->creator = u;
	return 0;
}

void ns_common_fini(struct ns_common *common)
{
	struct user *u;

	ns_ino_free(common->ino);
	for (u = common->creator; u; u = user_above(u))
		atomic_dec(&u->namespaces[common->ops->kind]);
	user_put(common->creator);
	user_ns_put(common->owner);
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

/* A capability counts as used when something was asked for that needs it. */
static bool used(const struct cred *c, const struct user_ns *ns, int cap)
{
	if (!cred_has_cap(c, ns, cap))
		return false;
	if (current_is_task() && c == current_cred())
		current_task()->flags |= TASK_SUPERPRIV;
	return true;
}

static const struct cred_hooks hooks = {
	.get = cred_refs_get,
	.put = cred_refs_put,
	.capable = used,
	.maps_ids = user_ns_maps_ids,
	.uid_to_global = uid_to_global,
	.gid_to_global = gid_to_global,
};

bool ns_capable(const struct user_ns *ns, int cap)
{
	if (!cred_has_cap(current_cred(), ns, cap))
		return false;
	current_task()->flags |= TASK_SUPERPRIV;
	return true;
}

bool has_capability(int cap)
{
	return cred_has_cap(current_cred(), &user_ns_init, cap);
}

bool capable(int cap)
{
	return ns_capable(&user_ns_init, cap);
}

bool self_capable(int cap)
{
	return ns_capable(current_cred()->user_ns, cap);
}

/* As on Linux: half of the tasks that the machine has room for. */
static void set_first_limits(void)
{
	for (u32 i = 0; i < NS_KINDS; i++)
		user_ns_init.max_namespaces[i] = task_max() / 2;
	for (u32 i = 0; i < USER_COUNTS; i++)
		user_ns_init.limits[i] = S64_MAX;
}

void user_init(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(user_hash); i++)
		list_init(&user_hash[i]);
	user_cache = slab_cache_create("user_struct", sizeof(struct user), 0,
				       0);
	if (!user_cache)
		panic("user: no memory for the cache");
	set_first_limits();
	cred_init.user_ns = user_ns_get(&user_ns_init);
	cred_init.user = user_find_or_create(&user_ns_init, 0);
	if (!cred_init.user)
		panic("user: no memory for root");
	cred_set_hooks(&hooks);
}
