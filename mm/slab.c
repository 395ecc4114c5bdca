/*
 * mm/slab.c - caches of equal objects: slabs and per-CPU magazines
 *
 * What:  a slab is a block of pages cut into objects; its free objects form a
 *        list by number, its counts are in the page descriptor. Each CPU has
 *        a magazine of ready objects for each cache it uses, so that most
 *        calls touch nothing shared; magazines are filled and emptied by half.
 * Locks: cache->lock (RANK_SLAB, irq-safe) covers the lists, the counts and
 *        the free lists inside the slabs; magazines belong to their CPU,
 *        interrupts off; caches_lock (RANK_SLAB_LIST) covers the list of
 *        caches and the numbers.
 * Life:  slab_grow -> partial or full -> empty -> pages given back, after a
 *        grace period for SLAB_TYPESAFE_RCU. A few empty slabs are kept.
 * Not:   poison, red zones and checks (slab_debug.c).
 * See:   Bonwick and Adams, "Magazines and Vmem", USENIX 2001.
 */
#include <mm/slab.h>

#include <arch/cpu.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <core/assert.h>
#include <lib/bitmap.h>
#include <lib/string.h>

#include "mm_internal.h"
#include "slab_internal.h"

/* Empty slabs a cache keeps for itself. */
#define EMPTY_MAX 1
/* A slab may leave one part in so many unused. */
#define WASTE_PART 8
#define ORDER_MAX 3
#define MAG_SIZES 3
/* What a magazine may hold back at most. */
#define MAG_MAX_BYTES 32768u

static DEFINE_SPINLOCK(caches_lock, RANK_SLAB_LIST);
static struct list caches = LIST_INIT(caches);	/* [caches_lock] */
static unsigned long ids[BITMAP_WORDS(SLAB_IDS)];	/* [caches_lock] */

/* One more, which stays NULL, for caches without a number. */
static DEFINE_PER_CPU(struct slab_mag *, magazines[SLAB_IDS + 1]);

/* For struct slab_cache itself, and for magazines of three sizes. */
static struct slab_cache cache_cache;
static struct slab_cache mag_caches[MAG_SIZES];
static const char *const mag_names[MAG_SIZES] = {
	"slab_mag-128", "slab_mag-256", "slab_mag-512",
};
static const u32 mag_bytes[MAG_SIZES] = { 128, 256, 512 };

static u32 mag_room(u32 i)
{
	return (mag_bytes[i] - sizeof(struct slab_mag)) / sizeof(void *);
}

/* Smaller objects come in larger magazines. */
static u32 mag_class(const struct slab_cache *c)
{
	return c->stride <= 256 ? 2 : c->stride <= 1024 ? 1 : 0;
}

static u16 *link_of(const struct slab_cache *c, void *obj)
{
	return (u16 *)(void *)((char *)obj + c->link_at);
}

/* A new slab with every object in it free. NULL: no memory. */
static struct page *slab_grow(struct slab_cache *c)
{
	/* What readers may meet has been an object, or is zero. */
	u32 zero = c->flags & SLAB_TYPESAFE_RCU ? PA_ZERO : 0;
	struct page *p = page_alloc_internal(c->order, zero, PAGE_SLAB);

	if (!p)
		return NULL;
	for (u32 i = 0; i < 1u << c->order; i++) {
		p[i].kind = PAGE_SLAB;
		p[i].owner = c;
	}
	p->slab_inuse = 0;
	p->slab_free = SLAB_LIST_END;
	slab_debug_fresh(c, page_to_virt(p));
	return p;
}

/* The cache may be gone: a slab of an RCU cache outlives it by a grace
 * period. */
static void slab_pages_free(struct page *p)
{
	for (u32 i = 1; i < 1u << p->order; i++)
		p[i].kind = PAGE_FREE;
	page_free(p, p->order);
}

static void slab_free_rcu(struct rcu_head *head)
{
	slab_pages_free(container_of(head, struct page, rcu));
}

/* Slabs taken off their cache; no lock of the cache held. */
static void slabs_release(struct slab_cache *c, struct list *slabs)
{
	struct page *p, *tmp;

	ASSERT(panicking() || !spin_held(&c->lock));
	for_each_list_safe(p, tmp, slabs, link) {
		list_del(&p->link);
		if (c->flags & SLAB_TYPESAFE_RCU)
			rcu_call(&p->rcu, slab_free_rcu);
		else
			slab_pages_free(p);
	}
}

/* Take one object out of @p at @base, which has one. While the list of freed
 * objects is empty, those never used so far are the last ones, from number
 * inuse on. */
static void *slab_pop(struct slab_cache *c, struct page *p, char *base)
{
	void *obj;

	ASSERT(spin_held(&c->lock));
	if (p->slab_free != SLAB_LIST_END) {
		obj = base + (u64)p->slab_free * c->stride;
		p->slab_free = *link_of(c, obj);
	} else {
		obj = base + (u64)p->slab_inuse * c->stride;
	}
	p->slab_inuse++;
	c->ntaken++;
	return obj;
}

/* A slab with a free object, put where it belongs. Lock held; dropped while
 * a new one is made. NULL: no memory. */
static struct page *slab_pick(struct slab_cache *c)
{
	struct page *p;

	if (!list_empty(&c->partial))
		return list_first(&c->partial, struct page, link);
	if (!list_empty(&c->empty)) {
		p = list_first(&c->empty, struct page, link);
		c->nempty--;
		list_del(&p->link);
	} else {
		spin_unlock(&c->lock);
		p = slab_grow(c);
		spin_lock(&c->lock);
		if (!p)
			return NULL;
		c->nslabs++;
	}
	list_add(&c->partial, &p->link);
	return p;
}

/* Take up to @n objects; interrupts off. Return: how many. */
static u32 objs_take(struct slab_cache *c, void **objs, u32 n)
{
	u32 done = 0;

	spin_lock(&c->lock);
	while (done < n) {
		struct page *p;
		char *base;

		/* One slab is enough when at least something was got. */
		if (done && list_empty(&c->partial) && list_empty(&c->empty))
			break;
		p = slab_pick(c);
		if (!p)
			break;
		base = page_to_virt(p);
		while (done < n && p->slab_inuse < c->per_slab)
			objs[done++] = slab_pop(c, p, base);
		if (p->slab_inuse == c->per_slab)
			list_del(&p->link);
	}
	spin_unlock(&c->lock);
	return done;
}

/* The slab of @obj, after the test that it is one of @c's. */
static struct page *obj_slab(struct slab_cache *c, void *obj)
{
	struct page *p = virt_to_page(slab_base(c, obj));

	if (unlikely(!p || p->kind != PAGE_SLAB || p->owner != c))
		panic("slab %s: %p freed, which is not its object", c->name,
		      obj);
	return p;
}

/* @n objects came back to @p; it goes to @out when it is empty and there are
 * empty ones enough. Lock held. */
static void slab_refilled(struct slab_cache *c, struct page *p, u32 n,
			  struct list *out)
{
	ASSERT(spin_held(&c->lock));
	if (p->slab_inuse == c->per_slab)
		list_add(&c->partial, &p->link);
	p->slab_inuse -= (u16)n;
	if (p->slab_inuse)
		return;
	list_del(&p->link);
	if (c->nempty < EMPTY_MAX) {
		c->nempty++;
		list_add(&c->empty, &p->link);
	} else {
		c->nslabs--;
		list_add(out, &p->link);
	}
}

/* Put those of the first @n objects back that lie in one slab: neighbours are
 * often freed one after the other. Lock held. Return: how many. */
static u32 slab_push(struct slab_cache *c, void **objs, u32 n,
		     struct list *out)
{
	struct page *p = obj_slab(c, objs[0]);
	u64 base = (u64)slab_base(c, objs[0]);
	u64 bytes = PAGE_SIZE << c->order;
	u64 at = (u64)objs[0] - base;
	u32 link_at = c->link_at, stride = c->stride;
	u32 head = p->slab_free;
	u32 i = 0;

	do {
		*(u16 *)(base + at + link_at) = (u16)head;
		head = (u32)at / stride;
		if (++i == n)
			break;
		at = (u64)objs[i] - base;
	} while (at < bytes);
	p->slab_free = (u16)head;
	slab_refilled(c, p, i, out);
	return i;
}

/* Give @n objects back to their slabs; interrupts off. */
static void objs_give(struct slab_cache *c, void **objs, u32 n)
{
	struct list out = LIST_INIT(out);

	spin_lock(&c->lock);
	c->ntaken -= n;
	for (u32 i = 0; i < n;)
		i += slab_push(c, objs + i, n - i, &out);
	spin_unlock(&c->lock);
	slabs_release(c, &out);
}

/* This CPU uses @c for the first time. NULL: no memory, or no number. */
static struct slab_mag *mag_create(struct slab_cache *c)
{
	u32 class = mag_class(c);
	void *mem;
	struct slab_mag *m;

	if (c->id == SLAB_NO_ID || !objs_take(&mag_caches[class], &mem, 1))
		return NULL;
	m = mem;
	slab_debug_alloc(&mag_caches[class], m, (u64)mag_create);
	m->count = 0;
	m->size = c->mag_size;
	this_cpu(magazines[c->id]) = m;
	return m;
}

/* The magazine is empty or missing. Interrupts off. */
static NOINLINE void *alloc_slow(struct slab_cache *c, struct slab_mag *m)
{
	void *obj;

	if (!m)
		m = mag_create(c);
	if (m) {
		m->count = objs_take(c, m->objs, m->size / 2);
		return m->count ? m->objs[--m->count] : NULL;
	}
	return objs_take(c, &obj, 1) ? obj : NULL;
}

/* The magazine is full or missing: the older half goes. Interrupts off. */
static NOINLINE void free_slow(struct slab_cache *c, struct slab_mag *m,
			       void *obj)
{
	u32 n;

	if (!m)
		m = mag_create(c);
	if (!m) {
		objs_give(c, &obj, 1);
		return;
	}
	n = m->count == m->size ? m->size / 2 : 0;
	if (n) {
		objs_give(c, m->objs, n);
		m->count -= n;
		memmove(m->objs, m->objs + n, m->count * sizeof(m->objs[0]));
	}
	m->objs[m->count++] = obj;
}

static inline struct slab_mag *mag_of(const struct slab_cache *c)
{
	return this_cpu(magazines[c->id]);
}

/* Allocation without the fault test. */
static inline void *obj_alloc(struct slab_cache *c)
{
	u64 irq = irq_save();
	struct slab_mag *m = mag_of(c);
	void *obj;

	if (likely(m && m->count))
		obj = m->objs[--m->count];
	else
		obj = alloc_slow(c, m);
	irq_restore(irq);
	return obj;
}

static inline bool should_fail(const struct slab_cache *c)
{
	return !(c->flags & SLAB_NO_FAULT) && alloc_should_fail();
}

void *slab_alloc(struct slab_cache *c)
{
	void *obj;

	if (should_fail(c))
		return NULL;
	obj = obj_alloc(c);
	if (likely(obj))
		slab_debug_alloc(c, obj, (u64)__builtin_return_address(0));
	return obj;
}

void *slab_zalloc(struct slab_cache *c)
{
	void *obj;

	if (should_fail(c))
		return NULL;
	obj = obj_alloc(c);
	if (unlikely(!obj))
		return NULL;
	slab_debug_alloc(c, obj, (u64)__builtin_return_address(0));
	return memset(obj, 0, c->obj_size);
}

void slab_free(struct slab_cache *c, void *obj)
{
	struct slab_mag *m;
	u64 irq;

	if (unlikely(!obj))
		return;
	if (!slab_debug_free(c, obj, (u64)__builtin_return_address(0)))
		return;
	irq = irq_save();
	m = mag_of(c);
	if (likely(m && m->count < m->size))
		m->objs[m->count++] = obj;
	else
		free_slow(c, m, obj);
	irq_restore(irq);
}

/* Pages a slab so that little is wasted, the fewest that will do. */
static void choose_order(struct slab_cache *c)
{
	u32 order = 0;

	while (PAGE_SIZE << order < c->stride)
		order++;
	for (; order < ORDER_MAX; order++) {
		u64 bytes = PAGE_SIZE << order;

		if (bytes % c->stride <= bytes / WASTE_PART)
			break;
	}
	c->order = order;
	c->per_slab = (u32)((PAGE_SIZE << order) / c->stride);
}

static u32 id_alloc(void)
{
	u32 id = (u32)bitmap_find_next_zero(ids, SLAB_IDS, 0);

	if (id < SLAB_IDS)
		bitmap_set(ids, id);
	return id;
}

static void cache_publish(struct slab_cache *c, bool magazine)
{
	u64 irq = spin_lock_irqsave(&caches_lock);

	c->id = magazine ? id_alloc() : SLAB_NO_ID;
	list_add_tail(&caches, &c->all_link);
	spin_unlock_irqrestore(&caches_lock, irq);
}

static void cache_init(struct slab_cache *c, const char *name, size_t size,
		       size_t align)
{
	u32 bytes = (u32)max(size, sizeof(u64));

	spin_init(&c->lock, name, RANK_SLAB);
	list_init(&c->partial);
	list_init(&c->empty);
	c->name = name;
	c->obj_size = (u32)size;
	c->stride = ALIGN_UP(bytes, 8u) + slab_debug_bytes(bytes);
	/* A link over the object itself, unless readers may be looking. */
	if (c->flags & SLAB_TYPESAFE_RCU || slab_debug_bytes(bytes)) {
		c->link_at = c->stride;
		c->stride += 8;
	}
	c->stride = ALIGN_UP(c->stride, (u32)max(align, sizeof(u64)));
	choose_order(c);
	c->mag_size = max(2u, min(mag_room(mag_class(c)),
				  MAG_MAX_BYTES / c->stride));
}

struct slab_cache *slab_cache_create(const char *name, size_t size,
				     size_t align, u32 flags)
{
	struct slab_cache *c;

	ASSERT(size && size <= 4 * PAGE_SIZE && align <= PAGE_SIZE);
	c = slab_zalloc(&cache_cache);
	if (!c)
		return NULL;
	c->flags = flags;
	cache_init(c, name, size, align);
	cache_publish(c, true);
	return c;
}

/* Empty this CPU's magazine of @arg. Interrupts off. */
static void mag_drain(void *arg)
{
	struct slab_cache *c = arg;
	struct slab_mag *m = mag_of(c);

	if (!m || !m->count)
		return;
	objs_give(c, m->objs, m->count);
	m->count = 0;
}

/* The same, and the magazine goes too. */
static void mag_destroy(void *arg)
{
	struct slab_cache *c = arg;
	struct slab_mag *m = mag_of(c);
	void *mem = m;

	mag_drain(arg);
	if (!m)
		return;
	this_cpu(magazines[c->id]) = NULL;
	if (!slab_debug_free(&mag_caches[mag_class(c)], mem, (u64)mag_destroy))
		return;
	objs_give(&mag_caches[mag_class(c)], &mem, 1);
}

static void on_each_cpu(void (*fn)(void *), void *arg)
{
	u64 irq = irq_save();

	fn(arg);
	irq_restore(irq);
	if (cpu_online_count() > 1)
		smp_call(cpu_online_mask(), fn, arg);
}

/* Give all empty slabs of @c back. */
static void cache_shrink(struct slab_cache *c)
{
	struct list out = LIST_INIT(out);
	u64 irq = spin_lock_irqsave(&c->lock);

	list_splice_tail(&out, &c->empty);
	c->nslabs -= c->nempty;
	c->nempty = 0;
	spin_unlock_irqrestore(&c->lock, irq);
	slabs_release(c, &out);
}

void slab_cache_destroy(struct slab_cache *c)
{
	u64 irq;

	on_each_cpu(mag_destroy, c);
	irq = spin_lock_irqsave(&caches_lock);
	list_del(&c->all_link);
	if (c->id != SLAB_NO_ID)
		bitmap_clear(ids, c->id);
	spin_unlock_irqrestore(&caches_lock, irq);
	cache_shrink(c);
	if (c->ntaken || c->nslabs)
		panic("slab %s: destroyed with %lu objects in use", c->name,
		      c->ntaken);
	slab_free(&cache_cache, c);
}

/* Every cache's magazine on this CPU. */
static void mags_drain(void *arg UNUSED)
{
	struct slab_cache *c;
	u64 irq = spin_lock_irqsave(&caches_lock);

	for_each_list(c, &caches, all_link)
		mag_drain(c);
	spin_unlock_irqrestore(&caches_lock, irq);
}

void slab_drain(void)
{
	struct slab_cache *c;
	u64 irq;

	on_each_cpu(mags_drain, NULL);
	irq = spin_lock_irqsave(&caches_lock);
	for_each_list(c, &caches, all_link)
		cache_shrink(c);
	spin_unlock_irqrestore(&caches_lock, irq);
}

/* Objects of @c that lie in magazines, as good as can be seen from here. */
static u64 mag_count(const struct slab_cache *c)
{
	u64 n = 0;
	u32 cpu;

	if (c->id == SLAB_NO_ID)
		return 0;
	for_each_cpu(cpu, cpu_online_mask()) {
		const struct slab_mag *m = READ_ONCE(per_cpu(magazines[c->id],
							     cpu));

		if (m)
			n += READ_ONCE(m->count);
	}
	return n;
}

static struct slab_stat cache_stat(struct slab_cache *c)
{
	u64 irq = spin_lock_irqsave(&c->lock);
	u64 cached = mag_count(c);
	struct slab_stat s = {
		.name = c->name,
		.active_objs = c->ntaken > cached ? c->ntaken - cached : 0,
		.total_objs = c->nslabs * c->per_slab,
		.slabs = c->nslabs,
		.obj_size = c->stride,
		.objs_per_slab = c->per_slab,
		.pages_per_slab = 1u << c->order,
	};

	spin_unlock_irqrestore(&c->lock, irq);
	return s;
}

void slab_for_each(void (*fn)(const struct slab_stat *s, void *arg), void *arg)
{
	struct slab_cache *c;
	u64 irq = spin_lock_irqsave(&caches_lock);

	for_each_list(c, &caches, all_link) {
		struct slab_stat s = cache_stat(c);

		fn(&s, arg);
	}
	spin_unlock_irqrestore(&caches_lock, irq);
}

void slab_init(void)
{
	for (u32 i = 0; i < MAG_SIZES; i++) {
		mag_caches[i].flags = SLAB_NO_FAULT;
		cache_init(&mag_caches[i], mag_names[i], mag_bytes[i], 64);
		cache_publish(&mag_caches[i], false);
	}
	cache_init(&cache_cache, "slab_cache", sizeof(struct slab_cache), 64);
	cache_publish(&cache_cache, false);
}
