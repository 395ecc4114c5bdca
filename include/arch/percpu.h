/*
 * include/arch/percpu.h - one copy of a variable for each CPU
 *
 * What:  DEFINE_PER_CPU(type, name) makes a variable that starts as zero on
 *        every CPU; this_cpu(name) is this CPU's copy as an lvalue and
 *        per_cpu(name, cpu) another's.
 * Locks: a copy belongs to its CPU. Kernel code is not preempted, so a task
 *        keeps its CPU until it sleeps; what interrupts touch as well needs
 *        interrupts off.
 */
#ifndef ARCH_PERCPU_H
#define ARCH_PERCPU_H

#include <asm/percpu_inline.h>
#include <lib/types.h>

#define DEFINE_PER_CPU(type, name) \
	SECTION(".bss.percpu") __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name

/* asm/percpu_inline.h gives u64 percpu_self_delta(void): what to add to the
 * link address of a per-CPU variable to reach this CPU's copy (from GS). */
u64 percpu_delta(u32 cpu);

#define per_cpu_ptr(ptr, cpu) \
	((__typeof__(ptr))((u64)(ptr) + percpu_delta(cpu)))
#define this_cpu_ptr(ptr) \
	((__typeof__(ptr))((u64)(ptr) + percpu_self_delta()))
#define per_cpu(name, cpu) (*per_cpu_ptr(&(name), cpu))
#define this_cpu(name) (*this_cpu_ptr(&(name)))

#endif
