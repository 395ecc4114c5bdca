/*
 * arch/x86_64/include/asm/percpu_inline.h - GS-based access to this CPU's data
 *
 * What:  the GS base of a CPU is the distance from the link address of a
 *        per-CPU variable to that CPU's copy, so an instruction with a GS
 *        prefix and the plain symbol reaches the copy. struct cpu_local holds
 *        the few words that assembly and inline functions need.
 * Locks: a copy belongs to its CPU.
 * Life:  the boot CPU uses the link-time section itself (distance 0) and has
 *        GS base 0 before C runs; others see percpu.c.
 */
#ifndef ASM_PERCPU_INLINE_H
#define ASM_PERCPU_INLINE_H

#include <lib/types.h>

struct arch_thread;

/* Offsets are repeated in asm/offsets.inc and asserted in percpu.c. */
struct cpu_local {
	u64 delta;			/* [I] what GS base holds */
	struct arch_thread *current;	/* [C] thread that runs here */
	u64 scratch[3];			/* [C] entry code, interrupts off */
	u32 id;				/* [I] dense number of this CPU */
	u32 irq_depth;			/* [C] nested interrupt handlers */
	u32 irq_from_user;		/* [C] the outermost hit user mode */
};

extern struct cpu_local cpu_local;

/* Volatile: a thread that slept may go on with another CPU. */
static inline u64 percpu_self_delta(void)
{
	u64 delta;

	__asm__ volatile("movq %%gs:%c1, %0"
			 : "=r"(delta) : "i"(&cpu_local.delta));
	return delta;
}

#endif
