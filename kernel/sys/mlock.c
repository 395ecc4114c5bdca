/*
 * kernel/sys/mlock.c - memory that stays
 *
 * What:  copy in, check, call. Optional.
 * Not:   the work: mm/vm/mlock.c.
 * See:   mlock(2), mlockall(2)
 */
#include "calls.h"

#include "memory_limits.h"
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/mman.h>
#include <vm/aspace.h>

static long lock_range(u64 addr, u64 len, enum vm_lock_mode mode)
{
	const struct vm_limits l = vm_limits_now();
	const struct mlock_args args = {
		.addr = addr, .len = len, .mode = mode, .limits = &l,
	};

	return vm_mlock(current_task()->aspace, &args);
}

long sys_mlock(u64 addr, u64 len)
{
	return lock_range(addr, len, VM_LOCK);
}

long sys_mlock2(u64 addr, u64 len, int flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return lock_range(addr, len, flags & MLOCK_ONFAULT ?
			  VM_LOCK_ONFAULT : VM_LOCK);
}

long sys_munlock(u64 addr, u64 len)
{
	return lock_range(addr, len, VM_UNLOCK);
}

long sys_mlockall(int flags)
{
	const struct vm_limits l = vm_limits_now();

	return vm_mlockall(current_task()->aspace, flags, &l);
}

long sys_munlockall(void)
{
	return vm_munlockall(current_task()->aspace);
}
