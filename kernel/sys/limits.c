/*
 * kernel/sys/limits.c - limits and usage of processes
 *
 * See:   getrlimit(2), prlimit(2), getrusage(2), times(2).
 */
#include "calls.h"

#include <arch/clock.h>
#include <lib/string.h>
#include <proc/lifecycle.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

/* Source: prlimit(2), EPERM. */
static bool may_change_limits(struct task *t)
{
	const struct cred *me = current_cred();
	const struct cred *c;
	bool ok;

	if (t == current_task())
		return true;
	c = task_cred_get(t);
	ok = (me->uid == c->euid && me->uid == c->suid && me->uid == c->uid &&
	      me->gid == c->egid && me->gid == c->sgid && me->gid == c->gid) ||
	     ns_capable(c->user_ns, CAP_SYS_RESOURCE);
	cred_put(c);
	return ok;
}

static struct task *target_get(pid_t pid)
{
	return pid ? task_find_get(pid) : task_get(current_task());
}

static int change(struct task *t, u32 resource, const struct rlimit64 *new,
		  struct rlimit64 *old)
{
	int err = task_rlimit(t, resource, new, old);

	if (!err && new && resource == RLIMIT_CPU && process_timers_start)
		process_timers_start(t->process);
	return err;
}

long sys_prlimit64(pid_t pid, u32 resource, uptr_t unew, uptr_t uold)
{
	struct rlimit64 new, old;
	struct task *t;
	int err;

	if (unew && copy_from_user(&new, unew, sizeof(new)))
		return -EFAULT;
	t = target_get(pid);
	if (!t)
		return -ESRCH;
	if (!may_change_limits(t))
		err = -EPERM;
	else if (resource >= RLIM_NLIMITS)
		err = -EINVAL;
	else
		err = change(t, resource, unew ? &new : NULL, &old);
	task_put(t);
	if (!err && uold)
		err = copy_to_user(uold, &old, sizeof(old));
	return err;
}

long sys_getrlimit(u32 resource, uptr_t ulimit)
{
	struct rlimit64 limit;
	int err;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	err = task_rlimit(current_task(), resource, NULL, &limit);
	return err ? err : copy_to_user(ulimit, &limit, sizeof(limit));
}

long sys_setrlimit(u32 resource, uptr_t ulimit)
{
	struct rlimit64 limit;

	if (copy_from_user(&limit, ulimit, sizeof(limit)))
		return -EFAULT;
	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	return change(current_task(), resource, &limit, NULL);
}

long sys_getrusage(int who, uptr_t uusage)
{
	struct rusage usage;

	switch (who) {
	case RUSAGE_SELF:
	case RUSAGE_CHILDREN:
		process_rusage(current_process(), who, &usage);
		break;
	case RUSAGE_THREAD:
		task_rusage(current_task(), &usage);
		break;
	default:
		return -EINVAL;
	}
	return copy_to_user(uusage, &usage, sizeof(usage));
}

static s64 ns_to_ticks(u64 ns)
{
	return (s64)(ns / (NSEC_PER_SEC / USER_HZ));
}

long sys_times(uptr_t utms)
{
	struct process *p = current_process();
	struct rusage_sum sum;
	struct tms tms;

	if (utms) {
		process_sum(p, &sum);
		tms.tms_utime = ns_to_ticks(sum.user_ns);
		tms.tms_stime = ns_to_ticks(sum.system_ns);
		spin_lock_irq(&p->siglock);
		tms.tms_cutime = ns_to_ticks(p->child_user_ns);
		tms.tms_cstime = ns_to_ticks(p->child_system_ns);
		spin_unlock_irq(&p->siglock);
		if (copy_to_user(utms, &tms, sizeof(tms)))
			return -EFAULT;
	}
	return ns_to_ticks(clock_now_ns());
}
