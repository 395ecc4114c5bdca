/*
 * arch/x86_64/gdt.c - segment descriptors, task state and interrupt stacks
 *
 * What:  each CPU has its own GDT (the TSS descriptor and the CPU-number
 *        segment differ), TSS, and stacks for the events that may come at any
 *        instruction: NMI, double fault, machine check, debug.
 * Locks: per-CPU data, written at the CPU's start with interrupts off.
 * Life:  the word above each interrupt stack holds the CPU's GS base, which
 *        the paranoid entries of trap_entry.asm read from there.
 * See:   Intel SDM volume 3, sections 3.4.5, 6.14.5, 8.2.
 */
#include <asm/gdt.h>

#include <arch/cpu.h>
#include <arch/percpu.h>

#define DESC_KERNEL_CS 0x00af9b000000ffffull
#define DESC_KERNEL_DS 0x00cf93000000ffffull
#define DESC_USER32_CS 0x00cffb000000ffffull
#define DESC_USER_DS 0x00cff3000000ffffull
#define DESC_USER_CS 0x00affb000000ffffull
/* Present, DPL 3, read-only data; its limit is the CPU number, which user code
 * may read by LSL. */
#define DESC_CPUNODE 0x0040f50000000000ull
/* Present, available 64-bit TSS. */
#define DESC_TSS_LOW 0x0000890000000000ull

struct gdt {
	u64 entries[GDT_ENTRIES];
} ALIGNED(64);

struct ist_stacks {
	u8 stack[IST_COUNT - 1][IST_STACK_SIZE];
} ALIGNED(16);

struct table_pointer {
	u16 limit;
	u64 base;
} PACKED;

static DEFINE_PER_CPU(struct gdt, cpu_gdt);
static DEFINE_PER_CPU(struct ist_stacks, cpu_ist);
DEFINE_PER_CPU(struct tss, cpu_tss) ALIGNED(64);

static void tss_fill(struct tss *tss, struct ist_stacks *stacks)
{
	for (u32 i = IST_NONE + 1; i < IST_COUNT; i++) {
		u8 *end = stacks->stack[i - 1] + IST_STACK_SIZE;
		u64 *top = (u64 *)(end - 16);

		*top = percpu_self_delta();
		tss->ist[i - 1] = (u64)top;
	}
	tss->iomap = sizeof(*tss);	/* no port is open to user mode */
}

static void gdt_fill(struct gdt *gdt, const struct tss *tss)
{
	u64 base = (u64)tss;
	u64 *e = gdt->entries;

	e[SEL_KERNEL_CS / 8] = DESC_KERNEL_CS;
	e[SEL_KERNEL_DS / 8] = DESC_KERNEL_DS;
	e[SEL_USER32_CS / 8] = DESC_USER32_CS;
	e[SEL_USER_DS / 8] = DESC_USER_DS;
	e[SEL_USER_CS / 8] = DESC_USER_CS;
	e[SEL_TSS / 8] = DESC_TSS_LOW | (sizeof(*tss) - 1) |
			 (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
	e[SEL_TSS / 8 + 1] = base >> 32;
	e[SEL_CPUNODE / 8] = DESC_CPUNODE | cpu_id();
}

/* New CS by a far return, SS and the rest by moves; loading GS would clear
 * its base, so it is left (it is null already). There is no LDT. */
static void gdt_load(const struct gdt *gdt)
{
	struct table_pointer p = { sizeof(*gdt) - 1, (u64)gdt };

	__asm__ volatile("lgdt %0\n\t"
			 "pushq %1\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\n\t"
			 "movl %2, %%ss\n\t"
			 "movl %3, %%ds\n\t"
			 "movl %3, %%es\n\t"
			 "movl %3, %%fs\n\t"
			 "lldt %w3\n\t"
			 "ltr %w4"
			 : : "m"(p), "i"(SEL_KERNEL_CS), "r"(SEL_KERNEL_DS),
			     "r"(0), "r"(SEL_TSS)
			 : "rax", "memory");
}

void gdt_init_cpu(void)
{
	struct gdt *gdt = this_cpu_ptr(&cpu_gdt);
	struct tss *tss = this_cpu_ptr(&cpu_tss);

	tss_fill(tss, this_cpu_ptr(&cpu_ist));
	gdt_fill(gdt, tss);
	gdt_load(gdt);
}
