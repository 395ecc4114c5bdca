/*
 * mm/vm/aspace.c - address spaces: birth, copy, use and death
 *
 * What:  struct aspace as a whole; fork's copy of it; which one a thread
 *        runs in.
 * Locks: see include/vm/aspace.h. aspace_clone holds the source's mutex, so
 *        that its regions stay as they are, and both page-table locks piece
 *        by piece; a piece ends with the flush of what it write-protected,
 *        so that no fault copies a page somebody still writes to.
 * Life:  the last aspace_put unmaps all pages without a flush: no processor
 *        runs user code there, and one that has the tables loaded by chance
 *        loads others before they are freed (mmu_fini).
 */
#include "vm_internal.h"

#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/slab.h>
#include <sched/sched.h>

static struct slab_cache *aspace_cache;

void vm_init(void)
{
	aspace_cache = slab_cache_create("aspace", sizeof(struct aspace),
					 64, 0);
	vm_zero_page = page_alloc(0, PA_ZERO, PAGE_KERNEL);
	if (!aspace_cache || !vm_zero_page)
		panic("vm: no memory for the caches");
	region_cache_init();
	vm_limits_init();
}

int aspace_create(struct aspace **out)
{
	struct aspace *as = slab_alloc(aspace_cache);
	int err;

	if (!as)
		return -ENOMEM;
	memset(&as->users, 0, sizeof(*as) - offsetof(struct aspace, users));
	err = mmu_init(&as->mmu);
	if (err) {
		slab_free(aspace_cache, as);
		return err;
	}
	refcount_set(&as->users, 1);
	mutex_init(&as->lock, "aspace", RANK_MUTEX_ASPACE);
	spin_init(&as->ptable_lock, "ptable", RANK_PTABLE);
	as->stack_top = USER_END;
	as->mmap_top = USER_END;
	*out = as;
	return 0;
}

static void aspace_destroy(struct aspace *as)
{
	aspace_zap_all(as);
	region_free_all(as);
	mmu_fini(&as->mmu);
	file_hook_put(as->exe_file);
	if (as->rseq.others)
		kfree(as->rseq.others);
	slab_free(aspace_cache, as);
}

void aspace_get(struct aspace *as)
{
	refcount_get(&as->users);
}

bool aspace_try_get(struct aspace *as)
{
	return refcount_try_get(&as->users);
}

void aspace_put(struct aspace *as)
{
	if (refcount_put(&as->users))
		aspace_destroy(as);
}

struct aspace *aspace_current(void)
{
	struct mmu *mmu = current_thread()->arch.mmu;

	return mmu ? container_of(mmu, struct aspace, mmu) : NULL;
}

struct aspace *aspace_use(struct aspace *as)
{
	struct aspace *old = aspace_current();
	u64 flags = irq_save();

	/* Without tables of its own the thread keeps what is loaded. */
	current_thread()->arch.mmu = as ? &as->mmu : NULL;
	if (as)
		mmu_switch(&as->mmu);
	irq_restore(flags);
	return old;
}

void aspace_set_exe_file(struct aspace *as, void *file)
{
	void *old;

	file_hook_get(file);
	mutex_lock(&as->lock);
	old = as->exe_file;
	as->exe_file = file;
	mutex_unlock(&as->lock);
	file_hook_put(old);
}

void *aspace_get_exe_file(struct aspace *as)
{
	void *file;

	mutex_lock(&as->lock);
	file = as->exe_file;
	file_hook_get(file);
	mutex_unlock(&as->lock);
	return file;
}

void aspace_for_each(struct aspace *as,
		     void (*fn)(const struct region *r, void *arg), void *arg)
{
	struct region *r;

	mutex_lock(&as->lock);
	for (r = region_above(as, 0); r; r = region_next(r))
		fn(r, arg);
	mutex_unlock(&as->lock);
}

/* ------------------------------------------------------------------ fork */

static int clone_region(struct aspace *dst, struct region *from)
{
	struct region *r = region_alloc(dst);

	if (!r)
		return -ENOMEM;
	r->start = from->start;
	r->end = from->end;
	r->offset = from->offset;
	r->flags = from->flags & ~(u32)(REGION_LOCKED | REGION_LOCKONFAULT);
	r->object = from->object;
	r->file = from->file;
	region_hold(r);
	region_append(r, from);
	return 0;
}

static int clone_regions(struct aspace *dst, struct aspace *src)
{
	struct region *r;

	for (r = region_above(src, 0); r; r = region_next(r)) {
		int err;

		if (r->flags & REGION_DONTFORK) {
			/* A hole that the parent does not have. */
			dst->gap_from = 0;
			dst->gap_known = 0;
			continue;
		}
		err = clone_region(dst, r);
		if (err)
			return err;
	}
	return 0;
}

struct clone {
	struct aspace *dst, *src;
	struct region *region;	/* of @src, being copied; NULL: done */
	u64 at;			/* up to here it is */
	long rss, rss_file;
};

/* The child gets the same page at @va. Both page-table locks held. */
static void clone_page(u64 va UNUSED, paddr_t pa, void *arg)
{
	struct page *p = phys_to_page(pa);
	struct clone *c = arg;

	if (p == vm_zero_page)
		return;
	page_get(p);
	c->rss++;
	if (p->kind != PAGE_ANON)
		c->rss_file++;
}

/* What an object can give again, the child may fault in; but for a few pages
 * copying is cheaper than the faults. */
#define CLONE_OBJECT_BYTES (2ul << 20)
/* Address space copied between two flushes. */
#define CLONE_SOME_BYTES (32ul << 20)

static bool clone_wants_pages(const struct region *r)
{
	if (r->flags & (REGION_DONTFORK | REGION_WIPEONFORK))
		return false;
	return !r->object || r->has_copies ||
	       r->end - r->start <= CLONE_OBJECT_BYTES;
}

/* The next region of the parent, passing over those without pages to copy. */
static void clone_step(struct clone *c)
{
	do {
		c->region = region_next(c->region);
	} while (c->region && !clone_wants_pages(c->region));
	if (c->region)
		c->at = c->region->start;
}

static int clone_piece(struct clone *c, u64 stop)
{
	struct region *r = c->region;

	if (r->has_copies)
		region_find(c->dst, c->at)->has_copies = true;
	return mmu_copy(&c->dst->mmu, &c->src->mmu, c->at, stop,
			!(r->flags & REGION_SHARED), clone_page, c);
}

/* Copy for a while. Both page-table locks held. */
static int clone_some(struct clone *c)
{
	u64 budget = CLONE_SOME_BYTES;
	u64 stop;
	int err = 0;

	while (c->region && budget && !err) {
		if (!clone_wants_pages(c->region) ||
		    !vm_piece(c->src, &c->at, c->region->end, &stop)) {
			clone_step(c);
			continue;
		}
		stop = min(stop, c->at + budget);
		budget -= stop - c->at;
		err = clone_piece(c, stop);
		c->at = stop;
	}
	return err;
}

static int clone_pages(struct clone *c)
{
	int err = 0;

	c->region = region_above(c->src, 0);
	c->at = c->region ? c->region->start : 0;
	while (c->region && !err) {
		spin_lock(&c->src->ptable_lock);
		/* The child's: nobody waits for the other while holding it. */
		spin_lock_nested(&c->dst->ptable_lock);
		err = clone_some(c);
		tlb_flush_range(&c->src->mmu, 0, USER_END);
		spin_unlock(&c->dst->ptable_lock);
		spin_unlock(&c->src->ptable_lock);
		if (c->region)
			cond_resched();
	}
	atomic_add(&c->dst->rss, c->rss);
	atomic_add(&c->dst->rss_file, c->rss_file);
	c->dst->max_rss = (u64)c->rss;
	return err;
}

/* Pairs up to the one of type 0. */
static void copy_auxv(struct aspace *dst, const struct aspace *src)
{
	u32 n = 0;

	while (n + 2 < ARRAY_SIZE(src->auxv) && src->auxv[n])
		n += 2;
	memcpy(dst->auxv, src->auxv, (n + 2) * sizeof(u64));
}

/* All that is neither regions nor pages. */
static void clone_layout(struct aspace *dst, struct aspace *src)
{
	dst->gap_from = src->gap_from;
	dst->gap_known = src->gap_known;
	dst->brk_start = src->brk_start;
	dst->brk = src->brk;
	atomic_set(&dst->membarrier, atomic_read(&src->membarrier));
	dst->mmap_top = src->mmap_top;
	dst->stack_top = src->stack_top;
	dst->vdso = src->vdso;
	dst->code_start = src->code_start;
	dst->code_end = src->code_end;
	dst->data_start = src->data_start;
	dst->data_end = src->data_end;
	dst->arg_start = src->arg_start;
	dst->arg_end = src->arg_end;
	dst->env_start = src->env_start;
	dst->env_end = src->env_end;
	copy_auxv(dst, src);
	dst->exe_file = src->exe_file;
	file_hook_get(dst->exe_file);
}

int aspace_clone(struct aspace *src, struct aspace **out)
{
	struct clone c = { .src = src };
	int err;

	err = aspace_create(&c.dst);
	if (err)
		return err;
	mutex_lock(&src->lock);
	clone_layout(c.dst, src);
	err = clone_regions(c.dst, src);
	if (!err)
		err = clone_pages(&c);
	mutex_unlock(&src->lock);
	if (err) {
		aspace_put(c.dst);
		return err;
	}
	*out = c.dst;
	return 0;
}
