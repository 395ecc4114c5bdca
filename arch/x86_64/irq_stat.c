/*
 * arch/x86_64/irq_stat.c - counts of interrupts
 *
 * What:  a counter for each vector and CPU, and their names.
 * Locks: a CPU counts its own with interrupts off; read without.
 * See:   proc(5), /proc/interrupts.
 */
#include <arch/irq_stat.h>

#include <arch/percpu.h>
#include <asm/irq_stat.h>
#include <asm/trap.h>
#include <lib/atomic.h>
#include <lib/format.h>

#define NISA 16u

static DEFINE_PER_CPU(struct irq_counts, counts);

struct irq_counts *irq_counts_mine(void)
{
	return this_cpu_ptr(&counts);
}

u64 irq_count(u32 vector, u32 cpu)
{
	return READ_ONCE(per_cpu_ptr(&counts, cpu)->vector[vector]);
}

u64 irq_count_all(u32 cpu)
{
	u64 sum = 0;

	for (u32 v = 0; v < NVECTORS; v++)
		sum += irq_count(v, cpu);
	return sum;
}

void irq_line_for_each(void (*fn)(const struct irq_line *l, void *arg),
		       void *arg)
{
	static const struct irq_line internal[] = {
		{ "NMI", "Non-maskable interrupts", TRAP_NMI },
		{ "LOC", "Local timer interrupts", VECTOR_TIMER },
		{ "SPU", "Spurious interrupts", VECTOR_SPURIOUS },
		{ "RES", "Rescheduling interrupts", VECTOR_RESCHED },
		{ "CAL", "Function call interrupts", VECTOR_CALL },
		{ "TLB", "TLB shootdowns", VECTOR_TLB },
	};

	for (u32 line = 0; line <= VECTOR_LAST_DEVICE - VECTOR_FIRST_DEVICE;
	     line++) {
		struct irq_line l = {
			.what = line < NISA ? "IO-APIC" : "PCI-MSI",
			.vector = VECTOR_FIRST_DEVICE + line,
		};

		if (!trap_has_handler(l.vector))
			continue;
		snprintf(l.name, sizeof(l.name), "%u", line);
		fn(&l, arg);
	}
	for (u32 i = 0; i < ARRAY_SIZE(internal); i++)
		fn(&internal[i], arg);
}
