/*
 * fs/dentry.c - names in directories and their cache
 *
 * What:  a hash of (directory, name), and for each directory its names in the
 *        order in which they were made. A look-up that finds takes no lock.
 * Locks: dcache_lock (RANK_DCACHE): the hash chains, the trees of children,
 *        parent, name and flags of every dentry. dcache_seq is odd while a
 *        rename changes parent and name, so that a look-up under RCU never
 *        sees one of them old and the other new.
 * Life:  see dentry.h. A dentry whose count is 0 may still stand in the hash
 *        for a moment: look-ups step over it.
 * Not:   asking the file system for a name (walk.c).
 */
#include "dentry.h"

#include <core/assert.h>
#include <core/panic.h>
#include <core/seqlock.h>
#include <fs/random.h>
#include <lib/format.h>
#include <lib/hash.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <mm/slab.h>
#include <sched/sched.h>

DEFINE_SPINLOCK(dcache_lock, RANK_DCACHE);

static struct seqcount dcache_seq;
static struct slab_cache *dentry_cache;
static struct hash_key name_key;
static struct dentry **buckets;		/* [I] the array */
static u32 bucket_bits;			/* [I] */

/* One bucket for each 128 KiB of memory, in contiguous pages. */
void dentry_init(void)
{
	struct mm_stat stat;
	struct page *pages;
	u32 order = 0;

	mm_stat_get(&stat);
	while (order < PAGE_MAX_ORDER &&
	       (PAGE_SIZE << order) / sizeof(*buckets) < stat.total_pages / 32)
		order++;
	pages = page_alloc(order, 0, PAGE_KERNEL);
	dentry_cache = slab_cache_create("dentry", sizeof(struct dentry), 0, 0);
	if (!pages || !dentry_cache)
		panic("vfs: no memory for the cache of names");
	buckets = page_to_virt(pages);
	memset(buckets, 0, PAGE_SIZE << order);
	bucket_bits = PAGE_SHIFT + order - 3;
	random_bytes(&name_key, sizeof(name_key));
	kept_init();
}

void qname_init(struct qname *q, const char *text, size_t len)
{
	q->text = text;
	q->len = (u32)len;
	q->word = hash_last_word(text, len);
	q->hash = len < SHORT_NAME ? hash_word(&name_key, q->word) :
				     hash_bytes(&name_key, text, len);
}

static struct dentry **bucket_of(const struct dentry *parent, u64 hash)
{
	/* The hash of a name is good; one multiplication spreads the address
	 * over the bits that count. */
	return &buckets[(hash ^ (u64)parent * 0x9e3779b97f4a7c15ul) >>
			(64 - bucket_bits)];
}

static void hash_add(struct dentry *d)
{
	struct dentry **head = bucket_of(d->parent, d->name->hash);

	d->hash_next = *head;
	d->hash_prev = head;
	if (*head)
		(*head)->hash_prev = &d->hash_next;
	rcu_assign(*head, d);
	d->flags |= DENTRY_HASHED;
}

/* The forward pointer stays for readers that stand on @d. */
static void hash_del(struct dentry *d)
{
	if (!(d->flags & DENTRY_HASHED))
		return;
	if (d->hash_next)
		d->hash_next->hash_prev = d->hash_prev;
	WRITE_ONCE(*d->hash_prev, d->hash_next);
	d->flags &= ~DENTRY_HASHED;
}

static inline bool name_matches(const struct dentry *d,
				const struct dentry *parent,
				const struct qname *q)
{
	const struct dentry_name *name = rcu_dereference(d->name);

	if (READ_ONCE(d->parent) != parent || name->word != q->word)
		return false;
	return q->len < SHORT_NAME ||
	       (name->hash == q->hash && name->len == q->len &&
		!memcmp(name->text, q->text, q->len));
}

static inline struct dentry *chain_find_get(struct dentry *parent,
					    const struct qname *q)
{
	struct dentry *d = rcu_dereference(*bucket_of(parent, q->hash));

	while (d) {
		if (name_matches(d, parent, q) && refcount_try_get(&d->refs))
			return d;
		d = rcu_dereference(d->hash_next);
	}
	return NULL;
}

/* A rename came between: the lock makes sure of an end. */
static NOINLINE struct dentry *find_get_locked(struct dentry *parent,
					       const struct qname *q)
{
	struct dentry *d;

	spin_lock(&dcache_lock);
	d = chain_find_get(parent, q);
	spin_unlock(&dcache_lock);
	return d;
}

struct dentry *dentry_find_get(struct dentry *parent, const struct qname *q)
{
	u32 seq = seq_read_begin(&dcache_seq);
	struct dentry *d;

	rcu_read_lock();
	d = chain_find_get(parent, q);
	rcu_read_unlock();
	if (likely(!seq_read_retry(&dcache_seq, seq)))
		return d;
	if (d)
		dentry_put(d);
	return find_get_locked(parent, q);
}

static struct dentry_name *name_create(const struct qname *q)
{
	struct dentry_name *name = kmalloc(sizeof(*name) + q->len + 1);

	if (!name)
		return NULL;
	refcount_set(&name->refs, 1);
	name->hash = q->hash;
	name->word = q->word;
	name->len = q->len;
	memcpy(name->text, q->text, q->len);
	name->text[q->len] = '\0';
	return name;
}

static void name_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct dentry_name, rcu));
}

/* Look-ups under RCU may still compare it. */
static void name_put(struct dentry_name *name)
{
	if (refcount_put(&name->refs))
		rcu_call(&name->rcu, name_free_rcu);
}

static struct dentry *dentry_blank(void)
{
	struct dentry *d = slab_zalloc(dentry_cache);

	if (!d)
		return NULL;
	refcount_set(&d->refs, 1);
	d->parent = d;
	d->next_cookie = DENTRY_FIRST_COOKIE;
	return d;
}

static struct dentry *dentry_new(const struct qname *q)
{
	struct dentry *d = dentry_blank();

	if (!d)
		return NULL;
	d->name = name_create(q);
	if (d->name)
		return d;
	slab_free(dentry_cache, d);
	return NULL;
}

struct dentry *dentry_alloc(struct dentry *parent, const struct qname *q)
{
	struct dentry *d = dentry_new(q);

	if (d)
		d->parent = dentry_get(parent);
	return d;
}

/* One that no look-up will find. */
static struct dentry *dentry_new_label(const char *label)
{
	const struct qname q = { .text = label, .len = (u32)strlen(label) };

	return dentry_new(&q);
}

struct dentry *dentry_alloc_anon(struct inode *inode, const char *label)
{
	struct dentry *d = dentry_new_label(label);

	if (d) {
		d->flags = DENTRY_ANON;
		d->inode = inode;
	}
	return d;
}

struct dentry *dentry_alloc_numbered(struct inode *inode, const char *kind)
{
	struct dentry *d = dentry_blank();

	if (d) {
		d->flags = DENTRY_ANON;
		d->kind = kind;
		d->inode = inode;
	}
	return d;
}

struct dentry *dentry_alloc_tmpfile(struct dentry *dir, struct inode *inode)
{
	char label[24];
	struct dentry *d;

	snprintf(label, sizeof(label), "#%lu", inode->ino);
	d = dentry_new_label(label);
	if (d) {
		d->parent = dentry_get(dir);
		d->flags = DENTRY_REMOVED;
		d->inode = inode;
	}
	return d;
}

struct dentry *dentry_create_root(struct inode *inode)
{
	struct dentry *d = dentry_new_label("/");

	if (d)
		d->inode = inode;
	else
		inode_put(inode);
	return d;
}

/* dcache_lock held: last in the listing of its parent. */
static void child_add(struct dentry *d)
{
	struct dentry *parent = d->parent;
	struct rb_node **link = &parent->children.node;
	struct rb_node *above = NULL;

	while (*link) {
		above = *link;
		link = &above->right;
	}
	d->cookie = parent->next_cookie++;
	rb_insert_at(&d->node, above, link);
	rb_insert_color(&d->node, &parent->children);
}

static void child_del(struct dentry *d)
{
	rb_erase(&d->node, &d->parent->children);
}

void dentry_instantiate(struct dentry *d, struct inode *inode)
{
	ASSERT(!d->inode);
	spin_lock(&dcache_lock);
	d->inode = inode;
	child_add(d);
	hash_add(d);
	if (inode->sb->flags & SB_PINNED) {
		d->flags |= DENTRY_PINNED;
		refcount_get(&d->refs);
	}
	spin_unlock(&dcache_lock);
}

bool dentry_unpublish(struct dentry *d)
{
	bool pinned = d->flags & DENTRY_PINNED;

	if (!(d->flags & DENTRY_HASHED))
		return false;
	hash_del(d);
	child_del(d);
	kept_del(d);
	d->flags = (d->flags | DENTRY_REMOVED) & ~DENTRY_PINNED;
	return pinned;
}

void dentry_remove(struct dentry *d)
{
	bool pinned;

	spin_lock(&dcache_lock);
	pinned = dentry_unpublish(d);
	spin_unlock(&dcache_lock);
	if (pinned)
		dentry_put(d);
}

/* Exchange parents and names; neither is published meanwhile. */
static void dentry_swap(struct dentry *a, struct dentry *b)
{
	struct dentry *parent = a->parent;
	struct dentry_name *name = a->name;

	WRITE_ONCE(a->parent, b->parent);
	rcu_assign(a->name, b->name);
	WRITE_ONCE(b->parent, parent);
	rcu_assign(b->name, name);
}

/* References that a dentry had of its place. */
struct dentry_place {
	struct dentry *parent;
	struct dentry_name *name;
};

/* @d goes to the place of @target. What it had passes to @old. */
static void dentry_take_place(struct dentry *d, struct dentry *target,
			      struct dentry_place *old)
{
	old->parent = d->parent;
	old->name = d->name;
	refcount_get(&target->name->refs);
	WRITE_ONCE(d->parent, dentry_get(target->parent));
	rcu_assign(d->name, target->name);
}

static void dentry_exchange(struct dentry *d, struct dentry *target)
{
	spin_lock(&dcache_lock);
	seq_write_begin(&dcache_seq);
	hash_del(d);
	child_del(d);
	hash_del(target);
	child_del(target);
	dentry_swap(d, target);
	child_add(d);
	hash_add(d);
	child_add(target);
	hash_add(target);
	seq_write_end(&dcache_seq);
	spin_unlock(&dcache_lock);
}

void dentry_move(struct dentry *d, struct dentry *target, bool exchange)
{
	struct dentry_place old;
	bool pinned;

	if (exchange) {
		dentry_exchange(d, target);
		return;
	}
	spin_lock(&dcache_lock);
	seq_write_begin(&dcache_seq);
	hash_del(d);
	child_del(d);
	pinned = dentry_unpublish(target);
	dentry_take_place(d, target, &old);
	child_add(d);
	hash_add(d);
	seq_write_end(&dcache_seq);
	spin_unlock(&dcache_lock);
	dentry_put(old.parent);
	name_put(old.name);
	if (pinned)
		dentry_put(target);
}

struct dentry *dentry_get(struct dentry *d)
{
	refcount_get(&d->refs);
	return d;
}

static void dentry_free_rcu(struct rcu_head *head)
{
	struct dentry *d = container_of(head, struct dentry, rcu);

	name_put(d->name);
	slab_free(dentry_cache, d);
}

/* No look-up finds a nameless one: it goes at once. */
static void anon_free(struct dentry *d)
{
	inode_put(d->inode);
	kfree(d->name);
	slab_free(dentry_cache, d);
}

/* @d has no user. Without recursion: each may be the last of its parent. */
static NOINLINE void dentry_end(struct dentry *d)
{
	struct dentry *parent;

	if (d->flags & DENTRY_ANON) {
		anon_free(d);
		return;
	}
	do {
		ASSERT(!(d->flags & DENTRY_PINNED));
		spin_lock(&dcache_lock);
		dentry_unpublish(d);
		spin_unlock(&dcache_lock);
		ASSERT(rb_is_empty(&d->children));
		parent = d->parent == d ? NULL : d->parent;
		if (d->inode)
			inode_put(d->inode);
		rcu_call(&d->rcu, dentry_free_rcu);
		d = parent;
	} while (d && refcount_put(&d->refs));
}

void dentry_put(struct dentry *d)
{
	if (d && refcount_put(&d->refs))
		dentry_end(d);
}

struct inode *dentry_inode(const struct dentry *d)
{
	return d->inode;
}

const char *dentry_name(const struct dentry *d)
{
	return rcu_dereference(d->name)->text;
}

struct dentry *dentry_parent(const struct dentry *d)
{
	return READ_ONCE(d->parent);
}

struct dentry *dentry_parent_get(const struct dentry *d)
{
	struct dentry *parent;

	spin_lock(&dcache_lock);
	parent = dentry_get(d->parent);
	spin_unlock(&dcache_lock);
	return parent;
}

struct dentry *dentry_child_towards(struct dentry *ancestor, struct dentry *d)
{
	struct dentry *child = NULL;

	spin_lock(&dcache_lock);
	while (d != ancestor && d->parent != d) {
		child = d;
		d = d->parent;
	}
	spin_unlock(&dcache_lock);
	return d == ancestor ? child : NULL;
}

bool dentry_is_below(const struct dentry *d, const struct dentry *ancestor)
{
	spin_lock(&dcache_lock);
	while (d != ancestor && d->parent != d)
		d = d->parent;
	spin_unlock(&dcache_lock);
	return d == ancestor;
}

/* First child with a cookie of at least @cookie; lock of either kind held. */
static struct dentry *child_from(const struct dentry *dir, u64 cookie)
{
	struct rb_node *n = dir->children.node;
	struct dentry *best = NULL;
	struct dentry *d;

	while (n) {
		d = rb_entry(n, struct dentry, node);
		if (d->cookie >= cookie) {
			best = d;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}

void dentry_for_each(struct dentry *dir, off_t *pos,
		     bool (*fn)(struct dentry *d, void *arg), void *arg)
{
	struct dentry *d = child_from(dir, (u64)*pos);
	struct rb_node *next;

	ASSERT(mutex_held(&dir->inode->lock));
	while (d) {
		if (!fn(d, arg))
			return;
		*pos = (off_t)d->cookie + 1;
		next = rb_next(&d->node);
		d = next ? rb_entry(next, struct dentry, node) : NULL;
	}
}

bool dentry_has_children(struct dentry *dir)
{
	return !rb_is_empty(&dir->children);
}

/* The next living child from *@cookie on, with a reference. */
static struct dentry *child_next_get(struct dentry *dir, u64 *cookie)
{
	struct dentry *d;

	spin_lock(&dcache_lock);
	while ((d = child_from(dir, *cookie)) != NULL) {
		*cookie = d->cookie + 1;
		if (refcount_try_get(&d->refs))
			break;
	}
	spin_unlock(&dcache_lock);
	return d;
}

void dentry_prune(struct dentry *dir)
{
	u64 cookie = 0;
	struct dentry *d;

	while ((d = child_next_get(dir, &cookie)) != NULL) {
		const struct inode_ops *ops = d->inode->ops;

		if (ops->revalidate && !ops->revalidate(d))
			dentry_remove(d);
		dentry_put(d);
	}
}

/* Down to a leaf, take it away, and on from its parent. */
void dentry_dismantle(struct dentry *root)
{
	struct dentry *d = root;
	struct dentry *child;

	for (;;) {
		u64 cookie = 0;

		child = child_next_get(d, &cookie);
		if (child) {
			d = child;
			continue;
		}
		if (d == root)
			return;
		child = d;
		d = d->parent;
		dentry_remove(child);
		dentry_put(child);
		cond_resched();
	}
}
