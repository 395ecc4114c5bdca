/*
 * mm/vm/limits.c - how much an address space may have
 *
 * What:  RLIMIT_AS, RLIMIT_DATA and RLIMIT_MEMLOCK against the counters of
 *        an address space, and the test for what no machine like this one
 *        could provide; the hooks through which the layers above tell the
 *        caller's limits and keep files.
 * Locks: aspace->lock of the caller for the counters; the hooks are set once
 *        at boot.
 * See:   getrlimit(2); proc(5), vm.overcommit_memory: this is mode 0.
 */
#include "vm_internal.h"

#include <uapi/resource.h>

struct atomic vm_max_map_count = ATOMIC_INIT(65530);
int vm_overcommit;
static u64 ram_pages;				/* [I] */
static void (*limits_hook)(struct vm_limits *);	/* [I] */
static const struct vm_file_hooks *file_hooks;	/* [I] */

void vm_limits_init(void)
{
	struct mm_stat stat;

	mm_stat_get(&stat);
	ram_pages = stat.total_pages;
}

void vm_set_limits_hook(void (*fn)(struct vm_limits *out))
{
	limits_hook = fn;
}

void vm_limits_current(struct vm_limits *out)
{
	if (limits_hook) {
		limits_hook(out);
		return;
	}
	*out = (struct vm_limits){
		.as_bytes = RLIM_INFINITY,
		.data_bytes = RLIM_INFINITY,
		.stack_bytes = RLIM_INFINITY,
		.memlock_bytes = RLIM_INFINITY,
	};
}

void vm_set_file_hooks(const struct vm_file_hooks *hooks)
{
	file_hooks = hooks;
}

void file_hook_get(void *file)
{
	if (file)
		file_hooks->get(file);
}

void file_hook_put(void *file)
{
	if (file)
		file_hooks->put(file);
}

int vm_check_expand(const struct aspace *as, const struct vm_growth *g,
		    const struct vm_limits *limits)
{
	if (as->total_pages + g->npages > limits->as_bytes >> PAGE_SHIFT)
		return -ENOMEM;
	if (region_flags_data(g->flags) &&
	    as->data_pages + g->npages > limits->data_bytes >> PAGE_SHIFT)
		return -ENOMEM;
	return 0;
}

int vm_check_locked(const struct aspace *as, const struct vm_growth *g,
		    const struct vm_limits *limits)
{
	if (!(g->flags & REGION_LOCKED))
		return 0;
	if (as->locked_pages + g->npages > limits->memlock_bytes >> PAGE_SHIFT)
		return -EAGAIN;
	return 0;
}

int vm_check_memory(const struct vm_growth *g)
{
	if (g->flags & (REGION_NORESERVE | REGION_SHARED) ||
	    !(g->flags & REGION_WRITE) || READ_ONCE(vm_overcommit) == 1)
		return 0;
	return g->npages > ram_pages ? -ENOMEM : 0;
}
