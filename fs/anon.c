/*
 * fs/anon.c - files without a name in any directory
 *
 * What:  paths for pipes, nsfs and pidfd, and the one inode that eventfd,
 *        epoll and their like share.
 * Life:  the instance and its mount are made at boot and stay.
 */
#include <fs/file.h>

#include <core/panic.h>

#include "dentry.h"
#include "file_internal.h"
#include "mount.h"

static struct superblock *anon_sb;	/* set at boot */
static struct inode *anon_inode;

void anon_init(void)
{
	if (superblock_create("anon_inodefs", ANON_INODE_FS_MAGIC, NULL,
			      &anon_sb))
		panic("vfs: no memory for nameless files");
	anon_inode = inode_create(anon_sb, S_IRUSR | S_IWUSR);
	if (!anon_inode)
		panic("vfs: no memory for the nameless inode");
	anon_inode->flags = INODE_NO_TIMES;
}

/* The internal mount of @sb, borrowed, made by whoever comes first. */
static int internal_mount(struct superblock *sb, struct mount **out)
{
	struct mount *m;
	int err;

	*out = load_acquire(&sb->internal);
	if (*out)
		return 0;
	err = mount_create_internal(sb, &m);
	if (err)
		return err;
	if (!cas(&sb->internal, NULL, m))
		mount_put(m);
	*out = load_acquire(&sb->internal);
	return 0;
}

/* @d is new, or there was no memory for it. */
static int path_to(struct dentry *d, struct inode *inode, struct path *out)
{
	struct mount *m;
	int err = d ? internal_mount(inode->sb, &m) : -ENOMEM;

	if (!d)
		return err;
	inode_get(inode);
	inode->flags |= INODE_NAMELESS;
	if (err) {
		dentry_put(d);
		return err;
	}
	out->dentry = d;
	out->mount = mount_get(m);
	return 0;
}

int path_create_anon(struct inode *inode, const char *name, struct path *out)
{
	return path_to(dentry_alloc_anon(inode, name), inode, out);
}

int path_create_numbered(struct inode *inode, const char *kind,
			 struct path *out)
{
	return path_to(dentry_alloc_numbered(inode, kind), inode, out);
}

int file_create_anon(const char *name, const struct file_ops *ops, u32 flags,
		     void *private, struct file **out)
{
	struct path p;
	int err = path_create_anon(anon_inode, name, &p);

	if (err)
		return err;
	err = file_create(&p, ops, flags, &cred_init, out);
	path_put(&p);
	if (!err)
		(*out)->private = private;
	return err;
}
