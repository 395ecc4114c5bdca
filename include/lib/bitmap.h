/*
 * include/lib/bitmap.h - sets of small numbers
 *
 * What:  arrays of unsigned long, bit n in word n / 64. A map of nbits bits
 *        may have unused bits in its last word: functions that take nbits
 *        ignore them, but bitmap_fill leaves them 0.
 * Locks: the caller's; only the *_atomic functions may race with each other
 *        and with bitmap_test.
 * See:   cpu_set_t in CPU_SET(3), which has the same layout.
 */
#ifndef LIB_BITMAP_H
#define LIB_BITMAP_H

#include <lib/atomic.h>
#include <lib/types.h>

#define BITS_PER_LONG 64
#define BITMAP_WORDS(nbits) DIV_ROUND_UP(nbits, BITS_PER_LONG)
#define BITMAP_BYTES(nbits) (BITMAP_WORDS(nbits) * sizeof(unsigned long))

static inline void bitmap_set(unsigned long *map, size_t bit)
{
	map[bit / BITS_PER_LONG] |= 1ul << bit % BITS_PER_LONG;
}

static inline void bitmap_clear(unsigned long *map, size_t bit)
{
	map[bit / BITS_PER_LONG] &= ~(1ul << bit % BITS_PER_LONG);
}

static inline bool bitmap_test(const unsigned long *map, size_t bit)
{
	return READ_ONCE(map[bit / BITS_PER_LONG]) >> bit % BITS_PER_LONG & 1;
}

/* Full barriers; the result is the value before. */
static inline bool bitmap_test_and_set_atomic(unsigned long *map, size_t bit)
{
	unsigned long mask = 1ul << bit % BITS_PER_LONG;

	return __atomic_fetch_or(&map[bit / BITS_PER_LONG], mask,
				 __ATOMIC_SEQ_CST) & mask;
}

static inline bool bitmap_test_and_clear_atomic(unsigned long *map, size_t bit)
{
	unsigned long mask = 1ul << bit % BITS_PER_LONG;

	return __atomic_fetch_and(&map[bit / BITS_PER_LONG], ~mask,
				  __ATOMIC_SEQ_CST) & mask;
}

/* Set or clear @count bits from @start on. */
void bitmap_set_range(unsigned long *map, size_t start, size_t count);
void bitmap_clear_range(unsigned long *map, size_t start, size_t count);

/* All @nbits bits 0, or 1. */
void bitmap_zero(unsigned long *map, size_t nbits);
void bitmap_fill(unsigned long *map, size_t nbits);
void bitmap_copy(unsigned long *dst, const unsigned long *src, size_t nbits);

/* First bit >= @from that is 1, or 0; @nbits when there is none. */
size_t bitmap_find_next_set(const unsigned long *map, size_t nbits,
			    size_t from);
size_t bitmap_find_next_zero(const unsigned long *map, size_t nbits,
			     size_t from);

/*
 * bitmap_find_zero_range - first run of 0 bits
 * @from:    where to begin
 * @count:   length of the run in bits, not 0
 * Return:   its first bit, or a number >= @nbits when there is none
 */
size_t bitmap_find_zero_range(const unsigned long *map, size_t nbits,
			      size_t from, size_t count);

/* Number of 1 bits. */
size_t bitmap_weight(const unsigned long *map, size_t nbits);
bool bitmap_is_empty(const unsigned long *map, size_t nbits);
bool bitmap_is_full(const unsigned long *map, size_t nbits);
bool bitmap_equal(const unsigned long *a, const unsigned long *b,
		  size_t nbits);
/* Every 1 of @a is a 1 of @b. */
bool bitmap_is_subset(const unsigned long *a, const unsigned long *b,
		      size_t nbits);
bool bitmap_intersects(const unsigned long *a, const unsigned long *b,
		       size_t nbits);

/* dst = a & b and so on; @dst may be @a or @b. */
void bitmap_and(unsigned long *dst, const unsigned long *a,
		const unsigned long *b, size_t nbits);
void bitmap_or(unsigned long *dst, const unsigned long *a,
	       const unsigned long *b, size_t nbits);
void bitmap_and_not(unsigned long *dst, const unsigned long *a,
		    const unsigned long *b, size_t nbits);

#define for_each_set_bit(bit, map, nbits)				\
	for ((bit) = bitmap_find_next_set(map, nbits, 0);		\
	     (bit) < (nbits);						\
	     (bit) = bitmap_find_next_set(map, nbits, (bit) + 1))

#endif
