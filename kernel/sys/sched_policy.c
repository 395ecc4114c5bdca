/*
 * kernel/sys/sched_policy.c - how threads are scheduled, and who may say so
 *
 * What:  policies and priorities. Optional: without it all threads stay in the
 *        fair class.
 * Not:   their effect: kernel/sched/; SCHED_DEADLINE (sched_deadline.c).
 * See:   sched(7) and the manual page of each call.
 */
#include "calls.h"

#include <lib/string.h>
#include <proc/lifecycle.h>
#include "sched_rules.h"
#include "time_util.h"
#include <uapi/errno.h>
#include <uapi/sched.h>
#include <vm/uaccess.h>

#define RT_PRIORITY_MAX 99

static bool is_rt(u32 policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool is_fair(u32 policy)
{
	return policy == SCHED_NORMAL || policy == SCHED_BATCH ||
	       policy == SCHED_IDLE;
}

/* What is asked for, and SCHED_FLAG_KEEP_*: what stays as it is. */
struct request {
	struct sched_params p;
	struct deadline_params deadline;	/* of SCHED_DEADLINE */
	u64 keep;
};

static int check_request(struct request *r)
{
	const struct sched_params *p = &r->p;

	if (p->policy == SCHED_DEADLINE && deadline_check && !p->rt_priority)
		return deadline_check(&r->deadline);
	if (is_rt(p->policy))
		return p->rt_priority >= 1 &&
		       p->rt_priority <= RT_PRIORITY_MAX ? 0 : -EINVAL;
	if (!is_fair(p->policy))
		return -EINVAL;
	return p->rt_priority ? -EINVAL : 0;
}

/* Who has no CAP_SYS_NICE. Source: sched(7), "Privileges and resource
 * limits". */
static bool anybody_may_set(struct task *t, const struct sched_params *old,
			    const struct sched_params *new)
{
	u64 rt_limit = rlimit_get(t->process, RLIMIT_RTPRIO);

	if (new->policy == SCHED_DEADLINE)
		return false;
	if (is_fair(new->policy) && new->nice < old->nice &&
	    !sched_limit_allows(t, new->nice))
		return false;
	if (is_rt(new->policy)) {
		if (new->policy != old->policy && !rt_limit)
			return false;
		if (new->rt_priority > old->rt_priority &&
		    new->rt_priority > rt_limit)
			return false;
	}
	if (old->policy == SCHED_IDLE && new->policy != SCHED_IDLE &&
	    !sched_limit_allows(t, old->nice))
		return false;
	return sched_same_owner(t) &&
	       (new->reset_on_fork || !old->reset_on_fork);
}

/* The priority that programs know. */
static u32 told_priority(const struct sched_params *p)
{
	return p->policy == SCHED_DEADLINE ? 0 : p->rt_priority;
}

/* Fill in what @t keeps of @old. */
static void keep_params(struct task *t, const struct sched_params *old,
			struct request *r)
{
	if (r->keep & SCHED_FLAG_KEEP_POLICY) {
		r->p.policy = old->policy;
		r->p.reset_on_fork = old->reset_on_fork;
	}
	if (r->keep & SCHED_FLAG_KEEP_PARAMS) {
		r->p.rt_priority = told_priority(old);
		if (old->policy == SCHED_DEADLINE)
			sched_get_deadline(&t->thread, &r->deadline);
	}
	if ((r->keep & SCHED_FLAG_KEEP_PARAMS) || !is_fair(r->p.policy)) {
		r->p.nice = old->nice;
		r->p.turn_ns = old->turn_ns;
	}
}

static int commit_request(struct task *t, struct request *r)
{
	int err = 0;

	r->deadline.reset_on_fork = r->p.reset_on_fork;
	if (r->p.policy == SCHED_DEADLINE)
		err = sched_set_deadline(&t->thread, &r->deadline);
	else
		sched_set_params(&t->thread, &r->p);
	if (!err)
		task_set_timer_slack(t, READ_ONCE(t->timer_slack_ns));
	return err;
}

static int set_params(pid_t pid, struct request *r)
{
	struct sched_params old;
	struct task *t;
	int err = sched_target_get(pid, &t);

	if (err)
		return err;
	sched_get_params(&t->thread, &old);
	keep_params(t, &old, r);
	err = check_request(r);
	if (!err && !anybody_may_set(t, &old, &r->p) && !capable(CAP_SYS_NICE))
		err = -EPERM;
	if (!err)
		err = commit_request(t, r);
	task_put(t);
	return err;
}

/* sched_setscheduler and sched_setparam say nothing about nice. */
static long set_priority(pid_t pid, int policy, uptr_t uparam, u64 keep)
{
	struct request r = {
		.p.policy = (u32)policy & ~(u32)SCHED_RESET_ON_FORK,
		.p.reset_on_fork = ((u32)policy & SCHED_RESET_ON_FORK) != 0,
		.keep = keep,
	};
	struct sched_params old;
	struct sched_param param;
	struct task *t;

	if (!uparam || pid < 0)
		return -EINVAL;
	if (copy_from_user(&param, uparam, sizeof(param)))
		return -EFAULT;
	if (sched_target_get(pid, &t))
		return -ESRCH;
	sched_get_params(&t->thread, &old);
	task_put(t);
	r.p.rt_priority = (u32)param.sched_priority;
	r.p.nice = old.nice;
	r.p.turn_ns = old.turn_ns;
	return set_params(pid, &r);
}

long sys_sched_setscheduler(pid_t pid, int policy, uptr_t uparam)
{
	if (policy < 0)
		return -EINVAL;
	return set_priority(pid, policy, uparam, 0);
}

long sys_sched_setparam(pid_t pid, uptr_t uparam)
{
	return set_priority(pid, 0, uparam, SCHED_FLAG_KEEP_POLICY);
}

static int get_params(pid_t pid, struct sched_params *out)
{
	struct task *t;
	int err = sched_target_get(pid, &t);

	if (err)
		return err;
	sched_get_params(&t->thread, out);
	task_put(t);
	return 0;
}

long sys_sched_getscheduler(pid_t pid)
{
	struct sched_params p;
	int err = get_params(pid, &p);

	if (err)
		return err;
	return (long)(p.policy |
		      (p.reset_on_fork ? (u32)SCHED_RESET_ON_FORK : 0));
}

long sys_sched_getparam(pid_t pid, uptr_t uparam)
{
	struct sched_param param;
	struct sched_params p;
	int err;

	if (!uparam)
		return -EINVAL;
	err = get_params(pid, &p);
	if (err)
		return err;
	param.sched_priority = (int)told_priority(&p);
	return copy_to_user(uparam, &param, sizeof(param));
}

/* A structure of a size unknown here is answered with the known one. */
static int attr_from_user(struct sched_attr *a, uptr_t uattr)
{
	u32 size;
	int err;

	if (get_user_u32(&size, uattr))
		return -EFAULT;
	if (!size)
		size = SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		err = -E2BIG;
	else
		err = copy_struct_from_user(a, sizeof(*a), uattr, size);
	if (err == -E2BIG && put_user_u32(uattr, sizeof(*a)))
		return -EFAULT;
	if (err)
		return err;
	a->sched_nice = max(min(a->sched_nice, 19), -20);
	return 0;
}

#define CLAMP_FLAGS (SCHED_FLAG_UTIL_CLAMP_MIN | SCHED_FLAG_UTIL_CLAMP_MAX)

/* What a fair thread may ask its turns to last. */
#define TURN_MIN_NS (100 * NSEC_PER_USEC)
#define TURN_MAX_NS (100 * NSEC_PER_MSEC)

static u64 turn_from_attr(const struct sched_attr *a)
{
	if (!a->sched_runtime)
		return 0;
	return max((u64)TURN_MIN_NS,
		   min(a->sched_runtime, (u64)TURN_MAX_NS));
}

long sys_sched_setattr(pid_t pid, uptr_t uattr, u32 flags)
{
	struct request r = { .keep = 0 };
	struct sched_attr a;
	int err;

	if (!uattr || pid < 0 || flags)
		return -EINVAL;
	err = attr_from_user(&a, uattr);
	if (err)
		return err;
	if ((int)a.sched_policy < 0 ||
	    (a.sched_flags & ~(u64)SCHED_FLAG_ALL))
		return -EINVAL;
	if (a.sched_flags & CLAMP_FLAGS)
		return -EOPNOTSUPP;
	r.keep = a.sched_flags;
	r.p = (struct sched_params){
		.policy = a.sched_policy,
		.nice = a.sched_nice,
		.rt_priority = a.sched_priority,
		.reset_on_fork = a.sched_flags & SCHED_FLAG_RESET_ON_FORK,
		.turn_ns = turn_from_attr(&a),
	};
	if (deadline_from_attr)
		deadline_from_attr(&a, &r.deadline);
	return set_params(pid, &r);
}

/* What depends on the policy. */
static void attr_from_params(struct task *t, const struct sched_params *p,
			     struct sched_attr *a)
{
	struct deadline_params d;

	if (is_fair(p->policy)) {
		a->sched_nice = p->nice;
		a->sched_runtime = p->turn_ns ? p->turn_ns : SCHED_TURN_NS;
	}
	if (p->policy != SCHED_DEADLINE || !sched_get_deadline(&t->thread, &d))
		return;
	a->sched_flags |= d.flags;
	a->sched_runtime = d.runtime_ns;
	a->sched_deadline = d.deadline_ns;
	a->sched_period = d.period_ns;
}

long sys_sched_getattr(pid_t pid, uptr_t uattr, u32 size, u32 flags)
{
	struct sched_attr a = { .size = min(size, (u32)sizeof(a)) };
	struct sched_params p;
	struct task *t;
	int err;

	if (!uattr || pid < 0 || size > PAGE_SIZE ||
	    size < SCHED_ATTR_SIZE_VER0 || flags)
		return -EINVAL;
	err = sched_target_get(pid, &t);
	if (err)
		return err;
	sched_get_params(&t->thread, &p);
	a.sched_policy = p.policy;
	a.sched_flags = p.reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
	a.sched_priority = told_priority(&p);
	attr_from_params(t, &p, &a);
	task_put(t);
	if (clear_user(uattr, size))
		return -EFAULT;
	return copy_to_user(uattr, &a, a.size);
}

long sys_sched_get_priority_max(int policy)
{
	if (is_rt((u32)policy))
		return RT_PRIORITY_MAX;
	return is_fair((u32)policy) || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(int policy)
{
	long most = sys_sched_get_priority_max(policy);

	return most > 0 ? 1 : most;
}

long sys_sched_rr_get_interval(pid_t pid, uptr_t uts)
{
	struct task *t;
	u64 ns;
	int err = sched_target_get(pid, &t);

	if (err)
		return err;
	ns = sched_rr_interval(&t->thread);
	task_put(t);
	return timespec_to_user(uts, ns);
}
