/*
 * mm/vm/aspace_view.c - to know an address space without keeping it
 *
 * Locks: view_lock, a leaf. A reference is tried for under it: an address
 *        space whose last user is gone gives none, and is not freed before it
 *        has taken the lock itself to let go of its views.
 * See:   the header.
 */
#include <vm/aspace_view.h>

#include <core/assert.h>
#include <vm/aspace.h>

static DEFINE_SPINLOCK(view_lock, RANK_ASPACE_VIEW);

void aspace_view_init(struct aspace_view *v, struct aspace *as)
{
	ASSERT(refcount_read(&as->users));
	spin_lock(&view_lock);
	v->as = as;
	v->next = as->views;
	v->at = &as->views;
	if (v->next)
		v->next->at = &v->next;
	as->views = v;
	spin_unlock(&view_lock);
}

struct aspace *aspace_view_get(struct aspace_view *v)
{
	struct aspace *as;

	spin_lock(&view_lock);
	as = v->as;
	if (as && !aspace_try_get(as))
		as = NULL;
	spin_unlock(&view_lock);
	return as;
}

void aspace_view_fini(struct aspace_view *v)
{
	spin_lock(&view_lock);
	if (v->as) {
		*v->at = v->next;
		if (v->next)
			v->next->at = v->at;
		v->as = NULL;
	}
	spin_unlock(&view_lock);
}

void aspace_views_end(struct aspace *as)
{
	spin_lock(&view_lock);
	for (struct aspace_view *v = as->views; v; v = v->next)
		v->as = NULL;
	spin_unlock(&view_lock);
}
