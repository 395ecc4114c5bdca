/*
 * include/fs/cred.h - who asks
 *
 * What:  ids, groups and capabilities. Immutable once published: a change
 *        makes a copy.
 * Life:  cred_get/put; freed after a grace period (read under RCU by others).
 */
#ifndef FS_CRED_H
#define FS_CRED_H

#include <core/rcu.h>
#include <lib/refcount.h>
#include <lib/types.h>
#include <uapi/capability.h>

struct user_ns;			/* proc/user_ns.h */

struct group_list {
	struct refcount refs;
	u32 n;
	gid_t gid[];		/* sorted */
};

struct cred {
	struct refcount refs;
	uid_t uid, euid, suid, fsuid;
	gid_t gid, egid, sgid, fsgid;
	struct group_list *groups;
	u64 cap_inheritable, cap_permitted, cap_effective, cap_bset,
	    cap_ambient;
	u32 securebits;
	u32 no_new_privs_unused;
	struct user_ns *user_ns;	/* owned; whose ids and capabilities */
	void *user;		/* owned: per-uid accounting (proc) */
	struct rcu_head rcu;
};

/* Root's credentials, for the first process and kernel work. */
extern struct cred cred_init;
struct cred *cred_get(const struct cred *c);
void cred_put(const struct cred *c);
/* A private copy to change, then publish. NULL: no memory. */
struct cred *cred_copy(const struct cred *c);
/* Hooks of proc for user_ns and user references; set once at boot. */
struct cred_hooks {
	void (*get)(struct cred *c);
	void (*put)(struct cred *c);
	bool (*capable)(const struct cred *c, const struct user_ns *ns,
			int cap);
	/* Are both ids mapped in @ns? Capabilities of a user namespace count
	 * for files whose owner and group are. NULL: only in the first. */
	bool (*maps_ids)(const struct user_ns *ns, uid_t uid, gid_t gid);
	/* Ids of @ns as global ones; -1: they mean nothing. NULL: the same. */
	uid_t (*uid_to_global)(const struct user_ns *ns, uid_t uid);
	gid_t (*gid_to_global)(const struct user_ns *ns, gid_t gid);
};
void cred_set_hooks(const struct cred_hooks *h);
/* Capability over the machine's files (the first user namespace). */
bool cred_capable(const struct cred *c, int cap);
bool cred_capable_ns(const struct cred *c, const struct user_ns *ns, int cap);
/* Capability over a file owned by @uid and @gid. */
bool cred_capable_ids(const struct cred *c, uid_t uid, gid_t gid, int cap);
/* Are the ids for new files mapped in @ns? */
bool cred_ids_mapped(const struct cred *c, const struct user_ns *ns);
/* An id as @c's user namespace calls it, as a global one; -1: there is none. */
uid_t cred_uid_to_global(const struct cred *c, uid_t uid);
gid_t cred_gid_to_global(const struct cred *c, gid_t gid);
bool cred_in_group(const struct cred *c, gid_t gid);
/* For @n groups, which the caller fills in; group_list_sort before use. */
int group_list_create(u32 n, struct group_list **out);
void group_list_sort(struct group_list *g);
void group_list_get(struct group_list *g);
void group_list_put(struct group_list *g);

#endif
