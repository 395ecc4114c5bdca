/*
 * kernel/sys/setns.c - into the namespaces of others
 *
 * What:  call. Optional.
 * Not:   the work: kernel/proc/setns.c.
 * See:   setns(2).
 */
#include "calls.h"

#include <proc/lifecycle.h>

long sys_setns(int fd, int nstype)
{
	return task_setns(fd, nstype);
}
