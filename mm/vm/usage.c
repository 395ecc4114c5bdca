/*
 * mm/vm/usage.c - what a region has in memory, for /proc/PID/smaps
 *
 * Locks: aspace->ptable_lock while page tables are walked; the reference
 *        counts of pages are read as they are, so shares are a snapshot.
 * See:   proc_pid_smaps(5), proc_pid_pagemap(5).
 */
#include "vm_internal.h"

#include <vm/usage.h>

static void usage_page(u64 va UNUSED, paddr_t pa, u32 flags, void *arg)
{
	struct vm_usage *u = arg;
	struct page *p = phys_to_page(pa);
	u32 users;

	if (!p || p->kind == PAGE_RESERVED)
		return;
	users = (u32)atomic_read(&p->refs);
	/* An object holds its own pages by one reference. */
	if (p->kind == PAGE_FILE && users > 1)
		users--;
	u->rss++;
	u->pss_bytes += PAGE_SIZE / max(users, 1u);
	if (p->kind == PAGE_ANON)
		u->anon++;
	if (flags & MMU_ACCESSED)
		u->referenced++;
	if (users > 1 && (flags & MMU_DIRTY))
		u->shared_dirty++;
	else if (users > 1)
		u->shared_clean++;
	else if (flags & MMU_DIRTY)
		u->private_dirty++;
	else
		u->private_clean++;
}

void vm_usage(struct aspace *as, u64 start, u64 end, struct vm_usage *u)
{
	u64 at = start, stop;

	spin_lock(&as->ptable_lock);
	while (vm_piece(as, &at, end, &stop)) {
		mmu_walk(&as->mmu, at, stop, usage_page, u);
		spin_unlock(&as->ptable_lock);
		cond_resched();
		at = stop;
		spin_lock(&as->ptable_lock);
	}
	spin_unlock(&as->ptable_lock);
}

bool vm_page_at(struct aspace *as, u64 addr, paddr_t *pa, bool *is_object)
{
	struct page *p;
	u32 flags;
	bool there;

	spin_lock(&as->ptable_lock);
	there = mmu_query(&as->mmu, addr, pa, &flags);
	p = there ? phys_to_page(*pa) : NULL;
	*is_object = p && p->kind == PAGE_FILE;
	spin_unlock(&as->ptable_lock);
	return there;
}
