/*
 * arch/x86_64/include/asm/power.h - the last way to start again
 */
#ifndef ASM_POWER_H
#define ASM_POWER_H

#include <lib/types.h>

/* Make the processor reset itself: an exception with an empty table. */
static inline NORETURN void triple_fault(void)
{
	struct {
		u16 limit;
		u64 base;
	} PACKED none = { 0, 0 };

	for (;;)
		__asm__ volatile("lidt %0; int3" : : "m"(none));
}

#endif
