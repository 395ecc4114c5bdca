/*
 * fs/ramfs_content.c - the content of files in memory: pages
 *
 * What:  pages in a tree, found by system calls and mapped by address spaces
 *        at the same time; truncation.
 * Locks: inode->lock: writers, size, seals. object.lock (RANK_VM_OBJECT): the
 *        tree, for faults and readers, who hold no inode lock. A page found
 *        is used under a reference of its own.
 * Life:  the content is the inode's vm object and lives as long as the inode
 *        or a mapping does. Truncation lowers the size first, so that faults
 *        refuse; then mappings go, then pages.
 * Not:   read, write and the other calls (ramfs_file.c).
 * See:   tmpfs(5)
 */
#include "ramfs.h"

#include <core/assert.h>
#include <core/panic.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <sched/sched.h>
#include <uapi/fcntl.h>

/* Pages that are taken out of the tree at a time. */
#define BATCH 16u

static struct slab_cache *content_cache;

void ramfs_content_init(void)
{
	content_cache = slab_cache_create("ramfs_content",
					  sizeof(struct ramfs_content), 0, 0);
	if (!content_cache)
		panic("vfs: no memory for file contents");
}

struct ramfs_content *ramfs_content_of(const struct inode *inode)
{
	return container_of(inode->object, struct ramfs_content, object);
}

struct page *ramfs_page_find(struct ramfs_content *c, u64 index)
{
	struct page *page;

	spin_lock(&c->object.lock);
	page = page_tree_find(&c->tree, index);
	if (page)
		page_get(page);
	spin_unlock(&c->object.lock);
	return page;
}

int ramfs_page_publish(struct ramfs_content *c, u64 index, struct page *page,
			struct page **out)
{
	int err;

	page_get(page);
	spin_lock(&c->object.lock);
	err = page_tree_insert(&c->tree, index, page);
	*out = err == -EEXIST ? page_tree_find(&c->tree, index) : page;
	if (err == -EEXIST)
		page_get(*out);
	spin_unlock(&c->object.lock);
	if (!err)
		return 0;
	page_put(page);
	page_put(page);
	atomic_dec(&c->limits->pages);
	return err == -EEXIST ? 0 : err;
}

int ramfs_page_create(struct ramfs_content *c, u64 index, u32 flags,
		       struct page **out)
{
	int err = ramfs_page_charge(c->limits);

	if (err)
		return err;
	*out = page_alloc(0, flags, PAGE_FILE);
	if (!*out) {
		atomic_dec(&c->limits->pages);
		return -ENOMEM;
	}
	(*out)->owner = &c->object;
	(*out)->index = index;
	(*out)->private = RAMFS_PAGE_DATA;
	return 0;
}

int ramfs_page_make(struct ramfs_content *c, u64 index,
			       struct page **out)
{
	struct page *page;
	int err;

	*out = ramfs_page_find(c, index);
	if (*out)
		return 0;
	err = ramfs_page_create(c, index, PA_ZERO, &page);
	return err ? err : ramfs_page_publish(c, index, page, out);
}

static int content_get_page(struct vm_object *obj, u64 index,
			    struct page **out)
{
	struct ramfs_content *c = container_of(obj, struct ramfs_content,
					       object);
	int err;

	if (index >= ramfs_pages_of(READ_ONCE(c->size)))
		return -EFAULT;
	err = ramfs_page_make(c, index, out);
	if (err)
		return err == -ENOMEM ? err : -EFAULT;
	ramfs_page_set_data(*out);
	/* Truncated meanwhile; a page of zeros behind the end does no harm. */
	if (index >= ramfs_pages_of(READ_ONCE(c->size))) {
		page_put(*out);
		return -EFAULT;
	}
	return 0;
}

static void content_peek_pages(struct vm_object *obj, u64 first,
			       struct page **out, u32 n)
{
	struct ramfs_content *c = container_of(obj, struct ramfs_content,
					       object);
	u64 end;

	spin_lock(&obj->lock);
	page_tree_find_run(&c->tree, first, out, n);
	end = ramfs_pages_of(READ_ONCE(c->size));
	for (u32 i = 0; i < n; i++) {
		/* What is only reserved becomes data when it is mapped. */
		if (first + i >= end || !ramfs_page_is_data(out[i]))
			out[i] = NULL;
		else
			page_get(out[i]);
	}
	spin_unlock(&obj->lock);
}

/* Take up to BATCH pages of [*index, last) out of the tree. */
static u32 detach_batch(struct ramfs_content *c, u64 *index, u64 last,
			struct page *batch[BATCH])
{
	struct page *page;
	u32 n = 0;

	spin_lock(&c->object.lock);
	while (n < BATCH) {
		page = page_tree_next(&c->tree, index);
		if (!page || *index >= last)
			break;
		batch[n++] = page_tree_remove(&c->tree, (*index)++);
	}
	spin_unlock(&c->object.lock);
	return n;
}

void ramfs_drop_pages(struct ramfs_content *c, u64 first, u64 last)
{
	struct page *batch[BATCH];
	u32 n;

	do {
		n = detach_batch(c, &first, last, batch);
		for (u32 i = 0; i < n; i++)
			page_put(batch[i]);
		atomic_sub(&c->limits->pages, (long)n);
		cond_resched();
	} while (n == BATCH);
}

static void content_destroy(struct vm_object *obj)
{
	struct ramfs_content *c = container_of(obj, struct ramfs_content,
					       object);

	ramfs_drop_pages(c, 0, U64_MAX);
	ASSERT(!c->tree.npages);
	ramfs_limits_put(c->limits);
	slab_free(content_cache, c);
}

static const struct vm_object_ops content_ops = {
	.get_page = content_get_page,
	.peek_pages = content_peek_pages,
	.destroy = content_destroy,
};

int ramfs_content_create(struct ramfs_limits *l, struct ramfs_content **out)
{
	struct ramfs_content *c = slab_zalloc(content_cache);

	if (!c)
		return -ENOMEM;
	vm_object_init(&c->object, &content_ops);
	ramfs_limits_get(l);
	c->limits = l;
	c->seals = F_SEAL_SEAL;
	*out = c;
	return 0;
}

void ramfs_set_size(struct inode *inode, struct ramfs_content *c, u64 size)
{
	WRITE_ONCE(c->size, size);
	spin_lock(&inode->attr_lock);
	inode->size = size;
	spin_unlock(&inode->attr_lock);
}

void ramfs_zero_part(struct ramfs_content *c, u64 from, u64 to)
{
	struct page *page;

	if (from >= to)
		return;
	page = ramfs_page_find(c, from >> PAGE_SHIFT);
	if (!page)
		return;
	memset((char *)page_to_virt(page) + (from & (PAGE_SIZE - 1)), 0,
	       to - from);
	page_put(page);
}

int ramfs_truncate(struct inode *inode, u64 size)
{
	struct ramfs_content *c = ramfs_content_of(inode);
	u64 old = c->size;

	if (size > RAMFS_MAX_SIZE)
		return -EFBIG;
	if ((size < old && (c->seals & F_SEAL_SHRINK)) ||
	    (size > old && (c->seals & F_SEAL_GROW)))
		return -EPERM;
	ramfs_set_size(inode, c, size);
	if (size >= old)
		return 0;
	vm_object_unmap(&c->object, ramfs_pages_of(size),
			U64_MAX >> PAGE_SHIFT);
	ramfs_drop_pages(c, ramfs_pages_of(size), U64_MAX);
	ramfs_zero_part(c, size, PAGE_ALIGN_UP(size));
	return 0;
}

int ramfs_append(struct inode *inode, const void *data, size_t len)
{
	struct ramfs_content *c = ramfs_content_of(inode);
	struct page *page;
	struct page *there;
	int err;

	ASSERT(IS_ALIGNED(c->size, PAGE_SIZE) && len <= PAGE_SIZE);
	page = page_alloc(0, 0, PAGE_FILE);
	if (!page)
		return -ENOMEM;
	atomic_inc(&c->limits->pages);
	page->owner = &c->object;
	page->index = c->size >> PAGE_SHIFT;
	page->private = RAMFS_PAGE_DATA;
	memcpy(page_to_virt(page), data, len);
	memset((char *)page_to_virt(page) + len, 0, PAGE_SIZE - len);
	err = ramfs_page_publish(c, page->index, page, &there);
	if (err)
		return err;
	page_put(there);
	ramfs_set_size(inode, c, c->size + len);
	return 0;
}
