/*
 * kernel/proc/futex_robust.c - locks whose owner died
 *
 * What:  a thread that ends or leaves its memory marks the locks on its robust
 *        list as owned by a dead thread, and wakes one waiter of each.
 * Context: the current task, in the address space that has the list. Nothing
 *        in it can be trusted: a bad pointer ends the walk.
 * See:   get_robust_list(2).
 */
#include "futex_internal.h"

#include <arch/usercopy.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/futex.h>
#include <vm/uaccess.h>

/* Bit 0 of a list pointer. */
#define ROBUST_PI 1ul

/* The lock word at @addr, if the dying @t owns it. False: a bad address. */
static bool owner_died(struct task *t, uptr_t addr, bool pi, bool pending)
{
	u32 now, seen;

	if (addr % sizeof(now) || get_user_u32(&now, addr))
		return false;
	/* It was about to unlock, or to lock with nobody in its way: the word
	 * is free, but the wake-up may not have happened. */
	if (pending && !pi && !now) {
		futex_wake_user(addr, 1);
		return true;
	}
	for (;;) {
		if ((now & FUTEX_TID_MASK) != (u32)pid_vnr(t->pid))
			return true;
		if (usercopy_cas32(addr, now, (now & FUTEX_WAITERS) |
				   FUTEX_OWNER_DIED, &seen))
			return false;
		if (seen == now)
			break;
		now = seen;
		cond_resched();
	}
	if (!pi && (now & FUTEX_WAITERS))
		futex_wake_user(addr, 1);
	return true;
}

static void walk(struct task *t, uptr_t head, const struct robust_list_head *h)
{
	u64 offset = (u64)h->futex_offset;
	u64 pending = h->list_op_pending;
	u64 entry = h->list;
	u64 next;

	for (u32 n = 0; (entry & ~ROBUST_PI) != head; n++) {
		/* First the next one: this may vanish when it is marked. */
		bool more = n < ROBUST_LIST_LIMIT &&
			    !get_user_u64(&next, entry & ~ROBUST_PI);

		if ((entry & ~ROBUST_PI) != (pending & ~ROBUST_PI) &&
		    !owner_died(t, (entry & ~ROBUST_PI) + offset,
				entry & ROBUST_PI, false))
			return;
		if (!more)
			break;
		entry = next;
		cond_resched();
	}
	if (pending & ~ROBUST_PI)
		owner_died(t, (pending & ~ROBUST_PI) + offset,
			   pending & ROBUST_PI, true);
}

void futex_exit(struct task *t)
{
	uptr_t head = t->robust_list;
	struct robust_list_head h;

	t->robust_list = 0;
	if (head && !copy_from_user(&h, head, sizeof(h)))
		walk(t, head, &h);
	if (futex_pi_exit)
		futex_pi_exit(t);
}
