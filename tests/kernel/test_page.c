/*
 * tests/kernel/test_page.c - buddy allocator and kernel stacks
 */
#include "selftest.h"

#include <arch/cpu.h>
#include <arch/mmu.h>
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
	page_put(p);
	CHECK(p->kind == PAGE_FREE);
}

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

/* Until nothing is left, and all of it back. */
static void test_exhaust(void)
{
	u64 before = free_pages();
	struct page *chain = NULL, *p;
	u64 n = 0;

	while ((p = page_alloc(0, 0, PAGE_ANON)) != NULL) {
		p->owner = chain;
		chain = p;
		if (++n % 1024 == 0)
			cond_resched();
	}
	CHECK(!page_alloc(1, 0, PAGE_ANON));
	while (chain) {
		p = chain;
		chain = p->owner;
		page_put(p);
		if (--n % 1024 == 0)
			cond_resched();
	}
	CHECK(free_pages() + 2 >= before);
	p = page_alloc(PAGE_MAX_ORDER, 0, PAGE_ANON);
	CHECK(p);
	if (p)
		page_free(p, PAGE_MAX_ORDER);
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
	{ "page: random blocks on all CPUs", test_buddy },
	{ "page: to the last page and back", test_exhaust },
	{ "kstack: mapped, guarded, given back", test_kstack },
	{ NULL, NULL },
};
