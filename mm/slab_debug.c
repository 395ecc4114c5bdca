/*
 * mm/slab_debug.c - objects that notice when they are misused (debug builds)
 *
 * What:  behind each object lie a red zone, which also says whether it is in
 *        use, and the addresses of the last caller of alloc and of free. A
 *        free object is filled with poison, which must be intact when it is
 *        handed out. Objects of SLAB_TYPESAFE_RCU caches keep their content.
 * Locks: none; the object belongs to the caller, or to its CPU's magazine.
 * Not:   release builds, where only the owner of the slab is checked.
 */
#include "slab_internal.h"

#ifdef NIDUS_DEBUG
#include <core/assert.h>
#include <core/ksyms.h>
#include <core/panic.h>
#include <core/printk.h>
#include <lib/string.h>

#define POISON_FREE 0x6b	/* memory read after free looks like this */
#define POISON_NEW 0x5a		/* memory that was never written, like this */
#define RED_FREE 0x9d3f71c2a4e85b06ull
#define RED_USED 0x1ee7c0de5afe0b1eull

/* Behind the object, aligned to 8 bytes. */
struct trailer {
	u64 red;
	u64 alloc_caller;
	u64 free_caller;
};

u32 slab_debug_bytes(u32 size UNUSED)
{
	return sizeof(struct trailer);
}

static struct trailer *trailer_of(const struct slab_cache *c, void *obj)
{
	u32 at = (u32)ALIGN_UP(max(c->obj_size, 8u), 8u);

	return (struct trailer *)(void *)((char *)obj + at);
}

static bool keeps_content(const struct slab_cache *c)
{
	return c->flags & SLAB_TYPESAFE_RCU;
}

static void print_user(const char *what, u64 addr)
{
	const char *name = "?";
	u64 offset = 0;

	if (!addr)
		return;
	(void)ksym_lookup(addr, &name, &offset);
	pr_err("slab: %s by %s+%#lx [%016lx]\n", what, name, offset, addr);
}

static bool capturing;		/* a test wants to see what is found */
static u32 captured;

void slab_capture_begin(void)
{
	captured = 0;
	WRITE_ONCE(capturing, true);
}

u32 slab_capture_end(void)
{
	WRITE_ONCE(capturing, false);
	return captured;
}

/* Returns only while a test captures. */
static void object_bad(struct slab_cache *c, void *obj, const char *what,
		       u64 detail)
{
	const struct trailer *t = trailer_of(c, obj);

	if (READ_ONCE(capturing)) {
		captured++;
		return;
	}
	print_user("last allocated", t->alloc_caller);
	print_user("last freed", t->free_caller);
	panic("slab %s: object %p (%u bytes) %s (%#lx)", c->name, obj,
	      c->obj_size, what, detail);
}

void slab_debug_fresh(struct slab_cache *c, char *base)
{
	/* Pages are allocated with the lock dropped. */
	ASSERT(panicking() || !spin_held(&c->lock));
	for (u32 i = 0; i < c->per_slab; i++) {
		char *obj = base + (u64)i * c->stride;

		*trailer_of(c, obj) = (struct trailer){ .red = RED_FREE };
		if (!keeps_content(c))
			memset(obj, POISON_FREE, c->obj_size);
	}
}

/* Offset of the first byte that is not poison, or the size. */
static u32 poison_end(const struct slab_cache *c, const void *obj)
{
	const u8 *bytes = obj;
	u32 i = 0;

	while (i < c->obj_size && bytes[i] == POISON_FREE)
		i++;
	return i;
}

void slab_debug_alloc(struct slab_cache *c, void *obj, u64 caller)
{
	struct trailer *t = trailer_of(c, obj);
	u32 end;

	if (t->red != RED_FREE)
		object_bad(c, obj, "has a broken red zone while free",
			     t->red);
	t->red = RED_USED;
	t->alloc_caller = caller;
	if (keeps_content(c))
		return;
	end = poison_end(c, obj);
	if (end < c->obj_size)
		object_bad(c, obj, "was written after it was freed, at", end);
	memset(obj, POISON_NEW, c->obj_size);
}

bool slab_debug_free(struct slab_cache *c, void *obj, u64 caller)
{
	struct trailer *t = trailer_of(c, obj);
	struct page *p = virt_to_page(slab_base(c, obj));
	u64 at = (u64)((char *)obj - slab_base(c, obj));

	if (!p || p->kind != PAGE_SLAB || p->owner != c)
		panic("slab %s: %p freed, which is not its object", c->name,
		      obj);
	if (at % c->stride || at / c->stride >= c->per_slab)
		panic("slab %s: %p freed, which lies inside an object",
		      c->name, obj);
	if (t->red == RED_FREE) {
		object_bad(c, obj, "is freed twice, now by", caller);
		return false;
	}
	if (t->red != RED_USED)
		object_bad(c, obj, "was written beyond its end, red zone",
			     t->red);
	t->red = RED_FREE;
	t->free_caller = caller;
	if (!keeps_content(c))
		memset(obj, POISON_FREE, c->obj_size);
	return true;
}
#endif
