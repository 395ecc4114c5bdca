/*
 * kernel/proc/futex_many.c - waiting for many words at once
 *
 * Locks: the buckets', one after the other.
 * Life:  the waiters are kernel memory of the call; all are off their buckets
 *        before it is freed.
 * See:   futex_waitv in the kernel's documentation of user-space interfaces.
 */
#include "futex_internal.h"

#include <mm/kmalloc.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/futex.h>

/* Take @n waiters off. The index of the last that somebody woke, or -1. */
static int leave_all(struct futex_waiter *w, u32 n)
{
	int woken = -1;

	for (u32 i = 0; i < n; i++) {
		if (!futex_waiter_leave(&w[i]))
			woken = (int)i;
	}
	return woken;
}

static bool any_woken(const struct futex_waiter *w, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		if (!load_acquire(&w[i].bucket))
			return true;
	}
	return false;
}

static int sleep_on_all(const struct futex_waiter *w, u32 n, u64 deadline_ns)
{
	int err = 0;

	for (;;) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (any_woken(w, n) || err)
			break;
		if (signal_pending())
			err = -ERESTARTSYS;
		else
			err = schedule_until(deadline_ns);
	}
	thread_set_state(THREAD_RUNNING);
	return err;
}

static int join_all(struct futex_waiter *w, const struct futex_word *words,
		    u32 n)
{
	for (u32 i = 0; i < n; i++) {
		int err = futex_waiter_join(&w[i], words[i].addr,
					    words[i].val);
		int woken;

		if (!err)
			continue;
		/* A wake-up that came already must not be lost. */
		woken = leave_all(w, i);
		return woken >= 0 ? woken + 1 : err;
	}
	return 0;
}

static long wait_on_all(struct futex_waiter *w, const struct futex_word *words,
			u32 n, u64 deadline_ns)
{
	int ret = join_all(w, words, n), woken;

	if (ret)
		return ret > 0 ? ret - 1 : ret;
	ret = sleep_on_all(w, n, deadline_ns);
	woken = leave_all(w, n);
	return woken >= 0 ? woken : ret;
}

long futex_wait_many(const struct futex_word *words, u32 n, u64 deadline_ns)
{
	struct futex_waiter *w = kcalloc(n, sizeof(*w));
	u32 keys = 0;
	long ret = w ? 0 : -ENOMEM;

	for (; !ret && keys < n; keys++) {
		w[keys].thread = current_thread();
		w[keys].bitset = FUTEX_BITSET_MATCH_ANY;
		ret = futex_key_get(&w[keys].key, words[keys].addr,
				    words[keys].private ? FUTEX_KEY_PRIVATE :
							  0);
		if (ret)
			break;
	}
	if (!ret)
		ret = wait_on_all(w, words, n, deadline_ns);
	while (keys-- > 0)
		futex_key_put(&w[keys].key);
	kfree(w);
	return ret;
}
