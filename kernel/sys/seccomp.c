/*
 * kernel/sys/seccomp.c - seccomp, and its forms of prctl
 *
 * Not:   the work: kernel/proc/seccomp.c.
 * See:   seccomp(2), prctl(2).
 */
#include "calls.h"

#include <proc/seccomp.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

static long action_available(u64 flags, uptr_t uaction)
{
	u32 action;

	if (flags)
		return -EINVAL;
	if (get_user_u32(&action, uaction))
		return -EFAULT;
	switch (action) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_USER_NOTIF:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW:
		return 0;
	}
	return -EOPNOTSUPP;
}

static long sizes(u64 flags, uptr_t to)
{
	const struct seccomp_notif_sizes s = {
		.notif = sizeof(struct seccomp_notif),
		.resp = sizeof(struct seccomp_notif_resp),
		.data = sizeof(struct seccomp_data),
	};

	if (flags)
		return -EINVAL;
	return copy_to_user(to, &s, sizeof(s));
}

long sys_seccomp(u32 op, u32 flags, uptr_t args)
{
	switch (op) {
	case SECCOMP_SET_MODE_STRICT:
		return flags || args ? -EINVAL : seccomp_set_strict();
	case SECCOMP_SET_MODE_FILTER:
		return seccomp_set_filter(flags, args);
	case SECCOMP_GET_ACTION_AVAIL:
		return action_available(flags, args);
	case SECCOMP_GET_NOTIF_SIZES:
		return sizes(flags, args);
	}
	return -EINVAL;
}

long seccomp_prctl(u64 mode, uptr_t filter)
{
	switch (mode) {
	case SECCOMP_MODE_STRICT:
		return seccomp_set_strict();
	case SECCOMP_MODE_FILTER:
		return seccomp_set_filter(0, filter);
	}
	return -EINVAL;
}
