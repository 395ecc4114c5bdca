/*
 * arch/x86_64/hostile.c - hardware made worse than it is, for tests
 *
 * What:  reads the word hostile=NAME, sends the interrupts that nobody asked
 *        for, pauses. Optional; nothing in a release build.
 * Locks: none: set by the boot CPU alone, before there are others.
 * See:   asm/hostile.h, for those who ask; tests/scenario/hostile.py.
 */
#include <asm/hostile.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/system.h>
#include <asm/apic.h>
#include <asm/boot.h>
#include <asm/smp.h>
#include <asm/trap.h>
#include <lib/string.h>

#ifdef NIDUS_DEBUG

enum hostile hostile_kind;

static const char *const names[] = {
	[HOSTILE_FROZEN_CPU] = "frozen-cpu",
	[HOSTILE_APIC_TIMER] = "apic-timer",
	[HOSTILE_TSC] = "tsc",
	[HOSTILE_X2APIC] = "x2apic",
	[HOSTILE_INTERRUPTS] = "interrupts",
	[HOSTILE_PAUSE] = "pause",
	[HOSTILE_LOST_CPU] = "lost-cpu",
	[HOSTILE_STALE_START] = "stale-start",
};

#define PAUSE_US 1200000u
#define LATE_US 10000u
static u32 pauses;		/* [a] of the boot CPU */

bool hostile_set(const char *name)
{
	for (u32 i = 1; i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]))
			continue;
		hostile_kind = (enum hostile)i;
		return true;
	}
	return false;
}

void hostile_interrupts(void)
{
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask()) {
		for (u32 v = VECTOR_FIRST_IRQ; v < VECTOR_FIRST_DEVICE; v++)
			lapic_send_ipi(smp_apic_id(cpu), v);
		lapic_send_ipi(smp_apic_id(cpu), VECTOR_LAST_DEVICE);
		lapic_send_ipi(smp_apic_id(cpu), VECTOR_SPURIOUS);
	}
}

void hostile_pause(void)
{
	clock_delay_us(PAUSE_US);
	WRITE_ONCE(pauses, pauses + 1);
}

void hostile_come_late(void)
{
	while (READ_ONCE(pauses) < 3)
		cpu_relax();
	clock_delay_us(LATE_US);
}

bool hostile_get_lost(u32 cpu)
{
	static bool was_lost;	/* of CPU 1 alone */

	if (cpu != 1 || was_lost)
		return false;
	was_lost = true;
	return true;
}

void hostile_start_early(u32 apic_id)
{
	lapic_send_startup(apic_id, (u32)(boot_trampoline_page() / PAGE_SIZE));
}

#endif
