/*
 * arch/x86_64/lapic.c - the interrupt controller inside each processor
 *
 * What:  xAPIC (memory) and x2APIC (MSR) access behind one set of functions:
 *        messages to other CPUs, end of interrupt, the timer.
 * Locks: none: each CPU talks to its own. The two halves of a message in
 *        xAPIC mode are written with interrupts off.
 * Life:  mode and mapping are chosen once by the boot CPU; every other CPU
 *        follows.
 * Not:   what time means (clock.c), who is where (smp.c).
 * See:   Intel SDM volume 3, sections 11.4, 11.5, 11.6, 11.12.
 */
#include <asm/apic.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <asm/acpi.h>
#include <asm/cpu.h>
#include <asm/hostile.h>
#include <asm/msr.h>
#include <asm/trap.h>
#include <core/panic.h>
#include <core/printk.h>

#define APIC_BASE_ENABLE BIT(11)
#define APIC_BASE_X2 BIT(10)
#define APIC_BASE_ADDR 0x000ffffffffff000ull

/* Register offsets in memory; the MSR is MSR_X2APIC_BASE + offset / 16. */
enum lapic_reg {
	LAPIC_ID = 0x20,
	LAPIC_VERSION = 0x30,
	LAPIC_TPR = 0x80,
	LAPIC_EOI = 0xb0,
	LAPIC_LDR = 0xd0,
	LAPIC_DFR = 0xe0,
	LAPIC_SVR = 0xf0,
	LAPIC_ISR = 0x100,		/* eight registers of 32 vectors */
	LAPIC_ESR = 0x280,
	LAPIC_LVT_CMCI = 0x2f0,
	LAPIC_ICR = 0x300,
	LAPIC_ICR_HIGH = 0x310,
	LAPIC_LVT_TIMER = 0x320,
	LAPIC_LVT_THERMAL = 0x330,
	LAPIC_LVT_PERF = 0x340,
	LAPIC_LVT_LINT0 = 0x350,
	LAPIC_LVT_LINT1 = 0x360,
	LAPIC_LVT_ERROR = 0x370,
	LAPIC_TIMER_INITIAL = 0x380,
	LAPIC_TIMER_CURRENT = 0x390,
	LAPIC_TIMER_DIVIDE = 0x3e0,
};

#define SVR_ENABLE BIT(8)
#define LVT_MASKED BIT(16)
#define LVT_NMI (4u << 8)
#define LVT_TIMER_DEADLINE (2u << 17)
#define TIMER_DIVIDE_1 0xb

#define ICR_NMI (4u << 8)
#define ICR_INIT (5u << 8)
#define ICR_STARTUP (6u << 8)
#define ICR_BUSY BIT(12)
#define ICR_ASSERT BIT(14)

/* A message leaves within microseconds; a hung bus must not hang us. */
#define ICR_BUSY_TURNS 100000u

volatile u32 *lapic_mmio;
static u32 nmi_lint_reg;		/* [I] line that carries NMI */
static bool timer_deadline;		/* [I] after calibration */

static u32 lapic_read(enum lapic_reg reg)
{
	if (!lapic_mmio)
		return (u32)msr_read(MSR_X2APIC_BASE + reg / 16);
	return lapic_mmio[reg / 4];
}

static void lapic_write(enum lapic_reg reg, u32 v)
{
	if (!lapic_mmio)
		msr_write(MSR_X2APIC_BASE + reg / 16, v);
	else
		lapic_mmio[reg / 4] = v;
}

bool lapic_is_x2(void)
{
	return !lapic_mmio;
}

u32 lapic_id(void)
{
	u32 id = lapic_read(LAPIC_ID);

	return lapic_mmio ? id >> 24 : id;
}

void lapic_eoi(void)
{
	lapic_write(LAPIC_EOI, 0);
}

bool lapic_in_service(u32 vector)
{
	u32 reg = LAPIC_ISR + 0x10 * (vector / 32);

	return lapic_read((enum lapic_reg)reg) & BIT(vector % 32);
}

static void icr_wait(void)
{
	for (u32 i = 0; i < ICR_BUSY_TURNS; i++) {
		if (!(lapic_read(LAPIC_ICR) & ICR_BUSY))
			return;
		cpu_relax();
	}
}

static void icr_send(u32 apic_id, u32 low)
{
	u64 flags;

	if (!lapic_mmio) {
		/* The MSR write does not order earlier stores, which the
		 * receiver will look at. */
		smp_mb();
		msr_write(MSR_X2APIC_BASE + LAPIC_ICR / 16,
			  (u64)apic_id << 32 | low);
		return;
	}
	flags = irq_save();
	icr_wait();
	lapic_write(LAPIC_ICR_HIGH, apic_id << 24);
	lapic_write(LAPIC_ICR, low);
	irq_restore(flags);
}

void lapic_send_ipi(u32 apic_id, u32 vector)
{
	icr_send(apic_id, vector | ICR_ASSERT);
}

void lapic_send_nmi(u32 apic_id)
{
	icr_send(apic_id, ICR_NMI | ICR_ASSERT);
}

void lapic_send_init(u32 apic_id)
{
	icr_send(apic_id, ICR_INIT | ICR_ASSERT);
}

void lapic_send_startup(u32 apic_id, u32 page)
{
	icr_send(apic_id, ICR_STARTUP | ICR_ASSERT | page);
}

void lapic_timer_set(u32 count)
{
	lapic_write(LAPIC_TIMER_INITIAL, count);
}

void lapic_timer_set_deadline(u64 tsc)
{
	msr_write(MSR_TSC_DEADLINE, tsc);
}

u32 lapic_timer_count(void)
{
	return hostile(HOSTILE_APIC_TIMER) ? 0 :
					     lapic_read(LAPIC_TIMER_CURRENT);
}

static void timer_setup(void)
{
	lapic_write(LAPIC_TIMER_DIVIDE, TIMER_DIVIDE_1);
	if (timer_deadline) {
		lapic_write(LAPIC_LVT_TIMER, VECTOR_TIMER | LVT_TIMER_DEADLINE);
		/* The mode must be set before the first deadline is. */
		smp_mb();
	} else {
		lapic_write(LAPIC_LVT_TIMER, VECTOR_TIMER);
	}
}

void lapic_timer_use_deadline(void)
{
	timer_deadline = true;
	timer_setup();
}

static void error_irq(struct regs *r UNUSED, void *arg UNUSED)
{
	u32 status;

	lapic_write(LAPIC_ESR, 0); /* latches what happened */
	status = lapic_read(LAPIC_ESR);
	lapic_eoi();
	pr_warn("lapic: error status %#x\n", status);
}

/* A spurious interrupt is not in service: no end of interrupt. One that has
 * this vector by mistake is, and would keep all others away. */
static void spurious_irq(struct regs *r UNUSED, void *arg UNUSED)
{
	if (lapic_in_service(VECTOR_SPURIOUS))
		lapic_eoi();
}

static void set_nmi_line(const struct madt_entry *e, void *arg UNUSED)
{
	const struct madt_lapic_nmi *nmi = (const void *)e;

	nmi_lint_reg = nmi->lint ? LAPIC_LVT_LINT1 : LAPIC_LVT_LINT0;
}

void lapic_init_boot(void)
{
	u64 base;
	paddr_t registers;

	if (!(cpuid(1).edx & BIT(9)))
		panic("lapic: the processor has no local APIC");
	if (hostile(HOSTILE_X2APIC) && cpu_has(CPU_X2APIC))
		msr_write(MSR_APIC_BASE, msr_read(MSR_APIC_BASE) |
						 APIC_BASE_ENABLE |
						 APIC_BASE_X2);
	base = msr_read(MSR_APIC_BASE);
	registers = base & APIC_BASE_ADDR;
	if (!(base & APIC_BASE_X2) &&
	    !(cpu_has(CPU_X2APIC) && cpu_has(CPU_HYPERVISOR))) {
		lapic_mmio = mmio_map(registers, PAGE_SIZE,
				      MMU_WRITE | MMU_NOCACHE);
		if (!lapic_mmio)
			panic("lapic: cannot map %#lx", registers);
	}
	nmi_lint_reg = LAPIC_LVT_LINT1;
	acpi_for_each_madt(MADT_LAPIC_NMI, sizeof(struct madt_lapic_nmi),
			   set_nmi_line, NULL);
	trap_set_handler(VECTOR_ERROR, error_irq, NULL);
	trap_set_handler(VECTOR_SPURIOUS, spurious_irq, NULL);
	lapic_init_cpu();
	pr_info("lapic: %s, id %u\n", lapic_mmio ? "xAPIC" : "x2APIC",
		lapic_id());
}

/* Put this CPU's APIC in the mode the boot CPU chose. */
static void enable_mode(void)
{
	u64 base = msr_read(MSR_APIC_BASE);
	u64 want = base | APIC_BASE_ENABLE;

	if (lapic_mmio && (base & APIC_BASE_X2))
		panic("lapic: CPU %u is in x2APIC mode, the boot CPU is not",
		      cpu_id());
	if (want != base)
		msr_write(MSR_APIC_BASE, want);
	if (!lapic_mmio && !(base & APIC_BASE_X2))
		msr_write(MSR_APIC_BASE, want | APIC_BASE_X2);
}

static void mask_optional_lvts(void)
{
	u32 max_lvt = (lapic_read(LAPIC_VERSION) >> 16) & 0xff;

	if (max_lvt >= 4)
		lapic_write(LAPIC_LVT_PERF, LVT_MASKED);
	if (max_lvt >= 5)
		lapic_write(LAPIC_LVT_THERMAL, LVT_MASKED);
	if (max_lvt >= 6)
		lapic_write(LAPIC_LVT_CMCI, LVT_MASKED);
}

void lapic_init_cpu(void)
{
	enable_mode();
	if (lapic_mmio) {
		lapic_write(LAPIC_DFR, U32_MAX); /* flat, though unused */
		lapic_write(LAPIC_LDR, 0);
	}
	lapic_write(LAPIC_TPR, 0);
	lapic_write(LAPIC_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
	lapic_write(LAPIC_LVT_LINT0, LVT_MASKED);
	lapic_write(LAPIC_LVT_LINT1, LVT_MASKED);
	lapic_write(nmi_lint_reg, LVT_NMI);
	mask_optional_lvts();
	lapic_write(LAPIC_LVT_ERROR, VECTOR_ERROR);
	lapic_write(LAPIC_ESR, 0);
	lapic_timer_set(0);
	timer_setup();
	lapic_eoi(); /* one that firmware may have left in service */
}
