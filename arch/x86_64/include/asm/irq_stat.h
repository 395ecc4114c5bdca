/*
 * arch/x86_64/include/asm/irq_stat.h - where interrupts are counted
 */
#ifndef ASM_IRQ_STAT_H
#define ASM_IRQ_STAT_H

#include <asm/trap.h>

struct irq_counts {
	u32 vector[NVECTORS];	/* [C] */
};

/* Of this CPU. Context: interrupts off. */
struct irq_counts *irq_counts_mine(void);

#endif
