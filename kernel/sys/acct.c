/*
 * kernel/sys/acct.c - acct
 *
 * Not:   the work: kernel/proc/acct.c.
 * See:   acct(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/acct.h>
#include <proc/pidns.h>
#include <proc/task.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

long sys_acct(uptr_t uname)
{
	struct user_path p;
	struct file *f;
	int err;

	if (!capable(CAP_SYS_PACCT))
		return -EPERM;
	if (!uname) {
		acct_off(current_pidns());
		return 0;
	}
	err = user_path_begin(&p, AT_FDCWD, uname, WALK_FOLLOW);
	if (err)
		return err;
	err = vfs_open(&p.walk, p.name, O_WRONLY | O_APPEND | O_LARGEFILE, 0,
		       &f);
	user_path_end(&p);
	if (err)
		return err;
	err = acct_on(f);
	file_put(f);
	return err;
}
