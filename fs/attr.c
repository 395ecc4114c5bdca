/*
 * fs/attr.c - what stat shows, and changing it
 *
 * What:  stat, statx, statfs, readlink; chmod, chown, utimensat, truncate with
 *        Linux's rules of permission; atime by the mount's rules.
 * Locks: inode->lock around a change; inode->attr_lock for the fields.
 * See:   stat(2), statx(2), chmod(2), chown(2), utimensat(2), truncate(2),
 *        inode(7), mount(2) for relatime
 */
#include "inode.h"

#include <core/assert.h>
#include <fs/file.h>
#include <lib/string.h>
#include <sched/wallclock.h>
#include <uapi/kdev.h>
#include <uapi/mount.h>

#include "mount.h"

void inode_fill_stat(struct inode *inode, struct stat *st)
{
	memset(st, 0, sizeof(*st));
	st->st_dev = inode->sb->dev;
	st->st_ino = inode->ino;
	st->st_rdev = inode->rdev;
	st->st_blksize = PAGE_SIZE;
	spin_lock(&inode->attr_lock);
	st->st_nlink = inode->nlink;
	st->st_mode = inode->mode;
	st->st_uid = inode->uid;
	st->st_gid = inode->gid;
	st->st_size = (s64)inode->size;
	st->st_atime = (u64)inode->atime.tv_sec;
	st->st_atime_nsec = (u64)inode->atime.tv_nsec;
	st->st_mtime = (u64)inode->mtime.tv_sec;
	st->st_mtime_nsec = (u64)inode->mtime.tv_nsec;
	st->st_ctime = (u64)inode->ctime.tv_sec;
	st->st_ctime_nsec = (u64)inode->ctime.tv_nsec;
	spin_unlock(&inode->attr_lock);
}

int inode_getattr(struct inode *inode, struct stat *st)
{
	if (inode->ops->getattr)
		return inode->ops->getattr(inode, st);
	inode_fill_stat(inode, st);
	return 0;
}

int vfs_getattr(const struct path *p, struct stat *out)
{
	return inode_getattr(path_inode(p), out);
}

static struct statx_timestamp statx_time(u64 sec, u64 nsec)
{
	struct statx_timestamp t = {
		.tv_sec = (s64)sec,
		.tv_nsec = (u32)nsec,
	};

	return t;
}

int vfs_statx(const struct path *p, u32 mask, struct statx *out)
{
	const struct inode *inode = path_inode(p);
	struct stat st;
	int err = vfs_getattr(p, &st);

	if (err)
		return err;
	memset(out, 0, sizeof(*out));
	out->stx_mask = STATX_BASIC_STATS |
			(mask & STATX_MNT_ID_UNIQUE ?: STATX_MNT_ID);
	out->stx_blksize = (u32)st.st_blksize;
	out->stx_nlink = (u32)st.st_nlink;
	out->stx_uid = st.st_uid;
	out->stx_gid = st.st_gid;
	out->stx_mode = (u16)st.st_mode;
	out->stx_ino = st.st_ino;
	out->stx_size = (u64)st.st_size;
	out->stx_blocks = (u64)st.st_blocks;
	out->stx_atime = statx_time(st.st_atime, st.st_atime_nsec);
	out->stx_mtime = statx_time(st.st_mtime, st.st_mtime_nsec);
	out->stx_ctime = statx_time(st.st_ctime, st.st_ctime_nsec);
	out->stx_rdev_major = DEV_MAJOR(st.st_rdev);
	out->stx_rdev_minor = DEV_MINOR(st.st_rdev);
	out->stx_dev_major = DEV_MAJOR(st.st_dev);
	out->stx_dev_minor = DEV_MINOR(st.st_dev);
	out->stx_mnt_id = path_mount_id(p);
	if (mask & STATX_MNT_ID_UNIQUE)
		out->stx_mnt_id += MNT_UNIQUE_ID_OFFSET;
	out->stx_attributes_mask = STATX_ATTR_MOUNT_ROOT | STATX_ATTR_AUTOMOUNT;
	if (path_is_mount_root(p))
		out->stx_attributes = STATX_ATTR_MOUNT_ROOT;
	if (!(inode->sb->flags & SB_BTIME))
		return 0;
	out->stx_mask |= STATX_BTIME;
	out->stx_btime = statx_time((u64)inode->btime.tv_sec,
				    (u64)inode->btime.tv_nsec);
	return 0;
}

/* The bits of statfs are not those of mount. */
static s64 statfs_flags(const struct path *p)
{
	static const struct {
		u32 mount, statfs;
	} map[] = {
		{ MS_RDONLY, ST_RDONLY }, { MS_NOSUID, ST_NOSUID },
		{ MS_NODEV, ST_NODEV }, { MS_NOEXEC, ST_NOEXEC },
		{ MS_NOATIME, ST_NOATIME }, { MS_NODIRATIME, ST_NODIRATIME },
		{ MS_RELATIME, ST_RELATIME },
		{ MS_NOSYMFOLLOW, ST_NOSYMFOLLOW },
	};
	u32 flags = READ_ONCE(p->mount->flags) |
		    (p->mount->sb->flags & MS_RDONLY);
	s64 result = ST_VALID;

	for (u32 i = 0; i < ARRAY_SIZE(map); i++) {
		if (flags & map[i].mount)
			result |= map[i].statfs;
	}
	return result;
}

int vfs_statfs(const struct path *p, struct statfs *out)
{
	struct superblock *sb = p->mount->sb;
	int err = 0;

	memset(out, 0, sizeof(*out));
	out->f_type = sb->magic;
	out->f_bsize = PAGE_SIZE;
	out->f_namelen = NAME_MAX;
	out->f_fsid[0] = (s32)sb->dev;
	if (sb->ops && sb->ops->statfs)
		err = sb->ops->statfs(sb, out);
	out->f_frsize = out->f_bsize;
	out->f_flags = statfs_flags(p);
	return err;
}

ssize_t vfs_readlink(const struct path *p, char *buf, size_t size,
		     const struct cred *cred)
{
	struct inode *inode = path_inode(p);

	if (!inode->ops->readlink)
		return -EINVAL;
	path_touch_atime(p);
	return inode->ops->readlink(inode, buf, size, cred);
}

mode_t inode_suid_to_clear(const struct inode *inode, const struct cred *cred)
{
	mode_t mode = inode->mode;
	mode_t clear = mode & S_ISUID;

	if (S_ISDIR(mode))
		return 0;
	if ((mode & S_ISGID) &&
	    ((mode & S_IXGRP) ||
	     (!cred_in_group(cred, inode->gid) &&
	      !cred_capable_ids(cred, inode->uid, inode->gid, CAP_FSETID))))
		clear |= S_ISGID;
	return clear;
}

void inode_strip_suid(struct inode *inode, const struct cred *cred)
{
	mode_t clear = 0;

	if (likely(!(READ_ONCE(inode->mode) & (S_ISUID | S_ISGID))))
		return;
	if (S_ISREG(inode->mode) &&
	    !cred_capable_ids(cred, inode->uid, inode->gid, CAP_FSETID))
		clear = inode_suid_to_clear(inode, cred);
	spin_lock(&inode->attr_lock);
	inode->mode &= ~clear;
	spin_unlock(&inode->attr_lock);
}

/* Without the capability. */
static bool owner_may_chown(const struct inode *inode,
			    const struct attr_change *c,
			    const struct cred *cred)
{
	bool owner = cred->fsuid == inode->uid;

	if (c->uid != (uid_t)-1 && !(owner && c->uid == inode->uid))
		return false;
	return c->gid == (gid_t)-1 ||
	       (owner && (c->gid == inode->gid || cred_in_group(cred, c->gid)));
}

static int check_chown(const struct inode *inode, const struct attr_change *c,
		       const struct cred *cred)
{
	return owner_may_chown(inode, c, cred) ||
	       cred_capable_ids(cred, inode->uid, inode->gid, CAP_CHOWN) ?
	       0 : -EPERM;
}

#define ATTR_TIMES_NOW (ATTR_ATIME | ATTR_MTIME)
#define ATTR_TIMES (ATTR_TIMES_NOW | ATTR_ATIME_SET | ATTR_MTIME_SET)

static int check_times(struct inode *inode, u32 mask, const struct cred *cred)
{
	if (inode_owner_or_capable(inode, cred))
		return 0;
	if ((mask & ATTR_TIMES) == ATTR_TIMES_NOW)
		return inode_permission(inode, cred, MAY_WRITE);
	return -EPERM;
}

static int check_change(struct inode *inode, const struct attr_change *c,
			const struct cred *cred)
{
	int err = 0;

	if ((c->mask & ATTR_MODE) && S_ISLNK(inode->mode))
		return -EOPNOTSUPP;
	if (c->mask & ATTR_OWNER)
		err = check_chown(inode, c, cred);
	/* A chown that takes set-id bits away changes the mode as well. */
	if (!err && ((c->mask & ATTR_MODE) ||
		     ((c->mask & ATTR_OWNER) &&
		      inode_suid_to_clear(inode, cred))) &&
	    !inode_owner_or_capable(inode, cred))
		err = -EPERM;
	if (!err && (c->mask & ATTR_TIMES))
		err = check_times(inode, c->mask, cred);
	if (!err && inode->ops->setattr)
		err = inode->ops->setattr(inode, c, cred);
	return err;
}

/* The mode after chmod: no set-group-id bit for those outside the group. */
static mode_t mode_for(const struct inode *inode, const struct attr_change *c,
		       const struct cred *cred)
{
	gid_t gid = (c->mask & ATTR_OWNER) && c->gid != (gid_t)-1 ?
		c->gid : inode->gid;
	mode_t mode = c->mode & S_IALLUGO;

	if ((mode & S_ISGID) && !cred_in_group(cred, gid) &&
	    !cred_capable_ids(cred, inode->uid, gid, CAP_FSETID))
		mode &= ~S_ISGID;
	return (inode->mode & S_IFMT) | mode;
}

static void apply_owner(struct inode *inode, const struct attr_change *c,
			mode_t clear)
{
	if (c->uid != (uid_t)-1)
		inode->uid = c->uid;
	if (c->gid != (gid_t)-1)
		inode->gid = c->gid;
	inode->mode &= ~clear;
}

static void apply_change(struct inode *inode, const struct attr_change *c,
			 const struct cred *cred)
{
	mode_t clear = inode_suid_to_clear(inode, cred);
	mode_t mode = mode_for(inode, c, cred);
	struct timespec now = vfs_now();

	spin_lock(&inode->attr_lock);
	if (c->mask & ATTR_OWNER)
		apply_owner(inode, c, clear);
	if (c->mask & ATTR_MODE)
		inode->mode = mode;
	if (c->mask & ATTR_ATIME)
		inode->atime = now;
	if (c->mask & ATTR_MTIME)
		inode->mtime = now;
	if (c->mask & ATTR_ATIME_SET)
		inode->atime = c->atime;
	if (c->mask & ATTR_MTIME_SET)
		inode->mtime = c->mtime;
	inode->ctime = now;
	spin_unlock(&inode->attr_lock);
}

int vfs_setattr(const struct path *p, const struct attr_change *c,
		const struct cred *cred)
{
	struct inode *inode = path_inode(p);
	int err;

	if (c->mask & ATTR_SIZE)
		return vfs_truncate(p, c->size, cred);
	if (!c->mask)
		return 0;
	err = mount_want_write(p);
	if (err)
		return err;
	mutex_lock(&inode->lock);
	err = check_change(inode, c, cred);
	if (!err)
		apply_change(inode, c, cred);
	mutex_unlock(&inode->lock);
	mount_end_write(p);
	return err;
}

int inode_truncate(struct inode *inode, u64 size, const struct cred *cred)
{
	struct attr_change c = { .mask = ATTR_SIZE, .size = size };
	int err;

	if (!inode->ops->truncate)
		return 0;	/* devices and texts made on demand */
	if (size > inode->size && !file_limit_write(size - 1, 1))
		return -EFBIG;
	mutex_lock(&inode->lock);
	err = inode->ops->setattr ? inode->ops->setattr(inode, &c, cred) : 0;
	if (!err)
		err = inode->ops->truncate(inode, size);
	if (!err) {
		inode_strip_suid(inode, cred);
		inode_touch(inode);
	}
	mutex_unlock(&inode->lock);
	return err;
}

int vfs_truncate(const struct path *p, u64 size, const struct cred *cred)
{
	struct inode *inode = path_inode(p);
	int err;

	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (!S_ISREG(inode->mode))
		return -EINVAL;
	err = mount_want_write(p);
	if (err)
		return err;
	err = inode_permission(inode, cred, MAY_WRITE);
	if (!err)
		err = inode_get_write(inode);
	if (!err) {
		err = inode_truncate(inode, size, cred);
		inode_put_write(inode);
	}
	mount_end_write(p);
	return err;
}

static bool time_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec ||
	       (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

#define DAY_SEC 86400

/* relatime: only when it is not newer than a change, or a day old. */
static bool atime_is_due(const struct inode *inode, u32 flags)
{
	if (flags & MS_NOATIME)
		return false;
	if ((flags & MS_NODIRATIME) && S_ISDIR(inode->mode))
		return false;
	if (!(flags & MS_RELATIME))
		return true;
	return !time_before(&inode->mtime, &inode->atime) ||
	       !time_before(&inode->ctime, &inode->atime) ||
	       wallclock_coarse_s() - inode->atime.tv_sec >= DAY_SEC;
}

static inline void set_atime(struct inode *inode, const struct timespec *now)
{
	spin_lock(&inode->attr_lock);
	inode->atime = *now;
	spin_unlock(&inode->attr_lock);
}

/* Pipes and their like are in a mount that nobody changes. */
static NOINLINE void touch_nameless(struct inode *inode)
{
	struct timespec now = vfs_now();

	set_atime(inode, &now);
}

static NOINLINE void touch_named(const struct path *p, struct inode *inode)
{
	struct timespec now;

	if (mount_want_write(p))
		return;
	now = vfs_now();
	set_atime(inode, &now);
	mount_end_write(p);
}

void path_touch_atime(const struct path *p)
{
	struct inode *inode = path_inode(p);

	if (inode->flags & INODE_NO_TIMES)
		return;
	if (inode->flags & INODE_NAMELESS)
		touch_nameless(inode);
	else if (atime_is_due(inode, READ_ONCE(p->mount->flags)))
		touch_named(p, inode);
}
