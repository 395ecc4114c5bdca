/*
 * kernel/sys/cpu_clock.h - clocks that count processor time
 *
 * What:  CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID and the negative
 *        numbers that name the clock of one process or thread. Optional.
 */
#ifndef SYS_CPU_CLOCK_H
#define SYS_CPU_CLOCK_H

#include <lib/types.h>

/* 0, -EINVAL: no such clock, or of no such process. */
OPTIONAL int cpu_clock_read(clockid_t clock, u64 *ns);
/* Until it shows @at_ns. 0, -ERESTARTSYS, -EINVAL (it went away). */
OPTIONAL int cpu_clock_sleep_until(clockid_t clock, u64 at_ns);

#endif
