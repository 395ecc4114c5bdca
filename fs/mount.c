/*
 * fs/mount.c - what is mounted where
 *
 * What:  mounts as objects, the hash of mount points, the steps of attaching
 *        and detaching, who writes through a mount.
 * Locks: mount_mutex (RANK_MUTEX_MOUNT): all changes. mount_lock (RANK_MOUNT):
 *        parent, point and hash chains, for those who only look. A path walk
 *        reads the chains under RCU and takes a reference with try_get.
 * Life:  see mount.h. dentry->mounts counts the mounts on a name, so that a
 *        walk asks the hash only where there is something to find.
 * Not:   copies (mount_copy.c), mount(2) (mount_ops.c), namespaces
 *        (mount_ns.c), peers and slaves (propagate.c).
 * See:   mount(2), mount_namespaces(7)
 */
#include "mount.h"

#include <core/assert.h>
#include <core/panic.h>
#include <lib/hash.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <mm/slab.h>
#include <sched/sched.h>

#include "dentry.h"
#include "inode.h"

#define HASH_PAGES_ORDER 3
#define HASH_BITS (PAGE_SHIFT + HASH_PAGES_ORDER - 3)

DEFINE_MUTEX(mount_mutex, RANK_MUTEX_MOUNT);
DEFINE_SPINLOCK(mount_lock, RANK_MOUNT);

static struct slab_cache *mount_cache;
static struct mount **buckets;		/* [I] the array, 2^HASH_BITS */
static struct atomic64 last_id;		/* [a] */
static struct list dead = LIST_INIT(dead);	/* [mount_mutex] by work */

void mount_cache_init(void)
{
	struct page *pages = page_alloc(HASH_PAGES_ORDER, PA_ZERO,
					PAGE_KERNEL);

	mount_cache = slab_cache_create("mount", sizeof(struct mount), 0, 0);
	if (!pages || !mount_cache)
		panic("vfs: no memory for mounts");
	buckets = page_to_virt(pages);
}

void mount_tree_lock(void)
{
	mutex_lock(&mount_mutex);
}

void mount_put_later(struct mount *m)
{
	list_add_tail(&dead, &m->work);
}

/* The last reference may take a whole file system away: not under the mutex. */
void mount_tree_unlock(void)
{
	struct list list;
	struct mount *m;

	list_init(&list);
	list_splice_tail(&list, &dead);
	mutex_unlock(&mount_mutex);
	while (!list_empty(&list)) {
		m = list_first(&list, struct mount, work);
		list_del(&m->work);
		mount_put(m);
	}
}

static struct mount **bucket_of(const struct mount *parent,
				const struct dentry *point)
{
	return &buckets[hash_index((u64)parent ^ ((u64)point << 1), HASH_BITS)];
}

int mount_alloc(struct superblock *sb, struct dentry *root, const char *source,
		struct mount **out)
{
	struct mount *m = slab_zalloc(mount_cache);

	if (!m)
		return -ENOMEM;
	m->source = kstrdup(source ? source : "none");
	if (!m->source) {
		slab_free(mount_cache, m);
		return -ENOMEM;
	}
	refcount_set(&m->refs, 1);
	superblock_get(sb);
	m->sb = sb;
	m->root = root ? dentry_get(root) : NULL;
	m->id = (u64)atomic_add_return(&last_id, 1);
	m->flags = MS_RELATIME;
	list_init(&m->children);
	list_init(&m->child_link);
	list_init(&m->ns_link);
	list_init(&m->peers);
	list_init(&m->slaves);
	list_init(&m->slave_link);
	list_init(&m->work);
	*out = m;
	return 0;
}

int mount_create_internal(struct superblock *sb, struct mount **out)
{
	return mount_alloc(sb, sb->root, sb->type, out);
}

struct mount *mount_get(struct mount *m)
{
	refcount_get(&m->refs);
	return m;
}

static void mount_free_rcu(struct rcu_head *head)
{
	struct mount *m = container_of(head, struct mount, rcu);

	kfree(m->source);
	slab_free(mount_cache, m);
}

static void (*gone_hook)(const struct mount *m);	/* [I] after boot */

void mount_set_gone_hook(void (*fn)(const struct mount *m))
{
	gone_hook = fn;
}

static NOINLINE void mount_end(struct mount *m)
{
	if (gone_hook && m->root)
		gone_hook(m);
	ASSERT(!m->parent && list_empty(&m->children));
	ASSERT(list_empty(&m->peers) && list_empty(&m->slaves));
	if (m->root)
		dentry_put(m->root);
	superblock_put(m->sb);
	rcu_call(&m->rcu, mount_free_rcu);
}

void mount_put(struct mount *m)
{
	if (refcount_put(&m->refs))
		mount_end(m);
}

struct mount *mount_find_get(const struct path *p)
{
	struct mount *m;

	if (!atomic_read(&p->dentry->mounts))
		return NULL;
	rcu_read_lock();
	m = rcu_dereference(*bucket_of(p->mount, p->dentry));
	while (m) {
		if (READ_ONCE(m->parent) == p->mount &&
		    READ_ONCE(m->point) == p->dentry &&
		    refcount_try_get(&m->refs))
			break;
		m = rcu_dereference(m->hash_next);
	}
	rcu_read_unlock();
	return m;
}

struct mount *mount_find(struct mount *parent, const struct dentry *point)
{
	struct mount *m = *bucket_of(parent, point);

	ASSERT(mutex_held(&mount_mutex));
	while (m && (m->parent != parent || m->point != point))
		m = m->hash_next;
	return m;
}

void path_enter_mounts(struct path *p)
{
	struct mount *m;

	while ((m = mount_find_get(p)) != NULL) {
		path_put(p);
		p->mount = m;
		p->dentry = dentry_get(m->root);
	}
}

bool path_is_below(const struct path *p, const struct path *top)
{
	const struct mount *m = p->mount;
	const struct dentry *d = p->dentry;

	while (m != top->mount && m->parent) {
		d = m->point;
		m = m->parent;
	}
	return m == top->mount && dentry_is_below(d, top->dentry);
}

bool path_leave_mount(struct path *p)
{
	struct path up = { NULL, NULL };

	spin_lock(&mount_lock);
	if (p->mount->parent) {
		up.mount = mount_get(p->mount->parent);
		up.dentry = dentry_get(p->mount->point);
	}
	spin_unlock(&mount_lock);
	if (!up.mount)
		return false;
	path_put(p);
	*p = up;
	return true;
}

void mount_attach(struct mount *m, const struct path *at)
{
	struct mount **head = bucket_of(at->mount, at->dentry);

	ASSERT(mutex_held(&mount_mutex));
	dentry_get(at->dentry);
	atomic_inc(&at->dentry->mounts);
	list_add_tail(&at->mount->children, &m->child_link);
	spin_lock(&mount_lock);
	m->parent = at->mount;
	m->point = at->dentry;
	m->hash_next = *head;
	m->hash_prev = head;
	if (*head)
		(*head)->hash_prev = &m->hash_next;
	rcu_assign(*head, m);
	spin_unlock(&mount_lock);
}

void mount_detach(struct mount *m)
{
	struct dentry *point = m->point;

	ASSERT(mutex_held(&mount_mutex));
	if (!m->parent)
		return;
	list_del(&m->child_link);
	spin_lock(&mount_lock);
	if (m->hash_next)
		m->hash_next->hash_prev = m->hash_prev;
	WRITE_ONCE(*m->hash_prev, m->hash_next);
	m->parent = NULL;
	m->point = NULL;
	spin_unlock(&mount_lock);
	atomic_dec(&point->mounts);
	dentry_put(point);
}

struct mount *mount_next(struct mount *m, const struct mount *top)
{
	if (!list_empty(&m->children))
		return list_first(&m->children, struct mount, child_link);
	while (m != top) {
		if (m->child_link.next != &m->parent->children)
			return list_next(m, child_link);
		m = m->parent;
	}
	return NULL;
}

/* Any mount on @d; in namespace @ns, or in any when NULL. Borrowed under
 * mount_lock. */
static struct mount *find_on(const struct dentry *d, const struct mount_ns *ns)
{
	for (u32 i = 0; i < 1u << HASH_BITS; i++) {
		struct mount *m = buckets[i];

		for (; m; m = m->hash_next) {
			if (m->point == d && (!ns || READ_ONCE(m->ns) == ns))
				return m;
		}
	}
	return NULL;
}

bool mount_blocks(const struct mount *m, struct dentry *d)
{
	bool found;

	if (likely(!atomic_read(&d->mounts)))
		return false;
	spin_lock(&mount_lock);
	found = find_on(d, READ_ONCE(m->ns)) != NULL;
	spin_unlock(&mount_lock);
	return found;
}

void mount_detach_all_on(struct dentry *d)
{
	struct mount *m;

	if (likely(!atomic_read(&d->mounts)))
		return;
	mount_tree_lock();
	for (;;) {
		spin_lock(&mount_lock);
		m = find_on(d, NULL);
		spin_unlock(&mount_lock);
		if (!m || !mount_tree_umount)
			break;
		mount_tree_umount(m, false);
	}
	mount_tree_unlock();
}

bool mount_is_readonly(const struct mount *m)
{
	return (READ_ONCE(m->flags) | READ_ONCE(m->sb->flags)) & MS_RDONLY;
}

int mount_want_write(const struct path *p)
{
	if (!atomic_inc_unless(&p->mount->sb->writers, -1))
		return -EROFS;
	if (atomic_inc_unless(&p->mount->writers, -1))
		return 0;
	atomic_dec(&p->mount->sb->writers);
	return -EROFS;
}

void mount_end_write(const struct path *p)
{
	atomic_dec(&p->mount->writers);
	atomic_dec(&p->mount->sb->writers);
}

int mount_make_readonly(struct mount *m)
{
	if (m->flags & MS_RDONLY)
		return 0;
	if (!atomic_cas(&m->writers, 0, -1))
		return -EBUSY;
	WRITE_ONCE(m->flags, m->flags | MS_RDONLY);
	return 0;
}

void mount_make_writable(struct mount *m)
{
	if (!(m->flags & MS_RDONLY))
		return;
	WRITE_ONCE(m->flags, m->flags & ~(u32)MS_RDONLY);
	atomic_set(&m->writers, 0);
}
