/*
 * include/arch/smp.h - starting CPUs and calling across them
 */
#ifndef ARCH_SMP_H
#define ARCH_SMP_H

#include <lib/cpumask.h>
#include <lib/types.h>

/*
 * smp_set_max - use at most @max CPUs (maxcpus=; 0 counts as 1)
 * Context: before arch_init_irq, which numbers them.
 */
void smp_set_max(u32 max);
/* Start all possible CPUs in parallel; each ends in upcall_cpu_start. Returns
 * when all came or the time limit passed; reports those that did not. */
void smp_start_all(void);

/* Make @cpu look at its work flags and run queue. Context: any. */
void ipi_resched(u32 cpu);
/*
 * smp_call - run @fn(@arg) on each online CPU of @mask except this one, in
 *            interrupt context there, and wait for all
 * Context:   task, interrupts on (unless nobody else is in @mask); no spinlock
 *            that an interrupt handler or a spinner with interrupts off may
 *            want. Any number of CPUs may call at once, also each other.
 */
void smp_call(const struct cpumask *mask, void (*fn)(void *), void *arg);
/*
 * smp_backtrace - where another CPU is right now, interrupts off or not
 * @out: return addresses, the interrupted instruction first
 * Context: any but NMI; asks by NMI and waits at most some milliseconds.
 * Return: number of addresses, 0 when the CPU did not answer. For stall
 *         reports.
 */
u32 smp_backtrace(u32 cpu, u64 *out, u32 max);
/*
 * smp_stop_others - stop all other CPUs for good, by NMI (panic, power-off)
 * When several CPUs do this at once, it returns on one of them only.
 * Context: any; never fails; at most a tenth of a second. Afterwards cross-CPU
 *          calls reach nobody and return at once.
 */
void smp_stop_others(void);

#endif
