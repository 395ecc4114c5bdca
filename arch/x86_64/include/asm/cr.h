/*
 * arch/x86_64/include/asm/cr.h - control registers, flags register, tables
 *
 * What:  bit names, and the instructions that read and write CR0 to CR4,
 *        DR6, XCR0, RFLAGS and the TLB.
 * See:   Intel SDM volume 3, section 2.5; volume 1, section 3.4.3.
 */
#ifndef ASM_CR_H
#define ASM_CR_H

#include <lib/types.h>

#define CR0_PE BIT(0)
#define CR0_MP BIT(1)
#define CR0_EM BIT(2)
#define CR0_TS BIT(3)
#define CR0_ET BIT(4)
#define CR0_NE BIT(5)
#define CR0_WP BIT(16)
#define CR0_AM BIT(18)
#define CR0_NW BIT(29)
#define CR0_CD BIT(30)
#define CR0_PG BIT(31)

#define CR4_TSD BIT(2)
#define CR4_DE BIT(3)
#define CR4_PAE BIT(5)
#define CR4_MCE BIT(6)
#define CR4_PGE BIT(7)
#define CR4_OSFXSR BIT(9)
#define CR4_OSXMMEXCPT BIT(10)
#define CR4_UMIP BIT(11)
#define CR4_FSGSBASE BIT(16)
#define CR4_PCIDE BIT(17)
#define CR4_OSXSAVE BIT(18)
#define CR4_SMEP BIT(20)
#define CR4_SMAP BIT(21)

#define RFLAGS_CF BIT(0)
#define RFLAGS_FIXED BIT(1)
#define RFLAGS_PF BIT(2)
#define RFLAGS_AF BIT(4)
#define RFLAGS_ZF BIT(6)
#define RFLAGS_SF BIT(7)
#define RFLAGS_TF BIT(8)
#define RFLAGS_IF BIT(9)
#define RFLAGS_DF BIT(10)
#define RFLAGS_OF BIT(11)
#define RFLAGS_IOPL (BIT(12) | BIT(13))
#define RFLAGS_NT BIT(14)
#define RFLAGS_RF BIT(16)
#define RFLAGS_VM BIT(17)
#define RFLAGS_AC BIT(18)
#define RFLAGS_VIF BIT(19)
#define RFLAGS_VIP BIT(20)
#define RFLAGS_ID BIT(21)

static inline u64 cr0_read(void)
{
	u64 v;

	__asm__ volatile("movq %%cr0, %0" : "=r"(v) : : "memory");
	return v;
}

static inline void cr0_write(u64 v)
{
	__asm__ volatile("movq %0, %%cr0" : : "r"(v) : "memory");
}

/* The address of the last page fault. */
static inline u64 cr2_read(void)
{
	u64 v;

	__asm__ volatile("movq %%cr2, %0" : "=r"(v) : : "memory");
	return v;
}

static inline u64 cr3_read(void)
{
	u64 v;

	__asm__ volatile("movq %%cr3, %0" : "=r"(v) : : "memory");
	return v;
}

static inline void cr3_write(u64 v)
{
	__asm__ volatile("movq %0, %%cr3" : : "r"(v) : "memory");
}

static inline u64 cr4_read(void)
{
	u64 v;

	__asm__ volatile("movq %%cr4, %0" : "=r"(v) : : "memory");
	return v;
}

static inline void cr4_write(u64 v)
{
	__asm__ volatile("movq %0, %%cr4" : : "r"(v) : "memory");
}

/* Debug status: why a debug exception came. The bits are sticky. */
#define DR6_CLEAR 0xffff0ff0ull
#define DR6_TRAPS 0xfull
#define DR6_BS BIT(14)		/* single step */

static inline u64 dr6_read(void)
{
	u64 v;

	__asm__ volatile("movq %%dr6, %0" : "=r"(v));
	return v;
}

static inline u64 dr7_read(void)
{
	u64 v;

	__asm__ volatile("movq %%dr7, %0" : "=r"(v));
	return v;
}

static inline void dr7_write(u64 v)
{
	__asm__ volatile("movq %0, %%dr7" : : "r"(v) : "memory");
}

static inline void dr6_write(u64 v)
{
	__asm__ volatile("movq %0, %%dr6" : : "r"(v));
}

static inline void xcr0_write(u64 v)
{
	__asm__ volatile("xsetbv"
			 : : "c"(0), "a"((u32)v), "d"((u32)(v >> 32))
			 : "memory");
}

static inline u64 xcr0_read(void)
{
	u32 lo, hi;

	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return ((u64)hi << 32) | lo;
}

/* Forget one page's translation on this CPU. */
static inline void tlb_invlpg(u64 va)
{
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

static inline u64 rflags_read(void)
{
	u64 v;

	__asm__ volatile("pushfq; popq %0" : "=r"(v) : : "memory");
	return v;
}

#endif
