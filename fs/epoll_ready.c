/*
 * fs/epoll_ready.c - what of an epoll is ready, and who waits for it
 *
 * What:  a wake-up of a watched file marks its item and wakes the waiters;
 *        they ask the files of the ready list, and no others.
 * Locks: fs/epoll.c has them all. The wake-up takes ep->lock alone; a batch is
 *        taken, asked and given back under ep->mutex, so there is one at a
 *        time.
 * Not:   which files are watched (epoll.c).
 * See:   epoll_wait(2)
 */
#include "epoll_internal.h"

#include <vm/uaccess.h>

/* Bits of an item that are no events. */
#define PRIVATE_BITS (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)

/* Is anything to be asked for? What another thread is asking now may well be
 * ready: to know, one has to wait for the mutex. */
static bool has_ready(struct epoll *ep)
{
	bool ready = !list_empty(&ep->ready);

	if (ready)
		return true;
	spin_lock_irq(&ep->lock);
	ready = !list_empty(&ep->ready) || ep->taken;
	spin_unlock_irq(&ep->lock);
	return ready;
}

bool epoll_item_mark(struct epoll_item *item, u32 key)
{
	struct epoll *ep = item->ep;
	u64 irq = spin_lock_irqsave(&ep->lock);
	u32 wanted = item->event.events & ~PRIVATE_BITS;
	bool mark = wanted && (!key || (key & wanted));

	if (mark && list_empty(&item->ready_link))
		list_add_tail(&ep->ready, &item->ready_link);
	spin_unlock_irqrestore(&ep->lock, irq);
	return mark;
}

bool epoll_wake(struct epoll *ep)
{
	bool waiting = wait_queue_active(&ep->wait);

	if (waiting)
		wait_queue_wake_nested(&ep->wait, 1, 0);
	if (wait_queue_active(&ep->poll_wait))
		wait_queue_wake_nested(&ep->poll_wait, 0, POLLIN | POLLRDNORM);
	return waiting;
}

bool epoll_hook_wake(struct wait_entry *e, u32 key)
{
	struct epoll_hook *h = container_of(e, struct epoll_hook, wait);

	if (key & POLLFREE) {
		list_del(&e->link);
		/* Partner: hook_remove. */
		store_release(&h->queue, NULL);
		return false;
	}
	return epoll_item_mark(h->item, key) && epoll_wake(h->item->ep);
}

/* All items that are ready now, in order. ep->mutex held, so that there is one
 * such list at a time. */
static void take_ready(struct epoll *ep, struct list *batch)
{
	list_init(batch);
	spin_lock_irq(&ep->lock);
	list_splice_tail(batch, &ep->ready);
	ep->taken = true;
	spin_unlock_irq(&ep->lock);
}

/* The next one of @batch; from now on a wake-up may mark it again. */
static struct epoll_item *batch_next(struct epoll *ep, struct list *batch)
{
	struct epoll_item *item = NULL;

	spin_lock_irq(&ep->lock);
	if (!list_empty(batch)) {
		item = list_first(batch, struct epoll_item, ready_link);
		list_del(&item->ready_link);
	}
	spin_unlock_irq(&ep->lock);
	return item;
}

/* What was not looked at goes in front of what came meanwhile. */
static void batch_return(struct epoll *ep, struct list *batch)
{
	bool more;

	spin_lock_irq(&ep->lock);
	list_splice_tail(batch, &ep->ready);
	list_splice_tail(&ep->ready, batch);
	ep->taken = false;
	more = !list_empty(&ep->ready);
	spin_unlock_irq(&ep->lock);
	if (more && wait_queue_active(&ep->wait))
		wait_queue_wake(&ep->wait, 1, 0);
}

static void item_requeue(struct epoll_item *item)
{
	spin_lock_irq(&item->ep->lock);
	if (list_empty(&item->ready_link))
		list_add_tail(&item->ep->ready, &item->ready_link);
	spin_unlock_irq(&item->ep->lock);
}

/* @item was told: once only, again at the next wake-up, or as long as it is
 * ready. */
static void item_told(struct epoll_item *item)
{
	u32 events = item->event.events;

	if (events & EPOLLONESHOT) {
		spin_lock_irq(&item->ep->lock);
		item->event.events &= PRIVATE_BITS;
		spin_unlock_irq(&item->ep->lock);
	} else if (!(events & EPOLLET)) {
		item_requeue(item);
	}
}

/* 1: told, 0: not ready, -EFAULT. ep->mutex held. */
static int item_tell(struct epoll_item *item, uptr_t to)
{
	struct epoll_event ev = {
		.events = epoll_item_ask(item, NULL),
		.data = item->event.data,
	};

	if (!ev.events)
		return 0;
	if (copy_to_user(to, &ev, sizeof(ev))) {
		item_requeue(item);
		return -EFAULT;
	}
	item_told(item);
	return 1;
}

/* Tell what is ready. Number of events, or -EFAULT for the first. */
static long tell_ready(struct epoll *ep, const struct epoll_collect_args *args)
{
	struct epoll_item *item;
	struct list batch;
	long n = 0;
	int told = 0;

	mutex_lock(&ep->mutex);
	take_ready(ep, &batch);
	while (n < args->max && told >= 0) {
		item = batch_next(ep, &batch);
		if (!item)
			break;
		told = item_tell(item, args->events + (u64)n *
				 sizeof(struct epoll_event));
		n += max(told, 0);
		cond_resched();
	}
	batch_return(ep, &batch);
	mutex_unlock(&ep->mutex);
	return n ? n : told;
}

/* Sleep until something may be ready. 0 or -ETIMEDOUT. */
static int wait_ready(struct epoll *ep, u64 deadline_ns)
{
	struct wait_entry e;
	int err = 0;

	wait_entry_init(&e);
	wait_queue_add_exclusive(&ep->wait, &e);
	thread_set_state(THREAD_INTERRUPTIBLE);
	if (!has_ready(ep) && !signal_interrupts(THREAD_INTERRUPTIBLE))
		err = schedule_until(deadline_ns);
	thread_set_state(THREAD_RUNNING);
	wait_queue_remove(&ep->wait, &e);
	return err;
}

long epoll_collect(struct file *f, const struct epoll_collect_args *args)
{
	struct epoll *ep = f->private;
	bool timed_out = !args->deadline_ns;
	long n;

	for (;;) {
		n = has_ready(ep) ? tell_ready(ep, args) : 0;
		if (n || timed_out)
			return n;
		if (signal_interrupts(THREAD_INTERRUPTIBLE))
			return -EINTR;
		timed_out = wait_ready(ep, args->deadline_ns) == -ETIMEDOUT;
	}
}

/* Is any item on the ready list really ready? Those that are not leave it. */
u32 epoll_poll(struct file *f, struct poll_table *pt)
{
	struct epoll *ep = f->private;
	struct epoll_item *item;
	struct list batch;
	u32 events = 0;

	poll_wait(pt, f, &ep->poll_wait);
	if (!has_ready(ep))
		return 0;
	mutex_lock_nested(&ep->mutex);
	take_ready(ep, &batch);
	while (!events && (item = batch_next(ep, &batch)) != NULL) {
		if (!epoll_item_ask(item, NULL))
			continue;
		item_requeue(item);
		events = POLLIN | POLLRDNORM;
	}
	batch_return(ep, &batch);
	mutex_unlock(&ep->mutex);
	return events;
}
