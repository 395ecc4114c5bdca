/*
 * mm/vm/aspace.c - address spaces: birth, copy, use and death
 *
 * What:  struct aspace as a whole; fork's copy of it; which one a thread
 *        runs in.
 * Locks: see include/vm/aspace.h. aspace_clone holds the source's mutex, so
 *        that its regions stay as they are, and both page-table locks piece
 *        by piece; a piece ends with the flush of what it write-protected,
 *        so that no fault copies a page somebody still writes to.
 * Life:  the last aspace_put takes the tables apart without locks or flushes:
 *        no processor runs user code there, and one that has the tables
 *        loaded by chance loads others before (mmu_fini).
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

/* Pages handed back before others get a turn. */
#define DESTROY_SOME 4096

static void destroy_page(u64 va UNUSED, paddr_t pa, void *arg)
{
	struct page *p = phys_to_page(pa);
	u64 *count = arg;

	if (p != vm_zero_page) {
		page_put(p);
		++*count;
	}
	if (unlikely(*count % DESTROY_SOME == 0))
		cond_resched();
}

/* Truncation does not find the regions any more when the tables go, and the
 * objects outlive their pages. */
static void aspace_destroy(struct aspace *as)
{
	u64 count = 0;

	regions_unlink_all(as);
	mmu_fini(&as->mmu, destroy_page, &count);
	ASSERT(count == (u64)atomic_read(&as->rss));
	regions_free_all(as);
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

struct clone {
	struct aspace *dst, *src;
	u64 stack_page;		/* that the child will write to at once */
	u64 start, end;		/* of the region that pages come from */
	enum mmu_share share;	/* how it shares them */
	struct page *last;	/* the page told last */
	long rss, rss_file;
};

/* What an object can give again, the child may fault in; but for a few pages
 * copying is cheaper than the faults. */
#define CLONE_OBJECT_BYTES (2ul << 20)

static enum mmu_share region_share(const struct region *r)
{
	if (r->flags & (REGION_DONTFORK | REGION_WIPEONFORK))
		return MMU_SHARE_NOT;
	if (r->object && !r->has_copies &&
	    r->end - r->start > CLONE_OBJECT_BYTES)
		return MMU_SHARE_NOT;
	return r->flags & REGION_SHARED ? MMU_SHARE_AS_IS : MMU_SHARE_PROTECT;
}

/* Pages of another region follow. Both page-table locks held. */
static NOINLINE void clone_enter(struct clone *c, u64 va)
{
	struct region *r = region_find(c->src, va);

	ASSERT(r);
	c->start = r->start;
	c->end = r->end;
	c->share = region_share(r);
	if (r->has_copies && c->share != MMU_SHARE_NOT)
		region_find(c->dst, va)->has_copies = true;
}

static void clone_count(struct clone *c, const struct page *p, long n)
{
	if (p == vm_zero_page)
		return;
	c->rss += n;
	if (p->kind != PAGE_ANON)
		c->rss_file += n;
}

/* The page on which both will go on is copied now, if it is the parent's own:
 * two faults less. NULL: no memory, which is no harm. */
static struct page *clone_stack(const struct page *p)
{
	struct page *own = NULL;

	if (page_is_exclusive(p))
		own = page_alloc(0, 0, PAGE_ANON);
	if (own)
		memcpy(page_to_virt(own), page_to_virt(p), PAGE_SIZE);
	return own;
}

/* The child gets the page at @va. Both page-table locks held. */
static enum mmu_share clone_page(u64 va, paddr_t *pa, void *arg)
{
	struct page *own, *p = phys_to_page(*pa);
	struct clone *c = arg;

	if (va - c->start >= c->end - c->start)
		clone_enter(c, va);
	if (c->share == MMU_SHARE_NOT)
		return MMU_SHARE_NOT;
	clone_count(c, p, 1);
	if (unlikely(va == c->stack_page) && c->share == MMU_SHARE_PROTECT &&
	    (own = clone_stack(p)) != NULL) {
		c->last = own;
		*pa = page_to_phys(own);
		return MMU_SHARE_AS_IS;
	}
	c->last = p;
	if (p != vm_zero_page)
		page_get(p);
	return c->share;
}

static void clone_drop_last(struct clone *c)
{
	clone_count(c, c->last, -1);
	if (c->last != vm_zero_page)
		page_put(c->last);
}

static int clone_pages(struct clone *c)
{
	struct mmu_copy copy = {
		.dst = &c->dst->mmu,
		.src = &c->src->mmu,
		.fn = clone_page,
		.arg = c,
	};
	int err;

	do {
		spin_lock(&c->src->ptable_lock);
		/* The child's: nobody waits for the other while holding it. */
		spin_lock_nested(&c->dst->ptable_lock);
		err = mmu_copy(&copy);
		tlb_flush_range(&c->src->mmu, 0, USER_END);
		spin_unlock(&c->dst->ptable_lock);
		spin_unlock(&c->src->ptable_lock);
		if (err > 0)
			cond_resched();
	} while (err > 0);
	if (err)
		clone_drop_last(c);
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

int aspace_clone(struct aspace *src, u64 sp, struct aspace **out)
{
	struct clone c = { .src = src, .stack_page = PAGE_ALIGN_DOWN(sp - 8) };
	int err;

	err = aspace_create(&c.dst);
	if (err)
		return err;
	mutex_lock(&src->lock);
	clone_layout(c.dst, src);
	err = regions_clone(c.dst, src);
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
