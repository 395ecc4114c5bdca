/*
 * include/lib/random.h - generator of random bytes
 *
 * What:  ChaCha20 with fast key erasure: each request first replaces the key
 *        by output nobody sees, so a state that leaks later tells nothing
 *        about bytes given out before. Pure: it is as good as what is mixed
 *        in, and collecting that is the caller's business.
 * Locks: the caller's, one for each struct random.
 * See:   RFC 8439, section 2.3 (the block function); random(7).
 */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H

#include <lib/types.h>

#define CHACHA_KEY_WORDS 8
#define CHACHA_BLOCK_WORDS 16

struct random {
	u32 key[CHACHA_KEY_WORDS];
	/* Requests served: never the same key and nonce twice. */
	u64 nonce;
};

/* The ChaCha20 block function on a whole input state (constants included). */
void chacha20_block(const u32 in[CHACHA_BLOCK_WORDS],
		    u32 out[CHACHA_BLOCK_WORDS]);

/* An all-zero generator: mix something in before using it. */
void random_init(struct random *r);

/*
 * random_mix - add entropy
 * @data:    anything hard to guess; what is in the state stays in it
 */
void random_mix(struct random *r, const void *data, size_t len_bytes);

/* Fill @out with @len random bytes. Context: any; bounded by @len. */
void random_fill(struct random *r, void *out, size_t len_bytes);

#endif
