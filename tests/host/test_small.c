/*
 * tests/host/test_small.c - lib/ring.c, refcount.c, sort.c, hash.c, random.c
 *
 * See:   RFC 8439 section 2.3.2 for the ChaCha20 vector. The SipHash-1-3
 *        values are those of CPython 3.11 with PYTHONHASHSEED=0, whose key
 *        is zero.
 */
#include "tap.h"

#include <lib/hash.h>
#include <lib/random.h>
#include <lib/refcount.h>
#include <lib/ring.h>
#include <lib/sort.h>
#include <lib/string.h>

#define RING_BYTES 16

/* Bytes are numbered; what comes out must continue where it stopped. */
static u32 write_some(struct ring *r, u8 *next)
{
	u8 src[RING_BYTES + 4];
	u32 len = (u32)rand_below(sizeof(src));
	u32 done;
	u32 i;

	for (i = 0; i < len; i++)
		src[i] = (u8)(*next + i);
	if (rand_below(2)) {
		done = ring_write(r, src, len);
	} else {
		u32 space = ring_space(r);

		done = ring_write_all(r, src, len) ? len : 0;
		CHECK_EQ(done, len <= space ? len : 0);
	}
	*next = (u8)(*next + done);
	return done;
}

static u32 read_some(struct ring *r, u8 *next)
{
	u8 dst[RING_BYTES + 4];
	u32 len = (u32)rand_below(sizeof(dst));
	u32 skip = (u32)rand_below(4);
	u32 peeked = ring_peek(r, skip, dst, len);
	u32 i;

	for (i = 0; i < peeked; i++)
		CHECK_EQ(dst[i], (u8)(*next + skip + i));
	len = ring_read(r, dst, len);
	for (i = 0; i < len; i++)
		CHECK_EQ(dst[i], (u8)(*next + i));
	*next = (u8)(*next + len);
	return len;
}

static void test_ring(void)
{
	u8 *data = malloc(RING_BYTES);
	struct ring r;
	u32 used = 0;
	u8 in = 0;
	u8 out = 0;
	u64 n;

	ring_init(&r, data, RING_BYTES);
	/* The positions wrap at 2^32 during the test. */
	r.head = r.tail = U32_MAX - 1000;
	for (n = 0; n < rounds(20000); n++) {
		used += write_some(&r, &in);
		CHECK_EQ(ring_used(&r), used);
		used -= read_some(&r, &out);
		CHECK_EQ(ring_space(&r), RING_BYTES - used);
	}
	free(data);
}

static void test_ring_bytes(void)
{
	u8 data[4];
	struct ring r;
	u8 byte;
	u8 i;

	ring_init(&r, data, sizeof(data));
	CHECK(!ring_get(&r, &byte));
	for (i = 0; i < 4; i++)
		CHECK(ring_put(&r, i));
	CHECK(!ring_put(&r, 9));
	CHECK_EQ(ring_drop(&r, 2), 2);
	CHECK(ring_get(&r, &byte));
	CHECK_EQ(byte, 2);
	CHECK_EQ(ring_drop(&r, 9), 1);
	CHECK_EQ(ring_used(&r), 0);
}

static int reports;
static enum refcount_fault last_fault;

static void on_report(const struct refcount *r, enum refcount_fault fault)
{
	CHECK_EQ(refcount_read(r), REFCOUNT_SATURATED);
	last_fault = fault;
	reports++;
}

static void test_refcount(void)
{
	struct refcount r = REFCOUNT_INIT(1);

	refcount_get(&r);
	CHECK(refcount_try_get(&r));
	CHECK_EQ(refcount_read(&r), 3);
	CHECK(!refcount_put(&r));
	CHECK(!refcount_put(&r));
	CHECK(refcount_put(&r));
	CHECK(!refcount_try_get(&r));
	CHECK_EQ(refcount_read(&r), 0);
}

static void expect_fault(enum refcount_fault fault)
{
	CHECK_EQ(reports, 1);
	CHECK_EQ(last_fault, fault);
	reports = 0;
}

static void test_refcount_faults(void)
{
	struct refcount r = REFCOUNT_INIT(0);

	refcount_set_report(on_report);
	refcount_get(&r);
	expect_fault(REFCOUNT_GET_FROM_ZERO);
	CHECK(!refcount_put(&r));
	expect_fault(REFCOUNT_PUT_BELOW_ZERO);
	refcount_set(&r, INT_MAX);
	refcount_get(&r);
	expect_fault(REFCOUNT_OVERFLOW);
	refcount_set(&r, INT_MAX);
	CHECK(refcount_try_get(&r));
	expect_fault(REFCOUNT_OVERFLOW);
	refcount_set(&r, 0);
	CHECK(!refcount_put(&r));
	expect_fault(REFCOUNT_PUT_BELOW_ZERO);
	refcount_set_report(NULL);
	refcount_get(&r);
	CHECK_EQ(refcount_read(&r), REFCOUNT_SATURATED);
}

struct record {
	u16 key;
	u8 payload[3];
};

static int record_cmp(const void *a, const void *b)
{
	return ((const struct record *)a)->key -
	       ((const struct record *)b)->key;
}

static void test_sort(void)
{
	u64 n;

	for (n = 0; n < rounds(3000); n++) {
		size_t count = rand_below(80);
		struct record *t = malloc(count * sizeof(*t) + 1);
		u64 sum = 0;
		size_t i;

		for (i = 0; i < count; i++) {
			t[i].key = (u16)rand_below(n & 1 ? 10 : 65536);
			t[i].payload[0] = (u8)t[i].key;
			sum += t[i].key;
		}
		heap_sort(t, count, sizeof(*t), record_cmp);
		for (i = 0; i < count; i++) {
			CHECK_EQ(t[i].payload[0], (u8)t[i].key);
			CHECK(i == 0 || t[i - 1].key <= t[i].key);
			sum -= t[i].key;
		}
		CHECK_EQ(sum, 0);
		free(t);
	}
}

struct sip_case {
	const char *text;
	u64 hash;
};

static const struct sip_case sip_cases[] = {
	{ "a", 0x407448d2b89b1813 },
	{ "ab", 0x555508cbc6add439 },
	{ "abc", 0xc03bc3a0042630f2 },
	{ "1234567", 0xa33d651594fdae81 },
	{ "12345678", 0x3489982430560a87 },
	{ "123456789", 0x0fbc0f0007965fcf },
	{ "init", 0x2cd8252107eb640b },
	{ "a somewhat longer file name.txt", 0xc39ea680965cecda },
};

static void test_hash(void)
{
	const struct hash_key zero = { { 0, 0 } };
	const struct hash_key other = { { 0, 1 } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sip_cases); i++) {
		const char *text = sip_cases[i].text;

		CHECK_EQ(hash_bytes(&zero, text, strlen(text)),
			 sip_cases[i].hash);
		CHECK(hash_bytes(&other, text, strlen(text)) !=
		      sip_cases[i].hash);
	}
}

/* A short text and its word say the same; two keys tell two hashes. */
static void test_hash_word(void)
{
	const struct hash_key one = { { 0x0123456789abcdef, 0x987654321 } };
	const struct hash_key two = { { 0x1123456789abcdef, 0x987654321 } };
	u64 word;

	CHECK_EQ(hash_last_word("", 0), 0ul);
	CHECK_EQ(hash_last_word("a", 1), 0x0100000000000061ul);
	CHECK_EQ(hash_last_word("ab", 2), 0x0200000000006261ul);
	CHECK_EQ(hash_last_word("abc", 3), 0x0300000000636261ul);
	CHECK_EQ(hash_last_word("abcd", 4), 0x0400000064636261ul);
	CHECK_EQ(hash_last_word("abcde", 5), 0x0500006564636261ul);
	CHECK_EQ(hash_last_word("abcdef", 6), 0x0600666564636261ul);
	CHECK_EQ(hash_last_word("abcdefg", 7), 0x0767666564636261ul);
	CHECK_EQ(hash_last_word("abcdefgh", 8), 0x0800000000000000ul);
	CHECK_EQ(hash_last_word("abcdefghi", 9), 0x0900000000000069ul);
	word = hash_last_word("stat", 4);
	CHECK(hash_word(&one, word) != hash_word(&two, word));
	CHECK(hash_word(&one, word) != hash_word(&one, word + 1));
}

/* Chains of a table with neighbouring numbers are of even length. */
static void test_hash_spread(void)
{
	unsigned int chains[256] = { 0 };
	unsigned int longest = 0;
	u64 i;

	for (i = 0; i < 256 * 16; i++) {
		u64 index = hash_index(i * 4096, 8);

		if (CHECK(index < 256) && ++chains[index] > longest)
			longest = chains[index];
	}
	CHECK(longest < 48);
	CHECK_EQ(hash_u64(0), 0);
}

static void test_chacha(void)
{
	static const u32 expected[CHACHA_BLOCK_WORDS] = {
		0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3,
		0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
		0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
		0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2,
	};
	u32 in[CHACHA_BLOCK_WORDS] = {
		0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,
		0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c,
		0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c,
		0x00000001, 0x09000000, 0x4a000000, 0x00000000,
	};
	u32 out[CHACHA_BLOCK_WORDS];

	chacha20_block(in, out);
	CHECK_EQ(memcmp(out, expected, sizeof(out)), 0);
	chacha20_block(in, in);
	CHECK_EQ(memcmp(in, expected, sizeof(in)), 0);
}

static void test_random_lengths(void)
{
	struct random r;
	size_t len;

	random_init(&r);
	for (len = 0; len < 300; len++) {
		u8 *a = malloc(len + 1);
		struct random copy = r;
		u8 b[300];

		a[len] = 0xa5;
		random_mix(&r, a, 0);
		random_fill(&r, a, len);
		CHECK_EQ(a[len], 0xa5);
		CHECK(memcmp(r.key, copy.key, sizeof(r.key)) != 0);
		/* The other half of that block is not given out. */
		CHECK(len < sizeof(r.key) ||
		      memcmp(a, r.key, sizeof(r.key)) != 0);
		random_fill(&copy, b, len);
		CHECK_EQ(memcmp(a, b, len), 0);
		free(a);
	}
}

/* Different entropy, or the same in another order, gives other bytes. */
static void test_random_mix(void)
{
	static const char *const words[] = { "one", "two" };
	struct random a;
	struct random b;
	u8 x[32];
	u8 y[32];

	random_init(&a);
	random_init(&b);
	random_mix(&a, words[0], 3);
	random_mix(&a, words[1], 3);
	random_mix(&b, words[1], 3);
	random_mix(&b, words[0], 3);
	random_fill(&a, x, sizeof(x));
	random_fill(&b, y, sizeof(y));
	CHECK(memcmp(x, y, sizeof(x)) != 0);
	random_fill(&a, y, sizeof(y));
	CHECK(memcmp(x, y, sizeof(x)) != 0);
}

/* Coarse, but it would see a generator that is plainly broken. */
static void test_random_bits(void)
{
	static u8 bytes[100000];
	unsigned int count[256] = { 0 };
	struct random r;
	size_t i;

	random_init(&r);
	random_fill(&r, bytes, sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i++)
		count[bytes[i]]++;
	for (i = 0; i < 256; i++)
		CHECK(count[i] > 290 && count[i] < 490);
}

int main(void)
{
	tap_run("ring", test_ring);
	tap_run("ring, byte by byte", test_ring_bytes);
	tap_run("refcount", test_refcount);
	tap_run("refcount faults saturate and are reported",
		test_refcount_faults);
	tap_run("heap sort", test_sort);
	tap_run("SipHash-1-3 vectors", test_hash);
	tap_run("hash of a word", test_hash_word);
	tap_run("hash spread", test_hash_spread);
	tap_run("ChaCha20 vector", test_chacha);
	tap_run("random: lengths and key erasure", test_random_lengths);
	tap_run("random: mixing", test_random_mix);
	tap_run("random: distribution", test_random_bits);
	return tap_done();
}
