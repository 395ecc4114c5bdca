/*
 * lib/random.c - generator of random bytes
 *
 * Locks: the caller's.
 * See:   include/lib/random.h; RFC 8439, 2.1 to 2.3
 */
#include <lib/random.h>

#include <lib/string.h>

#define KEY_BYTES (CHACHA_KEY_WORDS * sizeof(u32))
#define BLOCK_BYTES (CHACHA_BLOCK_WORDS * sizeof(u32))
#define DOUBLE_ROUNDS 10

/* Words of the input state. */
#define WORD_KEY 4
#define WORD_COUNTER 12
#define WORD_NONCE 14

static inline u32 rotate_left(u32 x, unsigned int n)
{
	return x << n | x >> (32 - n);
}

static inline void quarter_round(u32 *a, u32 *b, u32 *c, u32 *d)
{
	*a += *b;
	*d = rotate_left(*d ^ *a, 16);
	*c += *d;
	*b = rotate_left(*b ^ *c, 12);
	*a += *b;
	*d = rotate_left(*d ^ *a, 8);
	*c += *d;
	*b = rotate_left(*b ^ *c, 7);
}

void chacha20_block(const u32 in[CHACHA_BLOCK_WORDS],
		    u32 out[CHACHA_BLOCK_WORDS])
{
	u32 x[CHACHA_BLOCK_WORDS];
	int i;

#pragma GCC unroll 16
	for (i = 0; i < CHACHA_BLOCK_WORDS; i++)
		x[i] = in[i];
	for (i = 0; i < DOUBLE_ROUNDS; i++) {
		quarter_round(&x[0], &x[4], &x[8], &x[12]);
		quarter_round(&x[1], &x[5], &x[9], &x[13]);
		quarter_round(&x[2], &x[6], &x[10], &x[14]);
		quarter_round(&x[3], &x[7], &x[11], &x[15]);
		quarter_round(&x[0], &x[5], &x[10], &x[15]);
		quarter_round(&x[1], &x[6], &x[11], &x[12]);
		quarter_round(&x[2], &x[7], &x[8], &x[13]);
		quarter_round(&x[3], &x[4], &x[9], &x[14]);
	}
#pragma GCC unroll 16
	for (i = 0; i < CHACHA_BLOCK_WORDS; i++)
		out[i] = x[i] + in[i];
}

void random_init(struct random *r)
{
	*r = (struct random){ .nonce = 0 };
}

/* The input state of a request: 64-bit block counter 0, a fresh nonce. */
static void begin(struct random *r, u32 state[CHACHA_BLOCK_WORDS])
{
	static const u32 constants[WORD_KEY] = {
		0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,
	};

	memcpy(state, constants, sizeof(constants));
	memcpy(&state[WORD_KEY], r->key, KEY_BYTES);
	state[WORD_COUNTER] = 0;
	state[WORD_COUNTER + 1] = 0;
	state[WORD_NONCE] = (u32)r->nonce;
	state[WORD_NONCE + 1] = (u32)(r->nonce >> 32);
	r->nonce++;
}

/* The next block of a request. */
static void next_block(u32 state[CHACHA_BLOCK_WORDS],
		       u32 out[CHACHA_BLOCK_WORDS])
{
	chacha20_block(state, out);
	if (++state[WORD_COUNTER] == 0)
		state[WORD_COUNTER + 1]++;
}

/* Replace the key by half of the first block of a request. */
static void replace_key(struct random *r, u32 state[CHACHA_BLOCK_WORDS],
			u32 block[CHACHA_BLOCK_WORDS])
{
	next_block(state, block);
	memcpy(r->key, block, KEY_BYTES);
}

static void mix_chunk(struct random *r, const u8 *data, size_t len)
{
	u32 state[CHACHA_BLOCK_WORDS];
	u32 block[CHACHA_BLOCK_WORDS];
	u8 *key = (u8 *)r->key;
	size_t i;

	for (i = 0; i < len; i++)
		key[i] ^= data[i];
	begin(r, state);
	replace_key(r, state, block);
	memset(state, 0, sizeof(state));
	memset(block, 0, sizeof(block));
}

void random_mix(struct random *r, const void *data, size_t len_bytes)
{
	const u8 *p = data;

	while (len_bytes != 0) {
		size_t len = min(len_bytes, (size_t)KEY_BYTES);

		mix_chunk(r, p, len);
		p += len;
		len_bytes -= len;
	}
}

void random_fill(struct random *r, void *out, size_t len_bytes)
{
	u32 state[CHACHA_BLOCK_WORDS];
	u32 block[CHACHA_BLOCK_WORDS];
	u8 *p = out;

	size_t len = min(len_bytes, (size_t)(BLOCK_BYTES - KEY_BYTES));

	begin(r, state);
	replace_key(r, state, block);
	/* What of the first block did not become the key is given out. */
	memcpy(p, &block[CHACHA_KEY_WORDS], len);
	while ((len_bytes -= len) != 0) {
		p += len;
		len = min(len_bytes, (size_t)BLOCK_BYTES);
		next_block(state, block);
		memcpy(p, block, len);
	}
	/* What is on the stack would tell the bytes given out. */
	memset(state, 0, sizeof(state));
	memset(block, 0, sizeof(block));
}
