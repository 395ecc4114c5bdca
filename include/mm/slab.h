/*
 * include/mm/slab.h - caches of equal objects
 *
 * What:  named object caches with per-CPU magazines; poison and red zones in
 *        debug builds; counted in /proc/slabinfo.
 * Context: any (interrupts too); never sleeps.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <lib/list.h>
#include <lib/types.h>

struct slab_cache;

enum slab_flags {
	SLAB_TYPESAFE_RCU = 1,	/* slabs go back to the page allocator only
				   after a grace period: an object read under
				   RCU may be another of its type, never junk */
	SLAB_NO_FAULT = 2,	/* excluded from allocation fault injection */
};

/*
 * slab_cache_create
 * @name: borrowed for the cache's life; @align: 0 for the natural one
 * Return: NULL when there is no memory.
 */
struct slab_cache *slab_cache_create(const char *name, size_t size,
				     size_t align, u32 flags);
/* All objects must be back. Slabs of SLAB_TYPESAFE_RCU caches follow a grace
 * period later. */
void slab_cache_destroy(struct slab_cache *c);
/* Uninitialised (poisoned in debug). NULL: no memory. */
void *slab_alloc(struct slab_cache *c);
void *slab_zalloc(struct slab_cache *c);
/* @obj may be NULL. */
void slab_free(struct slab_cache *c, void *obj);

struct slab_stat {
	const char *name;
	u64 active_objs, total_objs, slabs;
	u32 obj_size, objs_per_slab, pages_per_slab;
};
/* Visit every cache under the list lock: @fn must not allocate. */
void slab_for_each(void (*fn)(const struct slab_stat *s, void *arg),
		   void *arg);

#ifdef NIDUS_DEBUG
/* Tests: count misused objects instead of panicking; how many there were. */
void slab_capture_begin(void);
u32 slab_capture_end(void);
#endif

#endif
