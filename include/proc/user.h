/*
 * include/proc/user.h - per-uid accounting and user namespaces
 */
#ifndef PROC_USER_H
#define PROC_USER_H

#include <fs/cred.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <fs/nscommon.h>

/* Counts of one uid in one user namespace; found by hash, reference counted. */
struct user {
	struct refcount refs;
	struct list hash_link;
	uid_t uid;
	struct atomic64 tasks;		/* RLIMIT_NPROC */
	struct atomic64 sigpending;	/* RLIMIT_SIGPENDING */
	struct atomic64 mq_bytes, locked_pages;
};
struct user *user_find_or_create(uid_t uid);	/* NULL: no memory */
void user_get(struct user *u);
void user_put(struct user *u);

struct user_ns {
	struct ns_common common;
	struct user_ns *parent;		/* [I] owned; NULL for the first */
	u32 level;
	uid_t owner_uid;		/* [I] euid of the creator, global */
	struct atomic64 npidns;		/* /proc/sys/user/max_pid_namespaces */
	u64 max_pidns;
	struct rcu_head rcu;
};
extern struct user_ns user_ns_init;
struct user_ns *user_ns_get(struct user_ns *ns);
void user_ns_put(struct user_ns *ns);
/* A task with these credentials went. */
static inline void user_task_del(const struct cred *c)
{
	struct user *u = c->user;

	atomic_dec(&u->tasks);
}
/* One more pid namespace owned by @ns: within the limits of it and all its
 * ancestors? Uncharge when it is freed. */
bool user_ns_charge_pidns(struct user_ns *ns);
void user_ns_uncharge_pidns(struct user_ns *ns);
void user_init(void);

#endif
