/*
 * arch/x86_64/include/asm/power.h - preparing for the end
 */
#ifndef ASM_POWER_H
#define ASM_POWER_H

#include <lib/types.h>

/* Map the registers that power-off and restart write.
 * Context: boot CPU, after acpi_init. */
void power_init(void);

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
