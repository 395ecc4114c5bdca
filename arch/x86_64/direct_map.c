/*
 * arch/x86_64/direct_map.c - the kernel's own half of every address space
 *
 * What:  builds the tables that replace those of the start code: all RAM at
 *        DIRECT_MAP_BASE in the largest pages that fit, the image with code
 *        read-only and executable, constants read-only, the rest writable,
 *        and the top-level entries of the dynamic area. Code and constants
 *        are read-only in the direct map as well. Nothing is identity mapped;
 *        the pages around the image and the one below the boot stack are
 *        holes.
 * Locks: none: the boot CPU is alone. Constant afterwards.
 * Life:  tables come from the early allocator and stay.
 * Not:   device memory: mmio_map. Only firmware's RAM types are mapped, so a
 *        large page never spans different memory types.
 * See:   docs/memory-map.md; Intel SDM volume 3, section 12.11.9 (MTRRs).
 */
#include <arch/system.h>

#include <arch/boot.h>
#include <arch/percpu.h>
#include <arch/upcall.h>
#include <asm/boot.h>
#include <asm/cr.h>
#include <asm/sections.h>
#include <core/panic.h>
#include <core/printk.h>

#include "mmu_internal.h"

#define LOW_END 0x100000ull
#define VGA_START 0xa0000ull
#define VGA_END 0xc0000ull

u64 kernel_top[TABLE_ENTRIES] ALIGNED(4096);
u32 direct_map_slots;

static struct mmu kernel_mmu;

struct mmu *mmu_kernel(void)
{
	return &kernel_mmu;
}

static paddr_t early_table(void)
{
	return upcall_early_alloc(PAGE_SIZE, PAGE_SIZE);
}

static paddr_t image_phys(const void *va)
{
	return (u64)va - KERNEL_VMA;
}

/* Largest entry that may stand at @va for @pa when @left bytes are to go. */
static u32 best_shift(u64 va, paddr_t pa, u64 left)
{
	if (IS_ALIGNED(va | pa, SPAN_1G) && left >= SPAN_1G &&
	    cpu_has(CPU_GB_PAGES))
		return 30;
	if (IS_ALIGNED(va | pa, SPAN_2M) && left >= SPAN_2M)
		return 21;
	return PAGE_SHIFT;
}

static void map_run(u64 va, paddr_t pa, u64 len, u32 flags)
{
	u64 e = pte_make(0, flags | MMU_DIRTY) | PTE_GLOBAL;
	u64 large = pte_enlarge(e);

	while (len) {
		u32 shift = best_shift(va, pa, len);
		u64 *entry = kernel_entry(va, shift, early_table);
		u64 stop = BIT(shift) * TABLE_ENTRIES;

		if (!entry)
			panic("mmu: %#lx is mapped twice", va);
		/* On along this table while the size of entry is right. */
		stop = ALIGN_DOWN(va, stop) + stop;
		do {
			*entry++ = pa | (shift > PAGE_SHIFT ? large : e);
			va += BIT(shift);
			pa += BIT(shift);
			len -= BIT(shift);
		} while (len && va < stop && best_shift(va, pa, len) == shift);
	}
}

/* RAM from @start to @end at its place in the direct map, with @flags. */
static void map_direct(paddr_t start, paddr_t end, u32 flags)
{
	if (start < end)
		map_run(DIRECT_MAP_BASE + start, start, end - start, flags);
}

/* The same, but code and constants of the image only readable. */
static void map_ram(paddr_t start, paddr_t end)
{
	paddr_t ro_start = image_phys(text_start);
	paddr_t ro_end = image_phys(rodata_end);

	map_direct(start, min(end, ro_start), MMU_WRITE);
	map_direct(max(start, ro_start), min(end, ro_end), 0);
	map_direct(max(start, ro_end), end, MMU_WRITE);
}

static bool is_ram(const struct mem_range *r)
{
	return r->kind == MEM_USABLE || r->kind == MEM_ACPI ||
	       r->kind == MEM_NVS || r->kind == MEM_KERNEL;
}

/* Map ranges above 1 MiB; neighbours are joined, for larger pages. Return:
 * where the last one ends. */
static paddr_t map_all_ram(const struct boot_info *b)
{
	const paddr_t limit = KMAP_BASE - DIRECT_MAP_BASE;
	paddr_t start = LOW_END, end = LOW_END;

	for (u32 i = 0; i < b->nranges; i++) {
		const struct mem_range *r = &b->ranges[i];
		paddr_t from = max(r->start, LOW_END);
		paddr_t to = min(r->end, limit);

		if (!is_ram(r) || from >= to)
			continue;
		if (from != end) {
			map_ram(start, end);
			start = from;
		}
		end = to;
	}
	map_ram(start, end);
	return end;
}

static void map_low(void)
{
	map_direct(0, VGA_START, MMU_WRITE);
	map_direct(VGA_START, VGA_END, MMU_WRITE | MMU_NOCACHE);
	map_direct(VGA_END, LOW_END, MMU_WRITE);
}

static void map_image_part(const char *start, const char *end, u32 flags)
{
	map_run((u64)start, image_phys(start), (u64)end - (u64)start, flags);
}

static void map_image(void)
{
	map_image_part(text_start, text_end, MMU_EXEC);
	map_image_part(rodata_start, rodata_end, 0);
	map_image_part(data_start, boot_stack_guard, MMU_WRITE);
	map_image_part(boot_stack_guard + PAGE_SIZE, kernel_end, MMU_WRITE);
}

void arch_init_memory(void)
{
	paddr_t end;

	kernel_mmu.root = image_phys(kernel_top);
	map_low();
	end = map_all_ram(boot_info());
	map_image();
	direct_map_slots = DIV_ROUND_UP(end, SPAN_512G);
	for (u32 i = 0; i < NSLOTS_KMAP; i++)
		kernel_top[SLOT_KMAP + i] = early_table() | TABLE_KERNEL;
	cr3_write(kernel_mmu.root);
	pr_info("mmu: direct map of %lu MiB%s\n", end >> 20,
		cpu_has(CPU_GB_PAGES) ? ", 1 GiB pages" : "");
}
