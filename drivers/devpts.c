/*
 * drivers/devpts.c - the file system of slaves
 *
 * What:  each mount is an instance of its own, with numbers from 0 up, a node
 *        "ptmx" that makes pairs in it, and a node for each pair. Options
 *        uid=, gid=, mode=, ptmxmode=, max=, newinstance.
 * Locks: see devpts.h.
 * Life:  an instance is its superblock: mounts and pairs hold it. A node
 *        belongs to its pair, and holds the tty while somebody has it open or
 *        looks at it; when the master closes it has no links left, and its
 *        name is dropped at the next look.
 * Not:   who gets which number (devpts_number.c), which instance a path means
 *        (devpts_path.c).
 * See:   pts(4), mount(8) "Mount options for devpts"
 */
#include "devpts.h"

#include <fs/file.h>
#include <fs/mount_options.h>
#include <lib/format.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/task.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>
#include <uapi/kdev.h>
#include <uapi/mount.h>

#define INO_ROOT 1
#define INO_PTMX 2
#define INO_FIRST 3

/* --- nodes --------------------------------------------------------------- */

static void node_evict(struct inode *inode)
{
	if (inode->private)
		tty_put(&((struct pty *)inode->private)->tty);
}

/* A name whose master is closed is dropped. */
static bool node_is_there(struct dentry *d)
{
	return READ_ONCE(dentry_inode(d)->nlink) != 0;
}

static const struct inode_ops node_ops = {
	.revalidate = node_is_there,
	.evict = node_evict,
};

/* A node that mknod made elsewhere has the number, but nothing behind it. */
static int pts_open(struct inode *inode, struct file *f)
{
	struct pty *pty = inode->private;

	if (inode->sb->magic != DEVPTS_SUPER_MAGIC || !pty)
		return -EIO;
	return tty_open_file(&pty->tty, f, true);
}

static const struct file_ops pts_file_ops = {
	.open = pts_open,
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.set_flags = tty_set_flags,
	.release = tty_release,
};

static struct inode *node_create(struct superblock *sb, mode_t mode, ino_t ino)
{
	struct inode *inode = inode_create(sb, mode);

	if (!inode)
		return NULL;
	inode->ino = ino;
	inode->ops = &node_ops;
	return inode;
}

int devpts_add(struct pty *pty, const struct cred *cred)
{
	struct devpts *fs = pty->fs;
	struct inode *inode;

	inode = node_create(fs->sb, S_IFCHR, INO_FIRST + pty->index);
	if (!inode)
		return -ENOMEM;
	inode->rdev = pty->tty.dev;
	inode->fops = &pts_file_ops;
	tty_get(&pty->tty);
	inode->private = pty;
	mutex_lock(&devpts_mutex);
	inode->mode |= fs->opt.mode;
	inode->uid = fs->opt.has_uid ? fs->opt.uid : cred->fsuid;
	inode->gid = fs->opt.has_gid ? fs->opt.gid : cred->fsgid;
	pty->inode = inode;
	fs->slots[pty->index] = pty;
	mutex_unlock(&devpts_mutex);
	return 0;
}

void devpts_remove(struct pty *pty)
{
	struct inode *inode = pty->inode;

	mutex_lock(&devpts_mutex);
	WRITE_ONCE(inode->nlink, 0);
	pty->inode = NULL;
	mutex_unlock(&devpts_mutex);
	dentry_prune(pty->fs->sb->root);
	inode_put(inode);
}

/* --- the directory ------------------------------------------------------- */

/* "0" or digits without a 0 in front. DEVPTS_MAX: something else. */
static u32 parse_number_of(const char *name, size_t len)
{
	u32 nr = 0;

	if (!len || len > 7 || (name[0] == '0' && len > 1))
		return DEVPTS_MAX;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return DEVPTS_MAX;
		nr = nr * 10 + (u32)(name[i] - '0');
	}
	return nr;
}

static int root_lookup(struct inode *dir, const char *name, size_t len,
		       struct inode **out)
{
	struct devpts *fs = sb_devpts(dir->sb);

	if (len == 4 && !memcmp(name, "ptmx", 4)) {
		inode_get(fs->ptmx);
		*out = fs->ptmx;
	} else {
		*out = devpts_find(fs, parse_number_of(name, len));
	}
	return 0;
}

static void root_evict(struct inode *root)
{
	struct inode *ptmx = sb_devpts(root->sb)->ptmx;

	if (ptmx)
		inode_put(ptmx);
}

static const struct inode_ops root_ops = {
	.lookup = root_lookup,
	.evict = root_evict,
};

static bool emit_numbers(struct devpts *fs, struct dir_context *c)
{
	for (u32 nr = (u32)c->pos - INO_FIRST; nr < READ_ONCE(fs->nslots);
	     nr++) {
		struct inode *inode = devpts_find(fs, nr);
		char name[12];
		int len;

		if (!inode)
			continue;
		inode_put(inode);
		c->pos = nr + INO_FIRST;
		len = scnprintf(name, sizeof(name), "%u", nr);
		if (!c->emit(c, name, (size_t)len, INO_FIRST + nr, DT_CHR))
			return false;
		c->pos++;
	}
	return true;
}

static int root_readdir(struct file *f, struct dir_context *c)
{
	struct dentry *d = f->path.dentry;
	ino_t above = dentry_inode(dentry_parent(d))->ino;

	if (c->pos == 0 && c->emit(c, ".", 1, INO_ROOT, DT_DIR))
		c->pos = 1;
	if (c->pos == 1 && c->emit(c, "..", 2, above, DT_DIR))
		c->pos = 2;
	if (c->pos == 2 && c->emit(c, "ptmx", 4, INO_PTMX, DT_CHR))
		c->pos = INO_FIRST;
	if (c->pos >= INO_FIRST)
		emit_numbers(sb_devpts(path_inode(&f->path)->sb), c);
	return 0;
}

static const struct file_ops root_fops = {
	.readdir = root_readdir,
	.seek = generic_seek,
};

/* --- instances ----------------------------------------------------------- */

/* An id as the caller says it. */
static int take_id(const char *value, u32 *id, bool *has,
		   u32 (*to_global)(const struct cred *cred, u32 id))
{
	u32 n;

	if (mount_option_id(value, &n))
		return -EINVAL;
	*has = true;
	*id = to_global(current_cred(), n);
	return *id == U32_MAX ? -EINVAL : 0;
}

static int parse_option(void *arg, const char *key, const char *value)
{
	struct devpts_options *o = arg;

	if (!strcmp(key, "newinstance") && !value)
		return 0;
	if (!value)
		return -EINVAL;
	if (!strcmp(key, "mode"))
		return mount_option_mode(value, &o->mode);
	if (!strcmp(key, "ptmxmode"))
		return mount_option_mode(value, &o->ptmxmode);
	if (!strcmp(key, "uid"))
		return take_id(value, &o->uid, &o->has_uid, cred_uid_to_global);
	if (!strcmp(key, "gid"))
		return take_id(value, &o->gid, &o->has_gid, cred_gid_to_global);
	if (strcmp(key, "max") || mount_option_id(value, &o->max) ||
	    o->max > DEVPTS_MAX)
		return -EINVAL;
	return 0;
}

/* What is not named has its default, also at a remount. */
static int parse_options(const char *data, struct devpts_options *o)
{
	*o = (struct devpts_options){ .mode = 0600, .max = DEVPTS_MAX };
	return mount_options_each(data, parse_option, o);
}

static void set_options(struct devpts *fs, const struct devpts_options *o)
{
	mutex_lock(&devpts_mutex);
	fs->opt = *o;
	mutex_unlock(&devpts_mutex);
	spin_lock(&fs->ptmx->attr_lock);
	fs->ptmx->mode = S_IFCHR | o->ptmxmode;
	spin_unlock(&fs->ptmx->attr_lock);
}

static int devpts_remount(struct superblock *sb, u32 flags, const char *data)
{
	struct devpts_options o;
	int err = parse_options(data, &o);

	(void)flags;
	if (!err)
		set_options(sb_devpts(sb), &o);
	return err;
}

static size_t devpts_show(struct superblock *sb, char *buf, size_t size)
{
	const struct devpts_options *o = &sb_devpts(sb)->opt;
	size_t n = 0;

	if (o->has_uid)
		n += (size_t)scnprintf(buf + n, size - n, ",uid=%u", o->uid);
	if (o->has_gid)
		n += (size_t)scnprintf(buf + n, size - n, ",gid=%u", o->gid);
	n += (size_t)scnprintf(buf + n, size - n, ",mode=%03o", o->mode);
	n += (size_t)scnprintf(buf + n, size - n, ",ptmxmode=%03o",
			       o->ptmxmode);
	if (o->max < DEVPTS_MAX)
		n += (size_t)scnprintf(buf + n, size - n, ",max=%u", o->max);
	return n;
}

static void devpts_destroy(struct superblock *sb)
{
	struct devpts *fs = sb_devpts(sb);

	if (!fs)
		return;
	kfree(fs->slots);
	kfree(fs);
}

static const struct sb_ops devpts_sb_ops = {
	.remount = devpts_remount,
	.show_options = devpts_show,
	.destroy = devpts_destroy,
};

static int make_nodes(struct devpts *fs)
{
	struct superblock *sb = fs->sb;
	struct inode *root = node_create(sb, S_IFDIR | 0755, INO_ROOT);

	if (!root)
		return -ENOMEM;
	root->nlink = 2;
	root->ops = &root_ops;
	root->fops = &root_fops;
	sb->root = dentry_create_root(root);
	fs->ptmx = sb->root ? node_create(sb, S_IFCHR, INO_PTMX) : NULL;
	if (!fs->ptmx)
		return -ENOMEM;
	fs->ptmx->rdev = MKDEV(TTYAUX_MAJOR, 2);
	fs->ptmx->fops = &ptmx_file_ops;
	return 0;
}

/* Root and ptmx belong to the root of the mounter's user namespace. */
static int devpts_own(struct superblock *sb, const struct cred *mounter)
{
	struct inode *root = dentry_inode(sb->root);
	struct inode *ptmx = sb_devpts(sb)->ptmx;

	root->uid = cred_uid_to_global(mounter, 0);
	root->gid = cred_gid_to_global(mounter, 0);
	ptmx->uid = root->uid;
	ptmx->gid = root->gid;
	return root->uid == (uid_t)-1 || root->gid == (gid_t)-1 ? -EINVAL : 0;
}

static int devpts_mount(const struct fs_type *t, u32 flags, const char *data,
			void *arg, struct superblock **out)
{
	struct devpts_options o;
	struct devpts *fs;
	struct superblock *sb;
	int err = parse_options(data, &o);

	(void)flags;
	(void)arg;
	if (!err)
		err = superblock_create(t->name, DEVPTS_SUPER_MAGIC,
					&devpts_sb_ops, &sb);
	if (err)
		return err;
	fs = kzalloc(sizeof(*fs));
	sb->private = fs;
	err = -ENOMEM;
	if (fs) {
		fs->sb = sb;
		err = make_nodes(fs);
	}
	if (err) {
		superblock_put(sb);
		return err;
	}
	set_options(fs, &o);
	*out = sb;
	return 0;
}

int devpts_init(void)
{
	static struct fs_type devpts = {
		.name = "devpts", .nodev = true, .mount = devpts_mount,
		.for_users = true, .own = devpts_own,
	};

	devpts_number_init();
	fs_type_register(&devpts);
	return chardev_register(UNIX98_PTY_SLAVE_MAJOR, CHARDEV_ANY, "pts",
				&pts_file_ops);
}
