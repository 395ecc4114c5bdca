/*
 * tests/kernel/test_mmu.c - page tables and the flush on other CPUs
 */
#include "selftest.h"

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/thread.h>
#include <arch/usercopy.h>
#include <core/panic.h>
#include <lib/string.h>
#include <mm/page.h>
#include <sched/sched.h>

#define VA 0x10000000ull
#define NPAGES 700ull		/* over a table's end */
/* A kernel address that no stack uses. */
#define KVA (MMIO_BASE - PAGE_SIZE)
#define FLIPS 200u

static u64 free_pages(void)
{
	struct mm_stat s;

	mm_drain();
	mm_stat_get(&s);
	return s.free_pages;
}

/* Fake physical pages: only entries are made, nothing is accessed. */
static paddr_t fake(u64 i)
{
	return 0x40000000ull + i * 8 * PAGE_SIZE;
}

/* Of the numbers below @n. */
#define SUM(n) ((n) * ((n) - 1ul) / 2)

struct tally {
	u64 n;
	u64 bad;
	u64 sum;		/* of the pages, by number */
	u32 want_flags;
};

static void tally_page(u64 va, paddr_t pa, u32 flags, void *arg)
{
	struct tally *t = arg;

	t->n++;
	if (pa != fake((va - VA) / PAGE_SIZE))
		t->bad++;
	if ((flags & (MMU_WRITE | MMU_USER | MMU_EXEC)) != t->want_flags)
		t->bad++;
}

static void tally_gone(u64 va, paddr_t pa, void *arg)
{
	struct tally *t = arg;

	t->n++;
	if (pa != fake((va - VA) / PAGE_SIZE))
		t->bad++;
}

/* The pages that mmu_fini hands on. */
static void tally_left(const paddr_t *pages, u32 n, void *arg)
{
	struct tally *t = arg;

	t->n += n;
	for (u32 i = 0; i < n; i++) {
		u64 page = (pages[i] - fake(0)) / (fake(1) - fake(0));

		t->sum += page;
		if (pages[i] != fake(page))
			t->bad++;
	}
}

static void map_all(struct mmu *m, u32 flags)
{
	for (u64 i = 0; i < NPAGES; i++)
		CHECK(!mmu_map(m, VA + i * PAGE_SIZE, fake(i), flags));
}

static void test_map(void)
{
	u64 before = free_pages();
	struct tally t = { .want_flags = MMU_USER | MMU_WRITE };
	u64 end = VA + NPAGES * PAGE_SIZE;
	struct mmu m;
	paddr_t pa;
	u32 flags;

	CHECK(!mmu_init(&m));
	CHECK(!mmu_query(&m, VA, &pa, &flags));
	map_all(&m, MMU_USER | MMU_WRITE);
	CHECK(mmu_query(&m, VA + 5 * PAGE_SIZE, &pa, &flags));
	CHECK(pa == fake(5) && (flags & MMU_WRITE) && !(flags & MMU_EXEC));
	mmu_walk(&m, VA, end, tally_page, &t);
	CHECK(t.n == NPAGES && !t.bad);
	mmu_protect(&m, VA, end, MMU_USER, NULL, NULL);
	t = (struct tally){ .want_flags = MMU_USER };
	mmu_walk(&m, VA, end, tally_page, &t);
	CHECK(t.n == NPAGES && !t.bad);
	t = (struct tally){ .want_flags = MMU_USER };
	mmu_unmap(&m, VA, VA + 100 * PAGE_SIZE, tally_gone, &t);
	CHECK(t.n == 100 && !t.bad);
	CHECK(!mmu_query(&m, VA + 99 * PAGE_SIZE, NULL, NULL));
	CHECK(mmu_query(&m, VA + 100 * PAGE_SIZE, NULL, NULL));
	/* What is mapped again where all was gone is found too. */
	CHECK(!mmu_map(&m, VA + 50 * PAGE_SIZE, fake(50), MMU_USER));
	/* And neighbours of what goes, in the same eight. */
	mmu_unmap(&m, VA + 203 * PAGE_SIZE, VA + 261 * PAGE_SIZE, NULL, NULL);
	t = (struct tally){ 0 };
	mmu_fini(&m, tally_left, &t);
	CHECK(t.n == NPAGES - 100 + 1 - 58 && !t.bad);
	CHECK(t.sum == SUM(NPAGES) - SUM(100) + 50 - (SUM(261) - SUM(203)));
	CHECK(free_pages() == before);
}

/* Lowest tables of their own, ever further apart. */
#define NTABLES 45ul

static u64 spread(u64 i)
{
	return VA + i * i * i * (2ul << 20) + i % 3 * (100ul << 30);
}

static u64 protect_page(u64 va UNUSED, paddr_t pa, void *arg UNUSED)
{
	return pa | MMU_PROTECT_BOTH;
}

static void test_copy(void)
{
	u64 before = free_pages();
	u64 end = VA + NPAGES * PAGE_SIZE;
	struct tally t = { .want_flags = MMU_USER };
	struct mmu a, b;
	struct mmu_copy c = { .dst = &b, .src = &a, .fn = protect_page };
	u32 flags = 0;

	CHECK(!mmu_init(&a));
	CHECK(!mmu_init(&b));
	map_all(&a, MMU_USER | MMU_WRITE | MMU_DIRTY);
	CHECK(!mmu_copy(&c));
	CHECK(mmu_query(&a, VA, NULL, &flags) && (flags & MMU_DIRTY));
	CHECK(mmu_query(&b, VA, NULL, &flags) && !(flags & MMU_DIRTY));
	tlb_flush_range(&a, VA, end);
	mmu_walk(&b, VA, end, tally_page, &t);
	CHECK(t.n == NPAGES && !t.bad);
	t = (struct tally){ .want_flags = MMU_USER };
	mmu_walk(&a, VA, end, tally_page, &t);
	CHECK(t.n == NPAGES && !t.bad);
	t.n = 0;
	mmu_fini(&a, tally_left, &t);
	mmu_fini(&b, tally_left, &t);
	CHECK(t.n == 2 * NPAGES && !t.bad);
	CHECK(t.sum == 2 * SUM(NPAGES));
	CHECK(free_pages() == before);
}

/* More tables than a space notes, with holes of all sizes between them. */
static void test_many_tables(void)
{
	u64 before = free_pages();
	struct tally t = { .want_flags = MMU_USER };
	struct mmu a, b;
	struct mmu_copy c = { .dst = &b, .src = &a, .fn = protect_page };
	int more, calls = 0;

	CHECK(!mmu_init(&a));
	CHECK(!mmu_init(&b));
	for (u64 i = 0; i < NTABLES; i++)
		CHECK(!mmu_map(&a, spread(i), fake(0), MMU_USER | MMU_WRITE));
	do {
		more = mmu_copy(&c);
		calls++;
	} while (more > 0);
	CHECK(!more && calls > 1);
	for (u64 i = 0; i < NTABLES; i++) {
		CHECK(mmu_query(&b, spread(i), NULL, NULL));
		CHECK(!mmu_query(&b, spread(i) + PAGE_SIZE, NULL, NULL));
	}
	mmu_fini(&a, tally_left, &t);
	mmu_fini(&b, tally_left, &t);
	CHECK(t.n == 2 * NTABLES);
	CHECK(free_pages() == before);
}

/* A space whose one page is exchanged while all CPUs look at it. */
static struct {
	struct mmu mmu;
	u32 generation;		/* [a] that everybody must see by now */
	u32 stop;
	struct atomic stale, looks;
} flip;

static struct atomic flip_ready;	/* CPUs that look */

static void use_mmu(struct mmu *m)
{
	u64 irq = irq_save();

	current_thread()->arch.mmu = m;
	mmu_switch(m);
	irq_restore(irq);
}

static void flip_look(void)
{
	while (!READ_ONCE(flip.stop)) {
		u32 least = load_acquire(&flip.generation);
		u32 seen = 0;

		CHECK(usercopy_peek32(VA, &seen));
		if (seen < least)
			atomic_inc(&flip.stale);
		atomic_inc(&flip.looks);
		cpu_relax();	/* let emulated CPUs take turns */
		cond_resched();
	}
}

static void flip_change(void)
{
	struct page *pages[2];

	for (u32 i = 0; i < 2; i++) {
		pages[i] = page_alloc(0, PA_ZERO, PAGE_ANON);
		if (!pages[i])
			panic("selftest: no memory");
	}
	CHECK(!mmu_map(&flip.mmu, VA, page_to_phys(pages[0]), MMU_USER));
	WRITE_ONCE(flip.generation, 0);
	for (u32 g = 1; g <= FLIPS; g++) {
		struct page *p = pages[g % 2];

		*(u32 *)page_to_virt(p) = g;
		mmu_replace(&flip.mmu, VA, page_to_phys(p), MMU_USER);
		tlb_flush_range(&flip.mmu, VA, VA + PAGE_SIZE);
		store_release(&flip.generation, g);
		cond_resched();
	}
	WRITE_ONCE(flip.stop, 1);
	use_mmu(mmu_kernel());
	while (atomic_read(&flip_ready))
		cpu_relax();
	mmu_unmap(&flip.mmu, VA, VA + PAGE_SIZE, NULL, NULL);
	tlb_flush_range(&flip.mmu, VA, VA + PAGE_SIZE);
	page_put(pages[0]);
	page_put(pages[1]);
}

static void flip_cpu(void *arg UNUSED, u32 cpu)
{
	use_mmu(&flip.mmu);
	if (cpu != 0) {
		atomic_inc(&flip_ready);
		while (!READ_ONCE(flip.generation)) {
			cond_resched();
			cpu_relax();
		}
		flip_look();
		use_mmu(mmu_kernel());
		atomic_dec(&flip_ready);
		return;
	}
	while ((u32)atomic_read(&flip_ready) < cpu_online_count() - 1) {
		cond_resched();
		cpu_relax();
	}
	flip_change();
}

static void test_shootdown(void)
{
	struct tally t = { 0 };

	if (cpu_online_count() < 2) {
		test_skip("needs two CPUs");
		return;
	}
	memset(&flip, 0, sizeof(flip));
	atomic_set(&flip_ready, 0);
	CHECK(!mmu_init(&flip.mmu));
	test_on_cpus(cpu_online_count(), flip_cpu, NULL);
	CHECK(atomic_read(&flip.stale) == 0);
	CHECK(atomic_read(&flip.looks) > 0);
	test_note("%d looks during %u changes", atomic_read(&flip.looks),
		  FLIPS);
	mmu_fini(&flip.mmu, tally_left, &t);
	CHECK(t.n == 0);
}

/* Kernel mappings: every CPU sees each change when unmap has returned. */
static void kernel_look(void *arg, u32 cpu UNUSED)
{
	u32 want = *(u32 *)arg;

	CHECK(*(volatile u32 *)KVA == want);
}

static void test_kernel_map(void)
{
	struct page *p = page_alloc(0, PA_ZERO, PAGE_KERNEL);
	paddr_t was;

	CHECK(p);
	if (!p)
		return;
	for (u32 i = 1; i <= 20; i++) {
		struct page *q = page_alloc(0, PA_ZERO, PAGE_KERNEL);

		if (!q)
			panic("selftest: no memory");
		*(u32 *)page_to_virt(p) = i;
		CHECK(!mmu_kernel_map(KVA, page_to_phys(p), MMU_WRITE));
		test_on_cpus(cpu_online_count(), kernel_look, &i);
		mmu_kernel_unmap(KVA, 1, &was);
		CHECK(was == page_to_phys(p));
		CHECK(!mmu_query(mmu_kernel(), KVA, NULL, NULL));
		page_put(p);
		p = q;
	}
	page_put(p);
}

const struct selftest mmu_tests[] = {
	{ "mmu: map, query, protect, unmap", test_map },
	{ "mmu: copy for fork", test_copy },
	{ "mmu: copy of many tables", test_many_tables },
	{ "tlb: no CPU sees an old page after a flush", test_shootdown },
	{ "mmu: kernel mappings on all CPUs", test_kernel_map },
	{ NULL, NULL },
};
