/*
 * include/arch/boot.h - what the boot loader told us, whatever it was
 *
 * What:  multiboot2 tags and PVH start_info both become struct boot_info.
 * Life:  filled by arch before kernel_main; constant afterwards. Strings and
 *        modules lie in memory that the memory map reserves.
 */
#ifndef ARCH_BOOT_H
#define ARCH_BOOT_H

#include <lib/types.h>

enum mem_kind {
	MEM_USABLE,
	MEM_RESERVED,
	MEM_ACPI,	/* reclaimable tables: kept */
	MEM_NVS,
	MEM_BAD,
	MEM_KERNEL,	/* image, boot structures, modules, trampoline */
};

struct mem_range {
	paddr_t start;
	paddr_t end;	/* exclusive */
	enum mem_kind kind;
};

struct boot_module {
	paddr_t start;
	paddr_t end;
	const char *cmdline;	/* direct-map pointer, "" when none */
};

struct boot_framebuffer {
	paddr_t addr;		/* 0: none */
	u32 pitch, width, height;
	u8 bpp;
	u8 is_text;		/* EGA text at addr, width x height cells */
	u8 red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
};

#define BOOT_MAX_RANGES 256
#define BOOT_MAX_MODULES 8

struct boot_info {
	const char *loader;	/* "PVH", "multiboot2 GRUB 2.06", ... */
	const char *cmdline;	/* "" when none */
	struct mem_range ranges[BOOT_MAX_RANGES];	/* sorted, disjoint,
						page aligned; usable minus
						kernel, modules, low 64 KiB */
	u32 nranges;
	struct boot_module modules[BOOT_MAX_MODULES];
	u32 nmodules;
	paddr_t rsdp;		/* 0: search */
	struct boot_framebuffer fb;
	u64 entry_cycles;	/* TSC at the kernel's first instruction */
};

/* The one boot_info of this boot; borrowed for ever. */
const struct boot_info *boot_info(void);

#endif
