/*
 * kernel/sys/prctl_cap.h - the part of prctl that is about capabilities
 */
#ifndef SYS_PRCTL_CAP_H
#define SYS_PRCTL_CAP_H

#include <lib/types.h>

struct prctl_args {
	u64 arg2, arg3, arg4, arg5;
};
/* -EINVAL for every option that is none of these. */
long prctl_cap(int option, const struct prctl_args *a);

#endif
