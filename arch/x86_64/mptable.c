/*
 * arch/x86_64/mptable.c - processors and interrupts where there is no ACPI
 *
 * What:  finds the MultiProcessor table that firmware of old machines, and
 *        some hypervisors without ACPI, leave below 1 MiB, and puts what it
 *        says into the form of a MADT, which everybody else reads.
 * Locks: none: read once by the boot CPU alone.
 * Life:  the entries made are kept for ever.
 * Not:   default configurations without a table; buses other than ISA.
 * See:   Intel MultiProcessor Specification 1.4, chapter 4.
 */
#include <asm/mptable.h>

#include <arch/mmu.h>
#include <arch/upcall.h>
#include <asm/acpi.h>
#include <core/printk.h>
#include <lib/types.h>

#define ENTRY_BYTES 8u		/* of all entries but the processors' */
#define MAX_BUSES 256
#define LINES_EACH 24u		/* of an I/O APIC, to number those behind it */
#define MAX_IOAPICS 256

struct mp_pointer {
	char signature[4];	/* _MP_ */
	u32 table;
	u8 length;		/* units of 16 bytes */
	u8 revision;
	u8 checksum;
	u8 feature[5];
} PACKED;

struct mp_table {
	char signature[4];	/* PCMP */
	u16 length;		/* bytes, with this header */
	u8 revision;
	u8 checksum;
	char names[20];
	u32 oem_table;
	u16 oem_length;
	u16 count;
	u32 lapic_address;
	u16 more_length;
	u8 more_checksum;
	u8 reserved;
} PACKED;

static_assert(sizeof(struct mp_table) == 44, "MP specification 4.2");

enum mp_type {
	MP_CPU,
	MP_BUS,
	MP_IOAPIC,
	MP_IRQ,
	MP_LINT,
};

struct mp_cpu {
	u8 type;
	u8 apic_id;
	u8 version;
	u8 flags;		/* as in the MADT, and which one boots */
	u32 signature, features;
	u32 reserved[2];
} PACKED;

struct mp_bus {
	u8 type;
	u8 id;
	char name[6];
} PACKED;

struct mp_ioapic {
	u8 type;
	u8 id;
	u8 version;
	u8 flags;		/* MADT_CPU_ENABLED */
	u32 address;
} PACKED;

/* Both kinds of interrupt; flags as in the MADT. */
struct mp_irq {
	u8 type;
	u8 kind;		/* enum mp_irq_kind */
	u16 flags;
	u8 bus, source;
	u8 apic_id, pin;
} PACKED;

enum mp_irq_kind {
	MP_KIND_INT,
	MP_KIND_NMI,
};

static_assert(sizeof(struct mp_cpu) == 20, "MP specification 4.3.1");
static_assert(sizeof(struct mp_bus) == ENTRY_BYTES, "MP specification 4.3.2");
static_assert(sizeof(struct mp_ioapic) == ENTRY_BYTES, "the same, 4.3.3");
static_assert(sizeof(struct mp_irq) == ENTRY_BYTES, "the same, 4.3.4");

/* What is put together. */
struct made {
	u8 *at;
	bool is_isa[MAX_BUSES];
	u8 ioapic_ids[MAX_IOAPICS];	/* in their order */
	u32 nioapics;
};

static bool pointer_is_valid(const void *p)
{
	const struct mp_pointer *mp = p;

	return same_bytes(mp->signature, "_MP_", 4) && mp->length == 1 &&
	       sum_is_zero(mp, sizeof(*mp));
}

static const struct mp_table *table_find(void)
{
	const struct mp_pointer *mp = bios_find(pointer_is_valid);
	const struct mp_table *t;

	if (!mp || !mp->table)
		return NULL;
	t = acpi_map(mp->table, sizeof(*t));
	if (!t || !same_bytes(t->signature, "PCMP", 4) ||
	    t->length < sizeof(*t))
		return NULL;
	t = acpi_map(mp->table, t->length);
	if (t && !sum_is_zero(t, t->length)) {
		pr_warn("mptable: bad sum, ignored\n");
		return NULL;
	}
	return t;
}

/* Room for an entry of the MADT. */
static void *entry_add(struct made *m, enum madt_type type, u8 size)
{
	struct madt_entry *e = (void *)m->at;

	m->at += size;
	e->type = (u8)type;
	e->length = size;
	return e;
}

static void add_cpu(struct made *m, const struct mp_cpu *from)
{
	struct madt_lapic *cpu = entry_add(m, MADT_LAPIC, sizeof(*cpu));

	cpu->processor = from->apic_id;
	cpu->apic_id = from->apic_id;
	cpu->flags = from->flags & MADT_CPU_ENABLED;
}

static void add_ioapic(struct made *m, const struct mp_ioapic *from)
{
	struct madt_ioapic *io;

	if (!(from->flags & MADT_CPU_ENABLED) || m->nioapics == MAX_IOAPICS)
		return;
	io = entry_add(m, MADT_IOAPIC, sizeof(*io));
	io->id = from->id;
	io->address = from->address;
	io->gsi_base = m->nioapics * LINES_EACH;
	m->ioapic_ids[m->nioapics++] = from->id;
}

static void add_override(struct made *m, const struct mp_irq *from)
{
	struct madt_override *o;
	u32 i = 0;

	if (from->kind != MP_KIND_INT || !m->is_isa[from->bus])
		return;
	while (i < m->nioapics && m->ioapic_ids[i] != from->apic_id)
		i++;
	if (i == m->nioapics)
		return;
	o = entry_add(m, MADT_OVERRIDE, sizeof(*o));
	o->bus = 0;
	o->source = from->source;
	o->gsi = i * LINES_EACH + from->pin;
	o->flags = from->flags;
}

static void add_nmi(struct made *m, const struct mp_irq *from)
{
	struct madt_lapic_nmi *nmi;

	if (from->kind != MP_KIND_NMI)
		return;
	nmi = entry_add(m, MADT_LAPIC_NMI, sizeof(*nmi));
	nmi->processor = 0xff;
	nmi->flags = from->flags;
	nmi->lint = from->pin;
}

static void entry_use(struct made *m, const u8 *p)
{
	const struct mp_bus *bus = (const void *)p;

	switch (*p) {
	case MP_CPU:
		add_cpu(m, (const void *)p);
		break;
	case MP_BUS:
		m->is_isa[bus->id] = same_bytes(bus->name, "ISA", 3);
		break;
	case MP_IOAPIC:
		add_ioapic(m, (const void *)p);
		break;
	case MP_IRQ:
		add_override(m, (const void *)p);
		break;
	case MP_LINT:
		add_nmi(m, (const void *)p);
		break;
	default:
		break;
	}
}

static void entries_use(struct made *m, const struct mp_table *t)
{
	const u8 *p = (const u8 *)(t + 1), *end = (const u8 *)t + t->length;

	for (u32 n = t->count; n; n--) {
		size_t size = *p == MP_CPU ? sizeof(struct mp_cpu) :
					     ENTRY_BYTES;

		if (p >= end || (size_t)(end - p) < size)
			return;
		entry_use(m, p);
		p += size;
	}
}

/* No entry of the MADT is larger than one and a half of its origin. */
bool mptable_read(const u8 **start, const u8 **end)
{
	static struct made made;
	const struct mp_table *t = table_find();

	if (!t)
		return false;
	*start = made.at = upcall_mem_alloc(t->length * 3ul / 2);
	if (!made.at)
		return false;
	entries_use(&made, t);
	*end = made.at;
	return *end != *start;
}
