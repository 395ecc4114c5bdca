/*
 * fs/memfd.c - nameless files in memory and their seals
 *
 * What:  memfd_create, and the promises (F_ADD_SEALS) that a file will not
 *        shrink, grow or be written any more.
 * Locks: inode->lock: the seals.
 * See:   memfd_create(2), fcntl(2) "File Sealing"
 */
#include "ramfs.h"

#include <lib/format.h>
#include <lib/string.h>
#include <uapi/fcntl.h>
#include <uapi/mman.h>

#include "file_internal.h"

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | \
		   F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)
/* Seals that a file which loses its execute bits for ever gets at once. */
#define EXEC_IMPLIES (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | \
		      F_SEAL_FUTURE_WRITE)

static u32 initial_seals(u32 flags)
{
	if (flags & MFD_NOEXEC_SEAL)
		return F_SEAL_EXEC;
	return flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL;
}

int memfd_create_file(const char *name, u32 flags, const struct cred *cred,
		      struct file **out)
{
	mode_t mode = flags & MFD_NOEXEC_SEAL ? 0666 : 0777;
	char label[NAME_MAX + 1];
	struct inode *inode;
	struct path p;
	int err = ramfs_create_memfd(S_IFREG | mode, cred, &inode);

	if (err)
		return err;
	ramfs_content_of(inode)->seals = initial_seals(flags);
	snprintf(label, sizeof(label), "/memfd:%s (deleted)", name);
	err = path_create_anon(inode, label, &p);
	inode_put(inode);
	if (err)
		return err;
	err = file_create_steal(&p, NULL, cred, out);
	if (err)
		return err;
	err = file_open(*out, O_RDWR | O_LARGEFILE);
	if (err)
		file_put(*out);
	return err;
}

/* Is @f of a kind that has seals? */
static struct ramfs_content *sealable(struct file *f)
{
	const struct inode *inode = path_inode(&f->path);

	return inode->fops == &ramfs_file_ops ? ramfs_content_of(inode) : NULL;
}

static int add_seals(struct inode *inode, struct ramfs_content *c, u32 seals)
{
	if (c->seals & F_SEAL_SEAL)
		return -EPERM;
	if ((seals & F_SEAL_WRITE) && !(c->seals & F_SEAL_WRITE) &&
	    atomic_read(&c->object.writable_maps))
		return -EBUSY;
	if ((seals & F_SEAL_EXEC) && (inode->mode & S_IXUGO))
		seals |= EXEC_IMPLIES;
	c->seals |= seals;
	return 0;
}

int file_add_seals(struct file *f, u32 seals)
{
	struct ramfs_content *c = sealable(f);
	struct inode *inode = path_inode(&f->path);
	int err;

	if (!(f->mode & FILE_WRITE))
		return -EPERM;
	if ((seals & ~(u32)ALL_SEALS) || !c)
		return -EINVAL;
	mutex_lock(&inode->lock);
	err = add_seals(inode, c, seals);
	mutex_unlock(&inode->lock);
	return err;
}

int file_get_seals(struct file *f)
{
	const struct ramfs_content *c = sealable(f);

	return c ? (int)READ_ONCE(c->seals) : -EINVAL;
}
