/*
 * fs/lock.h - ends of file locks, inside fs/
 */
#ifndef FS_LOCK_INTERNAL_H
#define FS_LOCK_INTERNAL_H

#include <fs/file.h>

/* Were there ever locks on the file? Then the functions below are there. */
static inline bool inode_has_locks(struct file *f)
{
	return READ_ONCE(path_inode(&f->path)->locks) != NULL;
}

/* The last reference of @f goes: its flock and OFD locks. */
OPTIONAL void lock_release_file(struct file *f);
/* A descriptor of @f in the table @owner is closed: all POSIX locks of that
 * owner on the file go, whichever descriptor made them. */
OPTIONAL void lock_release_owner(struct file *f, void *owner);
OPTIONAL void lock_context_free(struct inode *inode);
OPTIONAL void lock_show_fdinfo(struct file *f, struct seq_buf *out);

#endif
