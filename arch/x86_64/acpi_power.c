/*
 * arch/x86_64/acpi_power.c - off and again by ACPI
 *
 * What:  power off by S5 (fixed registers or the sleep register of reduced
 *        hardware), restart by the FADT's register. Optional.
 * Locks: none: other CPUs are stopped first.
 * Life:  registers in memory are mapped by acpi_power_init, since a panic may
 *        not map anything.
 * Not:   sleeping states but S5; other ways (poweroff.c).
 * See:   ACPI 6.5, sections 4.8.3.2, 4.8.3.6, 4.8.3.7 and 16.1.7.
 */
#include <asm/acpi.h>

#include <arch/clock.h>
#include <arch/mmu.h>
#include <asm/port.h>

#define PORT_PCI_ADDRESS 0xcf8
#define PORT_PCI_DATA 0xcfc

#define PM1_SCI_ENABLE BIT(0)
#define PM1_SLEEP_TYPE_SHIFT 10
#define PM1_SLEEP_TYPE_MASK (7u << PM1_SLEEP_TYPE_SHIFT)
#define PM1_SLEEP_ENABLE BIT(13)
#define SLEEP_CONTROL_TYPE_SHIFT 2
#define SLEEP_CONTROL_ENABLE BIT(5)
/* What reduced hardware without _S5_ is given: QEMU's value. */
#define S5_TYPE_DEFAULT 5

/* The machine takes its time; then the next way is tried. */
#define ATTEMPT_US 500000
#define ACPI_ENABLE_TURNS 300	/* of 10 ms */

/* A register of the tables, ready to be written. */
struct power_reg {
	struct acpi_gas gas;
	volatile u8 *mmio;	/* for ACPI_SPACE_MEMORY */
};

static struct power_reg reset_reg, sleep_reg;
static void reg_prepare(struct power_reg *r, const struct acpi_gas *gas)
{
	r->gas = *gas;
	if (gas->space == ACPI_SPACE_MEMORY && gas->address)
		r->mmio = mmio_map(gas->address, 1, MMU_WRITE | MMU_NOCACHE);
}

void acpi_power_init(void)
{
	const struct acpi_power *p = acpi_power();

	if (p->has_reset)
		reg_prepare(&reset_reg, &p->reset);
	reg_prepare(&sleep_reg, &p->sleep_control);
}

/* One byte of the configuration space of a device on bus 0. */
static void pci_write8(u64 address, u8 v)
{
	u32 device = (address >> 32) & 0x1f;
	u32 function = (address >> 16) & 7;
	u32 offset = address & 0xff;

	port_out32(PORT_PCI_ADDRESS,
		   1u << 31 | device << 11 | function << 8 | (offset & 0xfc));
	port_out8((u16)(PORT_PCI_DATA + (offset & 3)), v);
}

static void reg_write(const struct power_reg *r, u8 v)
{
	switch (r->gas.space) {
	case ACPI_SPACE_MEMORY:
		if (r->mmio)
			*r->mmio = v;
		break;
	case ACPI_SPACE_IO:
		if (r->gas.address && r->gas.address <= 0xffff)
			port_out8((u16)r->gas.address, v);
		break;
	case ACPI_SPACE_PCI:
		pci_write8(r->gas.address, v);
		break;
	default:
		break;
	}
}

/* Firmware may still own the power registers. */
static void acpi_take_over(const struct acpi_power *p)
{
	if (!p->smi_command || !p->acpi_enable)
		return;
	if (port_in16(p->pm1a_control) & PM1_SCI_ENABLE)
		return;
	port_out8((u16)p->smi_command, p->acpi_enable);
	for (u32 i = 0; i < ACPI_ENABLE_TURNS; i++) {
		if (port_in16(p->pm1a_control) & PM1_SCI_ENABLE)
			return;
		clock_delay_us(10000);
	}
}

static void pm1_sleep(u16 port, u8 type)
{
	u32 v = port_in16(port);

	v &= ~(PM1_SLEEP_TYPE_MASK | (u32)PM1_SLEEP_ENABLE);
	v |= (u32)type << PM1_SLEEP_TYPE_SHIFT;
	port_out16(port, (u16)v);
	port_out16(port, (u16)(v | PM1_SLEEP_ENABLE));
}

void acpi_power_off(void)
{
	const struct acpi_power *p = acpi_power();
	u8 type = p->has_s5 ? p->s5_type_a : S5_TYPE_DEFAULT;

	if (p->hw_reduced) {
		reg_write(&sleep_reg,
			  (u8)(type << SLEEP_CONTROL_TYPE_SHIFT |
			       SLEEP_CONTROL_ENABLE));
	} else if (p->has_s5 && p->pm1a_control) {
		acpi_take_over(p);
		pm1_sleep(p->pm1a_control, p->s5_type_a);
		if (p->pm1b_control)
			pm1_sleep(p->pm1b_control, p->s5_type_b);
	} else {
		return;
	}
	clock_delay_us(ATTEMPT_US);
}

void acpi_reset(void)
{
	if (!acpi_power()->has_reset)
		return;
	reg_write(&reset_reg, acpi_power()->reset_value);
	clock_delay_us(ATTEMPT_US);
}
