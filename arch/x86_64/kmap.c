/*
 * arch/x86_64/kmap.c - kernel mappings outside the direct map
 *
 * What:  single pages for kernel stacks and the like, at addresses their
 *        owner chooses; device memory at addresses given out upwards.
 * Locks: none. Tables are installed by compare-and-swap (the loser gives its
 *        page back) and never freed; the owner of an address serialises what
 *        happens to its entry.
 * Not:   user pages (mmu.c), the image and all of RAM (direct_map.c).
 */
#include <arch/mmu.h>

#include <arch/upcall.h>
#include <core/assert.h>
#include <core/printk.h>
#include <lib/atomic.h>
#include <uapi/errno.h>

#include "mmu_internal.h"

/* Next free address for mmio_map. [a] */
static u64 mmio_next = MMIO_BASE;

/* A table for the empty @entry; what is there afterwards, 0: no memory. */
static u64 table_install(u64 *entry, paddr_t (*alloc)(void))
{
	paddr_t pa = alloc();
	u64 seen = 0;

	if (!pa)
		return 0;
	if (__atomic_compare_exchange_n(entry, &seen, pa | TABLE_KERNEL, false,
					__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return pa | TABLE_KERNEL;
	upcall_tables_free(&pa, 1);
	return seen;
}

u64 *kernel_entry(u64 va, u32 shift, paddr_t (*alloc)(void))
{
	u64 *table = kernel_top;
	u32 s;

	for (s = TABLE_SHIFT_TOP; s > shift; s -= TABLE_SHIFT_STEP) {
		u64 *entry = &table[table_index(va, s)];
		u64 e = load_acquire(entry);

		if (!e && alloc)
			e = table_install(entry, alloc);
		if (!e || (e & PTE_LARGE))
			return NULL;
		table = pte_table(e);
	}
	return &table[table_index(va, shift)];
}

static int map_one(u64 va, u64 entry, u32 shift)
{
	u64 *e = kernel_entry(va, shift, upcall_table_alloc);

	if (!e)
		return -ENOMEM;
	ASSERT(!*e);
	store_release(e, entry | PTE_GLOBAL);
	return 0;
}

int mmu_kernel_map(u64 va, paddr_t pa, u32 flags)
{
	ASSERT(va >= KMAP_BASE && va < KMAP_END);
	return map_one(va, pte_make(pa, flags), PAGE_SHIFT);
}

void mmu_kernel_unmap(u64 va, u32 n, paddr_t *pages)
{
	for (u32 i = 0; i < n; i++) {
		u64 *e = kernel_entry(va + i * PAGE_SIZE, PAGE_SHIFT, NULL);

		ASSERT(e && *e);
		pages[i] = *e & PTE_ADDR;
		WRITE_ONCE(*e, 0);
	}
	tlb_flush_kernel(va, va + n * PAGE_SIZE);
}

/* Address range for @len bytes with the same place in 2 MiB as @pa. */
static u64 mmio_reserve(paddr_t pa, u64 len)
{
	u64 align = len >= SPAN_2M ? SPAN_2M : PAGE_SIZE;
	u64 next = READ_ONCE(mmio_next);
	u64 va;

	do {
		va = ALIGN_UP(next, align) + (pa & (align - 1));
		if (va + len > KMAP_END)
			return 0;
	} while (!__atomic_compare_exchange_n(&mmio_next, &next, va + len,
					      false, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	return va;
}

void *mmio_map(paddr_t pa, size_t len, u32 flags)
{
	paddr_t first = PAGE_ALIGN_DOWN(pa);
	u64 bytes, va, done, step;

	if (!len || add_overflow(len, pa - first, &bytes) ||
	    bytes > KMAP_END - MMIO_BASE)
		return NULL;
	bytes = PAGE_ALIGN_UP(bytes);
	va = mmio_reserve(first, bytes);
	if (!va)
		return NULL;
	for (done = 0; done < bytes; done += step) {
		u64 e = pte_make(first + done, flags);
		bool large = IS_ALIGNED(first + done, SPAN_2M) &&
			     bytes - done >= SPAN_2M;

		step = large ? SPAN_2M : PAGE_SIZE;
		if (map_one(va + done, large ? pte_enlarge(e) : e,
			    large ? 21 : PAGE_SHIFT)) {
			pr_warn("mmio: no memory to map %#lx\n", pa);
			return NULL;
		}
	}
	return (void *)(va + (pa - first));
}
