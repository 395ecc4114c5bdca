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
struct user;
struct user_ns;

/* What is counted apart in /proc/sys/user. */
enum ns_kind {
	NS_KIND_USER, NS_KIND_PID, NS_KIND_UTS, NS_KIND_IPC, NS_KIND_NET,
	NS_KIND_MNT, NS_KIND_CGROUP, NS_KIND_TIME, NS_KINDS,
};

struct ns_ops {
	const char *name;	/* as in /proc/PID/ns: "pid" */
	u32 clone_flag;		/* CLONE_NEWPID ... */
	enum ns_kind kind;
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
	struct user *creator;		/* [I] owned: for whom it counts; NULL
					   for the first of each kind */
};

extern const struct ns_ops pidns_ops, utsns_ops, mntns_ops, userns_ops,
			   ipcns_ops, netns_ops, cgroupns_ops;
OPTIONAL extern const struct ns_ops timens_ops;

/* A number never used before for a living namespace. */
u32 ns_ino_alloc(void);
void ns_ino_free(u32 ino);
/* "pid:[4026531836]" as links show it; nothing is terminated. Its length. */
#define NS_LABEL_MAX 32
size_t ns_label(const struct ns_common *ns, char text[NS_LABEL_MAX]);
/* The first namespaces' fixed numbers (Linux's). */
#define NS_INO_IPC 0xEFFFFFFFu
#define NS_INO_UTS 0xEFFFFFFEu
#define NS_INO_USER 0xEFFFFFFDu
#define NS_INO_PID 0xEFFFFFFCu
#define NS_INO_CGROUP 0xEFFFFFFBu
#define NS_INO_TIME 0xEFFFFFFAu

#endif
