/*
 * mm/page.c - page descriptors and the buddy allocator
 *
 * What:  free memory is kept in blocks of 2^order pages, order 0 to 10, split
 *        and merged in pairs. Single pages go through a short array for each
 *        CPU. Chunks of the largest size that nobody has used yet need no
 *        descriptors: they are a count and a cursor, so that start-up does
 *        not depend on the amount of memory.
 * Locks: zone.lock (RANK_PAGE, interrupts off) covers the free lists, unused
 *        chunks and PG_* flags. The per-CPU arrays and counts belong to their
 *        CPU, interrupts off.
 * Life:  free block -> page_alloc (refs 1) -> page_put to 0 or page_free.
 * Not:   where the memory map comes from (early.c), counters (stat.c).
 * See:   Knuth, The Art of Computer Programming, volume 1, section 2.5.
 */
#include <mm/page.h>

#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/upcall.h>
#include <core/assert.h>
#include <core/spinlock.h>
#include <lib/string.h>
#include <mm/slab.h>

#include "mm_internal.h"

#define NORDERS (PAGE_MAX_ORDER + 1)
#define UNUSED_CHUNK BIT(31)	/* in chunk_of: nobody has used it yet */
/* Per-CPU array: how many single pages at most, and how many at a time. */
#define PCP_MAX 64u
#define PCP_PART 1024		/* of all memory, on a small machine */
#define PCP_BATCH_ORDER 4

struct page_map page_map;

static struct {
	struct spinlock lock;
	struct list free[NORDERS];	/* [L] blocks by link */
	u64 nfree;		/* [L] pages in lists and unused chunks */
	u32 nunused;		/* [L] chunks not used yet */
	u32 cursor;		/* [L] no unused slot below it */
	u32 nslots;		/* [I] */
	u32 pcp_high;		/* [I] fill of a per-CPU array at most */
} zone = { .lock = SPINLOCK_INIT("zone", RANK_PAGE) };

struct pcp {
	u32 count;
	struct page *pages[PCP_MAX];
	long kinds[PAGE_NKINDS];	/* allocated minus freed here */
};

static DEFINE_PER_CPU(struct pcp, pcp);

/* Neighbour that makes a block of the next order with @p: chunks of
 * descriptors are aligned to their size. */
static struct page *buddy_of(struct page *p, u32 order)
{
	return (struct page *)((u64)p ^ (sizeof(struct page) << order));
}

static void block_insert(struct page *p, u32 order)
{
	p->flags |= PG_BUDDY;
	p->order = (u8)order;
	list_add(&zone.free[order], &p->link);
}

static void block_remove(struct page *p)
{
	p->flags &= (u16)~PG_BUDDY;
	list_del(&p->link);
}

/* Merge upwards as far as possible. Zone lock held, but for the start-up. */
static void block_free(struct page *p, u32 order)
{
	zone.nfree += 1ul << order;
	while (order < PAGE_MAX_ORDER) {
		struct page *b = buddy_of(p, order);

		if (!(b->flags & PG_BUDDY) || b->order != order)
			break;
		block_remove(b);
		p = min(p, b);
		order++;
	}
	block_insert(p, order);
}

/* Upper halves of @p, which has order @have, go to the lists until it has
 * @order. */
static void block_split(struct page *p, u32 have, u32 order)
{
	while (have > order) {
		have--;
		block_insert(p + (1ul << have), have);
	}
}

/* The descriptors in @slot are ready. Partner: phys_to_page, without a lock. */
static void slot_publish(u64 chunk, u64 slot)
{
	u64 before = (slot - chunk) * CHUNK_PAGES * sizeof(struct page);

	store_release(&page_map.origin_of[chunk], (u64)page_map.pages + before);
}

/* Set up the descriptors of the next unused chunk; one whole block. */
static struct page *chunk_activate(void)
{
	struct page *p;
	u32 chunk;

	if (!zone.nunused)
		return NULL;
	while (!(page_map.chunk_of[zone.cursor] & UNUSED_CHUNK))
		zone.cursor++;
	chunk = page_map.chunk_of[zone.cursor] & ~(u32)UNUSED_CHUNK;
	p = page_map.pages + zone.cursor * CHUNK_PAGES;
	memset(p, 0, CHUNK_PAGES * sizeof(struct page));
	page_map.chunk_of[zone.cursor] = chunk;
	slot_publish(chunk, zone.cursor);
	zone.nunused--;
	return p;
}

/* A block of exactly @order off the lists; NULL: there is none. */
static struct page *block_alloc(u32 order)
{
	struct page *p;
	u32 have = order;

	ASSERT(spin_held(&zone.lock));
	while (have < NORDERS && list_empty(&zone.free[have]))
		have++;
	if (have < NORDERS) {
		p = list_first(&zone.free[have], struct page, link);
		block_remove(p);
	} else {
		have = PAGE_MAX_ORDER;
		p = chunk_activate();
		if (!p)
			return NULL;
	}
	block_split(p, have, order);
	zone.nfree -= 1ul << order;
	return p;
}

static struct page *zone_alloc(u32 order)
{
	struct page *p = NULL;

	spin_lock(&zone.lock);
	if (zone.nfree >= 1ul << order)
		p = block_alloc(order);
	spin_unlock(&zone.lock);
	return p;
}

/* Fill this CPU's array with one block, as large as can be had, and give its
 * last page. */
static struct page *pcp_refill(struct pcp *c)
{
	u32 order = zone.pcp_high >= 2u << PCP_BATCH_ORDER ?
		    PCP_BATCH_ORDER : 0;
	struct page *p;

	for (;; order--) {
		p = zone_alloc(order);
		if (p || !order)
			break;
	}
	if (!p)
		return NULL;
	for (u32 i = 1u << order; i-- > 1;)
		c->pages[c->count++] = p + i;
	return p;
}

static struct page *pcp_alloc(void)
{
	struct pcp *c = this_cpu_ptr(&pcp);

	if (likely(c->count))
		return c->pages[--c->count];
	return pcp_refill(c);
}

/* Give the oldest @n pages of the array back. */
static void pcp_drain(struct pcp *c, u32 n)
{
	spin_lock(&zone.lock);
	for (u32 i = 0; i < n; i++)
		block_free(c->pages[i], 0);
	spin_unlock(&zone.lock);
	c->count -= n;
	memmove(c->pages, c->pages + n, c->count * sizeof(c->pages[0]));
}

void page_drain_cpu(void *arg UNUSED)
{
	struct pcp *c = this_cpu_ptr(&pcp);

	pcp_drain(c, c->count);
}

/* This CPU's single pages may be what a larger block lacks. */
static struct page *zone_alloc_hard(u32 order)
{
	struct page *p = zone_alloc(order);

	if (p || !this_cpu(pcp).count)
		return p;
	page_drain_cpu(NULL);
	return zone_alloc(order);
}

struct page *page_alloc_internal(u32 order, u32 flags, enum page_kind kind)
{
	u64 irq = irq_save();
	struct page *p;

	p = likely(order == 0) ? pcp_alloc() : zone_alloc_hard(order);
	if (likely(p))
		this_cpu(pcp).kinds[kind] += 1l << order;
	irq_restore(irq);
	if (unlikely(!p))
		return NULL;
	ASSERT(p->kind == PAGE_FREE);
	page_poison_check(p, order);
	atomic_set(&p->refs, 1);
	p->kind = (u8)kind;
	p->order = (u8)order;
	p->owner = NULL;
	if (flags & PA_ZERO)
		memset(page_to_virt(p), 0, PAGE_SIZE << order);
	return p;
}

struct page *page_alloc(u32 order, u32 flags, enum page_kind kind)
{
	if (alloc_should_fail() || order > PAGE_MAX_ORDER)
		return NULL;
	return page_alloc_internal(order, flags, kind);
}

/* Nobody has the block any more. Interrupts off. */
static inline void retire(struct pcp *c, struct page *p, u32 order)
{
	u8 kind = p->kind;

	if (unlikely(kind == PAGE_FREE || kind == PAGE_RESERVED))
		panic("page %lx: freed, but is of kind %u",
		      page_to_phys(p), kind);
	ASSERT(p->order == order);
	page_poison(p, order);
	p->kind = PAGE_FREE;
	c->kinds[kind] -= 1l << order;
}

static inline void pcp_free(struct pcp *c, struct page *p)
{
	retire(c, p, 0);
	if (unlikely(c->count >= zone.pcp_high))
		pcp_drain(c, c->count / 2 + 1);
	c->pages[c->count++] = p;
}

void page_free(struct page *p, u32 order)
{
	u64 irq = irq_save();
	struct pcp *c = this_cpu_ptr(&pcp);

	if (likely(order == 0)) {
		pcp_free(c, p);
	} else {
		retire(c, p, order);
		spin_lock(&zone.lock);
		block_free(p, order);
		spin_unlock(&zone.lock);
	}
	irq_restore(irq);
}

paddr_t upcall_table_alloc(void)
{
	struct page *p = page_alloc(0, PA_ZERO, PAGE_TABLE);

	return p ? page_to_phys(p) : 0;
}

void upcall_tables_free(const paddr_t *pages, u32 n)
{
	u64 irq = irq_save();
	struct pcp *c = this_cpu_ptr(&pcp);

	for (u32 i = 0; i < n; i++)
		pcp_free(c, ram_page(pages[i]));
	irq_restore(irq);
}

void page_stat(struct mm_stat *out)
{
	u32 cpu;
	u64 irq = spin_lock_irqsave(&zone.lock);

	*out = (struct mm_stat){
		.total_pages = page_map.total_pages,
		.free_pages = zone.nfree,
	};
	spin_unlock_irqrestore(&zone.lock, irq);
	for_each_cpu(cpu, cpu_online_mask()) {
		const struct pcp *c = per_cpu_ptr(&pcp, cpu);

		out->free_pages += READ_ONCE(c->count);
		for (u32 k = 0; k < PAGE_NKINDS; k++)
			out->kind_pages[k] += (u64)READ_ONCE(c->kinds[k]);
	}
}

/* Start-up: how many chunks there are, and where the last one lies. */
static u64 last_chunk_counted;

static void count_chunks(paddr_t start, paddr_t end)
{
	u64 first = start >> CHUNK_SHIFT;
	u64 last = (end - 1) >> CHUNK_SHIFT;

	if (page_map.nchunks && first == last_chunk_counted)
		first++;
	if (first <= last)
		zone.nslots += (u32)(last - first + 1);
	last_chunk_counted = last;
	page_map.nchunks = last + 1;
}

static void *map_alloc(size_t bytes, size_t align)
{
	paddr_t pa = early_alloc(bytes, align);

	if (!pa)
		panic("memory: no room for page descriptors (%lu bytes)",
		      bytes);
	return phys_to_virt(pa);
}

/* Descriptors of a chunk that has holes: reserved until proved usable. */
static void slot_open(u64 chunk)
{
	struct page *p;
	u32 slot;

	if (page_map.origin_of[chunk])
		return;
	slot = ++zone.nslots;
	page_map.chunk_of[slot] = (u32)chunk;
	p = page_map.pages + slot * CHUNK_PAGES;
	memset(p, 0, CHUNK_PAGES * sizeof(struct page));
	for (u32 i = 0; i < CHUNK_PAGES; i++)
		p[i].kind = PAGE_RESERVED;
	slot_publish(chunk, slot);
}

/* Usable pages inside one chunk, in blocks as large as alignment allows. */
static void add_part(paddr_t start, paddr_t end)
{
	u32 i = (u32)((start >> PAGE_SHIFT) % CHUNK_PAGES);
	u32 n = (u32)((end - start) >> PAGE_SHIFT);
	struct page *p;

	slot_open(start >> CHUNK_SHIFT);
	p = ram_page(ALIGN_DOWN(start, CHUNK_SIZE));
	for (u32 k = i; k < i + n; k++)
		p[k].kind = PAGE_FREE;
	while (n) {
		u32 order = i ? (u32)__builtin_ctz(i) : PAGE_MAX_ORDER;

		while (1u << order > n)
			order--;
		block_free(p + i, order);
		i += 1u << order;
		n -= 1u << order;
	}
}

static void add_range(paddr_t start, paddr_t end)
{
	page_map.total_pages += (end - start) >> PAGE_SHIFT;
	while (start < end) {
		u64 chunk = start >> CHUNK_SHIFT;
		paddr_t stop = min(end, (chunk + 1) << CHUNK_SHIFT);

		if (stop - start == CHUNK_SIZE) {
			page_map.chunk_of[++zone.nslots] =
				(u32)(chunk | UNUSED_CHUNK);
			zone.nunused++;
			zone.nfree += CHUNK_PAGES;
		} else {
			add_part(start, stop);
		}
		start = stop;
	}
}

/* Room for the descriptors of memory that page_free_range may add. */
static void count_modules(void)
{
	const struct boot_info *b = boot_info();

	for (u32 i = 0; i < b->nmodules; i++) {
		const struct boot_module *m = &b->modules[i];
		u64 last = (m->end - 1) >> CHUNK_SHIFT;

		if (m->end == m->start)
			continue;
		zone.nslots += (u32)(last - (m->start >> CHUNK_SHIFT) + 1);
		page_map.nchunks = max(page_map.nchunks, last + 1);
	}
}

void page_free_range(paddr_t start, paddr_t end)
{
	start = PAGE_ALIGN_UP(start);
	end = PAGE_ALIGN_DOWN(end);
	while (start < end) {
		u64 chunk = start >> CHUNK_SHIFT;
		paddr_t stop = min(end, (chunk + 1) << CHUNK_SHIFT);
		u64 irq = spin_lock_irqsave(&zone.lock);

		page_map.total_pages += (stop - start) >> PAGE_SHIFT;
		add_part(start, stop);
		spin_unlock_irqrestore(&zone.lock, irq);
		start = stop;
	}
}

static void zone_limits(void)
{
	u64 part = page_map.total_pages / PCP_PART;

	zone.pcp_high = (u32)min((u64)PCP_MAX, max(part, 8ul));
	zone.cursor = 1;
}

void page_init(void)
{
	u64 descriptors;

	for (u32 i = 0; i < NORDERS; i++)
		list_init(&zone.free[i]);
	early_for_each(count_chunks);
	count_modules();
	/* Allocating may only shrink what was counted. */
	descriptors = zone.nslots * CHUNK_PAGES * sizeof(struct page);
	page_map.origin_of = map_alloc(page_map.nchunks * 8, 64);
	memset(page_map.origin_of, 0, page_map.nchunks * 8);
	page_map.chunk_of = map_alloc((zone.nslots + 1ul) * 4, 64);
	memset(page_map.chunk_of, 0, (zone.nslots + 1ul) * 4);
	page_map.pages = map_alloc(descriptors,
				   CHUNK_PAGES * sizeof(struct page));
	page_map.pages -= CHUNK_PAGES;
	zone.nslots = 0;
	early_handover(add_range);
	zone_limits();
}
