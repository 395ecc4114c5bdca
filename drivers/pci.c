/*
 * drivers/pci.c - PCI configuration space, and who is on the buses
 *
 * What:  registers of segment 0 by ports (configuration mechanism 1), as on
 *        every PC; where that is not there, and in other segments, as memory
 *        (ECAM). Buses are numbered by firmware.
 * Locks: pci_lock (RANK_ARCH_IRQ, interrupts off): the pair of ports.
 * Life:  ranges of memory are mapped at the first walk, for ever.
 * Not:   interrupts (pci_msi.c). Functions that firmware gave no addresses, or
 *        that are plugged in later.
 * See:   PCI Local Bus Specification 3.0, sections 3.2.2.3.2, 6.1, 6.2.5, 6.7;
 *        PCI Firmware Specification 3.0, section 4.1.2 (MCFG).
 */
#include <drivers/pci.h>

#include <arch/clock.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <lib/bitmap.h>
#include <mm/kmalloc.h>

#define PORT_ADDRESS 0xcf8
#define PORT_DATA 0xcfc
#define ADDRESS_ENABLE 0x80000000u
#define BUS_SHIFT 20		/* of ECAM */
#define DEVFN_SHIFT 12
#define NBUSES 256u
#define NDEVFNS 256u
#define NFUNCTIONS 8u
#define NO_FUNCTION 0xffff	/* vendor */

/* PCI_HEADER */
#define HEADER_MANY_FUNCTIONS 0x800000u
#define HEADER_TYPE(h) (((h) >> 16) & 0x7f)
#define HEADER_BRIDGE 1

#define STATUS_CAPABILITIES 0x100000u	/* of PCI_COMMAND */
#define MAX_CAPABILITIES 48u		/* 4 bytes each from 0x40 on */

#define BAR_IO 1u
#define BAR_TYPE_64 4u
#define BAR_TYPE 6u
#define BAR_FLAGS 15u
#define BAR_MAP_MAX 0x100000ull	/* more than any that is used */

#define POWER_CONTROL 4u	/* bytes from the capability */
#define POWER_STATE 3u
#define POWER_UP_US 10000u

struct pci_ecam_map {
	volatile u8 *base;	/* [I] of the first bus */
	struct pci_ecam range;	/* [I] */
};

/* A walk over one segment. */
struct pci_walk {
	struct pci_address at;
	u32 class;
	void (*fn)(const struct pci_address *a);
	unsigned long found[BITMAP_WORDS(NBUSES)];	/* buses to visit */
	unsigned long visited[BITMAP_WORDS(NBUSES)];
};

static DEFINE_SPINLOCK(pci_lock, RANK_ARCH_IRQ);

static volatile u32 *ecam_register(const struct pci_address *a, u32 reg)
{
	u32 bus = (u32)a->bus - a->ecam->range.first_bus;

	return (volatile u32 *)(a->ecam->base + ((u64)bus << BUS_SHIFT) +
				((u32)a->devfn << DEVFN_SHIFT) + reg);
}

static void select_register(const struct pci_address *a, u32 reg)
{
	io_out32(PORT_ADDRESS, ADDRESS_ENABLE | (u32)a->bus << 16 |
			       (u32)a->devfn << 8 | reg);
}

u32 pci_read(const struct pci_address *a, u32 reg)
{
	u64 flags;
	u32 value;

	if (a->ecam)
		return *ecam_register(a, reg);
	flags = spin_lock_irqsave(&pci_lock);
	select_register(a, reg);
	value = io_in32(PORT_DATA);
	spin_unlock_irqrestore(&pci_lock, flags);
	return value;
}

void pci_write(const struct pci_address *a, u32 reg, u32 value)
{
	u64 flags;

	if (a->ecam) {
		*ecam_register(a, reg) = value;
		return;
	}
	flags = spin_lock_irqsave(&pci_lock);
	select_register(a, reg);
	io_out32(PORT_DATA, value);
	spin_unlock_irqrestore(&pci_lock, flags);
}

void pci_command(const struct pci_address *a, u32 clear, u32 set)
{
	u32 old = pci_read(a, PCI_COMMAND) & 0xffff;

	/* Status bits in the upper half are cleared by ones. */
	pci_write(a, PCI_COMMAND, (old & ~clear) | set);
}

u32 pci_find_capability(const struct pci_address *a, enum pci_capability cap)
{
	u32 reg;

	if (!(pci_read(a, PCI_COMMAND) & STATUS_CAPABILITIES))
		return 0;
	reg = pci_read(a, PCI_CAPABILITIES) & 0xfc;
	for (u32 i = 0; reg >= 0x40 && i < MAX_CAPABILITIES; i++) {
		u32 head = pci_read(a, reg);

		if ((head & 0xff) == cap)
			return reg;
		reg = (head >> 8) & 0xfc;
	}
	return 0;
}

/* The bytes that a register decodes: the address bits that can be set. */
static u64 bar_size(const struct pci_address *a, u32 reg, u64 bar, bool wide)
{
	u64 mask;

	pci_command(a, PCI_COMMAND_MEMORY, 0);
	pci_write(a, reg, U32_MAX);
	mask = pci_read(a, reg) | (wide ? 0 : 0xffffffff00000000ull);
	if (wide) {
		pci_write(a, reg + 4, U32_MAX);
		mask |= (u64)pci_read(a, reg + 4) << 32;
		pci_write(a, reg + 4, (u32)(bar >> 32));
	}
	pci_write(a, reg, (u32)bar);
	return ~(mask & ~(u64)BAR_FLAGS) + 1;
}

void *pci_map_bar(const struct pci_address *a, u32 bar, size_t *len)
{
	u32 reg = PCI_BAR0 + 4 * bar;
	u64 value = pci_read(a, reg);
	bool wide = (value & BAR_TYPE) == BAR_TYPE_64 && bar < 5;
	paddr_t address;

	if (bar > 5 || (value & BAR_IO))
		return NULL;
	if (wide)
		value |= (u64)pci_read(a, reg + 4) << 32;
	address = value & ~(u64)BAR_FLAGS;
	if (!address)
		return NULL;
	*len = min(bar_size(a, reg, value, wide), BAR_MAP_MAX);
	pci_command(a, 0, PCI_COMMAND_MEMORY);
	return mmio_map(address, *len, MMU_WRITE | MMU_NOCACHE);
}

void pci_power_on(const struct pci_address *a)
{
	u32 cap = pci_find_capability(a, PCI_CAP_POWER);
	u32 control;

	if (!cap)
		return;
	control = pci_read(a, cap + POWER_CONTROL);
	if (!(control & POWER_STATE))
		return;
	pci_write(a, cap + POWER_CONTROL, control & 0xffff & ~POWER_STATE);
	clock_delay_us(POWER_UP_US);
}

static void visit_bus(struct pci_walk *w, u32 bus)
{
	if (!bitmap_test(w->visited, bus))
		bitmap_set(w->found, bus);
}

/* One function, if it is there. Return: the device has others. */
static bool visit_function(struct pci_walk *w)
{
	u32 header;

	if ((pci_read(&w->at, PCI_ID) & 0xffff) == NO_FUNCTION)
		return false;
	header = pci_read(&w->at, PCI_HEADER);
	if (HEADER_TYPE(header) == HEADER_BRIDGE)
		visit_bus(w, (pci_read(&w->at, PCI_BRIDGE_BUSES) >> 8) & 0xff);
	else if (pci_read(&w->at, PCI_CLASS) >> 8 == w->class)
		w->fn(&w->at);
	return header & HEADER_MANY_FUNCTIONS;
}

static void walk_bus(struct pci_walk *w)
{
	for (u32 devfn = 0; devfn < NDEVFNS; devfn += NFUNCTIONS) {
		w->at.devfn = (u8)devfn;
		if (!visit_function(w))
			continue;
		for (u32 i = 1; i < NFUNCTIONS; i++) {
			w->at.devfn = (u8)(devfn + i);
			(void)visit_function(w);
		}
	}
}

/* Buses from @first on to which bridges lead; a number is visited once, even
 * if bridges lead in a circle. */
static void walk(struct pci_walk *w, u32 first, u32 last)
{
	u32 bus;

	visit_bus(w, first);
	for (;;) {
		bus = (u32)bitmap_find_next_set(w->found, NBUSES, 0);
		if (bus >= NBUSES)
			return;
		bitmap_clear(w->found, bus);
		bitmap_set(w->visited, bus);
		w->at.bus = (u8)bus;
		if (bus >= first && bus <= last)
			walk_bus(w);
	}
}

static bool has_ports(void)
{
	u64 flags = spin_lock_irqsave(&pci_lock);
	bool answers;

	io_out32(PORT_ADDRESS, ADDRESS_ENABLE);
	answers = io_in32(PORT_ADDRESS) == ADDRESS_ENABLE;
	spin_unlock_irqrestore(&pci_lock, flags);
	return answers;
}

static const struct pci_ecam_map *ecam_map(const struct pci_ecam *e)
{
	struct pci_ecam_map *m = kzalloc(sizeof(*m));
	u64 first = (u64)e->first_bus << BUS_SHIFT;
	u64 end = ((u64)e->last_bus + 1) << BUS_SHIFT;

	if (!m)
		return NULL;
	m->range = *e;
	m->base = mmio_map(e->address + first, end - first,
			   MMU_WRITE | MMU_NOCACHE);
	if (m->base)
		return m;
	kfree(m);
	return NULL;
}

void pci_find_class(u32 class, void (*fn)(const struct pci_address *a))
{
	bool ports = has_ports();
	struct pci_ecam e;

	if (ports) {
		struct pci_walk w = { .class = class, .fn = fn };

		walk(&w, 0, NBUSES - 1);
	}
	for (u32 i = 0; arch_pci_ecam && arch_pci_ecam(i, &e); i++) {
		struct pci_walk w = { .class = class, .fn = fn };

		if (ports && !e.segment)
			continue;
		w.at.segment = e.segment;
		w.at.ecam = ecam_map(&e);
		if (w.at.ecam)
			walk(&w, e.first_bus, e.last_bus);
		else
			pr_warn("pci: cannot map segment %u\n", e.segment);
	}
}
