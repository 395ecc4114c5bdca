/*
 * tests/kernel/test_slab.c - slab caches and kmalloc
 */
#include "selftest.h"

#include <arch/cpu.h>
#include <core/rcu.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <mm/alloc_fault.h>
#include <mm/slab.h>
#include <sched/rcu_wait.h>
#include <sched/sched.h>

#define NOBJS 300
#define TURNS 6000

static void *many_objs[NOBJS];	/* too large for a stack frame */

struct find {
	const char *name;
	struct slab_stat stat;
	bool found;
};

static void find_cache(const struct slab_stat *s, void *arg)
{
	struct find *f = arg;

	if (strcmp(s->name, f->name))
		return;
	f->stat = *s;
	f->found = true;
}

static struct slab_stat stat_of(const char *name)
{
	struct find f = { .name = name };

	slab_for_each(find_cache, &f);
	CHECK(f.found);
	return f.stat;
}

static void test_count(void)
{
	struct slab_cache *c = slab_cache_create("test-count", 100, 0, 0);
	void **objs = many_objs;

	CHECK(c);
	if (!c)
		return;
	for (u32 i = 0; i < NOBJS; i++) {
		objs[i] = slab_zalloc(c);
		CHECK(objs[i] && mem_is_zero(objs[i], 100));
		if (objs[i])
			memset(objs[i], 0x11, 100);
	}
	CHECK(stat_of("test-count").active_objs == NOBJS);
	for (u32 i = 0; i < NOBJS; i++)
		slab_free(c, objs[i]);
	slab_free(c, NULL);
	CHECK(stat_of("test-count").active_objs == 0);
	mm_drain();
	CHECK(stat_of("test-count").slabs == 0);
	slab_cache_destroy(c);
}

/* Objects of "test-keep", as large as those of test_count. */
#define KEEP_BYTES 100
#define MAG_MOST 64	/* more than a magazine holds */

/* Most slabs go when they are empty: those stay that the objects in this CPU's
 * magazine lie in, and one. */
static void keep_cpu(void *arg, u32 cpu UNUSED)
{
	struct slab_cache *c = arg;
	struct slab_stat s;

	for (u32 i = 0; i < NOBJS; i++) {
		many_objs[i] = slab_alloc(c);
		CHECK(many_objs[i]);
	}
	s = stat_of("test-keep");
	CHECK(s.slabs >= NOBJS / s.objs_per_slab);
	for (u32 i = 0; i < NOBJS; i++)
		slab_free(c, many_objs[i]);
	s = stat_of("test-keep");
	test_note("%u objects a slab; empty, %lu slabs are kept",
		  s.objs_per_slab, s.slabs);
	CHECK(s.slabs <= MAG_MOST / s.objs_per_slab + 2 + 1);
}

/* Run @fn with a new cache on CPU 0; all objects must be back. */
static void with_cache(void (*fn)(void *arg, u32 cpu))
{
	struct slab_cache *c = slab_cache_create("test-keep", KEEP_BYTES, 0, 0);

	CHECK(c);
	if (!c)
		return;
	test_on_cpus(1, fn, c);
	CHECK(stat_of("test-keep").active_objs == 0);
	slab_cache_destroy(c);
}

static void test_keep(void)
{
	with_cache(keep_cpu);
}

#define NLAST 4

/* What was freed last is taken first, whenever a magazine overflows. */
static void newest_cpu(void *arg, u32 cpu UNUSED)
{
	struct slab_cache *c = arg;
	void **objs = many_objs;

	for (u32 i = 0; i < NOBJS; i++)
		objs[i] = slab_alloc(c);
	for (u32 i = 0; i < NOBJS; i++) {
		slab_free(c, objs[i]);
		if (i < NLAST)
			continue;
		for (u32 k = 0; k < NLAST; k++)
			CHECK(slab_alloc(c) == objs[i - k]);
		for (u32 k = NLAST; k-- > 0;)
			slab_free(c, objs[i - k]);
	}
}

static void test_newest(void)
{
	with_cache(newest_cpu);
}

static bool is_one_of(const void *obj, void **objs, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		if (objs[i] == obj)
			return true;
	}
	return false;
}

/* What CPU 1 frees stays there as long as it has room. */
static void magazine_cpu(void *arg, u32 cpu UNUSED)
{
	struct slab_cache *c = arg;
	void *objs[NLAST], *mine;

	for (u32 i = 0; i < NLAST; i++)
		objs[i] = slab_alloc(c);
	test_move_to(1);
	for (u32 i = 0; i < NLAST; i++)
		slab_free(c, objs[i]);
	mine = slab_alloc(c);
	CHECK(mine == objs[NLAST - 1]);
	test_move_to(0);
	for (u32 i = 0; i < NLAST; i++) {
		void *other = slab_alloc(c);

		CHECK(other && !is_one_of(other, objs, NLAST));
		slab_free(c, other);
	}
	slab_free(c, mine);
}

static void test_magazine(void)
{
	if (cpu_online_count() < 2)
		test_skip("needs two CPUs");
	else
		with_cache(magazine_cpu);
}

/* All pages but the reserve, as a chain. */
static struct page *take_pages(void)
{
	struct page *chain = NULL, *p;

	for (u64 n = 1; (p = page_alloc(0, 0, PAGE_ANON)) != NULL; n++) {
		p->owner = chain;
		chain = p;
		if (n % 1024 == 0)
			cond_resched();
	}
	return chain;
}

static void give_pages(struct page *chain)
{
	for (u64 n = 1; chain; n++) {
		struct page *p = chain;

		chain = p->owner;
		page_put(p);
		if (n % 1024 == 0)
			cond_resched();
	}
}

/* Without pages a cache gives what it has, then NULL; not even its magazine
 * can be made. */
static void no_memory_cpu(void *arg, u32 cpu UNUSED)
{
	struct slab_cache *c = arg;
	struct page *chain = take_pages();
	void *chained = NULL, *obj;
	u32 n = 0;

	while ((obj = slab_alloc(c)) != NULL) {
		*(void **)obj = chained;
		chained = obj;
		n++;
	}
	give_pages(chain);
	test_note("%u objects without memory", n);
	obj = slab_zalloc(c);
	CHECK(obj && mem_is_zero(obj, KEEP_BYTES));
	slab_free(c, obj);
	while ((obj = chained) != NULL) {
		chained = *(void **)obj;
		slab_free(c, obj);
	}
}

static void test_no_memory(void)
{
	with_cache(no_memory_cpu);
}

static struct slab_cache *stress_cache;
static void *exchange[64];	/* [a] objects passed between CPUs */

/* Objects are marked, passed to other CPUs and freed there. */
static void stress_cpu(void *arg UNUSED, u32 cpu)
{
	u64 seed = cpu + 4711;

	for (u32 i = 0; i < TURNS; i++) {
		u64 *o = slab_alloc(stress_cache);
		u32 slot = test_random(&seed) % ARRAY_SIZE(exchange);

		CHECK(o && IS_ALIGNED((u64)o, 64));
		if (!o)
			return;
		o[0] = (u64)o;
		o[24] = ~(u64)o;
		o = xchg(&exchange[slot], (void *)o);
		if (o) {
			CHECK(o[0] == (u64)o && o[24] == ~(u64)o);
			slab_free(stress_cache, o);
		}
		cond_resched();
	}
}

static void test_stress(void)
{
	stress_cache = slab_cache_create("test-stress", 200, 64, 0);
	CHECK(stress_cache);
	if (!stress_cache)
		return;
	test_on_cpus(cpu_online_count(), stress_cpu, NULL);
	for (u32 i = 0; i < ARRAY_SIZE(exchange); i++) {
		slab_free(stress_cache, exchange[i]);
		exchange[i] = NULL;
	}
	CHECK(stat_of("test-stress").active_objs == 0);
	slab_cache_destroy(stress_cache);
}

#define TYPE_MARK 0x7e57ull

/* A freed object of a typesafe cache keeps its content until it is used
 * again, and its page outlives the readers. */
static void test_typesafe(void)
{
	struct slab_cache *c = slab_cache_create("test-rcu", 64, 0,
						 SLAB_TYPESAFE_RCU);
	u64 **objs = (u64 **)many_objs;

	CHECK(c);
	if (!c)
		return;
	for (u32 i = 0; i < NOBJS; i++) {
		objs[i] = slab_alloc(c);
		CHECK(objs[i] && (*objs[i] == 0 || *objs[i] == TYPE_MARK));
		if (!objs[i])
			return;
		*objs[i] = TYPE_MARK;
	}
	rcu_read_lock();
	for (u32 i = 0; i < NOBJS; i++)
		slab_free(c, objs[i]);
	for (u32 i = 0; i < NOBJS; i++)
		CHECK(READ_ONCE(*objs[i]) == TYPE_MARK);
	rcu_read_unlock();
	mm_drain();
	rcu_barrier();
	slab_cache_destroy(c);
}

/* Slabs on their way out do not need their cache, nor do they go with it. */
static void test_typesafe_end(void)
{
	struct slab_cache *c = slab_cache_create("test-rcu", 3000, 0,
						 SLAB_TYPESAFE_RCU);
	u64 *obj = c ? slab_alloc(c) : NULL;
	struct mm_stat before, after;

	CHECK(obj);
	if (!obj)
		return;
	rcu_barrier();
	mm_stat_get(&before);
	*obj = TYPE_MARK;
	rcu_read_lock();
	slab_free(c, obj);
	slab_cache_destroy(c);
	CHECK(READ_ONCE(*obj) == TYPE_MARK);
	rcu_read_unlock();
	rcu_barrier();
	mm_stat_get(&after);
	CHECK(after.kind_pages[PAGE_SLAB] < before.kind_pages[PAGE_SLAB]);
}

#ifdef NIDUS_DEBUG
static u32 found(void (*misuse)(struct slab_cache *c))
{
	struct slab_cache *c = slab_cache_create("test-misuse", 40, 0, 0);
	u32 n;

	CHECK(c);
	if (!c)
		return 0;
	slab_capture_begin();
	misuse(c);
	n = slab_capture_end();
	slab_cache_destroy(c);
	return n;
}

static void misuse_none(struct slab_cache *c)
{
	slab_free(c, slab_alloc(c));
}

static void misuse_overrun(struct slab_cache *c)
{
	u8 *o = slab_alloc(c);

	o[40] = 1;
	slab_free(c, o);
}

static void misuse_double_free(struct slab_cache *c)
{
	u8 *o = slab_alloc(c);

	slab_free(c, o);
	slab_free(c, o);
}

static void misuse_after_free(struct slab_cache *c)
{
	u8 *o = slab_alloc(c);
	u8 *again;

	slab_free(c, o);
	o[17] = 1;
	again = slab_alloc(c);
	CHECK(again == o);
	slab_free(c, again);
}

static void test_misuse(void)
{
	u8 *o = kmalloc(50);

	CHECK(found(misuse_none) == 0);
	CHECK(found(misuse_overrun) == 1);
	CHECK(found(misuse_double_free) == 1);
	CHECK(found(misuse_after_free) == 1);
	CHECK(o && o[0] == 0x5a && o[49] == 0x5a);
	kfree(o);
	CHECK(o[0] == 0x6b);
}

static void test_fault(void)
{
	void *p;

	alloc_fault_set(3);
	for (u32 i = 1; i <= 4; i++) {
		p = kmalloc(100);
		CHECK((p == NULL) == (i == 3));
		CHECK(alloc_fault_hit() == (i >= 3));
		kfree(p);
	}
	alloc_fault_set(1);
	CHECK(!page_alloc(0, 0, PAGE_ANON));
	alloc_fault_set(0);
	CHECK(!alloc_fault_hit());
}
#else
static void test_misuse(void)
{
	test_skip("checks are in debug builds only");
}

static void test_fault(void)
{
	test_skip("injection is in debug builds only");
}
#endif

static void test_kmalloc(void)
{
	static const size_t sizes[] = {
		1, 7, 8, 9, 16, 17, 64, 65, 96, 97, 128, 192, 193, 256, 257,
		512, 1000, 1024, 1025, 4096, 4097, 8192, 8193, 20000, 100000,
	};
	void *p[ARRAY_SIZE(sizes)];

	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		p[i] = kzalloc(sizes[i]);
		CHECK(p[i] && mem_is_zero(p[i], sizes[i]));
		CHECK(IS_ALIGNED((u64)p[i], 8));
		if (p[i])
			memset(p[i], (int)i + 1, sizes[i]);
	}
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		const u8 *b = p[i];

		CHECK(b && b[0] == i + 1 && b[sizes[i] - 1] == i + 1);
		kfree(p[i]);
	}
	kfree(NULL);
	CHECK(!kmalloc(64ul << 20));
	CHECK(!kcalloc(1ul << 40, 1ul << 40));
}

static void test_krealloc(void)
{
	char *p = kstrdup("nidus");
	char *q;

	CHECK(p && strcmp(p, "nidus") == 0);
	for (size_t size = 8; p && size < 100000; size = size * 3 / 2) {
		q = krealloc(p, size);
		CHECK(q && strcmp(q, "nidus") == 0);
		if (!q)
			break;
		memset(q + 6, 0x33, size - 6);
		p = q;
	}
	p = krealloc(p, 6);
	CHECK(p && strcmp(p, "nidus") == 0);
	kfree(p);
}

const struct selftest slab_tests[] = {
	{ "slab: counts are exact", test_count },
	{ "slab: few empty slabs are kept", test_keep },
	{ "slab: the newest objects come first", test_newest },
	{ "slab: each CPU has a magazine", test_magazine },
	{ "slab: without pages there are no objects", test_no_memory },
	{ "slab: objects wander between CPUs", test_stress },
	{ "slab: typesafe objects stay what they are", test_typesafe },
	{ "slab: typesafe slabs outlive their cache", test_typesafe_end },
	{ "slab: overrun, double free, use after free", test_misuse },
	{ "slab: the n-th allocation fails", test_fault },
	{ "kmalloc: all sizes", test_kmalloc },
	{ "kmalloc: realloc keeps the content", test_krealloc },
	{ NULL, NULL },
};
