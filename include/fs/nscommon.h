/*
 * include/fs/nscommon.h - what all kinds of namespaces share
 *
 * What:  identity (inode number of nsfs), kind, owner, reference count.
 */
#ifndef FS_NSCOMMON_H
#define FS_NSCOMMON_H

#include <lib/refcount.h>
#include <lib/types.h>

struct ns_common;
struct task;
struct user_ns;

struct ns_ops {
	const char *name;	/* as in /proc/PID/ns: "pid" */
	u32 clone_flag;		/* CLONE_NEWPID ... */
	void (*get)(struct ns_common *ns);
	void (*put)(struct ns_common *ns);
	/* NS_GET_PARENT; NULL: -EINVAL. Reference; -EPERM out of scope. */
	int (*parent)(struct ns_common *ns, struct ns_common **out);
};

struct ns_common {
	struct refcount refs;
	u32 ino;			/* [I] number in nsfs */
	const struct ns_ops *ops;	/* [I] */
	struct user_ns *owner;		/* [I] owned */
};

extern const struct ns_ops pidns_ops, utsns_ops, mntns_ops, userns_ops;

/* A number never used before for a living namespace. */
u32 ns_ino_alloc(void);
void ns_ino_free(u32 ino);
/* The first namespaces' fixed numbers (Linux's). */
#define NS_INO_IPC 0xEFFFFFFFu
#define NS_INO_UTS 0xEFFFFFFEu
#define NS_INO_USER 0xEFFFFFFDu
#define NS_INO_PID 0xEFFFFFFCu
#define NS_INO_CGROUP 0xEFFFFFFBu
#define NS_INO_TIME 0xEFFFFFFAu

#endif
