/*
 * mm/vm/anon_object.c - shared anonymous memory
 *
 * What:  the vm_object behind mmap(MAP_SHARED | MAP_ANONYMOUS): pages of
 *        zeros made when they are first used, in a radix tree of pointers
 *        with 512 slots a node. It has a fixed size: a mapping that mremap
 *        made longer faults past the end.
 * Locks: object->lock covers the tree.
 * Life:  lives as long as a region (or a futex wait) refers to it.
 */
#include "vm_internal.h"

#include <mm/slab.h>
#include <mm/kmalloc.h>
#include <sched/sched.h>

#define NODE_SHIFT 9
#define NODE_SLOTS (1u << NODE_SHIFT)

struct anon_object {
	struct vm_object obj;
	u64 npages;		/* [I] */
	u32 levels;		/* [I] of nodes above the pages */
	u64 present;		/* [obj.lock] pages */
	void *root;		/* [obj.lock] a node, or the only page */
};

static struct anon_object *to_anon(struct vm_object *obj)
{
	return container_of(obj, struct anon_object, obj);
}

static void **node_alloc(void)
{
	struct page *p = page_alloc(0, PA_ZERO, PAGE_KERNEL);

	return p ? page_to_virt(p) : NULL;
}

static void node_free(void **node)
{
	page_put(phys_to_page(virt_to_phys(node)));
}

/* The slot for the page at @index; NULL: a node is missing (@make: no memory
 * for one). Lock held. */
static void **slot_find(struct anon_object *a, u64 index, bool make)
{
	void **slot = &a->root;

	for (u32 level = a->levels; level > 0; level--) {
		u32 shift = (level - 1) * NODE_SHIFT;

		if (!*slot && make)
			*slot = node_alloc();
		if (!*slot)
			return NULL;
		slot = *slot;
		slot += (index >> shift) & (NODE_SLOTS - 1);
	}
	return slot;
}

static void anon_peek_pages(struct vm_object *obj, u64 first,
			    struct page **out, u32 n)
{
	struct anon_object *a = to_anon(obj);

	spin_lock(&obj->lock);
	for (u32 i = 0; i < n; i++) {
		void **slot = first + i < a->npages ?
			      slot_find(a, first + i, false) : NULL;

		out[i] = slot ? *slot : NULL;
		if (out[i])
			page_get(out[i]);
	}
	spin_unlock(&obj->lock);
}

/* Put @fresh in unless somebody was quicker; the reference of the tree is
 * @fresh's own. Return: the page there, referenced; NULL: no memory. */
static struct page *anon_add_page(struct anon_object *a, u64 index,
				  struct page *fresh)
{
	struct page *p = NULL;
	void **slot;

	spin_lock(&a->obj.lock);
	slot = slot_find(a, index, true);
	if (slot) {
		if (!*slot) {
			*slot = fresh;
			a->present++;
		}
		p = *slot;
		page_get(p);
	}
	spin_unlock(&a->obj.lock);
	return p;
}

static int anon_get_page(struct vm_object *obj, u64 index, struct page **out)
{
	struct anon_object *a = to_anon(obj);
	struct page *fresh, *p;

	if (index >= a->npages)
		return -EFAULT;
	anon_peek_pages(obj, index, &p, 1);
	if (!p) {
		fresh = page_alloc(0, PA_ZERO, PAGE_FILE);
		if (!fresh)
			return -ENOMEM;
		fresh->owner = obj;
		fresh->index = index;
		p = anon_add_page(a, index, fresh);
		if (p != fresh)
			page_put(fresh);
		if (!p)
			return -ENOMEM;
	}
	*out = p;
	return 0;
}

/* Recursion is as deep as the tree: four levels for all user addresses. */
static void subtree_free(void *what, u32 level)
{
	void **node = what;

	if (!what)
		return;
	if (!level) {
		page_put(what);
		return;
	}
	for (u32 i = 0; i < NODE_SLOTS; i++)
		subtree_free(node[i], level - 1);
	node_free(node);
	cond_resched();
}

static void anon_destroy(struct vm_object *obj)
{
	struct anon_object *a = to_anon(obj);

	subtree_free(a->root, a->levels);
	kfree(a);
}

static const struct vm_object_ops anon_ops = {
	.get_page = anon_get_page,
	.peek_pages = anon_peek_pages,
	.destroy = anon_destroy,
};

u64 vm_object_anon_pages(struct vm_object *obj)
{
	return READ_ONCE(to_anon(obj)->present);
}

int vm_object_create_anon(u64 len_bytes, struct vm_object **out)
{
	struct anon_object *a = kzalloc(sizeof(*a));

	if (!a)
		return -ENOMEM;
	vm_object_init(&a->obj, &anon_ops);
	a->npages = PAGE_ALIGN_UP(len_bytes) >> PAGE_SHIFT;
	while (a->levels * NODE_SHIFT < 52 &&
	       a->npages > 1ull << (a->levels * NODE_SHIFT))
		a->levels++;
	*out = &a->obj;
	return 0;
}
