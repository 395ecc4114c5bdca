/*
 * include/uapi/nidus.h - what this kernel has and Linux has not
 *
 * See:   docs/pidns.md, "Joining by oneself".
 */
#ifndef UAPI_NIDUS_H
#define UAPI_NIDUS_H

/* prctl(2): the caller itself enters the pid namespace of descriptor arg2;
 * arg3 to arg5 are 0. The number spells "NJPN". */
#define PR_NIDUS_JOIN_PIDNS 0x4e4a504e

#endif
