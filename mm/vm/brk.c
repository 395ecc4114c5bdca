/*
 * mm/vm/brk.c - the program break
 *
 * What:  brk(2): private memory between brk_start and brk.
 * Locks: aspace->lock.
 * See:   brk(2); getrlimit(2), RLIMIT_DATA.
 */
#include "vm_internal.h"

#include <uapi/resource.h>

#define HEAP_FLAGS (REGION_READ | REGION_WRITE | REGION_MAYWRITE | \
		    REGION_ACCOUNTED)

/* RLIMIT_DATA counts the initialised data with the heap here. */
static bool within_data_limit(const struct aspace *as, u64 brk,
			      const struct vm_limits *limits)
{
	u64 size = (brk - as->brk_start) + (as->data_end - as->data_start);

	return limits->data_bytes == RLIM_INFINITY ||
	       size <= limits->data_bytes;
}

static bool room_above(struct aspace *as, u64 from, u64 to)
{
	struct region *next = region_above(as, from);

	return to <= USER_END - PAGE_SIZE &&
	       (!next || region_guard_start(next) >= to + PAGE_SIZE);
}

static int brk_check(struct aspace *as, const struct region *p,
		     const struct vm_limits *limits)
{
	struct vm_growth g = {
		.npages = region_pages(p),
		.flags = p->flags,
	};
	int err;

	if (!room_above(as, p->start, p->end))
		return -ENOMEM;
	err = vm_check_locked(as, &g, limits);
	if (!err)
		err = vm_check_expand(as, &g, limits);
	if (!err && as->nregions > VM_MAX_MAP_COUNT)
		err = -ENOMEM;
	return err ? err : vm_check_memory(&g);
}

static int brk_grow(struct aspace *as, u64 end, const struct vm_limits *limits)
{
	struct region proto = {
		.aspace = as,
		.start = PAGE_ALIGN_UP(as->brk),
		.end = end,
		.flags = HEAP_FLAGS | as->def_flags,
	};
	struct region *r;
	int err;

	err = brk_check(as, &proto, limits);
	if (err)
		return err;
	/* It grows by itself: it does not continue what lies below. */
	if (proto.start > as->brk_start && region_extend(&proto))
		return 0;
	r = region_alloc(as);
	if (!r)
		return -ENOMEM;
	r->start = proto.start;
	r->end = proto.end;
	r->flags = proto.flags;
	region_insert(r, NULL);
	return 0;
}

/* Move the break. *@dead: what a smaller heap gave up. */
static int brk_move(struct aspace *as, u64 brk,
		    const struct vm_limits *limits, struct region **dead)
{
	u64 old_end = PAGE_ALIGN_UP(as->brk);
	u64 new_end = PAGE_ALIGN_UP(brk);
	int err = 0;

	if (brk < as->brk_start || brk > USER_END - PAGE_SIZE ||
	    !within_data_limit(as, brk, limits))
		return -ENOMEM;
	if (new_end < old_end)
		err = unmap_locked(as, new_end, old_end, dead);
	else if (new_end > old_end)
		err = brk_grow(as, new_end, limits);
	if (!err)
		as->brk = brk;
	return err;
}

u64 vm_brk(struct aspace *as, u64 brk, const struct vm_limits *limits)
{
	struct region *dead = NULL;
	bool fill = false;
	u64 start, now;

	mutex_lock(&as->lock);
	start = PAGE_ALIGN_UP(as->brk);
	if (!brk_move(as, brk, limits, &dead))
		fill = (as->def_flags & REGION_LOCKED) &&
		       !(as->def_flags & REGION_LOCKONFAULT);
	now = as->brk;
	mutex_unlock(&as->lock);
	region_free_chain(dead);
	if (fill && PAGE_ALIGN_UP(now) > start)
		(void)vm_populate(as, start, PAGE_ALIGN_UP(now));
	return now;
}
