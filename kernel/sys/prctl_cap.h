/*
 * kernel/sys/prctl_cap.h - the part of prctl that is about capabilities
 */
#ifndef SYS_PRCTL_CAP_H
#define SYS_PRCTL_CAP_H

#include <lib/types.h>

struct prctl_args {
	u64 arg2, arg3, arg4, arg5;
};
/* PR_SET_THP_DISABLE, PR_MCE_KILL, PR_SET_IO_FLUSHER, PR_SET_MM and what reads
 * them: optional. In prctl_hints.c. */
OPTIONAL long prctl_hint(int option, const struct prctl_args *a);
/* -EINVAL for every option that is none of these. Optional. */
OPTIONAL long prctl_cap(int option, const struct prctl_args *a);

#endif
