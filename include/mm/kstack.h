/*
 * include/mm/kstack.h - kernel stacks with guard pages below
 */
#ifndef MM_KSTACK_H
#define MM_KSTACK_H

#include <lib/types.h>

/* Debug builds have deeper frames, and kstack_depth to see what is needed. */
#ifdef NIDUS_DEBUG
#define KSTACK_SIZE 16384ul
#else
#define KSTACK_SIZE 8192ul
#endif

/*
 * kstack_alloc - a kernel stack
 * Context: task, interrupts on (or only one CPU yet), no spinlock held; never
 *          sleeps
 * Return:  its top address (16-byte aligned), 0: no memory. Reuses freed ones,
 *          which costs neither mappings nor flushes.
 */
u64 kstack_alloc(void);
/* Context: as kstack_alloc; not the stack that runs. */
void kstack_free(u64 top);
/* Is @addr in the guard area of a stack? For the fault message. Any context. */
bool kstack_is_guard(u64 addr);
/* Lowest address of the stack whose top is @top. */
static inline u64 kstack_base(u64 top)
{
	return top - KSTACK_SIZE;
}
/* Stacks that exist, free ones included, for /proc/meminfo. */
u64 kstack_count(void);
/* Most bytes of a stack that a thread, now ended, has used (debug; else 0). */
u64 kstack_depth(void);

#endif
