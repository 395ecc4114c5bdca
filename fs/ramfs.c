/*
 * fs/ramfs.c - the file system in memory: names and inodes
 *
 * What:  directories, links, devices and FIFOs of rootfs and tmpfs.
 * Locks: the inode lock of a directory, held by the callers of all
 *        operations.
 * Life:  names stay in the cache of names (SB_PINNED), so the tree of dentries
 *        is the directory. An inode goes with its last name and last user.
 * Not:   the content of files (ramfs_file.c), instances and their options
 *        (ramfs_mount.c).
 * See:   tmpfs(5)
 */
#include "ramfs.h"

#include <lib/string.h>
#include <mm/kmalloc.h>
#include <uapi/dirent.h>
#include <uapi/fcntl.h>

#include "dentry.h"
#include "inode.h"

/* What one name adds to the size that stat shows of its directory. */
#define NAME_SIZE 20
#define BLOCKS_PER_PAGE (PAGE_SIZE / 512)

static const struct inode_ops dir_ops, file_inode_ops, symlink_ops, node_ops;
static const struct file_ops dir_file_ops;

static struct ramfs_limits *limits_of(const struct superblock *sb)
{
	return sb->private;
}

/* Operations and content by type. */
static int inode_set_type(struct inode *inode, dev_t rdev)
{
	struct ramfs_content *c;
	int err = 0;

	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		inode->ops = &file_inode_ops;
		inode->fops = &ramfs_file_ops;
		err = ramfs_content_create(limits_of(inode->sb), &c);
		if (!err)
			inode->object = &c->object;
		break;
	case S_IFDIR:
		inode->ops = &dir_ops;
		inode->fops = &dir_file_ops;
		inode->nlink = 2;
		inode->size = 2 * NAME_SIZE;
		break;
	case S_IFLNK:
		inode->ops = &symlink_ops;
		break;
	default:
		inode->ops = &node_ops;
		inode->rdev = rdev;
		break;
	}
	return err;
}

int ramfs_new_inode(const struct ramfs_place *at,
		    const struct dentry_make_args *args,
		    const struct cred *cred, struct inode **out)
{
	struct ramfs_limits *l = limits_of(at->sb);
	struct inode *inode;
	int err = ramfs_inode_charge(l);

	if (err)
		return err;
	inode = inode_create(at->sb, args->mode);
	if (!inode) {
		atomic_dec(&l->inodes);
		return -ENOMEM;
	}
	inode_init_owner(inode, at->dir, args->mode, cred);
	err = inode_set_type(inode, args->rdev);
	if (!err && args->target) {
		inode->private = kstrdup(args->target);
		inode->size = strlen(args->target);
		err = inode->private ? 0 : -ENOMEM;
	}
	if (err) {
		inode_put(inode);
		return err;
	}
	*out = inode;
	return 0;
}

static void ramfs_evict(struct inode *inode)
{
	kfree(inode->private);
	atomic_dec(&limits_of(inode->sb)->inodes);
}

static void dir_changed(struct inode *dir, int names)
{
	spin_lock(&dir->attr_lock);
	dir->size += (u64)(names * NAME_SIZE);
	spin_unlock(&dir->attr_lock);
	inode_touch(dir);
}

static void link_count_add(struct inode *inode, int n)
{
	spin_lock(&inode->attr_lock);
	inode->nlink += (u32)n;
	spin_unlock(&inode->attr_lock);
}

static int ramfs_create(struct inode *dir, struct dentry *d,
			const struct dentry_make_args *args,
			const struct cred *cred)
{
	struct ramfs_place at = { .sb = dir->sb, .dir = dir };
	struct inode *inode;
	int err = ramfs_new_inode(&at, args, cred, &inode);

	if (err)
		return err;
	if (S_ISDIR(args->mode))
		link_count_add(dir, 1);
	dir_changed(dir, 1);
	dentry_instantiate(d, inode);
	return 0;
}

static int ramfs_symlink(struct inode *dir, struct dentry *d,
			 const char *target, const struct cred *cred)
{
	struct dentry_make_args args = {
		.mode = S_IFLNK | S_IRWXUGO,
		.target = target,
	};

	return ramfs_create(dir, d, &args, cred);
}

static int ramfs_link(struct inode *dir, struct dentry *d,
		      struct inode *target)
{
	link_count_add(target, 1);
	inode_touch_ctime(target);
	dir_changed(dir, 1);
	inode_get(target);
	dentry_instantiate(d, target);
	return 0;
}

static int ramfs_unlink(struct inode *dir, struct dentry *d)
{
	link_count_add(dentry_inode(d), -1);
	inode_touch_ctime(dentry_inode(d));
	dir_changed(dir, -1);
	return 0;
}

static int ramfs_rmdir(struct inode *dir, struct dentry *d)
{
	if (dentry_has_children(d))
		return -ENOTEMPTY;
	link_count_add(dentry_inode(d), -2);
	link_count_add(dir, -1);
	inode_touch_ctime(dentry_inode(d));
	dir_changed(dir, -1);
	return 0;
}

static int ramfs_exchange(struct dentry *from, struct dentry *to)
{
	struct inode *from_dir = dentry_inode(dentry_parent(from));
	struct inode *to_dir = dentry_inode(dentry_parent(to));
	int from_is_dir = S_ISDIR(dentry_inode(from)->mode);
	int to_is_dir = S_ISDIR(dentry_inode(to)->mode);

	link_count_add(from_dir, to_is_dir - from_is_dir);
	link_count_add(to_dir, from_is_dir - to_is_dir);
	dir_changed(from_dir, 0);
	dir_changed(to_dir, 0);
	inode_touch_ctime(dentry_inode(from));
	inode_touch_ctime(dentry_inode(to));
	return 0;
}

static int ramfs_rename(struct dentry *from, struct dentry *to, u32 flags)
{
	struct inode *from_dir = dentry_inode(dentry_parent(from));
	struct inode *to_dir = dentry_inode(dentry_parent(to));
	struct inode *inode = dentry_inode(from);
	struct inode *victim = dentry_inode(to);
	int err = 0;

	if (flags & RENAME_EXCHANGE)
		return ramfs_exchange(from, to);
	if (victim && S_ISDIR(victim->mode))
		err = ramfs_rmdir(to_dir, to);
	else if (victim)
		err = ramfs_unlink(to_dir, to);
	if (err)
		return err;
	if (S_ISDIR(inode->mode)) {
		link_count_add(from_dir, -1);
		link_count_add(to_dir, 1);
	}
	dir_changed(from_dir, -1);
	dir_changed(to_dir, 1);
	inode_touch_ctime(inode);
	return 0;
}

static int ramfs_tmpfile(struct inode *dir, mode_t mode,
			 const struct cred *cred, struct inode **out)
{
	struct ramfs_place at = { .sb = dir->sb, .dir = dir };
	struct dentry_make_args args = { .mode = mode };
	int err = ramfs_new_inode(&at, &args, cred, out);

	if (!err)
		(*out)->nlink = 0;
	return err;
}

static ssize_t ramfs_readlink(struct inode *inode, char *buf, size_t size,
			      const struct cred *cred)
{
	size_t len = min(size, (size_t)inode->size);

	(void)cred;
	memcpy(buf, inode->private, len);
	return (ssize_t)len;
}

static int ramfs_getattr(struct inode *inode, struct stat *st)
{
	inode_fill_stat(inode, st);
	if (inode->object)
		st->st_blocks = (s64)(READ_ONCE(
			ramfs_content_of(inode)->tree.npages) *
			BLOCKS_PER_PAGE);
	return 0;
}

static const struct inode_ops dir_ops = {
	.create = ramfs_create,
	.symlink = ramfs_symlink,
	.link = ramfs_link,
	.unlink = ramfs_unlink,
	.rmdir = ramfs_rmdir,
	.rename = ramfs_rename,
	.tmpfile = ramfs_tmpfile,
	.getattr = ramfs_getattr,
	.evict = ramfs_evict,
};

/* F_SEAL_EXEC: who may execute it stays. Source: fcntl(2), "File Sealing". */
static int ramfs_file_setattr(struct inode *inode, const struct attr_change *c,
			      const struct cred *cred)
{
	(void)cred;
	if ((c->mask & ATTR_MODE) &&
	    (ramfs_content_of(inode)->seals & F_SEAL_EXEC) &&
	    ((inode->mode ^ c->mode) & S_IXUGO))
		return -EPERM;
	return 0;
}

static const struct inode_ops file_inode_ops = {
	.setattr = ramfs_file_setattr,
	.getattr = ramfs_getattr,
	.truncate = ramfs_truncate,
	.evict = ramfs_evict,
};

static const struct inode_ops symlink_ops = {
	.readlink = ramfs_readlink,
	.evict = ramfs_evict,
};

static const struct inode_ops node_ops = {
	.evict = ramfs_evict,
};

static bool emit_name(struct dentry *d, void *arg)
{
	struct dir_context *c = arg;
	const struct inode *inode = dentry_inode(d);

	return c->emit(c, dentry_name(d), strlen(dentry_name(d)), inode->ino,
		       DT_OF_MODE(inode->mode));
}

static int ramfs_readdir(struct file *f, struct dir_context *c)
{
	struct dentry *d = f->path.dentry;

	if (c->pos == 0) {
		if (!c->emit(c, ".", 1, d->inode->ino, DT_DIR))
			return 0;
		c->pos = 1;
	}
	if (c->pos == 1) {
		if (!c->emit(c, "..", 2, dentry_parent(d)->inode->ino, DT_DIR))
			return 0;
		c->pos = DENTRY_FIRST_COOKIE;
	}
	dentry_for_each(d, &c->pos, emit_name, c);
	return 0;
}

static ssize_t ramfs_read_dir(struct file *f, struct iobuf *b, off_t *pos)
{
	(void)f;
	(void)b;
	(void)pos;
	return -EISDIR;
}

/* Positions are cookies: only those of the start and those seen before. */
static off_t ramfs_seek_dir(struct file *f, off_t off, int whence)
{
	if (whence == SEEK_CUR)
		off += f->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

static int ramfs_fsync_dir(struct file *f)
{
	(void)f;
	return 0;
}

static const struct file_ops dir_file_ops = {
	.read = ramfs_read_dir,
	.seek = ramfs_seek_dir,
	.readdir = ramfs_readdir,
	.fsync = ramfs_fsync_dir,
};
