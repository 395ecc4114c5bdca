/*
 * kernel/sys/capability.c - capget and capset
 *
 * See:   capget(2), capabilities(7).
 */
#include "calls.h"

#include "cred_change.h"

#include <lib/string.h>
#include <proc/task.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

/*
 * How many structures the caller's version has, and whose capabilities are
 * meant. An unknown version is answered with the one known here: -EINVAL.
 */
static int read_header(uptr_t uheader, struct cap_user_header *h, u32 *n)
{
	if (copy_from_user(h, uheader, sizeof(*h)))
		return -EFAULT;
	switch (h->version) {
	case CAP_VERSION_1:
		*n = CAP_VERSION_1_U32S;
		return 0;
	case CAP_VERSION_2:
	case CAP_VERSION_3:
		*n = CAP_VERSION_3_U32S;
		return 0;
	}
	if (put_user_u32(uheader, CAP_VERSION_3))
		return -EFAULT;
	return -EINVAL;
}

static int target_cred(pid_t pid, const struct cred **out)
{
	struct task *t;

	if (pid < 0)
		return -EINVAL;
	t = pid ? task_find_get(pid) : task_get(current_task());
	if (!t)
		return -ESRCH;
	*out = task_cred_get(t);
	task_put(t);
	return 0;
}

long sys_capget(uptr_t uheader, uptr_t udata)
{
	struct cap_user_data d[2];
	struct cap_user_header h;
	const struct cred *c;
	u32 n;
	int err = read_header(uheader, &h, &n);

	/* Without data it was a question about the version. */
	if (!udata)
		return err == -EINVAL ? 0 : err;
	if (!err)
		err = target_cred(h.pid, &c);
	if (err)
		return err;
	for (u32 i = 0; i < 2; i++) {
		d[i].effective = (u32)(c->cap_effective >> 32 * i);
		d[i].permitted = (u32)(c->cap_permitted >> 32 * i);
		d[i].inheritable = (u32)(c->cap_inheritable >> 32 * i);
	}
	cred_put(c);
	return copy_to_user(udata, d, n * sizeof(d[0]));
}

/* Source: capabilities(7), "Programmatically adjusting capability sets". */
static bool sets_allowed(const struct cred *old, const struct cred *new)
{
	if (!self_capable(CAP_SETPCAP) &&
	    (new->cap_inheritable &
	     ~(old->cap_inheritable | old->cap_permitted)))
		return false;
	if (new->cap_inheritable & ~(old->cap_inheritable | old->cap_bset))
		return false;
	return !(new->cap_permitted & ~old->cap_permitted) &&
	       !(new->cap_effective & ~new->cap_permitted);
}

static u64 join(u32 low, u32 high)
{
	return (low | (u64)high << 32) & CAP_ALL_BITS;
}

long sys_capset(uptr_t uheader, uptr_t udata)
{
	struct cap_user_data d[2];
	struct cap_user_header h;
	struct cred *new;
	u32 n;
	int err = read_header(uheader, &h, &n);

	if (err)
		return err;
	if (h.pid && h.pid != pid_vnr(current_task()->pid))
		return -EPERM;
	memset(d, 0, sizeof(d));
	if (copy_from_user(d, udata, n * sizeof(d[0])))
		return -EFAULT;
	err = cred_begin(&new);
	if (err)
		return err;
	new->cap_effective = join(d[0].effective, d[1].effective);
	new->cap_permitted = join(d[0].permitted, d[1].permitted);
	new->cap_inheritable = join(d[0].inheritable, d[1].inheritable);
	if (!sets_allowed(current_cred(), new))
		return cred_give_up(new, -EPERM);
	new->cap_ambient &= new->cap_permitted & new->cap_inheritable;
	return cred_finish(new);
}
