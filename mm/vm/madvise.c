/*
 * mm/vm/madvise.c - advice about memory
 *
 * What:  madvise(2). Advice that only tunes paging is checked and has no
 *        effect; what depends on an option this kernel lacks (huge pages,
 *        merging, memory failure) is refused as Linux built without it does.
 * Locks: aspace->lock, but not while pages are faulted in.
 * See:   madvise(2).
 */
#include "vm_internal.h"

#include <arch/upcall.h>
#include <sched/sched.h>
#include <uapi/mman.h>

static bool is_known(int advice)
{
	switch (advice) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
	case MADV_REMOVE:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
		return true;
	}
	return false;
}

static int advise_discard(struct region *r, u64 start, u64 end, int advice)
{
	if ((r->flags & REGION_LOCKED) && advice != MADV_DONTNEED_LOCKED)
		return -EINVAL;
	if (advice == MADV_FREE &&
	    (r->object || (r->flags & REGION_SHARED)))
		return -EINVAL;
	(void)aspace_zap(r->aspace, start, end);
	return 0;
}

static int advise_flags(struct region **rp, u64 start, u64 end, u32 flags)
{
	int err;

	if ((*rp)->flags == flags)
		return 0;
	err = region_isolate(rp, start, end);
	if (err)
		return err;
	region_set_flags(*rp, flags);
	*rp = region_merge(*rp);
	return 0;
}

/* Objects here cannot give up pages in the middle: as on a file system
 * without holes. */
static int advise_remove(const struct region *r)
{
	u32 both = REGION_SHARED | REGION_MAYWRITE;

	if ((r->flags & REGION_LOCKED) || !r->object)
		return -EINVAL;
	return (r->flags & both) == both ? -EOPNOTSUPP : -EACCES;
}

/* What is sealed and cannot be written keeps what is in it. */
static bool is_kept(const struct region *r, int advice)
{
	if (!(r->flags & REGION_SEALED) || r->object ||
	    (r->flags & (REGION_SHARED | REGION_WRITE)))
		return false;
	return advice == MADV_FREE || advice == MADV_DONTNEED ||
	       advice == MADV_DONTNEED_LOCKED || advice == MADV_REMOVE ||
	       advice == MADV_DONTFORK || advice == MADV_WIPEONFORK;
}

/* Nothing is paged out here; what may be dropped instead is. */
static int advise_pageout(struct region *r, u64 start, u64 end, int advice)
{
	if (r->flags & REGION_LOCKED)
		return -EINVAL;
	if (advice == MADV_PAGEOUT && (r->flags & REGION_DROPPABLE))
		(void)aspace_zap(r->aspace, start, end);
	return 0;
}

static int advise_region(struct region **rp, u64 start, u64 end, int advice)
{
	struct region *r = *rp;

	start = max(start, r->start);
	end = min(end, r->end);
	if (is_kept(r, advice))
		return -EPERM;
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return advise_discard(r, start, end, advice);
	case MADV_REMOVE:
		return advise_remove(r);
	case MADV_DONTFORK:
		return advise_flags(rp, start, end,
				    r->flags | REGION_DONTFORK);
	case MADV_DOFORK:
		return advise_flags(rp, start, end,
				    r->flags & ~(u32)REGION_DONTFORK);
	case MADV_WIPEONFORK:
		if (r->object || r->file || (r->flags & REGION_SHARED))
			return -EINVAL;
		return advise_flags(rp, start, end,
				    r->flags | REGION_WIPEONFORK);
	case MADV_KEEPONFORK:
		if (r->flags & REGION_DROPPABLE)
			return -EINVAL;
		return advise_flags(rp, start, end,
				    r->flags & ~(u32)REGION_WIPEONFORK);
	case MADV_DONTDUMP:
		return advise_flags(rp, start, end,
				    r->flags | REGION_DONTDUMP);
	case MADV_DODUMP:
		if (r->flags & REGION_DROPPABLE)
			return -EINVAL;
		return advise_flags(rp, start, end,
				    r->flags & ~(u32)REGION_DONTDUMP);
	case MADV_COLD:
	case MADV_PAGEOUT:
		return advise_pageout(r, start, end, advice);
	}
	return 0;
}

/* Holes are passed over, and told of in the end. */
static int advise_range(struct aspace *as, u64 start, u64 end, int advice)
{
	struct region *r = region_above(as, start);
	int result = 0;

	while (start < end) {
		int err;

		if (!r || r->start >= end)
			return -ENOMEM;
		if (r->start > start)
			result = -ENOMEM;
		err = advise_region(&r, start, end, advice);
		if (err)
			return err;
		start = r->end;
		r = region_next(r);
	}
	return result;
}

/* What may only be written cannot be asked for to read, though the processor
 * would. */
static int may_populate(struct aspace *as, u64 addr, u32 access, u64 *until)
{
	struct region *r;
	int err = 0;

	mutex_lock(&as->lock);
	r = region_find(as, addr);
	if (!r)
		err = -ENOMEM;
	else if (access == FAULT_READ && !(r->flags & REGION_READ))
		err = -EINVAL;
	else
		*until = r->end;
	mutex_unlock(&as->lock);
	return err;
}

static int populate(struct aspace *as, u64 start, u64 end, u32 access)
{
	u64 until = start;

	for (u64 addr = start; addr < end; addr += PAGE_SIZE) {
		int err = 0;

		if (addr >= until)
			err = may_populate(as, addr, access, &until);
		if (err)
			return err;
		err = fault_page(as, addr, access);

		if (err == -EFAULT) {
			bool mapped;

			mutex_lock(&as->lock);
			mapped = region_find(as, addr);
			mutex_unlock(&as->lock);
			return mapped ? -EINVAL : -ENOMEM;
		}
		if (err)
			return err == -EIO ? -EFAULT : err;
		if (signal_interrupts(THREAD_KILLABLE))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int vm_madvise(struct aspace *as, u64 addr, u64 len, int advice)
{
	u64 end = addr + PAGE_ALIGN_UP(len);
	int err;

	if (!is_known(advice) || !IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	if ((len && !PAGE_ALIGN_UP(len)) || end < addr)
		return -EINVAL;
	if (end == addr)
		return 0;
	if (advice == MADV_POPULATE_READ)
		return populate(as, addr, end, FAULT_READ);
	if (advice == MADV_POPULATE_WRITE)
		return populate(as, addr, end, FAULT_WRITE);
	mutex_lock(&as->lock);
	err = advise_range(as, addr, end, advice);
	mutex_unlock(&as->lock);
	return err;
}

void vm_release(struct aspace *as)
{
	struct region *r;

	mutex_lock(&as->lock);
	spin_lock(&as->ptable_lock);
	as->released = true;
	spin_unlock(&as->ptable_lock);
	for (r = region_above(as, 0); r; r = region_next(r)) {
		if (!(r->flags & REGION_SHARED))
			(void)aspace_zap(as, r->start, r->end);
	}
	mutex_unlock(&as->lock);
}
