/*
 * kernel/sys/vhangup.c - the caller's terminal hangs up
 *
 * See:   vhangup(2); kernel/proc/session_tty.c
 */
#include "calls.h"

#include <proc/session.h>
#include <proc/user.h>
#include <uapi/errno.h>

long sys_vhangup(void)
{
	if (!capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	session_vhangup();
	return 0;
}
