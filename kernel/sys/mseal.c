/*
 * kernel/sys/mseal.c - mseal
 *
 * Not:   the work: mm/vm/mseal.c.
 * See:   mseal(2).
 */
#include "calls.h"

#include <proc/task.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

long sys_mseal(u64 addr, u64 len, u64 flags)
{
	return flags ? -EINVAL : vm_mseal(current_task()->aspace, addr, len);
}
