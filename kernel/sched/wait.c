/*
 * kernel/sched/wait.c - wait queues and completions
 *
 * What:  see sched/wait.h. Exclusive entries stand behind the others, so that
 *        a wake-up reaches everyone who does not count first.
 * Locks: queue->lock (RANK_WAIT, interrupts off) covers the entries; a wake
 *        callback runs under it.
 * Life:  an entry is its waiter's, usually on its stack, and is taken off by
 *        it; a queue may go when it has no entries and no waker: completions
 *        see to that by testing done under the lock.
 */
#include <sched/wait.h>

void wait_queue_init(struct wait_queue *q)
{
	spin_init(&q->lock, "wait", RANK_WAIT);
	list_init(&q->entries);
}

void wait_entry_init(struct wait_entry *e)
{
	*e = (struct wait_entry){ .thread = current_thread() };
	list_init(&e->link);
}

void wait_queue_add(struct wait_queue *q, struct wait_entry *e)
{
	u64 irq = spin_lock_irqsave(&q->lock);

	list_add(&q->entries, &e->link);
	spin_unlock_irqrestore(&q->lock, irq);
}

void wait_queue_add_exclusive(struct wait_queue *q, struct wait_entry *e)
{
	u64 irq = spin_lock_irqsave(&q->lock);

	e->exclusive = 1;
	list_add_tail(&q->entries, &e->link);
	spin_unlock_irqrestore(&q->lock, irq);
}

void wait_queue_remove(struct wait_queue *q, struct wait_entry *e)
{
	u64 irq = spin_lock_irqsave(&q->lock);

	list_del(&e->link);
	spin_unlock_irqrestore(&q->lock, irq);
}

static bool entry_wake(struct wait_entry *e, u32 key, bool sync)
{
	if (e->wake)
		return e->wake(e, key);
	return sync ? thread_wake_sync(e->thread, WAKE_NORMAL) :
		      thread_wake(e->thread, WAKE_NORMAL);
}

/* Queue lock held. @nr: exclusive ones to wake, 0: all. */
static void wake_locked(struct wait_queue *q, u32 nr, u32 key, bool sync)
{
	struct wait_entry *e, *tmp;

	for_each_list_safe(e, tmp, &q->entries, link) {
		bool exclusive = e->exclusive;

		if (entry_wake(e, key, sync) && exclusive && nr && !--nr)
			return;
	}
}

void wait_queue_wake(struct wait_queue *q, u32 nr, u32 key)
{
	u64 irq = spin_lock_irqsave(&q->lock);

	wake_locked(q, nr, key, false);
	spin_unlock_irqrestore(&q->lock, irq);
}

void wait_queue_wake_sync(struct wait_queue *q, u32 nr, u32 key)
{
	u64 irq = spin_lock_irqsave(&q->lock);

	wake_locked(q, nr, key, true);
	spin_unlock_irqrestore(&q->lock, irq);
}

void wait_queue_wake_nested(struct wait_queue *q, u32 nr, u32 key)
{
	u64 irq = irq_save();

	spin_lock_nested(&q->lock);
	wake_locked(q, nr, key, false);
	spin_unlock_irqrestore(&q->lock, irq);
}

void completion_init(struct completion *c)
{
	wait_queue_init(&c->queue);
	c->done = 0;
}

void complete(struct completion *c)
{
	u64 irq = spin_lock_irqsave(&c->queue.lock);

	if (c->done != U32_MAX)
		c->done++;
	wake_locked(&c->queue, 1, 0, true);
	spin_unlock_irqrestore(&c->queue.lock, irq);
}

void complete_all(struct completion *c)
{
	u64 irq = spin_lock_irqsave(&c->queue.lock);

	c->done = U32_MAX;
	wake_locked(&c->queue, 0, 0, false);
	spin_unlock_irqrestore(&c->queue.lock, irq);
}

/* Take one of what is done. Under the lock: the completer, who holds it, has
 * let go of the memory when the waiter returns. */
static bool completion_take(struct completion *c)
{
	if (!c->done)
		return false;
	if (c->done != U32_MAX)
		c->done--;
	return true;
}

/* One turn of the wait, with the lock: 0 done, 1 sleep (and the state is
 * set), -ERESTARTSYS. @e is in the queue exactly when the result is 1. */
static int completion_turn(struct completion *c, struct wait_entry *e,
			   enum thread_state state)
{
	u64 irq = spin_lock_irqsave(&c->queue.lock);
	int r = 0;

	if (!completion_take(c))
		r = signal_interrupts(state) ? -ERESTARTSYS : 1;
	if (r != 1) {
		list_del(&e->link);
	} else {
		if (list_empty(&e->link))
			list_add_tail(&c->queue.entries, &e->link);
		/* A waker takes the lock first, so no barrier is needed but
		 * for a signal; partner: thread_wake. */
		thread_set_state(state);
		if (signal_interrupts(state))
			WRITE_ONCE(current_thread()->state, THREAD_RUNNING);
	}
	spin_unlock_irqrestore(&c->queue.lock, irq);
	return r;
}

static int completion_wait_state(struct completion *c, enum thread_state state)
{
	struct wait_entry e;
	int r;

	assert_may_sleep("completion_wait");
	wait_entry_init(&e);
	e.exclusive = 1;
	while ((r = completion_turn(c, &e, state)) == 1)
		schedule();
	return r;
}

void completion_wait(struct completion *c)
{
	(void)completion_wait_state(c, THREAD_UNINTERRUPTIBLE);
}

int completion_wait_killable(struct completion *c)
{
	return completion_wait_state(c, THREAD_KILLABLE);
}
