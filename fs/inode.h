/*
 * fs/inode.h - inodes, inside fs/
 */
#ifndef FS_INODE_H
#define FS_INODE_H

#include <fs/vfs.h>

#define INODE_LINKABLE 4	/* O_TMPFILE without O_EXCL: link gives it a
				   name although it has none */

void inode_cache_init(void);
/* References of inodes to the memory of their superblock. */
void superblock_hold(struct superblock *sb);
void superblock_drop(struct superblock *sb);
/* What open gives for a device, a FIFO or a socket. */
const struct file_ops *inode_special_fops(mode_t mode);
/* No writers from here on; 0 or -EBUSY. And back. */
int superblock_make_readonly(struct superblock *sb);
void superblock_make_writable(struct superblock *sb);
/* Fill by the operation of the file system or the generic rule. */
int inode_getattr(struct inode *inode, struct stat *st);
/* Size of a regular file; caller has inode write access. 0 or -errno. */
int inode_truncate(struct inode *inode, u64 size, const struct cred *cred);
/* After a write, truncate or chown: which of the set-id bits of @mode go. */
mode_t inode_suid_to_clear(const struct inode *inode, const struct cred *cred);

#endif
