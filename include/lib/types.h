/*
 * include/lib/types.h - the vocabulary every file of the kernel uses
 *
 * What:  integer types for addresses, alignment, container_of, checked
 *        arithmetic, and the attributes that make a promise visible.
 * Not:   atomics (lib/atomic.h), lists (lib/list.h).
 */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <uapi/types.h>

/* A user virtual address: an integer, so that nobody dereferences it. */
typedef u64 uptr_t;
/* A physical address: an integer for the same reason. */
typedef u64 paddr_t;

#define U32_MAX 0xffffffffu
#define U64_MAX 0xffffffffffffffffull
#define S64_MAX 0x7fffffffffffffffll
#define S64_MIN (-S64_MAX - 1)
#define INT_MAX 0x7fffffff
#define INT_MIN (-INT_MAX - 1)
#define LONG_MAX 0x7fffffffffffffffl

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1ull << (n))

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define min(a, b) ({						\
	__typeof__(a) min_a = (a);				\
	__typeof__(b) min_b = (b);				\
	min_a < min_b ? min_a : min_b;				\
})
#define max(a, b) ({						\
	__typeof__(a) max_a = (a);				\
	__typeof__(b) max_b = (b);				\
	max_a > max_b ? max_a : max_b;				\
})

/* @align must be a power of two. */
#define ALIGN_DOWN(x, align) ((x) & ~((__typeof__(x))(align) - 1))
#define ALIGN_UP(x, align) ALIGN_DOWN((x) + (align) - 1, align)
#define IS_ALIGNED(x, align) (((x) & ((__typeof__(x))(align) - 1)) == 0)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))

/* Checked arithmetic: true when the result does not fit; *@out is then junk. */
#define add_overflow(a, b, out) __builtin_add_overflow(a, b, out)
#define sub_overflow(a, b, out) __builtin_sub_overflow(a, b, out)
#define mul_overflow(a, b, out) __builtin_mul_overflow(a, b, out)

/* The sum, or the largest u64 when it does not fit: for times, "never". */
#define add_saturated(a, b) ({					\
	u64 add_sum;						\
	add_overflow((u64)(a), (u64)(b), &add_sum) ? ~0ull : add_sum; \
})

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define static_assert _Static_assert
#define NORETURN __attribute__((noreturn))
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define PACKED __attribute__((packed))
#define ALIGNED(n) __attribute__((aligned(n)))
/* What a build may leave out: its address is NULL then. */
#define OPTIONAL __attribute__((weak))
#define UNUSED __attribute__((unused))
#define NOINLINE __attribute__((noinline))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define SECTION(name) __attribute__((section(name)))

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096ul
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN_UP(x) ALIGN_UP(x, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(x) ALIGN_DOWN(x, PAGE_SIZE)

#endif
