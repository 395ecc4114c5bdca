/*
 * arch/x86_64/include/asm/msr.h - model-specific registers
 *
 * What:  numbers of the registers the kernel uses, and RDMSR, WRMSR.
 * See:   Intel SDM volume 4; AMD APM volume 2, appendix A.
 */
#ifndef ASM_MSR_H
#define ASM_MSR_H

#include <lib/types.h>

#define MSR_APIC_BASE 0x1b
#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_MISC_ENABLE 0x1a0
#define MSR_PAT 0x277
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_X2APIC_BASE 0x800
#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_CSTAR 0xc0000083
#define MSR_FMASK 0xc0000084
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX 0xc0000103

#define EFER_SCE BIT(0)		/* SYSCALL and SYSRET */
#define EFER_LME BIT(8)
#define EFER_LMA BIT(10)
#define EFER_NXE BIT(11)

/* Page attribute table: the power-on value with entry 4 (PAT bit alone) set
 * to write combining; entries 0 to 3 keep WB, WT, UC-, UC. */
#define PAT_VALUE 0x0007040100070406ull

static inline u64 msr_read(u32 msr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr) : "memory");
	return ((u64)hi << 32) | lo;
}

static inline void msr_write(u32 msr, u64 v)
{
	u32 lo = (u32)(v & U32_MAX);
	u32 hi = (u32)(v >> 32);

	__asm__ volatile("wrmsr"
			 : : "c"(msr), "a"(lo), "d"(hi) : "memory");
}

#endif
