/*
 * include/sched/wallclock.h - the time of day
 *
 * What:  CLOCK_REALTIME is the clock_now_ns scale and an offset: what the
 *        machine's clock said at boot, or what clock_settime(2) said since.
 * Context: reading: any.
 */
#ifndef SCHED_WALLCLOCK_H
#define SCHED_WALLCLOCK_H

#include <lib/types.h>
#include <sched/wait.h>

static inline s64 clamp_s64(s64 v, s64 low, s64 high)
{
	return max(low, min(v, high));
}

/* Nanoseconds since 1970 (UTC). */
u64 wallclock_now_ns(void);
/* What to add to a clock_now_ns value to get it. */
s64 wallclock_offset_ns(void);
/* Seconds since 1970 as of the last tick of any CPU: for questions of days. A
 * CPU that runs a program ticks, so only after all were idle is it late. */
s64 wallclock_coarse_s(void);
/* The tick's part of it. @now_ns: of clock_now_ns. */
void wallclock_tick(u64 now_ns);
/* Set the clock; the caller has checked permission. Context: task. */
void wallclock_set(u64 now_ns);
/* adjtimex(2): let it run faster by @ppm_16 / 65536 millionths, from now on. */
void wallclock_set_rate(s64 ppm_16);
/* Besides, make up for @ns, at 500 millionths; and what is left of that. */
void wallclock_make_up(s64 ns);
s64 wallclock_to_make_up(void);
/* Seconds that CLOCK_TAI is ahead. */
void wallclock_set_tai(s32 seconds);
s32 wallclock_tai(void);
/* Counts the settings; sleepers until a time of day wait for a change in the
 * queue, whose deadline they must then compute again. */
u32 wallclock_settings(void);
struct wait_queue *wallclock_changed(void);

#endif
