/*
 * fs/file.c - open files
 *
 * What:  the object behind descriptors: birth, what it holds, its end.
 * Locks: none of its own; the count is atomic, look-ups under RCU use try_get.
 * Life:  file_create -> file_open (the type's open) -> descriptors, mappings
 *        and system calls hold references -> the last put releases: the type,
 *        locks, the right to write, path and credentials. The memory may be
 *        another file at once; a look-up under RCU that got a reference
 *        looks at the slot again (fdtable.c).
 * Not:   reading and writing (file_io.c), descriptors (fdtable.c).
 * See:   open(2), "Open file descriptions"
 */
#include "file_internal.h"

#include <core/panic.h>
#include <lib/string.h>
#include <mm/page.h>
#include <mm/slab.h>
#include <uapi/fcntl.h>
#include <vm/aspace.h>

#include "inode.h"
#include "lock.h"
#include "mount.h"

/* What F_GETFL no longer shows. */
#define CREATION_FLAGS (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

static struct slab_cache *file_cache;
static struct atomic64 nr_files;	/* [a] */
static u64 max_files;			/* [a] /proc/sys/fs/file-max */
static struct file_owner_hooks owner_hooks;
static void (*epoll_hook)(struct file *f);

static void hook_get(void *file)
{
	file_get(file);
}

static void hook_put(void *file)
{
	file_put(file);
}

void file_cache_init(void)
{
	static const struct vm_file_hooks vm_hooks = { hook_get, hook_put };
	struct mm_stat stat;

	file_cache = slab_cache_create("file", sizeof(struct file), 0,
				       SLAB_TYPESAFE_RCU);
	if (!file_cache)
		panic("vfs: no memory for the cache of files");
	mm_stat_get(&stat);
	/* A tenth of memory, at a KiB each: the rule of proc_sys_fs(5). */
	max_files = max(stat.total_pages * (PAGE_SIZE / 1024) / 10, 8192ul);
	vm_set_file_hooks(&vm_hooks);
}

u64 file_count(void)
{
	return (u64)atomic_read(&nr_files);
}

u64 file_max_get(void)
{
	return READ_ONCE(max_files);
}

void file_max_set(u64 n)
{
	WRITE_ONCE(max_files, n);
}

void file_set_owner_hooks(const struct file_owner_hooks *h)
{
	owner_hooks = *h;
	file_async_init(h->signal);
}

void file_set_epoll_hook(void (*release)(struct file *f))
{
	epoll_hook = release;
}

static int file_alloc(const struct cred *cred, struct file **out)
{
	struct file *f;

	if (file_count() >= file_max_get() && !cred_capable(cred,
							   CAP_SYS_ADMIN))
		return -ENFILE;
	f = slab_zalloc(file_cache);
	if (!f)
		return -ENOMEM;
	atomic_inc(&nr_files);
	refcount_set(&f->refs, 1);
	mutex_init(&f->pos_lock, "file pos", RANK_MUTEX_FILE_POS);
	spin_init(&f->owner_lock, "file owner", RANK_FILE_LOCK);
	list_init(&f->epoll_links);
	list_init(&f->async_link);
	f->cred = cred_get(cred);
	*out = f;
	return 0;
}

int file_create_steal(struct path *path, const struct file_ops *ops,
		      const struct cred *cred, struct file **out)
{
	int err = file_alloc(cred, out);

	if (err) {
		path_put(path);
		return err;
	}
	(*out)->path = *path;
	(*out)->ops = ops;
	return 0;
}

/* FILE_READ and FILE_WRITE of an access mode; the fourth one has neither. */
static u32 mode_of_flags(u32 flags)
{
	static const u32 mode[] = {
		FILE_READ, FILE_WRITE, FILE_READ | FILE_WRITE, 0
	};

	return mode[flags & O_ACCMODE];
}

int file_create(const struct path *path, const struct file_ops *ops,
		u32 flags, const struct cred *cred, struct file **out)
{
	struct path copy = *path;
	int err;

	path_get(&copy);
	err = file_create_steal(&copy, ops, cred, out);
	if (err)
		return err;
	(*out)->flags = flags;
	if (ops) {
		(*out)->mode = mode_of_flags(flags) | FILE_OPENED;
		if (!ops->seek)
			(*out)->mode |= FILE_STREAM;
	}
	return 0;
}

static bool counts_writers(mode_t mode)
{
	return S_ISREG(mode) || S_ISDIR(mode);
}

/* The right to write, until the file goes. */
static int become_writer(struct file *f)
{
	struct inode *inode = path_inode(&f->path);
	int err;

	if (!(f->mode & FILE_WRITE) || !counts_writers(inode->mode))
		return 0;
	err = inode_get_write(inode);
	if (err)
		return err;
	err = mount_want_write(&f->path);
	if (err)
		inode_put_write(inode);
	else
		f->mode |= FILE_WRITER;
	return err;
}

int file_open(struct file *f, u32 flags)
{
	static const struct file_ops path_only_ops;
	struct inode *inode = path_inode(&f->path);
	int err;

	f->flags = flags;
	if (flags & O_PATH) {
		f->ops = &path_only_ops;
		f->mode = FILE_PATH;
		return 0;
	}
	if (!inode->fops)
		return -ENXIO;
	f->ops = inode->fops;
	f->mode = mode_of_flags(flags);
	err = become_writer(f);
	if (err)
		return err;
	if (f->ops->open)
		err = f->ops->open(inode, f);
	if (err)
		return err;
	f->flags &= ~(u32)CREATION_FLAGS;
	f->mode |= FILE_OPENED;
	if (!f->ops->seek)
		f->mode |= FILE_STREAM;
	return 0;
}

struct file *file_get(struct file *f)
{
	refcount_get(&f->refs);
	return f;
}

bool file_try_get(struct file *f)
{
	return refcount_try_get(&f->refs);
}

static void file_destroy(struct file *f)
{
	struct inode *inode = path_inode(&f->path);

	if (!list_empty(&f->epoll_links) && epoll_hook)
		epoll_hook(f);
	if (inode_has_locks(f))
		lock_release_file(f);
	if (!list_empty(&f->async_link))
		file_async_forget(f);
	if ((f->mode & FILE_OPENED) && f->ops->release)
		f->ops->release(f);
	if (f->owner && owner_hooks.put)
		owner_hooks.put(f->owner);
	if (f->mode & FILE_WRITER) {
		mount_end_write(&f->path);
		inode_put_write(inode);
	}
	if (f->mode & FILE_PROGRAM)
		inode_allow_write(inode);
	path_put(&f->path);
	cred_put(f->cred);
	atomic_dec(&nr_files);
	slab_free(file_cache, f);
}

void file_put(struct file *f)
{
	if (refcount_put(&f->refs))
		file_destroy(f);
}
