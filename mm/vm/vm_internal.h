/*
 * mm/vm/vm_internal.h - what the files of mm/vm share
 *
 * What:  regions (region.c), free address ranges (gap.c), taking pages away
 *        (zap.c), faults from inside the kernel (fault.c), and unmapping in
 *        two steps (munmap.c).
 * Locks: [L] aspace->lock held, [P] aspace->ptable_lock held; unless said
 *        otherwise [L].
 * Not:   the contract with the rest of the kernel (include/vm/aspace.h).
 */
#ifndef MM_VM_INTERNAL_H
#define MM_VM_INTERNAL_H

#include <core/assert.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

/* ------------------------------------------------------------- region.c */

void region_cache_init(void);
/* A region outside of the tree, all zero but its address space. NULL: no
 * memory. Context: any. */
struct region *region_alloc(struct aspace *as);
/* Give up the memory of one that was never in the tree and owns nothing. */
void region_free_unused(struct region *r);
/* Take the references to object and file that a copied region needs. */
void region_hold(struct region *r);
/* Drop them and free a chain by next_dead. No lock held; may sleep. */
void region_free_chain(struct region *dead);
/* All regions out of the tree of a dying address space and out of their
 * objects' lists, as a chain for region_free_chain. */
struct region *regions_take_all(struct aspace *as);
/*
 * regions_clone - fork's copy of all regions, without their pages
 * @dst:    empty, and seen by nobody else
 * Context: [L] of @src
 * Return:  0, -ENOMEM with a part copied
 */
int regions_clone(struct aspace *dst, struct aspace *src);
/* Into the tree and the object's list, there after @sibling if not NULL, so
 * that truncation meets the parent's region before the child's. */
void region_insert(struct region *r, struct region *sibling);
/* Out of the tree; pages may still be mapped. Then, when they are gone: */
void region_remove(struct region *r);
void region_unlink_object(struct region *r);
/* Cut at @addr: @r keeps the lower part, @spare becomes the upper one. */
void region_split(struct region *r, u64 addr, struct region *spare);
/* New borders, wider than the old ones. */
void region_widen(struct region *r, u64 start, u64 end);
/* Make *@rp exactly [from, to) of itself by splitting. Return: 0, -ENOMEM. */
int region_isolate(struct region **rp, u64 from, u64 to);
void region_set_flags(struct region *r, u32 flags);
/* Join with neighbours that continue it; returns what it is now part of. */
struct region *region_merge(struct region *r);
/* Let a neighbour of the range that @proto describes take it in. NULL: none
 * fits. @proto is not in the tree and keeps its references. */
struct region *region_absorb(struct region *proto);
/* Only the one right below, which joins nothing else. False: it does not. */
bool region_extend(const struct region *proto);
/* Where the region begins for those who look for room below it. */
u64 region_guard_start(const struct region *r);
/* Is [start, end) free? [L] or [P] */
bool region_none_in(struct aspace *as, u64 start, u64 end);
/* What MAP_* flags say of a region, but for shared or private. */
u32 region_flags_of_map(u32 map_flags);
/* The last region that starts below @addr, or NULL. [L] or [P] */
struct region *region_below(struct aspace *as, u64 addr);

static inline u64 region_pages(const struct region *r)
{
	return (r->end - r->start) >> PAGE_SHIFT;
}

/* Object page index of @addr, which lies in @r. */
static inline u64 region_index(const struct region *r, u64 addr)
{
	return (r->offset + (addr - r->start)) >> PAGE_SHIFT;
}

/* Page-table flags of @r without MMU_WRITE, which depends on the page. */
static inline u32 region_pte_flags(const struct region *r)
{
	u32 flags = MMU_USER;

	if (r->flags & REGION_EXEC)
		flags |= MMU_EXEC;
	if (!(r->flags & REGION_PROT))
		flags |= MMU_PROTNONE;
	return flags;
}

/* Counts against RLIMIT_DATA? */
static inline bool region_flags_data(u32 flags)
{
	return (flags & (REGION_WRITE | REGION_SHARED | REGION_GROWSDOWN)) ==
	       REGION_WRITE;
}

/* ---------------------------------------------------------------- gap.c */

/* Where to put @len bytes. */
struct gap_query {
	u64 len;
	u64 low, high;		/* 0, 0: the usual place */
};
/* Return: 0 and the address, -ENOMEM. */
int gap_find(struct aspace *as, const struct gap_query *q, u64 *out);
/* [start, end) has become free. */
void gap_note(struct aspace *as, u64 start, u64 end);

/* ---------------------------------------------------------------- zap.c */

/* Pages that are no longer mapped and wait for the flush. */
struct page_batch {
	struct aspace *as;
	u64 start, end;		/* addresses to flush; empty: end 0 */
	u32 n, max;
	bool seen;		/* something was removed, even a zero page */
	long rss, rss_file;	/* not yet taken off the counters */
	struct page **pages;	/* own[], or the page behind @large */
	struct page *large;
	struct page *own[32];
};
void page_batch_init(struct page_batch *b, struct aspace *as);
/* A mmu_plain_fn. [P] */
void page_batch_add(u64 va, paddr_t pa, void *batch);
/* Flush; afterwards the pages may be freed. [P] */
void page_batch_flush(struct page_batch *b);
/* Free what was flushed. Any locks of higher rank. */
void page_batch_free(struct page_batch *b);
void page_batch_fini(struct page_batch *b);

/* Unmap and free the pages of [start, end). [L] Return: was there any? */
bool aspace_zap(struct aspace *as, u64 start, u64 end);
/*
 * vm_piece - the next part of [*at, end) to work on in one go
 * @at:    moves over addresses that have no page tables
 * @stop:  end of the part; a few thousand pages at most
 * Context: [P]
 * Return:  false: there is nothing left
 */
bool vm_piece(struct aspace *as, u64 *at, u64 end, u64 *stop);

/* One mapping of @p more or less. */
void rss_add(struct aspace *as, const struct page *p, long n);
/* @n mappings more or less, @nfile of them of pages of objects. */
void rss_add_some(struct aspace *as, long n, long nfile);

/* -------------------------------------------------------------- fault.c */

/* Mapped wherever anonymous memory was only read; not counted. */
extern struct page *vm_zero_page;

/* A private page that nobody else maps or looks at. [P] */
static inline bool page_is_exclusive(const struct page *p)
{
	return p->kind == PAGE_ANON && atomic_read(&p->refs) == 1;
}

/* Beside an enum fault_access: a debugger's, which only the kind of mapping
 * can refuse. The page is mapped with no more rights than the region has. */
#define ACCESS_FORCE 0x10u

/*
 * fault_page - have the page of @addr mapped for @access (enum fault_access,
 *              maybe with ACCESS_FORCE)
 * Context: task, may sleep; no lock of this layer held
 * Return:  0, -EFAULT (no region, forbidden), -EIO (past the object's end),
 *          -ENOMEM
 */
int fault_page(struct aspace *as, u64 addr, u32 access);
/*
 * vm_populate - fault in [start, end), writable private memory for writing
 * Return: 0, -EFAULT, -EIO, -ENOMEM, -EINTR (fatal signal); pages before
 *         the failure stay.
 */
int vm_populate(struct aspace *as, u64 start, u64 end);

/* ------------------------------------------------------------- munmap.c */

/* Unmapping: prepare may fail, commit not; finish after the lock. */
struct unmap {
	struct aspace *as;
	u64 start, end;
	struct region *spare[2];
	struct region *dead;
};
int unmap_prepare(struct unmap *u);	/* 0, -ENOMEM, -EPERM (sealed) */
void unmap_commit(struct unmap *u);
void unmap_finish(struct unmap *u);	/* no lock held; may sleep */
/* All three for a caller that holds the lock; *@dead goes to
 * region_free_chain when the lock is dropped. */
int unmap_locked(struct aspace *as, u64 start, u64 end, struct region **dead);

/* ------------------------------------------------------------- limits.c */

struct vm_growth {
	u64 npages;
	u32 flags;		/* of the region that grows */
};
/* Would @g more pages exceed RLIMIT_AS or RLIMIT_DATA? 0, -ENOMEM. */
int vm_check_expand(const struct aspace *as, const struct vm_growth *g,
		    const struct vm_limits *limits);
/* Would memory that was @old and becomes @flags break PR_SET_MDWE: nothing is
 * writable and executable, nor becomes executable? Source: prctl(2). */
static inline bool vm_gains_exec(const struct aspace *as, u32 old, u32 flags)
{
	if (likely(!atomic_read(&as->mdwe)) || !(flags & REGION_EXEC))
		return false;
	return (flags & REGION_WRITE) || !(old & REGION_EXEC);
}

/* RLIMIT_MEMLOCK, if @g is locked. 0, -EAGAIN. */
int vm_check_locked(const struct aspace *as, const struct vm_growth *g,
		    const struct vm_limits *limits);
/* Could the machine ever provide it? 0, -ENOMEM. */
int vm_check_memory(const struct vm_growth *g);
void vm_limits_current(struct vm_limits *out);
void vm_limits_init(void);

void file_hook_get(void *file);		/* NULL: nothing */
void file_hook_put(void *file);

#endif
