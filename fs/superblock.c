/*
 * fs/superblock.c - file systems: types and instances
 *
 * What:  the list of types for mount(2) and /proc/filesystems; superblocks
 *        with their device number and their count of writers.
 * Locks: types_lock (RANK_MOUNT): the list of types, which only grows.
 *        dev_lock (RANK_MOUNT): numbers in use.
 * Life:  superblock_create -> mounts hold references -> the last put takes all
 *        names away -> inodes still in use (holders) go -> destroy.
 */
#include <fs/vfs.h>

#include <core/spinlock.h>
#include <lib/bitmap.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <uapi/kdev.h>
#include <uapi/mount.h>

#include "dentry.h"
#include "inode.h"

/* Minor numbers of anonymous devices are 20 bits wide. */
#define MAX_ANON_DEVS (1u << 20)

static DEFINE_SPINLOCK(types_lock, RANK_MOUNT);
static struct list types = LIST_INIT(types);

static DEFINE_SPINLOCK(dev_lock, RANK_MOUNT);
static unsigned long *dev_map;		/* [dev_lock] minors in use */
static size_t dev_map_bits;		/* [dev_lock] */

void fs_type_register(struct fs_type *t)
{
	spin_lock(&types_lock);
	list_add_tail(&types, &t->link);
	spin_unlock(&types_lock);
}

const struct fs_type *fs_type_find(const char *name)
{
	const struct fs_type *t;

	for_each_list_rcu(t, &types, link) {
		if (!strcmp(t->name, name))
			return t;
	}
	return NULL;
}

void fs_type_for_each(void (*fn)(const struct fs_type *t, void *arg),
		      void *arg)
{
	const struct fs_type *t;

	for_each_list_rcu(t, &types, link)
		fn(t, arg);
}

/* Twice as many numbers; the map found full had @old bits. */
static int dev_map_grow(size_t old)
{
	size_t bits = old ? old * 2 : 256;
	unsigned long *map;

	if (bits > MAX_ANON_DEVS)
		return -EMFILE;
	map = kzalloc(BITMAP_BYTES(bits));
	if (!map)
		return -ENOMEM;
	spin_lock(&dev_lock);
	if (dev_map_bits == old) {
		if (old)
			bitmap_copy(map, dev_map, old);
		else
			bitmap_set(map, 0);	/* 0:0 is no device */
		unsigned long *unused = dev_map;

		dev_map = map;
		dev_map_bits = bits;
		map = unused;
	}
	spin_unlock(&dev_lock);
	kfree(map);
	return 0;
}

static int dev_alloc(dev_t *out)
{
	int err = 0;
	size_t bits;
	size_t bit;

	do {
		spin_lock(&dev_lock);
		bits = dev_map_bits;
		bit = bitmap_find_next_zero(dev_map, bits, 0);
		if (bit < bits)
			bitmap_set(dev_map, bit);
		spin_unlock(&dev_lock);
		if (bit < bits) {
			*out = MKDEV(UNNAMED_MAJOR, bit);
			return 0;
		}
		err = dev_map_grow(bits);
	} while (!err);
	return err;
}

static void dev_free(dev_t dev)
{
	spin_lock(&dev_lock);
	bitmap_clear(dev_map, DEV_MINOR(dev));
	spin_unlock(&dev_lock);
}

int superblock_create(const char *type, u32 magic, const struct sb_ops *ops,
		      struct superblock **out)
{
	struct superblock *sb = kzalloc(sizeof(*sb));
	int err;

	if (!sb)
		return -ENOMEM;
	err = dev_alloc(&sb->dev);
	if (err) {
		kfree(sb);
		return err;
	}
	refcount_set(&sb->refs, 1);
	refcount_set(&sb->holders, 1);
	sb->type = type;
	sb->magic = magic;
	sb->ops = ops;
	*out = sb;
	return 0;
}

void superblock_get(struct superblock *sb)
{
	refcount_get(&sb->refs);
}

bool superblock_try_get(struct superblock *sb)
{
	return refcount_try_get(&sb->refs);
}

void superblock_hold(struct superblock *sb)
{
	refcount_get(&sb->holders);
}

void superblock_drop(struct superblock *sb)
{
	if (!refcount_put(&sb->holders))
		return;
	if (sb->ops && sb->ops->destroy)
		sb->ops->destroy(sb);
	if (sb->mounter)
		cred_put(sb->mounter);
	dev_free(sb->dev);
	kfree(sb);
}

struct user_ns *superblock_user_ns(const struct superblock *sb)
{
	return sb->mounter ? sb->mounter->user_ns : cred_init.user_ns;
}

void superblock_put(struct superblock *sb)
{
	if (!refcount_put(&sb->refs))
		return;
	if (sb->root) {
		dentry_dismantle(sb->root);
		dentry_put(sb->root);
	}
	superblock_drop(sb);
}

int superblock_make_readonly(struct superblock *sb)
{
	if (sb->flags & MS_RDONLY)
		return 0;
	if (!atomic_cas(&sb->writers, 0, -1))
		return -EBUSY;
	sb->flags |= MS_RDONLY;
	return 0;
}

void superblock_make_writable(struct superblock *sb)
{
	if (!(sb->flags & MS_RDONLY))
		return;
	sb->flags &= ~(u32)MS_RDONLY;
	atomic_set(&sb->writers, 0);
}
