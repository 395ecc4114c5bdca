/*
 * kernel/proc/exec_random.c - where a program's parts lie, told by chance
 *
 * What:  randomize_va_space: the stack and, with it, what mmap places, the
 *        vDSO too; a program that may be loaded anywhere; the stack pointer;
 *        from 2 on the heap. Steps of what one page table maps keep all as
 *        near together as it was, and the heap stays within the table where it
 *        would begin, or begins in the next one: an execve makes no more page
 *        tables by it.
 * Locks: none of its own.
 * See:   proc(5): /proc/sys/kernel/randomize_va_space; personality(2):
 *        ADDR_NO_RANDOMIZE; docs/memory-map.md
 */
#include "exec.h"

#include <arch/mmu.h>
#include <fs/random.h>
#include <proc/task.h>
#include <uapi/personality.h>
#include <vm/aspace.h>

#define STEP (2ul << 20)
#define STEP_BITS 23
#define STEPS (1ul << STEP_BITS)	/* 16 TiB */

int exec_randomize;

void exec_place(struct exec *x)
{
	int how = READ_ONCE(exec_randomize);
	u64 chance;		/* each byte more costs much */

	if (!how || (!x->runs_set_id &&
		     (current_task()->personality & ADDR_NO_RANDOMIZE)))
		return;
	random_bytes(&chance, sizeof(chance));
	x->chance.taken = true;
	x->as->stack_top -= chance % STEPS * STEP;
	x->chance.program = (chance >> STEP_BITS) % STEPS * STEP;
	x->chance.sp = (u32)(chance >> 2 * STEP_BITS) & 0xff;
	if (how > 1)
		x->chance.heap = (u32)(chance >> (2 * STEP_BITS + 8)) + 1;
}
