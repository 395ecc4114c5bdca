/*
 * arch/x86_64/include/asm/clock.h - counters, calibration, the RTC
 *
 * What:  what clock.c, refclock.c, calibrate.c and rtc.c offer to each other
 *        and to the start of CPUs.
 */
#ifndef ASM_CLOCK_H
#define ASM_CLOCK_H

#include <lib/types.h>

/* A free-running counter of known frequency outside the processor. */
struct ref_clock {
	const char *name;
	u64 hz;
	u64 mask;		/* bits that count; they wrap to 0 */
	u64 (*read)(void);	/* any context; bits above the mask are 0 */
};

/*
 * refclock_find - the best counter of this machine that really counts
 * In this order: HPET, ACPI PM timer, PIT channel 2, the APIC timer of a
 * hypervisor that documents its frequency.
 * Context: boot CPU, after firmware_init and lapic_init_boot
 * Return:  borrowed for ever; NULL when there is none.
 */
const struct ref_clock *refclock_find(void);
/* May it serve as the system's clock (any CPU, no side effects)? */
bool refclock_is_shared(const struct ref_clock *ref);

struct calibration {
	u64 tsc_khz;
	u64 lapic_khz;
	const char *how;	/* for the log */
};

/*
 * calibrate - frequencies of the time stamp counter and of the APIC timer
 * @ref:    from refclock_find; may be NULL
 * @total_us: how long a full calibration may as well take (more when its
 *          samples disagree); short ways take 1 ms
 * Context: boot CPU, the APIC timer idle; busy
 */
void calibrate(const struct ref_clock *ref, u32 total_us,
	       struct calibration *out);

/* Time stamp counter, not before earlier loads. */
/* How nanoseconds are made of the TSC: where 0 is, and the scale, by 2^40.
 * False: another clock is used. */
bool clock_tsc_params(u64 *base, u64 *to_ns);

static inline u64 tsc_ordered(void)
{
	u32 lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return ((u64)hi << 32) | lo;
}

/*
 * clock_init - calibrate, choose the clock, read the RTC
 * @settle_us: time that passes anyway (CPUs being reset); see calibrate
 * Context: boot CPU, interrupts off, after lapic_init_boot
 */
void clock_init(u32 settle_us);
/* Timer of an application processor. Context: interrupts off. */
void clock_init_cpu(void);
/* One comparison of this CPU's time stamp counter with all others that call
 * it meanwhile. Context: any. */
void clock_warp_probe(void);
/* After the probes: leave the time stamp counter if CPUs disagreed. */
void clock_warp_judge(void);

/*
 * rtc_read - seconds since 1970 from the real-time clock, taken as UTC
 * Context: boot CPU, after calibration (waits 5 ms at most)
 * Return:  false: there is no clock, or it shows nonsense.
 */
OPTIONAL bool rtc_read(u64 *out);
/* Frequency of the TSC by the RTC's periodic flag, about 15 ms; 0: failed. */
OPTIONAL u64 rtc_measure_tsc_khz(void);

#endif
