/*
 * mm/kstack.c - kernel stacks with guard pages
 *
 * What:  the lower half of the kernel's dynamic mappings is cut into slots:
 *        an unmapped part and, above it, a stack. Freed stacks stay mapped
 *        and wait in a list for each CPU, then in a common one, so that a new
 *        thread costs neither mappings nor flushes.
 * Locks: kstacks.lock (RANK_KSTACK, interrupts off) covers the slots and the
 *        common list; the per-CPU lists belong to their CPU.
 * Life:  slot -> mapped stack -> in use <-> free list -> unmapped (kstack_drain
 *        or too many free ones).
 */
#include <mm/kstack.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <arch/upcall.h>
#include <core/assert.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <lib/bitmap.h>
#include <mm/page.h>

#include "mm_internal.h"

#define STACK_PAGES (KSTACK_SIZE / PAGE_SIZE)
#define GUARD_SIZE KSTACK_SIZE
#define SLOT_SIZE (GUARD_SIZE + KSTACK_SIZE)
#define AREA_BASE KMAP_BASE
#define AREA_END MMIO_BASE
#define CPU_STACKS 16u
/* Of memory, the part that may become stacks, and free stacks. */
#define SLOT_PART 4
#define FREE_PART 16
#define SLOTS_MAX 4194304ul

/* At the base of a free stack. */
struct free_stack {
	u64 next_top;
};

static struct {
	struct spinlock lock;
	unsigned long *used;	/* [L] slots with a stack */
	u64 nslots;		/* [I] */
	u64 cursor;		/* [L] where to look for a slot */
	u64 count;		/* [L] read without */
	u64 free_top;		/* [L] common list, by next_top */
	u64 nfree;		/* [L] in the common list */
	u64 free_max;		/* [I] */
} kstacks = { .lock = SPINLOCK_INIT("kstacks", RANK_KSTACK) };

struct cpu_stacks {
	u32 n;
	u64 tops[CPU_STACKS];
};

static DEFINE_PER_CPU(struct cpu_stacks, cpu_stacks);

static u64 slot_top(u64 slot)
{
	return AREA_BASE + (slot + 1) * SLOT_SIZE;
}

static u64 top_slot(u64 top)
{
	return (top - AREA_BASE) / SLOT_SIZE - 1;
}

static struct free_stack *free_link(u64 top)
{
	return (struct free_stack *)kstack_base(top);
}

u64 kstack_count(void)
{
	return READ_ONCE(kstacks.count);
}

bool kstack_is_guard(u64 addr)
{
	u64 slot;

	if (addr < AREA_BASE || addr >= AREA_END)
		return false;
	slot = (addr - AREA_BASE) / SLOT_SIZE;
	return slot < kstacks.nslots && bitmap_test(kstacks.used, slot) &&
	       (addr - AREA_BASE) % SLOT_SIZE < GUARD_SIZE;
}

bool upcall_is_stack_guard(u64 addr)
{
	return kstack_is_guard(addr);
}

#ifdef NIDUS_DEBUG
/* How deep stacks have been: untouched parts still have the pattern. */
#define DEPTH_PATTERN 0x57ac57ac57ac57acull

/* Three quarters of a stack in release builds, whose frames are smaller. */
#define DEPTH_WARN 6144u

static u64 depth_max;		/* [a] bytes */

static void depth_mark(u64 top)
{
	for (u64 *p = (u64 *)kstack_base(top); p < (u64 *)top; p++)
		*p = DEPTH_PATTERN;
}

static void depth_look(u64 top)
{
	const u64 *p = (const u64 *)kstack_base(top);
	u64 depth;

	while (p < (const u64 *)top && *p == DEPTH_PATTERN)
		p++;
	depth = top - (u64)p;
	if (depth <= READ_ONCE(depth_max))
		return;
	WRITE_ONCE(depth_max, depth);
	if (depth > DEPTH_WARN)
		pr_warn("kstack: %lu bytes were used, too many for release\n",
			depth);
}

u64 kstack_depth(void)
{
	return READ_ONCE(depth_max);
}
#else
static void depth_mark(u64 top UNUSED)
{
}

static void depth_look(u64 top UNUSED)
{
}

u64 kstack_depth(void)
{
	return 0;
}
#endif

/* Take the pages of a stack down again, from its top on. */
static void stack_unmap(u64 va, u32 npages)
{
	paddr_t pages[STACK_PAGES];

	if (npages)
		mmu_kernel_unmap(va, npages, pages);
	for (u32 i = 0; i < npages; i++)
		page_free(ram_page(pages[i]), 0);
}

static bool stack_map(u64 va)
{
	u32 i;

	for (i = 0; i < STACK_PAGES; i++) {
		struct page *p = page_alloc_internal(0, 0, PAGE_KERNEL);

		if (!p)
			break;
		if (!mmu_kernel_map(va + i * PAGE_SIZE, page_to_phys(p),
				    MMU_WRITE))
			continue;
		page_free(p, 0);
		break;
	}
	if (i == STACK_PAGES)
		return true;
	stack_unmap(va, i);
	return false;
}

/* A slot number; nslots: all are in use. */
static u64 slot_alloc(void)
{
	u64 irq = spin_lock_irqsave(&kstacks.lock);
	u64 slot = bitmap_find_next_zero(kstacks.used, kstacks.nslots,
					 kstacks.cursor);

	if (slot >= kstacks.nslots)
		slot = bitmap_find_next_zero(kstacks.used, kstacks.nslots, 0);
	if (slot < kstacks.nslots) {
		bitmap_set(kstacks.used, slot);
		kstacks.cursor = slot + 1;
		WRITE_ONCE(kstacks.count, kstacks.count + 1);
	}
	spin_unlock_irqrestore(&kstacks.lock, irq);
	return slot;
}

static void slot_free(u64 slot)
{
	u64 irq = spin_lock_irqsave(&kstacks.lock);

	bitmap_clear(kstacks.used, slot);
	kstacks.cursor = min(kstacks.cursor, slot);
	WRITE_ONCE(kstacks.count, kstacks.count - 1);
	spin_unlock_irqrestore(&kstacks.lock, irq);
}

static u64 stack_create(void)
{
	u64 slot = slot_alloc();

	if (slot >= kstacks.nslots)
		return 0;
	if (stack_map(kstack_base(slot_top(slot))))
		return slot_top(slot);
	slot_free(slot);
	return 0;
}

static void stack_destroy(u64 top)
{
	stack_unmap(kstack_base(top), STACK_PAGES);
	slot_free(top_slot(top));
}

/* From this CPU's list, then from the common one. 0: both are empty. */
static u64 stack_reuse(void)
{
	u64 irq = irq_save();
	struct cpu_stacks *c = this_cpu_ptr(&cpu_stacks);
	u64 top = 0;

	if (likely(c->n)) {
		top = c->tops[--c->n];
	} else if (READ_ONCE(kstacks.nfree)) {
		spin_lock(&kstacks.lock);
		top = kstacks.free_top;
		if (top) {
			kstacks.free_top = free_link(top)->next_top;
			kstacks.nfree--;
		}
		spin_unlock(&kstacks.lock);
	}
	irq_restore(irq);
	return top;
}

u64 kstack_alloc(void)
{
	u64 top;

	if (alloc_should_fail())
		return 0;
	top = stack_reuse();
	if (unlikely(!top))
		top = stack_create();
	if (top)
		depth_mark(top);
	return top;
}

static void common_push(u64 top)
{
	spin_lock(&kstacks.lock);
	free_link(top)->next_top = kstacks.free_top;
	kstacks.free_top = top;
	kstacks.nfree++;
	spin_unlock(&kstacks.lock);
}

void kstack_free(u64 top)
{
	u64 irq;
	struct cpu_stacks *c;

	ASSERT(top > AREA_BASE && top_slot(top) < kstacks.nslots);
	depth_look(top);
	irq = irq_save();
	c = this_cpu_ptr(&cpu_stacks);
	if (likely(c->n < CPU_STACKS)) {
		c->tops[c->n++] = top;
		top = 0;
	} else if (READ_ONCE(kstacks.nfree) < kstacks.free_max) {
		common_push(top);
		top = 0;
	}
	irq_restore(irq);
	if (unlikely(top))
		stack_destroy(top);
}

/* Empty this CPU's list into the common one. Interrupts off. */
static void drain_cpu(void *arg UNUSED)
{
	struct cpu_stacks *c = this_cpu_ptr(&cpu_stacks);

	while (c->n)
		common_push(c->tops[--c->n]);
}

void kstack_drain(void)
{
	u64 irq = irq_save();
	u64 top, next;

	drain_cpu(NULL);
	irq_restore(irq);
	if (cpu_online_count() > 1)
		smp_call(cpu_online_mask(), drain_cpu, NULL);
	irq = spin_lock_irqsave(&kstacks.lock);
	top = kstacks.free_top;
	kstacks.free_top = 0;
	kstacks.nfree = 0;
	spin_unlock_irqrestore(&kstacks.lock, irq);
	for (; top; top = next) {
		next = free_link(top)->next_top;
		stack_destroy(top);
	}
}

void kstack_init(void)
{
	u64 total = mm_total_pages();
	u32 order = 0;
	struct page *p;

	kstacks.nslots = min(total / SLOT_PART + 64, SLOTS_MAX);
	kstacks.free_max = total / STACK_PAGES / FREE_PART;
	while (PAGE_SIZE << order < BITMAP_BYTES(kstacks.nslots))
		order++;
	p = page_alloc_internal(order, PA_ZERO, PAGE_KERNEL);
	if (!p)
		panic("kstack: no memory for %lu slots", kstacks.nslots);
	kstacks.used = page_to_virt(p);
}
