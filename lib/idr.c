/*
 * lib/idr.c - numbers to pointers
 *
 * What:  a radix tree of 64-slot nodes. An inner slot holds the node of the
 *        next 6 bits of the number, a leaf slot the pointer. The tree is as
 *        high as its largest number needs, and a node without a taken number
 *        leaves it at once.
 * Locks: the caller's for writers. Readers see a node only after it is
 *        complete: store_release in link_node, set_root and set_entry pairs
 *        with load_acquire in idr_find and walk_once. Cutting off a node or
 *        lowering the root changes nothing that a reader inside the node
 *        depends on.
 * Life:  see the header.
 * See:   include/lib/idr.h
 */
#include <lib/idr.h>

#include <uapi/errno.h>

#define SLOT_MASK (IDR_SLOTS - 1)
/* Shift of the highest node that a u64 can need. */
#define MAX_SHIFT 60

void idr_init(struct idr *idr, void (*free_node)(struct idr_node *node))
{
	*idr = (struct idr)IDR_INIT(free_node);
}

void idr_mem_add(struct idr_mem *mem, struct idr_node *node)
{
	node->parent = mem->spare;
	mem->spare = node;
	mem->count++;
}

struct idr_node *idr_mem_take(struct idr_mem *mem)
{
	struct idr_node *node = mem->spare;

	if (node != NULL) {
		mem->spare = node->parent;
		mem->count--;
	}
	return node;
}

/* Shift of the lowest root that can hold @id. */
static unsigned int shift_for(u64 id)
{
	unsigned int shift = 0;

	while (shift < MAX_SHIFT && id >> (shift + IDR_BITS) != 0)
		shift += IDR_BITS;
	return shift;
}

unsigned int idr_mem_need(u64 max)
{
	unsigned int levels = shift_for(max) / IDR_BITS + 1;

	/* From a root of one level: the others above it, and a way down. */
	return levels == 1 ? 1 : 2 * (levels - 1);
}

static inline unsigned int slot_of(const struct idr_node *node, u64 id)
{
	return (id >> node->shift) & SLOT_MASK;
}

static inline bool covers(unsigned int shift, u64 id)
{
	return shift >= MAX_SHIFT || id >> (shift + IDR_BITS) == 0;
}

/* Go to the first number behind the @shift-sized block; false at the end. */
static bool skip_block(u64 *id, unsigned int shift)
{
	u64 block;

	if (shift > MAX_SHIFT)
		return false;
	block = (*id >> shift) + 1;
	if (block > U64_MAX >> shift)
		return false;
	*id = block << shift;
	return true;
}

/* Move @id to the first number of slot @slot in the block of @node. */
static u64 slot_start(const struct idr_node *node, u64 id, unsigned int slot)
{
	u64 block = id >> node->shift;

	return ((block & ~(u64)SLOT_MASK) | slot) << node->shift;
}

static struct idr_node *find_leaf(const struct idr *idr, u64 id)
{
	struct idr_node *node = load_acquire(&idr->root);

	if (node == NULL || !covers(node->shift, id))
		return NULL;
	while (node != NULL && node->shift != 0)
		node = load_acquire(&node->slots[slot_of(node, id)]);
	return node;
}

void *idr_find(const struct idr *idr, u64 id)
{
	struct idr_node *leaf = find_leaf(idr, id);

	return leaf == NULL ? NULL : load_acquire(&leaf->slots[id & SLOT_MASK]);
}

/*
 * One walk down to the first number from *@id up. True: *@id has moved on,
 * and *@ptr is its pointer, or NULL when the walk must be repeated. False: no
 * such number.
 */
static bool walk_once(const struct idr *idr, u64 *id, void **ptr)
{
	struct idr_node *node = load_acquire(&idr->root);

	*ptr = NULL;
	if (node == NULL || !covers(node->shift, *id))
		return false;
	for (;;) {
		unsigned int slot = slot_of(node, *id);
		u64 live = READ_ONCE(node->used) >> slot << slot;
		void *p;

		if (live == 0)
			return skip_block(id, node->shift + IDR_BITS);
		if (!(live >> slot & 1)) {
			slot = (unsigned int)__builtin_ctzl(live);
			*id = slot_start(node, *id, slot);
		}
		p = load_acquire(&node->slots[slot]);
		if (p == NULL)
			return skip_block(id, node->shift);
		if (node->shift == 0) {
			*ptr = p;
			return true;
		}
		node = p;
	}
}

void *idr_next(const struct idr *idr, u64 *id)
{
	u64 at = *id;
	void *ptr;

	while (walk_once(idr, &at, &ptr)) {
		if (ptr != NULL) {
			*id = at;
			return ptr;
		}
	}
	return NULL;
}

bool idr_is_taken(const struct idr *idr, u64 id)
{
	struct idr_node *leaf = find_leaf(idr, id);

	return leaf != NULL && (leaf->used >> (id & SLOT_MASK) & 1);
}

/* One walk to a free number from *@id up; as walk_once, *@found tells. */
static bool free_once(const struct idr *idr, u64 *id, bool *found)
{
	struct idr_node *node = idr->root;

	*found = true;
	if (node == NULL || !covers(node->shift, *id))
		return true;
	while (node != NULL) {
		unsigned int slot = slot_of(node, *id);
		u64 open = ~node->full >> slot << slot;

		if (open == 0) {
			*found = false;
			return skip_block(id, node->shift + IDR_BITS);
		}
		if (!(open >> slot & 1)) {
			slot = (unsigned int)__builtin_ctzl(open);
			*id = slot_start(node, *id, slot);
		}
		if (node->shift == 0)
			break;
		node = node->slots[slot];
	}
	return true;
}

static int find_free(const struct idr *idr, const struct idr_range *range,
		     u64 *out)
{
	u64 max = min(range->max, IDR_MAX);
	u64 id = range->min;
	bool found = false;

	while (!found) {
		if (!free_once(idr, &id, &found) || id > max)
			return -ENOSPC;
	}
	*out = id;
	return 0;
}

/* Nodes that must be added before @id has a slot. */
static unsigned int missing_nodes(const struct idr *idr, u64 id)
{
	const struct idr_node *node = idr->root;
	unsigned int shift;

	if (node == NULL)
		return shift_for(id) / IDR_BITS + 1;
	shift = shift_for(id);
	if (shift > node->shift)
		return (shift - node->shift) / IDR_BITS + shift / IDR_BITS;
	while (node->shift != 0) {
		const struct idr_node *child = node->slots[slot_of(node, id)];

		if (child == NULL)
			return node->shift / IDR_BITS;
		node = child;
	}
	return 0;
}

/* A node from the reserve, which has been found large enough. */
static struct idr_node *new_node(struct idr_mem *mem, unsigned int shift)
{
	struct idr_node *node = idr_mem_take(mem);

	*node = (struct idr_node){ .shift = (u8)shift };
	return node;
}

static inline void set_used(struct idr_node *node, u64 used)
{
	WRITE_ONCE(node->used, used);
}

static void link_node(struct idr_node *parent, unsigned int slot,
		      struct idr_node *child)
{
	child->parent = parent;
	child->index = (u8)slot;
	set_used(parent, parent->used | BIT(slot));
	/* Pairs with load_acquire in find_leaf and walk_once. */
	store_release(&parent->slots[slot], child);
}

static void set_root(struct idr *idr, struct idr_node *root)
{
	/* Pairs with load_acquire in find_leaf and walk_once. */
	store_release(&idr->root, root);
}

/* Make the tree high enough for @id. */
static void grow(struct idr *idr, u64 id, struct idr_mem *mem)
{
	if (idr->root == NULL)
		set_root(idr, new_node(mem, shift_for(id)));
	while (!covers(idr->root->shift, id)) {
		struct idr_node *old = idr->root;
		struct idr_node *top = new_node(mem, old->shift + IDR_BITS);

		link_node(top, 0, old);
		top->full = old->full == ~0ul ? 1 : 0;
		set_root(idr, top);
	}
}

/* Tell the nodes above that @node has no free number any more. */
static void mark_full(struct idr_node *node)
{
	while (node->full == ~0ul && node->parent != NULL) {
		node->parent->full |= BIT(node->index);
		node = node->parent;
	}
}

/* Commit: @id is free and @mem is sufficient. */
static void set_entry(struct idr *idr, u64 id, void *ptr, struct idr_mem *mem)
{
	struct idr_node *node;
	unsigned int slot;

	grow(idr, id, mem);
	node = idr->root;
	while (node->shift != 0) {
		slot = slot_of(node, id);
		if (node->slots[slot] == NULL)
			link_node(node, slot,
				  new_node(mem, node->shift - IDR_BITS));
		node = node->slots[slot];
	}
	slot = slot_of(node, id);
	set_used(node, node->used | BIT(slot));
	node->full |= BIT(slot);
	/* Pairs with load_acquire in idr_find and walk_once. */
	store_release(&node->slots[slot], ptr);
	mark_full(node);
	WRITE_ONCE(idr->count, idr->count + 1);
}

int idr_alloc(struct idr *idr, const struct idr_alloc_args *args, u64 *out)
{
	u64 id;
	int err = find_free(idr, &args->range, &id);

	if (err)
		return err;
	if (missing_nodes(idr, id) > args->mem->count)
		return -ENOMEM;
	set_entry(idr, id, args->ptr, args->mem);
	*out = id;
	return 0;
}

int idr_alloc_cyclic(struct idr *idr, const struct idr_alloc_args *args,
		     u64 *out)
{
	struct idr_alloc_args part = *args;
	int err;

	if (idr->cursor > part.range.min && idr->cursor <= part.range.max)
		part.range.min = idr->cursor;
	err = idr_alloc(idr, &part, out);
	if (err == -ENOSPC && part.range.min > args->range.min) {
		part.range.max = part.range.min - 1;
		part.range.min = args->range.min;
		err = idr_alloc(idr, &part, out);
	}
	if (err == 0)
		idr->cursor = *out + 1;
	return err;
}

int idr_alloc_at(struct idr *idr, u64 id, void *ptr, struct idr_mem *mem)
{
	if (id > IDR_MAX)
		return -EINVAL;
	if (idr_is_taken(idr, id))
		return -EEXIST;
	if (missing_nodes(idr, id) > mem->count)
		return -ENOMEM;
	set_entry(idr, id, ptr, mem);
	return 0;
}

int idr_replace(struct idr *idr, u64 id, void *ptr)
{
	if (!idr_is_taken(idr, id))
		return -ENOENT;
	/* Pairs with load_acquire in idr_find and walk_once. */
	store_release(&find_leaf(idr, id)->slots[id & SLOT_MASK], ptr);
	return 0;
}

/* Tell the nodes above that @node has a free number again. */
static void mark_not_full(struct idr_node *node)
{
	while (node->parent != NULL &&
	       (node->parent->full & BIT(node->index))) {
		node->parent->full &= ~BIT(node->index);
		node = node->parent;
	}
}

/* Cut off @node, and what is above it, while nothing is taken beneath. */
static void prune(struct idr *idr, struct idr_node *node)
{
	while (node != NULL && node->used == 0) {
		struct idr_node *parent = node->parent;

		if (parent != NULL) {
			WRITE_ONCE(parent->slots[node->index], NULL);
			set_used(parent, parent->used & ~BIT(node->index));
		} else {
			set_root(idr, NULL);
		}
		idr->free_node(node);
		node = parent;
	}
}

/* Lower the root while only its first slot is in use. */
static void shrink(struct idr *idr)
{
	struct idr_node *root = idr->root;

	while (root != NULL && root->shift != 0 && root->used == 1) {
		struct idr_node *child = root->slots[0];

		child->parent = NULL;
		set_root(idr, child);
		idr->free_node(root);
		root = child;
	}
}

void *idr_remove(struct idr *idr, u64 id)
{
	struct idr_node *leaf = find_leaf(idr, id);
	unsigned int slot = id & SLOT_MASK;
	void *ptr;

	if (leaf == NULL || !(leaf->used >> slot & 1))
		return NULL;
	ptr = leaf->slots[slot];
	WRITE_ONCE(leaf->slots[slot], NULL);
	set_used(leaf, leaf->used & ~BIT(slot));
	leaf->full &= ~BIT(slot);
	WRITE_ONCE(idr->count, idr->count - 1);
	mark_not_full(leaf);
	prune(idr, leaf);
	shrink(idr);
	return ptr;
}

void idr_fini(struct idr *idr)
{
	struct idr_node *node = idr->root;

	idr->root = NULL;
	idr->count = 0;
	while (node != NULL) {
		struct idr_node *up = node->parent;

		if (node->shift != 0 && node->used != 0) {
			unsigned int slot =
				(unsigned int)__builtin_ctzl(node->used);

			node->used &= ~BIT(slot);
			node = node->slots[slot];
			continue;
		}
		idr->free_node(node);
		node = up;
	}
}
