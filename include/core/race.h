/*
 * include/core/race.h - races made likely, and kernels wrong on purpose
 *
 * What:  race_point marks a place where another CPU should come between. In
 *        debug builds the boot word seed=N chooses some of them, and makes
 *        them wait for some microseconds now and then, by a pseudo-random
 *        sequence; so do locks before they are taken.
 *        `make kernel SABOTAGE=name` builds a kernel with one of the mistakes
 *        below, which the race tests must notice (make test-saboteurs).
 * Not:   release builds: race_point is nothing there. SABOTAGED is a constant
 *        in every build.
 * See:   docs/testing.md, docs/process-tree.md
 */
#ifndef CORE_RACE_H
#define CORE_RACE_H

#include <lib/types.h>

enum sabotage {
	SABOTAGE_none,
	/* birth looks at the counts before its slots are filled */
	SABOTAGE_check_before_fill,
	/* death lowers the counts before its slots are empty */
	SABOTAGE_count_before_empty,
	/* tasks are freed without a grace period */
	SABOTAGE_free_before_grace,
	/* kill(-1) goes through the table once */
	SABOTAGE_one_pass,
	/* children do not inherit the marks of kill(-1) */
	SABOTAGE_no_marks,
	/* who exits says so only after it has handed its children on */
	SABOTAGE_late_mark,
	/* an init can be found before it is unkillable */
	SABOTAGE_fill_before_prepare,
	/* a session is locked without looking again */
	SABOTAGE_no_second_look,
	/* exec takes the old leader's number away before it has it */
	SABOTAGE_clear_first,
	/* the release of a thread trusts a look without the lock */
	SABOTAGE_unlocked_look,
};

#ifndef NIDUS_SABOTAGE
#define NIDUS_SABOTAGE SABOTAGE_none
#endif
#define SABOTAGED(mistake) (NIDUS_SABOTAGE == SABOTAGE_##mistake)

/* Spin. Context: any. */
void race_delay_us(u32 us);

#ifdef NIDUS_DEBUG
void race_point_slow(const char *name);
/* Before a lock is taken. Context: any. */
void race_lock_slow(void);
/* The boot word seed=N; 0: no delays. */
void race_set_seed(u64 seed);
/* The boot word racedelay=N: every point, for N microseconds at most. */
void race_set_delay(u32 us);
extern u64 race_seed;		/* [I] after boot */

/* @name: a string constant, "where: what has just been done". Context: any. */
static inline void race_point(const char *name)
{
	if (unlikely(race_seed))
		race_point_slow(name);
}

static inline void race_lock(void)
{
	if (unlikely(race_seed))
		race_lock_slow();
}
#else
static inline void race_point(const char *name UNUSED)
{
}

static inline void race_set_seed(u64 seed UNUSED)
{
}

static inline void race_set_delay(u32 us UNUSED)
{
}
#endif

#endif
