/*
 * kernel/sys/msync.c - what of a mapping is in memory, and written back
 *
 * What:  copy in, call. Optional.
 * Not:   the work: mm/vm/msync.c.
 * See:   msync(2), mincore(2)
 */
#include "calls.h"

#include <proc/task.h>
#include <vm/aspace.h>

long sys_msync(u64 addr, u64 len, int flags)
{
	return vm_msync(current_task()->aspace, addr, len, flags);
}

long sys_mincore(u64 addr, u64 len, uptr_t vec)
{
	return vm_mincore(current_task()->aspace, addr, len, vec);
}
