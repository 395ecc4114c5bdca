/*
 * arch/x86_64/include/asm/current_inline.h - the thread that runs here
 *
 * What:  arch_current() in one instruction, and the setter for the switch
 *        and for the code that turns a boot flow into a thread.
 */
#ifndef ASM_CURRENT_INLINE_H
#define ASM_CURRENT_INLINE_H

#include <asm/percpu_inline.h>
#include <lib/types.h>

struct arch_thread;

/* The running thread; NULL before arch_set_current on this CPU. Not volatile:
 * a flow of control is one thread for its whole life, wherever it runs. */
static inline struct arch_thread *arch_current(void)
{
	struct arch_thread *t;

	__asm__("movq %%gs:%c1, %0" : "=r"(t) : "i"(&cpu_local.current));
	return t;
}

/* Name the flow that runs here @t: once for each CPU's first thread (before
 * the first arch_current there), then arch_switch does it. */
static inline void arch_set_current(struct arch_thread *t)
{
	__asm__ volatile("movq %0, %%gs:%c1"
			 : : "r"(t), "i"(&cpu_local.current) : "memory");
}

#endif
