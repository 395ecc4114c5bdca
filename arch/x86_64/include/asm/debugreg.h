/*
 * arch/x86_64/include/asm/debugreg.h - debug registers of threads
 *
 * What:  breakpoints and watchpoints that a tracer set for one thread.
 * See:   Intel SDM volume 3, sections 17.2 and 17.3.
 */
#ifndef ASM_DEBUGREG_H
#define ASM_DEBUGREG_H

#include <asm/regs.h>
#include <lib/types.h>

struct arch_thread;

#define DEBUG_SLOTS 4

struct debug_state {
	u64 addr[DEBUG_SLOTS];	/* DR0 to DR3 */
	u64 dr7;
};

/* arch_thread.step */
#define STEP_ON BIT(0)
#define STEP_OWN_TF BIT(1)	/* TF was set by the tracer alone */

/* arch_thread.rare: what a switch from or to the thread has to look after */
#define RARE_DEBUG BIT(0)	/* ->debug */
#define RARE_NO_TSC BIT(1)	/* CR4.TSD */

/* Load @next's debug registers, or none. Interrupts off. */
OPTIONAL void debug_switch(const struct arch_thread *next);
/* RDTSC in user mode faults from now on, or does not. Interrupts off. */
OPTIONAL void tsc_gate(bool shut);
/* Give up what a tracer set for @t; if it is the current thread, the
 * processor forgets too. */
OPTIONAL void debug_free(struct arch_thread *t);
/*
 * debug_hit - a debug exception of user mode
 * @dr6:    what the processor said, bits that are set mean a cause
 * Return:  the same without breakpoints that are not set; kept for the tracer.
 *          One before an instruction will not come again on return.
 */
OPTIONAL u64 debug_hit(struct arch_thread *t, struct regs *r, u64 dr6);

#endif
