/*
 * include/core/lock_stat.h - how often locks are taken and waited for
 *
 * What:  counts for each lock class (rank), and how long its waiters waited.
 *        A lock remembers for whom it was last taken: the *world* of the
 *        holder, a word that the proc layer gives (the pid namespace). Who
 *        waits for a holder of another world is counted apart: two containers
 *        that share a contended lock are seen so.
 * Locks: none; each CPU counts for itself.
 * Not:   release builds: nothing of this exists there. The file: /proc
 *        (kernel/proc/procfs_lock_stat.c), after the boot word lockstat=1.
 * See:   docs/locking.md
 */
#ifndef CORE_LOCK_STAT_H
#define CORE_LOCK_STAT_H

#include <core/rank.h>
#include <lib/types.h>

struct spinlock;

struct lock_class_stat {
	const char *name;	/* of the first lock of the class; NULL: none */
	u64 taken;
	u64 contended;		/* was not free */
	u64 foreign;		/* of these: held by another world */
	u64 waited_ns;
	u64 longest_ns;
};

/* Count from now on (boot). */
OPTIONAL void lock_stat_enable(void);
#ifdef NIDUS_DEBUG
OPTIONAL extern bool lock_stat_on;	/* [I] after boot */

/* Is it part of the build, and asked for? */
static inline bool lock_stat_counts(void)
{
	return &lock_stat_on && unlikely(lock_stat_on);
}

/* How the upper layer names the world of what runs now; NULL: none, as in an
 * interrupt. Context of @world: any. */
void lock_stat_set_world(const void *(*world)(void));
/* @l was taken, and is held. */
OPTIONAL void lock_stat_taken(struct spinlock *l);
/* @l is not free; the result goes to lock_stat_waited. */
OPTIONAL u64 lock_stat_begin_wait(const struct spinlock *l);
OPTIONAL void lock_stat_waited(const struct spinlock *l, u64 start_ns);
/* The sums over all CPUs of the class @rank. Context: any. */
void lock_stat_read(enum lock_rank rank, struct lock_class_stat *out);
#endif

#endif
