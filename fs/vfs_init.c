/*
 * fs/vfs_init.c - the file layer comes to life
 *
 * What:  the order in which the parts of fs/ start, the root file system and
 *        the context of the first process.
 */
#include <fs/vfs.h>

#include <core/panic.h>
#include <fs/random.h>

#include "dentry.h"
#include "file_internal.h"
#include "inode.h"
#include "mount.h"
#include "ramfs.h"

#define FIRST_UMASK 0022

static struct fs_context first_context = {
	.refs = REFCOUNT_INIT(1),
	.lock = SPINLOCK_INIT("fs context", RANK_FS_CONTEXT),
	.umask = FIRST_UMASK,
};

struct fs_context *vfs_init_context(void)
{
	return &first_context;
}

static void make_root(void)
{
	struct superblock *rootfs;

	if (ramfs_create_instance("rootfs", "", &rootfs))
		panic("vfs: no memory for the root file system");
	mount_ns_boot(rootfs);
	superblock_put(rootfs);
	mount_ns_root(mount_ns_init(), &first_context.root);
	first_context.cwd = first_context.root;
	path_get(&first_context.cwd);
}

void vfs_init(void)
{
	random_seed();
	inode_cache_init();
	dentry_init();
	file_cache_init();
	file_table_cache_init();
	mount_cache_init();
	ramfs_init();
	make_root();
	anon_init();
	devtmpfs_init();
}
