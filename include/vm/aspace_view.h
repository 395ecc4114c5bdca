/*
 * include/vm/aspace_view.h - to know an address space without keeping it
 *
 * What:  an open file of /proc stands for the memory that was there when it
 *        was opened, after an exec too; but a file must not keep a dead
 *        program's memory. A view gives the address space as long as that has
 *        users, and nothing from then on.
 * Locks: view_lock (spin, RANK_ASPACE_VIEW): which view is of which address
 *        space, [V]. Who has no views never takes it.
 * Life:  the owner's. The address space may go before: it lets go of its views
 *        when the last user puts it.
 */
#ifndef VM_ASPACE_VIEW_H
#define VM_ASPACE_VIEW_H

struct aspace;

struct aspace_view {
	struct aspace *as;		/* [V] NULL: none, or it is gone */
	struct aspace_view *next;	/* [V] of the same address space */
	struct aspace_view **at;	/* [V] what points to this one */
};

/* @as: held by the caller meanwhile. Context: any. */
void aspace_view_init(struct aspace_view *v, struct aspace *as);
/* With a reference (aspace_put), or NULL: it is gone. Context: any. */
struct aspace *aspace_view_get(struct aspace_view *v);
void aspace_view_fini(struct aspace_view *v);
/* For aspace_put: the last user of @as is gone. */
void aspace_views_end(struct aspace *as);

#endif
