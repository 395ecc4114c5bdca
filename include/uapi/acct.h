/*
 * include/uapi/acct.h - records of process accounting
 *
 * Source: acct(5), "Version 3 accounting file format".
 */
#ifndef UAPI_ACCT_H
#define UAPI_ACCT_H

#include <uapi/types.h>

#define ACCT_COMM 16
#define ACCT_VERSION_3 3
#define ACCT_HZ 100		/* ticks a second in the file */

/* acct_v3.flag */
#define AFORK 0x01		/* forked, but never did exec */
#define ASU 0x02		/* used a privilege */
#define ACORE 0x08		/* ended in a way that dumps core */
#define AXSIG 0x10		/* killed by a signal */

struct acct_v3 {
	u8 flag, version;
	u16 tty;
	u32 exitcode;		/* as wait(2) gives it */
	u32 uid, gid, pid, ppid;
	u32 btime;		/* start, seconds since the Epoch */
	u32 etime;		/* IEEE 754 single: ticks from start to end */
	/* 13 bits of value, three of exponent to base 8: */
	u16 utime, stime;	/* ticks */
	u16 mem;		/* KiB */
	u16 io, rw;		/* always 0 */
	u16 minflt, majflt, swaps;
	char comm[ACCT_COMM];
};
_Static_assert(sizeof(struct acct_v3) == 64, "acct(5)");

#endif
