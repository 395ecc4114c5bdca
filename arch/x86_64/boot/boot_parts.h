/*
 * arch/x86_64/boot/boot_parts.h - what the readers of boot protocols share
 *
 * What:  the memory map under construction (memmap.c, pure), access to
 *        physical memory before the direct map is complete, and the readers
 *        of the two protocols.
 * Life:  used by the boot CPU between start.asm and kernel_main.
 */
#ifndef BOOT_PARTS_H
#define BOOT_PARTS_H

#include <arch/boot.h>
#include <lib/types.h>

/* Ranges in any order, overlapping, of any alignment. */
struct memmap {
	struct mem_range ranges[BOOT_MAX_RANGES];
	u32 n;
	u32 lost;	/* ranges or pieces that found no room */
};

/* Kind of an E820 type, which both protocols use. */
enum mem_kind memmap_kind(u32 e820_type);
/* Append [@start, @start + @len), rounded to whole pages: usable memory
 * inwards, all else outwards. Empty results are dropped. */
void memmap_add(struct memmap *m, paddr_t start, u64 len, enum mem_kind kind);
/* Cut usable memory at @limit (mem=). */
void memmap_limit(struct memmap *m, paddr_t limit);
/*
 * memmap_resolve - sorted, disjoint ranges; where several overlap, the kind
 *                  that forbids most wins; equal neighbours are joined
 * @raw:    input, left as it is
 * @out:    replaced; holes between ranges belong to none
 */
void memmap_resolve(const struct memmap *raw, struct memmap *out);
/* The lowest usable page in [@from, @to) of a resolved map; 0: none. */
paddr_t memmap_find_page(const struct memmap *m, paddr_t from, paddr_t to);

/* What the readers fill; boot.c finishes it. */
struct boot_build {
	struct boot_info *info;
	struct memmap *map;
	u32 nusable;		/* usable ranges the loader reported */
};

/*
 * boot_phys - direct-map pointer to [@pa, @pa + @len), mapped if it was not
 * Return: never NULL; ends the boot when it cannot be mapped.
 */
void *boot_phys(paddr_t pa, u64 len);
/* A NUL-terminated string at @pa; 0 gives "". Its length is bounded. */
const char *boot_string(paddr_t pa);
void boot_set_cmdline(struct boot_build *b, const char *text);
/* Name of the loader: @protocol and @name with a blank between. */
void boot_set_loader(struct boot_build *b, const char *protocol,
		     const char *name);
void boot_add_memory(struct boot_build *b, paddr_t start, u64 len,
		     u32 e820_type);
/* Memory that must survive: MEM_KERNEL in the map. */
void boot_reserve(struct boot_build *b, paddr_t start, u64 len);
/* @cmdline: a direct-map pointer into reserved memory. Reserves the module. */
void boot_add_module(struct boot_build *b, paddr_t start, paddr_t end,
		     const char *cmdline);
/* Say @why on COM1 and the screen, and halt (fail.asm). @why lies in the
 * image. */
NORETURN void boot_fail(const char *why);

/*
 * boot_main - from start.asm, in the high half on the boot stack
 * @protocol:  the loader's magic number, tested by start.asm
 * @structure: physical address of its information
 * @cycles:    time stamp counter at the first instruction
 */
NORETURN void boot_main(u32 protocol, u32 structure, u64 cycles);

/* Read the loader's structure at physical @pa into @b. */
OPTIONAL void multiboot2_read(struct boot_build *b, paddr_t pa);
void pvh_read(struct boot_build *b, paddr_t pa);

#endif
