/*
 * include/lib/refcount.h - saturating reference counts
 *
 * What:  a count that never wraps: on overflow, on a get from 0 and on a put
 *        below 0 it sticks at a value far from 0. The object then leaks,
 *        which is better than being freed while in use; and the report hook
 *        is called, which a debug kernel turns into a panic.
 * Locks: none needed. A successful put orders everything the owner did before
 *        the destructor, which runs in whoever saw 0.
 * See:   lib/atomic.h for counters that may wrap.
 */
#ifndef LIB_REFCOUNT_H
#define LIB_REFCOUNT_H

#include <lib/atomic.h>
#include <lib/types.h>

struct refcount {
	/* [a] */
	int v;
};

#define REFCOUNT_INIT(n) { (n) }
/* Where a broken count sticks: half way to both ends. */
#define REFCOUNT_SATURATED (INT_MIN / 2)

enum refcount_fault {
	REFCOUNT_GET_FROM_ZERO,
	REFCOUNT_OVERFLOW,
	REFCOUNT_PUT_BELOW_ZERO,
};

/* Install the hook, or NULL for none; at start-up, before other CPUs run. */
void refcount_set_report(void (*report)(const struct refcount *r,
					enum refcount_fault fault));

/* Slow path: stick at REFCOUNT_SATURATED and report. */
void refcount_saturate(struct refcount *r, enum refcount_fault fault);

/* Before publication only. */
static inline void refcount_set(struct refcount *r, int n)
{
	WRITE_ONCE(r->v, n);
}

static inline int refcount_read(const struct refcount *r)
{
	return READ_ONCE(r->v);
}

/* One more; the caller already holds a reference. Context: any. */
static inline void refcount_get(struct refcount *r)
{
	int old = __atomic_fetch_add(&r->v, 1, __ATOMIC_RELAXED);

	if (unlikely(old == 0))
		refcount_saturate(r, REFCOUNT_GET_FROM_ZERO);
	else if (unlikely(old < 0 || old == INT_MAX))
		refcount_saturate(r, REFCOUNT_OVERFLOW);
}

/* One more, unless the count is 0: false then. Acquire when true. */
MUST_CHECK bool refcount_try_get(struct refcount *r);

/*
 * refcount_put - one less
 * Return:   true when it reached 0: the caller destroys the object
 */
MUST_CHECK static inline bool refcount_put(struct refcount *r)
{
	int old = __atomic_fetch_sub(&r->v, 1, __ATOMIC_RELEASE);

	if (unlikely(old == 1)) {
		/* Pairs with the release of every earlier refcount_put. */
		(void)load_acquire(&r->v);
		return true;
	}
	if (unlikely(old <= 0))
		refcount_saturate(r, REFCOUNT_PUT_BELOW_ZERO);
	return false;
}

#endif
