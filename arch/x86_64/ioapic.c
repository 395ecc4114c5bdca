/*
 * arch/x86_64/ioapic.c - device interrupts: IO-APICs, and the old 8259s off
 *
 * What:  routes the 16 ISA interrupts, through the MADT's overrides, to the
 *        boot CPU. Without a MADT one IO-APIC is looked for where PCs have
 *        it, with the timer on line 2 as they wire it.
 * Locks: ioapic_lock (RANK_ARCH_IRQ) covers the register pairs of all
 *        IO-APICs and which line is taken. The handler's pair is written once
 *        before its line is unmasked, and read in interrupts without a lock.
 * Life:  built once by the boot CPU; a line stays with its driver for ever.
 * Not:   PCI devices: they interrupt by messages (msi.c).
 * See:   82093AA data sheet, section 3; ACPI 6.5, section 5.2.12.5.
 */
#include <arch/irq.h>

#include <arch/mmu.h>
#include <arch/upcall.h>
#include <asm/acpi.h>
#include <asm/apic.h>
#include <asm/port.h>
#include <asm/trap.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <uapi/errno.h>

#define IOAPIC_DEFAULT_ADDRESS 0xfec00000u
#define IOAPIC_SELECT 0x00	/* bytes from the base */
#define IOAPIC_WINDOW 0x10
#define IOAPIC_REG_VERSION 0x01
#define IOAPIC_REG_LINES 0x10	/* two registers a line */
#define IOAPIC_MAX_LINES 240

#define LINE_ACTIVE_LOW BIT(13)
#define LINE_LEVEL BIT(15)
#define LINE_MASKED BIT(16)

#define PIC1 0x20
#define PIC2 0xa0
#define NISA 16

struct ioapic {
	struct ioapic *next;	/* [I] */
	volatile u32 *regs;	/* [I] the registers: [L] */
	u32 gsi_base;		/* [I] */
	u32 nlines;		/* [I] */
};

/* An ISA interrupt: where it arrives, who wants it. */
struct isa_irq {
	u32 gsi;		/* [I] */
	u32 line_flags;		/* [I] LINE_ACTIVE_LOW, LINE_LEVEL */
	void (*fn)(void *);	/* [L] to set; constant then */
	void *arg;
};

static DEFINE_SPINLOCK(ioapic_lock, RANK_ARCH_IRQ);
static struct ioapic *ioapics;
static struct isa_irq isa_irqs[NISA];
static u32 boot_apic_id;	/* [I] every line leads there */

static u32 ioapic_read(const struct ioapic *io, u32 reg)
{
	io->regs[IOAPIC_SELECT / 4] = reg;
	return io->regs[IOAPIC_WINDOW / 4];
}

static void ioapic_write(const struct ioapic *io, u32 reg, u32 v)
{
	io->regs[IOAPIC_SELECT / 4] = reg;
	io->regs[IOAPIC_WINDOW / 4] = v;
}

/* The high half first, so that a line is complete when it is unmasked. */
static void line_write(const struct ioapic *io, u32 line, u32 high, u32 low)
{
	ioapic_write(io, IOAPIC_REG_LINES + 2 * line + 1, high);
	ioapic_write(io, IOAPIC_REG_LINES + 2 * line, low);
}

static void ioapic_add(paddr_t address, u32 gsi_base)
{
	struct ioapic *io = upcall_mem_alloc(sizeof(*io));
	u32 version;

	if (!io)
		return;
	io->regs = mmio_map(address, 0x20, MMU_WRITE | MMU_NOCACHE);
	if (!io->regs)
		goto undo_alloc;
	version = ioapic_read(io, IOAPIC_REG_VERSION);
	io->nlines = ((version >> 16) & 0xff) + 1;
	if (version == U32_MAX || version == 0 ||
	    io->nlines > IOAPIC_MAX_LINES) {
		pr_warn("ioapic: none at %#lx\n", address);
		goto undo_alloc;
	}
	io->gsi_base = gsi_base;
	for (u32 i = 0; i < io->nlines; i++)
		line_write(io, i, 0, LINE_MASKED);
	io->next = ioapics;
	ioapics = io;
	pr_info("ioapic: %u lines from %u at %#lx\n", io->nlines, gsi_base,
		address);
	return;

undo_alloc:
	upcall_mem_free(io, sizeof(*io));
}

static void madt_ioapic(const struct madt_entry *e, void *arg UNUSED)
{
	const struct madt_ioapic *io = (const void *)e;

	ioapic_add(io->address, io->gsi_base);
}

/* Polarity and trigger; "as the bus" means high and edge for ISA. */
static u32 override_flags(u16 flags)
{
	u32 line = 0;

	if ((flags & 3) == 3)
		line |= LINE_ACTIVE_LOW;
	if (((flags >> 2) & 3) == 3)
		line |= LINE_LEVEL;
	return line;
}

static void madt_override(const struct madt_entry *e, void *arg UNUSED)
{
	const struct madt_override *o = (const void *)e;

	if (o->bus != 0 || o->source >= NISA)
		return;
	isa_irqs[o->source].gsi = o->gsi;
	isa_irqs[o->source].line_flags = override_flags(o->flags);
}

/*
 * The 8259s get vectors of their own and all their lines masked. Even masked
 * they can raise a spurious interrupt 7 or 15, so the vectors must not be
 * those of exceptions. Where there are none the writes go nowhere.
 */
void pics_off(void)
{
	if (!acpi_has_pics())
		return;
	port_out8(PIC1, 0x11);		/* ICW1: edge, cascade, ICW4 follows */
	port_out8(PIC2, 0x11);
	port_out8(PIC1 + 1, VECTOR_PIC_BASE);
	port_out8(PIC2 + 1, VECTOR_PIC_BASE + 8);
	port_out8(PIC1 + 1, 1u << 2);	/* ICW3: the second is on line 2 */
	port_out8(PIC2 + 1, 2);
	port_out8(PIC1 + 1, 0x01);	/* ICW4: 8086 mode */
	port_out8(PIC2 + 1, 0x01);
	port_out8(PIC1 + 1, 0xff);
	port_out8(PIC2 + 1, 0xff);
}

void ioapic_init(void)
{
	boot_apic_id = lapic_id();
	if (boot_apic_id > 255)
		pr_warn("ioapic: the boot CPU's id %u is out of reach\n",
			boot_apic_id);
	for (u32 i = 0; i < NISA; i++)
		isa_irqs[i].gsi = i;
	if (!acpi_has_madt()) {
		isa_irqs[0].gsi = 2;
		ioapic_add(IOAPIC_DEFAULT_ADDRESS, 0);
		return;
	}
	acpi_for_each_madt(MADT_OVERRIDE, sizeof(struct madt_override),
			   madt_override, NULL);
	acpi_for_each_madt(MADT_IOAPIC, sizeof(struct madt_ioapic),
			   madt_ioapic, NULL);
}

static const struct ioapic *ioapic_of(u32 gsi)
{
	const struct ioapic *io;

	for (io = ioapics; io; io = io->next) {
		if (gsi >= io->gsi_base && gsi - io->gsi_base < io->nlines)
			return io;
	}
	return NULL;
}

static void isa_handler(struct regs *r UNUSED, void *arg)
{
	const struct isa_irq *irq = arg;

	irq->fn(irq->arg);
	lapic_eoi();
}

int irq_register_isa(u32 isa_irq, void (*fn)(void *), void *arg)
{
	struct isa_irq *irq;
	const struct ioapic *io;
	u32 vector = VECTOR_FIRST_DEVICE + isa_irq;
	u64 flags;
	int r = -EBUSY;

	if (isa_irq >= NISA)
		return -ENODEV;
	irq = &isa_irqs[isa_irq];
	io = ioapic_of(irq->gsi);
	if (!io)
		return -ENODEV;
	flags = spin_lock_irqsave(&ioapic_lock);
	if (!irq->fn) {
		irq->fn = fn;
		irq->arg = arg;
		trap_set_handler(vector, isa_handler, irq);
		/* Physical destination: the boot CPU, fixed delivery. */
		line_write(io, irq->gsi - io->gsi_base, boot_apic_id << 24,
			   vector | irq->line_flags);
		r = 0;
	}
	spin_unlock_irqrestore(&ioapic_lock, flags);
	return r;
}
