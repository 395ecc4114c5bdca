/*
 * kernel/sys/wait_mask.c - a signal mask that holds for one wait
 *
 * Locks: none: only the current task changes its own.
 * See:   sigprocmask(2), ppoll(2)
 */
#include "wait_mask.h"

#include <proc/signal.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

int wait_mask_set(uptr_t umask, size_t size)
{
	struct task *t = current_task();
	u64 mask;

	if (!umask)
		return 0;
	if (size != SIGSET_BYTES)
		return -EINVAL;
	if (get_user_u64(&mask, umask))
		return -EFAULT;
	t->saved_mask = t->blocked;
	t->restore_mask = 1;
	signal_set_blocked(mask);
	return 0;
}

void wait_mask_end(bool interrupted)
{
	struct task *t = current_task();

	if (!t->restore_mask || interrupted)
		return;
	t->restore_mask = 0;
	signal_set_blocked(t->saved_mask);
}
