/*
 * include/arch/irq_stat.h - how often each kind of interrupt came
 */
#ifndef ARCH_IRQ_STAT_H
#define ARCH_IRQ_STAT_H

#include <lib/types.h>

struct irq_line {
	char name[8];		/* first column of /proc/interrupts */
	const char *what;
	u32 vector;
};

/* Call @fn for each kind, in the order of /proc/interrupts. Any context. */
void irq_line_for_each(void (*fn)(const struct irq_line *l, void *arg),
		       void *arg);
/* How often @vector came on @cpu. */
u64 irq_count(u32 vector, u32 cpu);
/* All interrupts of @cpu. */
u64 irq_count_all(u32 cpu);

#endif
