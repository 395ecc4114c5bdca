/*
 * mm/vm/detach.c - taking one attachment of an object away
 *
 * What:  what is left of a mapping that began at an address, wherever it was
 *        cut since: shmdt(2).
 * Locks: aspace->lock throughout.
 * See:   shmop(2).
 */
#include "vm_internal.h"

/* Does @r belong to the mapping of @obj that began at @addr? */
static bool is_part(const struct region *r, u64 addr,
		    const struct vm_object *obj)
{
	return r->object == obj && r->start >= addr &&
	       r->start - addr == r->offset;
}

static struct region *first_part(struct aspace *as, u64 addr,
				 const struct vm_object_ops *ops)
{
	struct region *r;

	for (r = region_above(as, addr); r; r = region_next(r)) {
		if (r->object && r->object->ops == ops &&
		    is_part(r, addr, r->object))
			return r;
	}
	return NULL;
}

static int detach_locked(struct aspace *as, u64 addr, struct region *r,
			 struct region **dead)
{
	const struct vm_object *obj = r->object;
	int err = 0;

	while (r && !err) {
		struct region *next = region_next(r);

		if (is_part(r, addr, obj))
			err = unmap_locked(as, r->start, r->end, dead);
		r = next;
	}
	return err;
}

int vm_detach(struct aspace *as, u64 addr, const struct vm_object_ops *ops)
{
	struct region *r, *dead = NULL;
	int err = -EINVAL;

	if (!IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	mutex_lock(&as->lock);
	r = first_part(as, addr, ops);
	if (r)
		err = detach_locked(as, addr, r, &dead);
	mutex_unlock(&as->lock);
	region_free_chain(dead);
	return err;
}
