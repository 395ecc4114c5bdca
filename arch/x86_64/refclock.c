/*
 * arch/x86_64/refclock.c - counters outside the processor
 *
 * What:  HPET, ACPI PM timer, PIT and the APIC timer of known hypervisors,
 *        each as a free-running counter with a frequency.
 * Locks: none: set up by the boot CPU before others run. HPET and PM timer
 *        are single reads; the PIT takes three accesses and is used by the
 *        boot CPU alone.
 * Not:   what they are compared with (calibrate.c).
 * See:   IA-PC HPET Specification 1.0a, section 2.3; ACPI 6.5, section
 *        4.8.3.3; 8254 data sheet; Intel SDM volume 3, section 11.5.4.
 */
#include <asm/clock.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <asm/acpi.h>
#include <asm/apic.h>
#include <asm/cpu.h>
#include <asm/port.h>

#define HPET_CAPABILITIES 0x00	/* bytes from the base */
#define HPET_CONFIG 0x10
#define HPET_COUNTER 0xf0
#define HPET_ENABLE BIT(0)
#define HPET_MAX_PERIOD_FS 100000000u
#define FS_PER_SEC 1000000000000000ull

#define PM_TIMER_HZ 3579545

#define PIT_HZ 1193182
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND 0x43
#define PIT_MODE2_CH2 0xb4	/* channel 2, two bytes, rate generator */
#define PIT_LATCH_CH2 0x80
#define PORT_B 0x61		/* bit 0 gates channel 2, bit 1 the speaker */

/* QEMU's and KVM's APIC bus: the timer divides 1 GHz. */
#define HYPERVISOR_APIC_HZ 1000000000

/* A counter that shows the same value this often stands still. */
#define MOVE_TURNS 4000

static volatile u32 *hpet;

static u64 hpet_read(void)
{
	return hpet[HPET_COUNTER / 4];
}

static u64 pm_timer_read(void)
{
	const struct acpi_power *p = acpi_power();
	u32 v = port_in32(p->pm_timer);

	return p->pm_timer_32bit ? v : v & 0xffffff;
}

/* The counter runs down from 65536, which reads as 0, to 1. */
static u64 pit_read(void)
{
	u32 v;

	port_out8(PIT_COMMAND, PIT_LATCH_CH2);
	v = port_in8(PIT_CHANNEL2);
	v |= (u32)port_in8(PIT_CHANNEL2) << 8;
	return (0 - v) & 0xffff;
}

static u64 apic_read(void)
{
	return U32_MAX - lapic_timer_count();
}

static struct ref_clock hpet_clock = {
	.name = "hpet", .mask = U32_MAX, .read = hpet_read,
};

static struct ref_clock pm_clock = {
	.name = "acpi_pm", .hz = PM_TIMER_HZ, .read = pm_timer_read,
};

static const struct ref_clock pit_clock = {
	.name = "pit", .hz = PIT_HZ, .mask = 0xffff, .read = pit_read,
};

static const struct ref_clock apic_clock = {
	.name = "apic", .hz = HYPERVISOR_APIC_HZ, .mask = U32_MAX,
	.read = apic_read,
};

static bool refclock_moves(const struct ref_clock *ref)
{
	u64 first = ref->read();

	for (u32 i = 0; i < MOVE_TURNS; i++) {
		if (ref->read() != first)
			return true;
	}
	return false;
}

static bool hpet_find(void)
{
	paddr_t pa = acpi_hpet_address();
	u32 period_fs;

	if (!pa)
		return false;
	hpet = mmio_map(pa, 0x400, MMU_WRITE | MMU_NOCACHE);
	if (!hpet)
		return false;
	period_fs = hpet[HPET_CAPABILITIES / 4 + 1];
	if (!period_fs || period_fs > HPET_MAX_PERIOD_FS)
		return false;
	hpet_clock.hz = FS_PER_SEC / period_fs;
	hpet[HPET_CONFIG / 4] |= HPET_ENABLE;
	return refclock_moves(&hpet_clock);
}

static bool pm_timer_find(void)
{
	const struct acpi_power *p = acpi_power();

	if (!p->pm_timer)
		return false;
	pm_clock.mask = p->pm_timer_32bit ? U32_MAX : 0xffffff;
	return refclock_moves(&pm_clock);
}

static bool pit_find(void)
{
	port_out8(PORT_B, (port_in8(PORT_B) & 0xfc) | 1);
	port_out8(PIT_COMMAND, PIT_MODE2_CH2);
	port_out8(PIT_CHANNEL2, 0);
	port_out8(PIT_CHANNEL2, 0);
	return refclock_moves(&pit_clock);
}

/* "TCGTCGTCGTCG" or "KVMKVMKVM\0\0\0" in EBX, ECX, EDX of leaf 0x40000000 */
static bool hypervisor_is_known(void)
{
	struct cpuid c;

	if (!cpu_has(CPU_HYPERVISOR))
		return false;
	c = cpuid(0x40000000);
	return (c.ebx == 0x54474354 && c.ecx == 0x43544743 &&
		c.edx == 0x47435447) ||
	       (c.ebx == 0x4b4d564b && c.ecx == 0x564b4d56 && c.edx == 0x4d);
}

const struct ref_clock *refclock_find(void)
{
	if (hpet_find())
		return &hpet_clock;
	if (pm_timer_find())
		return &pm_clock;
	if (pit_find())
		return &pit_clock;
	if (hypervisor_is_known()) {
		lapic_timer_set(U32_MAX);
		if (refclock_moves(&apic_clock))
			return &apic_clock;
	}
	return NULL;
}

bool refclock_is_shared(const struct ref_clock *ref)
{
	return ref == &hpet_clock || ref == &pm_clock;
}
