/*
 * include/arch/mmu.h - page tables behind a handle
 *
 * What:  struct mmu is the page-table tree of one address space; the kernel's
 *        own half is shared by all. This file's implementer is the only
 *        writer of page-table entries.
 * Locks: the owner serialises changes of one mmu (the address-space mutex and
 *        its page-table lock, see docs/locking.md); switches need none.
 * Life:  create -> switched to by CPUs -> destroy when no CPU uses it.
 */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <lib/cpumask.h>
#include <lib/types.h>

#define USER_END 0x00007ffffffff000ull
#define DIRECT_MAP_BASE 0xffff800000000000ull
#define KMAP_BASE 0xffffc00000000000ull
#define KMAP_END 0xffffc10000000000ull
#define KERNEL_VMA 0xffffffff80000000ull

static inline void *phys_to_virt(paddr_t pa)
{
	return (void *)(pa + DIRECT_MAP_BASE);
}

/* Only for addresses of the direct map. */
static inline paddr_t virt_to_phys(const void *va)
{
	return (u64)va - DIRECT_MAP_BASE;
}

/* What a mapping allows. User mappings are readable whenever present. */
enum mmu_flags {
	MMU_WRITE = 1,
	MMU_EXEC = 2,
	MMU_USER = 4,
	MMU_NOCACHE = 8,
	MMU_WC = 16,		/* write combining, for framebuffers */
	MMU_DIRTY = 32,		/* set dirty at once; reported by query */
	MMU_ACCESSED = 64,	/* reported by query only */
	MMU_PROTNONE = 128,	/* page kept but no access at all */
};

/* Table pages that a space remembers; most have fewer. */
#define MMU_TRACKED 14

struct mmu {
	paddr_t root;		/* [I] */
	struct cpumask cpus;	/* [a] CPUs that have it loaded, also lazily */
	u64 npagetables;	/* [owner's lock] without the root */
	u32 ntracked;		/* [owner's lock] of tracked[]; above
				   MMU_TRACKED: there are more than fit */
	/* [owner's lock] private to mmu.c and mmu_space.c */
	u64 *entries[MMU_TRACKED];
	u64 tracked[MMU_TRACKED];
	u64 lines[MMU_TRACKED];
};

/* The kernel's own tables (idle and kernel threads run on them). */
struct mmu *mmu_kernel(void);

/* Return: 0, -ENOMEM. The user half is empty, the kernel's shared. */
int mmu_init(struct mmu *mmu);
/* What is called with the address and the page of an entry. */
typedef void (*mmu_plain_fn)(u64 va, paddr_t pa, void *arg);
/* What is called with some pages that were taken out. */
typedef void (*mmu_pages_fn)(const paddr_t *pages, u32 n, void *arg);
/*
 * mmu_fini - take out all pages of the user half and free its tables
 * @fn: gets all pages, some at a time, in no order, when no processor can
 *      reach them any more
 * No thread that may run has the space as its arch_thread.mmu. CPUs that keep
 * it loaded lazily, this one too, are switched to the kernel's tables first.
 * Context: as tlb_flush_range; @fn may sleep if the caller may.
 */
void mmu_fini(struct mmu *mmu, mmu_pages_fn fn, void *arg);
/*
 * mmu_switch - load @mmu on this CPU
 * Context: interrupts off (context switch, exec), and arch_thread.mmu of the
 *          thread that needs it changes in the same section: a CPU whose
 *          current thread does not name the loaded mmu holds it lazily, and
 *          loses it to the first flush.
 */
void mmu_switch(struct mmu *mmu);

/*
 * mmu_map - map one page at @va
 * Return: 0, -EEXIST (there is one already, maybe kept without access),
 *         -ENOMEM (no memory for a table). No flush needed: x86 does not
 *         cache missing entries.
 */
int mmu_map(struct mmu *mmu, u64 va, paddr_t pa, u32 flags);
/* Pages for consecutive addresses, 0 where there is none. */
#define MMU_SOME 16
struct mmu_some {
	u32 flags, n;
	paddr_t pages[MMU_SOME];
};
/*
 * mmu_map_some - map those of the pages that have nothing at their place yet
 * Return: bit i: page i was mapped. Less without memory for a table.
 */
u64 mmu_map_some(struct mmu *mmu, u64 va, const struct mmu_some *some);
/* Replace page and flags at @va in one store (copy on write); the caller
 * flushes. The table exists (a page was mapped there). */
void mmu_replace(struct mmu *mmu, u64 va, paddr_t pa, u32 flags);
/* False: nothing mapped at @va. @pa (with the offset in the page) and @flags
 * may be NULL. Works for kernel addresses and mmu_kernel() as well. */
bool mmu_query(struct mmu *mmu, u64 va, paddr_t *pa, u32 *flags);

/*
 * A walk over present entries of [start, end): called with the address, the
 * page and its flags; what it does is the walker's business.
 */
typedef void (*mmu_page_fn)(u64 va, paddr_t pa, u32 flags, void *arg);

/* Remove all pages of the range; @fn (may be NULL) sees each one removed and
 * must not free it before the caller flushed. Empty tables stay. */
void mmu_unmap(struct mmu *mmu, u64 start, u64 end, mmu_plain_fn fn,
	       void *arg);
/* Set the flags of all present pages in the range. MMU_WRITE is granted only
 * where @allow_write(pa, arg) says so (NULL: everywhere): copy on write. */
void mmu_protect(struct mmu *mmu, u64 start, u64 end, u32 flags,
		 bool (*allow_write)(paddr_t pa, void *arg), void *arg);
/* With the page that a copy gets: neither side may write to it any more. */
#define MMU_PROTECT_BOTH 1ul

/* Is told each page of the source. Gives the one for the copy, with a reference
 * and maybe MMU_PROTECT_BOTH; 0: none. */
typedef u64 (*mmu_share_fn)(u64 va, paddr_t pa, void *arg);

struct mmu_copy {
	struct mmu *dst, *src;
	mmu_share_fn fn;
	void *arg;
	u64 skip_from, skip_to;	/* @fn may say that it wants nothing here */
	u64 next;		/* private to mmu_copy; 0 at first */
};
/*
 * mmu_copy - give an empty space the pages of another, some thousand at a time
 * Context: the locks of both; they may be dropped between two calls, if no
 *          table of @src is trimmed meanwhile. The caller flushes @src after
 *          each call.
 * Return:  0: done; 1: call again; -ENOMEM with a part copied, where the last
 *          page that @fn gave is not in @dst.
 */
int mmu_copy(struct mmu_copy *c);
/* Move entries (mremap); tables of @to are built. Return: 0, -ENOMEM with
 * nothing moved. The caller flushes the old range. */
int mmu_move(struct mmu *mmu, u64 from, u64 to, u64 len);
/* The first address of [va, end) that may have a page, @end if there is none:
 * jumps over what has no tables. */
u64 mmu_next(const struct mmu *mmu, u64 va, u64 end);
/* Visit present pages without change. */
void mmu_walk(struct mmu *mmu, u64 start, u64 end, mmu_page_fn fn, void *arg);
/*
 * mmu_trim - free the table pages that lie wholly inside [start, end)
 * @start, @end: no page is mapped between them; the caller extends what it
 *               unmapped up to the neighbouring regions. @end may be USER_END.
 * Context: owner's lock, and as tlb_flush_range: the processors' caches of
 *          upper levels are flushed before a page is freed.
 */
void mmu_trim(struct mmu *mmu, u64 start, u64 end);
/*
 * mmu_cache_drain - give back the zeroed table pages that CPUs keep in reserve
 * Context: as smp_call. For leak tests and low memory.
 */
void mmu_cache_drain(void);

/*
 * tlb_flush_range - forget translations on every CPU that has @mmu loaded
 * @start, @end: page aligned; a large range flushes the whole space
 * Context: interrupts on, unless no other CPU has it; waits for all. Locks
 *          may be held whose waiters spin with interrupts on. Several CPUs
 *          may flush at once.
 */
void tlb_flush_range(struct mmu *mmu, u64 start, u64 end);
/* Flush one page on this CPU only (after a permission was only widened). */
void tlb_flush_local(u64 va);

/* Kernel mappings outside the direct map. The top-level entries of
 * [KMAP_BASE, KMAP_END) exist from arch_init_memory on, so all mmus see every
 * change. Addresses from MMIO_BASE on are given out by mmio_map; those below
 * belong to kernel stacks (mm/kstack.c). */
#define MMIO_BASE 0xffffc08000000000ull
/*
 * mmu_kernel_map - map one page for the kernel at @va, where none is
 * Context: any, after mm_init; the caller owns @va.
 * Return:  0, -ENOMEM (no memory for a table; tables are never freed).
 */
int mmu_kernel_map(u64 va, paddr_t pa, u32 flags);
/* Remove the @n pages from @va on, flush on all CPUs, and say which they were.
 * Context: as tlb_flush_range. */
void mmu_kernel_unmap(u64 va, u32 n, paddr_t *pages);
/*
 * mmio_map - map device memory or firmware tables somewhere; for ever
 * @pa, @len: any alignment, bytes
 * @flags:    MMU_WRITE, and MMU_NOCACHE, MMU_WC or neither (plain memory)
 * Context:   any, after mm_init
 * Return:    the address that corresponds to @pa; NULL: no room or memory.
 */
void *mmio_map(paddr_t pa, size_t len, u32 flags);

#endif
