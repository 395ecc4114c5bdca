/*
 * fs/initramfs.c - the archive that fills the root file system
 *
 * What:  makes every entry of one or several newc archives: directories,
 *        files, hard and symbolic links, devices, FIFOs, sockets, with owner,
 *        mode and time. Data are copied page by page past the calls that
 *        programs use; the memory of a boot module is freed on the way.
 * Locks: runs alone, before the first program.
 * Life:  struct unpack lives for one call; the tables of hard links and of
 *        directories (whose times are set last) are freed at its end.
 * Not:   the format (lib/cpio.c).
 * See:   cpio(5); initramfs buffer format in the Linux documentation
 */
#include <fs/file.h>

#include <arch/clock.h>
#include <core/panic.h>
#include <core/printk.h>
#include <lib/cpio.h>
#include <lib/rbtree.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <sched/sched.h>
#include <uapi/kdev.h>

#include "ramfs.h"

/* Memory goes back in pieces of this size. */
#define FREE_STEP (1ul << 20)

/* A file that has more names in the same archive. */
struct hard_link {
	struct rb_node node;
	u32 archive, ino, dev_major, dev_minor;
	struct path path;		/* owned */
};

struct dir_time {
	struct list link;
	struct inode *inode;		/* owned */
	u32 mtime;
};

struct unpack {
	const char *what;
	struct cpio_reader reader;
	struct walk walk;
	struct rb_root links;
	struct list dirs;		/* struct dir_time */
	paddr_t module;			/* 0: the memory stays */
	u64 freed;			/* bytes of the module given back */
	u64 entries, bytes;
};

static NORETURN void fail_entry(const struct unpack *u,
				const struct cpio_entry *e, int err)
{
	panic("%s: cannot make %s (entry at offset %lu): %s", u->what,
	      e->name, e->offset, err == -ENOMEM ? "out of memory" :
	      err == -ENOSPC ? "root file system is full" : "file error");
}

static NORETURN void fail_archive(const struct unpack *u)
{
	static const char *const methods[] = {
		[CPIO_GZIP] = "gzip", [CPIO_BZIP2] = "bzip2",
		[CPIO_LZMA] = "lzma", [CPIO_XZ] = "xz", [CPIO_LZO] = "lzo",
		[CPIO_LZ4] = "lz4", [CPIO_ZSTD] = "zstd",
	};
	enum cpio_error error = u->reader.error;

	if (error < ARRAY_SIZE(methods) && methods[error])
		panic("%s: %s-compressed at offset %lu: not supported",
		      u->what, methods[error], u->reader.error_offset);
	panic("%s: %s at offset %lu", u->what, cpio_error_text(error),
	      u->reader.error_offset);
}

/* 0 or more without / or ./ in front; "" is the root. */
static const char *strip(const char *name)
{
	for (;;) {
		if (name[0] == '/')
			name++;
		else if (name[0] == '.' && (name[1] == '/' || !name[1]))
			name++;
		else
			return name;
	}
}

static void set_attributes(struct inode *inode, const struct cpio_entry *e)
{
	struct timespec time = { .tv_sec = e->mtime };

	spin_lock(&inode->attr_lock);
	inode->uid = e->uid;
	inode->gid = e->gid;
	inode->mode = (inode->mode & S_IFMT) | (e->mode & S_IALLUGO);
	inode->mtime = time;
	inode->atime = time;
	spin_unlock(&inode->attr_lock);
}

/* The file @name as it is now, with references; links are not followed. */
static int find(const struct unpack *u, const char *name, struct path *out)
{
	return path_walk(&u->walk, *name ? name : "/", out);
}

static void remember_time(struct unpack *u, struct inode *inode, u32 mtime)
{
	struct dir_time *d = kmalloc(sizeof(*d));

	/* Without memory the directory has the time of its last change. */
	if (!d)
		return;
	inode_get(inode);
	d->inode = inode;
	d->mtime = mtime;
	list_add_tail(&u->dirs, &d->link);
}

static int make_directory(struct unpack *u, const char *name,
			  const struct cpio_entry *e)
{
	struct path p;
	int err = *name ? vfs_mkdir(&u->walk, name, 0755) : 0;

	if (err == -EEXIST)
		err = 0;
	if (!err)
		err = find(u, name, &p);
	if (err)
		return err;
	if (S_ISDIR(path_inode(&p)->mode)) {
		set_attributes(path_inode(&p), e);
		remember_time(u, path_inode(&p), e->mtime);
	} else {
		err = -ENOTDIR;
	}
	path_put(&p);
	return err;
}

static bool link_less(const struct rb_node *x, const struct rb_node *y)
{
	const struct hard_link *a = rb_entry(x, struct hard_link, node);
	const struct hard_link *b = rb_entry(y, struct hard_link, node);

	if (a->archive != b->archive)
		return a->archive < b->archive;
	if (a->ino != b->ino)
		return a->ino < b->ino;
	if (a->dev_major != b->dev_major)
		return a->dev_major < b->dev_major;
	return a->dev_minor < b->dev_minor;
}

static struct hard_link link_key(const struct cpio_entry *e)
{
	struct hard_link key = {
		.archive = e->archive,
		.ino = e->ino,
		.dev_major = e->dev_major,
		.dev_minor = e->dev_minor,
	};

	return key;
}

static struct hard_link *find_link(const struct unpack *u,
				   const struct cpio_entry *e)
{
	struct hard_link key = link_key(e);
	struct rb_node *n = u->links.node;

	while (n) {
		if (link_less(&key.node, n))
			n = n->left;
		else if (link_less(n, &key.node))
			n = n->right;
		else
			return rb_entry(n, struct hard_link, node);
	}
	return NULL;
}

static int remember_link(struct unpack *u, const struct cpio_entry *e,
			 const struct path *p)
{
	struct hard_link *l = kmalloc(sizeof(*l));

	if (!l)
		return -ENOMEM;
	*l = link_key(e);
	l->path = *p;
	path_get(p);
	rb_add(&u->links, &l->node, link_less);
	return 0;
}

static int write_data(struct inode *inode, const struct cpio_entry *e)
{
	u32 done = 0;
	int err = 0;

	if (inode->size)
		err = inode->ops->truncate(inode, 0);
	while (!err && done < e->data_size) {
		u32 n = min(e->data_size - done, (u32)PAGE_SIZE);

		err = ramfs_append(inode, e->data + done, n);
		done += n;
		if (IS_ALIGNED(done, 64 * (u32)PAGE_SIZE))
			cond_resched();
	}
	return err;
}

/* One more name for what stands in the table. */
static int make_hard_link(struct unpack *u, const char *name,
			  const struct hard_link *l)
{
	struct walk from = u->walk;

	from.base = &l->path;
	from.flags = WALK_EMPTY;
	return vfs_link(&from, "", &u->walk, name);
}

/* A file, device, FIFO or socket: a new one or another name. */
static int make_node(struct unpack *u, const char *name,
		     const struct cpio_entry *e)
{
	struct hard_link *l = e->nlink > 1 ? find_link(u, e) : NULL;
	dev_t rdev = MKDEV(e->rdev_major, e->rdev_minor);
	struct path p;
	int err;

	if (l)
		err = make_hard_link(u, name, l);
	else
		err = vfs_mknod(&u->walk, name, (e->mode & S_IFMT) | 0600,
				rdev);
	if (!err)
		err = find(u, name, &p);
	if (err)
		return err;
	if (!l && e->nlink > 1)
		err = remember_link(u, e, &p);
	/* With several names the data stand beside one of them. */
	if (!err && S_ISREG(e->mode) && (e->data_size || !l))
		err = write_data(path_inode(&p), e);
	set_attributes(path_inode(&p), e);
	path_put(&p);
	return err;
}

static int make_symlink(struct unpack *u, const char *name,
			const struct cpio_entry *e)
{
	char *target = kzalloc((size_t)e->data_size + 1);
	struct path p;
	int err = target ? 0 : -ENOMEM;

	if (!err) {
		memcpy(target, e->data, e->data_size);
		err = vfs_symlink(&u->walk, target, name);
	}
	kfree(target);
	if (!err)
		err = find(u, name, &p);
	if (err)
		return err;
	set_attributes(path_inode(&p), e);
	path_put(&p);
	return 0;
}

/* A later entry takes the place of an earlier one of another kind. */
static void clear_place(const struct unpack *u, const char *name, mode_t mode)
{
	struct path p;
	bool is_dir;

	if (!*name || find(u, name, &p))
		return;
	is_dir = path_is_dir(&p);
	path_put(&p);
	if (is_dir && !S_ISDIR(mode))
		(void)vfs_rmdir(&u->walk, name);
	else if (!is_dir)
		(void)vfs_unlink(&u->walk, name);
}

static int make_entry(struct unpack *u, const struct cpio_entry *e)
{
	const char *name = strip(e->name);

	clear_place(u, name, e->mode);
	if (S_ISDIR(e->mode))
		return make_directory(u, name, e);
	if (S_ISLNK(e->mode))
		return make_symlink(u, name, e);
	return make_node(u, name, e);
}

static void unpack_entry(struct unpack *u, const struct cpio_entry *e)
{
	int err = make_entry(u, e);

	u->entries++;
	u->bytes += e->data_size;
	if (!err)
		return;
	if (err == -ENOMEM || err == -ENOSPC)
		fail_entry(u, e, err);
	/* As Linux: an entry whose directory is missing is left out. */
	pr_warn("%s: left out %s (entry at offset %lu): error %d\n", u->what,
		e->name, e->offset, -err);
}

/* Give back what the reader has passed. */
static void free_passed(struct unpack *u, u64 end, bool all)
{
	if (!u->module || (!all && end - u->freed < FREE_STEP))
		return;
	if (!all)
		end = ALIGN_DOWN(end, PAGE_SIZE);
	page_free_range(u->module + u->freed,
			all ? PAGE_ALIGN_UP(u->module + end) : u->module + end);
	u->freed = end;
}

static void finish(struct unpack *u)
{
	struct rb_node *n;

	while ((n = rb_first(&u->links)) != NULL) {
		struct hard_link *l = rb_entry(n, struct hard_link, node);

		rb_erase(n, &u->links);
		path_put(&l->path);
		kfree(l);
	}
	while (!list_empty(&u->dirs)) {
		struct dir_time *d = list_first(&u->dirs, struct dir_time,
						link);

		d->inode->mtime.tv_sec = d->mtime;
		d->inode->mtime.tv_nsec = 0;
		list_del(&d->link);
		inode_put(d->inode);
		kfree(d);
	}
}

static void fit_limits(const struct unpack *u)
{
	struct path root;

	fs_context_root(u->walk.fs, &root);
	ramfs_limits_fit(path_inode(&root)->sb);
	path_put(&root);
}

static void unpack_all(struct unpack *u, const void *data, size_t len)
{
	u64 begin_ns = clock_now_ns();
	struct cpio_entry e;
	int got;

	u->walk.fs = vfs_init_context();
	u->walk.cred = &cred_init;
	list_init(&u->dirs);
	cpio_init(&u->reader, data, len);
	while ((got = cpio_next(&u->reader, &e)) > 0) {
		unpack_entry(u, &e);
		free_passed(u, u->reader.pos, false);
		cond_resched();
	}
	if (got < 0)
		fail_archive(u);
	finish(u);
	free_passed(u, len, true);
	fit_limits(u);
	pr_info("%s: %lu entries, %lu KiB of data, unpacked in %lu ms\n",
		u->what, u->entries, u->bytes / 1024,
		(clock_now_ns() - begin_ns) / NSEC_PER_MSEC);
}

void initramfs_unpack(const void *data, size_t len, const char *what)
{
	struct unpack u = { .what = what };

	unpack_all(&u, data, len);
}

void initramfs_unpack_module(paddr_t start, paddr_t end, const char *what)
{
	struct unpack u = { .what = what, .module = start };

	unpack_all(&u, phys_to_virt(start), end - start);
}
