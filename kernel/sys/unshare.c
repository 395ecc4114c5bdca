/*
 * kernel/sys/unshare.c - away from what is shared
 *
 * What:  call. Optional.
 * Not:   the work: kernel/proc/unshare.c.
 * See:   unshare(2).
 */
#include "calls.h"

#include <proc/lifecycle.h>

long sys_unshare(u64 flags)
{
	return task_unshare(flags);
}
