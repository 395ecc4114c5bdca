/*
 * fs/page_tree.c - the pages of a file by number
 *
 * What:  a radix tree: 6 bits of the number a level, as many levels as the
 *        largest number needs. Each node has a bit for each slot in use, so
 *        that the next page after a hole is found quickly.
 * Locks: the owner's.
 * Life:  nodes come and go with the pages beneath them.
 */
#include "page_tree.h"

#include <core/panic.h>
#include <mm/slab.h>
#include <uapi/errno.h>

#define NODE_BITS 6u
#define NODE_SLOTS (1u << NODE_BITS)
/* Numbers have 52 bits: 9 levels. */
#define MAX_LEVELS 9u

struct page_node {
	/* Nodes, or pages on the lowest level. */
	void *slots[NODE_SLOTS];
	u64 used;
};

static struct slab_cache *node_cache;

void page_tree_cache_init(void)
{
	node_cache = slab_cache_create("page_node", sizeof(struct page_node),
				       0, 0);
	if (!node_cache)
		panic("vfs: no memory for the nodes of file contents");
}

static u32 slot_at(u64 index, u32 level)
{
	return index >> (level * NODE_BITS) & (NODE_SLOTS - 1);
}

/* Can a tree of @levels levels hold @index? */
static bool fits(u32 levels, u64 index)
{
	return levels && (levels >= MAX_LEVELS ||
			  !(index >> (levels * NODE_BITS)));
}

/* The node of the lowest level that @index belongs to; NULL: there is none. */
static const struct page_node *lowest_node(const struct page_tree *t, u64 index)
{
	const struct page_node *node = t->root;

	if (!fits(t->levels, index))
		return NULL;
	for (u32 level = t->levels; node && level-- > 1;)
		node = node->slots[slot_at(index, level)];
	return node;
}

struct page *page_tree_find(const struct page_tree *t, u64 index)
{
	const struct page_node *node = lowest_node(t, index);

	return node ? node->slots[slot_at(index, 0)] : NULL;
}

void page_tree_find_run(const struct page_tree *t, u64 index,
			struct page **out, u32 n)
{
	const struct page_node *node = NULL;

	for (u32 i = 0; i < n; i++) {
		u32 slot = slot_at(index + i, 0);

		if (i == 0 || slot == 0)
			node = lowest_node(t, index + i);
		out[i] = node ? node->slots[slot] : NULL;
	}
}

static void node_set(struct page_node *node, u32 slot, void *p)
{
	node->slots[slot] = p;
	if (p)
		node->used |= BIT(slot);
	else
		node->used &= ~BIT(slot);
}

/* One more level on top. */
static int grow(struct page_tree *t)
{
	struct page_node *node = slab_zalloc(node_cache);

	if (!node)
		return -ENOMEM;
	if (t->root)
		node_set(node, 0, t->root);
	t->root = node;
	t->levels++;
	return 0;
}

/* Free empty nodes on the way to @index. */
static void prune(struct page_tree *t, u64 index)
{
	struct page_node *path[MAX_LEVELS];
	struct page_node *node = t->root;
	u32 n = 0;

	for (u32 level = t->levels; node && level-- > 0;) {
		path[n++] = node;
		node = level ? node->slots[slot_at(index, level)] : NULL;
	}
	while (n && !path[n - 1]->used) {
		n--;
		slab_free(node_cache, path[n]);
		if (n)
			node_set(path[n - 1], slot_at(index, t->levels - n),
				 NULL);
		else
			t->root = NULL;
	}
	if (!t->root)
		t->levels = 0;
}

int page_tree_insert(struct page_tree *t, u64 index, struct page *page)
{
	struct page_node *node;
	int err = 0;

	while (!err && !fits(t->levels, index))
		err = grow(t);
	node = t->root;
	for (u32 level = t->levels; !err && level-- > 1;) {
		u32 slot = slot_at(index, level);

		if (!node->slots[slot]) {
			struct page_node *below = slab_zalloc(node_cache);

			if (below)
				node_set(node, slot, below);
			else
				err = -ENOMEM;
		}
		node = node->slots[slot];
	}
	if (!err && node->slots[slot_at(index, 0)])
		return -EEXIST;
	if (err) {
		prune(t, index);
		return err;
	}
	node_set(node, slot_at(index, 0), page);
	t->npages++;
	return 0;
}

struct page *page_tree_remove(struct page_tree *t, u64 index)
{
	struct page_node *node = t->root;
	struct page *page;

	if (!fits(t->levels, index))
		return NULL;
	for (u32 level = t->levels; node && level-- > 1;)
		node = node->slots[slot_at(index, level)];
	page = node ? node->slots[slot_at(index, 0)] : NULL;
	if (!page)
		return NULL;
	node_set(node, slot_at(index, 0), NULL);
	t->npages--;
	if (!node->used)
		prune(t, index);
	return page;
}

/* The smallest number >= @index that differs from it above @level; 0: none. */
static u64 step_over(u64 index, u32 level)
{
	u32 shift = (level + 1) * NODE_BITS;

	return shift >= 64 ? 0 : ((index >> shift) + 1) << shift;
}

/* The first number of slot @slot on @level, above the rest of @index. */
static u64 jump_to(u64 index, u32 level, u32 slot)
{
	u32 shift = level * NODE_BITS;

	return ((index >> shift & ~(u64)(NODE_SLOTS - 1)) | slot) << shift;
}

/* One walk down from *@at. NULL: nothing is left beneath the node on
 * *@level. */
static struct page *descend(const struct page_tree *t, u64 *at, u32 *level)
{
	const struct page_node *node = t->root;

	*level = t->levels;
	for (;;) {
		u32 slot = slot_at(*at, --*level);
		u64 used = node->used >> slot << slot;
		u32 found;

		if (!used)
			return NULL;
		found = (u32)__builtin_ctzll(used);
		if (found != slot)
			*at = jump_to(*at, *level, found);
		if (!*level)
			return node->slots[found];
		node = node->slots[found];
	}
}

struct page *page_tree_next(const struct page_tree *t, u64 *index)
{
	struct page *page = NULL;
	u64 at = *index;
	u32 level;

	while (!page && fits(t->levels, at)) {
		page = descend(t, &at, &level);
		if (page)
			*index = at;
		else if (!(at = step_over(at, level)))
			break;
	}
	return page;
}
