/*
 * fs/kept.c - names that file systems make when they are asked for them
 *
 * What:  /proc makes names and inodes on demand. The last ones stay in the
 *        cache although nobody uses them, up to a number that follows from
 *        the machine's memory; what was found since it was last looked at
 *        stays longer.
 * Locks: dcache_lock: the list and the flags.
 * Life:  dentry_keep gives a name one reference more, that of the list; it
 *        goes when the name is removed, or its turn comes and nobody else has
 *        one.
 * See:   docs/files.md
 */
#include "dentry.h"

#include <mm/page.h>

#define MIN_KEPT 64u
#define PAGES_PER_KEPT 64u	/* of the machine's memory, for each name */
#define LOOKS 8			/* at names, to find one that may go */

static struct list kept = LIST_INIT(kept);	/* [dcache_lock] oldest first */
static u32 nkept;				/* [dcache_lock] */
static u32 max_kept = MIN_KEPT;			/* [I] after boot */

void kept_init(void)
{
	struct mm_stat stat;

	mm_stat_get(&stat);
	max_kept = max((u32)(stat.total_pages / PAGES_PER_KEPT), MIN_KEPT);
}

void kept_del(struct dentry *d)
{
	if (!(d->flags & DENTRY_KEPT))
		return;
	d->flags &= ~DENTRY_KEPT;
	list_del(&d->kept_link);
	nkept--;
}

/* Take a name out that only the list refers to; with the list's reference. */
static struct dentry *kept_take(u32 looks)
{
	while (looks-- && !list_empty(&kept)) {
		struct dentry *d = list_first(&kept, struct dentry, kept_link);

		if (!d->found && refcount_read(&d->refs) == 1) {
			dentry_unpublish(d);
			return d;
		}
		WRITE_ONCE(d->found, false);
		list_del(&d->kept_link);
		list_add_tail(&kept, &d->kept_link);
	}
	return NULL;
}

void dentry_keep(struct dentry *d)
{
	struct dentry *old = NULL;

	spin_lock(&dcache_lock);
	if ((d->flags & (DENTRY_HASHED | DENTRY_KEPT)) == DENTRY_HASHED) {
		d->flags |= DENTRY_KEPT | DENTRY_PINNED;
		refcount_get(&d->refs);
		list_add_tail(&kept, &d->kept_link);
		if (++nkept > max_kept)
			old = kept_take(LOOKS);
	}
	spin_unlock(&dcache_lock);
	if (old)
		dentry_put(old);
	/* What the name stands for may have gone before it could be found:
	 * pairs with the barrier of who calls dentry_forget. */
	smp_mb();
	if (d->inode->ops->revalidate && !d->inode->ops->revalidate(d))
		dentry_remove(d);
}

void dentry_forget(struct dentry *root, const char *path)
{
	struct dentry *d = dentry_get(root);

	while (d && *path) {
		struct dentry *parent = d;
		struct qname q;
		size_t len = 0;

		while (path[len] && path[len] != '/')
			len++;
		qname_init(&q, path, len);
		d = dentry_find_get(parent, &q);
		dentry_put(parent);
		path += len + (path[len] == '/');
	}
	if (!d)
		return;
	dentry_dismantle(d);
	dentry_remove(d);
	dentry_put(d);
}

void dentry_kept_drain(void)
{
	struct dentry *d;

	do {
		spin_lock(&dcache_lock);
		d = kept_take(2 * nkept);
		spin_unlock(&dcache_lock);
		if (d)
			dentry_put(d);
	} while (d);
}
