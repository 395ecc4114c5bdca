/*
 * kernel/core/race.c - delays at named points
 *
 * What:  a seed makes one point in four a slow one; a slow one waits one time
 *        in four, for up to 60 microseconds, and one lock in 64 for up to 15.
 *        With racedelay=N every point is a slow one, of up to N microseconds.
 * Locks: none; each CPU has its own sequence. An interrupt between reading and
 *        writing it repeats a number, which does no harm.
 * See:   docs/testing.md
 */
#include <core/race.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/percpu.h>
#include <lib/hash.h>

#define TURNS_PER_US 256

void race_delay_us(u32 us)
{
	u64 end = clock_now_ns() + us * NSEC_PER_USEC;

	/* Bounded by turns too: at boot the clock does not run yet. */
	for (u32 i = 0; i < us * TURNS_PER_US && clock_now_ns() < end; i++)
		cpu_relax();
}

#ifdef NIDUS_DEBUG
#define POINT_US 60
#define LOCK_US 15

u64 race_seed;
static u32 race_wide_us;		/* [I] after boot; 0: as above */
static DEFINE_PER_CPU(u64, race_state);

void race_set_seed(u64 seed)
{
	race_seed = seed;
}

void race_set_delay(u32 us)
{
	race_wide_us = us;
}

static u32 next_random(void)
{
	u64 x = this_cpu(race_state);

	if (!x)
		x = hash_u64(race_seed + cpu_id()) | 1;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	this_cpu(race_state) = x;
	return (u32)(x >> 16);
}

void race_point_slow(const char *name)
{
	u32 r = next_random();

	if ((!race_wide_us && hash_u64(race_seed ^ (u64)name) & 3) || r & 3)
		return;
	race_delay_us((r >> 2) % (race_wide_us ? race_wide_us : POINT_US));
}

void race_lock_slow(void)
{
	u32 r = next_random();

	if (!(r & 63))
		race_delay_us((r >> 6) % LOCK_US);
}
#endif
