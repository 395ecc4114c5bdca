/*
 * include/arch/cpu.h - the processor the code runs on, and its fellows
 *
 * What:  identity of CPUs, interrupts on and off, waiting, features that
 *        user space is told about.
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <asm/cpu_inline.h>
#include <lib/cpumask.h>
#include <lib/types.h>

/*
 * asm/cpu_inline.h gives, inline:
 *   u32  cpu_id(void)          number of this CPU, 0 .. cpu_count - 1, dense
 *   void cpu_relax(void)       one turn of a spin loop (PAUSE)
 *   void irq_enable(void), irq_disable(void)
 *   u64  irq_save(void)        disable, return the state before
 *   void irq_restore(u64)
 *   bool irqs_enabled(void)
 *   u64  cpu_cycles(void)      time stamp counter, raw (unordered)
 *   void cpu_idle_wait(void)   called with interrupts off: enable and halt in
 *                              one step; returns with them on after any one
 */

/* CPUs that run and may be given work. [R] a bit is set once, at start-up. */
const struct cpumask *cpu_online_mask(void);
/* How many CPUs are online now. */
u32 cpu_online_count(void);
/* How many CPUs firmware lists and maxcpus= allows; known before start-up. */
u32 cpu_possible_count(void);

/* Hardware random bits (RDSEED, RDRAND): false when there are none. */
bool cpu_random(u64 *out);
/* AT_HWCAP (CPUID.1:EDX) and AT_HWCAP2 as Linux reports them. */
u64 cpu_hwcap(void);
u64 cpu_hwcap2(void);
/*
 * cpu_describe - one CPU's paragraph of /proc/cpuinfo, without the newline
 *                that ends it
 * Return: bytes written, less than @size.
 */
size_t cpu_describe(u32 cpu, char *buf, size_t size);

/* Stop this CPU for good, interrupts off. */
NORETURN void cpu_halt_forever(void);

#endif
