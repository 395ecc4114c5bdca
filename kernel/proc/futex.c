/*
 * kernel/proc/futex.c - fast user-space locks
 *
 * What:  threads sleep on a word of memory as long as it has the value they
 *        saw; others wake them or move them to another word.
 * Locks: bucket->lock (RANK_FUTEX) covers the waiters of the words that hash
 *        to it. The value is compared under it, without faulting; the page is
 *        brought in outside. Two buckets are locked in order of address.
 * Life:  a waiter lies on its thread's stack. Whoever takes it off its bucket
 *        sets its bucket to NULL, last of all; then it may vanish. Threads are
 *        freed a grace period after their end, and a holder of a spinlock is
 *        in an RCU section.
 * Not:   robust lists (futex_robust.c); locks with priority inheritance
 *        (futex_pi.c); waiting for many words (futex_many.c).
 * See:   futex(2).
 */
#include "futex_internal.h"

#include <arch/usercopy.h>
#include <lib/hash.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/futex.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

#define BUCKET_BITS 9

struct futex_bucket {
	struct spinlock lock;
	struct list waiters;		/* [lock] oldest first */
} ALIGNED(64);

static struct futex_bucket buckets[1 << BUCKET_BITS];

void futex_init(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(buckets); i++) {
		spin_init(&buckets[i].lock, "futex", RANK_FUTEX);
		list_init(&buckets[i].waiters);
	}
}

static struct futex_bucket *key_bucket(const struct futex_key *k)
{
	u64 h = hash_ptr(k->object ? (void *)k->object : (void *)k->aspace);

	return &buckets[hash_index(h ^ k->offset, BUCKET_BITS)];
}

bool futex_key_equal(const struct futex_key *a, const struct futex_key *b)
{
	return a->offset == b->offset && a->object == b->object &&
	       a->aspace == b->aspace;
}

void futex_key_put(struct futex_key *k)
{
	if (k->object)
		vm_object_put(k->object);
}

int futex_key_get(struct futex_key *k, uptr_t addr, u32 use)
{
	struct aspace *as = current_task()->aspace;
	struct vm_backing backing;
	int err;

	if (addr % sizeof(u32))
		return -EINVAL;
	if (!user_range_ok(addr, sizeof(u32)))
		return -EFAULT;
	*k = (struct futex_key){ .aspace = as, .offset = addr };
	if (use & FUTEX_KEY_PRIVATE)
		return 0;
	err = vm_backing_get(as, addr, use & FUTEX_KEY_WRITE, &backing);
	if (err || !backing.object)
		return err;
	*k = (struct futex_key){
		.object = backing.object, .offset = backing.offset,
	};
	return 0;
}

/* Off the bucket, and run. Bucket locked; @w may be gone on return. */
static void waiter_wake(struct futex_waiter *w)
{
	struct thread *t = w->thread;

	list_del(&w->link);
	/* Partner: waiter_leave and the sleep loop. */
	store_release(&w->bucket, (struct futex_bucket *)NULL);
	thread_wake(t, WAKE_NORMAL);
}

bool futex_waiter_leave(struct futex_waiter *w)
{
	struct futex_bucket *b;

	while ((b = load_acquire(&w->bucket))) {
		spin_lock(&b->lock);
		/* It may have been moved to another bucket meanwhile. */
		if (w->bucket == b) {
			list_del(&w->link);
			w->bucket = NULL;
			spin_unlock(&b->lock);
			return true;
		}
		spin_unlock(&b->lock);
	}
	return false;
}

/* Wake up to @n (at least one) waiters of @k. Bucket locked. */
static int wake_locked(struct futex_bucket *b, const struct futex_key *k,
		       int n, u32 bitset)
{
	struct futex_waiter *w, *tmp;
	int woken = 0;

	for_each_list_safe(w, tmp, &b->waiters, link) {
		if (!futex_key_equal(&w->key, k))
			continue;
		if (w->target)
			return -EINVAL;	/* only a requeue may move it */
		if (!(w->bitset & bitset))
			continue;
		waiter_wake(w);
		if (++woken >= n)
			break;
	}
	return woken;
}

static u32 use_of(int op)
{
	return op & FUTEX_PRIVATE_FLAG ? FUTEX_KEY_PRIVATE : 0;
}

static long wake(uptr_t addr, u32 use, int n, u32 bitset)
{
	struct futex_bucket *b;
	struct futex_key k;
	long ret;

	if (!bitset)
		return -EINVAL;
	ret = futex_key_get(&k, addr, use);
	if (ret)
		return ret;
	b = key_bucket(&k);
	spin_lock(&b->lock);
	ret = wake_locked(b, &k, n, bitset);
	spin_unlock(&b->lock);
	futex_key_put(&k);
	return ret;
}

int futex_wake_user(uptr_t addr, u32 n)
{
	return (int)wake(addr, 0, (int)n, FUTEX_BITSET_MATCH_ANY);
}

int futex_waiter_join(struct futex_waiter *w, uptr_t addr, u32 val)
{
	struct futex_bucket *b = key_bucket(&w->key);
	u32 now;

	for (;;) {
		spin_lock(&b->lock);
		if (usercopy_peek32(addr, &now))
			break;
		spin_unlock(&b->lock);
		if (get_user_u32(&now, addr))
			return -EFAULT;
	}
	if (now != val) {
		spin_unlock(&b->lock);
		return -EAGAIN;
	}
	w->bucket = b;
	list_add_tail(&b->waiters, &w->link);
	spin_unlock(&b->lock);
	return 0;
}

/* Sleep until woken, signalled or late. 0, -ETIMEDOUT, -ERESTARTSYS. */
static int waiter_sleep(struct futex_waiter *w, u64 deadline_ns)
{
	int err = 0;

	for (;;) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (!load_acquire(&w->bucket) || err)
			break;
		if (signal_pending())
			err = -ERESTARTSYS;
		else
			err = schedule_until(deadline_ns);
	}
	thread_set_state(THREAD_RUNNING);
	return futex_waiter_leave(w) ? err : 0;
}

static long futex_restart(struct task *t);

/* With a timeout the call goes on to the same moment after a signal that had
 * no handler. */
static long interrupted(const struct futex_args *a, u32 bitset)
{
	struct task *t = current_task();

	if (a->deadline_ns == U64_MAX)
		return -ERESTARTSYS;
	t->restart_fn = futex_restart;
	t->restart_futex.addr = a->addr;
	t->restart_futex.val = a->val;
	t->restart_futex.flags = (u32)a->op;
	t->restart_futex.bitset = bitset;
	t->restart_futex.deadline_ns = a->deadline_ns;
	return -ERESTART_RESTARTBLOCK;
}

static long wait(const struct futex_args *a, u32 bitset)
{
	struct futex_waiter w = {
		.thread = current_thread(),
		.bitset = bitset,
	};
	long ret;

	if (!bitset)
		return -EINVAL;
	ret = futex_key_get(&w.key, a->addr, use_of(a->op));
	if (ret)
		return ret;
	ret = futex_waiter_join(&w, a->addr, a->val);
	if (!ret)
		ret = waiter_sleep(&w, a->deadline_ns);
	futex_key_put(&w.key);
	return ret == -ERESTARTSYS ? interrupted(a, bitset) : ret;
}

static long futex_restart(struct task *t)
{
	const struct futex_args a = {
		.addr = t->restart_futex.addr,
		.op = (int)t->restart_futex.flags,
		.val = t->restart_futex.val,
		.deadline_ns = t->restart_futex.deadline_ns,
	};

	return wait(&a, t->restart_futex.bitset);
}

/* Two words of one call and their buckets. */
struct futex_pair {
	struct futex_key from, to;
	struct futex_bucket *b1, *b2;
};

static int pair_get(struct futex_pair *p, const struct futex_args *a)
{
	int err = futex_key_get(&p->from, a->addr, use_of(a->op));

	if (err)
		return err;
	err = futex_key_get(&p->to, a->addr2, FUTEX_KEY_WRITE |
			    (use_of(a->op) ^
			     (a->other_private ? FUTEX_KEY_PRIVATE : 0)));
	if (err) {
		futex_key_put(&p->from);
		return err;
	}
	p->b1 = key_bucket(&p->from);
	p->b2 = key_bucket(&p->to);
	return 0;
}

static void pair_put(struct futex_pair *p)
{
	futex_key_put(&p->from);
	futex_key_put(&p->to);
}

static void pair_lock(const struct futex_pair *p)
{
	spin_lock(&min(p->b1, p->b2)->lock);
	if (p->b1 != p->b2)
		spin_lock_nested(&max(p->b1, p->b2)->lock);
}

static void pair_unlock(const struct futex_pair *p)
{
	if (p->b1 != p->b2)
		spin_unlock(&max(p->b1, p->b2)->lock);
	spin_unlock(&min(p->b1, p->b2)->lock);
}

/* @w waits for the second word from now on. Both buckets locked; the caller
 * has references of both objects, so none goes here. */
static void waiter_move(struct futex_waiter *w, const struct futex_pair *p)
{
	struct vm_object *old = w->key.object;

	if (p->to.object)
		vm_object_get(p->to.object);
	w->key = p->to;
	list_del(&w->link);
	list_add_tail(&p->b2->waiters, &w->link);
	store_release(&w->bucket, p->b2);
	if (old)
		vm_object_put(old);
}

/* Wake @nwake, move @nmove others. Both buckets locked. */
static int requeue_locked(const struct futex_pair *p, int nwake, int nmove)
{
	bool same = futex_key_equal(&p->from, &p->to);
	struct futex_waiter *w, *tmp;
	int n = 0;

	for_each_list_safe(w, tmp, &p->b1->waiters, link) {
		if (n - nwake >= nmove)
			break;
		if (!futex_key_equal(&w->key, &p->from))
			continue;
		if (w->target)
			return -EINVAL;
		if (++n <= nwake)
			waiter_wake(w);
		else if (!same)
			waiter_move(w, p);
	}
	return n;
}

/* Lock both buckets while the first word has the value asked for.
 * 0, -EAGAIN, -EFAULT. */
static int pair_lock_if_equal(const struct futex_pair *p,
			      const struct futex_args *a, bool compare)
{
	u32 now;

	for (;;) {
		pair_lock(p);
		if (!compare)
			return 0;
		if (usercopy_peek32(a->addr, &now))
			break;
		pair_unlock(p);
		if (get_user_u32(&now, a->addr))
			return -EFAULT;
	}
	if (now == a->val3)
		return 0;
	pair_unlock(p);
	return -EAGAIN;
}

static long requeue(const struct futex_args *a, bool compare)
{
	struct futex_pair p;
	long ret;

	if ((int)a->val < 0 || (int)a->val2 < 0)
		return -EINVAL;
	ret = pair_get(&p, a);
	if (ret)
		return ret;
	ret = pair_lock_if_equal(&p, a, compare);
	if (!ret) {
		ret = requeue_locked(&p, (int)a->val, (int)a->val2);
		pair_unlock(&p);
	}
	pair_put(&p);
	return ret;
}

static int sign_extend_12(u32 v)
{
	return (int)(v << 20) >> 20;
}

static int apply_op(u32 code, u32 old, u32 *new)
{
	u32 arg = (u32)sign_extend_12(code >> 12 & 0xfff);

	if (code >> 28 & FUTEX_OP_OPARG_SHIFT)
		arg = 1u << (arg & 31);
	switch (code >> 28 & 7) {
	case FUTEX_OP_SET:
		*new = arg;
		return 0;
	case FUTEX_OP_ADD:
		*new = old + arg;
		return 0;
	case FUTEX_OP_OR:
		*new = old | arg;
		return 0;
	case FUTEX_OP_ANDN:
		*new = old & ~arg;
		return 0;
	case FUTEX_OP_XOR:
		*new = old ^ arg;
		return 0;
	}
	return -ENOSYS;
}

/* 1, 0, or -ENOSYS. */
static int compare_op(u32 code, int old)
{
	int arg = sign_extend_12(code & 0xfff);

	switch (code >> 24 & 0xf) {
	case FUTEX_OP_CMP_EQ:
		return old == arg;
	case FUTEX_OP_CMP_NE:
		return old != arg;
	case FUTEX_OP_CMP_LT:
		return old < arg;
	case FUTEX_OP_CMP_LE:
		return old <= arg;
	case FUTEX_OP_CMP_GT:
		return old > arg;
	case FUTEX_OP_CMP_GE:
		return old >= arg;
	}
	return -ENOSYS;
}

/* Change the word at @addr; then: does what was there call for a wake-up? */
static int user_op(uptr_t addr, u32 code)
{
	u32 old, new, seen;
	int err;

	if (get_user_u32(&old, addr))
		return -EFAULT;
	for (;;) {
		err = apply_op(code, old, &new);
		if (err)
			return err;
		if (usercopy_cas32(addr, old, new, &seen))
			return -EFAULT;
		if (seen == old)
			return compare_op(code, (int)old);
		old = seen;
		cond_resched();
	}
}

/*
 * The word is changed before the buckets are locked. A waiter that compares
 * later sees the new value, one that compared earlier is on its bucket and is
 * found: no wake-up is lost.
 */
static long wake_op(const struct futex_args *a)
{
	struct futex_pair p;
	long ret = pair_get(&p, a);
	int both;

	if (ret)
		return ret;
	both = user_op(a->addr2, a->val3);
	if (both >= 0) {
		pair_lock(&p);
		ret = wake_locked(p.b1, &p.from, (int)a->val,
				  FUTEX_BITSET_MATCH_ANY);
		if (both)
			ret += wake_locked(p.b2, &p.to, (int)a->val2,
					   FUTEX_BITSET_MATCH_ANY);
		pair_unlock(&p);
	}
	pair_put(&p);
	return both < 0 ? both : ret;
}

/* --- for locks with priority inheritance ---------------------------------- */

/* The first waiter of @k. Bucket locked. */
static struct futex_waiter *first_locked(struct futex_bucket *b,
					 const struct futex_key *k)
{
	struct futex_waiter *w;

	for_each_list(w, &b->waiters, link) {
		if (futex_key_equal(&w->key, k))
			return w;
	}
	return NULL;
}

bool futex_has_waiter(const struct futex_key *key)
{
	struct futex_bucket *b = key_bucket(key);
	bool found;

	spin_lock(&b->lock);
	found = first_locked(b, key);
	spin_unlock(&b->lock);
	return found;
}

static bool waits_for(const struct futex_waiter *w,
		      const struct futex_requeue *r)
{
	return w->target && futex_key_equal(w->target, &r->target);
}

int futex_requeue_next(const struct futex_requeue *r,
		       struct futex_waiter **out)
{
	struct futex_bucket *b = key_bucket(&r->key);
	int err = 0;

	spin_lock(&b->lock);
	*out = first_locked(b, &r->key);
	if (*out && !waits_for(*out, r))
		err = -EINVAL;
	spin_unlock(&b->lock);
	return err;
}

void futex_take_off(struct futex_waiter *w)
{
	struct futex_bucket *b = w->bucket;

	spin_lock(&b->lock);
	list_del(&w->link);
	store_release(&w->bucket, (struct futex_bucket *)NULL);
	spin_unlock(&b->lock);
}

static int check_targets(struct futex_bucket *b, const struct futex_requeue *r)
{
	struct futex_waiter *w;

	for_each_list(w, &b->waiters, link) {
		if (futex_key_equal(&w->key, &r->key) && !waits_for(w, r))
			return -EINVAL;
	}
	return 0;
}

int futex_requeue_check(const struct futex_requeue *r)
{
	struct futex_bucket *b = key_bucket(&r->key);
	u32 now;
	int err;

	for (;;) {
		spin_lock(&b->lock);
		if (usercopy_peek32(r->addr, &now))
			break;
		spin_unlock(&b->lock);
		if (get_user_u32(&now, r->addr))
			return -EFAULT;
	}
	err = now == r->val ? check_targets(b, r) : -EAGAIN;
	spin_unlock(&b->lock);
	return err;
}

long futex_call(const struct futex_args *a)
{
	int cmd = a->op & FUTEX_CMD_MASK;

	if ((a->op & FUTEX_CLOCK_REALTIME) && cmd != FUTEX_WAIT_BITSET &&
	    cmd != FUTEX_WAIT_REQUEUE_PI && cmd != FUTEX_LOCK_PI2)
		return -ENOSYS;
	switch (cmd) {
	case FUTEX_WAIT:
		return wait(a, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return wait(a, a->val3);
	case FUTEX_WAKE:
		return wake(a->addr, use_of(a->op), (int)a->val,
			    FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return wake(a->addr, use_of(a->op), (int)a->val, a->val3);
	case FUTEX_REQUEUE:
		return requeue(a, false);
	case FUTEX_CMP_REQUEUE:
		return requeue(a, true);
	case FUTEX_WAKE_OP:
		return wake_op(a);
	}
	return futex_pi_call ? futex_pi_call(a) : -ENOSYS;
}
