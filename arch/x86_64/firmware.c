/*
 * arch/x86_64/firmware.c - what the firmware's tables say, whoever reads them
 *
 * What:  processors and interrupt controllers as entries of a MADT, from ACPI
 *        or the MP table, and what else ACPI tells of the machine. Without
 *        tables it is as PCs are.
 * Locks: none: written once by the boot CPU alone, constant afterwards.
 * Life:  tables are used where they lie: in the direct map when it covers
 *        them, else mapped for ever (above 4 GiB, or in reserved memory).
 * Not:   the tables themselves: acpi.c, mptable.c, both optional.
 * See:   ACPI Specification 6.5, section 5.2.12.
 */
#include <asm/acpi.h>

#include <arch/mmu.h>
#include <asm/cpu.h>
#include <asm/mptable.h>
#include <core/printk.h>

/* Legacy places of the RSDP: 1 KiB from the segment at 0x40e, and the ROM. */
#define EBDA_SEGMENT_PTR 0x40e
#define EBDA_SCAN_BYTES 1024
#define ROM_START 0xe0000
#define ROM_END 0x100000

static struct firmware firmware;

const struct acpi_power *acpi_power(void)
{
	return &firmware.power;
}

paddr_t acpi_hpet_address(void)
{
	return firmware.hpet_address;
}

bool acpi_has_madt(void)
{
	return firmware.entries != NULL;
}

bool acpi_has_pics(void)
{
	return !firmware.lacks_pics;
}

bool same_bytes(const char *a, const char *b, size_t n)
{
	while (n && *a++ == *b++)
		n--;
	return n == 0;
}

bool sum_is_zero(const void *p, size_t len)
{
	const u8 *b = p;
	u8 sum = 0;

	while (len--)
		sum += *b++;
	return sum == 0;
}

/* All of [@pa, @pa + @len) in the direct map? */
static bool in_direct_map(paddr_t pa, size_t len)
{
	paddr_t at;

	if (pa + len < pa || pa + len > KMAP_BASE - DIRECT_MAP_BASE)
		return false;
	for (at = PAGE_ALIGN_DOWN(pa); at < pa + len; at += PAGE_SIZE) {
		if (!mmu_query(mmu_kernel(), (u64)phys_to_virt(at), NULL, NULL))
			return false;
	}
	return true;
}

const void *acpi_map(paddr_t pa, size_t len)
{
	if (pa + len < pa || (pa + len - 1) >> cpu_phys_bits())
		return NULL;
	if (in_direct_map(pa, len))
		return phys_to_virt(pa);
	return mmio_map(pa, len, 0);
}

static const void *bios_scan(paddr_t start, paddr_t end,
			     bool (*is_valid)(const void *))
{
	for (paddr_t pa = ALIGN_UP(start, 16); pa + BIOS_FIND_BYTES <= end;
	     pa += 16) {
		if (is_valid(phys_to_virt(pa)))
			return phys_to_virt(pa);
	}
	return NULL;
}

const void *bios_find(bool (*is_valid)(const void *p))
{
	paddr_t ebda = *(const u16 *)phys_to_virt(EBDA_SEGMENT_PTR) * 16ul;
	const void *p = NULL;

	if (ebda >= 0x400 && ebda <= 0xa0000 - EBDA_SCAN_BYTES)
		p = bios_scan(ebda, ebda + EBDA_SCAN_BYTES, is_valid);
	return p ? p : bios_scan(ROM_START, ROM_END, is_valid);
}

/* What lies behind an entry that cannot be is left out. */
static void entries_check(void)
{
	const u8 *p = firmware.entries;

	while (p < firmware.entries_end) {
		const struct madt_entry *e = (const struct madt_entry *)p;
		long left = firmware.entries_end - p;

		if (left < (long)sizeof(*e) || e->length < sizeof(*e) ||
		    e->length > left) {
			pr_warn("acpi: the MADT is damaged %lu bytes before "
				"its end\n", left);
			firmware.entries_end = p;
			return;
		}
		p += e->length;
	}
}

void firmware_init(void)
{
	struct firmware *f = &firmware;

	if (acpi_read)
		acpi_read(f);
	if (!f->entries && mptable_read &&
	    mptable_read(&f->entries, &f->entries_end))
		pr_info("acpi: no MADT; processors by the MP table\n");
	entries_check();
}

void acpi_for_each_madt(enum madt_type type, size_t size,
			void (*fn)(const struct madt_entry *e, void *arg),
			void *arg)
{
	const u8 *p = firmware.entries;

	while (p < firmware.entries_end) {
		const struct madt_entry *e = (const struct madt_entry *)p;

		if (e->type == type && e->length >= size)
			fn(e, arg);
		p += e->length;
	}
}
