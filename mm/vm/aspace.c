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
#include <uapi/prctl.h>
#include <vm/aspace_view.h>

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

static struct atomic64 last_id;		/* [a] */

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
	as->id = (u64)atomic_add_return(&last_id, 1);
	mutex_init(&as->lock, "aspace", RANK_MUTEX_ASPACE);
	spin_init(&as->ptable_lock, "ptable", RANK_PTABLE);
	as->dump_filter = VM_DUMP_FILTER;
	as->stack_top = USER_END;
	as->mmap_top = USER_END;
	*out = as;
	return 0;
}

static void destroy_pages(const paddr_t *pages, u32 n, void *arg)
{
	u64 *count = arg;

	for (u32 i = 0; i < n; i++) {
		struct page *p = ram_page(pages[i]);

		if (p == vm_zero_page)
			continue;
		++*count;
		page_put(p);
	}
	cond_resched();
}

static void auxv_put(struct vm_auxv *v)
{
	if (v && refcount_put(&v->refs))
		kfree(v);
}

int aspace_make_auxv(struct aspace *as)
{
	as->auxv = kmalloc(sizeof(*as->auxv));
	if (!as->auxv)
		return -ENOMEM;
	refcount_set(&as->auxv->refs, 1);
	return 0;
}

/* Truncation does not find the regions any more when the tables go, and the
 * objects outlive their pages. */
static void aspace_destroy(struct aspace *as)
{
	struct region *dead = regions_take_all(as);
	u64 count = 0;

	/* Only who held it made views: there is no new one. */
	if (READ_ONCE(as->views))
		aspace_views_end(as);
	mmu_fini(&as->mmu, destroy_pages, &count);
	ASSERT(count == (u64)atomic_read(&as->rss));
	region_free_chain(dead);
	file_hook_put(as->exe_file);
	auxv_put(as->auxv);
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

bool aspace_for_each(struct aspace *as, u64 from,
		     bool (*fn)(const struct region *r, void *arg), void *arg)
{
	struct region *r;

	mutex_lock(&as->lock);
	r = region_above(as, from);
	while (r && fn(r, arg))
		r = region_next(r);
	mutex_unlock(&as->lock);
	return !r;
}

/* ------------------------------------------------------------------ fork */

struct clone {
	struct aspace *dst, *src;
	struct mmu_copy copy;
	u64 stack_page;		/* that the child will write to at once */
	/* Pages of [start, start + len) are shared, and if @protect is
	 * MMU_PROTECT_BOTH as copy on write. */
	u64 start, len;
	u64 protect;
	struct region *region;	/* of @src, of the page told last */
	struct page *last;	/* the page given last */
	long rss, rss_file;
};

/* What an object can give again, the child may fault in; but for a few pages
 * copying is cheaper than the faults. */
#define CLONE_OBJECT_BYTES (2ul << 20)

static bool clone_wants_pages(const struct region *r)
{
	if (r->flags & (REGION_DONTFORK | REGION_WIPEONFORK))
		return false;
	return !r->object || r->has_copies ||
	       r->end - r->start <= CLONE_OBJECT_BYTES;
}

/* Pages come in order but for the tables. */
static struct region *region_at(struct clone *c, u64 va)
{
	struct region *r = c->region ? region_next(c->region) : NULL;

	if (!r || va < r->start || va >= r->end)
		r = region_find(c->src, va);
	ASSERT(r);
	c->region = r;
	return r;
}

/* The page at @va belongs to another region than the one before. False: its
 * pages are not wanted. */
static bool clone_enter(struct clone *c, u64 va)
{
	struct region *r = region_at(c, va);

	c->start = r->start;
	c->len = 0;
	if (!clone_wants_pages(r)) {
		c->copy.skip_from = r->start;
		c->copy.skip_to = r->end;
		return false;
	}
	c->protect = r->flags & REGION_SHARED ? 0 : MMU_PROTECT_BOTH;
	if (r->has_copies && r->object)
		region_find(c->dst, va)->has_copies = true;
	/* The page that stands apart ends the part below it. */
	if (va < c->stack_page && c->stack_page < r->end)
		c->len = c->stack_page - r->start;
	else if (va != c->stack_page)
		c->len = r->end - r->start;
	return true;
}

/* The page on which both will go on is copied now, if it is the parent's own:
 * two faults less. NULL: it is not, or no memory, which is no harm. */
static struct page *clone_stack(const struct page *p)
{
	struct page *own = NULL;

	if (page_is_exclusive(p))
		own = page_alloc(0, 0, PAGE_ANON);
	if (own)
		memcpy(page_to_virt(own), page_to_virt(p), PAGE_SIZE);
	return own;
}

/* One mapping more, or less, of the page given last. */
static inline void clone_count(struct clone *c, long n)
{
	if (c->last == vm_zero_page)
		return;
	c->rss += n;
	if (c->last->kind != PAGE_ANON)
		c->rss_file += n;
}

static u64 clone_share(struct clone *c, struct page *p, paddr_t pa)
{
	c->last = p;
	clone_count(c, 1);
	if (p != vm_zero_page)
		page_get(p);
	return pa | c->protect;
}

static NOINLINE u64 clone_page_elsewhere(u64 va, paddr_t pa, struct clone *c)
{
	struct page *p = ram_page(pa);
	struct page *own = NULL;

	if (!clone_enter(c, va))
		return 0;
	if (va == c->stack_page && c->protect)
		own = clone_stack(p);
	if (!own)
		return clone_share(c, p, pa);
	c->last = own;
	clone_count(c, 1);
	return page_to_phys(own);
}

/* The child gets the page at @va. Both page-table locks held. */
static u64 clone_page(u64 va, paddr_t pa, void *arg)
{
	struct clone *c = arg;

	if (unlikely(va - c->start >= c->len))
		return clone_page_elsewhere(va, pa, c);
	return clone_share(c, ram_page(pa), pa);
}

static int clone_pages(struct clone *c)
{
	int err;

	c->copy = (struct mmu_copy){
		.dst = &c->dst->mmu,
		.src = &c->src->mmu,
		.fn = clone_page,
		.arg = c,
	};
	do {
		spin_lock(&c->src->ptable_lock);
		/* The child's: nobody waits for the other while holding it. */
		spin_lock_nested(&c->dst->ptable_lock);
		err = mmu_copy(&c->copy);
		tlb_flush_range(&c->src->mmu, 0, USER_END);
		spin_unlock(&c->dst->ptable_lock);
		spin_unlock(&c->src->ptable_lock);
		if (err > 0)
			cond_resched();
	} while (err > 0);
	if (err) {
		clone_count(c, -1);
		if (c->last != vm_zero_page)
			page_put(c->last);
	}
	atomic_add(&c->dst->rss, c->rss);
	atomic_add(&c->dst->rss_file, c->rss_file);
	c->dst->max_rss = (u64)c->rss;
	return err;
}

void aspace_inherit_mdwe(struct aspace *to, const struct aspace *from)
{
	int bits = atomic_read(&from->mdwe);

	if (!(bits & PR_MDWE_NO_INHERIT))
		atomic_set(&to->mdwe, bits);
}

/* All that is neither regions nor pages. */
static void clone_layout(struct aspace *dst, struct aspace *src)
{
	dst->gap_from = src->gap_from;
	dst->gap_known = src->gap_known;
	dst->brk_start = src->brk_start;
	dst->brk = src->brk;
	atomic_set(&dst->membarrier, atomic_read(&src->membarrier));
	dst->no_huge = src->no_huge;
	dst->dump_filter = READ_ONCE(src->dump_filter);
	dst->sealed = src->sealed;
	aspace_inherit_mdwe(dst, src);
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
	dst->auxv = src->auxv;
	if (dst->auxv)
		refcount_get(&dst->auxv->refs);
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
