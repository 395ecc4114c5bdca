/*
 * kernel/proc/pid_table.c - the numbers of one pid namespace, without a lock
 *
 * What:  see the header. A leaf covers 64 numbers; an inner node 64 children
 *        of the level below. The tree grows at the top: a new root's first
 *        child is the old root, so nothing that a reader holds ever moves.
 * Locks: none; each step is one atomic operation:
 *        take:  test-and-set of the bit in leaf->taken
 *        fill:  release store of the slot (partner: the acquire in find);
 *               an embryo first, bit 0 of the pointer being set
 *        give:  slot cleared, then the bit (partner: the test-and-set)
 * Life:  a node is installed by compare-and-swap; the loser frees its own.
 * See:   docs/pidns.md.
 */
#include <proc/pid_table.h>

#include <core/assert.h>
#include <core/race.h>
#include <lib/atomic.h>
#include <mm/slab.h>
#include <uapi/errno.h>

#define NODE_BITS 6
#define NODE_SLOTS (1u << NODE_BITS)

/* Tag of a slot whose birth may still fail. */
#define EMBRYO 1ul

struct pid_node {
	u32 shift;		/* [I] 0: a leaf */
	u64 taken;		/* [a] leaf: numbers in use */
	void *slot[NODE_SLOTS];	/* [a][R] struct pid or struct pid_node */
};

static struct slab_cache *node_cache;

void pid_table_cache_init(void)
{
	node_cache = slab_cache_create("pid_node", sizeof(struct pid_node),
				       0, 0);
	if (!node_cache)
		panic("pid: no memory for the table of numbers");
}

void pid_table_init(struct pid_table *t)
{
	t->root = NULL;
	t->cursor = 0;
}

static void node_free(struct pid_node *n)
{
	if (!n)
		return;
	if (n->shift) {
		for (u32 i = 0; i < NODE_SLOTS; i++)
			node_free(n->slot[i]);
	} else {
		ASSERT(n->taken == 0);
	}
	slab_free(node_cache, n);
}

void pid_table_fini(struct pid_table *t)
{
	node_free(t->root);
	t->root = NULL;
}

static struct pid_node *node_create(u32 shift)
{
	struct pid_node *n = slab_zalloc(node_cache);

	if (n)
		n->shift = shift;
	return n;
}

static bool node_covers(const struct pid_node *n, s32 nr)
{
	return ((u32)nr >> n->shift) < NODE_SLOTS;
}

static u32 node_index(const struct pid_node *n, s32 nr)
{
	return ((u32)nr >> n->shift) & (NODE_SLOTS - 1);
}

/* Make the root cover @nr. NULL: no memory. */
static struct pid_node *table_root(struct pid_table *t, s32 nr)
{
	struct pid_node *root;

	for (;;) {
		struct pid_node *n;

		root = load_acquire(&t->root);
		if (root && node_covers(root, nr))
			return root;
		n = node_create(root ? root->shift + NODE_BITS : 0);
		if (!n)
			return NULL;
		n->slot[0] = root;
		if (!cas(&t->root, root, n))
			slab_free(node_cache, n);
	}
}

/* The child of @n towards @nr, made when absent. NULL: no memory. */
static struct pid_node *node_child(struct pid_node *n, s32 nr)
{
	void **slot = &n->slot[node_index(n, nr)];
	struct pid_node *child = load_acquire(slot);

	if (child)
		return child;
	child = node_create(n->shift - NODE_BITS);
	if (!child)
		return NULL;
	if (cas(slot, NULL, (void *)child))
		return child;
	slab_free(node_cache, child);
	return load_acquire(slot);
}

static struct pid_node *leaf_get(struct pid_table *t, s32 nr)
{
	struct pid_node *n = table_root(t, nr);

	while (n && n->shift)
		n = node_child(n, nr);
	return n;
}

/* The leaf that holds @nr, if it exists. */
static struct pid_node *leaf_find(const struct pid_table *t, s32 nr)
{
	struct pid_node *n = load_acquire(&t->root);

	if (!n || nr < 0 || !node_covers(n, nr))
		return NULL;
	while (n && n->shift)
		n = load_acquire(&n->slot[node_index(n, nr)]);
	return n;
}

/* Take the first free number of @leaf in [from, end); -1: none. */
static s32 leaf_take(struct pid_node *leaf, s32 from, s32 end)
{
	s32 base = ALIGN_DOWN(from, (s32)NODE_SLOTS);
	u64 allowed = ~0ull << (from - base);

	if (end - base < (s32)NODE_SLOTS)
		allowed &= BIT(end - base) - 1;
	for (;;) {
		u64 taken = READ_ONCE(leaf->taken);
		u64 free = ~taken & allowed;
		u64 bit = free & -free;

		if (!free)
			return -1;
		if (cas(&leaf->taken, taken, taken | bit))
			return base + __builtin_ctzll(bit);
	}
}

/* First free number in [from, end): the number, -EAGAIN, -ENOMEM. */
static s32 range_take(struct pid_table *t, s32 from, s32 end)
{
	while (from < end) {
		struct pid_node *leaf = leaf_get(t, from);
		s32 nr;

		if (!leaf)
			return -ENOMEM;
		nr = leaf_take(leaf, from, end);
		if (nr >= 0)
			return nr;
		from = ALIGN_DOWN(from, (s32)NODE_SLOTS) + (s32)NODE_SLOTS;
	}
	return -EAGAIN;
}

s32 pid_table_take(struct pid_table *t, s32 max)
{
	s32 cursor = READ_ONCE(t->cursor);
	s32 floor = cursor > PID_RESERVED ? PID_RESERVED : 1;
	s32 from = cursor > floor ? cursor : floor;
	s32 nr = range_take(t, from, max);

	if (nr == -EAGAIN && from > floor)
		nr = range_take(t, floor, max);
	/* Calls that overlap may leave either one's successor: Linux promises
	 * the order only to calls that come one after the other. */
	if (nr > 0)
		(void)cas(&t->cursor, cursor, nr + 1);
	return nr;
}

int pid_table_take_this(struct pid_table *t, s32 nr)
{
	struct pid_node *leaf = leaf_get(t, nr);

	if (!leaf)
		return -ENOMEM;
	return leaf_take(leaf, nr, nr + 1) == nr ? 0 : -EEXIST;
}

/* The slot of a number that is taken. */
static void slot_set(struct pid_table *t, s32 nr, void *value)
{
	struct pid_node *leaf = leaf_find(t, nr);

	ASSERT(leaf && (leaf->taken & BIT(node_index(leaf, nr))));
	store_release(&leaf->slot[node_index(leaf, nr)], value);
}

void pid_table_fill_embryo(struct pid_table *t, s32 nr, struct pid *pid)
{
	race_point("table: before an embryo");
	slot_set(t, nr, (void *)((u64)pid | EMBRYO));
}

void pid_table_fill(struct pid_table *t, s32 nr, struct pid *pid)
{
	race_point("table: before it is visible");
	slot_set(t, nr, pid);
}

void pid_table_empty(struct pid_table *t, s32 nr)
{
	slot_set(t, nr, NULL);
}

void pid_table_give(struct pid_table *t, s32 nr)
{
	struct pid_node *leaf = leaf_find(t, nr);
	u64 bit = BIT(node_index(leaf, nr));

	ASSERT(leaf->taken & bit);
	WRITE_ONCE(leaf->slot[node_index(leaf, nr)], NULL);
	__atomic_fetch_and(&leaf->taken, ~bit, __ATOMIC_SEQ_CST);
}

static struct pid *slot_pid(const struct pid_node *leaf, u32 i, bool embryos)
{
	u64 value = (u64)load_acquire(&leaf->slot[i]);

	if (!embryos && (value & EMBRYO))
		return NULL;
	return (struct pid *)(value & ~EMBRYO);
}

struct pid *pid_table_find(const struct pid_table *t, s32 nr)
{
	struct pid_node *leaf = leaf_find(t, nr);

	return leaf ? slot_pid(leaf, node_index(leaf, nr), false) : NULL;
}

/* First pid of @leaf at or after *@nr. */
static struct pid *leaf_next(const struct pid_node *leaf, s32 *nr,
			     bool embryos)
{
	s32 base = ALIGN_DOWN(*nr, (s32)NODE_SLOTS);
	u64 taken = READ_ONCE(leaf->taken) & (~0ull << (*nr - base));

	while (taken) {
		u32 i = (u32)__builtin_ctzll(taken);
		struct pid *pid = slot_pid(leaf, i, embryos);

		if (pid) {
			*nr = base + (s32)i;
			return pid;
		}
		taken &= taken - 1;
	}
	return NULL;
}

/* The same among the leaves of @n from *@nr's on; *@nr is behind them all if
 * there is none. Leaves stay when their numbers are gone: empty ones are many
 * and passed quickly. */
static struct pid *leaves_next(const struct pid_node *n, s32 *nr, bool embryos)
{
	for (u32 i = node_index(n, *nr); i < NODE_SLOTS; i++) {
		const struct pid_node *leaf = load_acquire(&n->slot[i]);
		struct pid *pid = NULL;

		if (leaf && READ_ONCE(leaf->taken))
			pid = leaf_next(leaf, nr, embryos);
		if (pid)
			return pid;
		*nr = ALIGN_DOWN(*nr, (s32)NODE_SLOTS) + (s32)NODE_SLOTS;
	}
	return NULL;
}

struct pid *pid_table_next(const struct pid_table *t, s32 *nr, bool embryos)
{
	const struct pid_node *root = load_acquire(&t->root);
	const s32 step = (s32)(NODE_SLOTS * NODE_SLOTS);

	if (root && !root->shift)
		return node_covers(root, *nr) ? leaf_next(root, nr, embryos) :
						NULL;
	while (root && node_covers(root, *nr)) {
		const struct pid_node *n = root;
		struct pid *pid = NULL;

		while (n && n->shift > NODE_BITS)
			n = load_acquire(&n->slot[node_index(n, *nr)]);
		if (n)
			pid = leaves_next(n, nr, embryos);
		else
			*nr = ALIGN_DOWN(*nr, step) + step;
		if (pid)
			return pid;
	}
	return NULL;
}
