/*
 * include/proc/user_ns.h - user namespaces: whose ids, whose capabilities
 *
 * What:  credentials, files and messages hold *global* ids, those of the first
 *        user namespace. Programs speak ids of their own namespace: every
 *        number is translated where it crosses the border to user space.
 * Locks: [N] the mutex of user_ns_map.c, for writers; readers of a map take
 *        no lock: a map is published once and then constant.
 * Life:  made by clone, unshare (user_ns_create); freed a grace period after
 *        the last reference. Credentials, namespaces it owns, its users and
 *        its children hold it.
 * See:   user_namespaces(7), docs/namespaces.md
 */
#ifndef PROC_USER_NS_H
#define PROC_USER_NS_H

#include <core/rcu.h>
#include <fs/cred.h>
#include <fs/nscommon.h>
#include <lib/atomic.h>

#define ID_INVALID U32_MAX	/* no id: -1 of a call, or an id not mapped */
#define ID_OVERFLOW 65534
/* [a] what an id without a mapping is shown as; ID_OVERFLOW at first */
extern int id_overflow_uid, id_overflow_gid;
#define USER_NS_MAX_LEVEL 33
#define ID_EXTENTS_MAX 340
#define ID_EXTENTS_UNSORTED 5	/* so many are kept as they were written */

/* What is counted for a user and limited by rlimits. */
enum user_count {
	USER_TASKS,		/* RLIMIT_NPROC */
	USER_SIGPENDING,	/* RLIMIT_SIGPENDING */
	USER_MQ_BYTES,		/* RLIMIT_MSGQUEUE */
	USER_LOCKED_PAGES,	/* RLIMIT_MEMLOCK, of what is no mapping */
	USER_COUNTS,
};

/* @count ids from @first on are the global ones from @global on. */
struct id_extent {
	u32 first, global, count;
};

struct id_map {
	u32 n;			/* [N][R] 0: not written yet */
	struct id_extent *by_first;	/* [I] once n is set; owned; sorted if
					   they are many */
	struct id_extent *by_global;	/* [I] the same, sorted otherwise */
};

struct user_ns {
	struct ns_common common;	/* owner: the parent, as is NULL for
					   the first; creator: of its parent */
	struct user_ns *parent;		/* [I] borrowed from common.owner */
	u32 level;			/* [I] 0 for the first */
	uid_t owner_uid;		/* [I] euid of the creator, global */
	gid_t owner_gid;		/* [I] egid of the creator, global */
	bool creator_setfcap;		/* [I] it had CAP_SETFCAP */
	bool may_setgroups;		/* [N][R] not denied */
	struct id_map uids, gids, projids;
	u64 max_namespaces[NS_KINDS];	/* [a] /proc/sys/user/max_*: for each
					   user of this namespace */
	u64 limits[USER_COUNTS];	/* [I] of all users together: rlimits
					   of the creator */
	struct rcu_head rcu;
};

extern struct user_ns user_ns_init;
struct user_ns *user_ns_get(struct user_ns *ns);
/* Context: any. */
void user_ns_put(struct user_ns *ns);
/* Is @ns @ancestor or below it? */
bool user_ns_is_below(const struct user_ns *ns, const struct user_ns *ancestor);
/*
 * user_ns_create - a namespace below that of @new, which moves into it
 * @new:     credentials not yet published: they get all capabilities there.
 *           Unchanged on error.
 * Return:   0, -ENOSPC (33 levels below the first, or limits), -EPERM (the
 *           caller's root is not that of its mount namespace, or its ids have
 *           no mapping), -ENOMEM
 * Source:   user_namespaces(7), clone(2)
 */
OPTIONAL int user_ns_create(struct cred *new);
/* setns(2): @new moves into @ns. 0, -ENOMEM (then unchanged). */
int user_ns_enter(struct cred *new, struct user_ns *ns);

/* The same for any map: ID_INVALID for what has none. Context: any. */
u32 id_to_global(const struct id_map *map, u32 id);
u32 id_from_global(const struct id_map *map, u32 id);
/*
 * uid_to_global   - what @uid means in @ns; ID_INVALID: nothing
 * uid_from_global - how @ns calls the global @uid; ID_INVALID: not at all
 * uid_shown       - the same for showing: id_overflow_uid for what has no name
 * Context:  any
 */
uid_t uid_to_global(const struct user_ns *ns, uid_t uid);
uid_t uid_from_global(const struct user_ns *ns, uid_t uid);
uid_t uid_shown(const struct user_ns *ns, uid_t uid);
gid_t gid_to_global(const struct user_ns *ns, gid_t gid);
gid_t gid_from_global(const struct user_ns *ns, gid_t gid);
gid_t gid_shown(const struct user_ns *ns, gid_t gid);
/* May setgroups(2) be used in @ns? Only once gids are mapped. */
bool user_ns_may_setgroups(const struct user_ns *ns);
/* @c has @cap over @ns: its effective set, or it made the namespace or one
 * around it and is in that one's parent. Source: user_namespaces(7),
 * "Capabilities". */
bool cred_has_cap(const struct cred *c, const struct user_ns *ns, int cap);
/* Are both ids mapped in @ns? ID_INVALID for one of them: it does not matter */
bool user_ns_maps_ids(const struct user_ns *ns, uid_t uid, gid_t gid);
/* Is what @new may do within what @old may? Then others may look into the
 * process as before. */
bool cred_caps_within(const struct cred *new, const struct cred *old);
/* Free the extents of a namespace that goes. */
OPTIONAL void user_ns_maps_free(struct user_ns *ns);

#endif
