/*
 * include/uapi/timex.h - how the time of day runs
 *
 * Not:   the structure, and what adjtimex(2) returns: uapi/time.h.
 * See:   adjtimex(2).
 */
#ifndef UAPI_TIMEX_H
#define UAPI_TIMEX_H

#include <uapi/time.h>

#define ADJ_OFFSET 0x0001u
#define ADJ_FREQUENCY 0x0002u
#define ADJ_MAXERROR 0x0004u
#define ADJ_ESTERROR 0x0008u
#define ADJ_STATUS 0x0010u
#define ADJ_TIMECONST 0x0020u
#define ADJ_TAI 0x0080u
#define ADJ_SETOFFSET 0x0100u
#define ADJ_MICRO 0x1000u
#define ADJ_NANO 0x2000u
#define ADJ_READONLY 0x2000u	/* with ADJ_ADJTIME */
#define ADJ_TICK 0x4000u
#define ADJ_ADJTIME 0x8000u	/* with ADJ_OFFSET: adjtime(3) */

#define STA_PLL 0x0001u
#define STA_CLOCKERR 0x1000u
#define STA_NANO 0x2000u
#define STA_RONLY 0xff00u	/* what ADJ_STATUS does not set */

#endif
