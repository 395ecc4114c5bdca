/*
 * mm/vm/mseal.c - mappings that stay as they are
 *
 * What:  mseal(2): what is sealed can no more be unmapped, moved, resized or
 *        protected otherwise, nor, if it cannot be written, be discarded. The
 *        refusals are where these things are done, by REGION_SEALED.
 * Locks: aspace->lock.
 * See:   mseal(2).
 */
#include "vm_internal.h"

static bool has_hole(struct aspace *as, u64 start, u64 end)
{
	struct region *r = region_above(as, start);

	for (; r && r->start <= start; r = region_next(r)) {
		start = r->end;
		if (start >= end)
			return false;
	}
	return true;
}

static int seal_range(struct aspace *as, u64 start, u64 end)
{
	struct region *r = region_above(as, start);

	if (has_hole(as, start, end))
		return -ENOMEM;
	as->sealed = true;
	for (; r && r->start < end; r = region_next(r)) {
		int err;

		if (r->flags & REGION_SEALED)
			continue;
		err = region_isolate(&r, max(start, r->start),
				     min(end, r->end));
		if (err)
			return err;
		region_set_flags(r, r->flags | REGION_SEALED);
		r = region_merge(r);
	}
	return 0;
}

int vm_mseal(struct aspace *as, u64 addr, u64 len)
{
	u64 end = addr + PAGE_ALIGN_UP(len);
	int err;

	if (!IS_ALIGNED(addr, PAGE_SIZE) || (len && !PAGE_ALIGN_UP(len)) ||
	    end < addr)
		return -EINVAL;
	if (end == addr)
		return 0;
	mutex_lock(&as->lock);
	err = seal_range(as, addr, end);
	mutex_unlock(&as->lock);
	return err;
}
