/*
 * include/lib/atomic.h - atomic integers, barriers and single accesses
 *
 * What:  counters and flags shared between CPUs without a lock. Operations
 *        that return a value are full barriers; the others order nothing.
 * Not:   reference counts (lib/refcount.h), which saturate instead of wrap.
 */
#ifndef LIB_ATOMIC_H
#define LIB_ATOMIC_H

#include <lib/types.h>

/* One plain access, neither torn, repeated nor invented by the compiler. */
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

#define barrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

/* Full-barrier exchange and compare-and-swap on any 1 to 8 byte object. */
#define xchg(p, v) __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
/* True when *@p was @old and is now @new. */
#define cas(p, old, new) ({						\
	__typeof__(*(p)) cas_old = (old);				\
	__atomic_compare_exchange_n(p, &cas_old, new, false,		\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);\
})

struct atomic {
	int v;
};

struct atomic64 {
	long v;
};

#define ATOMIC_INIT(n) { (n) }

/* The same names serve both widths: @a is a struct atomic or atomic64 *. */
#define atomic_read(a) READ_ONCE((a)->v)
#define atomic_set(a, n) WRITE_ONCE((a)->v, n)
#define atomic_add(a, n) \
	((void)__atomic_fetch_add(&(a)->v, n, __ATOMIC_RELAXED))
#define atomic_sub(a, n) \
	((void)__atomic_fetch_sub(&(a)->v, n, __ATOMIC_RELAXED))
#define atomic_inc(a) atomic_add(a, 1)
#define atomic_dec(a) atomic_sub(a, 1)
#define atomic_add_return(a, n) __atomic_add_fetch(&(a)->v, n, __ATOMIC_SEQ_CST)
#define atomic_sub_return(a, n) __atomic_sub_fetch(&(a)->v, n, __ATOMIC_SEQ_CST)
#define atomic_inc_return(a) atomic_add_return(a, 1)
#define atomic_dec_return(a) atomic_sub_return(a, 1)
#define atomic_dec_and_test(a) (atomic_dec_return(a) == 0)
#define atomic_fetch_or(a, m) __atomic_fetch_or(&(a)->v, m, __ATOMIC_SEQ_CST)
#define atomic_fetch_and(a, m) __atomic_fetch_and(&(a)->v, m, __ATOMIC_SEQ_CST)
#define atomic_xchg(a, n) __atomic_exchange_n(&(a)->v, n, __ATOMIC_SEQ_CST)
#define atomic_cas(a, old, new) cas(&(a)->v, old, new)

/* Add 1 unless the value is @unless; true when added. Full barrier then. */
static inline bool atomic_inc_unless(struct atomic *a, int unless)
{
	int v = atomic_read(a);

	while (v != unless) {
		if (__atomic_compare_exchange_n(&a->v, &v, v + 1, true,
						__ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

#endif
