/*
 * mm/vm/mmap.c - new mappings
 *
 * What:  mmap(2) for anonymous memory and objects: check, prepare, commit.
 * Locks: aspace->lock from the first check to the last change; pages are
 *        filled in (MAP_POPULATE, MAP_LOCKED) after it.
 * Not:   the file behind an object and the right to map it (fs/).
 * See:   mmap(2).
 */
#include "vm_internal.h"

#include <uapi/mman.h>

/* Where MAP_32BIT puts mappings. */
#define LOW_START 0x40000000ull
#define LOW_END 0x80000000ull
#define ABOVE_4G 0x100000000ull

struct map {
	const struct mmap_args *args;
	struct region proto;	/* what will be mapped */
	struct region *fresh;	/* for it, should no neighbour take it in */
	struct vm_object *anon;	/* made for it: shared anonymous memory */
	struct unmap unmap;	/* of what MAP_FIXED replaces */
};

/* An address wished but not demanded. */
static bool take_hint(struct map *m, u64 len)
{
	u64 addr = m->args->addr & PAGE_MASK;
	struct region *r;

	if (!addr)
		return false;
	addr = max(addr, VM_MMAP_MIN_ADDR);
	if (addr > USER_END - len)
		return false;
	r = region_above(m->proto.aspace, addr);
	if (r && (r->start < addr || region_guard_start(r) < addr + len))
		return false;
	m->proto.start = addr;
	return true;
}

static int place_fixed(struct map *m, u64 len)
{
	const struct mmap_args *a = m->args;

	if (a->addr > USER_END - len)
		return -ENOMEM;
	if (!IS_ALIGNED(a->addr, PAGE_SIZE))
		return -EINVAL;
	if (a->addr < VM_MMAP_MIN_ADDR && !a->limits.may_map_low)
		return -EPERM;
	m->proto.start = a->addr;
	if ((a->flags & MAP_FIXED_NOREPLACE) &&
	    !region_none_in(m->proto.aspace, a->addr, a->addr + len))
		return -EEXIST;
	return 0;
}

static int place(struct map *m, u64 len)
{
	struct gap_query q = { .len = len };
	u32 flags = m->args->flags;

	if (len > USER_END)
		return -ENOMEM;
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
		return place_fixed(m, len);
	if (flags & MAP_32BIT) {
		q.low = LOW_START;
		q.high = LOW_END;
	} else if (take_hint(m, len)) {
		return 0;
	} else if (flags & MAP_ABOVE4G) {
		q.low = ABOVE_4G;
	}
	return gap_find(m->proto.aspace, &q, &m->proto.start);
}

u32 region_flags_of_map(u32 map_flags)
{
	u32 flags = 0;

	if (map_flags & MAP_GROWSDOWN)
		flags |= REGION_GROWSDOWN;
	if (map_flags & MAP_LOCKED)
		flags |= REGION_LOCKED;
	if (map_flags & MAP_NORESERVE)
		flags |= REGION_NORESERVE;
	return flags;
}

/* Private memory that is written to may need as much of the machine. */
static u32 accounted(u32 flags)
{
	u32 matter = REGION_WRITE | REGION_SHARED | REGION_NORESERVE;

	return (flags & matter) == REGION_WRITE ? REGION_ACCOUNTED : 0;
}

/* Shared or private, and what that means for the flags. */
static int check_kind(struct map *m)
{
	const struct mmap_args *a = m->args;
	u32 *flags = &m->proto.flags;

	switch (a->flags & MAP_TYPE) {
	case MAP_SHARED_VALIDATE:
		if (!a->object)
			return -EINVAL;
		*flags |= REGION_SHARED;
		return 0;
	case MAP_SHARED:
		if (!a->object && (a->flags & MAP_GROWSDOWN))
			return -EINVAL;
		*flags |= REGION_SHARED;
		if (!a->object)
			*flags |= REGION_MAYWRITE;
		return 0;
	case MAP_DROPPABLE:
		if (a->object || (a->flags & (MAP_LOCKED | MAP_GROWSDOWN)))
			return -EINVAL;
		*flags |= REGION_MAYWRITE | REGION_WIPEONFORK |
			  REGION_NORESERVE | REGION_DROPPABLE |
			  REGION_DONTDUMP;
		return 0;
	case MAP_PRIVATE:
		*flags |= REGION_MAYWRITE;
		return 0;
	}
	return -EINVAL;
}

static u64 overlap_pages(struct aspace *as, u64 start, u64 end)
{
	struct region *r = region_above(as, start);
	u64 n = 0;

	for (; r && r->start < end; r = region_next(r))
		n += (min(r->end, end) - max(r->start, start)) >> PAGE_SHIFT;
	return n;
}

static int check_limits(struct map *m)
{
	const struct vm_limits *limits = &m->args->limits;
	struct region *p = &m->proto;
	struct vm_growth g = {
		.npages = region_pages(p),
		.flags = p->flags,
	};
	int err = vm_check_expand(p->aspace, &g, limits);

	if (err && (m->args->flags & MAP_FIXED)) {
		g.npages -= overlap_pages(p->aspace, p->start, p->end);
		err = vm_check_expand(p->aspace, &g, limits);
		g.npages = region_pages(p);
	}
	return err ? err : vm_check_memory(&g);
}

static int check_locked(struct map *m)
{
	const struct vm_limits *limits = &m->args->limits;
	struct vm_growth g = {
		.npages = region_pages(&m->proto),
		.flags = m->proto.flags,
	};

	if ((m->args->flags & MAP_LOCKED) && !limits->memlock_bytes)
		return -EPERM;
	return vm_check_locked(m->proto.aspace, &g, limits);
}

/* Is there a file that long? */
static bool offset_fits(u64 offset, u64 len)
{
	return len <= (u64)S64_MAX &&
	       offset >> PAGE_SHIFT <= ((u64)S64_MAX - len) >> PAGE_SHIFT;
}

static int map_check(struct map *m)
{
	const struct mmap_args *a = m->args;
	struct aspace *as = m->proto.aspace;
	u64 len = PAGE_ALIGN_UP(a->len);
	int err;

	if (!a->len || (a->flags & MAP_HUGETLB))
		return -EINVAL;
	if (!len)
		return -ENOMEM;
	if (as->nregions > VM_MAX_MAP_COUNT)
		return -ENOMEM;
	err = place(m, len);
	if (err)
		return err;
	m->proto.end = m->proto.start + len;
	m->proto.flags = (a->prot & REGION_PROT) | as->def_flags |
			 a->max_flags | region_flags_of_map(a->flags);
	err = check_locked(m);
	if (!err && vm_gains_exec(as, m->proto.flags, m->proto.flags))
		err = -EACCES;
	if (!err && a->object && !offset_fits(a->offset, len))
		err = -EOVERFLOW;
	if (!err)
		err = check_kind(m);
	if (err)
		return err;
	m->proto.flags |= accounted(m->proto.flags);
	return check_limits(m);
}

static int map_prepare(struct map *m)
{
	const struct mmap_args *a = m->args;
	struct region *p = &m->proto;
	int err;

	p->object = a->object;
	p->file = a->file;
	if (a->object) {
		p->offset = a->offset;
	} else if (p->flags & REGION_SHARED) {
		err = vm_object_create_anon(p->end - p->start, &m->anon);
		if (err)
			return err;
		p->object = m->anon;
	}
	m->fresh = region_alloc(p->aspace);
	if (!m->fresh)
		return -ENOMEM;
	m->unmap.as = p->aspace;
	m->unmap.start = p->start;
	m->unmap.end = p->end;
	return unmap_prepare(&m->unmap);
}

static void map_commit(struct map *m)
{
	struct region *p = &m->proto;
	struct region *r = m->fresh;

	unmap_commit(&m->unmap);
	if (region_absorb(p))
		return;
	r->start = p->start;
	r->end = p->end;
	r->offset = p->offset;
	r->flags = p->flags;
	r->object = p->object;
	r->file = p->file;
	region_hold(r);
	region_insert(r, NULL);
	m->fresh = NULL;
}

/* Let go of what is left over, whether it worked or not. */
static void map_finish(struct map *m)
{
	unmap_finish(&m->unmap);
	if (m->fresh)
		region_free_unused(m->fresh);
	if (m->anon)
		vm_object_put(m->anon);
}

static bool wants_pages(const struct map *m)
{
	u32 flags = m->args->flags & (MAP_POPULATE | MAP_NONBLOCK);

	if (m->proto.flags & REGION_LOCKED)
		return !(m->proto.flags & REGION_LOCKONFAULT);
	return flags == MAP_POPULATE;
}

int vm_mmap(struct aspace *as, const struct mmap_args *args, u64 *out)
{
	struct map m = { .args = args, .proto = { .aspace = as } };
	int err;

	mutex_lock(&as->lock);
	err = map_check(&m);
	if (!err)
		err = map_prepare(&m);
	if (!err)
		map_commit(&m);
	mutex_unlock(&as->lock);
	map_finish(&m);
	if (err)
		return err;
	*out = m.proto.start;
	/* The mapping stands even if memory for all its pages does not. */
	if (wants_pages(&m))
		(void)vm_populate(as, m.proto.start, m.proto.end);
	return 0;
}
