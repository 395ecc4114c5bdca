/*
 * fs/ramfs_mount.c - the file system in memory: instances
 *
 * What:  the types rootfs and tmpfs, their options size=, nr_blocks=,
 *        nr_inodes=, mode=, uid=, gid=, their limits, what statfs shows; the
 *        type ramfs, which has no limits; the internal instance of memfd
 *        files.
 * Locks: counts are atomic; limits change under the mount mutex.
 * Life:  limits outlive their instance while mappings of its files do.
 * See:   tmpfs(5)
 */
#include "ramfs.h"

#include <core/panic.h>
#include <fs/mount_options.h>
#include <lib/format.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <uapi/mount.h>

#include "file_internal.h"

static struct superblock *internal_sb;	/* set at boot */

static struct ramfs_limits *ramfs_limits_of(const struct superblock *sb)
{
	return sb->private;
}

void ramfs_limits_get(struct ramfs_limits *l)
{
	refcount_get(&l->refs);
}

void ramfs_limits_put(struct ramfs_limits *l)
{
	if (refcount_put(&l->refs))
		kfree(l);
}

/* One more of @used, unless that is more than @max (0: no limit). */
static int charge(struct atomic64 *used, u64 max_used)
{
	u64 n = (u64)atomic_add_return(used, 1);

	if (!max_used || n <= max_used)
		return 0;
	atomic_dec(used);
	return -ENOSPC;
}

int ramfs_page_charge(struct ramfs_limits *l)
{
	return charge(&l->pages, READ_ONCE(l->max_pages));
}

int ramfs_inode_charge(struct ramfs_limits *l)
{
	return charge(&l->inodes, READ_ONCE(l->max_inodes));
}

static u64 left(u64 max_used, const struct atomic64 *used)
{
	u64 n = (u64)atomic_read(used);

	return max_used > n ? max_used - n : 0;
}

static int ramfs_statfs(struct superblock *sb, struct statfs *out)
{
	const struct ramfs_limits *l = ramfs_limits_of(sb);

	out->f_blocks = l->max_pages;
	out->f_bfree = left(l->max_pages, &l->pages);
	out->f_bavail = out->f_bfree;
	out->f_files = l->max_inodes;
	out->f_ffree = left(l->max_inodes, &l->inodes);
	return 0;
}

static void set_defaults(struct ramfs_limits *l)
{
	struct mm_stat stat;

	mm_stat_get(&stat);
	l->max_pages = stat.total_pages / 2;
	l->max_inodes = stat.total_pages / 2;
	l->default_pages = true;
	l->default_inodes = true;
	l->mode = S_IRWXUGO | S_ISVTX;
}

void ramfs_limits_fit(struct superblock *sb)
{
	struct ramfs_limits *l = ramfs_limits_of(sb);
	struct mm_stat stat;
	u64 half, room;

	mm_stat_get(&stat);
	half = stat.total_pages / 2;
	room = stat.free_pages / 2;
	if (l->default_pages)
		WRITE_ONCE(l->max_pages,
			   max(half, (u64)atomic_read(&l->pages) + room));
	if (l->default_inodes)
		WRITE_ONCE(l->max_inodes,
			   max(half, (u64)atomic_read(&l->inodes) + room));
}

/* "50%" of memory, or bytes with a suffix. */
static int parse_memory(const char *text, u64 *pages)
{
	struct mm_stat stat;
	const char *end;
	u64 n;
	int err = parse_number(text, &end, &n);

	if (err)
		return -EINVAL;
	if (end[0] == '%' && !end[1]) {
		mm_stat_get(&stat);
		*pages = n * stat.total_pages / 100;
		return 0;
	}
	err = parse_size(text, &n);
	if (err)
		return -EINVAL;
	*pages = DIV_ROUND_UP(n, PAGE_SIZE);
	return 0;
}

static int parse_count(const char *value, u64 *out, bool *is_default)
{
	*is_default = false;
	return parse_size(value, out) ? -EINVAL : 0;
}

/* Options that mean nothing here, but are not refused. */
static bool option_is_ignored(const char *key)
{
	static const char *const ignored[] = {
		"inode64", "inode32", "huge", "mpol", "noswap",
	};

	for (u32 i = 0; i < ARRAY_SIZE(ignored); i++) {
		if (!strcmp(key, ignored[i]))
			return true;
	}
	return false;
}

static int parse_option(void *arg, const char *key, const char *value)
{
	struct ramfs_limits *l = arg;

	if (option_is_ignored(key))
		return 0;
	if (!value)
		return -EINVAL;
	if (!strcmp(key, "size")) {
		l->default_pages = false;
		return parse_memory(value, &l->max_pages);
	}
	if (!strcmp(key, "nr_blocks"))
		return parse_count(value, &l->max_pages, &l->default_pages);
	if (!strcmp(key, "nr_inodes"))
		return parse_count(value, &l->max_inodes, &l->default_inodes);
	if (!strcmp(key, "mode"))
		return mount_option_mode(value, &l->mode);
	if (!strcmp(key, "uid")) {
		l->given_uid = true;
		return mount_option_id(value, &l->uid);
	}
	if (!strcmp(key, "gid")) {
		l->given_gid = true;
		return mount_option_id(value, &l->gid);
	}
	return -EINVAL;
}

static int parse_options(struct ramfs_limits *l, const char *data)
{
	return mount_options_each(data, parse_option, l);
}

/* Only limits change, and not below what is in use. */
static int ramfs_remount(struct superblock *sb, u32 flags, const char *data)
{
	struct ramfs_limits *l = ramfs_limits_of(sb);
	struct ramfs_limits new = *l;
	int err = parse_options(&new, data);

	(void)flags;
	if (err)
		return err;
	if ((new.max_pages && new.max_pages < (u64)atomic_read(&l->pages)) ||
	    (new.max_inodes && new.max_inodes < (u64)atomic_read(&l->inodes)))
		return -EINVAL;
	WRITE_ONCE(l->max_pages, new.max_pages);
	WRITE_ONCE(l->max_inodes, new.max_inodes);
	l->default_pages = new.default_pages;
	l->default_inodes = new.default_inodes;
	return 0;
}

static size_t ramfs_show_options(struct superblock *sb, char *buf, size_t size)
{
	const struct ramfs_limits *l = ramfs_limits_of(sb);
	size_t n = 0;

	if (!l->default_pages)
		n += (size_t)scnprintf(buf + n, size - n, ",size=%luk",
				       l->max_pages * (PAGE_SIZE / 1024));
	if (!l->default_inodes)
		n += (size_t)scnprintf(buf + n, size - n, ",nr_inodes=%lu",
				       l->max_inodes);
	if (l->mode != (S_IRWXUGO | S_ISVTX))
		n += (size_t)scnprintf(buf + n, size - n, ",mode=%03o",
				       l->mode);
	if (l->uid)
		n += (size_t)scnprintf(buf + n, size - n, ",uid=%u", l->uid);
	if (l->gid)
		n += (size_t)scnprintf(buf + n, size - n, ",gid=%u", l->gid);
	return n + (size_t)scnprintf(buf + n, size - n, ",inode64");
}

static void ramfs_destroy(struct superblock *sb)
{
	if (sb->private)
		ramfs_limits_put(sb->private);
}

static const struct sb_ops ramfs_sb_ops = {
	.statfs = ramfs_statfs,
	.remount = ramfs_remount,
	.show_options = ramfs_show_options,
	.destroy = ramfs_destroy,
};

static int plain_option(void *arg, const char *key, const char *value)
{
	struct ramfs_limits *l = arg;

	if (!value || strcmp(key, "mode"))
		return 0;
	return mount_option_mode(value, &l->mode);
}

/* ramfs: of the options only mode= counts, the others are not looked at. */
static int plain_parse(struct ramfs_limits *l, const char *data)
{
	return mount_options_each(data, plain_option, l);
}

static void plain_defaults(struct ramfs_limits *l)
{
	l->mode = 0755;
}

static size_t plain_show_options(struct superblock *sb, char *buf, size_t size)
{
	const struct ramfs_limits *l = ramfs_limits_of(sb);

	if (l->mode == 0755)
		return 0;
	return (size_t)scnprintf(buf, size, ",mode=%o", l->mode);
}

static int plain_statfs(struct superblock *sb, struct statfs *out)
{
	(void)sb;
	(void)out;
	return 0;
}

static int plain_remount(struct superblock *sb, u32 flags, const char *data)
{
	(void)sb;
	(void)flags;
	(void)data;
	return 0;
}

static const struct sb_ops plain_sb_ops = {
	.statfs = plain_statfs,
	.remount = plain_remount,
	.show_options = plain_show_options,
	.destroy = ramfs_destroy,
};

/* What the types differ in. */
struct ramfs_kind {
	u32 magic;
	const struct sb_ops *ops;
	void (*defaults)(struct ramfs_limits *l);
	int (*parse)(struct ramfs_limits *l, const char *data);
};

static const struct ramfs_kind limited = {
	TMPFS_MAGIC, &ramfs_sb_ops, set_defaults, parse_options,
}, plain = {
	RAMFS_MAGIC, &plain_sb_ops, plain_defaults, plain_parse,
};

static int make_root(struct superblock *sb)
{
	const struct ramfs_limits *l = ramfs_limits_of(sb);
	struct dentry_make_args args = { .mode = S_IFDIR | l->mode };
	struct ramfs_place at = { .sb = sb };
	struct inode *inode;
	int err = ramfs_new_inode(&at, &args, &cred_init, &inode);

	if (err)
		return err;
	inode->uid = l->uid;
	inode->gid = l->gid;
	sb->root = dentry_create_root(inode);
	return sb->root ? 0 : -ENOMEM;
}

static int create_instance(const char *type, const struct ramfs_kind *kind,
			   const char *data, struct superblock **out)
{
	struct ramfs_limits *l;
	struct superblock *sb;
	int err = superblock_create(type, kind->magic, kind->ops, &sb);

	if (err)
		return err;
	sb->flags = SB_PINNED | SB_BTIME;
	l = kzalloc(sizeof(*l));
	sb->private = l;
	err = l ? 0 : -ENOMEM;
	if (!err) {
		refcount_set(&l->refs, 1);
		kind->defaults(l);
		err = kind->parse(l, data);
	}
	if (!err)
		err = make_root(sb);
	if (err)
		superblock_put(sb);
	else
		*out = sb;
	return err;
}

int ramfs_create_instance(const char *type, const char *data,
			  struct superblock **out)
{
	return create_instance(type, &limited, data, out);
}

/* The root directory belongs to the mounter, or to the ids that he names in
 * the words of his user namespace. */
static int tmpfs_own(struct superblock *sb, const struct cred *mounter)
{
	struct ramfs_limits *l = sb->private;
	struct inode *root = dentry_inode(sb->root);

	l->uid = l->given_uid ? cred_uid_to_global(mounter, l->uid) :
				mounter->fsuid;
	l->gid = l->given_gid ? cred_gid_to_global(mounter, l->gid) :
				mounter->fsgid;
	if (l->uid == (uid_t)-1 || l->gid == (gid_t)-1)
		return -EINVAL;
	root->uid = l->uid;
	root->gid = l->gid;
	return 0;
}

static int tmpfs_mount(const struct fs_type *t, u32 flags, const char *data,
		       void *arg, struct superblock **out)
{
	(void)flags;
	(void)arg;
	return ramfs_create_instance(t->name, data, out);
}

static int plain_mount(const struct fs_type *t, u32 flags, const char *data,
		       void *arg, struct superblock **out)
{
	(void)flags;
	(void)arg;
	return create_instance(t->name, &plain, data, out);
}

static int tmpfs_check(const char *option)
{
	struct ramfs_limits scratch = { 0 };

	return parse_options(&scratch, option);
}

int ramfs_create_memfd(mode_t mode, const struct cred *cred,
		       struct inode **out)
{
	struct ramfs_place at = { .sb = internal_sb };
	struct dentry_make_args args = { .mode = mode };
	int err = ramfs_new_inode(&at, &args, cred, out);

	if (!err)
		(*out)->nlink = 0;
	return err;
}

void ramfs_init(void)
{
	static struct fs_type tmpfs = {
		.name = "tmpfs", .nodev = true, .mount = tmpfs_mount,
		.for_users = true, .own = tmpfs_own,
		.check = tmpfs_check,
	};

	static struct fs_type ramfs = {
		.name = "ramfs", .nodev = true, .mount = plain_mount,
		.for_users = true, .own = tmpfs_own,
	};

	page_tree_cache_init();
	ramfs_content_init();
	fs_type_register(&tmpfs);
	fs_type_register(&ramfs);
	if (ramfs_create_instance("tmpfs", "size=0,nr_inodes=0", &internal_sb))
		panic("vfs: no memory for the instance of memfd files");
}
