/*
 * fs/open.c - open(2)
 *
 * What:  flags, the last component, creation, permission, truncation, in the
 *        order that decides which error Linux reports.
 * Locks: the directory's inode lock while a name is looked up to be made.
 * Not:   the object that comes out of it (file.c).
 * See:   open(2), openat2(2), path_resolution(7), fifo(7)
 */
#include <fs/file.h>

#include <lib/string.h>
#include <uapi/fcntl.h>
#include <uapi/mount.h>

#include "file_internal.h"
#include "inode.h"
#include "mount.h"
#include "namei.h"

#define TMPFILE_BIT 020000000u

/* One open on its way. */
struct open_args {
	const struct cred *cred;
	u32 flags;			/* O_* */
	u32 access;			/* MAY_* */
	mode_t mode;
	bool created;
	bool made;			/* the same, but with a name */
	bool follow;			/* a link at the end */
	bool sticky;			/* found where it may not be opened */
};

static u32 access_of(u32 flags)
{
	static const u32 access[] = {
		MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
		MAY_READ | MAY_WRITE,
	};

	return access[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
}

static int prepare_args(struct open_args *a)
{
	if (a->flags & O_PATH)
		a->flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (a->flags & TMPFILE_BIT) {
		if ((a->flags & O_TMPFILE) != O_TMPFILE ||
		    (a->flags & O_CREAT) || !(a->flags & O_ACCMODE))
			return -EINVAL;
	} else if ((a->flags & (O_CREAT | O_DIRECTORY)) ==
		   (O_CREAT | O_DIRECTORY)) {
		return -EINVAL;
	}
	if (!(a->flags & O_PATH))
		a->flags |= O_LARGEFILE;
	a->access = a->flags & O_PATH ? 0 : access_of(a->flags);
	a->follow = !(a->flags & O_NOFOLLOW) &&
		    (a->flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
	return 0;
}

/* What the type of the file has to say, before its permissions. */
static int check_type(const struct path *p, struct open_args *a)
{
	mode_t mode = path_inode(p)->mode;

	switch (mode & S_IFMT) {
	case S_IFLNK:
		return -ELOOP;
	case S_IFDIR:
		return a->access & MAY_WRITE ? -EISDIR : 0;
	case S_IFBLK:
	case S_IFCHR:
		if (READ_ONCE(p->mount->flags) & MS_NODEV)
			return -EACCES;
		/* fall through */
	case S_IFIFO:
	case S_IFSOCK:
		a->flags &= ~(u32)O_TRUNC;
		break;
	default:
		break;
	}
	return 0;
}

static int may_open(const struct path *p, struct open_args *a)
{
	int err = check_type(p, a);

	if (!err)
		err = path_permission(p, a->cred, a->access);
	if (!err && (a->flags & O_NOATIME) &&
	    !inode_owner_or_capable(path_inode(p), a->cred))
		err = -EPERM;
	return err;
}

static int truncate_opened(struct file *f, const struct cred *cred)
{
	struct inode *inode = path_inode(&f->path);
	int err = inode_get_write(inode);

	if (err)
		return err;
	err = inode_truncate(inode, 0, cred);
	inode_put_write(inode);
	return err;
}

/* Permission, the file, its open. The references of @p are stolen. */
static int open_file(struct path *p, struct open_args *a, struct file **out)
{
	int err = 0;

	if (a->created)
		a->access = 0;
	if (!(a->flags & O_PATH))
		err = may_open(p, a);
	if (err) {
		path_put(p);
		return err;
	}
	err = file_create_steal(p, NULL, a->cred, out);
	if (err)
		return err;
	err = file_open(*out, a->flags);
	if (a->made)
		(*out)->mode |= FILE_CREATED;
	if (err)
		file_put(*out);
	return err;
}

/* The same for a regular file that loses its content. */
static int open_truncating(struct path *p, struct open_args *a,
			   struct file **out)
{
	struct path hold = *p;
	int err = mount_want_write(p);

	if (err) {
		path_put(p);
		return err;
	}
	path_get(&hold);
	err = open_file(p, a, out);
	if (!err) {
		err = truncate_opened(*out, a->cred);
		if (err)
			file_put(*out);
	}
	mount_end_write(&hold);
	path_put(&hold);
	return err;
}

/* @p is what was found or made; its references are stolen. */
static int open_found(struct path *p, struct open_args *a, struct file **out)
{
	if ((a->flags & O_TRUNC) && !a->created &&
	    S_ISREG(path_inode(p)->mode))
		return open_truncating(p, a, out);
	return open_file(p, a, out);
}

/* The name @d is not there and the directory is locked: make it. */
static int create_file(struct dentry *dir, struct dentry *d,
		       struct open_args *a)
{
	struct dentry_make_args args = {
		.mode = (a->mode & S_IALLUGO) | S_IFREG,
	};
	struct inode *inode = dir->inode;
	int err = may_create(inode, a->cred);

	if (err)
		return err;
	if (!inode->ops->create)
		return -EACCES;
	err = inode->ops->create(inode, d, &args, a->cred);
	a->created = a->made = !err;
	return err;
}

/* Look the last component up with the directory locked, and make it. */
static int look_up_or_create(struct walk_state *s, struct open_args *a,
			     struct dentry **out)
{
	struct dentry *dir = s->cur.dentry;
	int read_only = mount_want_write(&s->cur);
	int err;

	mutex_lock(&dir->inode->lock);
	err = walk_child_locked(dir, &s->last, out);
	if (!err && !(*out)->inode) {
		err = read_only ? read_only : create_file(dir, *out, a);
		if (err)
			dentry_put(*out);
	}
	mutex_unlock(&dir->inode->lock);
	if (!read_only)
		mount_end_write(&s->cur);
	return err;
}

/* O_CREAT does not open what somebody else put into a sticky directory that
 * all may write, unless it is a regular file or a FIFO. */
static bool sticky_forbids_open(const struct inode *dir,
				const struct inode *inode,
				const struct cred *cred)
{
	if (S_ISREG(inode->mode) || S_ISFIFO(inode->mode))
		return false;
	return (dir->mode & S_ISVTX) && (dir->mode & S_IWOTH) &&
	       inode->uid != dir->uid && inode->uid != cred->fsuid;
}

/* O_CREAT: the last component becomes s->cur. As walk_last. */
static int last_for_create(struct walk_state *s, struct open_args *a)
{
	struct path next = { .mount = s->cur.mount };
	int err;

	if (s->kind != LAST_NAME)
		return walk_last(s, a->follow);
	if (s->dir_wanted)
		return -EISDIR;
	if (s->last.len > NAME_MAX)
		return -ENAMETOOLONG;
	err = walk_child(&s->cur, &s->last, 0, &next.dentry);
	if (err == -ENOENT)
		err = look_up_or_create(s, a, &next.dentry);
	if (err)
		return err;
	mount_get(next.mount);
	path_enter_mounts(&next);
	if (a->follow && S_ISLNK(path_inode(&next)->mode))
		return walk_enter_link(s, &next);
	a->sticky = sticky_forbids_open(path_inode(&s->cur),
					path_inode(&next), a->cred);
	path_put(&s->cur);
	s->cur = next;
	return 0;
}

static int check_found(const struct walk_state *s, const struct open_args *a)
{
	if (a->flags & O_CREAT) {
		if ((a->flags & O_EXCL) && !a->created)
			return -EEXIST;
		if (path_is_dir(&s->cur))
			return -EISDIR;
		if (a->sticky)
			return -EACCES;
	}
	if ((s->dir_wanted || (a->flags & O_DIRECTORY) ||
	     (s->w->flags & WALK_DIRECTORY)) && !path_is_dir(&s->cur))
		return -ENOTDIR;
	return 0;
}

/* O_TMPFILE: s->cur is the directory and becomes the nameless file. */
static int make_tmpfile(struct walk_state *s, struct open_args *a)
{
	struct inode *dir = path_inode(&s->cur);
	struct inode *inode;
	struct dentry *d;
	int err = mount_want_write(&s->cur);

	if (err)
		return err;
	err = inode_permission(dir, a->cred, MAY_WRITE | MAY_EXEC);
	if (!err && !dir->ops->tmpfile)
		err = -EOPNOTSUPP;
	if (!err)
		err = dir->ops->tmpfile(dir, (a->mode & S_IALLUGO) | S_IFREG,
					a->cred, &inode);
	mount_end_write(&s->cur);
	if (err)
		return err;
	if (!(a->flags & O_EXCL))
		inode->flags |= INODE_LINKABLE;
	d = dentry_alloc_tmpfile(s->cur.dentry, inode);
	if (!d) {
		inode_put(inode);
		return -ENOMEM;
	}
	dentry_put(s->cur.dentry);
	s->cur.dentry = d;
	a->created = true;
	return 0;
}

static int walk_for_open(struct walk_state *s, struct open_args *a)
{
	int err;

	do {
		err = walk_to_last(s);
		if (!err && (a->flags & O_CREAT))
			err = last_for_create(s, a);
		else if (!err)
			err = walk_last(s, a->follow);
	} while (err > 0);
	if (!err && !a->created)
		err = walk_check_inside(s);
	if (!err)
		err = check_found(s, a);
	if (!err && (a->flags & TMPFILE_BIT))
		err = make_tmpfile(s, a);
	return err;
}

int vfs_open(const struct walk *w, const char *name, u32 flags, mode_t mode,
	     struct file **out)
{
	struct open_args a = {
		.cred = w->cred,
		.flags = flags,
		.mode = mode & ~fs_context_umask(w->fs),
	};
	struct walk_state s;
	int err = prepare_args(&a);

	if (err)
		return err;
	err = walk_begin(&s, w, name);
	if (!err)
		err = walk_for_open(&s, &a);
	if (!err) {
		err = open_found(&s.cur, &a, out);
		s.cur.dentry = NULL;
	}
	walk_end(&s);
	return err;
}

int vfs_open_path(const struct path *p, u32 flags, const struct cred *cred,
		  struct file **out)
{
	struct open_args a = { .cred = cred, .flags = flags };
	struct path copy = *p;
	int err = prepare_args(&a);

	if (err)
		return err;
	if ((a.flags & O_DIRECTORY) && !path_is_dir(p))
		return -ENOTDIR;
	path_get(&copy);
	return open_found(&copy, &a, out);
}

/* The opened program: no writers as long as it is open. */
static int keep_writers_out(struct file *f)
{
	int err = inode_deny_write(path_inode(&f->path));

	if (!err)
		f->mode |= FILE_PROGRAM;
	return err;
}

int vfs_open_exec(const struct walk *w, const char *name, struct file **out)
{
	struct open_args a = {
		.cred = w->cred,
		.flags = O_RDONLY,
		.access = MAY_EXEC,
	};
	struct path p;
	int err = path_walk(w, name, &p);

	if (err)
		return err;
	err = S_ISLNK(path_inode(&p)->mode) ? -ELOOP : 0;
	if (!err && !S_ISREG(path_inode(&p)->mode))
		err = -EACCES;
	if (err) {
		path_put(&p);
		return err;
	}
	err = open_found(&p, &a, out);
	if (err)
		return err;
	err = keep_writers_out(*out);
	if (err)
		file_put(*out);
	return err;
}
