/*
 * fs/fdtable.c - descriptors
 *
 * What:  numbers to open files. Slots lie in leaves of 64, beside one word of
 *        the open and one of the close-on-exec bitmap; an index of leaves
 *        grows by doubling, leaves never move.
 * Locks: table->lock (RANK_FDTABLE): all changes. Look-up takes none: the
 *        index is read under RCU, the file gets a try_get, and must still be
 *        in its slot then, for its memory may be another file's by now.
 * Life:  created with one leaf inside; a clone has only the leaves in use. An
 *        index that became too small is freed after a grace period, leaves with
 *        the table, which the last user closes.
 * See:   open(2), dup(2), fcntl(2), close_range(2)
 */
#include <fs/file.h>

#include <core/assert.h>
#include <core/spinlock.h>
#include <lib/bitmap.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/slab.h>
#include <sched/sched.h>
#include <uapi/fcntl.h>

#include "file_internal.h"
#include "lock.h"

#define LEAF_SLOTS 64u

struct fd_leaf {
	struct file *slots[LEAF_SLOTS];	/* [R] */
};

/* Everything whose size follows the number of leaves. */
struct fd_index {
	u32 nleaves;			/* [I] */
	struct rcu_head rcu;
	u64 *open;			/* [lock] taken numbers */
	u64 *cloexec;			/* [lock] */
	struct fd_leaf *leaves[];	/* [R] NULL: never used */
};

/* Bytes of an index, with its arrays. */
#define INDEX_BYTES(nleaves)						\
	(sizeof(struct fd_index) +					\
	 (nleaves) * (sizeof(struct fd_leaf *) + 2 * sizeof(u64)))

struct file_table {
	struct refcount users;
	struct spinlock lock;		/* RANK_FDTABLE */
	struct fd_index *index;		/* [R] owned; @first_index at first */
	u32 first_free;			/* [lock] no free number below it */
	struct fd_leaf leaf0;		/* numbers 0 to 63 */
	u64 first_index[INDEX_BYTES(1) / sizeof(u64)];
};

static struct slab_cache *table_cache;	/* [I] */

static u32 fd_max = NR_OPEN_DEFAULT;	/* [a] fs.nr_open */

void file_table_cache_init(void)
{
	table_cache = slab_cache_create("file_table", sizeof(struct file_table),
					0, 0);
	if (!table_cache)
		panic("vfs: no memory for the cache of descriptor tables");
}

u32 fd_max_get(void)
{
	return READ_ONCE(fd_max);
}

int fd_max_set(int n)
{
	if (n < (int)LEAF_SLOTS || n > (INT_MAX & ~63))
		return -EINVAL;
	WRITE_ONCE(fd_max, (u32)n);
	return 0;
}

/* In @mem, which is zero; NULL: no memory. */
static struct fd_index *index_init(void *mem, u32 nleaves)
{
	struct fd_index *x = mem;

	if (!x)
		return NULL;
	x->nleaves = nleaves;
	x->open = (u64 *)&x->leaves[nleaves];
	x->cloexec = x->open + nleaves;
	return x;
}

static struct fd_index *index_create(u32 nleaves)
{
	return index_init(kzalloc(INDEX_BYTES(nleaves)), nleaves);
}

static bool index_is_first(const struct file_table *t,
			   const struct fd_index *x)
{
	return (const void *)x == t->first_index;
}

static void index_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct fd_index, rcu));
}

static int table_alloc(u32 nleaves, struct file_table **out)
{
	struct file_table *t = slab_zalloc(table_cache);

	if (!t)
		return -ENOMEM;
	t->index = nleaves == 1 ? index_init(t->first_index, 1) :
				  index_create(nleaves);
	if (!t->index) {
		slab_free(table_cache, t);
		return -ENOMEM;
	}
	t->index->leaves[0] = &t->leaf0;
	refcount_set(&t->users, 1);
	spin_init(&t->lock, "fdtable", RANK_FDTABLE);
	*out = t;
	return 0;
}

int file_table_create(struct file_table **out)
{
	return table_alloc(1, out);
}

void file_table_get(struct file_table *t)
{
	refcount_get(&t->users);
}

bool file_table_shared(struct file_table *t)
{
	return refcount_read(&t->users) > 1;
}

u32 file_table_size(struct file_table *t)
{
	u32 n;

	rcu_read_lock();
	n = rcu_dereference(t->index)->nleaves * LEAF_SLOTS;
	rcu_read_unlock();
	return n;
}

/* Leaves of @t up to the last one with an open descriptor; lock held. */
static u32 leaves_in_use(const struct file_table *t)
{
	u32 n = t->index->nleaves;

	while (n > 1 && !t->index->open[n - 1])
		n--;
	return n;
}

/* Double the index until it has @nleaves. The lock is dropped meanwhile. */
static int table_grow(struct file_table *t, u32 nleaves)
{
	struct fd_index *old = t->index;
	struct fd_index *new;
	u32 n = old->nleaves;

	while (n < nleaves)
		n *= 2;
	spin_unlock(&t->lock);
	new = index_create(n);
	spin_lock(&t->lock);
	if (!new)
		return -ENOMEM;
	old = t->index;
	if (old->nleaves >= n) {
		kfree(new);
		return 0;
	}
	memcpy(new->leaves, old->leaves, old->nleaves * sizeof(old->leaves[0]));
	memcpy(new->open, old->open, old->nleaves * sizeof(u64));
	memcpy(new->cloexec, old->cloexec, old->nleaves * sizeof(u64));
	rcu_assign(t->index, new);
	if (!index_is_first(t, old))
		rcu_call(&old->rcu, index_free_rcu);
	return 0;
}

/* Make sure that @fd has a slot. The lock may be dropped meanwhile. */
static int slot_prepare(struct file_table *t, u32 fd)
{
	u32 i = fd / LEAF_SLOTS;
	struct fd_leaf *leaf;
	int err = 0;

	if (i >= t->index->nleaves)
		err = fd >= fd_max_get() ? -EMFILE : table_grow(t, i + 1);
	if (err || t->index->leaves[i])
		return err;
	spin_unlock(&t->lock);
	leaf = kzalloc(sizeof(*leaf));
	spin_lock(&t->lock);
	if (!leaf)
		return -ENOMEM;
	if (t->index->leaves[i])
		kfree(leaf);
	else
		rcu_assign(t->index->leaves[i], leaf);
	return 0;
}

/* The slot of @fd; NULL: it has none. Lock or RCU. */
static struct file **slot_of(const struct fd_index *x, u32 fd)
{
	struct fd_leaf *leaf;

	if (fd / LEAF_SLOTS >= x->nleaves)
		return NULL;
	leaf = rcu_dereference(x->leaves[fd / LEAF_SLOTS]);
	return leaf ? &leaf->slots[fd % LEAF_SLOTS] : NULL;
}

static bool fd_is_open(const struct file_table *t, u32 fd)
{
	return fd < t->index->nleaves * LEAF_SLOTS &&
	       bitmap_test(t->index->open, fd);
}

static void mark_open(struct file_table *t, u32 fd, bool cloexec)
{
	bitmap_set(t->index->open, fd);
	if (cloexec)
		bitmap_set(t->index->cloexec, fd);
	else
		bitmap_clear(t->index->cloexec, fd);
}

static void mark_free(struct file_table *t, u32 fd)
{
	bitmap_clear(t->index->open, fd);
	bitmap_clear(t->index->cloexec, fd);
	t->first_free = min(t->first_free, fd);
}

/* Files of one leaf into a clone, whose own table nobody else sees. */
static void leaf_clone(struct file_table *src, struct file_table *dst, u32 i)
{
	const struct fd_leaf *from = src->index->leaves[i];
	struct fd_leaf *to = dst->index->leaves[i];
	u64 open = src->index->open[i];
	u64 got = open;

	for (; open; open &= open - 1) {
		u32 n = (u32)__builtin_ctzll(open);

		/* A reserved number stays the other table's alone. */
		if (likely(from->slots[n]))
			to->slots[n] = file_get(from->slots[n]);
		else
			got &= ~BIT(n);
	}
	dst->index->open[i] = got;
	dst->index->cloexec[i] = src->index->cloexec[i] & got;
}

/* Memory for as many leaves as @src uses now; lock of @src not held. */
static int clone_prepare(struct file_table *src, struct file_table **out)
{
	u32 n;
	int err;

	spin_lock(&src->lock);
	n = leaves_in_use(src);
	spin_unlock(&src->lock);
	/* One that was made when more were allowed. */
	if (n > 1 && n > fd_max_get() / LEAF_SLOTS)
		return -EMFILE;
	err = table_alloc(n, out);
	for (u32 i = 1; !err && i < n; i++) {
		(*out)->index->leaves[i] = kzalloc(sizeof(struct fd_leaf));
		if (!(*out)->index->leaves[i]) {
			file_table_put(*out);
			err = -ENOMEM;
		}
	}
	return err;
}

int file_table_clone(struct file_table *src, struct file_table **out)
{
	struct file_table *t;
	u32 n;
	int err;

	for (;;) {
		err = clone_prepare(src, &t);
		if (err)
			return err;
		spin_lock(&src->lock);
		n = leaves_in_use(src);
		if (n <= t->index->nleaves)
			break;
		spin_unlock(&src->lock);
		file_table_put(t);
	}
	for (u32 i = 0; i < n; i++)
		leaf_clone(src, t, i);
	spin_unlock(&src->lock);
	*out = t;
	return 0;
}

/* A descriptor that is in no table any more. */
static void file_close(struct file_table *t, struct file *f)
{
	if (f->ops && f->ops->flush)
		f->ops->flush(f, t);
	if (unlikely(inode_has_locks(f)) && !(f->mode & FILE_PATH))
		lock_release_owner(f, t);
	file_put(f);
}

static void leaf_close(struct file_table *t, u32 i)
{
	u64 open = t->index->open[i];

	for (; open; open &= open - 1) {
		struct file *f;

		f = t->index->leaves[i]->slots[__builtin_ctzll(open)];
		if (f)
			file_close(t, f);
	}
	cond_resched();
}

void file_table_put(struct file_table *t)
{
	if (!refcount_put(&t->users))
		return;
	for (u32 i = 0; i < t->index->nleaves; i++)
		leaf_close(t, i);
	for (u32 i = 1; i < t->index->nleaves; i++)
		kfree(t->index->leaves[i]);
	if (!index_is_first(t, t->index))
		kfree(t->index);
	slab_free(table_cache, t);
}

/* Take the file out of @fd and free the number; NULL: there is none. */
static struct file *fd_take(struct file_table *t, u32 fd)
{
	struct file **slot = slot_of(t->index, fd);
	struct file *f = slot ? *slot : NULL;

	if (!f)
		return NULL;
	rcu_assign(*slot, NULL);
	mark_free(t, fd);
	return f;
}

/* The next descriptor >= @fd marked in @map (open or cloexec); -1: none. */
static int next_marked(struct file_table *t, u32 fd, bool cloexec)
{
	size_t nbits = t->index->nleaves * LEAF_SLOTS;
	size_t bit = bitmap_find_next_set(cloexec ? t->index->cloexec :
					  t->index->open, nbits, fd);

	return bit < nbits ? (int)bit : -1;
}

void file_table_close_exec(struct file_table *t)
{
	struct file *f;
	int fd = 0;

	spin_lock(&t->lock);
	while ((fd = next_marked(t, (u32)fd, true)) >= 0) {
		f = fd_take(t, (u32)fd++);
		if (!f)
			continue;
		spin_unlock(&t->lock);
		file_close(t, f);
		spin_lock(&t->lock);
	}
	spin_unlock(&t->lock);
}

/* One try. False: the file went, and its memory may be another by now, whose
 * reference is then in *@out. */
static bool slot_try_get(struct file_table *t, u32 fd, struct file **out)
{
	struct file **slot = slot_of(rcu_dereference(t->index), fd);
	struct file *f = slot ? rcu_dereference(*slot) : NULL;

	*out = NULL;
	if (!f)
		return true;
	if (!file_try_get(f))
		return false;
	*out = f;
	return rcu_dereference(*slot) == f;
}

struct file *fd_get_any(struct file_table *t, int fd)
{
	struct file *f;
	bool ok;

	if (fd < 0)
		return NULL;
	for (;;) {
		rcu_read_lock();
		ok = slot_try_get(t, (u32)fd, &f);
		rcu_read_unlock();
		if (likely(ok))
			return f;
		if (f)
			file_put(f);
	}
}

struct file *fd_borrow(struct file_table *t, int fd, bool *owned)
{
	struct file **slot;
	struct file *f;

	*owned = file_table_shared(t);
	if (*owned)
		return fd_get_file(t, fd);
	slot = fd < 0 ? NULL : slot_of(t->index, (u32)fd);
	f = slot ? *slot : NULL;
	return f && !(f->mode & FILE_PATH) ? f : NULL;
}

struct file *fd_get_file(struct file_table *t, int fd)
{
	struct file *f = fd_get_any(t, fd);

	if (f && (f->mode & FILE_PATH)) {
		file_put(f);
		return NULL;
	}
	return f;
}

int fd_alloc(struct file_table *t, int min_fd, u64 limit, bool cloexec)
{
	size_t nbits;
	u32 fd;
	int err = 0;

	spin_lock(&t->lock);
	do {
		nbits = t->index->nleaves * LEAF_SLOTS;
		fd = max((u32)min_fd, t->first_free);
		if (fd < nbits)
			fd = (u32)bitmap_find_next_zero(t->index->open, nbits,
							fd);
		if (fd >= limit)
			err = -EMFILE;
		else
			err = slot_prepare(t, fd);
		/* The lock may have been dropped: look again. */
	} while (!err && fd_is_open(t, fd));
	if (!err) {
		mark_open(t, fd, cloexec);
		if ((u32)min_fd <= t->first_free)
			t->first_free = fd + 1;
	}
	spin_unlock(&t->lock);
	return err ? err : (int)fd;
}

void fd_install(struct file_table *t, int fd, struct file *f)
{
	struct file **slot;

	spin_lock(&t->lock);
	slot = slot_of(t->index, (u32)fd);
	ASSERT(slot && !*slot && fd_is_open(t, (u32)fd));
	rcu_assign(*slot, f);
	spin_unlock(&t->lock);
}

void fd_cancel(struct file_table *t, int fd)
{
	spin_lock(&t->lock);
	mark_free(t, (u32)fd);
	spin_unlock(&t->lock);
}

int fd_replace(struct file_table *t, int fd, u64 limit, struct file *f,
	       bool cloexec)
{
	struct file **slot;
	struct file *old = NULL;
	int err;

	if (fd < 0 || (u64)fd >= limit)
		return -EBADF;
	spin_lock(&t->lock);
	err = slot_prepare(t, (u32)fd);
	slot = slot_of(t->index, (u32)fd);
	/* Reserved by an open in progress: as Linux, not to be taken. */
	if (!err && !*slot && fd_is_open(t, (u32)fd))
		err = -EBUSY;
	if (!err) {
		old = *slot;
		mark_open(t, (u32)fd, cloexec);
		rcu_assign(*slot, file_get(f));
	}
	spin_unlock(&t->lock);
	if (old)
		file_close(t, old);
	return err ? err : fd;
}

int fd_close(struct file_table *t, int fd)
{
	struct file *f = NULL;

	if (fd < 0)
		return -EBADF;
	spin_lock(&t->lock);
	f = fd_take(t, (u32)fd);
	spin_unlock(&t->lock);
	if (!f)
		return -EBADF;
	file_close(t, f);
	return 0;
}

/* CLOSE_RANGE_CLOEXEC: mark instead of closing. */
static void range_set_cloexec(struct file_table *t, u32 first, u32 last)
{
	int fd = (int)first;

	spin_lock(&t->lock);
	while ((fd = next_marked(t, (u32)fd, false)) >= 0 && (u32)fd <= last)
		bitmap_set(t->index->cloexec, (u32)fd++);
	spin_unlock(&t->lock);
}

static void range_close(struct file_table *t, u32 first, u32 last)
{
	struct file *f;
	int fd = (int)first;

	spin_lock(&t->lock);
	while ((fd = next_marked(t, (u32)fd, false)) >= 0 && (u32)fd <= last) {
		f = fd_take(t, (u32)fd++);
		if (!f)
			continue;
		spin_unlock(&t->lock);
		file_close(t, f);
		cond_resched();
		spin_lock(&t->lock);
	}
	spin_unlock(&t->lock);
}

int fd_close_range(struct file_table *t, u32 first, u32 last, u32 flags)
{
	if (flags & ~(u32)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC))
		return -EINVAL;
	if (first > last)
		return -EINVAL;
	if (first > INT_MAX)
		return 0;
	last = min(last, (u32)INT_MAX - 1);
	if (flags & CLOSE_RANGE_CLOEXEC)
		range_set_cloexec(t, first, last);
	else
		range_close(t, first, last);
	return 0;
}

bool fd_get_cloexec(struct file_table *t, int fd)
{
	bool on = false;

	spin_lock(&t->lock);
	if (fd >= 0 && fd_is_open(t, (u32)fd))
		on = bitmap_test(t->index->cloexec, (u32)fd);
	spin_unlock(&t->lock);
	return on;
}

int fd_set_cloexec(struct file_table *t, int fd, bool on)
{
	struct file **slot;
	int err = -EBADF;

	if (fd < 0)
		return err;
	spin_lock(&t->lock);
	slot = slot_of(t->index, (u32)fd);
	if (slot && *slot) {
		mark_open(t, (u32)fd, on);
		err = 0;
	}
	spin_unlock(&t->lock);
	return err;
}

int fd_next(struct file_table *t, int fd)
{
	struct file **slot;

	spin_lock(&t->lock);
	fd = max(fd, 0);
	while ((fd = next_marked(t, (u32)fd, false)) >= 0) {
		slot = slot_of(t->index, (u32)fd);
		if (slot && *slot)
			break;
		fd++;
	}
	spin_unlock(&t->lock);
	return fd;
}
