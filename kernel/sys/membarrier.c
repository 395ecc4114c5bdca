/*
 * kernel/sys/membarrier.c - memory barriers of other processors
 *
 * What:  calls to the processors that run the same memory. Optional.
 * Locks: none; what was registered is an atomic word of the aspace.
 * See:   membarrier(2)
 */
#include "calls.h"

#include <arch/smp.h>
#include <proc/rseq.h>
#include <proc/task.h>
#include <sched/rcu_wait.h>
#include <sched/sched.h>
#include <uapi/errno.h>
#include <uapi/sched.h>
#include <vm/aspace.h>

/* What this kernel can do, as MEMBARRIER_CMD_QUERY tells. */
#define MEMBARRIER_COMMANDS \
	(MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED | \
	 MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | \
	 MEMBARRIER_CMD_PRIVATE_EXPEDITED | \
	 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | \
	 MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE | \
	 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE | \
	 MEMBARRIER_CMD_GET_REGISTRATIONS)

/* Returning from the interrupt is what serialises the instruction stream. */
static void barrier_here(void *unused UNUSED)
{
	smp_mb();
}

static void barrier_on(const struct cpumask *mask)
{
	smp_mb();
	smp_call(mask, barrier_here, NULL);
	smp_mb();
}

/* As if the thread here had been switched away from. */
static void abort_here(void *unused UNUSED)
{
	thread_notify(current_thread(), current_thread()->resume_work);
}

/* @cpu: the only one that matters, -1: all. Where the memory is not in use, or
 * no such processor is, there is nothing to do. */
static long rseq_barrier(int cpu)
{
	const struct cpumask *users = &current_task()->aspace->mmu.cpus;
	struct cpumask one = { 0 };

	if (!((u32)atomic_read(&current_task()->aspace->membarrier) &
	      MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ))
		return -EPERM;
	smp_mb();
	if (cpu >= 0 && (u32)cpu < cpu_online_count() &&
	    cpumask_test(users, (u32)cpu))
		cpumask_set(&one, (u32)cpu);
	smp_call(cpu < 0 ? users : &one, abort_here, NULL);
	smp_mb();
	return 0;
}

static long private_barrier(u32 registration)
{
	struct aspace *as = current_task()->aspace;

	if (!((u32)atomic_read(&as->membarrier) & registration))
		return -EPERM;
	barrier_on(&as->mmu.cpus);
	return 0;
}

static long membarrier_register(u32 registration)
{
	atomic_fetch_or(&current_task()->aspace->membarrier,
			(int)registration);
	return 0;
}

/* The commands of an optional facility. */
static long membarrier_rseq(int cmd, u32 flags, int cpu)
{
	if (!rseq_register || (flags & ~(u32)MEMBARRIER_CMD_FLAG_CPU))
		return -EINVAL;
	if (cmd == MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ)
		return rseq_barrier(flags ? cpu : -1);
	return flags ? -EINVAL : membarrier_register((u32)cmd);
}

/* Linux tells of the plain one as soon as a special one is registered. */
static long membarrier_registrations(void)
{
	int r = atomic_read(&current_task()->aspace->membarrier);

	if (r & (MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ |
		 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE))
		r |= MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
	return r;
}

static long membarrier_query(void)
{
	return MEMBARRIER_COMMANDS |
	       (rseq_register ?
		MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ |
		MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ : 0);
}

/* The only flag, and @cpu, belong to restartable sequences. */
long sys_membarrier(int cmd, u32 flags, int cpu)
{
	if (cmd == MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ ||
	    cmd == MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ)
		return membarrier_rseq(cmd, flags, cpu);
	if (flags)
		return -EINVAL;
	switch (cmd) {
	case MEMBARRIER_CMD_QUERY:
		return membarrier_query();
	case MEMBARRIER_CMD_GLOBAL:
		if (cpu_online_count() > 1)
			rcu_synchronize();
		return 0;
	case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
		barrier_on(cpu_online_mask());
		return 0;
	case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
		return membarrier_register((u32)cmd);
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
		return private_barrier(
			MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
		return private_barrier(
			MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE);
	case MEMBARRIER_CMD_GET_REGISTRATIONS:
		return membarrier_registrations();
	}
	return -EINVAL;
}
