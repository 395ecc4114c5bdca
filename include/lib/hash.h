/*
 * include/lib/hash.h - hashes for tables
 *
 * What:  a mixer for integers and addresses, and SipHash-1-3 with a secret key
 *        for names that users choose, so that nobody can aim for one chain.
 * See:   Aumasson, Bernstein: "SipHash: a fast short-input PRF" (2012).
 */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include <lib/types.h>

/* Secret of one table or of all; random bytes from the start of the system. */
struct hash_key {
	u64 k[2];
};

/* Every bit of the result depends on every bit of @x; 0 stays 0. */
static inline u64 hash_u64(u64 x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ul;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ul;
	x ^= x >> 32;
	return x;
}

/* Index into a table of 2^@bits chains; @bits from 1 to 63. */
static inline u64 hash_index(u64 x, unsigned int bits)
{
	return hash_u64(x) >> (64 - bits);
}

static inline u64 hash_ptr(const void *p)
{
	return hash_u64((u64)p);
}

/* Keyed hash of @len bytes. Context: any. */
u64 hash_bytes(const struct hash_key *key, const void *data, size_t len_bytes);

/* What SipHash takes in last: the bytes behind the last whole word, and the
 * length (modulo 256) above them. Of fewer than eight bytes that is all. */
static inline u64 hash_last_word(const void *data, size_t len_bytes)
{
	size_t n = len_bytes % 8;
	const u8 *p = (const u8 *)data + len_bytes - n;
	u64 word = (u64)len_bytes << 56;
	u32 first, last;

	/* Loads that overlap, instead of a loop. */
	if (n >= 4) {
		__builtin_memcpy(&first, p, 4);
		__builtin_memcpy(&last, p + n - 4, 4);
		word |= first | (u64)last << 8 * (n - 4);
	} else if (n) {
		word |= p[0] | (u64)p[n / 2] << 8 * (n / 2) |
			(u64)p[n - 1] << 8 * (n - 1);
	}
	return word;
}

/* Keyed hash of one word, for such short data: one secret multiplied by
 * what the other one hides, folded. Who sees no hashes cannot aim. */
static inline u64 hash_word(const struct hash_key *key, u64 word)
{
	unsigned __int128 product = (unsigned __int128)(word ^ key->k[0]) *
				    (key->k[1] | 1);

	return (u64)product ^ (u64)(product >> 64);
}

#endif
