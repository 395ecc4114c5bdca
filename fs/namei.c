/*
 * fs/namei.c - making and removing names
 *
 * What:  mknod, mkdir, symlink, link, unlink, rmdir, with the order of checks
 *        that decides which error Linux reports.
 * Locks: the inode lock of the directory, then that of the file (nested: a
 *        directory before what is in it).
 * Not:   rename (rename.c), O_CREAT (open.c).
 * See:   mknod(2), mkdir(2), symlink(2), link(2), unlink(2), rmdir(2)
 */
#include "namei.h"

#include <lib/string.h>

#include "inode.h"
#include "mount.h"

int may_create(struct inode *dir, const struct cred *cred)
{
	if (dir->flags & INODE_DEAD)
		return -ENOENT;
	if (!cred_ids_mapped(cred, superblock_user_ns(dir->sb)))
		return -EOVERFLOW;
	return inode_permission(dir, cred, MAY_WRITE | MAY_EXEC);
}

/* In a sticky directory only owners remove. */
static bool sticky_forbids(const struct inode *dir, const struct inode *victim,
			   const struct cred *cred)
{
	if (!(dir->mode & S_ISVTX))
		return false;
	return cred->fsuid != victim->uid && cred->fsuid != dir->uid &&
	       !cred_capable_ids(cred, victim->uid, victim->gid, CAP_FOWNER);
}

int may_delete(struct dentry *dir, struct dentry *victim, bool is_dir,
	       const struct cred *cred)
{
	int err = inode_permission(dir->inode, cred, MAY_WRITE | MAY_EXEC);

	if (err)
		return err;
	if (sticky_forbids(dir->inode, victim->inode, cred))
		return -EPERM;
	if (is_dir && !S_ISDIR(victim->inode->mode))
		return -ENOTDIR;
	if (!is_dir && S_ISDIR(victim->inode->mode))
		return -EISDIR;
	return dir->inode->flags & INODE_DEAD ? -ENOENT : 0;
}

/* Walk to the directory of @name. On failure nothing is held. */
static int place_begin(struct name_place *p, const struct walk *w,
		       const char *name)
{
	int err = walk_begin(&p->s, w, name);

	if (!err)
		err = walk_to_last(&p->s);
	if (err) {
		walk_end(&p->s);
		return err;
	}
	p->dir = p->s.cur.dentry;
	p->child = NULL;
	p->writing = !mount_want_write(&p->s.cur);
	return 0;
}

static void place_end(struct name_place *p)
{
	if (p->child)
		dentry_put(p->child);
	if (p->writing)
		mount_end_write(&p->s.cur);
	walk_end(&p->s);
}

/* Lock the directory and look the last component up. */
static int place_lock(struct name_place *p)
{
	int err = -ENAMETOOLONG;

	mutex_lock(&p->dir->inode->lock);
	if (p->s.last.len <= NAME_MAX)
		err = walk_child_locked(p->dir, &p->s.last, &p->child);
	if (err)
		p->child = NULL;
	return err;
}

static void place_unlock(struct name_place *p)
{
	mutex_unlock(&p->dir->inode->lock);
	place_end(p);
}

/* Find a free place for a new name: the directory is locked on success. */
static int place_for_new(struct name_place *p, const struct walk *w,
			 const char *name, bool is_dir)
{
	int err = place_begin(p, w, name);

	if (err)
		return err;
	if (p->s.kind != LAST_NAME) {
		place_end(p);
		return -EEXIST;
	}
	err = place_lock(p);
	if (!err && p->child->inode)
		err = -EEXIST;
	else if (!err && p->s.dir_wanted && !is_dir)
		err = -ENOENT;
	else if (!err && !p->writing)
		err = -EROFS;
	else if (!err)
		err = may_create(p->dir->inode, w->cred);
	if (err)
		place_unlock(p);
	return err;
}

static mode_t apply_umask(const struct walk *w, mode_t mode)
{
	return mode & ~fs_context_umask(w->fs);
}

/* -EPERM: directories are made by mkdir; -EINVAL: no such type. */
static int check_node_type(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
	case 0:
		return 0;
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

static int make_node(struct name_place *p, const struct dentry_make_args *args,
		     const struct cred *cred)
{
	struct inode *dir = p->dir->inode;

	if (((S_ISCHR(args->mode) && args->rdev) || S_ISBLK(args->mode)) &&
	    !cred_capable(cred, CAP_MKNOD))
		return -EPERM;
	if (!dir->ops->create)
		return -EPERM;
	return dir->ops->create(dir, p->child, args, cred);
}

int vfs_mknod(const struct walk *w, const char *name, mode_t mode, dev_t dev)
{
	struct dentry_make_args args = { .mode = apply_umask(w, mode) };
	struct name_place p;
	int err = check_node_type(mode);

	if (err)
		return err;
	if (!(mode & S_IFMT))
		args.mode |= S_IFREG;
	if (S_ISCHR(mode) || S_ISBLK(mode))
		args.rdev = dev;
	err = place_for_new(&p, w, name, false);
	if (err)
		return err;
	err = make_node(&p, &args, w->cred);
	place_unlock(&p);
	return err;
}

int vfs_mkdir(const struct walk *w, const char *name, mode_t mode)
{
	struct dentry_make_args args = {
		.mode = apply_umask(w, mode & (S_IRWXUGO | S_ISVTX)) | S_IFDIR,
	};
	struct name_place p;
	int err = place_for_new(&p, w, name, true);

	if (err)
		return err;
	err = make_node(&p, &args, w->cred);
	place_unlock(&p);
	return err;
}

int vfs_symlink(const struct walk *w, const char *target, const char *name)
{
	struct name_place p;
	struct inode *dir;
	int err;

	if (!*target)
		return -ENOENT;
	if (strnlen(target, PATH_MAX) == PATH_MAX)
		return -ENAMETOOLONG;
	err = place_for_new(&p, w, name, false);
	if (err)
		return err;
	dir = p.dir->inode;
	err = dir->ops->symlink ?
		dir->ops->symlink(dir, p.child, target, w->cred) : -EPERM;
	place_unlock(&p);
	return err;
}

/* The directory is locked; @target is what gets one more name. */
static int link_inode(struct name_place *p, struct inode *target)
{
	struct inode *dir = p->dir->inode;
	int err;

	if (target->sb != dir->sb)
		return -EXDEV;
	if (!dir->ops->link || S_ISDIR(target->mode))
		return -EPERM;
	mutex_lock_nested(&target->lock);
	if (!target->nlink && !(target->flags & INODE_LINKABLE))
		err = -ENOENT;
	else
		err = dir->ops->link(dir, p->child, target);
	if (!err)
		target->flags &= ~(u32)INODE_LINKABLE;
	mutex_unlock(&target->lock);
	return err;
}

int vfs_link(const struct walk *w, const char *from, const struct walk *to_w,
	     const char *to)
{
	struct name_place p;
	struct path old;
	int err = path_walk(w, from, &old);

	if (err)
		return err;
	err = place_for_new(&p, to_w, to, false);
	if (!err) {
		err = -EXDEV;
		if (old.mount == p.s.cur.mount)
			err = link_inode(&p, path_inode(&old));
		place_unlock(&p);
	}
	path_put(&old);
	return err;
}

/* The file is locked and still there: take its name away. */
static int remove_locked(struct name_place *p, bool is_dir)
{
	struct inode *dir = p->dir->inode;
	struct inode *victim = p->child->inode;
	int err;

	if (mount_blocks(p->s.cur.mount, p->child))
		return -EBUSY;
	err = is_dir ? dir->ops->rmdir(dir, p->child) :
		dir->ops->unlink(dir, p->child);
	if (err)
		return err;
	if (is_dir)
		victim->flags |= INODE_DEAD;
	dentry_remove(p->child);
	return 0;
}

static int remove_child(struct name_place *p, bool is_dir)
{
	const struct inode_ops *ops = p->dir->inode->ops;
	struct inode *victim = p->child->inode;
	int err = may_delete(p->dir, p->child, is_dir, p->s.w->cred);

	if (err)
		return err;
	if (is_dir ? !ops->rmdir : !ops->unlink)
		return -EPERM;
	mutex_lock_nested(&victim->lock);
	err = remove_locked(p, is_dir);
	mutex_unlock(&victim->lock);
	return err;
}

/* Unlock; the file itself, and mounts elsewhere, go with no lock held. */
static int remove_end(struct name_place *p, int err)
{
	mutex_unlock(&p->dir->inode->lock);
	if (!err)
		mount_detach_all_on(p->child);
	place_end(p);
	return err;
}

/* unlink("x/"): what is wrong with that depends on x. */
static int slash_error(const struct inode *inode)
{
	return S_ISDIR(inode->mode) ? -EISDIR : -ENOTDIR;
}

int vfs_unlink(const struct walk *w, const char *name)
{
	struct name_place p;
	int err = place_begin(&p, w, name);

	if (err)
		return err;
	if (p.s.kind != LAST_NAME || !p.writing) {
		err = p.s.kind != LAST_NAME ? -EISDIR : -EROFS;
		place_end(&p);
		return err;
	}
	err = place_lock(&p);
	if (!err && !p.child->inode)
		err = -ENOENT;
	else if (!err && p.s.dir_wanted)
		err = slash_error(p.child->inode);
	else if (!err)
		err = remove_child(&p, false);
	return remove_end(&p, err);
}

static int rmdir_kind_error(enum last_kind kind)
{
	switch (kind) {
	case LAST_NAME:
		break;
	case LAST_ROOT:
		return -EBUSY;
	case LAST_DOT:
		return -EINVAL;
	case LAST_DOTDOT:
		return -ENOTEMPTY;
	}
	return 0;
}

int vfs_rmdir(const struct walk *w, const char *name)
{
	struct name_place p;
	int err = place_begin(&p, w, name);

	if (err)
		return err;
	err = rmdir_kind_error(p.s.kind);
	if (!err && !p.writing)
		err = -EROFS;
	if (err) {
		place_end(&p);
		return err;
	}
	err = place_lock(&p);
	if (!err && !p.child->inode)
		err = -ENOENT;
	else if (!err)
		err = remove_child(&p, true);
	return remove_end(&p, err);
}

int dentry_make(struct dentry *dir, const struct dentry_make_args *args,
		struct dentry **out)
{
	struct inode *inode = dir->inode;
	struct qname q;
	int err;

	qname_init(&q, args->name, strlen(args->name));
	mutex_lock(&inode->lock);
	err = walk_child_locked(dir, &q, out);
	if (!err && !(*out)->inode) {
		if (args->target)
			err = inode->ops->symlink(inode, *out, args->target,
						  &cred_init);
		else
			err = inode->ops->create(inode, *out, args,
						 &cred_init);
		if (err)
			dentry_put(*out);
	}
	mutex_unlock(&inode->lock);
	return err;
}
