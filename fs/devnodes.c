/*
 * fs/devnodes.c - the usual nodes of /dev
 *
 * What:  one table, for the root file system at boot and for the type
 *        devtmpfs, of which there is one instance however often it is mounted.
 * Life:  the instance is made at boot and stays.
 * See:   null(4), console(4), tty(4), random(4)
 */
#include <fs/vfs.h>

#include <core/panic.h>
#include <core/printk.h>
#include <uapi/kdev.h>
#include <uapi/mount.h>

#include "file_internal.h"
#include "mount.h"
#include "ramfs.h"

static const struct dentry_make_args nodes[] = {
	{ .name = "console", .mode = S_IFCHR | 0600,
	  .rdev = MKDEV(TTYAUX_MAJOR, 1) },
	{ .name = "null", .mode = S_IFCHR | 0666,
	  .rdev = MKDEV(MEM_MAJOR, 3) },
	{ .name = "zero", .mode = S_IFCHR | 0666,
	  .rdev = MKDEV(MEM_MAJOR, 5) },
	{ .name = "full", .mode = S_IFCHR | 0666,
	  .rdev = MKDEV(MEM_MAJOR, 7) },
	{ .name = "random", .mode = S_IFCHR | 0666,
	  .rdev = MKDEV(MEM_MAJOR, 8) },
	{ .name = "urandom", .mode = S_IFCHR | 0666,
	  .rdev = MKDEV(MEM_MAJOR, 9) },
	{ .name = "kmsg", .mode = S_IFCHR | 0644,
	  .rdev = MKDEV(MEM_MAJOR, 11) },
	{ .name = "tty", .mode = S_IFCHR | 0666,
	  .rdev = MKDEV(TTYAUX_MAJOR, 0) },
	{ .name = "tty0", .mode = S_IFCHR | 0620,
	  .rdev = MKDEV(TTY_MAJOR, 0) },
	{ .name = "ttyS0", .mode = S_IFCHR | 0660,
	  .rdev = MKDEV(TTY_MAJOR, 64) },
};

static struct superblock *devtmpfs_sb;	/* set at boot */
static struct devnode *added;		/* grows at boot */

static int make_node(struct dentry *dir, const struct dentry_make_args *args)
{
	struct dentry *d;
	int err = dentry_make(dir, args, &d);

	if (!err)
		dentry_put(d);
	return err;
}

/* Make what @dir does not have. */
static int make_nodes(struct dentry *dir)
{
	int err = 0;

	for (u32 i = 0; !err && i < ARRAY_SIZE(nodes); i++)
		err = make_node(dir, &nodes[i]);
	for (struct devnode *n = added; !err && n; n = n->next)
		err = make_node(dir, &n->args);
	return err;
}

int devnode_add(struct devnode *node)
{
	node->next = added;
	added = node;
	return make_node(devtmpfs_sb->root, &node->args);
}

void devnodes_populate(void)
{
	static const struct dentry_make_args dev = {
		.name = "dev", .mode = S_IFDIR | 0755,
	};
	struct dentry *dir;
	int err = dentry_make(mount_ns_init()->root->root, &dev, &dir);

	if (!err) {
		err = S_ISDIR(dentry_inode(dir)->mode) ? make_nodes(dir) :
			-ENOTDIR;
		dentry_put(dir);
	}
	if (err)
		pr_warn("vfs: cannot make the nodes of /dev: error %d\n", -err);
}

static int devtmpfs_mount(const struct fs_type *t, u32 flags, const char *data,
			  void *arg, struct superblock **out)
{
	(void)t;
	(void)flags;
	(void)data;
	(void)arg;
	superblock_get(devtmpfs_sb);
	*out = devtmpfs_sb;
	return 0;
}

void devtmpfs_init(void)
{
	static struct fs_type devtmpfs = {
		.name = "devtmpfs", .nodev = true, .mount = devtmpfs_mount,
	};

	if (ramfs_create_instance("devtmpfs", "mode=755", &devtmpfs_sb) ||
	    make_nodes(devtmpfs_sb->root))
		panic("vfs: no memory for devtmpfs");
	fs_type_register(&devtmpfs);
}
