/*
 * tests/host/test_rbtree.c - lib/rbtree.c: the rules hold after every step
 */
#include "tap.h"

#include <lib/rbtree.h>

#define NODES 300

struct item {
	struct rb_node node;
	u64 key;
	/* Order of insertion, which equal keys keep. */
	u64 serial;
	bool inside;
};

static struct item items[NODES];

static struct item *item_of(const struct rb_node *n)
{
	return rb_entry(n, struct item, node);
}

static bool item_less(const struct rb_node *a, const struct rb_node *b)
{
	return item_of(a)->key < item_of(b)->key;
}

/* Black height of a subtree; checks colours and parents on the way. */
static int check_subtree(const struct rb_node *n, const struct rb_node *parent)
{
	bool black;
	int left;

	if (n == NULL)
		return 1;
	black = n->parent_color & 1;
	CHECK(rb_parent(n) == parent);
	if (!black)
		CHECK(parent != NULL && (parent->parent_color & 1));
	left = check_subtree(n->left, n);
	CHECK_EQ(check_subtree(n->right, n), left);
	return left + black;
}

static bool in_order(const struct item *a, const struct item *b)
{
	return a->key < b->key || (a->key == b->key && a->serial < b->serial);
}

static void check_tree(const struct rb_root *root, size_t count)
{
	struct rb_node *last = NULL;
	struct rb_node *n;
	size_t seen = 0;

	check_subtree(root->node, NULL);
	for_each_rb(n, root) {
		CHECK(rb_prev(n) == last);
		if (last != NULL)
			CHECK(in_order(item_of(last), item_of(n)));
		last = n;
		seen++;
	}
	CHECK(rb_last(root) == last);
	CHECK_EQ(seen, count);
	CHECK_EQ(rb_is_empty(root), count == 0);
}

static void items_init(void)
{
	size_t i;

	for (i = 0; i < NODES; i++) {
		items[i].inside = false;
		rb_node_init(&items[i].node);
	}
}

/* Put the item in or take it out; returns the change of the count. */
static long toggle(struct rb_root_cached *root, struct item *it, u64 keys)
{
	static u64 serial;

	if (it->inside) {
		rb_erase_cached(&it->node, root);
		CHECK(rb_node_is_free(&it->node));
	} else {
		CHECK(rb_node_is_free(&it->node));
		it->key = rand_below(keys);
		it->serial = serial++;
		rb_add_cached(root, &it->node, item_less);
		CHECK(!rb_node_is_free(&it->node));
	}
	it->inside = !it->inside;
	return it->inside ? 1 : -1;
}

static void random_walk(size_t nodes, u64 keys)
{
	struct rb_root_cached root = RB_ROOT_CACHED_INIT;
	size_t count = 0;
	u64 n;

	items_init();
	for (n = 0; n < rounds(2000); n++) {
		count += (size_t)toggle(&root, &items[rand_below(nodes)], keys);
		check_tree(&root.root, count);
		CHECK(rb_first_cached(&root) == rb_first(&root.root));
	}
}

static void test_random(void)
{
	random_walk(4, 1000);
	random_walk(12, 6);
	random_walk(60, 1000);
	random_walk(NODES, 100000);
	random_walk(NODES, 20);
}

/* Rising, falling, and emptying from either end or the middle. */
static void test_patterns(void)
{
	struct rb_root root = RB_ROOT_INIT;
	int pattern;
	size_t i;

	for (pattern = 0; pattern < 6; pattern++) {
		items_init();
		for (i = 0; i < NODES; i++) {
			items[i].key = pattern & 1 ? NODES - i : i;
			items[i].serial = i;
			rb_add(&root, &items[i].node, item_less);
		}
		check_tree(&root, NODES);
		for (i = NODES; i-- > 0;) {
			if (pattern / 2 == 0)
				rb_erase(rb_first(&root), &root);
			else if (pattern / 2 == 1)
				rb_erase(rb_last(&root), &root);
			else
				rb_erase(root.node, &root);
			check_tree(&root, i);
		}
	}
}

static void test_replace(void)
{
	struct rb_root root = RB_ROOT_INIT;
	struct item spare = { .key = 0 };
	struct item *out = &spare;
	size_t i;

	items_init();
	rb_node_init(&spare.node);
	for (i = 0; i < 50; i++) {
		items[i].key = i * 7 % 50;
		items[i].serial = i;
		rb_add(&root, &items[i].node, item_less);
	}
	for (i = 0; i < 50; i++) {
		out->key = items[i].key;
		out->serial = items[i].serial;
		rb_replace(&items[i].node, &out->node, &root);
		CHECK(rb_node_is_free(&items[i].node));
		check_tree(&root, 50);
		out = &items[i];
	}
}

int main(void)
{
	tap_run("random insertions and removals", test_random);
	tap_run("sorted insertions, ordered removals", test_patterns);
	tap_run("replacement", test_replace);
	return tap_done();
}
