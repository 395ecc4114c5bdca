/*
 * include/lib/rbtree.h - intrusive balanced trees
 *
 * What:  red-black trees whose nodes lie inside the caller's objects. The
 *        caller walks down by itself to find the place, because only it can
 *        compare; rb_add does that for callers with a simple order.
 *        struct rb_root_cached also knows its leftmost node.
 * Locks: the caller's, for readers too.
 * Life:  nodes belong to the caller; the tree allocates nothing.
 * See:   Cormen et al., Introduction to Algorithms, "Red-Black Trees".
 */
#ifndef LIB_RBTREE_H
#define LIB_RBTREE_H

#include <lib/types.h>

struct rb_node {
	/* The parent's address; bit 0 is the colour: 0 red, 1 black. */
	unsigned long parent_color;
	struct rb_node *left;
	struct rb_node *right;
};

struct rb_root {
	struct rb_node *node;
};

struct rb_root_cached {
	struct rb_root root;
	struct rb_node *leftmost;
};

#define RB_ROOT_INIT { NULL }
#define RB_ROOT_CACHED_INIT { RB_ROOT_INIT, NULL }

#define rb_entry(node, type, member) container_of(node, type, member)

static inline struct rb_node *rb_parent(const struct rb_node *n)
{
	return (struct rb_node *)(n->parent_color & ~1ul);
}

/* Mark a node as being in no tree; rb_node_is_free then says true. */
static inline void rb_node_init(struct rb_node *n)
{
	n->parent_color = (unsigned long)n;
}

static inline bool rb_node_is_free(const struct rb_node *n)
{
	return n->parent_color == (unsigned long)n;
}

static inline bool rb_is_empty(const struct rb_root *root)
{
	return root->node == NULL;
}

/*
 * rb_insert_at - hang a new node into an empty place
 * @n:       the new node
 * @parent:  the node above the place; NULL when the tree is empty
 * @link:    the place: &parent->left, &parent->right, or &root->node; NULL
 *           inside before the call
 * Call rb_insert_color right after it, which restores the balance.
 */
void rb_insert_at(struct rb_node *n, struct rb_node *parent,
		  struct rb_node **link);
void rb_insert_color(struct rb_node *n, struct rb_root *root);

/* Copy of a tree, from above: @n is where @from is in the other one, below
 * @parent at @link, with the same colour. Its children follow. */
static inline void rb_copy_at(struct rb_node *n, const struct rb_node *from,
			      struct rb_node *parent, struct rb_node **link)
{
	n->parent_color = (unsigned long)parent | (from->parent_color & 1ul);
	n->left = NULL;
	n->right = NULL;
	*link = n;
}

/* Take @n, which must be in @root, out of the tree; @n is free afterwards. */
void rb_erase(struct rb_node *n, struct rb_root *root);

/* Put @fresh, which sorts like @old, in the place of @old; @old is free. */
void rb_replace(struct rb_node *old, struct rb_node *fresh,
		struct rb_root *root);

/* Smallest and largest node, or NULL. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
/* Neighbour in the order, or NULL. */
struct rb_node *rb_next(const struct rb_node *n);
struct rb_node *rb_prev(const struct rb_node *n);

/* True when @a sorts before @b. */
typedef bool rb_less_fn(const struct rb_node *a, const struct rb_node *b);

/* Find the place by @less and insert; equal nodes go behind older ones. */
void rb_add(struct rb_root *root, struct rb_node *n, rb_less_fn *less);

/*
 * The same on a tree that knows its leftmost node. @leftmost: the walk down
 * never turned right.
 */
void rb_insert_color_cached(struct rb_node *n, struct rb_root_cached *root,
			    bool leftmost);
void rb_erase_cached(struct rb_node *n, struct rb_root_cached *root);
void rb_add_cached(struct rb_root_cached *root, struct rb_node *n,
		   rb_less_fn *less);

static inline struct rb_node *rb_first_cached(const struct rb_root_cached *root)
{
	return root->leftmost;
}

/* Walk in order; the tree must not change inside the loop. */
#define for_each_rb(pos, root) \
	for ((pos) = rb_first(root); (pos) != NULL; (pos) = rb_next(pos))

#endif
