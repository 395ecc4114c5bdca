/*
 * arch/x86_64/acpi.c - the tables of ACPI, read only
 *
 * What:  finds RSDP, then XSDT or RSDT; checks lengths and sums; keeps what
 *        the FADT, the HPET table and the package _S5_ say, and the place of
 *        the MADT for the interrupt controllers to be walked, and of MCFG.
 *        Optional.
 * Locks: none: written once by the boot CPU alone, constant afterwards.
 * Life:  tables are used where they lie: in the direct map when it covers
 *        them, else mapped for ever (above 4 GiB, or in reserved memory).
 * Not:   what others ask for (firmware.c); how to switch off (acpi_power.c).
 *        No AML interpreter: _S5_ is found when it is a package of constants,
 *        which is what firmware in the field has.
 * See:   ACPI Specification 6.5, sections 5.2.5 to 5.2.12, 20.2.
 */
#include <asm/acpi.h>

#include <arch/boot.h>
#include <arch/pci.h>
#include <arch/system.h>
#include <core/printk.h>

#define RSDP_V1_SIZE 20
#define RSDP_V2_SIZE BIOS_FIND_BYTES
#define TABLE_MAX_BYTES (16u << 20)

struct rsdp {
	char signature[8];
	u8 checksum;
	char oem_id[6];
	u8 revision;
	u32 rsdt;
	u32 length;		/* from here on: revision 2 and later */
	u64 xsdt;
	u8 checksum2;
	u8 reserved[3];
} PACKED;

static_assert(sizeof(struct rsdp) == RSDP_V2_SIZE, "ACPI 5.2.5.3");

struct fadt {
	struct acpi_header head;
	u32 facs;
	u32 dsdt;
	u8 reserved0;
	u8 profile;
	u16 sci_irq;
	u32 smi_command;
	u8 acpi_enable;
	u8 acpi_disable;
	u8 s4bios_req;
	u8 pstate_control;
	u32 pm1a_event, pm1b_event;
	u32 pm1a_control, pm1b_control;
	u32 pm2_control;
	u32 pm_timer;
	u32 gpe0, gpe1;
	u8 pm1_event_len, pm1_control_len, pm2_control_len, pm_timer_len;
	u8 gpe0_len, gpe1_len, gpe1_base, cst_control;
	u16 c2_latency, c3_latency, flush_size, flush_stride;
	u8 duty_offset, duty_width, day_alarm, month_alarm;
	u8 century;
	u16 boot_arch;
	u8 reserved1;
	u32 flags;
	struct acpi_gas reset;
	u8 reset_value;
	u16 arm_boot_arch;
	u8 minor;
	u64 x_facs;
	u64 x_dsdt;
	struct acpi_gas x_pm1a_event, x_pm1b_event;
	struct acpi_gas x_pm1a_control, x_pm1b_control;
	struct acpi_gas x_pm2_control;
	struct acpi_gas x_pm_timer;
	struct acpi_gas x_gpe0, x_gpe1;
	struct acpi_gas sleep_control, sleep_status;
} PACKED;

static_assert(offsetof(struct fadt, flags) == 112, "ACPI 5.2.9");
static_assert(offsetof(struct fadt, x_dsdt) == 140, "ACPI 5.2.9");
static_assert(sizeof(struct fadt) == 268, "ACPI 5.2.9");

/* Old tables are shorter: does @field lie inside this one? */
#define FADT_HAS(f, field)						\
	((f)->head.length >= offsetof(struct fadt, field) +		\
			     sizeof((f)->field))

#define FADT_FLAG_TIMER_32BIT BIT(8)
#define FADT_FLAG_RESET BIT(10)
#define FADT_FLAG_HW_REDUCED BIT(20)

struct madt {
	struct acpi_header head;
	u32 lapic_address;
	u32 flags;
} PACKED;

#define MADT_PCAT_COMPAT BIT(0)

struct hpet_table {
	struct acpi_header head;
	u32 id;
	struct acpi_gas address;
	u8 number;
	u16 min_tick;
	u8 protection;
} PACKED;

struct mcfg_entry {
	u64 address;
	u16 segment;
	u8 first_bus, last_bus;
	u32 reserved;
} PACKED;

struct mcfg {
	struct acpi_header head;
	u64 reserved;
	struct mcfg_entry entries[];
} PACKED;

static_assert(sizeof(struct mcfg) == 44, "PCI Firmware Specification 4.1.2");
static_assert(sizeof(struct mcfg_entry) == 16, "the same");

static struct acpi_power power;
static const struct madt *madt;
static const struct mcfg *mcfg;
static paddr_t hpet_address;
static bool is_off;			/* acpi=off */
static paddr_t given_rsdp;		/* acpi_rsdp= */

void acpi_set_off(void)
{
	is_off = true;
}

void acpi_set_rsdp(paddr_t pa)
{
	given_rsdp = pa;
}

/* The whole table at @pa; NULL when its length or sum is wrong. */
static const struct acpi_header *table_map(paddr_t pa)
{
	const struct acpi_header *h;
	u32 len;

	if (!pa)
		return NULL;
	h = acpi_map(pa, sizeof(*h));
	if (!h) {
		pr_warn("acpi: no table can lie at %#lx\n", pa);
		return NULL;
	}
	len = h->length;
	if (len < sizeof(*h) || len > TABLE_MAX_BYTES) {
		pr_warn("acpi: table at %#lx has length %u, ignored\n", pa,
			len);
		return NULL;
	}
	h = acpi_map(pa, len);
	if (h && !sum_is_zero(h, len)) {
		pr_warn("acpi: table %.4s at %#lx has a bad sum, ignored\n",
			h->signature, pa);
		return NULL;
	}
	return h;
}

static bool rsdp_is_valid(const void *p)
{
	const struct rsdp *r = p;

	return same_bytes(r->signature, "RSD PTR ", 8) &&
	       sum_is_zero(r, RSDP_V1_SIZE);
}

static const struct rsdp *rsdp_find(void)
{
	paddr_t pa = given_rsdp ? given_rsdp : boot_info()->rsdp;
	const struct rsdp *r = pa ? acpi_map(pa, sizeof(*r)) : NULL;

	if (r && rsdp_is_valid(r))
		return r;
	if (pa)
		pr_warn("acpi: the RSDP at %#lx is damaged\n", pa);
	return bios_find(rsdp_is_valid);
}

/* The 8 bytes at @p, which need not be aligned; 4 for the old root table. */
static paddr_t entry_read(const u8 *p, size_t size)
{
	paddr_t pa = 0;

	for (size_t i = 0; i < size; i++)
		pa |= (paddr_t)p[i] << (8 * i);
	return pa;
}

/* Root table and the size of its entries. */
static const struct acpi_header *root_find(size_t *entry_size)
{
	const struct rsdp *r = rsdp_find();
	const struct acpi_header *root = NULL;

	if (!r)
		return NULL;
	if (r->revision >= 2 && r->length >= RSDP_V2_SIZE &&
	    sum_is_zero(r, RSDP_V2_SIZE))
		root = table_map(r->xsdt);
	*entry_size = 8;
	if (root)
		return root;
	*entry_size = 4;
	return table_map(r->rsdt);
}

/* A port from the old field and its successor; 0: none. */
static u16 fadt_port(u32 old, const struct acpi_gas *x)
{
	if (x && x->space == ACPI_SPACE_IO && x->address &&
	    x->address <= 0xffff)
		return (u16)x->address;
	return old <= 0xffff ? (u16)old : 0;
}

static void fadt_keep_ports(const struct fadt *f)
{
	bool x = FADT_HAS(f, x_pm_timer);

	power.pm1a_control = fadt_port(f->pm1a_control,
				       x ? &f->x_pm1a_control : NULL);
	power.pm1b_control = fadt_port(f->pm1b_control,
				       x ? &f->x_pm1b_control : NULL);
	if (f->pm_timer_len == 4)
		power.pm_timer = fadt_port(f->pm_timer,
					   x ? &f->x_pm_timer : NULL);
	power.smi_command = fadt_port(f->smi_command, NULL);
	power.acpi_enable = f->acpi_enable;
}

static paddr_t fadt_keep(const struct fadt *f)
{
	paddr_t dsdt = f->dsdt;
	u32 flags;

	if (!FADT_HAS(f, flags))
		return 0;
	power.present = true;
	flags = f->flags;
	power.hw_reduced = f->head.revision >= 5 &&
			   (flags & FADT_FLAG_HW_REDUCED);
	power.pm_timer_32bit = flags & FADT_FLAG_TIMER_32BIT;
	power.century = f->century < 128 ? f->century : 0;
	if (!power.hw_reduced)
		fadt_keep_ports(f);
	if (FADT_HAS(f, reset_value) && (flags & FADT_FLAG_RESET)) {
		power.has_reset = true;
		power.reset = f->reset;
		power.reset_value = f->reset_value;
	}
	if (FADT_HAS(f, sleep_control))
		power.sleep_control = f->sleep_control;
	if (FADT_HAS(f, x_dsdt) && f->x_dsdt)
		dsdt = f->x_dsdt;
	return dsdt;
}

/* One constant of a package; NULL when it is something else. */
static const u8 *aml_constant(const u8 *p, const u8 *end, u8 *out)
{
	if (end - p >= 1 && (*p == 0x00 || *p == 0x01)) {
		*out = *p;
		return p + 1;
	}
	if (end - p >= 2 && *p == 0x0a) { /* BytePrefix */
		*out = p[1];
		return p + 2;
	}
	if (end - p >= 3 && *p == 0x0b) { /* WordPrefix */
		*out = p[1];
		return p + 3;
	}
	if (end - p >= 5 && *p == 0x0c) { /* DWordPrefix */
		*out = p[1];
		return p + 5;
	}
	return NULL;
}

/* @p follows "_S5_": PackageOp, PkgLength, count, constants. */
static bool s5_parse(const u8 *p, const u8 *end)
{
	u8 a, b = 0;

	if (end - p < 4 || *p++ != 0x12)
		return false;
	p += 1 + (*p >> 6); /* the length says how many bytes follow it */
	if (p >= end || *p++ < 1)
		return false;
	p = aml_constant(p, end, &a);
	if (!p)
		return false;
	aml_constant(p, end, &b);
	power.s5_type_a = a;
	power.s5_type_b = b;
	power.has_s5 = true;
	return true;
}

static void s5_scan(const struct acpi_header *table)
{
	const u8 *start = (const u8 *)(table + 1);
	const u8 *end = (const u8 *)table + table->length;

	for (const u8 *p = start; p + 5 < end; p++) {
		/* NameOp before the name, perhaps with a root character */
		if (*p != 0x08)
			continue;
		p += p[1] == '\\';
		if (p + 5 < end && same_bytes((const char *)p + 1, "_S5_", 4) &&
		    s5_parse(p + 5, end))
			return;
	}
}

static void table_use(const struct acpi_header *h)
{
	const struct acpi_header *dsdt;

	if (same_bytes(h->signature, "APIC", 4) && !madt &&
	    h->length >= sizeof(struct madt)) {
		madt = (const struct madt *)h;
	} else if (same_bytes(h->signature, "FACP", 4) && !power.present) {
		dsdt = table_map(fadt_keep((const struct fadt *)h));
		if (dsdt)
			s5_scan(dsdt);
	} else if (same_bytes(h->signature, "SSDT", 4) && !power.has_s5) {
		s5_scan(h);
	} else if (same_bytes(h->signature, "HPET", 4) && !hpet_address &&
		   h->length >= sizeof(struct hpet_table)) {
		const struct hpet_table *t = (const struct hpet_table *)h;

		if (t->address.space == ACPI_SPACE_MEMORY)
			hpet_address = t->address.address;
	} else if (same_bytes(h->signature, "MCFG", 4) &&
		   h->length >= sizeof(struct mcfg)) {
		mcfg = (const struct mcfg *)h;
	}
}

/* Only the tables that table_use reads are worth a check of their sum. */
static bool table_is_wanted(paddr_t pa)
{
	static const char wanted[][5] = { "APIC", "FACP", "SSDT", "HPET",
					  "MCFG" };
	const struct acpi_header *h = pa ? acpi_map(pa, sizeof(*h)) : NULL;

	if (!h)
		pr_warn("acpi: no table can lie at %#lx\n", pa);
	for (u32 i = 0; h && i < ARRAY_SIZE(wanted); i++) {
		if (same_bytes(h->signature, wanted[i], 4))
			return true;
	}
	return false;
}

/* For reports: what there is, used or not. */
static void table_tell(paddr_t pa)
{
	const struct acpi_header *h = pa ? acpi_map(pa, sizeof(*h)) : NULL;

	if (h)
		pr_debug("acpi: %.4s revision %u, %u bytes at %#lx, "
			 "%.6s %.8s %.4s\n", h->signature, h->revision,
			 h->length, pa, h->oem_id, h->oem_table_id,
			 (const char *)&h->creator_id);
}

static void root_use(const struct acpi_header *root, size_t entry_size)
{
	size_t n = (root->length - sizeof(*root)) / entry_size;
	const u8 *entry = (const u8 *)(root + 1);

	for (; n; n--, entry += entry_size) {
		paddr_t pa = entry_read(entry, entry_size);
		const struct acpi_header *h = NULL;

		table_tell(pa);
		if (table_is_wanted(pa))
			h = table_map(pa);
		if (h)
			table_use(h);
	}
	pr_info("acpi: %s%s%s%s\n", entry_size == 8 ? "XSDT" : "RSDT",
		madt ? ", MADT" : "", hpet_address ? ", HPET" : "",
		power.hw_reduced ? ", reduced hardware" : "");
}

bool arch_pci_ecam(u32 i, struct pci_ecam *out)
{
	const struct mcfg_entry *e;

	if (!mcfg || i >= (mcfg->head.length - sizeof(*mcfg)) / sizeof(*e))
		return false;
	e = &mcfg->entries[i];
	*out = (struct pci_ecam){
		.address = e->address,
		.segment = e->segment,
		.first_bus = e->first_bus,
		.last_bus = max(e->first_bus, e->last_bus),
	};
	return true;
}

void acpi_read(struct firmware *out)
{
	size_t entry_size;
	const struct acpi_header *root =
		is_off ? NULL : root_find(&entry_size);

	if (root)
		root_use(root, entry_size);
	else
		pr_warn("acpi: no tables\n");
	out->power = power;
	out->hpet_address = hpet_address;
	if (!madt)
		return;
	out->lacks_pics = !(madt->flags & MADT_PCAT_COMPAT);
	out->entries = (const u8 *)(madt + 1);
	out->entries_end = (const u8 *)madt + madt->head.length;
}
