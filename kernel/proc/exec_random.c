/*
 * kernel/proc/exec_random.c - where a program's parts lie, told by chance
 *
 * What:  randomize_va_space: the stack and, with it, what mmap places, the
 *        vDSO too; a program that may be loaded anywhere; the stack pointer;
 *        from 2 on the heap. Steps of what one page table maps keep all as
 *        near together as it was: no program has more page tables by it.
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
#define STEPS (1ul << 23)	/* 16 TiB */

int exec_randomize = 2;

void exec_place(struct exec *x)
{
	int how = READ_ONCE(exec_randomize);
	u64 chance[2];

	if (!how || (!x->runs_set_id &&
		     (current_task()->personality & ADDR_NO_RANDOMIZE)))
		return;
	random_bytes(chance, sizeof(chance));
	x->as->stack_top -= chance[0] % STEPS * STEP;
	x->chance.program = chance[1] % STEPS * STEP;
	x->chance.sp = (u32)(chance[0] >> 32);
	if (how > 1)
		x->chance.heap = (u32)(chance[1] >> 32) | 1;
}
