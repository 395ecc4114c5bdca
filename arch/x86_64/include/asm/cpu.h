/*
 * arch/x86_64/include/asm/cpu.h - what this processor can do
 *
 * What:  CPUID and the table of features the kernel asks about, the bring-up
 *        of one CPU, per-CPU areas, FPU set-up.
 * Life:  features are found on the boot CPU before anything else; the others
 *        must offer them all and are refused if they do not.
 * See:   Intel SDM volume 2, CPUID; AMD APM volume 3, appendix E.
 */
#ifndef ASM_CPU_H
#define ASM_CPU_H

#include <lib/types.h>

struct arch_thread;

enum cpu_feature {
	CPU_NX,
	CPU_PGE,
	CPU_PAT,
	CPU_MCE,
	CPU_FXSR,
	CPU_SMEP,
	CPU_SMAP,
	CPU_UMIP,
	CPU_FSGSBASE,
	CPU_XSAVE,
	CPU_XSAVEOPT,
	CPU_AVX,
	CPU_AVX512F,
	CPU_PCID,
	CPU_INVPCID,
	CPU_X2APIC,
	CPU_TSC_DEADLINE,
	CPU_INVTSC,
	CPU_ARAT,
	CPU_RDTSCP,
	CPU_RDRAND,
	CPU_RDSEED,
	CPU_ERMS,
	CPU_FSRM,
	CPU_GB_PAGES,
	CPU_HYPERVISOR,
	CPU_NFEATURES,
};

struct cpuid {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid_count(u32 leaf, u32 sub)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(sub));
	return r;
}

static inline struct cpuid cpuid(u32 leaf)
{
	return cpuid_count(leaf, 0);
}

/* Highest basic leaf; highest extended leaf (0x80000000 when none). */
u32 cpuid_max_basic(void);
u32 cpuid_max_extended(void);

/* One bit for each enum cpu_feature of the boot CPU. [I] by cpu_init_boot */
extern u64 cpu_feature_bits;

static inline bool cpu_has(enum cpu_feature f)
{
	return cpu_feature_bits & BIT(f);
}

/* Width of physical addresses in bits. */
u32 cpu_phys_bits(void);

/*
 * cpu_init_boot - find the features, then set up the boot CPU: control
 *                 registers, GDT, IDT, system-call entry, FPU
 * Context: first step of arch_init_early, interrupts off.
 */
void cpu_init_boot(void);

/*
 * percpu_create - give @cpu its per-CPU area and interrupt stacks
 * @cpu:    dense number, not the boot CPU's; once each
 * Context: boot CPU, before the CPU is started
 * Return:  0, -ENOMEM.
 */
int percpu_create(u32 cpu);

/*
 * cpu_init_ap - what each application processor does first, in C
 * @cpu:    its number; percpu_create was called for it
 * @thread: its idle thread, on whose stack this runs; becomes arch_current()
 * Context: interrupts off, kernel page tables loaded, GS base not yet valid
 *          (so no per-CPU access and no lock before this).
 * Afterwards everything but the local APIC is set up. A CPU that lacks a
 * feature the kernel relies on reports it and halts.
 */
void cpu_init_ap(u32 cpu, struct arch_thread *thread);

/*
 * cpu_set_topology - what the firmware tables say about @cpu, for
 *                    /proc/cpuinfo
 * @apic_id: identity on the interrupt bus
 */
OPTIONAL void cpu_set_topology(u32 cpu, u32 apic_id);

/* fpu.c: sizes and masks, once; then the registers of each CPU. */
void fpu_init_boot(void);
void fpu_init_cpu(void);

#endif
