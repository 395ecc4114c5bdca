/*
 * mm/vm/munmap.c - taking a range of addresses away
 *
 * What:  munmap(2) in two steps, so that mmap(MAP_FIXED) and mremap can find
 *        out whether it will work before they change anything.
 * Locks: aspace->lock for both steps. What a region owned is let go after it:
 *        the last reference to a file may need locks of its own.
 */
#include "vm_internal.h"

static bool cuts(const struct region *r, u64 addr)
{
	return r && r->start < addr && r->end > addr;
}

static bool any_sealed(const struct unmap *u)
{
	struct region *r = region_above(u->as, u->start);

	for (; r && r->start < u->end; r = region_next(r)) {
		if (r->flags & REGION_SEALED)
			return true;
	}
	return false;
}

int unmap_prepare(struct unmap *u)
{
	struct region *first = region_above(u->as, u->start);
	struct region *last = region_below(u->as, u->end);
	u32 n = 0;

	if (!first || first->start >= u->end)
		return 0;
	if (unlikely(u->as->sealed) && any_sealed(u))
		return -EPERM;
	n += cuts(first, u->start);
	n += cuts(last, u->end);
	if (n == 2 && first == last && u->as->nregions >= VM_MAX_MAP_COUNT)
		return -ENOMEM;
	for (u32 i = 0; i < n; i++) {
		u->spare[i] = region_alloc(u->as);
		if (!u->spare[i])
			return -ENOMEM;
	}
	return 0;
}

static struct region *take_spare(struct unmap *u)
{
	struct region *r = u->spare[1] ? u->spare[1] : u->spare[0];

	if (u->spare[1])
		u->spare[1] = NULL;
	else
		u->spare[0] = NULL;
	return r;
}

/* The tables that only the freed range used. One level of them is looked at,
 * the one whose tables the range is likely to have filled. */
static void trim_tables(struct unmap *u)
{
	u64 len = u->end - u->start;
	u64 span = len < 2ul << 20 ? 2ul << 20 :
		   len < 1ul << 30 ? 1ul << 30 : 1ul << 39;
	struct region *below = region_below(u->as, u->end);
	struct region *above = region_above(u->as, u->start);
	u64 low = max(ALIGN_DOWN(u->start, span), below ? below->end : 0);
	u64 high = min(ALIGN_UP(u->end, span), above ? above->start : USER_END);

	if (high - low < 2ul << 20)
		return;
	spin_lock(&u->as->ptable_lock);
	mmu_trim(&u->as->mmu, low, high);
	spin_unlock(&u->as->ptable_lock);
}

void unmap_commit(struct unmap *u)
{
	struct aspace *as = u->as;
	struct region *r = region_above(as, u->start);
	struct region *last, *dead = NULL;

	if (!r || r->start >= u->end)
		return;
	if (cuts(r, u->start)) {
		region_split(r, u->start, take_spare(u));
		r = region_next(r);
	}
	last = region_below(as, u->end);
	if (cuts(last, u->end))
		region_split(last, u->end, take_spare(u));
	while (r && r->start < u->end) {
		struct region *next = region_next(r);

		region_remove(r);
		r->next_dead = dead;
		dead = r;
		r = next;
	}
	u->dead = dead;
	if (aspace_zap(as, u->start, u->end))
		trim_tables(u);
	for (r = dead; r; r = r->next_dead)
		region_unlink_object(r);
	gap_note(as, u->start, u->end);
}

void unmap_finish(struct unmap *u)
{
	for (u32 i = 0; i < ARRAY_SIZE(u->spare); i++) {
		if (u->spare[i])
			region_free_unused(u->spare[i]);
	}
	region_free_chain(u->dead);
}

int unmap_locked(struct aspace *as, u64 start, u64 end, struct region **dead)
{
	struct unmap u = { .as = as, .start = start, .end = end };
	struct region *r;
	int err;

	ASSERT(start <= end && end <= USER_END);
	err = unmap_prepare(&u);
	if (!err)
		unmap_commit(&u);
	while ((r = u.dead) != NULL) {
		u.dead = r->next_dead;
		r->next_dead = *dead;
		*dead = r;
	}
	unmap_finish(&u);
	return err;
}

int vm_munmap(struct aspace *as, u64 addr, u64 len)
{
	struct unmap u = { .as = as, .start = addr };
	int err;

	if (!IS_ALIGNED(addr, PAGE_SIZE) || addr > USER_END ||
	    len > USER_END - addr || !len)
		return -EINVAL;
	u.end = addr + PAGE_ALIGN_UP(len);
	mutex_lock(&as->lock);
	err = unmap_prepare(&u);
	if (!err)
		unmap_commit(&u);
	mutex_unlock(&as->lock);
	unmap_finish(&u);
	return err;
}
