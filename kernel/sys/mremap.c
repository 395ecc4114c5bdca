/*
 * kernel/sys/mremap.c - mappings grow, shrink and move
 *
 * What:  copy in, call. Optional.
 * Not:   the work: mm/vm/mremap.c.
 * See:   mremap(2)
 */
#include "calls.h"

#include "memory_limits.h"
#include <proc/task.h>
#include <vm/aspace.h>

long sys_mremap(u64 old_addr, u64 old_len, u64 new_len, u64 flags,
		u64 new_addr)
{
	const struct mremap_args args = {
		.old_addr = old_addr, .old_len = old_len, .new_len = new_len,
		.flags = flags, .new_addr = new_addr, .limits = vm_limits_now(),
	};
	u64 at;
	int err = vm_mremap(current_task()->aspace, &args, &at);

	return err ? err : (long)at;
}
