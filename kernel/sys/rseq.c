/*
 * kernel/sys/rseq.c - rseq: a thread says where its area is
 *
 * What:  the checks of rseq(2), in Linux's order.
 * Locks: none; the area belongs to the current task.
 * Not:   what the area does: kernel/proc/rseq.c.
 * See:   docs/rseq.md.
 */
#include "calls.h"

#include <proc/rseq.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/sched.h>
#include <vm/uaccess.h>

/* Is it the area that the thread has? */
static int same(const struct rseq_area *a, uptr_t at, u32 len, u32 signature)
{
	if (a->at != at || a->len != len)
		return -EINVAL;
	return a->signature == signature ? 0 : -EPERM;
}

/* The values of an area that is not in use. */
static int clear_area(uptr_t at)
{
	const u32 where[2] = { 0, U32_MAX };
	const u32 what[2] = { 0, 0 };

	if (copy_to_user(at, where, sizeof(where)))
		return -EFAULT;
	return copy_to_user(at + offsetof(struct rseq, node_id), what,
			    sizeof(what));
}

static long unregister(uptr_t at, u32 len, u32 signature)
{
	const struct rseq_area *a = &current_task()->rseq;
	int err = a->at ? same(a, at, len, signature) : -EINVAL;

	if (!err)
		err = clear_area(at);
	if (!err)
		rseq_leave();
	return err;
}

long sys_rseq(uptr_t at, u32 len, int flags, u32 signature)
{
	const struct rseq_area *a = &current_task()->rseq;

	if (flags == RSEQ_FLAG_UNREGISTER)
		return unregister(at, len, signature);
	if (flags)
		return -EINVAL;
	if (a->at) {
		int err = same(a, at, len, signature);

		return err ? err : -EBUSY;
	}
	/* Longer ones, of later days, are aligned alike. */
	if (len < sizeof(struct rseq) || at % sizeof(struct rseq))
		return -EINVAL;
	if (!user_range_ok(at, len))
		return -EFAULT;
	return rseq_register(at, len, signature);
}
