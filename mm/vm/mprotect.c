/*
 * mm/vm/mprotect.c - changing what may be done with memory
 *
 * What:  mprotect(2), region by region: those before a failure stay changed,
 *        as they do on Linux.
 * Locks: aspace->lock for the whole call; region flags and page-table entries
 *        under ptable_lock, the flags first. A fault between the two finds an
 *        entry stricter than the region and mends it.
 * See:   mprotect(2).
 */
#include "vm_internal.h"

#include <sched/sched.h>
#include <uapi/mman.h>

/* Copy on write: only a page nobody shares may be written at once. */
static bool may_write_now(paddr_t pa, void *arg)
{
	const struct region *r = arg;

	return (r->flags & REGION_SHARED) ||
	       page_is_exclusive(phys_to_page(pa));
}

static void protect_pages(struct region *r, bool narrower)
{
	struct aspace *as = r->aspace;
	u32 flags = region_pte_flags(r);
	u64 at = r->start;
	bool more = true;
	u64 stop;

	if (r->flags & REGION_WRITE)
		flags |= MMU_WRITE;
	while (more) {
		spin_lock(&as->ptable_lock);
		more = vm_piece(as, &at, r->end, &stop);
		if (more)
			mmu_protect(&as->mmu, at, stop, flags, may_write_now,
				    r);
		if (more && narrower)
			tlb_flush_range(&as->mmu, at, stop);
		spin_unlock(&as->ptable_lock);
		at = stop;
		more = at < r->end;
		if (more)
			cond_resched();
	}
}

static int check_change(const struct region *r, u32 flags, u64 npages)
{
	struct vm_growth g = { .npages = npages, .flags = flags };
	struct vm_limits limits;

	if ((flags & ~r->flags & REGION_WRITE) &&
	    !(r->flags & REGION_MAYWRITE))
		return -EACCES;
	if ((flags & REGION_EXEC) && (r->flags & REGION_NOEXEC))
		return -EACCES;
	if (r->flags & REGION_SEALED)
		return -EPERM;
	if (!region_flags_data(flags) || region_flags_data(r->flags))
		return 0;
	vm_limits_current(&limits);
	if (r->aspace->data_pages + npages > limits.data_bytes >> PAGE_SHIFT)
		return -ENOMEM;
	return vm_check_memory(&g);
}

/* It stays accounted when it can no longer be written, unless it never was:
 * so a part that was writable once does not continue its neighbours. */
static u32 flags_with(const struct region *r, u32 prot)
{
	u32 flags = (r->flags & ~(u32)REGION_PROT) | prot;
	u32 exempt = REGION_WRITE | REGION_SHARED | REGION_NORESERVE;

	if (flags == r->flags)
		return flags;
	if ((flags & REGION_WRITE) && !(r->flags & exempt))
		return flags | REGION_ACCOUNTED;
	if (!(flags & REGION_WRITE) && !r->object &&
	    !READ_ONCE(r->has_copies))
		return flags & ~(u32)REGION_ACCOUNTED;
	return flags;
}

/* Change what of *@rp lies in [start, end). */
static int protect_region(struct region **rp, u64 start, u64 end, u32 prot)
{
	struct region *r = *rp;
	u32 old = r->flags;
	u32 flags = flags_with(r, prot);
	int err;

	if (vm_gains_exec(r->aspace, old, flags))
		return -EACCES;
	if (flags == old)
		return old & REGION_SEALED ? -EPERM : 0;
	start = max(start, r->start);
	end = min(end, r->end);
	err = check_change(r, flags, (end - start) >> PAGE_SHIFT);
	if (err)
		return err;
	err = region_isolate(&r, start, end);
	if (err)
		return err;
	region_set_flags(r, flags);
	protect_pages(r, old & ~flags & REGION_PROT);
	*rp = region_merge(r);
	return 0;
}

static int protect_range(struct aspace *as, u64 start, u64 end, u32 prot)
{
	struct region *r = region_above(as, start);

	if (prot & PROT_GROWSDOWN) {
		if (!r || r->start >= end)
			return -ENOMEM;
		start = r->start;
		if (!(r->flags & REGION_GROWSDOWN))
			return -EINVAL;
	}
	while (start < end) {
		int err;

		if (!r || r->start > start)
			return -ENOMEM;
		err = protect_region(&r, start, end, prot & REGION_PROT);
		if (err)
			return err;
		start = r->end;
		r = region_next(r);
	}
	return 0;
}

int vm_mprotect(struct aspace *as, u64 addr, u64 len, u32 prot)
{
	u32 known = REGION_PROT | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP;
	u64 end = addr + PAGE_ALIGN_UP(len);
	int err;

	if ((prot & PROT_GROWSDOWN) && (prot & PROT_GROWSUP))
		return -EINVAL;
	if (!IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	if (!len)
		return 0;
	if (end <= addr)
		return -ENOMEM;
	/* Nothing here grows upward. */
	if (prot & ~known || prot & PROT_GROWSUP)
		return -EINVAL;
	mutex_lock(&as->lock);
	err = protect_range(as, addr, end, prot);
	mutex_unlock(&as->lock);
	return err;
}
