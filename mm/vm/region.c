/*
 * mm/vm/region.c - the regions of an address space
 *
 * What:  the tree of regions, look-up, splitting, joining, and the counters
 *        that follow from them.
 * Locks: the tree and the fields that faults read are changed under
 *        aspace->lock and, for the moment of the change, under the object's
 *        lock (truncation reads borders and offset) and ptable_lock.
 * Life:  region_alloc -> region_insert -> region_remove -> pages unmapped ->
 *        region_unlink_object -> region_free_chain, which drops object and
 *        file when no lock is held any more. The regions of a fork are made
 *        in one block (regions_clone); its memory goes with the last of them.
 */
#include "vm_internal.h"

#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/slab.h>

static struct slab_cache *region_cache;

void region_cache_init(void)
{
	region_cache = slab_cache_create("vm_region", sizeof(struct region),
					 0, 0);
	if (!region_cache)
		panic("vm: no memory for the region cache");
}

static struct region *to_region(struct rb_node *n)
{
	return n ? rb_entry(n, struct region, node) : NULL;
}

struct region *region_alloc(struct aspace *as)
{
	struct region *r = slab_zalloc(region_cache);

	if (r) {
		r->aspace = as;
		list_init(&r->object_link);
	}
	return r;
}

/* What a fork needs in one piece; it goes with the last of them. */
struct region_block {
	struct atomic left;		/* [a] */
	struct region regions[];
};
/* Above that they are allocated one by one. */
#define BLOCK_MAX 40

static void region_release(struct region *r)
{
	struct region_block *block;

	if (!r->place) {
		slab_free(region_cache, r);
		return;
	}
	block = container_of(r - (r->place - 1), struct region_block,
			     regions[0]);
	if (atomic_dec_and_test(&block->left))
		kfree(block);
}

void region_free_unused(struct region *r)
{
	region_release(r);
}

void region_hold(struct region *r)
{
	struct vm_object *obj = r->object;

	if (obj) {
		vm_object_get(obj);
		if (obj->ops->mapped)
			obj->ops->mapped(obj);
	}
	file_hook_get(r->file);
}

static void region_free(struct region *r)
{
	struct vm_object *obj = r->object;

	ASSERT(list_empty(&r->object_link));
	if (obj) {
		if (obj->ops->unmapped)
			obj->ops->unmapped(obj);
		vm_object_put(obj);
	}
	file_hook_put(r->file);
	region_release(r);
}

void region_free_chain(struct region *dead)
{
	while (dead) {
		struct region *next = dead->next_dead;

		region_free(dead);
		dead = next;
	}
}

struct region *region_next(const struct region *r)
{
	return to_region(rb_next(&r->node));
}

struct region *region_prev(const struct region *r)
{
	return to_region(rb_prev(&r->node));
}

struct region *region_above(struct aspace *as, u64 addr)
{
	struct rb_node *n = as->regions.node;
	struct region *best = NULL;

	while (n) {
		struct region *r = rb_entry(n, struct region, node);

		if (r->end > addr) {
			best = r;
			if (r->start <= addr)
				break;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}

struct region *region_below(struct aspace *as, u64 addr)
{
	struct rb_node *n = as->regions.node;
	struct region *best = NULL;

	while (n) {
		struct region *r = rb_entry(n, struct region, node);

		if (r->start < addr) {
			best = r;
			n = n->right;
		} else {
			n = n->left;
		}
	}
	return best;
}

struct region *region_find(struct aspace *as, u64 addr)
{
	struct region *r = READ_ONCE(as->last_hit);

	if (r && addr >= r->start && addr < r->end)
		return r;
	r = region_above(as, addr);
	if (!r || addr < r->start)
		return NULL;
	WRITE_ONCE(as->last_hit, r);
	return r;
}

bool region_none_in(struct aspace *as, u64 start, u64 end)
{
	struct region *r = region_above(as, start);

	return !r || r->start >= end;
}

u64 region_guard_start(const struct region *r)
{
	if (!(r->flags & REGION_GROWSDOWN))
		return r->start;
	return r->start > VM_STACK_GUARD ? r->start - VM_STACK_GUARD : 0;
}

static void account(struct aspace *as, u32 flags, u64 npages)
{
	as->total_pages += npages;
	as->max_pages = max(as->max_pages, as->total_pages);
	if (flags & REGION_GROWSDOWN)
		as->stack_pages += npages;
	else if (region_flags_data(flags))
		as->data_pages += npages;
	if (flags & REGION_LOCKED)
		as->locked_pages += npages;
}

static void unaccount(struct aspace *as, u32 flags, u64 npages)
{
	account(as, flags, -npages);
}

/* The locks under which faults and truncation read a region. */
static void region_lock(struct region *r)
{
	if (r->object)
		spin_lock(&r->object->lock);
	spin_lock(&r->aspace->ptable_lock);
}

static void region_unlock(struct region *r)
{
	spin_unlock(&r->aspace->ptable_lock);
	if (r->object)
		spin_unlock(&r->object->lock);
}

static void tree_insert(struct region *r)
{
	struct rb_node **link = &r->aspace->regions.node;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		if (r->start < rb_entry(parent, struct region, node)->start)
			link = &parent->left;
		else
			link = &parent->right;
	}
	rb_insert_at(&r->node, parent, link);
	rb_insert_color(&r->node, &r->aspace->regions);
}

static void tree_erase(struct region *r)
{
	rb_erase(&r->node, &r->aspace->regions);
	if (r->aspace->last_hit == r)
		WRITE_ONCE(r->aspace->last_hit, NULL);
}

static bool may_share_writes(const struct region *r)
{
	return (r->flags & REGION_SHARED) && (r->flags & REGION_MAYWRITE);
}

/* Object's lock held. */
static void object_link(struct region *r, struct region *sibling)
{
	if (!r->object)
		return;
	if (sibling)
		list_add(&sibling->object_link, &r->object_link);
	else
		list_add_tail(&r->object->regions, &r->object_link);
	if (may_share_writes(r))
		atomic_inc(&r->object->writable_maps);
}

static void object_unlink(struct region *r)
{
	if (!r->object)
		return;
	list_del(&r->object_link);
	if (may_share_writes(r))
		atomic_dec(&r->object->writable_maps);
}

void region_unlink_object(struct region *r)
{
	if (!r->object)
		return;
	spin_lock(&r->object->lock);
	object_unlink(r);
	spin_unlock(&r->object->lock);
}

void region_insert(struct region *r, struct region *sibling)
{
	region_lock(r);
	tree_insert(r);
	object_link(r, sibling);
	region_unlock(r);
	r->aspace->nregions++;
	account(r->aspace, r->flags, region_pages(r));
}

void region_remove(struct region *r)
{
	struct aspace *as = r->aspace;

	spin_lock(&as->ptable_lock);
	tree_erase(r);
	spin_unlock(&as->ptable_lock);
	as->nregions--;
	unaccount(as, r->flags, region_pages(r));
}

static void region_copy(struct region *to, const struct region *from)
{
	to->start = from->start;
	to->end = from->end;
	to->offset = from->offset;
	to->flags = from->flags;
	to->has_copies = from->has_copies;
	to->object = from->object;
	to->file = from->file;
}

void region_split(struct region *r, u64 addr, struct region *spare)
{
	ASSERT(addr > r->start && addr < r->end);
	region_lock(r);
	region_copy(spare, r);
	spare->start = addr;
	if (r->object)
		spare->offset += addr - r->start;
	r->end = addr;
	tree_insert(spare);
	object_link(spare, r);
	region_unlock(r);
	region_hold(spare);
	r->aspace->nregions++;
}

void region_widen(struct region *r, u64 start, u64 end)
{
	u64 more = (end - start) - (r->end - r->start);

	ASSERT(start <= r->start && end >= r->end);
	region_lock(r);
	if (r->object)
		r->offset -= r->start - start;
	r->start = start;
	r->end = end;
	region_unlock(r);
	account(r->aspace, r->flags, more >> PAGE_SHIFT);
}

/* Split at @addr unless a border is there; the part above, or below. */
static int isolate_at(struct region **rp, u64 addr, bool keep_upper)
{
	struct region *r = *rp;
	struct region *spare;

	if (addr <= r->start || addr >= r->end)
		return 0;
	if (r->aspace->nregions >= VM_MAX_MAP_COUNT)
		return -ENOMEM;
	spare = region_alloc(r->aspace);
	if (!spare)
		return -ENOMEM;
	region_split(r, addr, spare);
	if (keep_upper)
		*rp = spare;
	return 0;
}

int region_isolate(struct region **rp, u64 from, u64 to)
{
	struct region *r = *rp;
	int err = isolate_at(&r, from, true);

	if (err)
		return err;
	err = isolate_at(&r, to, false);
	if (err) {
		region_merge(r);
		return err;
	}
	*rp = r;
	return 0;
}

void region_set_flags(struct region *r, u32 flags)
{
	unaccount(r->aspace, r->flags, region_pages(r));
	region_lock(r);
	r->flags = flags;
	region_unlock(r);
	account(r->aspace, r->flags, region_pages(r));
}

/* Could @high, right above @low, be the same region? */
static bool region_continues(const struct region *low,
			     const struct region *high)
{
	if (low->end != high->start || low->flags != high->flags ||
	    low->object != high->object || low->file != high->file)
		return false;
	if (low->object && low->object->ops->unmapped)
		return false;
	return !low->object ||
	       low->offset + (low->end - low->start) == high->offset;
}

static void region_join(struct region *low, struct region *high)
{
	region_lock(low);
	tree_erase(high);
	object_unlink(high);
	low->end = high->end;
	low->has_copies |= high->has_copies;
	region_unlock(low);
	low->aspace->nregions--;
	/* @low has the same object and file: these are not the last puts. */
	region_free(high);
}

struct region *region_merge(struct region *r)
{
	struct region *other = region_prev(r);

	if (other && region_continues(other, r)) {
		region_join(other, r);
		r = other;
	}
	other = region_next(r);
	if (other && region_continues(r, other))
		region_join(r, other);
	return r;
}

struct region *region_absorb(struct region *proto)
{
	struct region *r = region_below(proto->aspace, proto->end);
	struct region *above;

	if (r && region_continues(r, proto)) {
		region_widen(r, r->start, proto->end);
		return region_merge(r);
	}
	above = r ? region_next(r) : region_above(proto->aspace, proto->start);
	if (above && region_continues(proto, above)) {
		region_widen(above, proto->start, above->end);
		return above;
	}
	return NULL;
}

bool region_extend(const struct region *proto)
{
	struct region *r = region_below(proto->aspace, proto->start);

	if (!r || !region_continues(r, proto))
		return false;
	region_widen(r, r->start, proto->end);
	return true;
}

/* ------------------------------------------------------- all at once */

/* Locked memory is not inherited. Source: mlock(2), "NOTES". */
#define NOT_INHERITED ((u32)(REGION_LOCKED | REGION_LOCKONFAULT))

struct regions_clone {
	struct aspace *dst;
	struct region_block *block;	/* NULL: too many, or no memory */
	u8 used;			/* of @block */
	bool some_stay;			/* REGION_DONTFORK was met */
};

static struct region_block *block_alloc(u64 n)
{
	struct region_block *block = NULL;

	if (n && n <= BLOCK_MAX)
		block = kmalloc(sizeof(*block) + n * sizeof(struct region));
	if (block)
		atomic_set(&block->left, (int)n);
	return block;
}

static struct region *clone_alloc(struct regions_clone *c)
{
	struct region *r;

	if (c->block) {
		r = &c->block->regions[c->used];
		r->place = ++c->used;
		return r;
	}
	r = slab_alloc(region_cache);
	if (r)
		r->place = 0;
	return r;
}

/* @from for the new space, in its object's list but not in the tree. */
static struct region *region_clone(struct regions_clone *c,
				   struct region *from)
{
	struct region *r = clone_alloc(c);

	if (!r)
		return NULL;
	region_copy(r, from);
	r->flags &= ~NOT_INHERITED;
	r->aspace = c->dst;
	list_init(&r->object_link);
	region_hold(r);
	if (r->object) {
		r->has_copies = false;
		spin_lock(&r->object->lock);
		object_link(r, from);
		spin_unlock(&r->object->lock);
	}
	return r;
}

/* The child's tree gets the shape and colours of the parent's, so nothing is
 * searched or balanced. As deep as the tree: twice the logarithm. */
static int subtree_clone(struct regions_clone *c, struct rb_node *from,
			 struct rb_node *parent, struct rb_node **link)
{
	struct region *r;
	int err;

	if (!from)
		return 0;
	r = region_clone(c, to_region(from));
	if (!r)
		return -ENOMEM;
	c->some_stay |= (r->flags & REGION_DONTFORK) != 0;
	rb_copy_at(&r->node, from, parent, link);
	err = subtree_clone(c, from->left, &r->node, &r->node.left);
	if (err)
		return err;
	return subtree_clone(c, from->right, &r->node, &r->node.right);
}

/* Holes that the parent does not have. */
static void drop_dontfork(struct aspace *as)
{
	struct region *r, *next, *dead = NULL;

	for (r = region_above(as, 0); r; r = next) {
		next = region_next(r);
		if (!(r->flags & REGION_DONTFORK))
			continue;
		region_remove(r);
		region_unlink_object(r);
		r->next_dead = dead;
		dead = r;
	}
	region_free_chain(dead);
	as->gap_from = 0;
	as->gap_known = 0;
}

int regions_clone(struct aspace *dst, struct aspace *src)
{
	struct regions_clone c = {
		.dst = dst,
		.block = block_alloc(src->nregions),
	};
	int err;

	dst->nregions = src->nregions;
	dst->total_pages = src->total_pages;
	dst->max_pages = src->total_pages;
	dst->data_pages = src->data_pages;
	dst->stack_pages = src->stack_pages;
	err = subtree_clone(&c, src->regions.node, NULL, &dst->regions.node);
	ASSERT(!c.block || c.used == src->nregions);
	if (!err && c.some_stay)
		drop_dontfork(dst);
	return err;
}

/* A leaf below @n: what can be taken without cutting off anything. */
static struct rb_node *some_leaf(struct rb_node *n)
{
	while (n->left || n->right)
		n = n->left ? n->left : n->right;
	return n;
}

struct region *regions_take_all(struct aspace *as)
{
	struct rb_node *n = as->regions.node;
	struct region *dead = NULL;

	as->regions.node = NULL;
	as->last_hit = NULL;
	as->nregions = 0;
	while (n) {
		struct region *r = rb_entry(n = some_leaf(n), struct region,
					    node);
		struct rb_node *parent = rb_parent(n);

		if (parent && parent->left == n)
			parent->left = NULL;
		else if (parent)
			parent->right = NULL;
		region_unlink_object(r);
		r->next_dead = dead;
		dead = r;
		n = parent;
	}
	return dead;
}
