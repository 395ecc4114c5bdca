/*
 * mm/vm/gap.c - finding room for a mapping
 *
 * What:  the highest hole that is large enough, below mmap_top; if there is
 *        none, one above it.
 * Locks: aspace->lock.
 *        To walk over crowded addresses only once, the address space knows
 *        that no hole in [gap_from, mmap_top) is larger than gap_known: a
 *        larger request starts its search at gap_from.
 */
#include "vm_internal.h"

struct gap_walk {
	struct aspace *as;
	u64 len;
	u64 low, high;
	u64 skipped;		/* largest hole seen that was too small */
};

/* Downward from w->high; 0: no hole. */
static u64 gap_search(struct gap_walk *w)
{
	struct region *r = region_below(w->as, w->high);
	u64 high = w->high;

	while (high > w->low) {
		u64 floor = r ? max(r->end, w->low) : w->low;

		if (high > floor && high - floor >= w->len)
			return high - w->len;
		if (high > floor)
			w->skipped = max(w->skipped, high - floor);
		if (!r)
			break;
		high = min(high, region_guard_start(r));
		r = region_prev(r);
	}
	return 0;
}

static u64 gap_start(const struct aspace *as)
{
	return as->gap_from ? as->gap_from : as->mmap_top;
}

static u64 gap_usual(struct aspace *as, u64 len)
{
	bool large = len > as->gap_known;
	struct gap_walk w = {
		.as = as,
		.len = len,
		.low = VM_MMAP_MIN_ADDR,
		.high = large ? gap_start(as) : as->mmap_top,
	};
	u64 at = gap_search(&w);

	if (at && large) {
		as->gap_known = max(as->gap_known, w.skipped);
		as->gap_from = at;
	}
	return at;
}

int gap_find(struct aspace *as, const struct gap_query *q, u64 *out)
{
	struct gap_walk w = { .as = as, .len = q->len };
	u64 at;

	if (q->high || q->low) {
		w.low = max(q->low, VM_MMAP_MIN_ADDR);
		w.high = q->high ? q->high : as->mmap_top;
		at = gap_search(&w);
	} else {
		at = gap_usual(as, q->len);
	}
	if (!at && !q->high) {
		w.low = max(q->low, as->mmap_top);
		w.high = USER_END;
		at = gap_search(&w);
	}
	if (!at)
		return -ENOMEM;
	*out = at;
	return 0;
}

void gap_note(struct aspace *as, u64 start, u64 end)
{
	struct region *below = region_below(as, end);
	struct region *above = below ? region_next(below) :
				       region_above(as, start);
	u64 low = below ? below->end : 0;
	u64 high = min(above ? above->start : USER_END, as->mmap_top);

	if (high > gap_start(as) && high > low && high - low > as->gap_known)
		as->gap_from = high;
}
