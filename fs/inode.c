/*
 * fs/inode.c - files as the file systems keep them
 *
 * What:  birth and end of inodes, their times, who writes to them and who
 *        runs them.
 * Locks: inode->attr_lock (RANK_INODE_ATTR) for times, owner and mode.
 *        write_count is atomic: above 0 it counts writers, below 0 programs.
 * Life:  inode_create (one reference) -> dentries and files hold references
 *        -> the last put evicts; freed after a grace period, because a look-up
 *        under RCU may still read the mode; at once, if it never had a name.
 * Not:   permissions (perm.c), chmod and its like (attr.c).
 */
#include "inode.h"

#include <core/assert.h>
#include <core/panic.h>
#include <fs/file.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <sched/wallclock.h>
#include <sched/wallclock.h>
#include <vm/aspace.h>

#include "fifo.h"
#include "lock.h"

static struct slab_cache *inode_cache;

void inode_cache_init(void)
{
	inode_cache = slab_cache_create("inode", sizeof(struct inode), 0, 0);
	if (!inode_cache)
		panic("vfs: no memory for the cache of inodes");
}

struct timespec vfs_now(void)
{
	u64 ns = wallclock_now_ns();
	struct timespec now = {
		.tv_sec = (s64)(ns / NSEC_PER_SEC),
		.tv_nsec = (s64)(ns % NSEC_PER_SEC),
	};

	return now;
}

struct inode *inode_create(struct superblock *sb, mode_t mode)
{
	static const struct inode_ops no_ops;
	struct inode *inode = slab_zalloc(inode_cache);

	if (!inode)
		return NULL;
	refcount_set(&inode->refs, 1);
	mutex_init(&inode->lock, "inode", RANK_MUTEX_INODE);
	spin_init(&inode->attr_lock, "inode attr", RANK_INODE_ATTR);
	superblock_hold(sb);
	inode->sb = sb;
	inode->ops = &no_ops;
	inode->fops = inode_special_fops(mode);
	inode->ino = (ino_t)atomic_add_return(&sb->next_ino, 1);
	inode->mode = mode;
	inode->nlink = 1;
	inode->atime = vfs_now();
	inode->mtime = inode->atime;
	inode->ctime = inode->atime;
	inode->btime = inode->atime;
	return inode;
}

void inode_get(struct inode *inode)
{
	refcount_get(&inode->refs);
}

static void inode_free_rcu(struct rcu_head *head)
{
	slab_free(inode_cache, container_of(head, struct inode, rcu));
}

void inode_put(struct inode *inode)
{
	struct superblock *sb = inode->sb;

	if (!refcount_put(&inode->refs))
		return;
	ASSERT(!inode->pipe);
	if (lock_context_free)
		lock_context_free(inode);
	if (inode->ops->evict)
		inode->ops->evict(inode);
	if (inode->object)
		vm_object_put(inode->object);
	if (inode->flags & INODE_NAMELESS)
		slab_free(inode_cache, inode);
	else
		rcu_call(&inode->rcu, inode_free_rcu);
	superblock_drop(sb);
}

const struct file_ops *inode_special_fops(mode_t mode)
{
	if (S_ISCHR(mode))
		return &chardev_file_ops;
	if (S_ISFIFO(mode))
		return &fifo_file_ops;
	return NULL;
}

void inode_init_owner(struct inode *inode, const struct inode *dir,
		      mode_t mode, const struct cred *cred)
{
	inode->uid = cred->fsuid;
	inode->gid = cred->fsgid;
	if (dir && (dir->mode & S_ISGID)) {
		inode->gid = dir->gid;
		if (S_ISDIR(mode))
			mode |= S_ISGID;
	}
	if (!S_ISDIR(mode) && (mode & (S_ISGID | S_IXGRP)) ==
	    (S_ISGID | S_IXGRP) && !cred_in_group(cred, inode->gid) &&
	    !cred_capable_ids(cred, inode->uid, inode->gid, CAP_FSETID))
		mode &= ~S_ISGID;
	inode->mode = mode;
}

void inode_touch(struct inode *inode)
{
	struct timespec now = vfs_now();

	spin_lock(&inode->attr_lock);
	inode->mtime = now;
	inode->ctime = now;
	spin_unlock(&inode->attr_lock);
}

void inode_touch_ctime(struct inode *inode)
{
	struct timespec now = vfs_now();

	spin_lock(&inode->attr_lock);
	inode->ctime = now;
	spin_unlock(&inode->attr_lock);
}

int inode_get_write(struct inode *inode)
{
	int n = atomic_read(&inode->write_count);

	do {
		if (n < 0)
			return -ETXTBSY;
	} while (!__atomic_compare_exchange_n(&inode->write_count.v, &n, n + 1,
					      true, __ATOMIC_SEQ_CST,
					      __ATOMIC_RELAXED));
	return 0;
}

void inode_put_write(struct inode *inode)
{
	atomic_dec(&inode->write_count);
}

int inode_deny_write(struct inode *inode)
{
	int n = atomic_read(&inode->write_count);

	do {
		if (n > 0)
			return -ETXTBSY;
	} while (!__atomic_compare_exchange_n(&inode->write_count.v, &n, n - 1,
					      true, __ATOMIC_SEQ_CST,
					      __ATOMIC_RELAXED));
	return 0;
}

void inode_allow_write(struct inode *inode)
{
	atomic_inc(&inode->write_count);
}
