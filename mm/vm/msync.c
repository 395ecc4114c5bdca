/*
 * mm/vm/msync.c - what is in memory: msync and mincore
 *
 * What:  msync(2) has nothing to write, because pages of an object are the
 *        object; it checks. mincore(2) tells which pages are there.
 * Locks: aspace->lock for the walk over regions; the answer of mincore goes
 *        to user memory without it, since that may fault.
 * See:   msync(2), mincore(2).
 */
#include "vm_internal.h"

#include <uapi/mman.h>
#include <vm/uaccess.h>

static int sync_range(struct aspace *as, u64 start, u64 end, int flags)
{
	struct region *r = region_above(as, start);
	int result = 0;

	while (start < end) {
		if (!r)
			return -ENOMEM;
		if (r->start > start) {
			if (r->start >= end)
				return -ENOMEM;
			result = -ENOMEM;
		}
		if ((flags & MS_INVALIDATE) && (r->flags & REGION_LOCKED))
			return -EBUSY;
		start = r->end;
		r = region_next(r);
	}
	return result;
}

int vm_msync(struct aspace *as, u64 addr, u64 len, int flags)
{
	u64 end = addr + PAGE_ALIGN_UP(len);
	int err;

	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC))
		return -EINVAL;
	if (!IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	if ((flags & MS_ASYNC) && (flags & MS_SYNC))
		return -EINVAL;
	if (end < addr)
		return -ENOMEM;
	mutex_lock(&as->lock);
	err = sync_range(as, addr, end, flags);
	mutex_unlock(&as->lock);
	return err;
}

static bool in_object(struct region *r, u64 addr)
{
	struct vm_object *obj = r->object;
	struct page *p;

	if (!obj)
		return false;
	if (!obj->ops->peek_pages)
		return true;
	obj->ops->peek_pages(obj, region_index(r, addr), &p, 1);
	if (p)
		page_put(p);
	return p;
}

static bool is_resident(struct region *r, u64 addr)
{
	bool mapped;

	spin_lock(&r->aspace->ptable_lock);
	mapped = mmu_query(&r->aspace->mmu, addr, NULL, NULL);
	spin_unlock(&r->aspace->ptable_lock);
	return mapped || in_object(r, addr);
}

/* One byte for each of @n pages from @addr on. */
static int residency(struct aspace *as, u64 addr, u8 *out, u64 n)
{
	int err = 0;

	mutex_lock(&as->lock);
	for (u64 i = 0; i < n && !err; i++, addr += PAGE_SIZE) {
		struct region *r = region_find(as, addr);

		if (r)
			out[i] = is_resident(r, addr);
		else
			err = -ENOMEM;
	}
	mutex_unlock(&as->lock);
	return err;
}

int vm_mincore(struct aspace *as, u64 addr, u64 len, uptr_t vec)
{
	u64 npages = (len >> PAGE_SHIFT) + !IS_ALIGNED(len, PAGE_SIZE);
	u8 part[128];

	if (!IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	if (!user_range_ok(addr, len))
		return -ENOMEM;
	if (!user_range_ok(vec, npages))
		return -EFAULT;
	while (npages) {
		u64 n = min(npages, sizeof(part));
		int err = residency(as, addr, part, n);

		if (err)
			return err;
		if (copy_to_user(vec, part, n))
			return -EFAULT;
		addr += n << PAGE_SHIFT;
		vec += n;
		npages -= n;
	}
	return 0;
}
