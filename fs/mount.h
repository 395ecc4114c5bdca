/*
 * fs/mount.h - mounts, inside fs/
 *
 * What:  struct mount and the steps that mount(2), umount(2), namespaces and
 *        propagation are made of.
 * Locks: [M] mount_mutex (RANK_MUTEX_MOUNT): every change of the tree. [T]
 *        mount_lock (RANK_MOUNT): place in the tree, for readers that do not
 *        hold the mutex. [R] also read under RCU.
 * Life:  mount_alloc -> mount_attach (the tree's reference is the creator's)
 *        -> mount_detach -> the last put frees it, a grace period later. An
 *        attached mount's parent is attached, so it needs no reference.
 */
#ifndef FS_MOUNT_H
#define FS_MOUNT_H

#include <core/spinlock.h>
#include <fs/vfs.h>
#include <uapi/mount.h>

/* mount->flags: the MS_ bits of the mount itself. */
#define MOUNT_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | \
		     MS_NOATIME | MS_NODIRATIME | MS_RELATIME | \
		     MS_NOSYMFOLLOW)

/* Those of them that say how it treats access times. */
#define MOUNT_ATIME_FLAGS (MS_NOATIME | MS_NODIRATIME | MS_RELATIME)

struct mount {
	struct refcount refs;
	u32 flags;			/* [M][R] MOUNT_FLAGS */
	struct superblock *sb;		/* [I] owned */
	struct dentry *root;		/* [I] owned; NULL: internal, no tree */
	u64 id;				/* [I] */
	char *source;			/* [I] owned, text of /proc/mounts */
	struct atomic writers;		/* [a] who writes; -1: read-only */

	struct mount *parent;		/* [T][R] NULL: at the top */
	struct dentry *point;		/* [T][R] owned while attached */
	struct mount *hash_next;	/* [T][R] */
	struct mount **hash_prev;	/* [T] */
	struct list children;		/* [M] */
	struct list child_link;		/* [M] */
	struct mount_ns *ns;		/* [M] NULL: in no namespace */
	struct list ns_link;		/* [M] */

	/* propagation, mount_namespaces(7) */
	u32 group;			/* [M] of peers; 0: none */
	bool unbindable;		/* [M] */
	bool expiring;			/* [M] MNT_EXPIRE was asked */
	bool locked;			/* [M] came along into a namespace of
					   another owner, or the first of all:
					   stays on its place */
	bool locked_atime;		/* [M] and keeps how it treats times */
	u32 locked_flags;		/* [M] MOUNT_FLAGS that stay set */
	struct list peers;		/* [M] ring of the group */
	struct mount *master;		/* [M] */
	struct list slaves;		/* [M] */
	struct list slave_link;		/* [M] */
	struct mount *copy;		/* [M] made in this propagation */
	struct mount *twin;		/* [M] while a tree is copied */
	struct list work;		/* [M] lists of one operation */
	struct rcu_head rcu;
};

extern struct mutex mount_mutex;
extern struct spinlock mount_lock;

/* The mutex; on the way out what was taken away is let go. */
void mount_tree_lock(void);
void mount_tree_unlock(void);

/* mount.c */
void mount_cache_init(void);
/* The first namespace with @rootfs as its only mount. */
void mount_ns_boot(struct superblock *rootfs);
/* @m is in no tree any more: put at mount_tree_unlock. */
void mount_put_later(struct mount *m);
/* A mount of @root, in no tree. References are taken; @source is copied
 * (NULL: "none"). */
int mount_alloc(struct superblock *sb, struct dentry *root, const char *source,
		struct mount **out);
struct mount *mount_get(struct mount *m);
/* What is mounted on @p, with a reference; NULL: nothing. Any context. */
struct mount *mount_find_get(const struct path *p);
/* The same under the mutex, borrowed. */
struct mount *mount_find(struct mount *parent, const struct dentry *point);
/* Replace @p by the root of what is mounted on it, up to the topmost. */
void path_enter_mounts(struct path *p);
/* Is @p @top, or below it through mounts? mount_lock or the mutex is held. */
bool path_is_below(const struct path *p, const struct path *top);
bool mount_is_readonly(const struct mount *m);
/* Place @m on @at. It takes its own reference of the dentry; that of @m
 * becomes the tree's. */
void mount_attach(struct mount *m, const struct path *at);
/* Out of its place (umount, move); its children stay its children. */
void mount_detach(struct mount *m);
/* All mounts of the tree below @top, @top included, in an order in which
 * parents come first: */
struct mount *mount_next(struct mount *m, const struct mount *top);
#define for_each_mount(m, top) \
	for ((m) = (top); (m) != NULL; (m) = mount_next(m, top))
/* Is @d a mount point in the namespace of @m? */
bool mount_blocks(const struct mount *m, struct dentry *d);
/* @d was removed: whatever is mounted on it anywhere goes. */
void mount_detach_all_on(struct dentry *d);
int mount_make_readonly(struct mount *m);
void mount_make_writable(struct mount *m);

/* mount_copy.c */
#define COPY_SLAVE 1		/* the copy receives from the original */
#define COPY_PRIVATE 2		/* and has no relation at all */
#define COPY_SHARED 4		/* the copy is shared */
#define COPY_SHARED_TO_SLAVE 8	/* copies of shared mounts become slaves */
#define COPY_UNBINDABLE 16	/* unbindable mounts are copied too */
#define COPY_NS_FILES 32	/* and files of mount namespaces */
/*
 * A mount of such a file keeps that namespace. If the namespace had it in turn,
 * or kept another one that has it, none of them could ever go. So a namespace
 * may only hold younger ones, and no such mount gets from one into another.
 */
/* Could @ns keep itself by a mount of @d? */
bool mount_would_loop(const struct dentry *d, const struct mount_ns *ns);
/* One mount, its root at @root (below the root of @old). */
int mount_copy(struct mount *old, struct dentry *root, u32 how,
	       struct mount **out);
/* And all below it that can be seen from there. -ENOMEM, -ENOSPC, -EINVAL:
 * @old itself is of a kind that @how leaves out. */
int mount_copy_tree(struct mount *old, struct dentry *root, u32 how,
		    struct mount **out);
/* Free a tree that was never attached, or no longer is. */
void mount_tree_put(struct mount *top);
/* Take @top and all below away: everywhere it was propagated to, too. */
OPTIONAL void mount_tree_umount(struct mount *top, bool propagate);
/* Attach the tree @top at @at and at all places that receive from there.
 * @top->parent not NULL: it is moved. 0, -ENOMEM, -ENOSPC, -EINVAL: another
 * namespace would get the file of a namespace. */
int mount_tree_attach(struct mount *top, const struct path *at);

/* mount_ops.c; the mutex is held where it is not said. */
/* The MS_ flags of a call as they are kept in the mount. */
u32 mount_flags_of(u64 flags);
/* May @cred mount and unmount in @ns? */
bool mount_ns_allows(const struct mount_ns *ns, const struct cred *cred);
/* Of the type and options; a new one belongs to who asks. Not held. */
int mount_superblock(const struct mount_args *a, const struct fs_type *type,
		     struct superblock **out);
/* New options and flags: 0, -EPERM, -EBUSY, -EINVAL. */
int mount_change_superblock(const struct mount_args *a, struct superblock *sb);
/* What a bind mount of @from is, in no place yet. */
int mount_bind_copy(const struct path *from, struct mount_ns *ns,
		    bool recursive, struct mount **out);

/* mount_ns.c */
/* @top, in no place, gets a namespace of its own, which is freed when it moves
 * into another or is unmounted. 0, -ENOMEM. */
int mount_ns_detached(struct mount *top);
/* An empty one, with a reference; NULL: no memory. Not held. */
struct mount_ns *mount_ns_alloc(void);
/* @top and all below are in @ns from now on. */
void ns_add_tree(struct mount_ns *ns, struct mount *top);

/* mount_show.c; into @buf of PATH_MAX bytes. */
/* Where @m is mounted, seen from @root; NULL: it cannot be seen. */
const char *mount_place_text(const struct mount *m, const struct path *root,
			     char *buf);
/* Its root within the file system. */
const char *mount_root_text(const struct mount *m, char *buf);

/* mount_locked.c */
/* @top and all below came from a namespace of another owner. */
void mount_tree_lock_down(struct mount *top);
/* Is something locked mounted directly on @m, at or below @d? */
bool mount_has_locked(struct mount *m, const struct dentry *d);
/* Do its locks allow these flags? */
bool mount_may_become(const struct mount *m, u32 flags);
/* Does @new, with @flags, show what no mount of its type in @ns shows? Only
 * asked of types that are made so. If not, @new gets the locks of that one. */
bool mount_reveals(struct mount *new, u32 flags, struct mount_ns *ns);

/* propagate.c */
int mount_group_alloc(struct mount *m);	/* -ENOMEM, -ENOSPC */
void mount_set_propagation(struct mount *m, u64 type);
/* The mounts that receive what happens on @origin, one after the other. */
struct mount *propagation_next(struct mount *m, struct mount *origin);
/* Copies of the tree @source for all receivers of @at, unattached; each has
 * ->parent unset, its place remembered for propagate_commit. */
int propagate_prepare(struct mount *source, const struct path *at,
		      struct list *copies);
void propagate_commit(struct list *copies, struct dentry *point);
void propagate_abort(struct list *copies);
/* Mounts that go with those on @list: appended to it. */
void propagate_umount(struct list *list);
bool propagate_busy(struct mount *m);

#endif
