/*
 * include/arch/clock.h - time sources and the one-shot timer
 */
#ifndef ARCH_CLOCK_H
#define ARCH_CLOCK_H

#include <lib/types.h>
#include <uapi/time.h>


/* Nanoseconds since boot, monotonic across CPUs. Context: any. */
u64 clock_now_ns(void);
/* What to add to clock_now_ns() for nanoseconds since 1970 (UTC): read from
 * the RTC once at boot, then constant; 0 when the machine has no RTC. */
u64 clock_boot_epoch_ns(void);
/* TSC frequency in kHz, and the name of the source ("tsc", "hpet", ...). */
u32 clock_tsc_khz(void);
const char *clock_source_name(void);
/* Arm this CPU's one-shot timer; upcall_timer runs at or soon after
 * @deadline_ns (clock_now_ns scale); U64_MAX disarms. Interrupts off. */
void clock_arm(u64 deadline_ns);
/* Busy wait, bounded, for hardware protocols only. */
void clock_delay_us(u32 us);

#endif
