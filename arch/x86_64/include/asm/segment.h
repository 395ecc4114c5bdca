/*
 * arch/x86_64/include/asm/segment.h - segment registers and their bases
 *
 * What:  reads and writes of DS, ES, FS, GS selectors and of the FS and GS
 *        bases of user mode. In the kernel GS base is the CPU's own; the
 *        user's is the one SWAPGS brings back.
 * Locks: interrupts off around the *_gs_* functions: between two SWAPGS an
 *        ordinary interrupt would run with the user's GS.
 * See:   Intel SDM volume 3, section 3.4.4; volume 2, SWAPGS, RDFSBASE.
 */
#ifndef ASM_SEGMENT_H
#define ASM_SEGMENT_H

#include <asm/cpu.h>
#include <asm/msr.h>
#include <lib/types.h>

static inline u16 segment_read_ds(void)
{
	u32 v;

	__asm__ volatile("movl %%ds, %0" : "=r"(v));
	return (u16)v;
}

static inline u16 segment_read_es(void)
{
	u32 v;

	__asm__ volatile("movl %%es, %0" : "=r"(v));
	return (u16)v;
}

static inline u16 segment_read_fs(void)
{
	u32 v;

	__asm__ volatile("movl %%fs, %0" : "=r"(v));
	return (u16)v;
}

static inline u16 segment_read_gs(void)
{
	u32 v;

	__asm__ volatile("movl %%gs, %0" : "=r"(v));
	return (u16)v;
}

static inline void segment_write_ds(u16 v)
{
	__asm__ volatile("movl %0, %%ds" : : "r"((u32)v) : "memory");
}

static inline void segment_write_es(u16 v)
{
	__asm__ volatile("movl %0, %%es" : : "r"((u32)v) : "memory");
}

static inline void segment_write_fs(u16 v)
{
	__asm__ volatile("movl %0, %%fs" : : "r"((u32)v) : "memory");
}

/* The selector of user mode; the kernel's GS base stays. */
static inline void segment_write_user_gs(u16 v)
{
	__asm__ volatile("swapgs; movl %0, %%gs; swapgs"
			 : : "r"((u32)v) : "memory");
}

static inline u64 fs_base_read(void)
{
	u64 v;

	if (!cpu_has(CPU_FSGSBASE))
		return msr_read(MSR_FS_BASE);
	__asm__ volatile("rdfsbase %0" : "=r"(v) : : "memory");
	return v;
}

static inline void fs_base_write(u64 v)
{
	if (!cpu_has(CPU_FSGSBASE))
		msr_write(MSR_FS_BASE, v);
	else
		__asm__ volatile("wrfsbase %0" : : "r"(v) : "memory");
}

static inline u64 user_gs_base_read(void)
{
	u64 v;

	if (!cpu_has(CPU_FSGSBASE))
		return msr_read(MSR_KERNEL_GS_BASE);
	__asm__ volatile("swapgs; rdgsbase %0; swapgs"
			 : "=r"(v) : : "memory");
	return v;
}

static inline void user_gs_base_write(u64 v)
{
	if (!cpu_has(CPU_FSGSBASE))
		msr_write(MSR_KERNEL_GS_BASE, v);
	else
		__asm__ volatile("swapgs; wrgsbase %0; swapgs"
				 : : "r"(v) : "memory");
}

#endif
