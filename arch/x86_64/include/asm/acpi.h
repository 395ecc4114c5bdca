/*
 * arch/x86_64/include/asm/acpi.h - firmware tables, read only
 *
 * What:  layouts of the tables the kernel reads, what it keeps of the fixed
 *        table, and a walk over the interrupt controllers.
 * Life:  firmware_init once on the boot CPU; constant afterwards. Tables stay
 *        mapped for ever.
 * See:   ACPI Specification 6.5, sections 5.2.5 to 5.2.12 and 4.8; IA-PC HPET
 *        Specification 1.0a, section 3.2.4.
 */
#ifndef ASM_ACPI_H
#define ASM_ACPI_H

#include <lib/types.h>

struct acpi_header {
	char signature[4];
	u32 length;		/* bytes, with this header */
	u8 revision;
	u8 checksum;
	char oem_id[6];
	char oem_table_id[8];
	u32 oem_revision;
	u32 creator_id;
	u32 creator_revision;
} PACKED;

static_assert(sizeof(struct acpi_header) == 36, "ACPI 5.2.6");

/* Generic address: where a register is. */
struct acpi_gas {
	u8 space;		/* enum acpi_space */
	u8 bits;
	u8 bit_offset;
	u8 access_size;
	u64 address;
} PACKED;

static_assert(sizeof(struct acpi_gas) == 12, "ACPI 5.2.3.2");

enum acpi_space {
	ACPI_SPACE_MEMORY,
	ACPI_SPACE_IO,
	ACPI_SPACE_PCI,		/* address: device 47:32, function 31:16,
				   offset 15:0, on bus 0 */
};

/* What a MADT entry starts with, and the kinds that are used. */
struct madt_entry {
	u8 type;
	u8 length;		/* bytes, with these two */
} PACKED;

enum madt_type {
	MADT_LAPIC = 0,
	MADT_IOAPIC = 1,
	MADT_OVERRIDE = 2,
	MADT_LAPIC_NMI = 4,
	MADT_X2APIC = 9,
};

#define MADT_CPU_ENABLED BIT(0)

struct madt_lapic {
	struct madt_entry head;
	u8 processor;
	u8 apic_id;
	u32 flags;
} PACKED;

struct madt_ioapic {
	struct madt_entry head;
	u8 id;
	u8 reserved;
	u32 address;
	u32 gsi_base;
} PACKED;

struct madt_override {
	struct madt_entry head;
	u8 bus;			/* 0: ISA */
	u8 source;		/* ISA interrupt */
	u32 gsi;
	u16 flags;		/* MPS INTI: polarity 1:0, trigger 3:2 */
} PACKED;

struct madt_lapic_nmi {
	struct madt_entry head;
	u8 processor;		/* 0xff: all */
	u16 flags;
	u8 lint;
} PACKED;

struct madt_x2apic {
	struct madt_entry head;
	u16 reserved;
	u32 apic_id;
	u32 flags;
	u32 processor;
} PACKED;

static_assert(sizeof(struct madt_lapic) == 8, "ACPI 5.2.12.2");
static_assert(sizeof(struct madt_ioapic) == 12, "ACPI 5.2.12.3");
static_assert(sizeof(struct madt_override) == 10, "ACPI 5.2.12.5");
static_assert(sizeof(struct madt_lapic_nmi) == 6, "ACPI 5.2.12.7");
static_assert(sizeof(struct madt_x2apic) == 16, "ACPI 5.2.12.12");

/* What is kept of the FADT and of _S5_; zero where the machine has none. */
struct acpi_power {
	bool present;			/* there is a FADT */
	bool hw_reduced;		/* sleep by sleep_control alone */
	bool pm_timer_32bit;
	bool has_reset;
	bool has_s5;
	u8 s5_type_a, s5_type_b;
	u8 acpi_enable;			/* for smi_command */
	u8 reset_value;
	u8 century;			/* CMOS index, 0: none */
	u16 smi_command;		/* ports; 0: none */
	u16 pm1a_control, pm1b_control;
	u16 pm_timer;
	struct acpi_gas reset;
	struct acpi_gas sleep_control;
};

/* What is known from tables; zero where there are none. */
struct firmware {
	struct acpi_power power;
	const u8 *entries, *entries_end;	/* of a MADT, or like one */
	paddr_t hpet_address;			/* 0: none */
	bool lacks_pics;			/* the MADT says: no 8259s */
};

/* acpi.c: fill in @out. Context: firmware_init. */
OPTIONAL void acpi_read(struct firmware *out);
/* acpi_power.c, optional as well: registers are mapped; then, in a panic too,
 * the machine is switched off or starts again. These return if it cannot. */
OPTIONAL void acpi_power_init(void);
OPTIONAL void acpi_power_off(void);
OPTIONAL void acpi_reset(void);

/*
 * firmware_init - find the tables, keep what the kernel needs of them
 * Context: boot CPU, after mm_init. Without tables all else here says "none".
 */
void firmware_init(void);
/* Borrowed for ever; never NULL. */
const struct acpi_power *acpi_power(void);
/* Registers of the HPET, 0: none. */
paddr_t acpi_hpet_address(void);
/* Is there a MADT (else interrupt controllers are where PCs have them)? */
bool acpi_has_madt(void);
/* Does the MADT (or its absence) say that 8259s are there? */
bool acpi_has_pics(void);

/*
 * acpi_for_each_madt - show @fn every entry of kind @type, in table order
 * Entries too short for @size bytes are skipped.
 */
void acpi_for_each_madt(enum madt_type type, size_t size,
			void (*fn)(const struct madt_entry *e, void *arg),
			void *arg);

/* Length of the structure that bios_find looks for, at most. */
#define BIOS_FIND_BYTES 36
/* The first place among those where firmware without UEFI leaves its roots
 * that @is_valid accepts; NULL: none.
 * Context: boot CPU, after the direct map. */
const void *bios_find(bool (*is_valid)(const void *p));
/* @len bytes of physical memory, of whatever kind, for ever; NULL: no room. */
const void *acpi_map(paddr_t pa, size_t len);
bool same_bytes(const char *a, const char *b, size_t n);
/* Do all bytes add up to zero? */
bool sum_is_zero(const void *p, size_t len);

#endif
