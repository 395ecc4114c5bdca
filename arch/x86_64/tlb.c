/*
 * arch/x86_64/tlb.c - which tables a CPU has loaded, and forgetting entries
 *
 * What:  mmu_switch; flushes by cross-call on the CPUs of mmu->cpus alone.
 *        A kernel thread keeps the tables of whoever ran before it (lazy): a
 *        flush takes them away instead of flushing, so that an idle CPU is
 *        disturbed once and not for every flush.
 * Locks: mmu->cpus is atomic. A CPU sets its bit before it loads the tables
 *        and clears it after it loaded others; a flusher changes the entries,
 *        then reads the mask. Both sides have a full barrier between (here the
 *        locked operation and smp_mb in tlb_flush_range), so either the
 *        flusher sees the bit or the CPU sees the entries.
 * Life:  an mmu may be freed when its mask is empty: a CPU touches the mask
 *        last in mmu_switch, with interrupts off, so a cross-call that
 *        returned from it is proof that it is done.
 * Not:   kernel entries are global and survive a load of CR3;
 *        tlb_flush_kernel drops them.
 * See:   Intel SDM volume 3, section 4.10.
 */
#include <arch/mmu.h>
#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <arch/thread.h>
#include <asm/cr.h>
#include <core/assert.h>

#include "mmu_internal.h"

/* From this many pages on, a load of CR3 is cheaper than single flushes. */
#define FLUSH_ALL_PAGES 32

/* [C] tables in CR3, interrupts off; NULL: the kernel's. */
static DEFINE_PER_CPU(struct mmu *, mmu_loaded);

struct flush {
	struct mmu *mmu;
	u64 start;
	u64 end;
};

static void switch_from(struct mmu *old, u32 cpu)
{
	if (old)
		cpumask_clear_atomic(&old->cpus, cpu);
}

void mmu_switch(struct mmu *mmu)
{
	struct mmu **loaded = this_cpu_ptr(&mmu_loaded);
	struct mmu *old = *loaded;
	u32 cpu = cpu_id();

	if (mmu == mmu_kernel())
		mmu = NULL;
	if (old == mmu)
		return;
	if (mmu)
		cpumask_set_atomic(&mmu->cpus, cpu);
	*loaded = mmu;
	cr3_write(mmu ? mmu->root : mmu_kernel()->root);
	switch_from(old, cpu);
}

static void flush_here(u64 start, u64 end)
{
	if (end - start > FLUSH_ALL_PAGES * PAGE_SIZE) {
		cr3_write(cr3_read());
		return;
	}
	for (u64 va = start; va < end; va += PAGE_SIZE)
		tlb_invlpg(va);
}

/* Interrupt context on a CPU that had the tables a moment ago. */
static void flush_remote(void *arg)
{
	const struct flush *f = arg;
	const struct arch_thread *t = arch_current();

	if (this_cpu(mmu_loaded) != f->mmu)
		return;
	if (!t || t->mmu != f->mmu)
		mmu_switch(mmu_kernel());
	else
		flush_here(f->start, f->end);
}

/* The CPUs of @mmu but this one; false when there are none. */
static bool others_of(const struct mmu *mmu, struct cpumask *out)
{
	*out = mmu->cpus;
	cpumask_clear(out, cpu_id());
	return !cpumask_empty(out);
}

void tlb_flush_range(struct mmu *mmu, u64 start, u64 end)
{
	struct flush f = { .mmu = mmu, .start = start, .end = end };
	struct cpumask others;

	smp_mb(); /* entries before mask: pairs with mmu_switch */
	if (cpumask_test(&mmu->cpus, cpu_id()))
		flush_here(start, end);
	if (others_of(mmu, &others))
		smp_call(&others, flush_remote, &f);
}

void tlb_flush_local(u64 va)
{
	tlb_invlpg(va);
}

static void evict_here(void *arg)
{
	if (this_cpu(mmu_loaded) == arg)
		mmu_switch(mmu_kernel());
}

void tlb_evict(struct mmu *mmu)
{
	struct cpumask others;
	u64 flags = irq_save();

	ASSERT(!arch_current() || arch_current()->mmu != mmu);
	evict_here(mmu);
	irq_restore(flags);
	smp_mb(); /* a mask found empty below stays so */
	if (others_of(mmu, &others))
		smp_call(&others, evict_here, mmu);
	ASSERT(cpumask_empty(&mmu->cpus));
}

static void flush_kernel_here(void *arg)
{
	const struct flush *f = arg;
	u64 cr4;

	if (f->end - f->start <= FLUSH_ALL_PAGES * PAGE_SIZE) {
		for (u64 va = f->start; va < f->end; va += PAGE_SIZE)
			tlb_invlpg(va);
		return;
	}
	/* A change of CR4.PGE drops global entries too. */
	cr4 = cr4_read();
	cr4_write(cr4 ^ CR4_PGE);
	cr4_write(cr4);
}

void tlb_flush_kernel(u64 start, u64 end)
{
	struct flush f = { .start = start, .end = end };

	flush_kernel_here(&f);
	smp_call(cpu_online_mask(), flush_kernel_here, &f);
}
