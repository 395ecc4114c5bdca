/*
 * include/uapi/time.h - times, clocks, interval timers
 *
 * See:   timespec(3type), timeval(3type), clock_gettime(2), setitimer(2),
 *        timer_create(2), timerfd_create(2), times(2), adjtimex(2).
 */
#ifndef UAPI_TIME_H
#define UAPI_TIME_H

#include <uapi/types.h>

struct timespec {
	s64 tv_sec;
	s64 tv_nsec;
};

struct timeval {
	s64 tv_sec;
	s64 tv_usec;
};

struct timezone {
	int tz_minuteswest;
	int tz_dsttime;
};

struct itimerval {
	struct timeval it_interval;
	struct timeval it_value;
};

struct itimerspec {
	struct timespec it_interval;
	struct timespec it_value;
};

/* times(2): in clock ticks of 1 / USER_HZ seconds. */
struct tms {
	s64 tms_utime;
	s64 tms_stime;
	s64 tms_cutime;
	s64 tms_cstime;
};
_Static_assert(sizeof(struct itimerspec) == 32, "struct itimerspec");
_Static_assert(sizeof(struct tms) == 32, "struct tms");

/* Ticks per second of clock_t values; also AT_CLKTCK. */
#define USER_HZ 100

#define NSEC_PER_SEC 1000000000l
#define NSEC_PER_MSEC 1000000l
#define NSEC_PER_USEC 1000l
#define USEC_PER_SEC 1000000l
#define MSEC_PER_SEC 1000l

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9
#define CLOCK_TAI 11

/*
 * A negative clock number names the CPU clock of a process or thread: the
 * complement of the pid in the high bits, kind in bits 0-1, thread in bit 2.
 * With all three low bits set it would name a file descriptor's clock, coded
 * the same way with CLOCKFD.
 */
#define CPUCLOCK_PERTHREAD_MASK 4
#define CPUCLOCK_CLOCK_MASK 3
#define CPUCLOCK_PROF 0
#define CPUCLOCK_VIRT 1
#define CPUCLOCK_SCHED 2
#define CLOCKFD 3
/* Of a negative number: ~(clock >> 3), without a shift of the sign. */
#define CPUCLOCK_PID(clock) ((pid_t)(~(u32)(clock) >> 3))

#define TIMER_ABSTIME 1

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2

#define TFD_TIMER_ABSTIME 1
#define TFD_TIMER_CANCEL_ON_SET 2
#define TFD_CLOEXEC 02000000
#define TFD_NONBLOCK 00004000

struct timex {
	u32 modes;
	u32 pad0;
	s64 offset;
	s64 freq;
	s64 maxerror;
	s64 esterror;
	s32 status;
	s32 pad1;
	s64 constant;
	s64 precision;
	s64 tolerance;
	struct timeval time;
	s64 tick;
	s64 ppsfreq;
	s64 jitter;
	s32 shift;
	s32 pad2;
	s64 stabil;
	s64 jitcnt;
	s64 calcnt;
	s64 errcnt;
	s64 stbcnt;
	s32 tai;
	s32 pad3[11];
};
_Static_assert(sizeof(struct timex) == 208, "struct timex");

/* adjtimex(2): results, and the status bit of an unsynchronised clock. */
#define TIME_OK 0
#define TIME_ERROR 5
#define STA_UNSYNC 0x0040

#endif
