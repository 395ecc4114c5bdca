/*
 * include/mm/alloc_fault.h - allocations that fail when told to
 *
 * What:  each thread has a countdown; the allocation that brings it to zero
 *        fails. In debug builds only: a release never fails on purpose.
 * Locks: a countdown is written by its own thread, and read by anyone.
 * See:   docs/testing.md; /proc/PID/fail-nth (kernel/proc/procfs_fault.c)
 */
#ifndef MM_ALLOC_FAULT_H
#define MM_ALLOC_FAULT_H

#include <lib/types.h>

struct alloc_fault {
	u32 left;	/* [c] allocations until the failure, 0: none comes */
	bool hit;	/* [c] it came */
};

#ifdef NIDUS_DEBUG
/* This CPU runs the thread of @next from now on. Interrupts are off. */
void alloc_fault_switch(struct alloc_fault *next);
#else
static inline void alloc_fault_switch(struct alloc_fault *next UNUSED)
{
}
#endif

/* The @n-th allocation of the current thread from now fails, once; 0 turns it
 * off. Allocations of interrupts do not count. False: a release build. */
bool alloc_fault_set(u32 n);
/* Did the failure that was asked for happen? */
bool alloc_fault_hit(void);

#endif
