/*
 * tests/kernel/test_page.c - buddy allocator and kernel stacks
 */
#include "selftest.h"

#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <arch/smp.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/kstack.h>
#include <mm/page.h>
#include <mm/slab.h>
#include <sched/sched.h>

#define NBLOCKS 200
#define TURNS 4000

static u64 free_pages(void)
{
	struct mm_stat s;

	mm_drain();
	mm_stat_get(&s);
	return s.free_pages;
}

static void test_stat(void)
{
	struct mm_stat a, b;
	struct page *p;

	mm_stat_get(&a);
	p = page_alloc(3, 0, PAGE_ANON);
	CHECK(p);
	if (!p)
		return;
	mm_stat_get(&b);
	CHECK(b.kind_pages[PAGE_ANON] == a.kind_pages[PAGE_ANON] + 8);
	CHECK(b.free_pages + 8 == a.free_pages);
	CHECK(b.total_pages == a.total_pages);
	page_free(p, 3);
	mm_stat_get(&b);
	CHECK(b.free_pages == a.free_pages);
}

static void test_address(void)
{
	struct page *p = page_alloc(0, PA_ZERO, PAGE_KERNEL);

	CHECK(p);
	if (!p)
		return;
	CHECK(phys_to_page(page_to_phys(p)) == p);
	CHECK(phys_to_page(page_to_phys(p) + 4095) == p);
	CHECK(virt_to_page(page_to_virt(p)) == p);
	CHECK(mem_is_zero(page_to_virt(p), PAGE_SIZE));
	CHECK(phys_to_page(~0ull << 45) == NULL);
	page_get(p);
	page_put(p);
	CHECK(p->kind == PAGE_KERNEL);
	CHECK(!p->flags);
	page_put(p);
	CHECK(p->kind == PAGE_FREE);
}

/* What is written to a free page is seen when it is given out again: by a
 * panic, so this looks only at what that depends on. */
#ifdef NIDUS_DEBUG
static void test_poison(void)
{
	struct page *p = page_alloc(1, 0, PAGE_KERNEL);

	CHECK(p);
	if (!p)
		return;
	page_free(p, 1);
	CHECK(p[0].flags & PG_POISON);
	CHECK(p[1].flags & PG_POISON);
}
#else
static void test_poison(void)
{
	test_skip("needs a debug build");
}
#endif

struct block {
	struct page *page;
	u32 order;
	u64 mark;
};

static void block_mark(struct block *b)
{
	for (u64 i = 0; i < 1u << b->order; i++)
		*(u64 *)page_to_virt(b->page + i) = b->mark + i;
}

static void block_check(const struct block *b)
{
	for (u64 i = 0; i < 1u << b->order; i++)
		CHECK(*(u64 *)page_to_virt(b->page + i) == b->mark + i);
}

/* Random blocks: none overlaps another, all come back. */
static void buddy_cpu(void *arg UNUSED, u32 cpu)
{
	struct block *blocks = kcalloc(NBLOCKS, sizeof(*blocks));
	u64 seed = cpu + 99;

	CHECK(blocks);
	for (u32 i = 0; blocks && i < TURNS; i++) {
		struct block *b = &blocks[test_random(&seed) % NBLOCKS];

		if (b->page) {
			block_check(b);
			page_free(b->page, b->order);
			b->page = NULL;
		} else {
			b->order = test_random(&seed) % 16 ?
				   (u32)(test_random(&seed) % 3) :
				   (u32)(test_random(&seed) % 7);
			b->page = page_alloc(b->order, 0, PAGE_ANON);
			b->mark = seed;
			if (b->page) {
				CHECK(IS_ALIGNED(page_to_phys(b->page),
						 PAGE_SIZE << b->order));
				block_mark(b);
			}
		}
		cond_resched();
	}
	for (u32 i = 0; blocks && i < NBLOCKS; i++) {
		if (blocks[i].page)
			page_free(blocks[i].page, blocks[i].order);
	}
	kfree(blocks);
}

static void test_buddy(void)
{
	u64 before = free_pages();
	u64 after;

	test_on_cpus(cpu_online_count(), buddy_cpu, NULL);
	after = free_pages();
	test_note("free pages before %lu, after %lu", before, after);
	CHECK(after + 2 >= before);
}

/* The array of a small machine: at least as many of the pages freed last are
 * in it, whenever it was emptied by half. */
#define NLATEST 4
#define NFREED 150

/* Free @n pages into an empty array; those freed last are given out first. */
static void latest_first(struct page **pages, u32 n)
{
	struct page *again[NLATEST];
	u64 irq;

	for (u32 i = 0; i < n; i++) {
		pages[i] = page_alloc(0, 0, PAGE_ANON);
		CHECK(pages[i]);
		if (!pages[i])
			return;
	}
	irq = irq_save();
	page_drain_cpu(NULL);
	for (u32 i = 0; i < n; i++)
		page_free(pages[i], 0);
	for (u32 i = 0; i < NLATEST; i++) {
		again[i] = page_alloc(0, 0, PAGE_ANON);
		CHECK(again[i] == pages[n - 1 - i]);
	}
	irq_restore(irq);
	for (u32 i = 0; i < NLATEST; i++) {
		if (again[i])
			page_free(again[i], 0);
	}
}

/* The pages freed last are warm: a CPU keeps them, and uses them first. */
static void test_latest(void)
{
	struct page **pages = kcalloc(NFREED, sizeof(*pages));

	CHECK(pages);
	for (u32 n = NFREED / 2; pages && n <= NFREED; n++)
		latest_first(pages, n);
	kfree(pages);
}

/* All free pages, by owner. Return: how many. */
static u64 take_all(struct page **chain)
{
	struct page *p;
	u64 n = 0;

	while ((p = page_alloc(0, 0, PAGE_ANON)) != NULL) {
		p->owner = *chain;
		*chain = p;
		n++;
		if (!in_irq() && n % 1024 == 0)
			cond_resched();
	}
	return n;
}

static void give_back(struct page *chain)
{
	for (u64 n = 1; chain; n++) {
		struct page *p = chain;

		chain = p->owner;
		page_put(p);
		if (n % 1024 == 0)
			cond_resched();
	}
}

/* Until nothing is left, and all of it back. */
static void test_exhaust(void)
{
	u64 before = free_pages();
	struct page *chain = NULL, *p;

	take_all(&chain);
	CHECK(!page_alloc(1, 0, PAGE_ANON));
	give_back(chain);
	CHECK(free_pages() + 2 >= before);
	p = page_alloc(PAGE_MAX_ORDER, 0, PAGE_ANON);
	CHECK(p);
	if (p)
		page_free(p, PAGE_MAX_ORDER);
}

static struct page *chain_take(struct page **chain, const struct page *p)
{
	while (*chain && *chain != p)
		chain = (struct page **)&(*chain)->owner;
	if (*chain)
		*chain = p->owner;
	return (struct page *)p;
}

static struct page *other_half(const struct page *p)
{
	struct page *other = phys_to_page(page_to_phys(p) ^ PAGE_SIZE);

	return other && other->kind == PAGE_ANON ? other : NULL;
}

/* With nothing left: two halves of a block in this CPU's array are one. */
static void test_two_halves(void)
{
	struct page *chain = NULL, *p, *other = NULL;
	u64 irq;

	test_move_to(0);
	take_all(&chain);
	for (p = chain; p; p = p->owner) {
		other = other_half(p);
		if (other)
			break;
	}
	CHECK(other);
	if (other) {
		chain_take(&chain, p);
		chain_take(&chain, other);
		irq = irq_save();
		page_free(p, 0);
		page_free(other, 0);
		p = page_alloc(1, 0, PAGE_ANON);
		irq_restore(irq);
		CHECK(p);
		if (p)
			page_free(p, 1);
	}
	give_back(chain);
}

struct taking {
	struct page *chain;
	u64 n;
};

static void take_all_call(void *arg)
{
	struct taking *t = arg;

	t->n = take_all(&t->chain);
}

static u64 array_max(void)
{
	struct mm_stat s;

	mm_stat_get(&s);
	return min(64ul, max(s.total_pages / 1024, 8ul));
}

/* With nothing left: what one CPU frees another gets, but for the array. */
static void test_own(void)
{
	struct cpumask other = { 0 };
	struct page *chain = NULL, *p, *latest = NULL;
	struct taking t = { 0 };

	if (cpu_online_count() < 2) {
		test_skip("needs two CPUs");
		return;
	}
	test_move_to(0);
	cpumask_set(&other, 1);
	take_all(&chain);
	for (u32 i = 0; i < NFREED && chain; i++) {
		p = chain;
		chain = p->owner;
		latest = p;
		page_put(p);
	}
	smp_call(&other, take_all_call, &t);
	CHECK(latest && latest->kind == PAGE_FREE);
	CHECK(t.n + array_max() >= NFREED);
	test_note("%lu of %u pages, at most %lu are kept", t.n, NFREED,
		  array_max());
	give_back(t.chain);
	give_back(chain);
}

#define NSTACKS 40

static void test_kstack(void)
{
	u64 tops[NSTACKS];
	u64 before = free_pages();
	u64 count = kstack_count();
	paddr_t pa;
	u32 flags;

	for (u32 i = 0; i < NSTACKS; i++) {
		tops[i] = kstack_alloc();
		CHECK(tops[i] && IS_ALIGNED(tops[i], 16));
		if (!tops[i])
			return;
		memset((void *)kstack_base(tops[i]), (int)i, KSTACK_SIZE);
		CHECK(kstack_is_guard(kstack_base(tops[i]) - 1));
		CHECK(kstack_is_guard(kstack_base(tops[i]) - PAGE_SIZE));
		CHECK(!kstack_is_guard(kstack_base(tops[i])));
		CHECK(!mmu_query(mmu_kernel(), kstack_base(tops[i]) - PAGE_SIZE,
				 &pa, &flags));
		CHECK(mmu_query(mmu_kernel(), tops[i] - 8, &pa, &flags));
		CHECK((flags & (MMU_WRITE | MMU_EXEC | MMU_USER)) == MMU_WRITE);
	}
	for (u32 i = 0; i < NSTACKS; i++) {
		const u8 *base = (const u8 *)kstack_base(tops[i]);

		CHECK(base[0] == i && base[KSTACK_SIZE - 1] == i);
		kstack_free(tops[i]);
	}
	CHECK(!kstack_is_guard((u64)&tops));
	CHECK(free_pages() + 2 >= before);
	CHECK(kstack_count() <= count);
}

const struct selftest page_tests[] = {
	{ "page: counts by kind", test_stat },
	{ "page: descriptors and addresses", test_address },
	{ "page: poison and flags", test_poison },
	{ "page: random blocks on all CPUs", test_buddy },
	{ "page: freed last, given out first", test_latest },
	{ "page: to the last page and back", test_exhaust },
	{ "page: the last pages, two halves of a block", test_two_halves },
	{ "page: the last pages, kept by a CPU", test_own },
	{ "kstack: mapped, guarded, given back", test_kstack },
	{ NULL, NULL },
};
