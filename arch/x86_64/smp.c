/*
 * arch/x86_64/smp.c - who the CPUs are, and their start
 *
 * What:  numbers the processors of the MADT densely, brings all of them up at
 *        the same time, and says which ones run.
 * Locks: ap_state decides for each CPU, by compare-and-swap, whether it got
 *        here and came in time (its own steps) or is called once more and was
 *        given up (the boot CPU's). Everything else is written by the boot CPU
 *        before others run. [R] a bit of online_mask is set once, by its CPU.
 * Life:  INIT to all, ten milliseconds (in which the clock is calibrated),
 *        SIPI to all, SIPI again to those still missing; then all that once
 *        more for those of whom nothing was seen. Each one finds its number by
 *        its APIC id, so the order in which they come is free. The tables that
 *        map low memory for them go away when all have come.
 * Not:   messages between running CPUs (ipi.c); CPUs do not go away.
 * See:   Intel SDM volume 3, section 9.4; ACPI 6.5, section 5.2.12.
 */
#include <arch/smp.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/thread.h>
#include <arch/upcall.h>
#include <asm/acpi.h>
#include <asm/apic.h>
#include <asm/boot.h>
#include <asm/clock.h>
#include <asm/cpu.h>
#include <asm/hostile.h>
#include <asm/msr.h>
#include <asm/smp.h>
#include <core/assert.h>
#include <core/printk.h>

#include "mmu_internal.h"

#define SIPI_AGAIN_NS NSEC_PER_MSEC
/* Who can start at all is in C by then. */
#define RECALL_NS (20 * NSEC_PER_MSEC)
/* Since the last one came; a busy host may run hundreds on one core. */
#define ARRIVE_MAX_NS NSEC_PER_SEC
/* A longer time between two looks counts as this. */
#define STEP_MAX_NS (10 * NSEC_PER_MSEC)
/* Comparisons of time stamp counters by each CPU that comes. */
#define WARP_PROBES 64

#define XAPIC_MAX_ID 254

enum ap_state {
	AP_ABSENT,
	AP_CALLED,
	AP_RECALLED,	/* a second INIT is on its way */
	AP_SEEN,	/* it runs the kernel: no INIT any more */
	AP_CAME,
	AP_GIVEN_UP,
};

u32 ap_apic_ids[MAX_CPUS];
u64 ap_stacks[MAX_CPUS];
u32 ap_count;
u64 ap_kernel_root;

static struct arch_thread *ap_threads[MAX_CPUS];
static u32 ap_state[MAX_CPUS];		/* [a] enum ap_state */

static struct cpumask online_mask;	/* [R] */
static struct atomic online_count = ATOMIC_INIT(1);
static u32 possible_count = 1;		/* [I] */
static u32 max_count = MAX_CPUS;	/* maxcpus= */
static u64 init_sent_tsc;

/* Tables with low memory at its own address, for the trampoline. */
static u64 ap_top[TABLE_ENTRIES] ALIGNED(4096);
static u64 ap_pdpt[TABLE_ENTRIES] ALIGNED(4096);
static u64 ap_pd[TABLE_ENTRIES] ALIGNED(4096);

const struct cpumask *cpu_online_mask(void)
{
	return &online_mask;
}

u32 cpu_online_count(void)
{
	return (u32)atomic_read(&online_count);
}

u32 cpu_possible_count(void)
{
	return possible_count;
}

u32 smp_apic_id(u32 cpu)
{
	return ap_apic_ids[cpu];
}

void smp_set_max(u32 max)
{
	max_count = max ? min(max, (u32)MAX_CPUS) : 1;
}

/* What became of the processors in the tables. */
struct census {
	u32 disabled, unreachable, too_many;
};

static bool is_known(u32 apic_id)
{
	for (u32 i = 0; i < ap_count; i++) {
		if (ap_apic_ids[i] == apic_id)
			return true;
	}
	return false;
}

static void cpu_add(struct census *c, u32 apic_id, u32 flags)
{
	if (!(flags & MADT_CPU_ENABLED))
		c->disabled++;
	else if (is_known(apic_id))
		return;
	else if (apic_id > XAPIC_MAX_ID && !lapic_is_x2())
		c->unreachable++;
	else if (ap_count >= max_count)
		c->too_many++;
	else
		ap_apic_ids[ap_count++] = apic_id;
}

static void madt_lapic(const struct madt_entry *e, void *arg)
{
	const struct madt_lapic *cpu = (const void *)e;

	/* 255 is the broadcast address: an empty slot. */
	if (cpu->apic_id <= XAPIC_MAX_ID)
		cpu_add(arg, cpu->apic_id, cpu->flags);
}

static void madt_x2apic(const struct madt_entry *e, void *arg)
{
	const struct madt_x2apic *cpu = (const void *)e;

	cpu_add(arg, cpu->apic_id, cpu->flags);
}

void smp_init(void)
{
	struct census c = { 0 };

	cpumask_set(&online_mask, 0);
	ap_apic_ids[0] = lapic_id();
	ap_count = 1;
	acpi_for_each_madt(MADT_LAPIC, sizeof(struct madt_lapic), madt_lapic,
			   &c);
	acpi_for_each_madt(MADT_X2APIC, sizeof(struct madt_x2apic),
			   madt_x2apic, &c);
	if (ap_count > 1 && !boot_trampoline_page()) {
		pr_warn("smp: no page below 1 MiB to start CPUs from\n");
		ap_count = 1;
	}
	possible_count = ap_count;
	for (u32 i = 0; cpu_set_topology && i < ap_count; i++)
		cpu_set_topology(i, ap_apic_ids[i]);
	pr_info("smp: %u CPUs (%u disabled, %u out of reach, %u not wanted)\n",
		possible_count, c.disabled, c.unreachable, c.too_many);
}

void smp_send_init(void)
{
	init_sent_tsc = cpu_cycles();
	for (u32 cpu = 1; cpu < ap_count; cpu++)
		lapic_send_init(ap_apic_ids[cpu]);
}

/* Everything @cpu needs from its first line of C on. */
static bool cpu_prepare(u32 cpu)
{
	if (percpu_create(cpu))
		return false;
	ap_threads[cpu] = upcall_idle_thread(cpu);
	if (!ap_threads[cpu])
		return false;
	ap_stacks[cpu] = ap_threads[cpu]->kstack_top;
	ap_state[cpu] = AP_CALLED;
	return true;
}

static void prepare_all(void)
{
	for (u32 cpu = 1; cpu < ap_count; cpu++) {
		if (!cpu_prepare(cpu))
			pr_err("smp: no memory for CPU %u\n", cpu);
	}
}

static paddr_t table_phys(const u64 *table)
{
	return (u64)table - KERNEL_VMA;
}

static void trampoline_word(u8 *page, const char *word, u32 v)
{
	*(u32 *)(void *)(page + (word - ap_trampoline)) = v;
}

static void trampoline_install(void)
{
	u8 *page = phys_to_virt(boot_trampoline_page());
	size_t size = (size_t)(ap_trampoline_end - ap_trampoline);

	for (u32 i = 0; i < TABLE_ENTRIES; i++)
		ap_top[i] = kernel_top[i];
	ap_pd[0] = PTE_PRESENT | PTE_WRITE | PTE_LARGE;
	ap_pdpt[0] = table_phys(ap_pd) | TABLE_KERNEL;
	ap_top[0] = table_phys(ap_pdpt) | TABLE_KERNEL;
	ap_kernel_root = mmu_kernel()->root;
	for (size_t i = 0; i < size; i++)
		page[i] = (u8)ap_trampoline[i];
	trampoline_word(page, ap_word_root, (u32)table_phys(ap_top));
	trampoline_word(page, ap_word_efer,
			(u32)(msr_read(MSR_EFER) & (EFER_LME | EFER_NXE)));
}

/* CPUs that were called and are not online yet. */
static u32 missing_count(void)
{
	u32 n = 0;

	for (u32 cpu = 1; cpu < ap_count; cpu++)
		n += ap_stacks[cpu] && !cpumask_test(&online_mask, cpu);
	return n;
}

static void send_startups(void)
{
	u32 page = (u32)(boot_trampoline_page() / PAGE_SIZE);

	for (u32 cpu = 1; cpu < ap_count; cpu++) {
		if (READ_ONCE(ap_state[cpu]) == AP_CALLED)
			lapic_send_startup(ap_apic_ids[cpu], page);
	}
}

/* Until all are there, or none came for @max_ns. A step in time is a hypervisor
 * that ran others instead of this CPU, and hardly the missing ones. */
static void wait_arrivals(u64 max_ns)
{
	u64 last = clock_now_ns(), waited = 0;
	u32 left = missing_count();

	while (left && waited < max_ns) {
		u64 now;
		u32 missing;

		if (!waited && hostile(HOSTILE_PAUSE))
			hostile_pause();
		now = clock_now_ns();
		missing = missing_count();
		waited += min(now - last, (u64)STEP_MAX_NS);
		last = now;
		if (missing != left)
			waited = 0;
		left = missing;
		clock_warp_probe();
		cpu_relax();
	}
}

/* From here on those that did not come stop at their next step. */
static void give_up_missing(void)
{
	for (u32 cpu = 1; cpu < ap_count; cpu++) {
		if (cas(&ap_state[cpu], AP_CALLED, AP_GIVEN_UP) ||
		    cas(&ap_state[cpu], AP_SEEN, AP_GIVEN_UP))
			pr_err("smp: CPU %u (APIC id %u) did not come\n", cpu,
			       ap_apic_ids[cpu]);
	}
}

static void wait_since_init(void)
{
	u64 cycles = (u64)SMP_INIT_US * clock_tsc_khz() / 1000;

	while (cpu_cycles() - init_sent_tsc < cycles)
		cpu_relax();
}

/* A start-up message of firmware's time may still have been on its way when
 * INIT came (QEMU keeps it for a processor that it does not run), and have led
 * one where nothing is left to run; or INIT itself was lost. */
static void recall_unseen(void)
{
	u32 n = 0;

	for (u32 cpu = 1; cpu < ap_count; cpu++) {
		if (!cas(&ap_state[cpu], AP_CALLED, AP_RECALLED))
			continue;
		lapic_send_init(ap_apic_ids[cpu]);
		if (hostile(HOSTILE_STALE_START))
			hostile_start_early(ap_apic_ids[cpu]);
		n++;
	}
	if (!n)
		return;
	pr_warn("smp: %u CPUs are called once more\n", n);
	init_sent_tsc = cpu_cycles();
	wait_since_init();
	for (u32 cpu = 1; cpu < ap_count; cpu++)
		cas(&ap_state[cpu], AP_RECALLED, AP_CALLED);
	send_startups();
	wait_arrivals(SIPI_AGAIN_NS);
	send_startups();
}

void smp_start_all(void)
{
	u64 start;

	if (ap_count == 1)
		return;
	prepare_all();
	trampoline_install();
	wait_since_init();
	start = clock_now_ns();
	clock_warp_probe();	/* what a late one must not be behind */
	send_startups();
	wait_arrivals(SIPI_AGAIN_NS);
	send_startups();
	wait_arrivals(RECALL_NS);
	recall_unseen();
	wait_arrivals(ARRIVE_MAX_NS);
	if (missing_count())
		give_up_missing();
	else
		ap_top[0] = 0;
	clock_warp_judge();
	pr_info("smp: %u of %u CPUs run after %lu us\n", cpu_online_count(),
		possible_count, (clock_now_ns() - start) / NSEC_PER_USEC);
	if (hostile(HOSTILE_INTERRUPTS))
		hostile_interrupts();
}

/* Before its second INIT this CPU must take nothing; after it, it may be here
 * by a start-up message of the first time. Both end when it is called again. */
static bool ap_begin(u32 cpu)
{
	while (READ_ONCE(ap_state[cpu]) == AP_RECALLED)
		cpu_relax();
	return cas(&ap_state[cpu], AP_CALLED, AP_SEEN);
}

NORETURN void ap_main(u32 cpu)
{
	if ((hostile(HOSTILE_LOST_CPU) || hostile(HOSTILE_STALE_START)) &&
	    hostile_get_lost(cpu))
		cpu_halt_forever();
	if (!ap_begin(cpu))
		cpu_halt_forever();
	cpu_init_ap(cpu, ap_threads[cpu]);
	lapic_init_cpu();
	clock_init_cpu();
	for (u32 i = 0; i < WARP_PROBES; i++)
		clock_warp_probe();
	if (hostile(HOSTILE_PAUSE))
		hostile_come_late();
	if ((cpu == 1 && hostile(HOSTILE_FROZEN_CPU)) ||
	    !cas(&ap_state[cpu], AP_SEEN, AP_CAME))
		cpu_halt_forever();
	atomic_inc(&online_count);
	cpumask_set_atomic(&online_mask, cpu);
	upcall_cpu_start();
}
