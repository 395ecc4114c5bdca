/*
 * kernel/sys/prctl_cap.c - the part of prctl that is about capabilities
 *
 * What:  bounding set, ambient set, securebits and keepcaps.
 * See:   capabilities(7); PR_CAPBSET_READ(2const) and its relatives.
 */
#include "prctl_cap.h"

#include "cred_change.h"

#include <proc/task.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>

static bool cap_valid(u64 cap)
{
	return cap <= CAP_LAST_CAP;
}

static long drop_bounding(u64 cap)
{
	struct cred *new;
	int err;

	if (!self_capable(CAP_SETPCAP))
		return -EPERM;
	if (!cap_valid(cap))
		return -EINVAL;
	err = cred_begin(&new);
	if (err)
		return err;
	new->cap_bset &= ~CAP_BIT(cap);
	return cred_finish(new);
}

/* A locked bit stays, a lock is never taken away. */
static bool securebits_allowed(u64 old, u64 new)
{
	if (((old & SECURE_ALL_LOCKS) >> 1) & (old ^ new))
		return false;
	if (old & SECURE_ALL_LOCKS & ~new)
		return false;
	if (new & ~(u64)(SECURE_ALL_LOCKS | SECURE_ALL_BITS))
		return false;
	return self_capable(CAP_SETPCAP);
}

static long set_securebits(u64 bits)
{
	struct cred *new;
	int err;

	if (!securebits_allowed(current_cred()->securebits, bits))
		return -EPERM;
	err = cred_begin(&new);
	if (err)
		return err;
	new->securebits = (u32)bits;
	return cred_finish(new);
}

static long set_keepcaps(u64 on)
{
	struct cred *new;
	int err;

	if (on > 1)
		return -EINVAL;
	if (current_cred()->securebits & SECBIT_KEEP_CAPS_LOCKED)
		return -EPERM;
	err = cred_begin(&new);
	if (err)
		return err;
	if (on)
		new->securebits |= SECBIT_KEEP_CAPS;
	else
		new->securebits &= ~(u32)SECBIT_KEEP_CAPS;
	return cred_finish(new);
}

static long set_ambient(u64 set)
{
	struct cred *new;
	int err = cred_begin(&new);

	if (err)
		return err;
	new->cap_ambient = set;
	return cred_finish(new);
}

static long ambient(const struct prctl_args *a)
{
	const struct cred *c = current_cred();

	if (a->arg2 == PR_CAP_AMBIENT_CLEAR_ALL) {
		if (a->arg3 || a->arg4 || a->arg5)
			return -EINVAL;
		return set_ambient(0);
	}
	if (!cap_valid(a->arg3) || a->arg4 || a->arg5)
		return -EINVAL;
	switch (a->arg2) {
	case PR_CAP_AMBIENT_IS_SET:
		return !!(c->cap_ambient & CAP_BIT(a->arg3));
	case PR_CAP_AMBIENT_RAISE:
		if (!(c->cap_permitted & c->cap_inheritable &
		      CAP_BIT(a->arg3)) ||
		    (c->securebits & SECBIT_NO_CAP_AMBIENT_RAISE))
			return -EPERM;
		return set_ambient(c->cap_ambient | CAP_BIT(a->arg3));
	case PR_CAP_AMBIENT_LOWER:
		return set_ambient(c->cap_ambient & ~CAP_BIT(a->arg3));
	}
	return -EINVAL;
}

long prctl_cap(int option, const struct prctl_args *a)
{
	const struct cred *c = current_cred();

	switch (option) {
	case PR_CAPBSET_READ:
		if (!cap_valid(a->arg2))
			return -EINVAL;
		return !!(c->cap_bset & CAP_BIT(a->arg2));
	case PR_CAPBSET_DROP:
		return drop_bounding(a->arg2);
	case PR_GET_SECUREBITS:
		return c->securebits;
	case PR_SET_SECUREBITS:
		return set_securebits(a->arg2);
	case PR_GET_KEEPCAPS:
		return !!(c->securebits & SECBIT_KEEP_CAPS);
	case PR_SET_KEEPCAPS:
		return set_keepcaps(a->arg2);
	case PR_CAP_AMBIENT:
		return ambient(a);
	}
	return -EINVAL;
}
