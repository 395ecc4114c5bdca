/*
 * arch/x86_64/table.c - the pages that page tables are made of
 *
 * What:  a short list of zeroed pages for each CPU in front of the page
 *        allocator. A table is empty when it is given back, so taking it
 *        again saves the clearing, the largest part of its price.
 * Locks: each CPU's list is its own, with interrupts off (the drain comes as
 *        a cross-call).
 * Life:  upcall_table_alloc -> in use -> here or upcall_tables_free.
 * Not:   in debug builds nothing is kept, so that each allocation can be made
 *        to fail and every page is accounted for at once.
 */
#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <arch/upcall.h>
#include <core/assert.h>

#include "mmu_internal.h"

#ifdef NIDUS_DEBUG
#define TABLE_RESERVE 0
#else
#define TABLE_RESERVE 32
#endif

struct table_reserve {
	u32 n;
	paddr_t pages[TABLE_RESERVE + 1];
};

static DEFINE_PER_CPU(struct table_reserve, table_reserve);

static void table_check_empty(paddr_t pa)
{
	const u64 *table = phys_to_virt(pa);

	for (u32 i = 0; i < TABLE_ENTRIES; i++)
		ASSERT(!table[i]);
	(void)table;
}

paddr_t table_alloc(void)
{
	u64 flags = irq_save();
	struct table_reserve *r = this_cpu_ptr(&table_reserve);
	paddr_t pa = 0;

	if (r->n)
		pa = r->pages[--r->n];
	irq_restore(flags);
	return pa ? pa : upcall_table_alloc();
}

void tables_free(const paddr_t *pages, u32 n)
{
	u64 flags = irq_save();
	struct table_reserve *r = this_cpu_ptr(&table_reserve);

	while (n && r->n != TABLE_RESERVE)
		r->pages[r->n++] = pages[--n];
	irq_restore(flags);
	if (!n)
		return;
	for (u32 i = 0; i < n; i++)
		table_check_empty(pages[i]);
	upcall_tables_free(pages, n);
}

static void drain_this_cpu(void *arg UNUSED)
{
	u64 flags = irq_save();
	struct table_reserve *r = this_cpu_ptr(&table_reserve);

	upcall_tables_free(r->pages, r->n);
	r->n = 0;
	irq_restore(flags);
}

void mmu_cache_drain(void)
{
	drain_this_cpu(NULL);
	smp_call(cpu_online_mask(), drain_this_cpu, NULL);
}
