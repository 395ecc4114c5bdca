/*
 * include/vm/usage.h - what of an address space is in memory
 */
#ifndef VM_USAGE_H
#define VM_USAGE_H

#include <vm/aspace.h>

/* In pages, but for the share: bytes, each page divided by its users. */
struct vm_usage {
	u64 rss, pss_bytes, anon, referenced;
	u64 shared_clean, shared_dirty, private_clean, private_dirty;
};

/*
 * vm_usage - add what is mapped in [start, end) to @u
 * Context: task, may sleep; aspace->lock may be held.
 */
void vm_usage(struct aspace *as, u64 start, u64 end, struct vm_usage *u);
/* Is a page mapped at @addr? *@pa, and whether it belongs to an object. */
bool vm_page_at(struct aspace *as, u64 addr, paddr_t *pa, bool *is_object);

#endif
