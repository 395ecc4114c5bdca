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

/* Nanoseconds since 1970 (UTC). */
u64 wallclock_now_ns(void);
/* What to add to a clock_now_ns value to get it. */
s64 wallclock_offset_ns(void);
/* Set the clock; the caller has checked permission. Context: task. */
void wallclock_set(u64 now_ns);
/* Counts the settings; sleepers until a time of day wait for a change in the
 * queue, whose deadline they must then compute again. */
u32 wallclock_settings(void);
struct wait_queue *wallclock_changed(void);

#endif
