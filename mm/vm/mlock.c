/*
 * mm/vm/mlock.c - memory that stays
 *
 * What:  mlock, munlock, mlockall, munlockall. Nothing is ever paged out
 *        here, so locking means: counted against the limit, and filled in.
 * Locks: aspace->lock, but not while pages are faulted in.
 * See:   mlock(2).
 */
#include "vm_internal.h"

#include <uapi/mman.h>
#include <uapi/resource.h>

#define LOCK_FLAGS ((u32)(REGION_LOCKED | REGION_LOCKONFAULT))

static u32 mode_flags(enum vm_lock_mode mode)
{
	switch (mode) {
	case VM_UNLOCK:
		return 0;
	case VM_LOCK:
		return REGION_LOCKED;
	case VM_LOCK_ONFAULT:
		return REGION_LOCKED | REGION_LOCKONFAULT;
	}
	return 0;
}

/* Pages of [start, end) that are locked already. */
static u64 locked_in(struct aspace *as, u64 start, u64 end)
{
	struct region *r = region_above(as, start);
	u64 n = 0;

	for (; r && r->start < end; r = region_next(r)) {
		if (r->flags & REGION_LOCKED)
			n += min(r->end, end) - max(r->start, start);
	}
	return n >> PAGE_SHIFT;
}

static int lock_region(struct region **rp, u64 start, u64 end, u32 flags)
{
	u32 new = ((*rp)->flags & ~LOCK_FLAGS) | flags;
	int err;

	if ((*rp)->flags == new || ((*rp)->flags & REGION_DROPPABLE))
		return 0;
	err = region_isolate(rp, max(start, (*rp)->start),
			     min(end, (*rp)->end));
	if (err)
		return err;
	region_set_flags(*rp, new);
	*rp = region_merge(*rp);
	return 0;
}

/* Regions before a hole or a failure stay changed. */
static int lock_range(struct aspace *as, u64 start, u64 end, u32 flags)
{
	struct region *r = region_above(as, start);

	while (start < end) {
		int err;

		if (!r || r->start > start)
			return -ENOMEM;
		err = lock_region(&r, start, end, flags);
		if (err)
			return err;
		start = r->end;
		r = region_next(r);
	}
	return 0;
}

static bool within_limit(struct aspace *as, u64 start, u64 end,
			 const struct vm_limits *limits)
{
	u64 limit = limits->memlock_bytes >> PAGE_SHIFT;
	u64 n = as->locked_pages + ((end - start) >> PAGE_SHIFT);

	if (limits->memlock_bytes == RLIM_INFINITY || n <= limit)
		return true;
	return n - locked_in(as, start, end) <= limit;
}

/* What filling in may say, as mlock(2) says it. */
static int populate_error(int err)
{
	if (err == -EFAULT || err == -EIO)
		return -ENOMEM;
	return err == -ENOMEM ? -EAGAIN : err;
}

int vm_mlock(struct aspace *as, const struct mlock_args *args)
{
	const struct vm_limits *limits = args->limits;
	bool unlock = args->mode == VM_UNLOCK;
	u64 start = PAGE_ALIGN_DOWN(args->addr);
	u64 end = start + PAGE_ALIGN_UP(args->len + (args->addr - start));
	int err = 0;

	if (!unlock && !limits->memlock_bytes)
		return -EPERM;
	if (end < start)
		return unlock || limits->memlock_bytes == RLIM_INFINITY ?
			       -EINVAL : -ENOMEM;
	mutex_lock(&as->lock);
	if (!unlock && !within_limit(as, start, end, limits))
		err = -ENOMEM;
	if (!err)
		err = lock_range(as, start, end, mode_flags(args->mode));
	mutex_unlock(&as->lock);
	if (err || args->mode != VM_LOCK)
		return err;
	return populate_error(vm_populate(as, start, end));
}

static int lock_all(struct aspace *as, u32 flags)
{
	struct region *r;

	for (r = region_above(as, 0); r; r = region_next(r)) {
		int err = lock_region(&r, r->start, r->end, flags);

		if (err)
			return err;
	}
	return 0;
}

/* What cannot be filled in is no error here. */
static void populate_all(struct aspace *as)
{
	u64 at = 0;

	for (;;) {
		struct region *r;
		u64 end = 0;

		mutex_lock(&as->lock);
		r = region_above(as, at);
		if (r) {
			at = max(at, r->start);
			end = r->end;
		}
		mutex_unlock(&as->lock);
		if (!r || vm_populate(as, at, end) == -EINTR)
			break;
		at = end;
	}
}

int vm_mlockall(struct aspace *as, int flags, const struct vm_limits *limits)
{
	u32 lock = mode_flags(flags & MCL_ONFAULT ? VM_LOCK_ONFAULT : VM_LOCK);
	int err = 0;

	if (!flags || flags == MCL_ONFAULT ||
	    (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)))
		return -EINVAL;
	if (!limits->memlock_bytes)
		return -EPERM;
	mutex_lock(&as->lock);
	if ((flags & MCL_CURRENT) &&
	    as->total_pages > limits->memlock_bytes >> PAGE_SHIFT) {
		err = -ENOMEM;
	} else {
		as->def_flags = flags & MCL_FUTURE ? lock : 0;
		if (flags & MCL_CURRENT)
			err = lock_all(as, lock);
	}
	mutex_unlock(&as->lock);
	if (!err && (flags & MCL_CURRENT) && !(flags & MCL_ONFAULT))
		populate_all(as);
	return err;
}

int vm_munlockall(struct aspace *as)
{
	int err;

	mutex_lock(&as->lock);
	as->def_flags = 0;
	err = lock_all(as, 0);
	mutex_unlock(&as->lock);
	return err;
}
