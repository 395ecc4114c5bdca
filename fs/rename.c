/*
 * fs/rename.c - rename, renameat2
 *
 * What:  moving a name, replacing what stands at the target, exchanging two.
 * Locks: rename_mutex (RANK_MUTEX_RENAME) when the directories differ, so that
 *        the tree above both stays as it is; then both directories, the upper
 *        one first; then the file that is replaced.
 * See:   rename(2)
 */
#include "namei.h"

#include <mm/kmalloc.h>
#include <uapi/fcntl.h>

#include "inode.h"
#include "mount.h"

static DEFINE_MUTEX(rename_mutex, RANK_MUTEX_RENAME);

/* Both ends; too large for the stack. */
struct rename_state {
	struct walk_state from_s, to_s;
	struct dentry *from_dir, *to_dir;	/* borrowed */
	struct dentry *from, *to;	/* owned once looked up */
	struct dentry *trap;		/* child of the upper directory on the
					   way to the other; borrowed */
	u32 flags;
	const struct cred *cred;
};

/* Lock both directories, ancestors first. */
static void lock_directories(struct rename_state *r)
{
	struct dentry *first = r->from_dir;
	struct dentry *second = r->to_dir;

	r->trap = NULL;
	if (first == second) {
		mutex_lock(&first->inode->lock);
		return;
	}
	mutex_lock(&rename_mutex);
	r->trap = dentry_child_towards(r->to_dir, r->from_dir);
	if (r->trap || (first > second &&
			!dentry_child_towards(r->from_dir, r->to_dir))) {
		first = r->to_dir;
		second = r->from_dir;
	}
	if (!r->trap)
		r->trap = dentry_child_towards(r->from_dir, r->to_dir);
	mutex_lock(&first->inode->lock);
	mutex_lock_nested(&second->inode->lock);
}

static void unlock_directories(struct rename_state *r)
{
	mutex_unlock(&r->from_dir->inode->lock);
	if (r->from_dir == r->to_dir)
		return;
	mutex_unlock(&r->to_dir->inode->lock);
	mutex_unlock(&rename_mutex);
}

/* Trailing slashes are for directories. */
static int check_slashes(const struct rename_state *r)
{
	bool exchange = r->flags & RENAME_EXCHANGE;

	if (exchange && r->to_s.dir_wanted && !S_ISDIR(r->to->inode->mode))
		return -ENOTDIR;
	if (S_ISDIR(r->from->inode->mode))
		return 0;
	if (r->from_s.dir_wanted || (!exchange && r->to_s.dir_wanted))
		return -ENOTDIR;
	return 0;
}

static int look_up_both(struct rename_state *r)
{
	int err;

	if (r->from_s.last.len > NAME_MAX || r->to_s.last.len > NAME_MAX)
		return -ENAMETOOLONG;
	err = walk_child_locked(r->from_dir, &r->from_s.last, &r->from);
	if (err) {
		r->from = NULL;
		return err;
	}
	if (!r->from->inode)
		return -ENOENT;
	err = walk_child_locked(r->to_dir, &r->to_s.last, &r->to);
	if (err) {
		r->to = NULL;
		return err;
	}
	if ((r->flags & RENAME_NOREPLACE) && r->to->inode)
		return -EEXIST;
	if ((r->flags & RENAME_EXCHANGE) && !r->to->inode)
		return -ENOENT;
	err = check_slashes(r);
	if (err)
		return err;
	if (r->from == r->trap)
		return -EINVAL;
	if (r->to == r->trap)
		return r->flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	return 0;
}

static int check_permission(const struct rename_state *r)
{
	bool is_dir = S_ISDIR(r->from->inode->mode);
	bool exchange = r->flags & RENAME_EXCHANGE;
	bool to_is_dir = r->to->inode && S_ISDIR(r->to->inode->mode);
	int err = may_delete(r->from_dir, r->from, is_dir, r->cred);

	if (err)
		return err;
	if (!r->to->inode)
		err = may_create(r->to_dir->inode, r->cred);
	else
		err = may_delete(r->to_dir, r->to,
				 exchange ? to_is_dir : is_dir, r->cred);
	if (err)
		return err;
	if (!r->from_dir->inode->ops->rename)
		return -EPERM;
	if (r->from_dir == r->to_dir)
		return 0;
	/* ".." of a directory that moves is written. */
	if (is_dir)
		err = inode_permission(r->from->inode, r->cred, MAY_WRITE);
	if (!err && exchange && to_is_dir)
		err = inode_permission(r->to->inode, r->cred, MAY_WRITE);
	return err;
}

/* The victim, if any, is locked. */
static int rename_locked(struct rename_state *r)
{
	const struct mount *m = r->from_s.cur.mount;
	struct inode *dir = r->from_dir->inode;
	struct inode *victim = r->to->inode;
	bool exchange = r->flags & RENAME_EXCHANGE;
	int err;

	if (mount_blocks(m, r->from) || (victim && mount_blocks(m, r->to)))
		return -EBUSY;
	err = dir->ops->rename(r->from, r->to, r->flags);
	if (err)
		return err;
	if (victim && !exchange && S_ISDIR(victim->mode))
		victim->flags |= INODE_DEAD;
	dentry_move(r->from, r->to, exchange);
	return 0;
}

static int rename_children(struct rename_state *r)
{
	struct inode *victim = r->to->inode;
	int err;

	/* Two names of one file: nothing happens. */
	if (victim == r->from->inode)
		return 0;
	err = check_permission(r);
	if (err)
		return err;
	if (victim)
		mutex_lock_nested(&victim->lock);
	err = rename_locked(r);
	if (victim)
		mutex_unlock(&victim->lock);
	return err;
}

static int rename_in_mount(struct rename_state *r)
{
	bool replaced;
	int err = mount_want_write(&r->from_s.cur);

	if (err)
		return err;
	lock_directories(r);
	err = look_up_both(r);
	if (!err)
		err = rename_children(r);
	replaced = !err && r->to->inode && !(r->flags & RENAME_EXCHANGE);
	unlock_directories(r);
	if (replaced && r->to->flags & DENTRY_REMOVED)
		mount_detach_all_on(r->to);
	mount_end_write(&r->from_s.cur);
	return err;
}

static int check_places(const struct rename_state *r)
{
	if (r->from_s.cur.mount != r->to_s.cur.mount)
		return -EXDEV;
	if (r->from_s.kind != LAST_NAME)
		return -EBUSY;
	if (r->to_s.kind != LAST_NAME)
		return r->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	return 0;
}

static int rename_walk(struct walk_state *s, const struct walk *w,
		       const char *name)
{
	int err = walk_begin(s, w, name);

	return err ? err : walk_to_last(s);
}

int vfs_rename(const struct walk *w, const char *from,
	       const struct walk *to_w, const char *to, u32 flags)
{
	struct rename_state *r;
	int err;

	if (flags & ~(u32)(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if ((flags & RENAME_NOREPLACE) && (flags & RENAME_EXCHANGE))
		return -EINVAL;
	r = kzalloc(sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->flags = flags;
	r->cred = w->cred;
	err = rename_walk(&r->from_s, w, from);
	if (!err)
		err = rename_walk(&r->to_s, to_w, to);
	if (!err)
		err = check_places(r);
	if (!err) {
		r->from_dir = r->from_s.cur.dentry;
		r->to_dir = r->to_s.cur.dentry;
		err = rename_in_mount(r);
	}
	if (r->from)
		dentry_put(r->from);
	if (r->to)
		dentry_put(r->to);
	walk_end(&r->from_s);
	walk_end(&r->to_s);
	kfree(r);
	return err;
}
