/*
 * fs/lock.c - advisory locks on files
 *
 * What:  flock, POSIX record locks, open-file-description locks.
 * Locks: context->lock (RANK_FILE_LOCK): the locks of one inode. Inside it,
 *        nested, waiters_lock (same rank): who waits for whom. Before it
 *        contexts_lock (RANK_DCACHE): the list of all contexts.
 * Life:  a context is made with the first lock on its inode and goes with it.
 *        Locks go with unlock, close or the last reference of the open file.
 * See:   flock(2), fcntl(2), proc_locks(5)
 */
#include <fs/lock.h>

#include <fs/seq_buf.h>
#include <mm/kmalloc.h>
#include <sched/wait.h>
#include <uapi/kdev.h>

#include "lock.h"

#define END_OF_FILE S64_MAX
/* Steps of the search for a circle of waiters. */
#define MAX_CHAIN 64

enum lock_kind { LOCK_FLOCK, LOCK_POSIX, LOCK_OFD };

struct file_lock {
	struct list link;		/* [context] */
	enum lock_kind kind;
	s16 type;			/* F_RDLCK or F_WRLCK */
	void *owner;			/* a file, or a table of descriptors */
	s64 start, end;			/* both inclusive */
	pid_t pid;			/* in the first namespace; OFD: -1 */
};

struct lock_context {
	struct spinlock lock;
	struct list locks;		/* [lock] */
	struct wait_queue wait;		/* for a lock to go */
	struct inode *inode;		/* [I] */
	struct list all_link;		/* [contexts_lock] */
};

/* An owner of POSIX locks that sleeps until another one unlocks. */
struct lock_waiter {
	struct list link;		/* [waiters_lock] */
	void *owner, *blocker;		/* [waiters_lock] */
};

static DEFINE_SPINLOCK(contexts_lock, RANK_DCACHE);
static struct list contexts = LIST_INIT(contexts);
static DEFINE_SPINLOCK(waiters_lock, RANK_FILE_LOCK);
static struct list waiters = LIST_INIT(waiters);

static struct lock_context *context_of(const struct inode *inode)
{
	return load_acquire(&((struct inode *)inode)->locks);
}

/* Made when it is missing; NULL: no memory. */
static struct lock_context *context_make(struct inode *inode)
{
	struct lock_context *c = context_of(inode);

	if (c)
		return c;
	c = kzalloc(sizeof(*c));
	if (!c)
		return NULL;
	spin_init(&c->lock, "file locks", RANK_FILE_LOCK);
	list_init(&c->locks);
	wait_queue_init(&c->wait);
	c->inode = inode;
	if (!cas(&inode->locks, NULL, c)) {
		kfree(c);
		return context_of(inode);
	}
	spin_lock(&contexts_lock);
	list_add_tail(&contexts, &c->all_link);
	spin_unlock(&contexts_lock);
	return c;
}

void lock_context_free(struct inode *inode)
{
	struct lock_context *c = inode->locks;

	if (likely(!c))
		return;
	spin_lock(&contexts_lock);
	list_del(&c->all_link);
	spin_unlock(&contexts_lock);
	kfree(c);
}

static bool conflicts(const struct file_lock *a, const struct file_lock *b)
{
	if ((a->kind == LOCK_FLOCK) != (b->kind == LOCK_FLOCK))
		return false;
	if (a->owner == b->owner || a->start > b->end || b->start > a->end)
		return false;
	return a->type == F_WRLCK || b->type == F_WRLCK;
}

/* The first lock in the way of @want; context locked. */
static struct file_lock *find_conflict(struct lock_context *c,
				       const struct file_lock *want)
{
	struct file_lock *l;

	for_each_list(l, &c->locks, link) {
		if (conflicts(l, want))
			return l;
	}
	return NULL;
}

static bool is_free(struct lock_context *c, const struct file_lock *want)
{
	bool conflict;

	spin_lock(&c->lock);
	conflict = find_conflict(c, want);
	spin_unlock(&c->lock);
	return !conflict;
}

static bool same_owner(const struct file_lock *a, const struct file_lock *b)
{
	return a->kind == b->kind && a->owner == b->owner;
}

static void lock_drop(struct file_lock *l)
{
	list_del(&l->link);
	kfree(l);
}

/* All locks of one owner go. */
static void release_all(struct inode *inode, enum lock_kind kind, void *owner)
{
	struct lock_context *c = context_of(inode);
	struct file_lock *l;
	struct file_lock *tmp;
	bool any = false;

	if (likely(!c))
		return;
	spin_lock(&c->lock);
	for_each_list_safe(l, tmp, &c->locks, link) {
		if (l->kind == kind && l->owner == owner) {
			lock_drop(l);
			any = true;
		}
	}
	spin_unlock(&c->lock);
	if (any)
		wake_all(&c->wait);
}

void lock_release_file(struct file *f)
{
	struct inode *inode = path_inode(&f->path);

	release_all(inode, LOCK_FLOCK, f);
	release_all(inode, LOCK_OFD, f);
}

void lock_release_owner(struct file *f, void *owner)
{
	release_all(path_inode(&f->path), LOCK_POSIX, owner);
}

/* Try to put @l; an older one of the same file makes room first. True: done,
 * @l belongs to the context, or was not needed (then *@l_used is false). */
static bool flock_try(struct lock_context *c, struct file_lock *l,
		      bool *used)
{
	struct file_lock *old;
	bool done;
	bool dropped = false;

	spin_lock(&c->lock);
	for_each_list(old, &c->locks, link) {
		if (same_owner(old, l))
			break;
	}
	*used = true;
	if (&old->link != &c->locks && old->type == l->type) {
		*used = false;
		done = true;
	} else {
		if (&old->link != &c->locks) {
			lock_drop(old);
			dropped = true;
		}
		done = !find_conflict(c, l);
		if (done)
			list_add_tail(&c->locks, &l->link);
	}
	spin_unlock(&c->lock);
	if (dropped)
		wake_all(&c->wait);
	return done;
}

static int flock_take(struct lock_context *c, struct file_lock *l, bool wait)
{
	bool used = false;
	int err = 0;

	while (!err && !flock_try(c, l, &used)) {
		used = false;
		if (wait)
			err = wait_event_interruptible(&c->wait,
						       is_free(c, l));
		else
			err = -EAGAIN;
	}
	if (err || !used)
		kfree(l);
	return err;
}

int file_flock(struct file *f, u32 op, pid_t pid)
{
	struct inode *inode = path_inode(&f->path);
	u32 what = op & ~(u32)LOCK_NB;
	struct lock_context *c;
	struct file_lock *l;

	if (what != LOCK_SH && what != LOCK_EX && what != LOCK_UN)
		return -EINVAL;
	if (what == LOCK_UN) {
		release_all(inode, LOCK_FLOCK, f);
		return 0;
	}
	if (!(f->mode & (FILE_READ | FILE_WRITE)))
		return -EBADF;
	c = context_make(inode);
	l = kzalloc(sizeof(*l));
	if (!c || !l) {
		kfree(l);
		return -ENOMEM;
	}
	l->kind = LOCK_FLOCK;
	l->type = what == LOCK_EX ? F_WRLCK : F_RDLCK;
	l->owner = f;
	l->pid = pid;
	l->end = END_OF_FILE;
	return flock_take(c, l, !(op & LOCK_NB));
}

/* The bytes that @l means: 0, -EINVAL, -EOVERFLOW. */
static int range_of(struct file *f, const struct flock *l,
		    struct file_lock *out)
{
	s64 start = 0;
	s64 end;

	switch (l->l_whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		start = READ_ONCE(f->pos);
		break;
	case SEEK_END:
		start = (s64)READ_ONCE(path_inode(&f->path)->size);
		break;
	default:
		return -EINVAL;
	}
	if (add_overflow(start, l->l_start, &start))
		return -EOVERFLOW;
	if (start < 0)
		return -EINVAL;
	end = END_OF_FILE;
	if (l->l_len > 0 && add_overflow(start, l->l_len - 1, &end))
		return -EOVERFLOW;
	if (l->l_len < 0) {
		end = start - 1;
		start += l->l_len;
	}
	if (start < 0)
		return -EINVAL;
	out->start = start;
	out->end = end;
	return 0;
}

static int record_of(struct file *f, const struct flock *l,
		     const struct record_lock_args *a, struct file_lock *out)
{
	if (a->ofd && l->l_pid)
		return -EINVAL;
	if (l->l_type != F_RDLCK && l->l_type != F_WRLCK &&
	    l->l_type != F_UNLCK)
		return -EINVAL;
	out->kind = a->ofd ? LOCK_OFD : LOCK_POSIX;
	out->type = l->l_type;
	out->owner = a->owner;
	out->pid = a->pid;
	return range_of(f, l, out);
}

/* Do two ranges overlap or touch, so that they can be one? */
static bool adjoin(const struct file_lock *a, const struct file_lock *b)
{
	return (a->end == END_OF_FILE || a->end + 1 >= b->start) &&
	       (b->end == END_OF_FILE || b->end + 1 >= a->start);
}

/*
 * Cut the range of @new out of @old, a lock of the same owner and another
 * type; true: @spare holds what remained behind it.
 */
static bool cut_out(struct file_lock *old, const struct file_lock *new,
		    struct file_lock *spare)
{
	if (old->start < new->start && old->end > new->end) {
		*spare = *old;
		spare->start = new->end + 1;
		old->end = new->start - 1;
		list_add(&old->link, &spare->link);
		return true;
	}
	if (old->start < new->start)
		old->end = new->start - 1;
	else if (old->end > new->end)
		old->start = new->end + 1;
	else
		lock_drop(old);
	return false;
}

/* The owner's locks take the shape that @new asks for. Context locked. True:
 * @spare was used. */
static bool record_apply(struct lock_context *c, struct file_lock *new,
			 struct file_lock *spare)
{
	struct file_lock *l;
	struct file_lock *tmp;
	bool used = false;

	for_each_list_safe(l, tmp, &c->locks, link) {
		if (!same_owner(l, new) || l == spare)
			continue;
		if (l->type == new->type && adjoin(l, new)) {
			new->start = min(new->start, l->start);
			new->end = max(new->end, l->end);
			lock_drop(l);
		} else if (l->type != new->type && l->start <= new->end &&
			   new->start <= l->end) {
			used |= cut_out(l, new, spare);
		}
	}
	if (new->type != F_UNLCK)
		list_add_tail(&c->locks, &new->link);
	return used;
}

/* Would @owner, waiting for @blocker, wait for itself? waiters_lock held. */
static bool makes_circle(const void *owner, const void *blocker)
{
	for (u32 step = 0; step < MAX_CHAIN; step++) {
		const struct lock_waiter *w;
		const void *next = NULL;

		if (blocker == owner)
			return true;
		for_each_list(w, &waiters, link) {
			if (w->owner == blocker)
				next = w->blocker;
		}
		if (!next)
			return false;
		blocker = next;
	}
	return false;
}

/* Say whom we wait for: 0, -EDEADLK. */
static int waiter_add(struct lock_waiter *w, const struct file_lock *want,
		      void *blocker)
{
	int err = 0;

	w->owner = want->owner;
	w->blocker = blocker;
	spin_lock_nested(&waiters_lock);
	if (want->kind == LOCK_POSIX && makes_circle(w->owner, blocker))
		err = -EDEADLK;
	else
		list_add_tail(&waiters, &w->link);
	spin_unlock(&waiters_lock);
	return err;
}

static void waiter_remove(struct lock_waiter *w)
{
	spin_lock(&waiters_lock);
	list_del(&w->link);
	spin_unlock(&waiters_lock);
}

/* One F_SETLK on its way. */
struct record_change {
	struct file_lock *new, *spare;	/* owned until they are used */
	bool new_used, spare_used;	/* they stand in the context now */
	bool wait;
};

/* Once: 0 done, 1 slept (try again), -errno. */
static int record_try(struct lock_context *c, struct record_change *r)
{
	struct file_lock *blocker = NULL;
	struct lock_waiter w;
	int err;

	spin_lock(&c->lock);
	if (r->new->type != F_UNLCK)
		blocker = find_conflict(c, r->new);
	if (!blocker) {
		r->spare_used = record_apply(c, r->new, r->spare);
		r->new_used = r->new->type != F_UNLCK;
		spin_unlock(&c->lock);
		wake_all(&c->wait);
		return 0;
	}
	err = r->wait ? waiter_add(&w, r->new, blocker->owner) : -EAGAIN;
	spin_unlock(&c->lock);
	if (err)
		return err;
	err = wait_event_interruptible(&c->wait, is_free(c, r->new));
	waiter_remove(&w);
	return err ? err : 1;
}

static int record_change(struct file *f, const struct flock *l,
			 struct record_change *r)
{
	struct lock_context *c;
	int err;

	if ((l->l_type == F_RDLCK && !(f->mode & FILE_READ)) ||
	    (l->l_type == F_WRLCK && !(f->mode & FILE_WRITE)))
		return -EBADF;
	c = context_make(path_inode(&f->path));
	if (!c)
		return -ENOMEM;
	do {
		err = record_try(c, r);
	} while (err > 0);
	return err;
}

int file_lock_set(struct file *f, const struct flock *l,
		  const struct record_lock_args *a)
{
	struct record_change r = {
		.new = kzalloc(sizeof(*r.new)),
		.spare = kzalloc(sizeof(*r.spare)),
		.wait = a->wait,
	};
	int err = r.new && r.spare ? record_of(f, l, a, r.new) : -ENOMEM;

	if (!err)
		err = record_change(f, l, &r);
	if (!r.new_used)
		kfree(r.new);
	if (!r.spare_used)
		kfree(r.spare);
	return err;
}

/* What F_GETLK reports: the first lock in the way; for an unlock, which only
 * F_OFD_GETLK may ask about, the first lock of the same owner there. */
static struct file_lock *find_reported(struct lock_context *c,
				       const struct file_lock *want)
{
	struct file_lock *first = NULL;
	struct file_lock *l;

	for_each_list(l, &c->locks, link) {
		bool hit = conflicts(l, want);

		if (want->type == F_UNLCK)
			hit = same_owner(l, want) && l->start <= want->end &&
			      want->start <= l->end;
		if (hit && (!first || l->start < first->start))
			first = l;
	}
	return first;
}

int file_lock_get(struct file *f, struct flock *l,
		  const struct record_lock_args *a)
{
	struct lock_context *c = context_of(path_inode(&f->path));
	struct file_lock want = { .kind = LOCK_POSIX };
	struct file_lock *found = NULL;
	int err = record_of(f, l, a, &want);

	if (err)
		return err;
	if (l->l_type == F_UNLCK && !a->ofd)
		return -EINVAL;
	l->l_type = F_UNLCK;
	if (!c)
		return 0;
	spin_lock(&c->lock);
	found = find_reported(c, &want);
	if (found) {
		l->l_type = found->type;
		l->l_whence = SEEK_SET;
		l->l_start = found->start;
		l->l_len = found->end == END_OF_FILE ? 0 :
			found->end - found->start + 1;
		l->l_pid = found->kind == LOCK_OFD ? -1 : found->pid;
	}
	spin_unlock(&c->lock);
	return 0;
}

static void show_lock(struct seq_buf *out, const struct file_lock *l,
		      const struct inode *inode, pid_t pid)
{
	static const char *const kinds[] = { "FLOCK ", "POSIX ", "OFDLCK" };
	dev_t dev = inode->sb->dev;

	seq_printf(out, "%s ADVISORY  %s %d %02x:%02x:%lu %ld ",
		   kinds[l->kind], l->type == F_WRLCK ? "WRITE" : "READ ",
		   pid, DEV_MAJOR(dev),
		   DEV_MINOR(dev), inode->ino, l->start);
	if (l->end == END_OF_FILE)
		seq_puts(out, "EOF\n");
	else
		seq_printf(out, "%ld\n", l->end);
}

void lock_show_fdinfo(struct file *f, struct seq_buf *out)
{
	struct lock_context *c = context_of(path_inode(&f->path));
	const struct file_lock *l;

	if (likely(!c))
		return;
	spin_lock(&c->lock);
	for_each_list(l, &c->locks, link) {
		if (l->owner != f)
			continue;
		seq_puts(out, "lock:\t1: ");
		show_lock(out, l, c->inode, l->pid);
	}
	spin_unlock(&c->lock);
}

void file_lock_show(struct seq_buf *out,
		    pid_t (*number)(pid_t pid, void *arg), void *arg)
{
	struct lock_context *c;
	const struct file_lock *l;
	pid_t pid;
	u32 n = 0;

	spin_lock(&contexts_lock);
	for_each_list(c, &contexts, all_link) {
		spin_lock(&c->lock);
		for_each_list(l, &c->locks, link) {
			pid = l->kind == LOCK_OFD ? l->pid :
						    number(l->pid, arg);
			n++;
			if (!pid)
				continue;
			seq_printf(out, "%u: ", n);
			show_lock(out, l, c->inode, pid);
		}
		spin_unlock(&c->lock);
	}
	spin_unlock(&contexts_lock);
}
