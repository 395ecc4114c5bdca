/*
 * kernel/proc/exec_random.c - where a program's parts lie, told by chance
 *
 * What:  randomize_va_space: the stack, the area of mmap with the vDSO on top,
 *        a program that may be loaded anywhere, the stack pointer; from 2 on
 *        the heap. All of it, and the bytes of AT_RANDOM, are one draw.
 *        An execve makes no more page tables by it: stack and mmap's area stay
 *        within one GiB, what begins in a table has as much room there as it
 *        is likely to use, and the heap is where its first page would be, or
 *        in the next table. All stays within 1 TiB of its usual place, where
 *        Linux has it: programs that divide the addresses count on that.
 * Locks: none of its own.
 * Not:   program and heap (exec_elf.c), stack pointer (exec_stack.c): here only
 *        their numbers are drawn.
 * See:   proc(5): /proc/sys/kernel/randomize_va_space; personality(2):
 *        ADDR_NO_RANDOMIZE; docs/memory-map.md
 */
#include "exec.h"

#include <fs/random.h>
#include <proc/task.h>
#include <uapi/personality.h>
#include <vm/aspace.h>

/* How far down the stack's top is, in steps: one of 1 Ki times a GiB, within
 * its upper half one of 256 tables, the upper half of what that maps. Four
 * pages leave the first ones in one line (arch/x86_64/mmu_internal.h). */
#define STACK_STEP (4 * PAGE_SIZE)
#define STACK_PLACES (0x3ffu << 16 | 0xffu << 7 | 0x3fu)
#define STACK_BITS 26
/* How far mmap's top is below its usual distance from there, in pages: one of
 * 128 tables, the upper quarter of what it maps. */
#define MMAP_PLACES (0x7fu << 9 | 0x7fu)
#define MMAP_BITS 16

#define PROGRAM_BITS 19		/* tables in 1 TiB */

int exec_randomize = 2;

static void place_areas(struct aspace *as, const struct exec_draw *d)
{
	u64 down = (d->stack & STACK_PLACES) * STACK_STEP;

	as->stack_top -= down;
	as->mmap_top = ALIGN_DOWN(as->mmap_top, EXEC_TABLE_BYTES) -
		       ALIGN_UP(down, EXEC_TABLE_BYTES) -
		       (d->mapped & MMAP_PLACES) * PAGE_SIZE;
}

void exec_place(struct exec *x)
{
	int how = READ_ONCE(exec_randomize);
	struct exec_draw *d = &x->draw;

	if (!x->runs_set_id &&
	    (current_task()->personality & ADDR_NO_RANDOMIZE))
		how = 0;
	random_bytes(d, how ? sizeof(*d) : sizeof(d->bytes));
	if (!how)
		return;
	place_areas(x->as, d);
	x->chance.on = true;
	x->chance.program = d->program % BIT(PROGRAM_BITS) * EXEC_TABLE_BYTES;
	x->chance.within = d->program >> PROGRAM_BITS;
	x->chance.sp = d->stack >> STACK_BITS;
	if (how > 1)
		x->chance.heap = (d->mapped >> MMAP_BITS) + 1;
}
