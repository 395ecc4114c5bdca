/*
 * mm/vm/fault.c - page faults
 *
 * What:  demand zero, copy on write, pages of objects, growth of stacks.
 * Locks: a fault looks at the region and changes the page table under
 *        ptable_lock alone, so faults of several threads and system calls
 *        that change other regions do not wait for each other. What has to be
 *        allocated or may sleep is had outside of it, and everything is looked
 *        at anew afterwards. Only growth of a stack takes aspace->lock.
 *        A page of an object is mapped only if object->unmap_seq is as it was
 *        before the page was looked up: truncation raises it before it looks
 *        for mappings.
 * Not:   the signals that follow from a failure (kernel/proc/fault.c).
 * See:   docs/memory.md, docs/memory-map.md.
 */
#include "vm_internal.h"

#include <arch/upcall.h>
#include <lib/string.h>
#include <sched/sched.h>
#include <uapi/signal.h>

struct page *vm_zero_page;

/* Pages of an object that are mapped at once when they are there. */
#define AROUND_PAGES MMU_SOME

enum fault_need {
	NEED_FRESH = 1,		/* a private page */
	NEED_ZERO = 2,		/* the same, full of zeros */
	NEED_BACKING = 4,	/* the page of @object at @index */
	NEED_FORGET = 8,	/* another object is there now: let go of it */
};

struct fault {
	struct aspace *as;
	u64 addr;		/* page aligned */
	u32 access;		/* enum fault_access */
	bool force;		/* by a debugger */
	u32 need;		/* what the last try lacked */
	int *code;		/* SEGV_* of a failure */
	struct page *fresh;	/* for the private page */
	bool fresh_is_zero;
	struct page *backing;	/* found when unmap_seq was @seq */
	struct vm_object *object;	/* with a reference */
	u64 index;
	u32 seq;
	/* Neighbours: indices the region covers, and what was found there. */
	u64 around_first, around_last;
	u32 naround;
	struct page *around[AROUND_PAGES];
};

static void *page_data(const struct page *p)
{
	return page_to_virt(p);
}

static bool region_allows(const struct region *r, const struct fault *f)
{
	if (f->access == FAULT_WRITE)
		return (r->flags & REGION_WRITE) ||
		       (f->force && !(r->flags & REGION_SHARED));
	if (f->access == FAULT_EXEC)
		return r->flags & REGION_EXEC;
	return f->force || (r->flags & REGION_PROT);
}

/* What a private page that was written to is mapped with. */
static u32 written_pte_extra(const struct region *r)
{
	return r->flags & REGION_WRITE ? MMU_WRITE | MMU_DIRTY : MMU_DIRTY;
}

/* Is there a page to make private? Alone in the address space nobody waits
 * for the lock, and the page may be had right here. */
static bool fault_has_fresh(struct fault *f, bool zero)
{
	if (!f->fresh && refcount_read(&f->as->users) == 1) {
		f->fresh = page_alloc(0, zero ? PA_ZERO : 0, PAGE_ANON);
		f->fresh_is_zero = zero;
	}
	if (!f->fresh) {
		f->need = zero ? NEED_ZERO : NEED_FRESH;
		return false;
	}
	if (zero && !f->fresh_is_zero)
		memset(page_data(f->fresh), 0, PAGE_SIZE);
	return true;
}

static void set_around(struct fault *f, const struct region *r)
{
	u64 first = ALIGN_DOWN(f->index, AROUND_PAGES);
	u64 base = r->offset >> PAGE_SHIFT;

	f->around_first = max(first, base);
	f->around_last = min(first + AROUND_PAGES, base + region_pages(r));
	if (!r->object->ops->peek_pages ||
	    (f->access == FAULT_WRITE && !(r->flags & REGION_SHARED)))
		f->around_last = f->around_first;
}

/* Is the page of the object at hand, and is it still the object's? */
static bool fault_has_backing(struct fault *f, struct region *r)
{
	u64 index = region_index(r, f->addr);

	if (f->backing && f->object == r->object && f->index == index &&
	    READ_ONCE(r->object->unmap_seq) == f->seq)
		return true;
	if (f->object && f->object != r->object) {
		f->need = NEED_FORGET;
		return false;
	}
	if (!f->object)
		vm_object_get(r->object);
	f->object = r->object;
	f->index = index;
	set_around(f, r);
	f->need = NEED_BACKING;
	return false;
}

/* Map *@pp, whose reference passes to the page table. */
static int install(struct fault *f, struct region *r, struct page **pp,
		   u32 extra)
{
	int err = mmu_map(&f->as->mmu, f->addr, page_to_phys(*pp),
			  region_pte_flags(r) | extra);

	if (err)
		return err;
	rss_add(f->as, *pp, 1);
	*pp = NULL;
	return 0;
}

static int fault_anon(struct fault *f, struct region *r)
{
	if (f->access != FAULT_WRITE)
		return mmu_map(&f->as->mmu, f->addr,
			       page_to_phys(vm_zero_page),
			       region_pte_flags(r));
	if (!fault_has_fresh(f, true))
		return -EAGAIN;
	r->has_copies = true;
	return install(f, r, &f->fresh, written_pte_extra(r));
}

static u32 shared_pte_extra(const struct region *r)
{
	if ((r->flags & REGION_SHARED) && (r->flags & REGION_WRITE))
		return MMU_WRITE | MMU_DIRTY;
	return 0;
}

/* The page and its neighbours, as far as @r still reaches. */
static void around_pages(const struct fault *f, const struct region *r,
			 struct mmu_some *out)
{
	u64 va = f->addr - ((f->index - f->around_first) << PAGE_SHIFT);

	out->flags = region_pte_flags(r) | shared_pte_extra(r);
	out->n = f->naround;
	for (u32 i = 0; i < f->naround; i++, va += PAGE_SIZE) {
		const struct page *p = f->around[i];
		bool inside = va >= r->start && va < r->end;

		out->pages[i] = p && inside ? page_to_phys(p) : 0;
	}
}

/* Their references went to the page table. */
static void around_mapped(struct fault *f, u64 done)
{
	long rss = 0, file = 0;

	for (; done; done &= done - 1) {
		struct page **pp = &f->around[__builtin_ctzll(done)];

		rss++;
		file += (*pp)->kind != PAGE_ANON;
		*pp = NULL;
	}
	rss_add_some(f->as, rss, file);
}

/* Neighbours that are there are mapped as well. */
static int map_around(struct fault *f, struct region *r)
{
	u64 here = f->index - f->around_first;
	struct mmu_some some;
	u64 done;

	f->around[here] = f->backing;
	f->backing = NULL;
	around_pages(f, r, &some);
	done = mmu_map_some(&f->as->mmu, f->addr - (here << PAGE_SHIFT), &some);
	around_mapped(f, done);
	return done & BIT(here) ? 0 : -ENOMEM;
}

static int fault_object(struct fault *f, struct region *r)
{
	if (!fault_has_backing(f, r))
		return -EAGAIN;
	if (f->access != FAULT_WRITE || (r->flags & REGION_SHARED)) {
		if (f->naround)
			return map_around(f, r);
		return install(f, r, &f->backing, shared_pte_extra(r));
	}
	if (!fault_has_fresh(f, false))
		return -EAGAIN;
	memcpy(page_data(f->fresh), page_data(f->backing), PAGE_SIZE);
	r->has_copies = true;
	return install(f, r, &f->fresh, written_pte_extra(r));
}

/*
 * Put the private page in the place of @old. If other threads run here, no
 * processor may see the new page while another still reads the old one: the
 * place is empty until all have flushed.
 */
static void cow_replace(struct fault *f, struct region *r, struct page *old)
{
	struct mmu *mmu = &f->as->mmu;
	u32 flags = region_pte_flags(r) | written_pte_extra(r);
	u64 end = f->addr + PAGE_SIZE;
	int err = 0;

	if (refcount_read(&f->as->users) == 1) {
		mmu_replace(mmu, f->addr, page_to_phys(f->fresh), flags);
		tlb_flush_range(mmu, f->addr, end);
	} else {
		mmu_unmap(mmu, f->addr, end, NULL, NULL);
		tlb_flush_range(mmu, f->addr, end);
		err = mmu_map(mmu, f->addr, page_to_phys(f->fresh), flags);
	}
	ASSERT(!err); /* the table was there */
	r->has_copies = true;
	if (old != vm_zero_page) {
		rss_add(f->as, old, -1);
		page_put(old);
	}
	rss_add(f->as, f->fresh, 1);
	f->fresh = NULL;
}

/* A write to a page that is mapped without the right to. */
static int fault_protected(struct fault *f, struct region *r, paddr_t pa)
{
	struct page *old = phys_to_page(pa);

	if ((r->flags & REGION_SHARED) || page_is_exclusive(old)) {
		mmu_replace(&f->as->mmu, f->addr, pa,
			    region_pte_flags(r) | written_pte_extra(r));
		tlb_flush_local(f->addr);
		return 0;
	}
	if (!fault_has_fresh(f, old == vm_zero_page))
		return -EAGAIN;
	if (old != vm_zero_page)
		memcpy(page_data(f->fresh), page_data(old), PAGE_SIZE);
	cow_replace(f, r, old);
	return 0;
}

/* The region allows the access. ptable_lock held. */
static int fault_in_region(struct fault *f, struct region *r)
{
	paddr_t pa;
	u32 flags;

	if (!mmu_query(&f->as->mmu, f->addr, &pa, &flags)) {
		if (unlikely(f->as->released) && !(r->flags & REGION_SHARED))
			return -EFAULT;
		return r->object ? fault_object(f, r) : fault_anon(f, r);
	}
	if (f->access == FAULT_WRITE && !(flags & MMU_WRITE))
		return fault_protected(f, r, pa);
	/* Somebody was quicker, this CPU remembered a stricter entry, or
	 * vm_mprotect has not come to this page yet. */
	if (flags & MMU_PROTNONE || !(flags & MMU_EXEC))
		mmu_replace(&f->as->mmu, f->addr, pa, region_pte_flags(r) |
			    (flags & (MMU_WRITE | MMU_DIRTY)));
	tlb_flush_local(f->addr);
	return 0;
}

/* One attempt. -EAGAIN: f->need says what for; -ENOENT: no region. */
static int fault_try(struct fault *f)
{
	struct aspace *as = f->as;
	struct region *r;
	int err;

	spin_lock(&as->ptable_lock);
	r = region_find(as, f->addr);
	if (!r || (r->flags & REGION_MOVING)) {
		err = -ENOENT;
	} else if (!region_allows(r, f)) {
		*f->code = SEGV_ACCERR;
		err = -EFAULT;
	} else {
		err = fault_in_region(f, r);
	}
	if (!err)
		as->minflt++;
	spin_unlock(&as->ptable_lock);
	return err;
}

static void drop_pages(struct fault *f)
{
	for (u32 i = 0; i < f->naround; i++) {
		if (f->around[i])
			page_put(f->around[i]);
	}
	f->naround = 0;
	if (f->backing)
		page_put(f->backing);
	f->backing = NULL;
}

static void get_around(struct fault *f)
{
	struct vm_object *obj = f->object;
	u64 here = f->index - f->around_first;

	f->naround = (u32)(f->around_last - f->around_first);
	if (!f->naround)
		return;
	obj->ops->peek_pages(obj, f->around_first, f->around, f->naround);
	/* Another page may have come here since: the next try will tell. */
	if (f->around[here])
		page_put(f->around[here]);
	f->around[here] = NULL;
}

static int get_backing(struct fault *f)
{
	struct vm_object *obj = f->object;
	struct page *p;
	int err;

	drop_pages(f);
	/* Before the look-up: pairs with vm_object_unmap. */
	f->seq = load_acquire(&obj->unmap_seq);
	err = obj->ops->get_page(obj, f->index, &p);
	if (err)
		return err == -EFAULT ? -EIO : err;
	f->backing = p;
	get_around(f);
	return 0;
}

/* Get what the last attempt lacked; no lock held. */
static int fault_prepare(struct fault *f)
{
	if (f->need == NEED_BACKING)
		return get_backing(f);
	if (f->need == NEED_FORGET) {
		drop_pages(f);
		vm_object_put(f->object);
		f->object = NULL;
		return 0;
	}
	f->fresh = page_alloc(0, f->need == NEED_ZERO ? PA_ZERO : 0, PAGE_ANON);
	f->fresh_is_zero = f->need == NEED_ZERO;
	return f->fresh ? 0 : -ENOMEM;
}

static void fault_fini(struct fault *f)
{
	drop_pages(f);
	if (f->fresh)
		page_put(f->fresh);
	if (f->object)
		vm_object_put(f->object);
	f->object = NULL;
	f->fresh = NULL;
}

/*
 * The most frequent fault by far, in one go: the only thread writes to private
 * memory for the first time. False: look closer.
 */
static bool fault_first_write(struct aspace *as, u64 addr)
{
	struct page *p = NULL;
	struct region *r;
	int err = -EEXIST;

	spin_lock(&as->ptable_lock);
	r = region_find(as, addr);
	if (r && !r->object && (r->flags & REGION_WRITE))
		p = page_alloc(0, PA_ZERO, PAGE_ANON);
	if (p)
		err = mmu_map(&as->mmu, addr, page_to_phys(p),
			      region_pte_flags(r) | MMU_WRITE | MMU_DIRTY);
	if (!err) {
		rss_add(as, p, 1);
		as->minflt++;
		r->has_copies = true;
	}
	spin_unlock(&as->ptable_lock);
	if (p && err)
		page_put(p);
	return !err;
}

/* -ENOENT: no region at @addr, or its pages are on the move. */
static int fault_resolve(struct aspace *as, u64 addr, u32 access, int *code)
{
	struct fault f;
	int err;

	/* Not all of it at once: the array of neighbours is large. */
	f.as = as;
	f.addr = PAGE_ALIGN_DOWN(addr);
	f.access = access & ~ACCESS_FORCE;
	f.force = access & ACCESS_FORCE;
	f.code = code;
	f.fresh = NULL;
	f.backing = NULL;
	f.object = NULL;
	f.naround = 0;
	while ((err = fault_try(&f)) == -EAGAIN) {
		err = fault_prepare(&f);
		if (err)
			break;
	}
	fault_fini(&f);
	return err;
}

static int stack_may_grow(struct aspace *as, struct region *r, u64 start)
{
	struct region *prev = region_prev(r);
	struct vm_limits limits;
	struct vm_growth g = {
		.npages = (r->start - start) >> PAGE_SHIFT,
		.flags = r->flags,
	};

	vm_limits_current(&limits);
	if (start < VM_MMAP_MIN_ADDR || r->end - start > limits.stack_bytes)
		return -EFAULT;
	if (r->object && r->offset < r->start - start)
		return -EFAULT;
	if (prev && (prev->flags & REGION_PROT) &&
	    !(prev->flags & REGION_GROWSDOWN) &&
	    start - prev->end < VM_STACK_GUARD)
		return -EFAULT;
	if (vm_check_expand(as, &g, &limits))
		return -EFAULT;
	return vm_check_locked(as, &g, &limits) ? -EFAULT : 0;
}

/* Let the region above @addr reach down to it, if it is a stack. */
static int stack_grow(struct aspace *as, u64 addr)
{
	u64 start = PAGE_ALIGN_DOWN(addr);
	struct region *r;
	int err = 0;

	mutex_lock(&as->lock);
	r = region_above(as, start);
	if (!r || (r->start > start && !(r->flags & REGION_GROWSDOWN)))
		err = -EFAULT;
	else if (r->start > start)
		err = stack_may_grow(as, r, start);
	if (!err && r->start > start)
		region_widen(r, start, r->end);
	mutex_unlock(&as->lock);
	return err;
}

int vm_fault(struct aspace *as, const struct fault_args *args)
{
	int err;

	if (args->access == FAULT_WRITE && !args->present &&
	    refcount_read(&as->users) == 1 &&
	    fault_first_write(as, PAGE_ALIGN_DOWN(args->addr)))
		return 0;
	while ((err = fault_resolve(as, args->addr, args->access,
				    args->code)) == -ENOENT) {
		*args->code = SEGV_MAPERR;
		err = stack_grow(as, args->addr);
		if (err)
			break;
	}
	return err;
}

/* Is there a region once nobody changes any more? */
static bool region_appears(struct aspace *as, u64 addr)
{
	bool found;

	mutex_lock(&as->lock);
	found = region_find(as, addr);
	mutex_unlock(&as->lock);
	return found;
}

int fault_page(struct aspace *as, u64 addr, u32 access)
{
	int code, err;

	do
		err = fault_resolve(as, addr, access, &code);
	while (err == -ENOENT && region_appears(as, addr));
	return err == -ENOENT ? -EFAULT : err;
}

/* What touching the page of @addr in earnest would be; -EFAULT: nothing. */
static int populate_access(struct aspace *as, u64 addr)
{
	int access = -EFAULT;
	struct region *r;

	spin_lock(&as->ptable_lock);
	r = region_find(as, addr);
	if (r && (r->flags & (REGION_WRITE | REGION_SHARED)) == REGION_WRITE)
		access = FAULT_WRITE;
	else if (r && (r->flags & REGION_PROT))
		access = FAULT_READ;
	spin_unlock(&as->ptable_lock);
	return access;
}

int vm_populate(struct aspace *as, u64 start, u64 end)
{
	for (u64 addr = start; addr < end; addr += PAGE_SIZE) {
		int access = populate_access(as, addr);
		int err;

		if (access < 0)
			return access;
		err = fault_page(as, addr, (u32)access);
		if (err)
			return err;
		if (signal_interrupts(THREAD_KILLABLE))
			return -EINTR;
		cond_resched();
	}
	return 0;
}
