/*
 * arch/x86_64/percpu.c - the per-CPU areas
 *
 * What:  percpu_delta and the creation of an area for each CPU but the first,
 *        which uses the link-time section .bss.percpu itself.
 * Locks: none; the table is written before a CPU starts, then constant.
 * Life:  an area is zeroed memory of the section's size, never freed.
 */
#include <arch/percpu.h>

#include <arch/upcall.h>
#include <asm/cpu.h>
#include <core/assert.h>
#include <core/image.h>
#include <lib/cpumask.h>
#include <uapi/errno.h>

static_assert(offsetof(struct cpu_local, delta) == 0, "LOCAL_DELTA");
static_assert(offsetof(struct cpu_local, current) == 8, "LOCAL_CURRENT");
static_assert(offsetof(struct cpu_local, scratch) == 16, "LOCAL_SCRATCH");

DEFINE_PER_CPU(struct cpu_local, cpu_local) ALIGNED(64);

/* [I] before the CPU starts; 0 is right for the boot CPU. */
static u64 deltas[MAX_CPUS];

u64 percpu_delta(u32 cpu)
{
	return deltas[cpu];
}

int percpu_create(u32 cpu)
{
	u64 size = (u64)(percpu_end - percpu_start);
	struct cpu_local *local;
	void *area;

	ASSERT(cpu && cpu < MAX_CPUS && !deltas[cpu]);
	area = upcall_mem_alloc(size);
	if (!area)
		return -ENOMEM;
	deltas[cpu] = (u64)area - (u64)percpu_start;
	local = per_cpu_ptr(&cpu_local, cpu);
	local->delta = deltas[cpu];
	local->id = cpu;
	return 0;
}
