/*
 * include/sched/mutex.h - the lock one may sleep under
 *
 * What:  a short spin while the owner runs, then sleep. Who wants a free mutex
 *        takes it; a sleeper that was waked in vain is the next one. Rank and
 *        owner are checked in debug builds.
 * Context: task, no spinlock held.
 */
#ifndef SCHED_MUTEX_H
#define SCHED_MUTEX_H

#include <sched/wait.h>

struct mutex {
	u64 owner;		/* [a] struct thread *, NULL: free; and bits of
				   mutex.c: there are sleepers */
	struct wait_queue waiters;
#ifdef NIDUS_DEBUG
	const char *name;	/* [I] */
	u32 rank;		/* [I] */
	struct mutex *below;	/* [c] next older mutex of the owner */
#endif
};

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank);
void mutex_lock(struct mutex *m);
/* Second mutex of a class; the caller knows an order. */
void mutex_lock_nested(struct mutex *m);
/* Return: 0, -ERESTARTSYS (fatal signal). */
MUST_CHECK int mutex_lock_killable(struct mutex *m);
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
/* Does the current thread hold it? */
bool mutex_held(const struct mutex *m);

#ifdef NIDUS_DEBUG
#define MUTEX_INIT(var, label, lockrank) { \
	.waiters = WAIT_QUEUE_INIT((var).waiters), \
	.name = (label), .rank = (lockrank) }
#else
#define MUTEX_INIT(var, label, lockrank) { \
	.waiters = WAIT_QUEUE_INIT((var).waiters) }
#endif
#define DEFINE_MUTEX(var, lockrank) \
	struct mutex var = MUTEX_INIT(var, #var, lockrank)

#endif
