/*
 * arch/x86_64/include/asm/gdt.h - segments, task state, interrupt stacks
 *
 * What:  selectors (the values user space sees are those of Linux), the
 *        64-bit TSS, and the functions of gdt.c.
 * See:   Intel SDM volume 3, sections 3.4 and 8.7; System V ABI for x86-64.
 */
#ifndef ASM_GDT_H
#define ASM_GDT_H

#include <lib/types.h>

/* Repeated in asm/offsets.inc. SYSRET wants user 32-bit code, data, 64-bit
 * code in this order. */
#define SEL_KERNEL_CS 0x10
#define SEL_KERNEL_DS 0x18
#define SEL_USER32_CS 0x23
#define SEL_USER_DS 0x2b
#define SEL_USER_CS 0x33
#define SEL_TSS 0x40
#define SEL_CPUNODE 0x7b
#define GDT_ENTRIES 16

/* Indices of the interrupt stack table, 1-based as the hardware counts. */
enum ist {
	IST_NONE,
	IST_NMI,
	IST_DOUBLE_FAULT,
	IST_MACHINE_CHECK,
	IST_DEBUG,
	IST_COUNT,
};

#define IST_STACK_SIZE 8192

struct tss {
	u32 reserved0;
	u64 rsp[3];		/* rsp[0]: stack of entries from user mode */
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 iomap;
} PACKED;

static_assert(sizeof(struct tss) == 104, "SDM volume 3, figure 8-11");

/* This CPU's TSS, per-CPU. */
extern struct tss cpu_tss;

/* Build and load this CPU's GDT and TSS; GS base must be right and stays.
 * Context: start of a CPU, interrupts off. */
void gdt_init_cpu(void);

/* Stack for the next entry from user mode on this CPU. Context: interrupts
 * off (the switch). */
static inline void tss_set_stack(u64 top)
{
	__asm__ volatile("movq %0, %%gs:%c1"
			 : : "r"(top), "i"((u64)&cpu_tss + 4) : "memory");
}

#endif
