/*
 * fs/namei.h - what calls that change names share, inside fs/
 */
#ifndef FS_NAMEI_H
#define FS_NAMEI_H

#include "walk.h"

/* The place of a name that is to be made or removed. */
struct name_place {
	struct walk_state s;		/* s.cur: the directory */
	struct dentry *dir;		/* borrowed from s.cur */
	struct dentry *child;		/* owned; inode NULL: there is none */
	bool writing;			/* mount_want_write was granted */
};

/* May names be added to, or @victim be removed from, the locked directory? */
int may_create(struct inode *dir, const struct cred *cred);
int may_delete(struct dentry *dir, struct dentry *victim, bool is_dir,
	       const struct cred *cred);

#endif
