/*
 * kernel/sys/memory_limits.h - how much memory the caller may map
 */
#ifndef SYS_MEMORY_LIMITS_H
#define SYS_MEMORY_LIMITS_H

#include <vm/aspace.h>

struct vm_limits vm_limits_now(void);

#endif
