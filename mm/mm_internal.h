/*
 * mm/mm_internal.h - what the allocators share among themselves
 *
 * What:  the page allocator without fault injection, the injection test, and
 *        the poison of free pages.
 */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <mm/page.h>

/* page_alloc that no fault test sees: for allocators that tested already. */
struct page *page_alloc_internal(u32 order, u32 flags, enum page_kind kind);

/* The allocator's part of mm_stat_get. */
void page_stat(struct mm_stat *out);

/* Start-up of the parts, in this order, by mm_init. */
void slab_init(void);
void kmalloc_init(void);
void kstack_init(void);

/* Give cached objects, empty slabs and free stacks back. As mm_drain. */
void slab_drain(void);
void kstack_drain(void);

#ifdef NIDUS_DEBUG
/* Fault injection: must this allocation fail? */
bool alloc_should_fail(void);
/* Fill free pages with a pattern, and see on allocation that it is intact. */
void page_poison(struct page *p, u32 order);
void page_poison_check(struct page *p, u32 order);
#else
static inline bool alloc_should_fail(void)
{
	return false;
}

static inline void page_poison(struct page *p UNUSED, u32 order UNUSED)
{
}

static inline void page_poison_check(struct page *p UNUSED, u32 order UNUSED)
{
}
#endif

#endif
