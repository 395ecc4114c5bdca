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

#endif
