/*
 * mm/vm/vm_object.c - what the objects that can be mapped have in common
 *
 * What:  references, and taking an object's pages out of all address spaces.
 * Locks: object->lock covers the list of regions; the borders of a listed
 *        region do not change while it is held.
 * Life:  owned by a file system or made by vm_object_create_anon; every
 *        region holds a reference.
 * Not:   pages: they are the business of the operations.
 */
#include "vm_internal.h"

void vm_object_init(struct vm_object *obj, const struct vm_object_ops *ops)
{
	obj->ops = ops;
	refcount_set(&obj->refs, 1);
	spin_init(&obj->lock, "vm_object", RANK_VM_OBJECT);
	list_init(&obj->regions);
	obj->unmap_seq = 0;
	atomic_set(&obj->writable_maps, 0);
}

void vm_object_get(struct vm_object *obj)
{
	refcount_get(&obj->refs);
}

void vm_object_put(struct vm_object *obj)
{
	if (!refcount_put(&obj->refs))
		return;
	ASSERT(list_empty(&obj->regions));
	obj->ops->destroy(obj);
}

static void unmap_pages(struct region *r, u64 first, u64 last)
{
	struct aspace *as = r->aspace;
	struct page_batch b;

	page_batch_init(&b, as);
	spin_lock(&as->ptable_lock);
	first = max(first, r->offset >> PAGE_SHIFT);
	last = min(last, (r->offset >> PAGE_SHIFT) + region_pages(r));
	if (first < last) {
		u64 base = r->start - r->offset;

		mmu_unmap(&as->mmu, base + (first << PAGE_SHIFT),
			  base + (last << PAGE_SHIFT), page_batch_add, &b);
		page_batch_flush(&b);
	}
	spin_unlock(&as->ptable_lock);
	page_batch_fini(&b);
}

void vm_object_unmap(struct vm_object *obj, u64 first, u64 last)
{
	struct region *r;

	spin_lock(&obj->lock);
	/* Seen by fault_has_backing: under the ptable_lock of its address
	 * space, either it sees the new value or we see the page it mapped. */
	WRITE_ONCE(obj->unmap_seq, obj->unmap_seq + 1);
	for_each_list(r, &obj->regions, object_link)
		unmap_pages(r, first, last);
	spin_unlock(&obj->lock);
}
