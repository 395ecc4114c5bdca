/*
 * include/mm/page.h - pages of physical memory
 *
 * What:  one struct page for each page of RAM; the buddy allocator with
 *        per-CPU lists of single pages.
 * Life:  page_alloc gives a reference count of 1; page_put frees at 0.
 * Context: allocation never sleeps; any context.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include <arch/mmu.h>
#include <core/assert.h>
#include <core/rcu.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/types.h>

enum page_kind {
	PAGE_FREE,
	PAGE_RESERVED,
	PAGE_KERNEL,
	PAGE_SLAB,
	PAGE_TABLE,
	PAGE_ANON,
	PAGE_FILE,
};
#define PAGE_NKINDS (PAGE_FILE + 1)

/* struct page.flags, private to mm/page.c while a page is free. */
#define PG_BUDDY 1		/* heads a free block of its order */
#define PG_POISON 2		/* debug: content is the free pattern */

struct page {
	union {
		struct atomic refs;	/* [a] users; mappings of user pages
					   count */
		struct {
			u16 slab_inuse;	/* [cache lock] objects taken out */
			u16 slab_free;	/* [cache lock] first free object */
		};
	};
	u8 kind;		/* [owner] enum page_kind */
	u8 order;		/* [owner] of the block this page heads */
	u16 flags;		/* [zone] PG_*; 0 while in use */
	void *owner;		/* [owner] slab cache or vm object */
	union {
		struct list link;	/* [zone] free list, or owner's list */
		struct {
			u64 index;	/* page index in the vm object */
			u64 private;	/* whatever the owner likes */
		};
		struct rcu_head rcu;	/* a slab on its way out */
	};
};
static_assert(sizeof(struct page) == 32, "struct page is paid 256 times a MiB");

#define PAGE_MAX_ORDER 10

/* Descriptors come in chunks of one largest block; only chunks with RAM have
 * them, and a chunk that is wholly free is set up when it is first used. */
#define CHUNK_PAGES (1ul << PAGE_MAX_ORDER)
#define CHUNK_SHIFT (PAGE_SHIFT + PAGE_MAX_ORDER)
#define CHUNK_SIZE (1ul << CHUNK_SHIFT)

struct page_map {
	struct page *pages;	/* [I] slot n begins at n * CHUNK_PAGES;
				   slot 0 is never used */
	u64 *origin_of;		/* [zone] chunk number to the address where the
				   descriptor of page 0 would be if the chunk's
				   reached that far; 0: it has none yet */
	u32 *chunk_of;		/* [I] slot to chunk number */
	u64 nchunks;		/* [I] entries of origin_of */
	u64 total_pages;	/* [I] after mm_init: pages managed */
};
extern struct page_map page_map;	/* mm/page.c */

enum page_alloc_flags {
	PA_ZERO = 1,		/* filled with zeros */
};

/*
 * page_alloc - 2^@order pages, physically contiguous
 * @flags:   PA_*
 * @kind:    what for; counted in mm_stat
 * Return:   the first page, NULL: no memory. A user may call mm_drain (task
 *           context) and try again.
 */
struct page *page_alloc(u32 order, u32 flags, enum page_kind kind);
/* Give a block back; the caller's reference is the only one. */
void page_free(struct page *p, u32 order);
static inline void page_get(struct page *p)
{
	atomic_inc(&p->refs);
}
/* Drop a reference to an order-0 page; frees it at 0. */
static inline void page_put(struct page *p)
{
	ASSERT(atomic_read(&p->refs) > 0);
	if (atomic_dec_and_test(&p->refs))
		page_free(p, 0);
}

static inline paddr_t page_to_phys(const struct page *p)
{
	u64 n = (u64)(p - page_map.pages);

	return ((u64)page_map.chunk_of[n / CHUNK_PAGES] << CHUNK_SHIFT) +
	       (n % CHUNK_PAGES << PAGE_SHIFT);
}

/* The descriptor of a page of RAM that the allocator manages, as all is that
 * users map. */
static inline struct page *ram_page(paddr_t pa)
{
	u64 origin = page_map.origin_of[pa >> CHUNK_SHIFT];

	return (struct page *)(origin +
			       (pa >> PAGE_SHIFT) * sizeof(struct page));
}

/* The same for any address. NULL: not RAM the allocator manages. */
static inline struct page *phys_to_page(paddr_t pa)
{
	u64 chunk = pa >> CHUNK_SHIFT;

	if (unlikely(chunk >= page_map.nchunks || !page_map.origin_of[chunk]))
		return NULL;
	return ram_page(pa);
}

static inline void *page_to_virt(const struct page *p)
{
	return phys_to_virt(page_to_phys(p));
}

/* Only for addresses of the direct map. */
static inline struct page *virt_to_page(const void *va)
{
	return phys_to_page(virt_to_phys(va));
}

/* mm/early.c: the memory map becomes a bump allocator until mm_init. */
void early_init(void);
/* early_alloc - as upcall_early_alloc, but 0 when there is none, not zeroed */
paddr_t early_alloc(size_t bytes, size_t align);
/* Hand what is left to @fn, range by range (page aligned), and close. */
void early_handover(void (*fn)(paddr_t start, paddr_t end));
/* Visit the usable ranges that are left. */
void early_for_each(void (*fn)(paddr_t start, paddr_t end));

/* mm_init - hand all usable memory to the buddy allocator, then slab, kmalloc
 * (needs the direct map). */
void mm_init(void);
/* The buddy allocator's part of it. */
void page_init(void);

/*
 * page_free_range - give memory that was reserved at boot to the allocator
 * @start:   rounded up to a page; part of a boot module (MEM_KERNEL), which
 * @end:     rounded down to a page; never freed before
 * Its pages count as managed from then on. Called by the initramfs with one
 * piece after the other, in ascending order, while it unpacks.
 * Context:  task; any number of pages
 */
void page_free_range(paddr_t start, paddr_t end);

struct mm_stat {
	u64 total_pages;	/* managed */
	u64 free_pages;		/* incl. per-CPU lists */
	u64 kind_pages[PAGE_NKINDS];	/* in use, by kind */
};
void mm_stat_get(struct mm_stat *out);
/* total_pages alone, which costs nothing. */
static inline u64 mm_total_pages(void)
{
	return page_map.total_pages;
}
/* Give per-CPU lists and empty slabs back (leak tests, low memory). Slabs of
 * SLAB_TYPESAFE_RCU caches follow a grace period later: rcu_barrier and again
 * for exact counts. Context: task, interrupts on, no spinlock held. */
void mm_drain(void);
/* Print the memory situation to the log. Context: any. */
void mm_dump(void);
/* mm/page.c, for mm_drain: give this CPU's list back. Interrupts off. */
void page_drain_cpu(void *arg);

#endif
