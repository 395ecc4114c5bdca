/*
 * fs/perm.c - who may read, write and search
 *
 * What:  the mode bits and the capabilities that override them; what a mount
 *        forbids on top.
 * Locks: mode and owner are read without a lock: the answer holds for one of
 *        the moments of the call.
 * See:   path_resolution(7), capabilities(7), access(2)
 */
#include "inode.h"

#include <fs/file.h>
#include <uapi/mount.h>

#include "mount.h"

/* The three bits of @mode that count for @cred. */
static u32 mode_bits_for(const struct inode *inode, const struct cred *cred)
{
	mode_t mode = READ_ONCE(inode->mode);

	if (cred->fsuid == inode->uid)
		return mode >> 6 & 7;
	if (((mode >> 3) ^ mode) & 7 && cred_in_group(cred, inode->gid))
		return mode >> 3 & 7;
	return mode & 7;
}

static bool capability_allows(const struct inode *inode,
			      const struct cred *cred, u32 mask)
{
	bool dir = S_ISDIR(inode->mode);
	u32 read_search = dir ? MAY_READ | MAY_EXEC : MAY_READ;

	if (!(mask & ~read_search) &&
	    cred_capable_ids(cred, inode->uid, inode->gid,
			     CAP_DAC_READ_SEARCH))
		return true;
	/* Running needs one execute bit, whoever asks. */
	if (!dir && (mask & MAY_EXEC) && !(inode->mode & S_IXUGO))
		return false;
	return cred_capable_ids(cred, inode->uid, inode->gid,
				CAP_DAC_OVERRIDE);
}

int inode_permission(struct inode *inode, const struct cred *cred, u32 mask)
{
	if (inode->ops->permission)
		return inode->ops->permission(inode, cred, mask);
	return inode_mode_permission(inode, cred, mask);
}

int inode_mode_permission(const struct inode *inode, const struct cred *cred,
			  u32 mask)
{
	if (!(mask & ~mode_bits_for(inode, cred)))
		return 0;
	return capability_allows(inode, cred, mask) ? 0 : -EACCES;
}

static bool type_is_stored(mode_t mode)
{
	return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode);
}

int path_permission(const struct path *p, const struct cred *cred, u32 mask)
{
	struct inode *inode = path_inode(p);
	int err;

	if ((mask & MAY_EXEC) && S_ISREG(inode->mode) && path_noexec(p))
		return -EACCES;
	if ((mask & MAY_WRITE) && (inode->sb->flags & MS_RDONLY) &&
	    type_is_stored(inode->mode))
		return -EROFS;
	err = inode_permission(inode, cred, mask);
	if (!err && (mask & MAY_WRITE) && type_is_stored(inode->mode) &&
	    mount_is_readonly(p->mount))
		err = -EROFS;
	return err;
}

bool inode_owner_or_capable(const struct inode *inode, const struct cred *cred)
{
	return cred->fsuid == inode->uid ||
	       cred_capable_ids(cred, inode->uid, inode->gid, CAP_FOWNER);
}

bool path_noexec(const struct path *p)
{
	return READ_ONCE(p->mount->flags) & MS_NOEXEC;
}

bool path_nosuid(const struct path *p)
{
	return READ_ONCE(p->mount->flags) & MS_NOSUID;
}
