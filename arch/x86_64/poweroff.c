/*
 * arch/x86_64/poweroff.c - off, again, or nothing more
 *
 * What:  restart by port 0xcf9, the keyboard controller and a triple fault,
 *        halt; the test runner's port and that of Bochs.
 * Locks: none: other CPUs are stopped first.
 * Not:   who may ask for it (kernel/sys/); the ways of ACPI (acpi_power.c).
 */
#include <arch/system.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <asm/acpi.h>
#include <asm/port.h>
#include <asm/power.h>
#include <core/printk.h>

#define PORT_TEST_EXIT 0xf4
#define PORT_BOCHS_SHUTDOWN 0x8900
#define PORT_RESET_CONTROL 0xcf9
#define PORT_KEYBOARD 0x64
#define KEYBOARD_BUSY BIT(1)
#define KEYBOARD_RESET 0xfe
/* The machine takes its time; then the next way is tried. */
#define ATTEMPT_US 500000

static bool test_exit_on;

void machine_set_test_exit(bool on)
{
	test_exit_on = on;
}

void machine_test_exit(u8 value)
{
	if (test_exit_on)
		port_out8(PORT_TEST_EXIT, value);
}

/* Bochs ends when it reads its own word here. */
static void power_off_bochs(void)
{
	static const char word[] = "Shutdown";

	for (const char *c = word; *c; c++)
		port_out8(PORT_BOCHS_SHUTDOWN, (u8)*c);
}

NORETURN void machine_power_off(void)
{
	smp_stop_others();
	machine_test_exit(TEST_EXIT_POWER_OFF);
	if (acpi_power_off)
		acpi_power_off();
	power_off_bochs();
	pr_notice("power: this machine must be switched off by hand\n");
	cpu_halt_forever();
}

static void restart_keyboard(void)
{
	for (u32 i = 0; i < 1000; i++) {
		if (!(port_in8(PORT_KEYBOARD) & KEYBOARD_BUSY))
			break;
		clock_delay_us(10);
	}
	port_out8(PORT_KEYBOARD, KEYBOARD_RESET);
}

NORETURN void machine_restart(void)
{
	smp_stop_others();
	if (acpi_reset)
		acpi_reset();
	port_out8(PORT_RESET_CONTROL, 0x02);	/* hard reset ... */
	port_out8(PORT_RESET_CONTROL, 0x06);	/* ... now */
	clock_delay_us(ATTEMPT_US / 10);
	restart_keyboard();
	clock_delay_us(ATTEMPT_US / 10);
	triple_fault();
}

NORETURN void machine_halt(void)
{
	smp_stop_others();
	pr_notice("power: halted\n");
	cpu_halt_forever();
}
