/*
 * mm/vm/segment.c - the memory of a new program
 *
 * What:  what exec needs beyond mmap: segments at fixed places, the page that
 *        is half file and half zeros, and pages filled before they are mapped.
 * Locks: nobody runs in the address space yet, and nobody can find it: only
 *        truncation of a mapped file may meet its regions, by the object's
 *        list. So aspace->lock is not taken.
 * See:   System V gABI, chapter 5, "Program Header".
 */
#include "vm_internal.h"

#include <lib/string.h>

static bool range_is_legal(const struct mmap_args *args, u64 end)
{
	return IS_ALIGNED(args->addr | args->offset, PAGE_SIZE) &&
	       end > args->addr && end <= USER_END;
}

int vm_map_segment(struct aspace *as, const struct mmap_args *args)
{
	u64 end = args->addr + PAGE_ALIGN_UP(args->len);
	/* Zeroed memory counts, whatever may be done with it. */
	const struct vm_growth growth = {
		.npages = (end - args->addr) >> PAGE_SHIFT,
		.flags = args->object ? args->prot & REGION_PROT : REGION_WRITE,
	};
	struct region *r;

	if (!range_is_legal(args, end))
		return -EINVAL;
	if (args->addr < VM_MMAP_MIN_ADDR && !args->limits.may_map_low)
		return -EPERM;
	if (vm_gains_exec(as, args->prot, args->prot))
		return -EACCES;
	if (vm_check_memory(&growth))
		return -ENOMEM;
	if (!region_none_in(as, args->addr, end)) {
		int err = vm_munmap(as, args->addr, end - args->addr);

		if (err)
			return err;
	}
	r = region_alloc(as);
	if (!r)
		return -ENOMEM;
	r->start = args->addr;
	r->end = end;
	r->flags = (args->prot & REGION_PROT) | REGION_MAYWRITE |
		   args->max_flags | region_flags_of_map(args->flags);
	if (!args->object || (args->prot & REGION_WRITE))
		r->flags |= REGION_ACCOUNTED;
	r->object = args->object;
	r->file = args->file;
	r->offset = args->object ? args->offset : 0;
	region_hold(r);
	region_insert(r, NULL);
	return 0;
}

/* Map @p, whose reference passes on success, writable at @addr. */
static int map_private(struct aspace *as, u64 addr, struct page *p)
{
	struct region *r;
	int err;

	spin_lock(&as->ptable_lock);
	r = region_find(as, addr);
	ASSERT(r && !(r->flags & REGION_SHARED));
	err = mmu_map(&as->mmu, addr, page_to_phys(p),
		      region_pte_flags(r) | MMU_WRITE | MMU_DIRTY);
	if (!err) {
		rss_add(as, p, 1);
		r->has_copies = true;
	}
	spin_unlock(&as->ptable_lock);
	return err;
}

/* A copy of @from up to @keep bytes, zeros behind. */
static struct page *copy_head(const struct page *from, size_t keep)
{
	struct page *p = page_alloc(0, 0, PAGE_ANON);
	char *to;

	if (!p)
		return NULL;
	to = page_to_virt(p);
	memcpy(to, page_to_virt(from), keep);
	memset(to + keep, 0, PAGE_SIZE - keep);
	return p;
}

int vm_clear_tail(struct aspace *as, u64 from)
{
	struct region *r = region_find(as, from);
	struct page *file_page, *p;
	int err;

	ASSERT(r && r->object && (r->flags & REGION_WRITE));
	err = r->object->ops->get_page(r->object, region_index(r, from),
				       &file_page);
	if (err)
		return err;
	p = copy_head(file_page, from % PAGE_SIZE);
	page_put(file_page);
	if (!p)
		return -ENOMEM;
	err = map_private(as, PAGE_ALIGN_DOWN(from), p);
	if (err)
		page_put(p);
	return err;
}

int vm_map_pages(struct aspace *as, u64 addr, struct list *pages)
{
	while (!list_empty(pages)) {
		struct page *p = list_first(pages, struct page, link);
		int err;

		/* Off the list first: a mapped page has no link. */
		list_del(&p->link);
		err = map_private(as, addr, p);
		if (err) {
			list_add(pages, &p->link);
			return err;
		}
		addr += PAGE_SIZE;
	}
	return 0;
}
