/*
 * kernel/sys/cred.c - whose the process is
 *
 * What:  the ids that every program asks for, and how credentials change: a
 *        copy is changed and published.
 * Locks: none: only the current task changes its own.
 * Not:   the calls that change ids (ids.c), capabilities (capability.c).
 * See:   credentials(7)
 */
#include "calls.h"

#include "cred_change.h"

#include <proc/task.h>
#include <proc/user.h>
#include <uapi/errno.h>

int cred_begin(struct cred **out)
{
	*out = cred_copy(current_cred());
	return *out ? 0 : -ENOMEM;
}

int cred_finish(struct cred *new)
{
	cred_commit(new);
	return 0;
}

int cred_give_up(struct cred *new, int err)
{
	cred_put(new);
	return err;
}

long sys_getuid(void)
{
	const struct cred *c = current_cred();

	return uid_shown(c->user_ns, c->uid);
}

long sys_geteuid(void)
{
	const struct cred *c = current_cred();

	return uid_shown(c->user_ns, c->euid);
}

long sys_getgid(void)
{
	const struct cred *c = current_cred();

	return gid_shown(c->user_ns, c->gid);
}

long sys_getegid(void)
{
	const struct cred *c = current_cred();

	return gid_shown(c->user_ns, c->egid);
}
