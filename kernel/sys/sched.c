/*
 * kernel/sys/sched.c - system calls about scheduling
 *
 * What:  the processors of threads, and the rules of who may change how others
 *        are scheduled.
 * Not:   policies and priorities (sched_policy.c); their effect: kernel/sched/.
 * See:   sched(7) and the manual page of each call.
 */
#include "calls.h"

#include <arch/cpu.h>
#include <proc/lifecycle.h>
#include "sched_rules.h"
#include <uapi/errno.h>
#include <uapi/sched.h>
#include <vm/uaccess.h>

long sys_sched_yield(void)
{
	sched_yield();
	return 0;
}

int sched_target_get(pid_t pid, struct task **out)
{
	if (pid < 0)
		return -EINVAL;
	*out = pid ? task_find_get(pid) : task_get(current_task());
	return *out ? 0 : -ESRCH;
}

bool sched_same_owner(struct task *t)
{
	const struct cred *me = current_cred();
	const struct cred *c = task_cred_get(t);
	bool same = me->euid == c->euid || me->euid == c->uid;

	cred_put(c);
	return same;
}

bool sched_limit_allows(struct task *t, int nice)
{
	return (u64)(20 - nice) <= rlimit_get(t->process, RLIMIT_NICE);
}

bool sched_may_nice(struct task *t, int nice)
{
	return sched_limit_allows(t, nice) || capable(CAP_SYS_NICE);
}

static bool capable_over(struct task *t, int cap)
{
	const struct cred *c = task_cred_get(t);
	bool ok = ns_capable(c->user_ns, cap);

	cred_put(c);
	return ok;
}

long sys_sched_setaffinity(pid_t pid, u32 len, uptr_t umask)
{
	struct cpumask mask = { .bits = { 0 } };
	struct task *t;
	int err;

	if (copy_from_user(&mask, umask, min((size_t)len, sizeof(mask))))
		return -EFAULT;
	if (pid < 0)
		return -ESRCH;
	err = sched_target_get(pid, &t);
	if (err)
		return err;
	if (sched_same_owner(t) || capable_over(t, CAP_SYS_NICE))
		err = sched_set_affinity(&t->thread, &mask);
	else
		err = -EPERM;
	task_put(t);
	return err;
}

long sys_sched_getaffinity(pid_t pid, u32 len, uptr_t umask)
{
	size_t size = DIV_ROUND_UP(cpu_possible_count(), 64) * sizeof(u64);
	struct cpumask mask;
	struct task *t;

	if ((u64)len * 8 < cpu_possible_count() || len % sizeof(u64))
		return -EINVAL;
	if (pid < 0 || sched_target_get(pid, &t))
		return -ESRCH;
	sched_get_affinity(&t->thread, &mask);
	task_put(t);
	size = min(size, (size_t)len);
	return copy_to_user(umask, &mask, size) ? -EFAULT : (long)size;
}

long sys_getcpu(uptr_t ucpu, uptr_t unode, uptr_t unused UNUSED)
{
	if (ucpu && put_user_u32(ucpu, cpu_id()))
		return -EFAULT;
	if (unode && put_user_u32(unode, 0))
		return -EFAULT;
	return 0;
}
