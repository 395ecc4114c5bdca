/*
 * lib/hash.c - SipHash-1-3
 *
 * What:  one mixing round for every 8 bytes of data, three at the end.
 * See:   include/lib/hash.h; Aumasson, Bernstein: "SipHash" (2012), section 2
 */
#include <lib/hash.h>

struct sip {
	u64 v[4];
};

static inline u64 rotate_left(u64 x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static inline void sip_round(struct sip *s)
{
	s->v[0] += s->v[1];
	s->v[1] = rotate_left(s->v[1], 13) ^ s->v[0];
	s->v[0] = rotate_left(s->v[0], 32);
	s->v[2] += s->v[3];
	s->v[3] = rotate_left(s->v[3], 16) ^ s->v[2];
	s->v[0] += s->v[3];
	s->v[3] = rotate_left(s->v[3], 21) ^ s->v[0];
	s->v[2] += s->v[1];
	s->v[1] = rotate_left(s->v[1], 17) ^ s->v[2];
	s->v[2] = rotate_left(s->v[2], 32);
}

static inline void sip_word(struct sip *s, u64 word)
{
	s->v[3] ^= word;
	sip_round(s);
	s->v[0] ^= word;
}

u64 hash_bytes(const struct hash_key *key, const void *data, size_t len_bytes)
{
	struct sip s = { {
		key->k[0] ^ 0x736f6d6570736575ul,
		key->k[1] ^ 0x646f72616e646f6dul,
		key->k[0] ^ 0x6c7967656e657261ul,
		key->k[1] ^ 0x7465646279746573ul,
	} };
	const u8 *p = data;
	u64 word;

	for (size_t n = len_bytes / sizeof(word); n; n--) {
		__builtin_memcpy(&word, p, sizeof(word));
		sip_word(&s, word);
		p += sizeof(word);
	}
	sip_word(&s, hash_last_word(data, len_bytes));
	s.v[2] ^= 0xff;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}
