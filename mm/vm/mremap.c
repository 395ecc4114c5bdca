/*
 * mm/vm/mremap.c - resizing and moving a mapping
 *
 * What:  mremap(2): shrink, grow in place, or move with the page-table
 *        entries; MREMAP_DONTUNMAP leaves an empty mapping behind; an old
 *        length of 0 makes a second mapping of shared memory.
 * Locks: aspace->lock throughout. Entries move under ptable_lock and, if
 *        there is an object, under its lock, so that truncation finds each
 *        page at the old or at the new address. Meanwhile both places are
 *        REGION_MOVING: faults wait until it is done.
 * See:   mremap(2).
 */
#include "vm_internal.h"

#include <sched/sched.h>
#include <uapi/mman.h>

struct remap {
	struct aspace *as;
	const struct mremap_args *args;
	u64 old_len, new_len;	/* whole pages */
	struct region *dead;	/* to be freed after the lock */
	u64 fill_from, fill_to;	/* locked memory to be filled in then */
	u64 result;
};

static int remap_check(struct remap *m)
{
	const struct mremap_args *a = m->args;
	u64 flags = a->flags;

	m->old_len = PAGE_ALIGN_UP(a->old_len);
	m->new_len = PAGE_ALIGN_UP(a->new_len);
	if (flags & ~(u64)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((flags & MREMAP_FIXED) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((flags & MREMAP_DONTUNMAP) &&
	    (!(flags & MREMAP_MAYMOVE) || a->old_len != a->new_len))
		return -EINVAL;
	if (!IS_ALIGNED(a->old_addr, PAGE_SIZE) || !m->new_len)
		return -EINVAL;
	return 0;
}

/* The region that is to have new_len bytes from old_addr on. */
static int resizable(struct remap *m, struct region **out)
{
	const struct mremap_args *a = m->args;
	struct region *r = region_find(m->as, a->old_addr);
	struct vm_growth g;
	u64 end_offset;
	int err;

	if (!r)
		return -EFAULT;
	if (!m->old_len && !(r->flags & REGION_SHARED))
		return -EINVAL;
	if (m->old_len > r->end - a->old_addr)
		return -EFAULT;
	*out = r;
	if (m->new_len <= m->old_len)
		return 0;
	if (add_overflow(r->offset + (a->old_addr - r->start), m->new_len,
			 &end_offset))
		return -EINVAL;
	g.npages = (m->new_len - m->old_len) >> PAGE_SHIFT;
	g.flags = r->flags;
	err = vm_check_locked(m->as, &g, &a->limits);
	if (!err)
		err = vm_check_expand(m->as, &g, &a->limits);
	return err;
}

static bool room_to_grow(struct region *r, u64 more)
{
	struct region *next = region_next(r);
	u64 end;

	if (add_overflow(r->end, more, &end) || end > USER_END)
		return false;
	return !next || region_guard_start(next) >= end;
}

static void fill_later(struct remap *m, const struct region *r)
{
	if (!(r->flags & REGION_LOCKED) || (r->flags & REGION_LOCKONFAULT))
		return;
	m->fill_from = m->result + m->old_len;
	m->fill_to = m->result + m->new_len;
}

/* The next part of [at, end) to move. With an object all of it is one: then
 * truncation finds every page at its old or at its new place. */
static bool move_part(struct region *r, u64 *at, u64 end, u64 *stop)
{
	if (!r->object)
		return vm_piece(r->aspace, at, end, stop);
	*stop = end;
	return *at < end;
}

/* Move the entries of [from, from + len) to @to. */
static int move_entries(struct region *r, u64 from, u64 to, u64 len)
{
	struct aspace *as = r->aspace;
	u64 at = from, end = from + len, stop;
	bool more = true;
	int err = 0;

	while (more && !err) {
		if (r->object)
			spin_lock(&r->object->lock);
		spin_lock(&as->ptable_lock);
		more = move_part(r, &at, end, &stop);
		if (more) {
			err = mmu_move(&as->mmu, at, to + (at - from),
				       stop - at);
			tlb_flush_range(&as->mmu, at, stop);
		}
		spin_unlock(&as->ptable_lock);
		if (r->object)
			spin_unlock(&r->object->lock);
		at = err ? at : stop;
		cond_resched();
	}
	/* The way back needs no new tables. */
	if (err && at > from)
		(void)move_entries(r, to, from, at - from);
	return err;
}

/* A region like @r, but [to, to + new_len), put into the tree. */
static int add_moved(struct remap *m, struct region *r, u64 to,
		     struct region **out)
{
	struct region *n = region_alloc(m->as);
	u64 skip = m->args->old_addr - r->start;

	if (!n)
		return -ENOMEM;
	n->start = to;
	n->end = to + m->new_len;
	n->flags = r->flags | REGION_MOVING;
	n->has_copies = r->has_copies;
	n->object = r->object;
	n->file = r->file;
	if (r->object)
		n->offset = r->offset + skip;
	region_hold(n);
	region_insert(n, r);
	*out = n;
	return 0;
}

static void undo_moved(struct remap *m, struct region *n)
{
	region_remove(n);
	(void)aspace_zap(m->as, n->start, n->end);
	region_unlink_object(n);
	gap_note(m->as, n->start, n->end);
	n->next_dead = m->dead;
	m->dead = n;
}

/* The old place, empty by now: unmapped, or kept without locks. */
static int leave_old(struct remap *m)
{
	u64 from = m->args->old_addr;
	struct region *r;
	int err;

	if (!(m->args->flags & MREMAP_DONTUNMAP))
		return unmap_locked(m->as, from, from + m->old_len, &m->dead);
	r = region_find(m->as, from);
	if (!(r->flags & REGION_LOCKED))
		return 0;
	err = region_isolate(&r, from, from + m->old_len);
	if (!err)
		region_set_flags(r, r->flags & ~(u32)(REGION_LOCKED |
						      REGION_LOCKONFAULT));
	return err;
}

/* What there is of [start, end) stays where it is. */
static void settle(struct aspace *as, u64 start, u64 end)
{
	struct region *r = region_above(as, start);

	for (; r && r->start < end; r = region_next(r))
		region_set_flags(r, r->flags & ~(u32)REGION_MOVING);
}

/* The pages of @r to @n, which is new, and the end of the old place. */
static int move_pages(struct remap *m, struct region *r, struct region *n)
{
	u64 start = r->start, end = r->end, from = m->args->old_addr;
	int err;

	region_set_flags(r, r->flags | REGION_MOVING);
	err = move_entries(n, from, n->start, m->old_len);
	if (!err && m->old_len) {
		err = leave_old(m);
		if (err) /* no memory for a split: all as it was */
			(void)move_entries(n, n->start, from, m->old_len);
	}
	settle(m->as, start, end);
	return err;
}

static int move_to(struct remap *m, struct region *r, u64 to)
{
	struct vm_growth g = {
		.npages = m->new_len >> PAGE_SHIFT,
		.flags = r->flags,
	};
	struct region *n;
	int err;

	if (m->as->nregions >= VM_MAX_MAP_COUNT - 3)
		return -ENOMEM;
	err = vm_check_memory(&g);
	if (!err)
		err = add_moved(m, r, to, &n);
	if (err)
		return err;
	err = move_pages(m, r, n);
	if (err) {
		undo_moved(m, n);
		return err;
	}
	region_set_flags(n, n->flags & ~(u32)REGION_MOVING);
	m->result = to;
	fill_later(m, n);
	(void)region_merge(n);
	return 0;
}

static int check_target(struct remap *m)
{
	const struct mremap_args *a = m->args;

	if (!IS_ALIGNED(a->new_addr, PAGE_SIZE))
		return -EINVAL;
	if (m->new_len > USER_END || a->new_addr > USER_END - m->new_len)
		return -EINVAL;
	if (a->old_addr + m->old_len > a->new_addr &&
	    a->new_addr + m->new_len > a->old_addr)
		return -EINVAL;
	if (m->as->nregions + 2 >= VM_MAX_MAP_COUNT - 3)
		return -ENOMEM;
	if ((a->flags & MREMAP_FIXED) && a->new_addr < VM_MMAP_MIN_ADDR &&
	    !a->limits.may_map_low)
		return -EPERM;
	return 0;
}

static int cut_tail(struct remap *m)
{
	u64 from = m->args->old_addr;

	if (m->old_len <= m->new_len)
		return 0;
	if (m->old_len > USER_END - from)
		return -EINVAL;
	return unmap_locked(m->as, from + m->new_len, from + m->old_len,
			    &m->dead);
}

/* A free address for it, near the wished one if there is a wish. */
static int find_target(struct remap *m, u64 *to)
{
	struct gap_query q = { .len = m->new_len };
	u64 wish = m->args->new_addr & PAGE_MASK;

	if ((m->args->flags & MREMAP_DONTUNMAP) && wish >= VM_MMAP_MIN_ADDR) {
		struct region *r = region_above(m->as, wish);

		if (!r || region_guard_start(r) >= wish + m->new_len) {
			*to = wish;
			return 0;
		}
	}
	return gap_find(m->as, &q, to);
}

/* MREMAP_FIXED or MREMAP_DONTUNMAP. */
static int remap_elsewhere(struct remap *m)
{
	const struct mremap_args *a = m->args;
	struct vm_growth g = { .npages = m->old_len >> PAGE_SHIFT };
	struct region *r;
	u64 to = a->new_addr;
	int err;

	err = check_target(m);
	if (!err && (a->flags & MREMAP_FIXED))
		err = unmap_locked(m->as, to, to + m->new_len, &m->dead);
	if (!err)
		err = cut_tail(m);
	if (err)
		return err;
	m->old_len = min(m->old_len, m->new_len);
	err = resizable(m, &r);
	if (!err && (a->flags & MREMAP_DONTUNMAP))
		err = vm_check_expand(m->as, &g, &a->limits);
	if (!err && !(a->flags & MREMAP_FIXED))
		err = find_target(m, &to);
	return err ? err : move_to(m, r, to);
}

static int remap_grow(struct remap *m)
{
	const struct mremap_args *a = m->args;
	struct gap_query q = { .len = m->new_len };
	u64 more = m->new_len - m->old_len;
	struct vm_growth g = { .npages = more >> PAGE_SHIFT };
	struct region *r;
	u64 to;
	int err;

	err = resizable(m, &r);
	if (err)
		return err;
	g.flags = r->flags;
	if (m->old_len == r->end - a->old_addr && room_to_grow(r, more)) {
		err = vm_check_memory(&g);
		if (err)
			return err;
		m->result = a->old_addr;
		region_widen(r, r->start, r->end + more);
		fill_later(m, r);
		(void)region_merge(r);
		return 0;
	}
	if (!(a->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	err = gap_find(m->as, &q, &to);
	return err ? err : move_to(m, r, to);
}

static int remap_locked(struct remap *m)
{
	struct region *r = region_find(m->as, m->args->old_addr);

	if (!r)
		return -EFAULT;
	if (r->flags & REGION_SEALED)
		return -EPERM;
	if (m->args->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return remap_elsewhere(m);
	if (m->old_len >= m->new_len) {
		m->result = m->args->old_addr;
		return cut_tail(m);
	}
	return remap_grow(m);
}

int vm_mremap(struct aspace *as, const struct mremap_args *args, u64 *out)
{
	struct remap m = { .as = as, .args = args };
	int err = remap_check(&m);

	if (err)
		return err;
	mutex_lock(&as->lock);
	err = remap_locked(&m);
	mutex_unlock(&as->lock);
	region_free_chain(m.dead);
	if (err)
		return err;
	if (m.fill_to > m.fill_from)
		(void)vm_populate(as, m.fill_from, m.fill_to);
	*out = m.result;
	return 0;
}
