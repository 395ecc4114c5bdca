/*
 * arch/x86_64/boot/pvh.c - reads the start_info of a PVH boot
 *
 * What:  turns struct hvm_start_info (QEMU -kernel, other hypervisors) into
 *        struct boot_info and the raw memory map.
 * Life:  everything but the modules' strings is copied, so the structures
 *        themselves need not survive.
 * See:   Xen, "x86/HVM direct boot ABI" (public/arch-x86/hvm/start_info.h);
 *        BIOS data area: IBM PS/2 BIOS interface, INT 10h.
 */
#include <arch/boot.h>
#include <lib/types.h>

#include "boot_parts.h"

#define PVH_MAGIC 0x336ec578u

struct pvh_start_info {
	u32 magic;
	u32 version;		/* 1: with the memory map fields */
	u32 flags;
	u32 nr_modules;
	u64 modlist_paddr;
	u64 cmdline_paddr;
	u64 rsdp_paddr;
	u64 memmap_paddr;
	u32 memmap_entries;
	u32 reserved;
};

struct pvh_module {
	u64 paddr, size, cmdline_paddr, reserved;
};

struct pvh_memmap {
	u64 addr, size;
	u32 type, reserved;
};

static_assert(sizeof(struct pvh_start_info) == 56, "PVH start_info");
static_assert(sizeof(struct pvh_module) == 32, "PVH modlist entry");
static_assert(sizeof(struct pvh_memmap) == 24, "PVH memmap entry");

static void read_memmap(struct boot_build *b, const struct pvh_start_info *si)
{
	u64 bytes = (u64)si->memmap_entries * sizeof(struct pvh_memmap);
	const struct pvh_memmap *map = boot_phys(si->memmap_paddr, bytes);

	for (u32 i = 0; i < si->memmap_entries; i++)
		boot_add_memory(b, map[i].addr, map[i].size, map[i].type);
}

static u64 text_bytes(const char *text)
{
	u64 n = 0;

	while (text[n])
		n++;
	return n + 1;
}

static void read_modules(struct boot_build *b, const struct pvh_start_info *si)
{
	u64 bytes = (u64)si->nr_modules * sizeof(struct pvh_module);
	const struct pvh_module *mods = boot_phys(si->modlist_paddr, bytes);

	for (u32 i = 0; i < si->nr_modules; i++) {
		const char *cmdline = boot_string(mods[i].cmdline_paddr);

		if (*cmdline)
			boot_reserve(b, mods[i].cmdline_paddr,
				     text_bytes(cmdline));
		boot_add_module(b, mods[i].paddr, mods[i].paddr + mods[i].size,
				cmdline);
	}
}

/* The protocol says nothing of a screen; a PC BIOS that ran before us left
 * its mode in the BIOS data area (mode 3: 80 columns of colour text). */
static void find_text_screen(struct boot_build *b)
{
	const u8 *bda = boot_phys(0x400, 0x100);

	if (bda[0x49] != 3 || bda[0x4a] != 80)
		return;
	b->info->fb = (struct boot_framebuffer){
		.addr = 0xb8000,
		.pitch = 160,
		.width = 80,
		.height = 25,
		.bpp = 16,
		.is_text = 1,
	};
}

void pvh_read(struct boot_build *b, paddr_t pa)
{
	const struct pvh_start_info *si = boot_phys(pa, sizeof(*si));

	if (si->magic != PVH_MAGIC)
		boot_fail("PVH: start_info has a wrong magic number");
	if (si->version < 1 || !si->memmap_paddr || !si->memmap_entries)
		boot_fail("PVH: the loader gave no memory map");
	boot_set_loader(b, "PVH", "");
	b->info->rsdp = si->rsdp_paddr;
	read_memmap(b, si);
	if (!b->nusable)
		boot_fail("PVH: the memory map has no usable memory");
	if (si->cmdline_paddr)
		boot_set_cmdline(b, boot_string(si->cmdline_paddr));
	if (si->nr_modules)
		read_modules(b, si);
	find_text_screen(b);
}
