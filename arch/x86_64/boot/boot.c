/*
 * arch/x86_64/boot/boot.c - the first C: from the loader's words to kernel_main
 *
 * What:  boot_main, called by start.asm; picks the reader of the protocol,
 *        finishes the memory map, keeps the command line.
 * Life:  struct boot_info is filled here, on one CPU with interrupts off, and
 *        constant from kernel_main on.
 * Not:   consoles: nothing is printed here but by boot_fail (fail.asm).
 * See:   docs/boot.md.
 */
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/upcall.h>
#include <asm/boot.h>
#include <asm/cpu.h>
#include <core/image.h>
#include <lib/types.h>

#include "boot_parts.h"

#define MB2_BOOT_MAGIC 0x36d76289u

/* As many bytes as Linux takes. */
#define CMDLINE_SIZE 2048
#define LOADER_SIZE 64
#define STRING_MAX 65536u

#define LOW_MEMORY_END 0x10000ull	/* firmware scribbles below */
#define REAL_MODE_END 0x9f000ull
#define FIRST_PAGE 0x1000ull		/* page 0: interrupt table, BIOS data */

#define SIZE_2M 0x200000ull
#define SIZE_1G 0x40000000ull
#define PTE_TABLE 0x3ull
#define PTE_LARGE 0x83ull
#define NPOOL 8

static struct boot_info info;
static char cmdline[CMDLINE_SIZE];
static char loader[LOADER_SIZE];
static paddr_t trampoline_page;

/* Scratch for the map: what was told, and what follows from it. */
static struct memmap raw_map, done_map;
/* Page directories for memory above 4 GiB without 1 GiB pages. */
static u64 pd_pool[NPOOL][512] ALIGNED(4096);
static u32 pd_used;

const struct boot_info *boot_info(void)
{
	return &info;
}

paddr_t boot_trampoline_page(void)
{
	return trampoline_page;
}

/* Map one more GiB of the direct map in the tables of start.asm. */
static void map_gib(u64 gib)
{
	paddr_t base = gib * SIZE_1G;
	u64 *pd;

	if (cpuid(0x80000001).edx & BIT(26)) {
		boot_pdpt_direct[gib] = base | PTE_LARGE;
		return;
	}
	if (pd_used == NPOOL)
		boot_fail("boot data is spread over too much memory");
	pd = pd_pool[pd_used++];
	for (u32 i = 0; i < 512; i++)
		pd[i] = (base + i * SIZE_2M) | PTE_LARGE;
	boot_pdpt_direct[gib] = ((u64)pd - KERNEL_VMA) | PTE_TABLE;
}

void *boot_phys(paddr_t pa, u64 len)
{
	paddr_t last;

	if (add_overflow(pa, len ? len - 1 : 0, &last) ||
	    last / SIZE_1G >= 512)
		boot_fail("boot data lies above 512 GiB");
	for (u64 gib = pa / SIZE_1G; gib <= last / SIZE_1G; gib++) {
		if (!boot_pdpt_direct[gib])
			map_gib(gib);
	}
	return phys_to_virt(pa);
}

const char *boot_string(paddr_t pa)
{
	const char *text;

	if (!pa)
		return "";
	text = boot_phys(pa, STRING_MAX);
	for (u32 i = 0; i < STRING_MAX; i++) {
		if (!text[i])
			return text;
	}
	return "";
}

/* Append @text to the string in @buf; what does not fit is cut off. */
static void text_append(char *buf, size_t size, const char *text)
{
	size_t n = 0;

	while (buf[n])
		n++;
	while (*text && n + 1 < size)
		buf[n++] = *text++;
	buf[n] = '\0';
}

void boot_set_cmdline(struct boot_build *b, const char *text)
{
	cmdline[0] = '\0';
	text_append(cmdline, sizeof(cmdline), text);
	b->info->cmdline = cmdline;
}

void boot_set_loader(struct boot_build *b, const char *protocol,
		     const char *name)
{
	loader[0] = '\0';
	text_append(loader, sizeof(loader), protocol);
	if (*name) {
		text_append(loader, sizeof(loader), " ");
		text_append(loader, sizeof(loader), name);
	}
	b->info->loader = loader;
}

void boot_add_memory(struct boot_build *b, paddr_t start, u64 len,
		     u32 e820_type)
{
	enum mem_kind kind = memmap_kind(e820_type);

	b->nusable += kind == MEM_USABLE;
	memmap_add(b->map, start, len, kind);
}

void boot_reserve(struct boot_build *b, paddr_t start, u64 len)
{
	memmap_add(b->map, start, len, MEM_KERNEL);
}

void boot_add_module(struct boot_build *b, paddr_t start, paddr_t end,
		     const char *text)
{
	struct boot_module *mod;

	if (b->info->nmodules == BOOT_MAX_MODULES || end <= start)
		return;
	if (start < (u64)kernel_end - KERNEL_VMA &&
	    end > (u64)kernel_start - KERNEL_VMA)
		boot_fail("an initramfs lies over the kernel: "
			  "too little memory");
	mod = &b->info->modules[b->info->nmodules++];
	mod->start = start;
	mod->end = end;
	mod->cmdline = text;
	boot_reserve(b, start, end - start);
}

/* "mem=" of the command line: a number with K, M, G or T; 0: not given. */
static u64 mem_limit(const char *text)
{
	u64 v = 0;

	for (; *text && *text != ' '; text++) {
		u32 digit = (u32)(*text - '0');

		if (digit > 9)
			break;
		v = v * 10 + digit;
	}
	switch (*text | 0x20) {
	case 't':
		return v << 40;
	case 'g':
		return v << 30;
	case 'm':
		return v << 20;
	case 'k':
		return v << 10;
	default:
		return v;
	}
}

static void apply_mem_option(struct memmap *map)
{
	static const char word[] = "mem=";
	const char *p = cmdline;
	u64 limit = 0;

	while (*p) {
		u32 i = 0;

		while (word[i] && p[i] == word[i])
			i++;
		if (!word[i])
			limit = mem_limit(p + i);
		while (*p && *p != ' ')
			p++;
		while (*p == ' ')
			p++;
	}
	if (limit)
		memmap_limit(map, limit);
}

/* The application processors begin in real mode: one page below 1 MiB, above
 * what firmware scribbles on if there is one. */
static void choose_trampoline(void)
{
	paddr_t pa;

	memmap_resolve(&raw_map, &done_map);
	pa = memmap_find_page(&done_map, LOW_MEMORY_END, REAL_MODE_END);
	if (!pa)
		pa = memmap_find_page(&done_map, FIRST_PAGE, LOW_MEMORY_END);
	trampoline_page = pa;
	if (pa)
		memmap_add(&raw_map, pa, PAGE_SIZE, MEM_KERNEL);
}

static void finish_map(struct boot_build *b)
{
	paddr_t start = (u64)kernel_start - KERNEL_VMA;
	paddr_t end = (u64)kernel_end - KERNEL_VMA;

	apply_mem_option(&raw_map);
	boot_reserve(b, start, end - start);
	choose_trampoline();
	boot_reserve(b, 0, LOW_MEMORY_END);
	memmap_resolve(&raw_map, &done_map);
	b->info->nranges = done_map.n;
	for (u32 i = 0; i < done_map.n; i++)
		b->info->ranges[i] = done_map.ranges[i];
}

NORETURN void boot_main(u32 protocol, u32 structure, u64 cycles)
{
	struct boot_build build = { .info = &info, .map = &raw_map };

	info.cmdline = "";
	info.loader = "";
	info.entry_cycles = cycles;
	if (protocol == MB2_BOOT_MAGIC && multiboot2_read)
		multiboot2_read(&build, structure);
	else
		pvh_read(&build, structure);
	finish_map(&build);
	kernel_main();
}
