/*
 * include/proc/user.h - what users are counted for
 *
 * What:  struct user is one uid in one user namespace. What it uses counts for
 *        it and, level by level, for the creator of its namespace: so a user
 *        cannot get more by making user namespaces.
 * Life:  found by hash, reference counted, freed after a grace period.
 * See:   getrlimit(2), namespaces(7), "The /proc/sys/user directory"
 */
#ifndef PROC_USER_H
#define PROC_USER_H

#include <fs/cred.h>
#include <fs/nscommon.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <proc/user_ns.h>

struct user {
	struct refcount refs;
	struct list hash_link;
	struct user_ns *ns;	/* [I] owned */
	uid_t uid;		/* [I] global */
	struct atomic64 counts[USER_COUNTS];
	struct atomic64 namespaces[NS_KINDS];
	struct rcu_head rcu;
};

/* NULL: no memory. @uid is global. Context: any. */
struct user *user_find_or_create(struct user_ns *ns, uid_t uid);
void user_get(struct user *u);
/* False: the last reference is gone. For who found @u under RCU. */
bool user_try_get(struct user *u);
/* Context: any. */
void user_put(struct user *u);

/* @n more (or less, if negative) for @u and all above it. */
void user_charge(struct user *u, enum user_count what, s64 n);
/*
 * user_try_charge - the same, if no limit of a namespace is in the way
 * Return:   what @u itself has now; -1: nothing was charged
 */
s64 user_try_charge(struct user *u, enum user_count what, s64 n);
/* Does @u have more than @limit, or one above more than its namespace's? */
bool user_is_over(const struct user *u, enum user_count what, u64 limit);
static inline u64 user_count(const struct user *u, enum user_count what)
{
	return (u64)atomic_read(&u->counts[what]);
}

/* A task with these credentials came, or went. */
static inline void user_task_add(const struct cred *c)
{
	user_charge(c->user, USER_TASKS, 1);
}
static inline void user_task_del(const struct cred *c)
{
	user_charge(c->user, USER_TASKS, -1);
}

/*
 * ns_common_init - identity of a new namespace, charged to the caller
 * @owner:   reference is taken
 * Context:  task
 * Return:   0 and one reference, -ENOSPC (a limit of /proc/sys/user)
 */
int ns_common_init(struct ns_common *common, const struct ns_ops *ops,
		   struct user_ns *owner);
/* The last reference is gone, and whoever might still look. Context: any. */
void ns_common_fini(struct ns_common *common);

void user_init(void);

#endif
