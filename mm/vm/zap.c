/*
 * mm/vm/zap.c - taking pages away from an address space
 *
 * What:  unmapping with the pages kept until no processor can reach them any
 *        more: a batch collects them, one flush serves all of it.
 * Locks: ptable_lock around each piece and its flush, so that a fault never
 *        maps a page where a stale translation may still be.
 * Not:   regions; those are taken out before, or stay (MADV_DONTNEED).
 */
#include "vm_internal.h"

#include <sched/sched.h>

/* Address space done in one go: some thousand pages if they are all there. */
#define PIECE_BYTES (32ul << 20)

bool vm_piece(struct aspace *as, u64 *at, u64 end, u64 *stop)
{
	*stop = end;
	if (end - *at > PIECE_BYTES) {
		*at = mmu_next(&as->mmu, *at, end);
		*stop = end - *at > PIECE_BYTES ? *at + PIECE_BYTES : end;
	}
	return *at < end;
}

void rss_add_some(struct aspace *as, long n, long nfile)
{
	u64 now = (u64)atomic_add_return(&as->rss, n);

	if (nfile)
		atomic_add(&as->rss_file, nfile);
	if (now > as->max_rss)
		as->max_rss = now;
}

void rss_add(struct aspace *as, const struct page *p, long n)
{
	rss_add_some(as, n, p->kind != PAGE_ANON ? n : 0);
}

void page_batch_init(struct page_batch *b, struct aspace *as)
{
	b->as = as;
	b->start = 0;
	b->end = 0;
	b->n = 0;
	b->seen = false;
	b->rss = 0;
	b->rss_file = 0;
	b->max = ARRAY_SIZE(b->own);
	b->pages = b->own;
	b->large = NULL;
}

/* Full: go over to a whole page of pointers, or make room. */
static void batch_grow(struct page_batch *b)
{
	if (!b->large)
		b->large = page_alloc(0, 0, PAGE_KERNEL);
	if (!b->large || b->max != ARRAY_SIZE(b->own)) {
		page_batch_flush(b);
		page_batch_free(b);
		return;
	}
	b->pages = page_to_virt(b->large);
	b->max = PAGE_SIZE / sizeof(b->pages[0]);
	for (u32 i = 0; i < b->n; i++)
		b->pages[i] = b->own[i];
}

void page_batch_add(u64 va, paddr_t pa, void *batch)
{
	struct page_batch *b = batch;
	struct page *p = phys_to_page(pa);

	if (!b->end)
		b->start = va;
	b->end = va + PAGE_SIZE;
	b->seen = true;
	if (p == vm_zero_page)
		return;
	b->rss++;
	b->rss_file += p->kind != PAGE_ANON;
	b->pages[b->n++] = p;
	if (b->n == b->max)
		batch_grow(b);
}

void page_batch_flush(struct page_batch *b)
{
	if (!b->end)
		return;
	tlb_flush_range(&b->as->mmu, b->start, b->end);
	b->end = 0;
	atomic_sub(&b->as->rss, b->rss);
	atomic_sub(&b->as->rss_file, b->rss_file);
	b->rss = 0;
	b->rss_file = 0;
}

void page_batch_free(struct page_batch *b)
{
	ASSERT(!b->end);
	for (u32 i = 0; i < b->n; i++)
		page_put(b->pages[i]);
	b->n = 0;
}

void page_batch_fini(struct page_batch *b)
{
	page_batch_free(b);
	if (b->large)
		page_put(b->large);
}

bool aspace_zap(struct aspace *as, u64 start, u64 end)
{
	struct page_batch b;
	bool more = true;
	u64 stop;

	page_batch_init(&b, as);
	while (more) {
		spin_lock(&as->ptable_lock);
		more = vm_piece(as, &start, end, &stop);
		if (more) {
			mmu_unmap(&as->mmu, start, stop, page_batch_add, &b);
			page_batch_flush(&b);
		}
		spin_unlock(&as->ptable_lock);
		page_batch_free(&b);
		start = stop;
		more = start < end;
		if (more)
			cond_resched();
	}
	page_batch_fini(&b);
	return b.seen;
}
