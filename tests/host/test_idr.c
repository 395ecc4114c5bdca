/*
 * tests/host/test_idr.c - lib/idr.c against a sorted table, with exact memory
 *
 * What:  every allocation gets exactly the spare nodes that idr_mem_need
 *        promises to be enough, or fewer, to see that failure changes
 *        nothing. Nodes freed by the hook go back to the host at once, so the
 *        sanitizer sees every use after that.
 * Not:   readers beside a writer (tests/host/test_threads.c).
 */
#include "tap.h"

#include <lib/idr.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define MAX_ENTRIES 400

struct entry {
	u64 id;
	void *ptr;
};

/* The model: entries sorted by number. */
struct model {
	struct entry entry[MAX_ENTRIES];
	size_t count;
};

static long live_nodes;
static struct model model;
static struct idr idr;

static void node_free(struct idr_node *node)
{
	live_nodes--;
	free(node);
}

static void mem_fill(struct idr_mem *mem, unsigned int count)
{
	while (mem->count < count) {
		live_nodes++;
		idr_mem_add(mem, malloc(sizeof(struct idr_node)));
	}
}

static void mem_empty(struct idr_mem *mem)
{
	struct idr_node *node;

	while ((node = idr_mem_take(mem)) != NULL)
		node_free(node);
	CHECK_EQ(mem->count, 0);
}

static void start(void)
{
	idr_init(&idr, node_free);
	model.count = 0;
	live_nodes = 0;
}

static void finish(void)
{
	idr_fini(&idr);
	CHECK_EQ(live_nodes, 0);
	CHECK(idr.root == NULL);
}

/* Index of the first entry with a number >= @id. */
static size_t model_at(u64 id)
{
	size_t i = 0;

	while (i < model.count && model.entry[i].id < id)
		i++;
	return i;
}

static bool model_has(u64 id)
{
	size_t i = model_at(id);

	return i < model.count && model.entry[i].id == id;
}

static void model_insert(u64 id, void *ptr)
{
	size_t i = model_at(id);

	__builtin_memmove(&model.entry[i + 1], &model.entry[i],
			  (model.count - i) * sizeof(struct entry));
	model.entry[i] = (struct entry){ .id = id, .ptr = ptr };
	model.count++;
}

static void model_remove(u64 id)
{
	size_t i = model_at(id);

	model.count--;
	__builtin_memmove(&model.entry[i], &model.entry[i + 1],
			  (model.count - i) * sizeof(struct entry));
}

/* Lowest free number of a range; false when there is none. */
static bool model_free(u64 min, u64 max, u64 *out)
{
	u64 id;

	for (id = min; id <= max; id++) {
		if (!model_has(id)) {
			*out = id;
			return true;
		}
		if (id == max)
			break;
	}
	return false;
}

/* Any address will do as a pointer; it is never looked at. */
static void *some_pointer(void)
{
	return rand_below(8) == 0 ? NULL : (void *)(rand_u64() | 1);
}

/* Allocate with too little memory first, then with the promised amount. */
static int alloc_strictly(const struct idr_range *range, void *ptr,
			  bool cyclic, u64 *out)
{
	struct idr_mem mem = IDR_MEM_INIT;
	struct idr_alloc_args args = { ptr, *range, &mem };
	u64 cursor = idr.cursor;
	unsigned int need;
	int err = -ENOMEM;

	for (need = 0; err == -ENOMEM && need <= 64; need++) {
		mem_fill(&mem, need);
		err = cyclic ? idr_alloc_cyclic(&idr, &args, out) :
			       idr_alloc(&idr, &args, out);
		CHECK(err == 0 || idr.cursor == cursor);
		CHECK(err == 0 || mem.count == need);
		CHECK(idr_count(&idr) == model.count + (err == 0));
	}
	mem_empty(&mem);
	return err;
}

static void check_find(u64 id)
{
	size_t i = model_at(id);
	u64 at = id;
	void *ptr = idr_next(&idr, &at);

	CHECK(idr_find(&idr, id) ==
	      (model_has(id) ? model.entry[i].ptr : NULL));
	CHECK_EQ(idr_is_taken(&idr, id), model_has(id));
	while (i < model.count && model.entry[i].ptr == NULL)
		i++;
	CHECK(ptr == (i < model.count ? model.entry[i].ptr : NULL));
	CHECK_EQ(at, i < model.count ? model.entry[i].id : id);
}

static void check_all(void)
{
	size_t i = 0;
	void *ptr;
	u64 id;

	CHECK_EQ(idr_count(&idr), model.count);
	for_each_idr(&idr, ptr, id) {
		while (i < model.count && model.entry[i].ptr == NULL)
			i++;
		if (!CHECK(i < model.count))
			return;
		CHECK_EQ(id, model.entry[i].id);
		CHECK(ptr == model.entry[i].ptr);
		i++;
	}
	while (i < model.count && model.entry[i].ptr == NULL)
		i++;
	CHECK_EQ(i, model.count);
}

/* Every node covers at least one number, and no tree is higher than needed. */
static void check_shape(const struct idr_node *node)
{
	u64 full = 0;
	unsigned int i;

	CHECK(node->used != 0);
	for (i = 0; i < IDR_SLOTS; i++) {
		const struct idr_node *child = node->slots[i];

		if (node->shift == 0) {
			CHECK(child == NULL || (node->used >> i & 1));
			continue;
		}
		CHECK_EQ(child != NULL, node->used >> i & 1);
		if (child == NULL)
			continue;
		CHECK(child->parent == node && child->index == i);
		CHECK_EQ(child->shift, node->shift - IDR_BITS);
		check_shape(child);
		if (child->full == ~0ul)
			full |= BIT(i);
	}
	CHECK_EQ(node->full, node->shift == 0 ? node->used : full);
}

static void check_root(void)
{
	CHECK_EQ(idr.root == NULL, model.count == 0);
	if (idr.root == NULL)
		return;
	CHECK(idr.root->parent == NULL);
	CHECK(idr.root->shift == 0 || idr.root->used != 1);
	check_shape(idr.root);
}

static void take_one(const struct idr_range *range, bool cyclic)
{
	u64 begin = range->min;
	void *ptr = some_pointer();
	u64 expected;
	bool room;
	u64 id;
	int err;

	if (cyclic && idr.cursor > range->min && idr.cursor <= range->max)
		begin = idr.cursor;
	room = model_free(begin, range->max, &expected) ||
	       model_free(range->min, range->max, &expected);
	err = alloc_strictly(range, ptr, cyclic, &id);
	CHECK_EQ(err, room ? 0 : -ENOSPC);
	if (err)
		return;
	CHECK_EQ(id, expected);
	model_insert(id, ptr);
	if (cyclic)
		CHECK_EQ(idr.cursor, id + 1);
}

static void drop_one(void)
{
	struct entry e;

	if (model.count == 0)
		return;
	e = model.entry[rand_below(model.count)];
	CHECK(idr_remove(&idr, e.id) == e.ptr);
	CHECK(idr_remove(&idr, e.id) == NULL);
	model_remove(e.id);
}

static void replace_one(u64 id)
{
	void *ptr = some_pointer();

	CHECK_EQ(idr_replace(&idr, id, ptr), model_has(id) ? 0 : -ENOENT);
	if (model_has(id))
		model.entry[model_at(id)].ptr = ptr;
}

/* Numbers in [base, base + width], grown and shrunk several times. */
static void random_walk(u64 base, u64 width)
{
	struct idr_range range = { base, base + width };
	u64 n;

	start();
	for (n = 0; n < rounds(1500); n++) {
		u64 probe = base + rand_below(width + 2);
		bool growing = n / 200 % 2 == 0;

		if (rand_below(5) < (growing ? 4 : 1) &&
		    model.count < MAX_ENTRIES)
			take_one(&range, n & 1);
		else
			drop_one();
		check_find(probe);
		replace_one(probe);
		check_root();
		if (n % 16 == 0)
			check_all();
	}
	finish();
}

static void test_random(void)
{
	random_walk(0, 63);
	random_walk(0, 100);
	random_walk(1, 299);
	random_walk(300, 32768 - 300);
	random_walk(60, 10);
	random_walk(4000, 200);
	random_walk(IDR_MAX - 70, 70);
}

/* Numbers far apart, so that the tree has all heights. */
static void sparse_walk(size_t entries, u64 steps)
{
	u64 n;

	start();
	for (n = 0; n < steps; n++) {
		u64 id = rand_u64() >> rand_below(64);
		struct idr_mem mem = IDR_MEM_INIT;
		void *ptr = some_pointer();

		mem_fill(&mem, idr_mem_need(U64_MAX));
		if (model.count == entries || rand_below(8) < n * 5 / steps)
			drop_one();
		CHECK_EQ(idr_alloc_at(&idr, id, ptr, &mem),
			 model_has(id) ? -EEXIST : 0);
		if (!model_has(id))
			model_insert(id, ptr);
		mem_empty(&mem);
		check_find(id);
		check_find(rand_u64() >> rand_below(64));
		check_root();
	}
	check_all();
	while (model.count != 0) {
		drop_one();
		check_root();
	}
	CHECK_EQ(live_nodes, 0);
	finish();
}

static void test_sparse(void)
{
	u64 n;

	sparse_walk(MAX_ENTRIES, rounds(1500));
	for (n = 0; n < rounds(100); n++)
		sparse_walk(8, 30);
}

/* What idr_mem_need promises, for trees that hold one small number. */
static void test_need(void)
{
	unsigned int bits;

	for (bits = 0; bits < 64; bits++) {
		struct idr_mem mem = IDR_MEM_INIT;
		u64 id = 1ul << bits;

		start();
		mem_fill(&mem, idr_mem_need(1));
		CHECK_EQ(idr_alloc_at(&idr, 0, NULL, &mem), 0);
		mem_fill(&mem, idr_mem_need(id) - 1);
		if (idr_mem_need(id) > 1)
			CHECK_EQ(idr_alloc_at(&idr, id, NULL, &mem), -ENOMEM);
		CHECK_EQ(idr_count(&idr), 1);
		mem_fill(&mem, idr_mem_need(id));
		CHECK_EQ(idr_alloc_at(&idr, id, NULL, &mem), 0);
		mem_empty(&mem);
		finish();
	}
}

static void test_reserve(void)
{
	struct idr_mem mem = IDR_MEM_INIT;
	u64 id = 0;
	int object;

	start();
	mem_fill(&mem, 2);
	CHECK_EQ(idr_alloc_at(&idr, 5, NULL, &mem), 0);
	CHECK(idr_find(&idr, 5) == NULL);
	CHECK(idr_next(&idr, &id) == NULL);
	CHECK_EQ(idr_alloc_at(&idr, 5, &object, &mem), -EEXIST);
	CHECK_EQ(idr_replace(&idr, 5, &object), 0);
	CHECK(idr_find(&idr, 5) == &object);
	CHECK(idr_next(&idr, &id) == &object);
	CHECK_EQ(id, 5);
	CHECK_EQ(idr_replace(&idr, 6, &object), -ENOENT);
	CHECK(idr_remove(&idr, 5) == &object);
	CHECK(idr_find(&idr, 5) == NULL);
	mem_empty(&mem);
	finish();
}

/* U64_MAX is no number: a walk could not stop behind it. */
static void test_last(void)
{
	const struct idr_range range = { U64_MAX, U64_MAX };
	struct idr_mem mem = IDR_MEM_INIT;
	u64 id;

	start();
	mem_fill(&mem, idr_mem_need(U64_MAX));
	CHECK_EQ(idr_alloc_at(&idr, U64_MAX, &mem, &mem), -EINVAL);
	mem_empty(&mem);
	CHECK_EQ(alloc_strictly(&range, &mem, false, &id), -ENOSPC);
	finish();
}

/* The order Linux shows for pids: last + 1, at the end back to the start. */
static void test_cyclic(void)
{
	const struct idr_range range = { 300, 302 };
	static const u64 order[] = { 300, 301, 302, 301, 300, 302 };
	u64 id;
	size_t i;

	start();
	for (i = 0; i < 3; i++) {
		CHECK_EQ(alloc_strictly(&range, &id, true, &id), 0);
		CHECK_EQ(id, order[i]);
		model_insert(id, &id);
	}
	CHECK_EQ(alloc_strictly(&range, &id, true, &id), -ENOSPC);
	for (i = 3; i < ARRAY_SIZE(order); i++) {
		CHECK(idr_remove(&idr, order[i]) == &id);
		model_remove(order[i]);
		CHECK_EQ(alloc_strictly(&range, &id, true, &id), 0);
		CHECK_EQ(id, order[i]);
		model_insert(order[i], &id);
	}
	finish();
}

int main(void)
{
	tap_run("dense numbers", test_random);
	tap_run("sparse numbers", test_sparse);
	tap_run("spare nodes", test_need);
	tap_run("reserved numbers", test_reserve);
	tap_run("the largest number", test_last);
	tap_run("cyclic order", test_cyclic);
	return tap_done();
}
