/*
 * include/uapi/sysinfo.h - memory and load figures
 *
 * See:   sysinfo(2), syslog(2).
 */
#ifndef UAPI_SYSINFO_H
#define UAPI_SYSINFO_H

#include <uapi/types.h>

/* Loads are fixed-point numbers with so many fraction bits. */
#define SI_LOAD_SHIFT 16

struct sysinfo {
	s64 uptime;
	u64 loads[3];
	u64 totalram;
	u64 freeram;
	u64 sharedram;
	u64 bufferram;
	u64 totalswap;
	u64 freeswap;
	u16 procs;
	u16 pad;
	u64 totalhigh;
	u64 freehigh;
	/* Bytes of one unit of the figures above. */
	u32 mem_unit;
};
_Static_assert(sizeof(struct sysinfo) == 112, "struct sysinfo");

/* syslog(2) */
#define SYSLOG_ACTION_CLOSE 0
#define SYSLOG_ACTION_OPEN 1
#define SYSLOG_ACTION_READ 2
#define SYSLOG_ACTION_READ_ALL 3
#define SYSLOG_ACTION_READ_CLEAR 4
#define SYSLOG_ACTION_CLEAR 5
#define SYSLOG_ACTION_CONSOLE_OFF 6
#define SYSLOG_ACTION_CONSOLE_ON 7
#define SYSLOG_ACTION_CONSOLE_LEVEL 8
#define SYSLOG_ACTION_SIZE_UNREAD 9
#define SYSLOG_ACTION_SIZE_BUFFER 10

#endif
