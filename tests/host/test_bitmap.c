/*
 * tests/host/test_bitmap.c - lib/bitmap.c against an array of bool
 */
#include "tap.h"

#include <lib/bitmap.h>

#define MAX_BITS 200

struct model {
	size_t nbits;
	unsigned long *map;
	bool bit[MAX_BITS];
};

/* A map of random size and density; unused bits of it are 1. */
static void model_init(struct model *m, size_t nbits)
{
	u64 density = rand_below(5);
	size_t i;

	m->nbits = nbits;
	m->map = malloc(BITMAP_BYTES(nbits) + 1);
	for (i = 0; i < BITMAP_WORDS(nbits); i++)
		m->map[i] = ~0ul;
	for (i = 0; i < nbits; i++) {
		m->bit[i] = rand_below(4) < density;
		if (m->bit[i])
			bitmap_set(m->map, i);
		else
			bitmap_clear(m->map, i);
	}
}

static void model_check(const struct model *m)
{
	size_t i;

	for (i = 0; i < m->nbits; i++)
		CHECK_EQ(bitmap_test(m->map, i), m->bit[i]);
}

static size_t model_find(const struct model *m, size_t from, bool value)
{
	size_t i;

	for (i = from; i < m->nbits; i++) {
		if (m->bit[i] == value)
			return i;
	}
	return m->nbits;
}

static size_t model_run(const struct model *m, size_t from, size_t count)
{
	size_t i;

	for (i = from; i + count <= m->nbits; i++) {
		if (model_find(m, i, true) >= i + count)
			return i;
	}
	return m->nbits;
}

static void test_find(void)
{
	u64 n;

	for (n = 0; n < rounds(20000); n++) {
		struct model m;
		size_t from;
		size_t count;

		model_init(&m, 1 + rand_below(MAX_BITS));
		from = rand_below(m.nbits + 2);
		count = 1 + rand_below(n & 1 ? 5 : m.nbits);
		CHECK_EQ(bitmap_find_next_set(m.map, m.nbits, from),
			 model_find(&m, from, true));
		CHECK_EQ(bitmap_find_next_zero(m.map, m.nbits, from),
			 model_find(&m, from, false));
		CHECK_EQ(min(bitmap_find_zero_range(m.map, m.nbits, from,
						    count), m.nbits),
			 model_run(&m, from, count));
		free(m.map);
	}
}

static void test_ranges(void)
{
	u64 n;

	for (n = 0; n < rounds(20000); n++) {
		struct model m;
		size_t start;
		size_t count;
		size_t i;

		model_init(&m, 1 + rand_below(MAX_BITS));
		start = rand_below(m.nbits);
		count = rand_below(m.nbits - start + 1);
		if (n & 1)
			bitmap_set_range(m.map, start, count);
		else
			bitmap_clear_range(m.map, start, count);
		for (i = start; i < start + count; i++)
			m.bit[i] = n & 1;
		model_check(&m);
		free(m.map);
	}
}

static void test_whole(void)
{
	size_t nbits;

	for (nbits = 1; nbits <= MAX_BITS; nbits++) {
		struct model m;

		model_init(&m, nbits);
		bitmap_fill(m.map, nbits);
		CHECK(bitmap_is_full(m.map, nbits));
		CHECK_EQ(bitmap_weight(m.map, nbits), nbits);
		CHECK_EQ(m.map[BITMAP_WORDS(nbits) - 1] >> (nbits - 1) % 64, 1);
		bitmap_zero(m.map, nbits);
		CHECK(bitmap_is_empty(m.map, nbits));
		CHECK(!bitmap_is_full(m.map, nbits));
		free(m.map);
	}
}

static size_t model_weight(const struct model *m)
{
	size_t weight = 0;
	size_t i;

	for (i = 0; i < m->nbits; i++)
		weight += m->bit[i];
	return weight;
}

static void check_relations(const struct model *a, const struct model *b)
{
	bool equal = true;
	bool subset = true;
	bool common = false;
	size_t i;

	for (i = 0; i < a->nbits; i++) {
		equal &= a->bit[i] == b->bit[i];
		subset &= !a->bit[i] || b->bit[i];
		common |= a->bit[i] && b->bit[i];
	}
	CHECK_EQ(bitmap_weight(a->map, a->nbits), model_weight(a));
	CHECK_EQ(bitmap_is_empty(a->map, a->nbits), model_weight(a) == 0);
	CHECK_EQ(bitmap_equal(a->map, b->map, a->nbits), equal);
	CHECK_EQ(bitmap_is_subset(a->map, b->map, a->nbits), subset);
	CHECK_EQ(bitmap_intersects(a->map, b->map, a->nbits), common);
}

static void check_algebra(struct model *a, const struct model *b, u64 kind)
{
	size_t i;

	for (i = 0; i < a->nbits; i++) {
		if (kind == 0)
			a->bit[i] = a->bit[i] && b->bit[i];
		else if (kind == 1)
			a->bit[i] = a->bit[i] || b->bit[i];
		else
			a->bit[i] = a->bit[i] && !b->bit[i];
	}
	if (kind == 0)
		bitmap_and(a->map, a->map, b->map, a->nbits);
	else if (kind == 1)
		bitmap_or(a->map, a->map, b->map, a->nbits);
	else
		bitmap_and_not(a->map, a->map, b->map, a->nbits);
	model_check(a);
}

static void test_sets(void)
{
	u64 n;

	for (n = 0; n < rounds(20000); n++) {
		size_t nbits = 1 + rand_below(MAX_BITS);
		struct model a;
		struct model b;

		model_init(&a, nbits);
		model_init(&b, nbits);
		check_relations(&a, &b);
		check_algebra(&a, &b, n % 3);
		check_relations(&a, &b);
		bitmap_copy(b.map, a.map, nbits);
		CHECK(bitmap_equal(a.map, b.map, nbits));
		free(a.map);
		free(b.map);
	}
}

static void test_atomic(void)
{
	unsigned long map[2] = { 0, 0 };
	size_t bit;
	size_t seen = 0;

	CHECK(!bitmap_test_and_set_atomic(map, 70));
	CHECK(bitmap_test_and_set_atomic(map, 70));
	CHECK(!bitmap_test_and_set_atomic(map, 3));
	for_each_set_bit(bit, map, 128ul)
		seen = seen * 100 + bit;
	CHECK_EQ(seen, 370);
	CHECK(bitmap_test_and_clear_atomic(map, 70));
	CHECK(!bitmap_test_and_clear_atomic(map, 70));
	CHECK_EQ(bitmap_weight(map, 128), 1);
}

int main(void)
{
	tap_run("find", test_find);
	tap_run("ranges", test_ranges);
	tap_run("whole maps", test_whole);
	tap_run("sets", test_sets);
	tap_run("atomic bits and iteration", test_atomic);
	return tap_done();
}
