/*
 * arch/x86_64/include/asm/hostile.h - hardware made worse than it is, for tests
 *
 * What:  the boot word hostile=NAME of debug builds lets the processor seem
 *        broken in one way; the places that must cope ask hostile().
 * Not:   firmware tables: tests bring their own (acpi_rsdp=, docs/boot.md).
 * See:   tests/scenario/hostile.py
 */
#ifndef ASM_HOSTILE_H
#define ASM_HOSTILE_H

#include <lib/types.h>

enum hostile {
	HOSTILE_NOTHING,
	/* CPU 1 starts, and stops before it says so */
	HOSTILE_FROZEN_CPU,
	/* the local APIC's timer does not count */
	HOSTILE_APIC_TIMER,
	/* CPU 1's time stamp counter is far behind the others' */
	HOSTILE_TSC,
	/* firmware left the local APICs in x2APIC mode */
	HOSTILE_X2APIC,
	/* interrupts that nobody asked for */
	HOSTILE_INTERRUPTS,
	/* while the others start, the host runs nothing of this machine */
	HOSTILE_PAUSE,
	/* CPU 1's first start leads nowhere */
	HOSTILE_LOST_CPU,
	/* ... and a start-up message follows its second INIT at once */
	HOSTILE_STALE_START,
};

#ifdef NIDUS_DEBUG
OPTIONAL extern enum hostile hostile_kind;	/* [I] after the command line */

static inline bool hostile(enum hostile kind)
{
	return &hostile_kind && hostile_kind == kind;
}
#else
static inline bool hostile(enum hostile kind)
{
	return kind == HOSTILE_NOTHING;
}
#endif

/* The rest is called only if hostile() says so: hostile.c is optional. Send
 * interrupts. All CPUs run. */
OPTIONAL void hostile_interrupts(void);
/* The boot CPU is gone for longer than anybody is waited for; the others come
 * soon after its third time. */
OPTIONAL void hostile_pause(void);
OPTIONAL void hostile_come_late(void);
/* Is it the first time that @cpu, which is to be lost, starts? */
OPTIONAL bool hostile_get_lost(u32 cpu);
/* INIT was sent to the CPU with @apic_id just now. */
OPTIONAL void hostile_start_early(u32 apic_id);

#endif
