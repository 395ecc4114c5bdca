/*
 * lib/rbtree.c - intrusive balanced trees
 *
 * What:  the four rules: a node is red or black; the root is black; a red
 *        node has black children; every way down from a node to a missing
 *        child meets the same number of black nodes. A missing child counts
 *        as black. Left and right mirror each other, so the code takes a side
 *        as a parameter instead of standing twice.
 * See:   include/lib/rbtree.h; Cormen et al., "Red-Black Trees"
 */
#include <lib/rbtree.h>

enum side {
	LEFT,
	RIGHT,
};

#define BLACK 1ul

static inline enum side other(enum side side)
{
	return side == LEFT ? RIGHT : LEFT;
}

static inline struct rb_node **child_at(struct rb_node *n, enum side side)
{
	return side == LEFT ? &n->left : &n->right;
}

/* For a node that is there. */
static inline bool node_is_red(const struct rb_node *n)
{
	return !(n->parent_color & BLACK);
}

static inline bool is_red(const struct rb_node *n)
{
	return n != NULL && node_is_red(n);
}

static inline void set_red(struct rb_node *n)
{
	n->parent_color &= ~BLACK;
}

static inline void set_black(struct rb_node *n)
{
	n->parent_color |= BLACK;
}

static inline void set_parent(struct rb_node *n, struct rb_node *parent)
{
	n->parent_color = (unsigned long)parent | (n->parent_color & BLACK);
}

static inline void copy_color(struct rb_node *to, const struct rb_node *from)
{
	to->parent_color = (to->parent_color & ~BLACK) |
			   (from->parent_color & BLACK);
}

/* Make @fresh (may be NULL) the child of @parent in the place of @old. */
static void change_child(struct rb_root *root, struct rb_node *parent,
			 struct rb_node *old, struct rb_node *fresh)
{
	if (parent == NULL)
		root->node = fresh;
	else if (parent->left == old)
		parent->left = fresh;
	else
		parent->right = fresh;
}

/* Move @n one step down to @side; its child from the other side goes up. */
static void rotate(struct rb_root *root, struct rb_node *n, enum side side)
{
	struct rb_node *up = *child_at(n, other(side));
	struct rb_node *inner = *child_at(up, side);
	struct rb_node *parent = rb_parent(n);

	*child_at(n, other(side)) = inner;
	if (inner != NULL)
		set_parent(inner, n);
	*child_at(up, side) = n;
	set_parent(n, up);
	set_parent(up, parent);
	change_child(root, parent, n, up);
}

void rb_insert_at(struct rb_node *n, struct rb_node *parent,
		  struct rb_node **link)
{
	n->parent_color = (unsigned long)parent;
	n->left = NULL;
	n->right = NULL;
	*link = n;
}

void rb_insert_color(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *parent = rb_parent(n);

	while (is_red(parent)) {
		struct rb_node *grand = rb_parent(parent);
		enum side side = parent == grand->left ? LEFT : RIGHT;
		struct rb_node *uncle = *child_at(grand, other(side));

		if (is_red(uncle)) {
			set_black(parent);
			set_black(uncle);
			set_red(grand);
			n = grand;
			parent = rb_parent(n);
			continue;
		}
		if (n == *child_at(parent, other(side))) {
			rotate(root, parent, side);
			parent = n;
		}
		set_black(parent);
		set_red(grand);
		rotate(root, grand, other(side));
		break;
	}
	set_black(root->node);
}

/* @parent's side @side has one black node too few: set that right. */
static void erase_color(struct rb_root *root, struct rb_node *parent,
			enum side side)
{
	for (;;) {
		enum side far = other(side);
		struct rb_node *sibling = *child_at(parent, far);
		struct rb_node *n;

		/* It exists: its side has a black node more than the other. */
		if (node_is_red(sibling)) {
			set_black(sibling);
			set_red(parent);
			rotate(root, parent, side);
			sibling = *child_at(parent, far);
		}
		if (is_red(sibling->left) || is_red(sibling->right)) {
			if (!is_red(*child_at(sibling, far))) {
				set_black(*child_at(sibling, side));
				set_red(sibling);
				rotate(root, sibling, far);
				sibling = *child_at(parent, far);
			}
			copy_color(sibling, parent);
			set_black(parent);
			set_black(*child_at(sibling, far));
			rotate(root, parent, side);
			return;
		}
		set_red(sibling);
		n = parent;
		parent = rb_parent(n);
		if (node_is_red(n) || parent == NULL) {
			set_black(n);
			return;
		}
		side = n == parent->left ? LEFT : RIGHT;
	}
}

/* Unlink a node that has at most one child, and restore the balance. */
static void erase_simple(struct rb_root *root, struct rb_node *n)
{
	struct rb_node *child = n->left != NULL ? n->left : n->right;
	struct rb_node *parent = rb_parent(n);
	enum side side = parent != NULL && parent->left != n ? RIGHT : LEFT;

	change_child(root, parent, n, child);
	if (child != NULL) {
		/* An only child is red, and its parent was black. */
		set_parent(child, parent);
		set_black(child);
	} else if (!node_is_red(n) && parent != NULL) {
		erase_color(root, parent, side);
	}
}

void rb_replace(struct rb_node *old, struct rb_node *fresh,
		struct rb_root *root)
{
	*fresh = *old;
	if (fresh->left != NULL)
		set_parent(fresh->left, fresh);
	if (fresh->right != NULL)
		set_parent(fresh->right, fresh);
	change_child(root, rb_parent(old), old, fresh);
	rb_node_init(old);
}

void rb_erase(struct rb_node *n, struct rb_root *root)
{
	if (n->left != NULL && n->right != NULL) {
		struct rb_node *next = n->right;

		while (next->left != NULL)
			next = next->left;
		/* The neighbour has no left child: it goes, and comes back. */
		erase_simple(root, next);
		rb_replace(n, next, root);
	} else {
		erase_simple(root, n);
		rb_node_init(n);
	}
}

static struct rb_node *outermost(struct rb_node *n, enum side side)
{
	while (n != NULL && *child_at(n, side) != NULL)
		n = *child_at(n, side);
	return n;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->node, LEFT);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->node, RIGHT);
}

static struct rb_node *neighbour(struct rb_node *n, enum side side)
{
	struct rb_node *parent;

	if (*child_at(n, side) != NULL)
		return outermost(*child_at(n, side), other(side));
	parent = rb_parent(n);
	while (parent != NULL && *child_at(parent, side) == n) {
		n = parent;
		parent = rb_parent(n);
	}
	return parent;
}

struct rb_node *rb_next(const struct rb_node *n)
{
	return neighbour((struct rb_node *)n, RIGHT);
}

struct rb_node *rb_prev(const struct rb_node *n)
{
	return neighbour((struct rb_node *)n, LEFT);
}

/* Hang @n in its place; true when it is the leftmost. */
static bool insert_sorted(struct rb_root *root, struct rb_node *n,
			  rb_less_fn *less)
{
	struct rb_node **link = &root->node;
	struct rb_node *parent = NULL;
	bool leftmost = true;

	while (*link != NULL) {
		parent = *link;
		if (less(n, parent)) {
			link = &parent->left;
		} else {
			link = &parent->right;
			leftmost = false;
		}
	}
	rb_insert_at(n, parent, link);
	return leftmost;
}

void rb_add(struct rb_root *root, struct rb_node *n, rb_less_fn *less)
{
	insert_sorted(root, n, less);
	rb_insert_color(n, root);
}

void rb_insert_color_cached(struct rb_node *n, struct rb_root_cached *root,
			    bool leftmost)
{
	if (leftmost)
		root->leftmost = n;
	rb_insert_color(n, &root->root);
}

void rb_erase_cached(struct rb_node *n, struct rb_root_cached *root)
{
	if (root->leftmost == n)
		root->leftmost = rb_next(n);
	rb_erase(n, &root->root);
}

void rb_add_cached(struct rb_root_cached *root, struct rb_node *n,
		   rb_less_fn *less)
{
	rb_insert_color_cached(n, root, insert_sorted(&root->root, n, less));
}
