/*
 * include/lib/idr.h - numbers to pointers
 *
 * What:  a radix tree of 64-slot nodes that hands out the lowest free number
 *        of a range, or the next one after the last (cyclic), and finds the
 *        pointer of a number without a lock. A number may be taken with the
 *        pointer NULL: it is reserved, not found by readers, and published
 *        later by idr_replace.
 * Locks: writers are serialised by the caller ("the writer's lock" below).
 *        idr_find and idr_next may run beside a writer inside an RCU read
 *        section; everything else needs the writer's lock.
 * Life:  nodes come from the caller through struct idr_mem, filled before the
 *        lock is taken, so that taking a number never allocates. A node the
 *        tree no longer needs goes to the free_node hook, at once and under
 *        the writer's lock; readers may still look at it, so the hook must
 *        delay the reuse by one grace period. To have room for an RCU head,
 *        embed struct idr_node in a structure of your own.
 * See:   docs/rcu.md
 */
#ifndef LIB_IDR_H
#define LIB_IDR_H

#include <lib/atomic.h>
#include <lib/types.h>

#define IDR_BITS 6
#define IDR_SLOTS (1u << IDR_BITS)
/* The largest number; one more must be a u64 too, for walks to end. */
#define IDR_MAX (U64_MAX - 1)

struct idr_node {
	/* [R] children, or the pointers of numbers when shift is 0 */
	void *slots[IDR_SLOTS];
	/* [R] slots that hold a child, or a number that is taken */
	u64 used;
	/* [P] slots with no free number beneath them */
	u64 full;
	/* [I] the slot of a number is (number >> shift) % IDR_SLOTS */
	u8 shift;
	/* [I] slot of this node in its parent */
	u8 index;
	/* [P] NULL for the root; the next spare node while in a reserve */
	struct idr_node *parent;
};

struct idr {
	/* [R] NULL while no number is taken */
	struct idr_node *root;
	/* [P] where the next cyclic search begins */
	u64 cursor;
	/* [P] numbers taken, reserved ones included */
	u64 count;
	/* [I] takes back a node, see Life above */
	void (*free_node)(struct idr_node *node);
};

/* Spare nodes of one caller; no lock of its own. */
struct idr_mem {
	struct idr_node *spare;
	unsigned int count;
};

#define IDR_INIT(hook) { NULL, 0, 0, hook }
#define IDR_MEM_INIT { NULL, 0 }

void idr_init(struct idr *idr, void (*free_node)(struct idr_node *node));

/*
 * idr_fini - give all nodes back, whatever numbers are still taken
 * Context:  no reader and no writer may be left; the pointers are dropped
 */
void idr_fini(struct idr *idr);

/* Spare nodes that one allocation of a number up to @max can use at most. */
unsigned int idr_mem_need(u64 max);
/* Put a node, owned by @mem from then on, into the reserve. */
void idr_mem_add(struct idr_mem *mem, struct idr_node *node);
/* Take one node out, for instance to free what was not used; or NULL. */
struct idr_node *idr_mem_take(struct idr_mem *mem);

struct idr_range {
	u64 min;
	/* Inclusive; more than IDR_MAX means IDR_MAX. */
	u64 max;
};

/*
 * idr_alloc - take the lowest free number of a range
 * @ptr:     found by readers from now on; NULL reserves the number
 * @range:   min <= max
 * @mem:     spare nodes; those used are owned by the tree afterwards
 * @out:     the number, on success only
 * Context:  writer's lock; never sleeps
 * Return:   0, -ENOSPC (no free number in the range), -ENOMEM (too few spare
 *           nodes; cannot happen with idr_mem_need(range->max) of them)
 *           On failure nothing has changed.
 */
struct idr_alloc_args {
	void *ptr;
	struct idr_range range;
	struct idr_mem *mem;
};
MUST_CHECK int idr_alloc(struct idr *idr, const struct idr_alloc_args *args,
			 u64 *out);

/*
 * idr_alloc_cyclic - take the next free number after the last one taken
 *
 * The search begins at the cursor, or at min when the cursor is outside the
 * range, and goes on at min once the end is reached. The cursor is then one
 * behind the number. Otherwise as idr_alloc.
 */
MUST_CHECK int idr_alloc_cyclic(struct idr *idr,
				const struct idr_alloc_args *args, u64 *out);

/*
 * idr_alloc_at - take exactly @id
 * Return:   0, -EEXIST (taken already), -ENOMEM (too few spare nodes),
 *           -EINVAL (@id is more than IDR_MAX)
 */
MUST_CHECK int idr_alloc_at(struct idr *idr, u64 id, void *ptr,
			    struct idr_mem *mem);

/*
 * idr_find - the pointer of a number
 * Context:  RCU read section, or the writer's lock
 * Return:   borrowed pointer; NULL when the number is free or reserved
 */
void *idr_find(const struct idr *idr, u64 id);

/*
 * idr_next - the first published number from *@id upward
 * @id:      where to begin; receives the number found
 * Context:  RCU read section, or the writer's lock. A number that stays in
 *           the tree during a whole walk is found by it exactly once.
 * Return:   borrowed pointer, or NULL at the end (then *@id is unchanged)
 */
void *idr_next(const struct idr *idr, u64 *id);

/*
 * idr_replace - change the pointer of a taken number
 * @ptr:     the new pointer; publishes a reserved number; NULL hides it
 * Context:  writer's lock. Stores with release: a reader that sees @ptr sees
 *           what was written to its object before.
 * Return:   0, -ENOENT (@id is free)
 */
int idr_replace(struct idr *idr, u64 id, void *ptr);

/*
 * idr_remove - free a number
 * Context:  writer's lock; may call free_node, several times
 * Return:   the pointer it had (NULL also for a reserved or a free number);
 *           readers may use it until a grace period has passed
 */
void *idr_remove(struct idr *idr, u64 id);

/* True when @id is taken, reserved or not. Context: writer's lock. */
bool idr_is_taken(const struct idr *idr, u64 id);

/* Numbers taken. Context: any; only a hint without the writer's lock. */
static inline u64 idr_count(const struct idr *idr)
{
	return READ_ONCE(idr->count);
}

/* Visit every published number; @id is the loop's u64. */
#define for_each_idr(idr, ptr, id)					\
	for ((id) = 0; ((ptr) = idr_next(idr, &(id))) != NULL; (id)++)

#endif
