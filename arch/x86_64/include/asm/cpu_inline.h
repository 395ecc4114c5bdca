/*
 * arch/x86_64/include/asm/cpu_inline.h - one-instruction facts and commands
 *
 * What:  number of this CPU, interrupts on and off, PAUSE, time stamp, HLT.
 * See:   include/arch/cpu.h for what each promises.
 */
#ifndef ASM_CPU_INLINE_H
#define ASM_CPU_INLINE_H

#include <asm/percpu_inline.h>
#include <lib/types.h>

#define FLAGS_INTERRUPT 0x200ull

static inline u32 cpu_id(void)
{
	u32 id;

	__asm__ volatile("movl %%gs:%c1, %0"
			 : "=r"(id) : "i"(&cpu_local.id));
	return id;
}

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

static inline void irq_enable(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void irq_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline u64 irq_flags(void)
{
	u64 flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags) : : "memory");
	return flags;
}

static inline bool irqs_enabled(void)
{
	return irq_flags() & FLAGS_INTERRUPT;
}

static inline u64 irq_save(void)
{
	u64 flags = irq_flags();

	irq_disable();
	return flags;
}

static inline void irq_restore(u64 flags)
{
	if (flags & FLAGS_INTERRUPT)
		irq_enable();
}

static inline u64 cpu_cycles(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return ((u64)hi << 32) | lo;
}

/* STI holds interrupts off for one more instruction, so a wake-up cannot slip
 * in before HLT. */
static inline void cpu_idle_wait(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

#endif
