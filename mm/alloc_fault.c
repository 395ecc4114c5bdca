/*
 * mm/alloc_fault.c - allocations that fail when told to (debug builds)
 *
 * What:  a countdown for each thread; the allocation that brings it to zero
 *        fails. Allocations inside interrupts do not count, so that the n-th
 *        one is the same in each run.
 * Locks: a countdown belongs to its thread; each CPU has a pointer to that of
 *        the thread it runs.
 * Not:   release builds, where nothing ever fails on purpose; free pages'
 *        poison is here too, for it shares the condition.
 * See:   docs/testing.md
 */
#include <mm/alloc_fault.h>

#include "mm_internal.h"

#ifdef NIDUS_DEBUG
#include <arch/irq.h>
#include <arch/percpu.h>
#include <core/panic.h>
#include <lib/string.h>

#define PAGE_POISON 0x6f
#define PAGE_POISON_WORD 0x6f6f6f6f6f6f6f6full

static DEFINE_PER_CPU(struct alloc_fault *, fault); /* NULL: early at boot */

void alloc_fault_switch(struct alloc_fault *next)
{
	this_cpu(fault) = next;
}

bool alloc_fault_set(u32 n)
{
	*this_cpu(fault) = (struct alloc_fault){ .left = n };
	return true;
}

bool alloc_fault_hit(void)
{
	return this_cpu(fault)->hit;
}

bool alloc_should_fail(void)
{
	struct alloc_fault *f = this_cpu(fault);

	if (likely(!f || !f->left) || in_irq())
		return false;
	WRITE_ONCE(f->left, f->left - 1);
	f->hit = !f->left;
	return f->hit;
}

void page_poison(struct page *p, u32 order)
{
	memset(page_to_virt(p), PAGE_POISON, PAGE_SIZE << order);
	for (u32 i = 0; i < 1u << order; i++)
		p[i].flags |= PG_POISON;
}

static void poison_check_page(struct page *p)
{
	const u64 *words = page_to_virt(p);

	if (!(p->flags & PG_POISON))
		return;
	p->flags &= (u16)~PG_POISON;
	for (u32 i = 0; i < PAGE_SIZE / sizeof(u64); i++) {
		if (unlikely(words[i] != PAGE_POISON_WORD))
			panic("page %lx: written while free, at +%lu: %#lx",
			      page_to_phys(p), i * sizeof(u64), words[i]);
	}
}

void page_poison_check(struct page *p, u32 order)
{
	for (u32 i = 0; i < 1u << order; i++)
		poison_check_page(p + i);
}
#else
bool alloc_fault_set(u32 n UNUSED)
{
	return false;
}

bool alloc_fault_hit(void)
{
	return false;
}
#endif
