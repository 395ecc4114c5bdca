/*
 * drivers/devpts.c - the file system of slaves
 *
 * What:  each mount is an instance of its own, with numbers from 0 up, a node
 *        "ptmx" that makes pairs in it, and a node for each pair. Options
 *        uid=, gid=, mode=, ptmxmode=, max=, newinstance.
 * Locks: numbers_mutex: the numbers of all instances, what they stand for, the
 *        options.
 * Life:  an instance is its superblock: mounts and pairs hold it. A node
 *        belongs to its pair, and holds the tty while somebody has it open or
 *        looks at it; when the master closes it has no links left, and its
 *        name is dropped at the next look.
 * See:   pts(4), mount(8) "Mount options for devpts"
 */
#include "pty.h"

#include <core/panic.h>
#include <fs/file.h>
#include <fs/seq_buf.h>
#include <lib/format.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/nsproxy.h>
#include <proc/procfs.h>
#include <proc/task.h>
#include <uapi/capability.h>
#include <uapi/dirent.h>
#include <uapi/errno.h>
#include <uapi/kdev.h>
#include <uapi/mount.h>

#define MAX_NUMBER (1u << 20)		/* what a minor number can say */
#define INO_ROOT 1
#define INO_PTMX 2
#define INO_FIRST 3

struct devpts_options {
	bool has_uid, has_gid;
	uid_t uid;
	gid_t gid;
	mode_t mode, ptmxmode;
	u32 max;
};

struct devpts {
	struct superblock *sb;		/* [I] borrowed: it is part of it */
	struct inode *ptmx;		/* [I] owned by the root's inode */
	struct devpts_options opt;	/* [numbers_mutex] */
	struct pty **slots;		/* [numbers_mutex] by number */
	u32 nslots;			/* [numbers_mutex] */
};

static DEFINE_MUTEX(numbers_mutex, RANK_MUTEX_SMALL);
static u32 nr_pairs;			/* [numbers_mutex] of all instances */
/* Limits of the machine; the last ones are the first instances'. */
static u32 max_pairs = 4096;		/* [a] */
static u32 reserved_pairs = 1024;	/* [a] */

static struct devpts *sb_devpts(const struct superblock *sb)
{
	return sb->private;
}

static bool is_devpts(const struct path *p)
{
	return path_inode(p)->sb->magic == DEVPTS_SUPER_MAGIC;
}

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
	mutex_lock(&numbers_mutex);
	inode->mode |= fs->opt.mode;
	inode->uid = fs->opt.has_uid ? fs->opt.uid : cred->fsuid;
	inode->gid = fs->opt.has_gid ? fs->opt.gid : cred->fsgid;
	pty->inode = inode;
	fs->slots[pty->index] = pty;
	mutex_unlock(&numbers_mutex);
	return 0;
}

void devpts_remove(struct pty *pty)
{
	struct inode *inode = pty->inode;

	mutex_lock(&numbers_mutex);
	WRITE_ONCE(inode->nlink, 0);
	pty->inode = NULL;
	mutex_unlock(&numbers_mutex);
	dentry_prune(pty->fs->sb->root);
	inode_put(inode);
}

/* --- numbers ------------------------------------------------------------- */

/* In place of a pair that has a number, but no name yet. */
static struct pty embryo;

/* Room for twice as many. [numbers_mutex] */
static int grow(struct devpts *fs)
{
	u32 n = fs->nslots ? fs->nslots * 2 : 16;
	struct pty **slots = kzalloc(n * sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	if (fs->nslots)
		memcpy(slots, fs->slots, fs->nslots * sizeof(*slots));
	kfree(fs->slots);
	fs->slots = slots;
	fs->nslots = n;
	return 0;
}

/* Those of the first mount namespace may use the reserve. */
static bool too_many(void)
{
	u32 reserve = current_task()->nsproxy->mnt == mount_ns_init() ?
		      0 : READ_ONCE(reserved_pairs);
	u32 limit = READ_ONCE(max_pairs);

	return nr_pairs >= limit - min(limit, reserve);
}

static int take_number(struct devpts *fs, struct pty *pty)
{
	u32 i = 0;

	if (too_many())
		return -ENOSPC;
	while (i < fs->nslots && fs->slots[i])
		i++;
	if (i >= fs->opt.max)
		return -ENOSPC;
	if (i == fs->nslots && grow(fs))
		return -ENOMEM;
	fs->slots[i] = &embryo;
	pty->index = i;
	nr_pairs++;
	return 0;
}

int devpts_number(struct devpts *fs, struct pty *pty)
{
	int err;

	mutex_lock(&numbers_mutex);
	err = take_number(fs, pty);
	mutex_unlock(&numbers_mutex);
	return err;
}

void devpts_free_number(struct pty *pty)
{
	mutex_lock(&numbers_mutex);
	pty->fs->slots[pty->index] = NULL;
	nr_pairs--;
	mutex_unlock(&numbers_mutex);
}

/* The node of number @nr, with a reference; NULL: none. */
static struct inode *find_node(struct devpts *fs, u32 nr)
{
	struct inode *inode = NULL;

	mutex_lock(&numbers_mutex);
	if (nr < fs->nslots && fs->slots[nr])
		inode = fs->slots[nr]->inode;
	if (inode)
		inode_get(inode);
	mutex_unlock(&numbers_mutex);
	return inode;
}

/* --- the directory ------------------------------------------------------- */

/* "0" or digits without a 0 in front. MAX_NUMBER: something else. */
static u32 parse_number_of(const char *name, size_t len)
{
	u32 nr = 0;

	if (!len || len > 7 || (name[0] == '0' && len > 1))
		return MAX_NUMBER;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return MAX_NUMBER;
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
		*out = find_node(fs, parse_number_of(name, len));
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
		struct inode *inode = find_node(fs, nr);
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

/* --- paths --------------------------------------------------------------- */

/* "pts" beside @path is an instance's root? 0 and *@out with references. */
static int find_beside(const struct path *path, struct path *out)
{
	int err = path_beside(path, "pts", out);

	if (err)
		return err;
	if (is_devpts(out) && out->dentry == path_inode(out)->sb->root)
		return 0;
	path_put(out);
	return -ENODEV;
}

int devpts_of_path(const struct path *path, struct devpts **out)
{
	struct path pts = *path;
	int err = 0;

	if (is_devpts(path))
		path_get(&pts);
	else
		err = find_beside(path, &pts);
	if (err)
		return err;
	*out = sb_devpts(path_inode(&pts)->sb);
	superblock_get((*out)->sb);
	path_put(&pts);
	return 0;
}

void devpts_put(struct devpts *fs)
{
	superblock_put(fs->sb);
}

/* A ptmx that was bound elsewhere counts where it is bound. */
static int find_root(const struct path *master, struct path *out)
{
	struct path at = *master;
	int err = 0;

	path_get(&at);
	while (path_is_mount_root(&at) && path_leave_mount(&at))
		;
	if (is_devpts(&at)) {
		*out = at;
		path_get(out);
	} else {
		err = find_beside(&at, out);
	}
	path_put(&at);
	return err;
}

int devpts_slave_path(const struct pty *pty, const struct path *master,
		      struct path *out)
{
	struct path root;
	char name[12];
	int err = find_root(master, &root);

	if (err)
		return err;
	scnprintf(name, sizeof(name), "%u", pty->index);
	if (sb_devpts(path_inode(&root)->sb) != pty->fs) {
		err = -ENODEV;
	} else {
		const struct walk w = {
			.fs = current_task()->fs,
			.cred = &cred_init,
			.base = &root,
		};

		dentry_put(root.dentry);
		root.dentry = dentry_get(pty->fs->sb->root);
		err = path_walk(&w, name, out);
	}
	path_put(&root);
	return err;
}

/* --- instances ----------------------------------------------------------- */

static int parse_octal_mode(const char *text, mode_t *out)
{
	mode_t mode = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '7' || mode > S_IALLUGO)
			return -EINVAL;
		mode = mode * 8 + (mode_t)(*text - '0');
	}
	*out = mode & S_IALLUGO;
	return 0;
}

static int parse_option(struct devpts_options *o, const char *key,
			const char *value)
{
	u64 n = 0;

	if (!strcmp(key, "newinstance") && !value)
		return 0;
	if (!value)
		return -EINVAL;
	if (!strcmp(key, "mode"))
		return parse_octal_mode(value, &o->mode);
	if (!strcmp(key, "ptmxmode"))
		return parse_octal_mode(value, &o->ptmxmode);
	if (parse_u64(value, &n) || n >= U32_MAX)
		return -EINVAL;
	if (!strcmp(key, "uid")) {
		o->uid = cred_uid_to_global(current_cred(), (uid_t)n);
		o->has_uid = true;
		return o->uid == (uid_t)-1 ? -EINVAL : 0;
	}
	if (!strcmp(key, "gid")) {
		o->gid = cred_gid_to_global(current_cred(), (gid_t)n);
		o->has_gid = true;
		return o->gid == (gid_t)-1 ? -EINVAL : 0;
	}
	if (strcmp(key, "max") || n > MAX_NUMBER)
		return -EINVAL;
	o->max = (u32)n;
	return 0;
}

/* "key=value,key,..."; what is not named has its default, also at a remount. */
static int parse_options(const char *data, struct devpts_options *o)
{
	char *copy = kstrdup(data);
	char *at = copy;
	int err = copy ? 0 : -ENOMEM;

	*o = (struct devpts_options){ .mode = 0600, .max = MAX_NUMBER };
	while (!err && at && *at) {
		char *next = strchr(at, ',');
		char *value;

		if (next)
			*next++ = '\0';
		value = strchr(at, '=');
		if (value)
			*value++ = '\0';
		if (*at)
			err = parse_option(o, at, value);
		at = next;
	}
	kfree(copy);
	return err;
}

static void set_options(struct devpts *fs, const struct devpts_options *o)
{
	mutex_lock(&numbers_mutex);
	fs->opt = *o;
	mutex_unlock(&numbers_mutex);
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
	if (o->max < MAX_NUMBER)
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

/* --- /proc/sys/kernel/pty ------------------------------------------------ */

static int show_max(struct seq_buf *out)
{
	seq_printf(out, "%u\n", READ_ONCE(max_pairs));
	return 0;
}

static int show_reserve(struct seq_buf *out)
{
	seq_printf(out, "%u\n", READ_ONCE(reserved_pairs));
	return 0;
}

static int show_nr(struct seq_buf *out)
{
	seq_printf(out, "%u\n", READ_ONCE(nr_pairs));
	return 0;
}

static ssize_t write_limit(const char *text, size_t len, u32 *limit)
{
	u64 n;

	if (parse_u64(text, &n) || n > MAX_NUMBER)
		return -EINVAL;
	WRITE_ONCE(*limit, (u32)n);
	return (ssize_t)len;
}

static ssize_t write_max(const char *text, size_t len)
{
	return write_limit(text, len, &max_pairs);
}

static ssize_t write_reserve(const char *text, size_t len)
{
	return write_limit(text, len, &reserved_pairs);
}

int devpts_init(void)
{
	static struct fs_type devpts = {
		.name = "devpts", .nodev = true, .mount = devpts_mount,
		.for_users = true, .own = devpts_own,
	};
	static struct proc_entry entries[] = {
		{ .path = "sys/kernel/pty/max", .mode = 0644,
		  .show = show_max, .write = write_max },
		{ .path = "sys/kernel/pty/reserve", .mode = 0644,
		  .show = show_reserve, .write = write_reserve },
		{ .path = "sys/kernel/pty/nr", .mode = 0444,
		  .show = show_nr },
	};

	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
	fs_type_register(&devpts);
	return chardev_register(UNIX98_PTY_SLAVE_MAJOR, CHARDEV_ANY, "pts",
				&pts_file_ops);
}
