/*
 * fs/ramfs.h - files in memory, inside fs/
 *
 * What:  what ramfs.c (names, types of file system) and ramfs_file.c (content)
 *        share.
 */
#ifndef FS_RAMFS_H
#define FS_RAMFS_H

#include <fs/file.h>
#include <vm/aspace.h>

#include "page_tree.h"

/* Limits and counts of one instance; outlives it while mappings do. */
struct ramfs_limits {
	struct refcount refs;
	u64 max_pages;			/* [a] 0: no limit */
	u64 max_inodes;			/* [a] 0: no limit */
	struct atomic64 pages;		/* [a] in use */
	struct atomic64 inodes;		/* [a] in use */
	bool default_pages, default_inodes;	/* not named in an option */
	mode_t mode;			/* [I] of the root */
	uid_t uid;			/* [I] global once mounter is known */
	gid_t gid;			/* [I] */
	bool given_uid, given_gid;	/* [I] by options */
};

/* The bytes of a regular file. */
struct ramfs_content {
	struct vm_object object;	/* first: its lock covers tree */
	struct ramfs_limits *limits;	/* [I] owned */
	struct page_tree tree;		/* [object.lock] */
	u64 size;			/* [inode->lock], read anywhere */
	u32 seals;			/* [inode->lock] F_SEAL_* */
};

extern const struct file_ops ramfs_file_ops;

void ramfs_content_init(void);
void ramfs_limits_get(struct ramfs_limits *l);
void ramfs_limits_put(struct ramfs_limits *l);
/* One more of what is counted: 0, -ENOSPC. */
int ramfs_page_charge(struct ramfs_limits *l);
int ramfs_inode_charge(struct ramfs_limits *l);
/* The usual limits, now that the initramfs is unpacked and its memory free:
 * half of memory, and never less than half of what is free besides. */
void ramfs_limits_fit(struct superblock *sb);
struct ramfs_place {
	struct superblock *sb;
	struct inode *dir;		/* NULL: a root, or a nameless file */
};
int ramfs_new_inode(const struct ramfs_place *at,
		    const struct dentry_make_args *args,
		    const struct cred *cred, struct inode **out);
/* An instance shown as @type, with the options of tmpfs. */
int ramfs_create_instance(const char *type, const char *data,
			  struct superblock **out);
/* An empty content; its object is what inode->object owns. 0, -ENOMEM. */
int ramfs_content_create(struct ramfs_limits *l, struct ramfs_content **out);
struct ramfs_content *ramfs_content_of(const struct inode *inode);

#define RAMFS_MAX_SIZE S64_MAX
/* page->private: written or mapped, or only reserved by fallocate. */
#define RAMFS_PAGE_DATA 0
#define RAMFS_PAGE_UNWRITTEN 1

/* A page that holds data from now on, however it came to be. */
static inline void ramfs_page_set_data(struct page *page)
{
	WRITE_ONCE(page->private, RAMFS_PAGE_DATA);
}

/* Is there something for SEEK_DATA to find? */
static inline bool ramfs_page_is_data(const struct page *page)
{
	return page && READ_ONCE(page->private) == RAMFS_PAGE_DATA;
}

static inline u64 ramfs_pages_of(u64 size)
{
	return (size >> PAGE_SHIFT) + ((size & (PAGE_SIZE - 1)) != 0);
}

/* With a reference; NULL: a hole. */
struct page *ramfs_page_find(struct ramfs_content *c, u64 index);
/* The same, made of zeros if there is none. 0, -ENOMEM, -ENOSPC. */
int ramfs_page_make(struct ramfs_content *c, u64 index, struct page **out);
/* A page charged to the limits, in no tree yet; @flags: PA_*. */
int ramfs_page_create(struct ramfs_content *c, u64 index, u32 flags,
		      struct page **out);
/*
 * Publish @page at @index; the caller keeps its reference through @out. When
 * another page came first, that one is returned instead and the caller's
 * reference of @page is gone.
 */
int ramfs_page_publish(struct ramfs_content *c, u64 index, struct page *page,
		       struct page **out);
/* All pages of [first, last) go; mappings are the caller's business. */
void ramfs_drop_pages(struct ramfs_content *c, u64 first, u64 last);
/* Zeros into [from, to) of one page, where it exists. */
void ramfs_zero_part(struct ramfs_content *c, u64 from, u64 to);
/* inode->lock held. */
void ramfs_set_size(struct inode *inode, struct ramfs_content *c, u64 size);
/* inode->lock held. 0, -EPERM (sealed), -EFBIG. */
int ramfs_truncate(struct inode *inode, u64 size);
/* The initramfs: append to a file nobody else knows, without limits. The
 * first @len bytes of a new page are filled. 0, -ENOMEM. */
int ramfs_append(struct inode *inode, const void *data, size_t len);
/* A regular file without a name in the internal instance (memfd_create). */
int ramfs_create_memfd(mode_t mode, const struct cred *cred,
		       struct inode **out);

#endif
