/*
 * arch/x86_64/platform.c - the PC around the processors, in order of start
 *
 * What:  arch_init_irq: firmware tables, interrupt controllers, the other
 *        CPUs' reset, and while that settles the calibration of the clock.
 * Not:   the processors themselves (cpu.c), their start (smp.c).
 */
#include <arch/system.h>

#include <arch/cpu.h>
#include <asm/acpi.h>
#include <asm/apic.h>
#include <asm/clock.h>
#include <asm/smp.h>

void arch_init_irq(void)
{
	firmware_init();
	pics_off();
	lapic_init_boot();
	ioapic_init();
	ipi_init();
	smp_init();
	smp_send_init();
	clock_init(cpu_possible_count() > 1 ? SMP_INIT_US : 0);
	if (acpi_power_init)
		acpi_power_init();
}
