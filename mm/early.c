/*
 * mm/early.c - memory before the allocators run
 *
 * What:  the usable ranges of the memory map as a bump allocator, from low
 *        addresses up, because the boot page tables map those.
 * Locks: none; one CPU, before mm_init.
 * Life:  what is allocated here is never freed. early_handover gives the rest
 *        to the buddy allocator, after which nothing may be allocated here.
 */
#include <arch/boot.h>
#include <arch/mmu.h>
#include <arch/upcall.h>
#include <core/assert.h>
#include <core/printk.h>
#include <lib/string.h>
#include <mm/page.h>

/* Below it lies what firmware and real mode like to have. */
#define LOW_END 0x100000ull

struct early_range {
	paddr_t start;
	paddr_t end;
};

static struct early_range ranges[BOOT_MAX_RANGES];
static u32 nranges;

static const char *const kind_names[] = {
	[MEM_USABLE] = "usable", [MEM_KERNEL] = "used from the start",
	[MEM_ACPI] = "tables", [MEM_NVS] = "firmware's",
	[MEM_RESERVED] = "reserved", [MEM_BAD] = "bad",
};

void early_init(void)
{
	const struct boot_info *b = boot_info();

	for (u32 i = 0; i < b->nranges; i++) {
		pr_debug("memory: %#lx to %#lx %s\n", b->ranges[i].start,
			 b->ranges[i].end, kind_names[b->ranges[i].kind]);
		if (b->ranges[i].kind != MEM_USABLE)
			continue;
		ranges[nranges].start = b->ranges[i].start;
		ranges[nranges++].end = b->ranges[i].end;
	}
}

/* Take from the front of @r; 0: it does not fit. */
static paddr_t range_take(struct early_range *r, size_t bytes, size_t align)
{
	paddr_t at = ALIGN_UP(r->start, align);

	if (at < r->start || at >= r->end || r->end - at < bytes)
		return 0;
	r->start = at + bytes;
	return at;
}

paddr_t early_alloc(size_t bytes, size_t align)
{
	paddr_t pa = 0;

	for (u32 i = 0; i < nranges && !pa; i++) {
		if (ranges[i].start >= LOW_END)
			pa = range_take(&ranges[i], bytes, align);
	}
	for (u32 i = 0; i < nranges && !pa; i++)
		pa = range_take(&ranges[i], bytes, align);
	return pa;
}

paddr_t upcall_early_alloc(size_t bytes, size_t align)
{
	paddr_t pa = early_alloc(bytes, align);

	if (!pa)
		panic("memory: no room for %lu bytes during start-up", bytes);
	memset(phys_to_virt(pa), 0, bytes);
	return pa;
}

void early_for_each(void (*fn)(paddr_t start, paddr_t end))
{
	for (u32 i = 0; i < nranges; i++) {
		paddr_t start = PAGE_ALIGN_UP(ranges[i].start);

		if (start < ranges[i].end)
			fn(start, ranges[i].end);
	}
}

void early_handover(void (*fn)(paddr_t start, paddr_t end))
{
	early_for_each(fn);
	nranges = 0;
}
