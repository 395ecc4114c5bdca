/*
 * kernel/sys/futex.c - futex, robust lists
 *
 * What:  the times of futex(2) become deadlines. Optional.
 * Not:   waiting and waking: kernel/proc/futex.c.
 * See:   futex(2), get_robust_list(2).
 */
#include "calls.h"

#include <proc/futex.h>
#include <proc/task.h>
#include <proc/timens.h>
#include <sched/wallclock.h>
#include "time_util.h"
#include <uapi/errno.h>
#include <uapi/futex.h>
#include <vm/uaccess.h>

/* FUTEX_WAIT: from now; the others: a moment of one of two clocks. */
static int futex_deadline(u64 *deadline_ns, int op, uptr_t utime)
{
	struct timespec ts;
	s64 offset = wallclock_offset_ns();
	u64 ns;
	int err;

	if (timespec_from_user(&ts, utime))
		return -EFAULT;
	err = timespec_to_ns(&ts, &ns);
	if (err)
		return err;
	if ((op & FUTEX_CMD_MASK) == FUTEX_LOCK_PI)
		op |= FUTEX_CLOCK_REALTIME;
	if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT)
		ns = deadline_after(ns);
	else if ((op & FUTEX_CLOCK_REALTIME) && ns != U64_MAX)
		ns = (s64)ns > offset ? ns - (u64)offset : 0;
	else if (!(op & FUTEX_CLOCK_REALTIME))
		ns = timens_to_host(CLOCK_MONOTONIC, ns);
	*deadline_ns = ns;
	return 0;
}

static bool has_timeout(int op)
{
	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
	case FUTEX_WAIT_REQUEUE_PI:
		return true;
	}
	return false;
}

long sys_futex(uptr_t addr, int op, u32 val, uptr_t utime, uptr_t addr2,
	       u32 val3)
{
	struct futex_args a = {
		.addr = addr, .addr2 = addr2, .op = op, .val = val,
		.val2 = (u32)utime, .val3 = val3, .deadline_ns = U64_MAX,
	};
	int err = 0;

	if (utime && has_timeout(op))
		err = futex_deadline(&a.deadline_ns, op, utime);
	return err ? err : futex_call(&a);
}

long sys_set_robust_list(uptr_t head, size_t size)
{
	if (size != sizeof(struct robust_list_head))
		return -EINVAL;
	current_task()->robust_list = head;
	return 0;
}

long sys_get_robust_list(pid_t pid, uptr_t uhead, uptr_t usize)
{
	struct task *t = pid ? task_find_get(pid) : task_get(current_task());
	uptr_t head;
	bool allowed;

	if (!t)
		return -ESRCH;
	allowed = task_may_access(t, true);
	head = READ_ONCE(t->robust_list);
	task_put(t);
	if (!allowed)
		return -EPERM;
	if (put_user_u64(usize, sizeof(struct robust_list_head)))
		return -EFAULT;
	return put_user_u64(uhead, head);
}
