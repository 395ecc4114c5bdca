/*
 * mm/kmalloc.c - memory of any size
 *
 * What:  size classes on top of slab caches, and whole blocks of pages above
 *        the largest class. A block knows its cache by its page descriptor.
 * Locks: none of its own.
 * Life:  the caches live for ever.
 */
#include <mm/kmalloc.h>

#include <arch/upcall.h>
#include <core/assert.h>
#include <lib/string.h>
#include <mm/page.h>
#include <mm/slab.h>

#include "mm_internal.h"
#include "slab_internal.h"

#define NCLASSES 13
#define CLASS_MAX 8192ul
#define STEP_MAX 192ul
/* Sizes that upcall_mem_alloc promises to align. */
#define LINE 64ul

static const char *const class_names[NCLASSES] = {
	"kmalloc-8", "kmalloc-16", "kmalloc-32", "kmalloc-64", "kmalloc-96",
	"kmalloc-128", "kmalloc-192", "kmalloc-256", "kmalloc-512",
	"kmalloc-1k", "kmalloc-2k", "kmalloc-4k", "kmalloc-8k",
};
static const u16 class_sizes[NCLASSES] = {
	8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192,
};
/* Class of (size + 7) / 8, for sizes up to STEP_MAX. */
static const u8 small_class[STEP_MAX / 8 + 1] = {
	0, 0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4,
	5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6,
};
static struct slab_cache *classes[NCLASSES];	/* [I] */

static struct slab_cache *class_of(size_t size)
{
	if (size <= STEP_MAX)
		return classes[small_class[(size + 7) / 8]];
	/* 193..256 is class 7, and each doubling one more. */
	return classes[63 - __builtin_clzl(size - 1)];
}

static u32 order_of(size_t size)
{
	return (u32)(64 - PAGE_SHIFT - __builtin_clzl(size - 1));
}

static void *large_alloc(size_t size, u32 flags)
{
	struct page *p;

	if (size > PAGE_SIZE << PAGE_MAX_ORDER)
		return NULL;
	p = page_alloc(order_of(size), flags, PAGE_KERNEL);
	return p ? page_to_virt(p) : NULL;
}

void *kmalloc(size_t size)
{
	if (unlikely(size > CLASS_MAX))
		return large_alloc(size, 0);
	return slab_alloc(class_of(size));
}

void *kzalloc(size_t size)
{
	void *p;

	if (unlikely(size > CLASS_MAX))
		return large_alloc(size, PA_ZERO);
	p = slab_alloc(class_of(size));
	return p ? memset(p, 0, size) : NULL;
}

void *kcalloc(size_t n, size_t size)
{
	size_t bytes;

	if (mul_overflow(n, size, &bytes))
		return NULL;
	return kzalloc(bytes);
}

/* What lies at @p: a slab object or a block of pages. */
static struct page *block_page(const void *p)
{
	struct page *page = virt_to_page(p);

	if (unlikely(!page || (page->kind != PAGE_SLAB &&
			       (page->kind != PAGE_KERNEL ||
				!IS_ALIGNED((u64)p, PAGE_SIZE)))))
		panic("kfree: %p was not allocated by kmalloc", p);
	return page;
}

static size_t block_size(const void *p)
{
	const struct page *page = block_page(p);

	if (page->kind == PAGE_SLAB)
		return ((const struct slab_cache *)page->owner)->obj_size;
	return PAGE_SIZE << page->order;
}

void *krealloc(void *p, size_t size)
{
	size_t old;
	void *fresh;

	if (!p)
		return kmalloc(size);
	old = block_size(p);
	if (size <= old && size > old / 4)
		return p;
	fresh = kmalloc(size);
	if (!fresh)
		return size <= old ? p : NULL;
	memcpy(fresh, p, min(old, size));
	kfree(p);
	return fresh;
}

void kfree(void *p)
{
	struct page *page;

	if (!p)
		return;
	page = block_page(p);
	if (likely(page->kind == PAGE_SLAB))
		slab_free(page->owner, p);
	else
		page_free(page, page->order);
}

char *kstrdup(const char *s)
{
	return kmemdup(s, strlen(s) + 1);
}

void *kmemdup(const void *p, size_t size)
{
	void *copy = kmalloc(size);

	return copy ? memcpy(copy, p, size) : NULL;
}

void *upcall_mem_alloc(size_t size)
{
	void *p = kzalloc(ALIGN_UP(max(size, LINE), LINE));

	ASSERT(IS_ALIGNED((u64)p, LINE));
	return p;
}

void upcall_mem_free(void *p, size_t size UNUSED)
{
	kfree(p);
}

void kmalloc_init(void)
{
	for (u32 i = 0; i < NCLASSES; i++) {
		size_t align = min((size_t)class_sizes[i] & -class_sizes[i],
				   LINE);

		classes[i] = slab_cache_create(class_names[i], class_sizes[i],
					       align, 0);
		if (!classes[i])
			panic("kmalloc: no memory for %s", class_names[i]);
	}
}
