/*
 * lib/refcount.c - saturating reference counts: the slow parts
 *
 * Locks: the hook is set once, before there is a second CPU.
 * See:   include/lib/refcount.h
 */
#include <lib/refcount.h>

static void (*report_hook)(const struct refcount *r, enum refcount_fault f);

void refcount_set_report(void (*report)(const struct refcount *r,
					enum refcount_fault fault))
{
	WRITE_ONCE(report_hook, report);
}

void refcount_saturate(struct refcount *r, enum refcount_fault fault)
{
	void (*report)(const struct refcount *r, enum refcount_fault f);

	WRITE_ONCE(r->v, REFCOUNT_SATURATED);
	report = READ_ONCE(report_hook);
	if (report != NULL)
		report(r, fault);
}

bool refcount_try_get(struct refcount *r)
{
	int old = READ_ONCE(r->v);

	do {
		if (old == 0)
			return false;
	} while (!__atomic_compare_exchange_n(&r->v, &old,
					      (int)((u32)old + 1), true,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	if (unlikely(old < 0 || old == INT_MAX))
		refcount_saturate(r, REFCOUNT_OVERFLOW);
	return true;
}
