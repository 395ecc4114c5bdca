/*
 * lib/bitmap.c - sets of small numbers
 *
 * What:  everything goes word by word; the last word is masked.
 * See:   include/lib/bitmap.h
 */
#include <lib/bitmap.h>

#include <lib/string.h>

/* Ones from bit @first of a word up. */
static inline unsigned long mask_from(size_t first)
{
	return ~0ul << first % BITS_PER_LONG;
}

/* The bits of word @i that belong to a map of @nbits bits. */
static inline unsigned long mask_of_word(size_t i, size_t nbits)
{
	size_t left = nbits - i * BITS_PER_LONG;

	return left >= BITS_PER_LONG ? ~0ul : ~mask_from(left);
}

/* The bits of word @i that lie in [start, end). */
static inline unsigned long mask_of_range(size_t i, size_t start, size_t end)
{
	unsigned long mask = mask_of_word(i, end);

	if (i == start / BITS_PER_LONG)
		mask &= mask_from(start);
	return mask;
}

void bitmap_set_range(unsigned long *map, size_t start, size_t count)
{
	size_t end = start + count;
	size_t i;

	for (i = start / BITS_PER_LONG; i * BITS_PER_LONG < end; i++)
		map[i] |= mask_of_range(i, start, end);
}

void bitmap_clear_range(unsigned long *map, size_t start, size_t count)
{
	size_t end = start + count;
	size_t i;

	for (i = start / BITS_PER_LONG; i * BITS_PER_LONG < end; i++)
		map[i] &= ~mask_of_range(i, start, end);
}

void bitmap_zero(unsigned long *map, size_t nbits)
{
	memset(map, 0, BITMAP_BYTES(nbits));
}

void bitmap_fill(unsigned long *map, size_t nbits)
{
	size_t i;

	for (i = 0; i < BITMAP_WORDS(nbits); i++)
		map[i] = mask_of_word(i, nbits);
}

void bitmap_copy(unsigned long *dst, const unsigned long *src, size_t nbits)
{
	memcpy(dst, src, BITMAP_BYTES(nbits));
}

/* First bit that is 1 once the words are xored with @flip. */
static size_t find_next(const unsigned long *map, size_t nbits, size_t from,
			unsigned long flip)
{
	unsigned long word;
	size_t i;

	if (from >= nbits)
		return nbits;
	i = from / BITS_PER_LONG;
	word = (READ_ONCE(map[i]) ^ flip) & mask_from(from);
	while (word == 0) {
		if (++i >= BITMAP_WORDS(nbits))
			return nbits;
		word = READ_ONCE(map[i]) ^ flip;
	}
	return min(i * BITS_PER_LONG + (size_t)__builtin_ctzl(word), nbits);
}

size_t bitmap_find_next_set(const unsigned long *map, size_t nbits,
			    size_t from)
{
	return find_next(map, nbits, from, 0);
}

size_t bitmap_find_next_zero(const unsigned long *map, size_t nbits,
			     size_t from)
{
	return find_next(map, nbits, from, ~0ul);
}

size_t bitmap_find_zero_range(const unsigned long *map, size_t nbits,
			      size_t from, size_t count)
{
	for (;;) {
		size_t start = bitmap_find_next_zero(map, nbits, from);
		size_t end;

		if (start >= nbits || count > nbits - start)
			return nbits;
		end = bitmap_find_next_set(map, start + count, start);
		if (end == start + count)
			return start;
		from = end + 1;
	}
}

/* Bits of an integer that are 1, without a processor instruction for it. */
static unsigned int weight_of(unsigned long w)
{
	w -= (w >> 1) & 0x5555555555555555ul;
	w = (w & 0x3333333333333333ul) + ((w >> 2) & 0x3333333333333333ul);
	w = (w + (w >> 4)) & 0x0f0f0f0f0f0f0f0ful;
	return (unsigned int)((w * 0x0101010101010101ul) >> 56);
}

size_t bitmap_weight(const unsigned long *map, size_t nbits)
{
	size_t weight = 0;
	size_t i;

	for (i = 0; i < BITMAP_WORDS(nbits); i++)
		weight += weight_of(READ_ONCE(map[i]) & mask_of_word(i, nbits));
	return weight;
}

bool bitmap_is_empty(const unsigned long *map, size_t nbits)
{
	return bitmap_find_next_set(map, nbits, 0) == nbits;
}

bool bitmap_is_full(const unsigned long *map, size_t nbits)
{
	return bitmap_find_next_zero(map, nbits, 0) == nbits;
}

bool bitmap_equal(const unsigned long *a, const unsigned long *b, size_t nbits)
{
	size_t i;

	for (i = 0; i < BITMAP_WORDS(nbits); i++) {
		if ((a[i] ^ b[i]) & mask_of_word(i, nbits))
			return false;
	}
	return true;
}

bool bitmap_is_subset(const unsigned long *a, const unsigned long *b,
		      size_t nbits)
{
	size_t i;

	for (i = 0; i < BITMAP_WORDS(nbits); i++) {
		if (a[i] & ~b[i] & mask_of_word(i, nbits))
			return false;
	}
	return true;
}

bool bitmap_intersects(const unsigned long *a, const unsigned long *b,
		       size_t nbits)
{
	size_t i;

	for (i = 0; i < BITMAP_WORDS(nbits); i++) {
		if (a[i] & b[i] & mask_of_word(i, nbits))
			return true;
	}
	return false;
}

void bitmap_and(unsigned long *dst, const unsigned long *a,
		const unsigned long *b, size_t nbits)
{
	size_t i;

	for (i = 0; i < BITMAP_WORDS(nbits); i++)
		dst[i] = a[i] & b[i];
}

void bitmap_or(unsigned long *dst, const unsigned long *a,
	       const unsigned long *b, size_t nbits)
{
	size_t i;

	for (i = 0; i < BITMAP_WORDS(nbits); i++)
		dst[i] = a[i] | b[i];
}

void bitmap_and_not(unsigned long *dst, const unsigned long *a,
		    const unsigned long *b, size_t nbits)
{
	size_t i;

	for (i = 0; i < BITMAP_WORDS(nbits); i++)
		dst[i] = a[i] & ~b[i];
}
