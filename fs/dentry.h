/*
 * fs/dentry.h - names in directories, inside fs/
 *
 * What:  struct dentry and the cache of names.
 * Locks: [D] dcache_lock; [R] read under RCU, checked by dcache_seq when two
 *        fields must belong together; [P] the inode lock of the directory.
 * Life:  dentry_alloc (no name yet findable) -> dentry_add gives the inode and
 *        publishes -> dentry_remove or dentry_move -> the last put frees it, a
 *        grace period later. A dentry holds its parent and its inode. In a
 *        pinned superblock the name itself is one reference.
 */
#ifndef FS_DENTRY_H
#define FS_DENTRY_H

#include <core/spinlock.h>
#include <fs/vfs.h>
#include <lib/rbtree.h>

/* The text of a name: never changed, replaced by a rename, which leaves it to
 * the removed target too. */
struct dentry_name {
	struct refcount refs;
	struct rcu_head rcu;
	u64 hash;
	u64 word;			/* as in struct qname */
	u32 len;
	char text[];
};

#define DENTRY_HASHED 1		/* can be found */
#define DENTRY_REMOVED 2	/* had a name, has none now */
#define DENTRY_PINNED 4		/* the name holds a reference */
#define DENTRY_ANON 8		/* nameless file: the text is a label */
#define DENTRY_KEPT 16		/* pinned by the list of fs/kept.c */

struct dentry {
	struct refcount refs;
	u32 flags;			/* [D] DENTRY_* */
	bool found;			/* [a] since fs/kept.c looked at it */
	struct dentry *parent;		/* [D][R] owned; itself for a root */
	struct dentry_name *name;	/* [D][R] owned; NULL: see kind */
	const char *kind;		/* [I] a nameless file that is shown as
					   "kind:[inode number]"; borrowed */
	struct inode *inode;		/* [I] once published; owned */
	struct dentry *hash_next;	/* [D][R] */
	struct dentry **hash_prev;	/* [D] what points here */
	struct rb_node node;		/* [D][P] in parent->children */
	u64 cookie;			/* [D][P] place in the listing */
	struct rb_root children;	/* [D][P] by cookie */
	u64 next_cookie;		/* [D][P] */
	struct list kept_link;		/* [D] */
	struct atomic mounts;		/* [a] mounts on it, all namespaces */
	struct rcu_head rcu;
};

/* Cookies 0 and 1 of a listing are "." and "..". */
#define DENTRY_FIRST_COOKIE 2

/* A name that is looked for. */
struct qname {
	const char *text;		/* not terminated */
	u32 len;
	u64 hash;
	u64 word;		/* hash_last_word: all of a short name */
};
/* Names shorter than this are equal if their words are. */
#define SHORT_NAME 8

extern struct spinlock dcache_lock;

void dentry_init(void);
void qname_init(struct qname *q, const char *text, size_t len);
/* From the cache, with a reference; NULL: not there. Context: any. */
struct dentry *dentry_find_get(struct dentry *parent, const struct qname *q);
/* A new name, not published. NULL: no memory. */
struct dentry *dentry_alloc(struct dentry *parent, const struct qname *q);
/* A nameless file's or a tmpfile's; the reference of @inode passes on
 * success. */
struct dentry *dentry_alloc_anon(struct inode *inode, const char *label);
struct dentry *dentry_alloc_numbered(struct inode *inode, const char *kind);
/* A file in @dir that has no name yet (O_TMPFILE): "/#NUMBER (deleted)". */
struct dentry *dentry_alloc_tmpfile(struct dentry *dir, struct inode *inode);
/* The name is gone; directory locked in a pinned superblock. */
void dentry_remove(struct dentry *d);
/* Take a published name out, dcache_lock held. True: a reference is the
 * caller's to drop. */
bool dentry_unpublish(struct dentry *d);
/* kept.c: how many names may stay; @d stays as far as there is room; it no
 * longer is on the list (dcache_lock held). */
void kept_init(void);
void dentry_keep(struct dentry *d);
void kept_del(struct dentry *d);
/* Give @d the parent and name of @target, which is unpublished or removed by
 * this (and knows where it was); @exchange: each gets the other's. Both
 * directories are locked, and the
 * rename mutex if they differ. Never fails. */
void dentry_move(struct dentry *d, struct dentry *target, bool exchange);
/* Take away all names below @root; nobody else uses the tree. May sleep. */
void dentry_dismantle(struct dentry *root);
/* @d or something above it is @ancestor. Context: rename mutex, or a hint. */
bool dentry_is_below(const struct dentry *d, const struct dentry *ancestor);
/* The child of @ancestor that @d is or lies below; NULL: not below it. */
struct dentry *dentry_child_towards(struct dentry *ancestor,
				    struct dentry *d);
/* The parent with a reference. */
struct dentry *dentry_parent_get(const struct dentry *d);

#endif
