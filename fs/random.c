/*
 * fs/random.c - the kernel's random bytes
 *
 * What:  one generator for all: seeded at boot, stirred by whoever has
 *        something unpredictable, read in pieces so that nobody waits long.
 * Locks: random_lock (RANK_FILE_LOCK), a leaf: the generator.
 * Not:   the devices (memdev.c) and getrandom(2).
 * See:   lib/random.h, random(7)
 */
#include <fs/random.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <core/spinlock.h>
#include <lib/random.h>
#include <lib/string.h>

#define SEED_WORDS 16
#define PIECE_BYTES 256
#define SMALL_BYTES 32
#define BATCH_BYTES 1024

static DEFINE_SPINLOCK(random_lock, RANK_FILE_LOCK);
static struct random generator;		/* [random_lock] */

/* Bytes for small requests, made in advance: a program start wants 16, and
 * each turn of the generator makes new keys first. [random_lock] */
static struct {
	u32 left;
	u8 bytes[BATCH_BYTES];
} batch;

/* Time stamps of a loop whose length depends on caches and interrupts. */
static u64 jitter(void)
{
	u64 mix = cpu_cycles();

	for (u32 i = 0; i < 64; i++) {
		mix = (mix << 7 | mix >> 57) ^ cpu_cycles();
		mix ^= clock_now_ns() << (i & 31);
	}
	return mix;
}

void random_seed(void)
{
	u64 seed[SEED_WORDS];

	random_init(&generator);
	for (u32 i = 0; i < SEED_WORDS; i++) {
		u64 hardware = 0;

		(void)cpu_random(&hardware);
		seed[i] = hardware ^ jitter();
	}
	seed[0] ^= clock_boot_epoch_ns();
	random_stir(seed, sizeof(seed));
}

void random_stir(const void *data, size_t len)
{
	spin_lock(&random_lock);
	random_mix(&generator, data, len);
	batch.left = 0;
	spin_unlock(&random_lock);
}

/* random_lock held. */
static NOINLINE void make_batch(void)
{
	u64 now = cpu_cycles();

	random_mix(&generator, &now, sizeof(now));
	random_fill(&generator, batch.bytes, sizeof(batch.bytes));
	batch.left = sizeof(batch.bytes);
}

/* What was given out is forgotten here. */
static void small_bytes(void *out, size_t len)
{
	u8 *from;

	spin_lock(&random_lock);
	if (batch.left < len)
		make_batch();
	batch.left -= (u32)len;
	from = batch.bytes + batch.left;
	memcpy(out, from, len);
	memset(from, 0, len);
	spin_unlock(&random_lock);
}

void random_bytes(void *out, size_t len)
{
	u8 *at = out;
	u64 now;

	if (len <= SMALL_BYTES) {
		small_bytes(out, len);
		return;
	}
	now = cpu_cycles();
	random_stir(&now, sizeof(now));
	while (len) {
		size_t n = min(len, (size_t)PIECE_BYTES);

		spin_lock(&random_lock);
		random_fill(&generator, at, n);
		spin_unlock(&random_lock);
		at += n;
		len -= n;
	}
}
