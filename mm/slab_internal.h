/*
 * mm/slab_internal.h - the insides of a slab cache
 *
 * What:  struct slab_cache and its magazines, shared by slab.c (slabs and
 *        magazines) and slab_debug.c (poison, red zones, last users).
 */
#ifndef MM_SLAB_INTERNAL_H
#define MM_SLAB_INTERNAL_H

#include <core/spinlock.h>
#include <mm/page.h>
#include <mm/slab.h>

/* Caches that can have magazines; those beyond go to their slabs directly. */
#define SLAB_IDS 256
#define SLAB_NO_ID SLAB_IDS

#define SLAB_LIST_END 0xffffu	/* of the list of free objects in a slab */

struct slab_cache {
	struct spinlock lock;	/* RANK_SLAB, irq-safe */
	struct list partial;	/* [L] slabs with free and used objects */
	struct list empty;	/* [L] slabs with free objects only */
	u32 nempty;		/* [L] */
	u64 nslabs;		/* [L] */
	u64 ntaken;		/* [L] objects out of their slabs: in use or in
				   a magazine */

	const char *name;	/* [I] */
	u32 flags;		/* [I] SLAB_* */
	u32 id;			/* [I] index of the magazines */
	u32 obj_size;		/* [I] as asked for */
	u32 stride;		/* [I] from object to object */
	u32 link_at;		/* [I] where a free object keeps its link */
	u32 order;		/* [I] 2^order pages a slab */
	u32 per_slab;		/* [I] objects */
	u32 mag_size;		/* [I] objects in a magazine */
	struct list all_link;	/* [list lock] */
};

/* A CPU's objects ready to be handed out. The memory comes from one of the
 * magazine caches, which have none themselves. */
struct slab_mag {
	u32 count;		/* [C] */
	u32 size;		/* [I] */
	void *objs[];		/* [C] */
};

/* Start of the slab that @obj of @c lies in. */
static inline char *slab_base(const struct slab_cache *c, const void *obj)
{
	return (char *)ALIGN_DOWN((u64)obj, PAGE_SIZE << c->order);
}

#ifdef NIDUS_DEBUG
/* Bytes a debug build puts behind an object of this size. */
u32 slab_debug_bytes(u32 size);
/* A new slab: every object is free. */
void slab_debug_fresh(struct slab_cache *c, char *base);
/* On the way out to @caller: must be free and untouched. */
void slab_debug_alloc(struct slab_cache *c, void *obj, u64 caller);
/* On the way back: must be one of ours, in use, and not overrun. False: it is
 * free already (seen while a test captures, else a panic). */
bool slab_debug_free(struct slab_cache *c, void *obj, u64 caller);
#else
static inline u32 slab_debug_bytes(u32 size UNUSED)
{
	return 0;
}

static inline void slab_debug_fresh(struct slab_cache *c UNUSED,
				    char *base UNUSED)
{
}

static inline void slab_debug_alloc(struct slab_cache *c UNUSED,
				    void *obj UNUSED, u64 caller UNUSED)
{
}

static inline bool slab_debug_free(struct slab_cache *c UNUSED,
				   void *obj UNUSED, u64 caller UNUSED)
{
	return true;
}
#endif

#endif
