/*
 * arch/x86_64/tsc_gate.c - threads that may not read the time stamp counter
 *
 * What:  CR4.TSD as PR_SET_TSC wishes; the switch looks after it (thread.c).
 *        A thread without the right gets SIGSEGV from RDTSC and RDTSCP, and
 *        so from the vDSO's clocks.
 * Locks: none; it concerns the current thread, or the switch.
 * See:   prctl(2), PR_SET_TSC; Intel SDM volume 3, section 2.5.
 */
#include <arch/thread.h>

#include <arch/cpu.h>
#include <asm/cr.h>
#include <asm/debugreg.h>

void tsc_gate(bool shut)
{
	u64 cr4 = cr4_read();

	cr4_write(shut ? cr4 | CR4_TSD : cr4 & ~CR4_TSD);
}

void arch_tsc_forbid(bool on)
{
	struct arch_thread *t = arch_current();
	u64 flags = irq_save();

	if (on)
		t->rare |= RARE_NO_TSC;
	else
		t->rare &= ~(u32)RARE_NO_TSC;
	tsc_gate(on);
	irq_restore(flags);
}
