/*
 * include/sched/wait.h - sleeping until something is true
 *
 * What:  wait queues with callbacks (poll, epoll), wait_event loops,
 *        completions.
 * Locks: queue->lock (RANK_WAIT), taken with interrupts off; callbacks run
 *        under it and may take only run-queue and lower locks.
 */
#ifndef SCHED_WAIT_H
#define SCHED_WAIT_H

#include <core/spinlock.h>
#include <lib/list.h>
#include <sched/sched.h>
#include <uapi/errno.h>

struct wait_queue {
	struct spinlock lock;
	struct list entries;	/* [L] */
};

struct wait_entry {
	struct list link;	/* [L] queue's lock */
	struct thread *thread;	/* [I] */
	/* Wake-up action; NULL: wake the thread. True: it counts as one woken
	 * (exclusive waiters stop the walk). @key: poll events or 0. */
	bool (*wake)(struct wait_entry *e, u32 key);
	u32 exclusive;		/* [I] wake one of these at a time */
};

#define WAIT_QUEUE_INIT(name) \
	{ SPINLOCK_INIT("wait", RANK_WAIT), LIST_INIT((name).entries) }

void wait_queue_init(struct wait_queue *q);
void wait_entry_init(struct wait_entry *e);	/* for the current thread */
void wait_queue_add(struct wait_queue *q, struct wait_entry *e);
void wait_queue_add_exclusive(struct wait_queue *q, struct wait_entry *e);
void wait_queue_remove(struct wait_queue *q, struct wait_entry *e);
static inline bool wait_queue_active(const struct wait_queue *q)
{
	smp_mb();	/* partner: thread_set_state of the sleeper */
	return !list_empty(&q->entries);
}

/* Wake all non-exclusive waiters and @nr exclusive ones (0: all). */
void wait_queue_wake(struct wait_queue *q, u32 nr, u32 key);
/* The same, hinting that the waker sleeps soon. */
void wait_queue_wake_sync(struct wait_queue *q, u32 nr, u32 key);
/* From a wake-up action, under the lock of another queue; the caller knows
 * that queues never lead back in a circle. */
void wait_queue_wake_nested(struct wait_queue *q, u32 nr, u32 key);
#define wake_all(q) wait_queue_wake(q, 0, 0)
#define wake_one(q) wait_queue_wake(q, 1, 0)

int schedule_timeout(u64 deadline_ns);
/*
 * Sleep until @deadline_ns (clock_now_ns scale, U64_MAX: for ever) in the
 * state set before. Return: 0 woken, -ETIMEDOUT. State is RUNNING after.
 */
static inline int schedule_until(u64 deadline_ns)
{
	if (deadline_ns != U64_MAX)
		return schedule_timeout(deadline_ns);
	schedule();
	return 0;
}

/*
 * wait_event_state - sleep in @st until @cond holds
 * Result: 0, -ERESTARTSYS (a signal, by state), -ETIMEDOUT.
 */
#define wait_event_state(q, cond, st, deadline_ns) ({			\
	struct wait_entry we_entry;					\
	int we_ret = 0;							\
									\
	wait_entry_init(&we_entry);					\
	wait_queue_add(q, &we_entry);					\
	for (;;) {							\
		thread_set_state(st);					\
		if (cond) {						\
			we_ret = 0;					\
			break;						\
		}							\
		if (signal_interrupts(st)) {				\
			we_ret = -ERESTARTSYS;				\
			break;						\
		}							\
		if (we_ret)						\
			break;						\
		we_ret = schedule_until(deadline_ns);			\
	}								\
	thread_set_state(THREAD_RUNNING);				\
	wait_queue_remove(q, &we_entry);				\
	we_ret;								\
})
#define wait_event(q, cond) \
	((void)wait_event_state(q, cond, THREAD_UNINTERRUPTIBLE, U64_MAX))
#define wait_event_interruptible(q, cond) \
	wait_event_state(q, cond, THREAD_INTERRUPTIBLE, U64_MAX)
#define wait_event_killable(q, cond) \
	wait_event_state(q, cond, THREAD_KILLABLE, U64_MAX)

/* Something that happens once (or n times). */
struct completion {
	struct wait_queue queue;
	u32 done;		/* [queue.lock] */
};
void completion_init(struct completion *c);
void complete(struct completion *c);
void complete_all(struct completion *c);
void completion_wait(struct completion *c);
/* Return: 0, -ERESTARTSYS (fatal signal; the caller undoes). */
int completion_wait_killable(struct completion *c);

#endif
