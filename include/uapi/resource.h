/*
 * include/uapi/resource.h - limits, usage, priorities
 *
 * See:   getrlimit(2), prlimit(2), getrusage(2), setpriority(2), ioprio_set(2).
 */
#ifndef UAPI_RESOURCE_H
#define UAPI_RESOURCE_H

#include <uapi/time.h>
#include <uapi/types.h>

#define RLIMIT_CPU 0
#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_RSS 5
#define RLIMIT_NPROC 6
#define RLIMIT_NOFILE 7
#define RLIMIT_MEMLOCK 8
#define RLIMIT_AS 9
#define RLIMIT_LOCKS 10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE 12
#define RLIMIT_NICE 13
#define RLIMIT_RTPRIO 14
#define RLIMIT_RTTIME 15
#define RLIM_NLIMITS 16

/* The same bit pattern as RLIM64_INFINITY. */
#define RLIM_INFINITY (~0ul)

/* One layout serves getrlimit and prlimit64 on x86-64. */
struct rlimit64 {
	u64 rlim_cur;
	u64 rlim_max;
};
_Static_assert(sizeof(struct rlimit64) == 16, "struct rlimit64");

#define RUSAGE_SELF 0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_BOTH (-2)
#define RUSAGE_THREAD 1

struct rusage {
	struct timeval ru_utime;
	struct timeval ru_stime;
	/* In KiB. */
	s64 ru_maxrss;
	s64 ru_ixrss;
	s64 ru_idrss;
	s64 ru_isrss;
	s64 ru_minflt;
	s64 ru_majflt;
	s64 ru_nswap;
	/* In blocks of 512 bytes. */
	s64 ru_inblock;
	s64 ru_oublock;
	s64 ru_msgsnd;
	s64 ru_msgrcv;
	s64 ru_nsignals;
	s64 ru_nvcsw;
	s64 ru_nivcsw;
};
_Static_assert(sizeof(struct rusage) == 144, "struct rusage");

#define PRIO_MIN (-20)
#define PRIO_MAX 20
#define PRIO_PROCESS 0
#define PRIO_PGRP 1
#define PRIO_USER 2

/* ioprio_set(2): class in the bits above IOPRIO_CLASS_SHIFT. */
#define IOPRIO_CLASS_SHIFT 13
#define IOPRIO_NR_LEVELS 8
#define IOPRIO_CLASS_NONE 0
#define IOPRIO_CLASS_RT 1
#define IOPRIO_CLASS_BE 2
#define IOPRIO_CLASS_IDLE 3
#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_WHO_PGRP 2
#define IOPRIO_WHO_USER 3

#endif
