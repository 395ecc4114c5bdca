/*
 * mm/stat.c - start-up of the allocators, counters, giving memory back
 *
 * What:  what concerns all allocators together.
 * Locks: none of its own.
 */
#include <mm/page.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/smp.h>
#include <core/printk.h>
#include <mm/kstack.h>
#include <mm/slab.h>

#include "mm_internal.h"

void mm_init(void)
{
	page_init();
	slab_init();
	kmalloc_init();
	kstack_init();
}

void mm_stat_get(struct mm_stat *out)
{
	page_stat(out);
}

void mm_drain(void)
{
	u64 irq;

	slab_drain();
	kstack_drain();
	mmu_cache_drain();
	irq = irq_save();
	page_drain_cpu(NULL);
	irq_restore(irq);
	if (cpu_online_count() > 1)
		smp_call(cpu_online_mask(), page_drain_cpu, NULL);
}

static void dump_cache(const struct slab_stat *s, void *arg UNUSED)
{
	if (s->total_objs)
		pr_info("memory: %s: %lu of %lu objects of %u B, %lu slabs\n",
			s->name, s->active_objs, s->total_objs, s->obj_size,
			s->slabs);
}

void mm_dump(void)
{
	struct mm_stat s;

	mm_stat_get(&s);
	pr_info("memory: %lu pages, %lu free\n", s.total_pages,
		s.free_pages);
	pr_info("memory: kernel %lu slab %lu table %lu anon %lu file %lu\n",
		s.kind_pages[PAGE_KERNEL], s.kind_pages[PAGE_SLAB],
		s.kind_pages[PAGE_TABLE], s.kind_pages[PAGE_ANON],
		s.kind_pages[PAGE_FILE]);
	pr_info("memory: %lu kernel stacks, used %lu bytes deep at most\n",
		kstack_count(), kstack_depth());
	slab_for_each(dump_cache, NULL);
}
