/*
 * kernel/sys/priority.c - nice values and priorities of input and output
 *
 * What:  one thread, a process group, or all threads of a user. There is no
 *        disk: ioprio_get tells what ioprio_set and fork left.
 * Locks: groups are walked under their session's lock, users' threads number
 *        by number.
 * See:   setpriority(2), ioprio_set(2).
 */
#include "calls.h"

#include <proc/pidns.h>
#include <proc/session.h>
#include <proc/task.h>
#include <proc/user_ns.h>
#include "sched_rules.h"
#include <uapi/errno.h>
#include <uapi/sched.h>

/* What is done to each thread, and what came out so far. */
struct visit {
	void (*fn)(struct task *t, struct visit *v);
	int nice;		/* to be set; or an ioprio */
	long result;		/* -ESRCH: no thread yet */
};

static void visit_process(struct process *p, struct visit *v)
{
	struct task *t;

	for_each_thread(t, p)
		v->fn(t, v);
}

static void visit_thread(int who, struct visit *v)
{
	struct task *t = who ? task_find_get(who) : task_get(current_task());

	if (!t)
		return;
	v->fn(t, v);
	task_put(t);
}

static void visit_group(int who, struct visit *v)
{
	struct session *s = NULL;
	struct pid *pgrp;
	struct process *p;

	rcu_read_lock();
	pgrp = who ? pid_find(who, current_pidns()) :
		     rcu_dereference(current_process()->pgid);
	if (pgrp)
		s = session_lock_group(&pgrp);
	rcu_read_unlock();
	if (!s)
		return;
	for_each_list(p, &pgrp->group, group_link)
		visit_process(p, v);
	session_unlock(s);
}

/* All threads that the caller can see. */
static void visit_user(int who, struct visit *v)
{
	const struct cred *me = current_cred();
	uid_t uid = who ? uid_to_global(me->user_ns, (uid_t)who) : me->uid;
	struct pid_ns *ns = current_pidns();
	struct pid *pid;
	s32 nr = 1;

	for (; (pid = pid_next(&nr, ns)); nr++) {
		struct task *t;

		rcu_read_lock();
		t = rcu_dereference(pid->task);
		if (t && rcu_dereference(t->cred)->uid == uid &&
		    task_try_get(t)) {
			rcu_read_unlock();
			v->fn(t, v);
			task_put(t);
		} else {
			rcu_read_unlock();
		}
		pid_put(pid);
		cond_resched();
	}
}

static long visit_all(int which, int who, struct visit *v)
{
	switch (which) {
	case PRIO_PROCESS:
		visit_thread(who, v);
		return v->result;
	case PRIO_PGRP:
		visit_group(who, v);
		return v->result;
	case PRIO_USER:
		visit_user(who, v);
		return v->result;
	}
	return -EINVAL;
}

/* The result is 20 - nice, so that it is never negative. */
static void read_nice(struct task *t, struct visit *v)
{
	long value = 20 - READ_ONCE(t->thread.nice);

	v->result = max(v->result, value);
}

long sys_getpriority(int which, int who)
{
	struct visit v = { .fn = read_nice, .result = -ESRCH };

	return visit_all(which, who, &v);
}

static bool may_change(struct task *t)
{
	const struct cred *me = current_cred();
	const struct cred *c = task_cred_get(t);
	bool ok = c->uid == me->euid || c->euid == me->euid ||
		  ns_capable(c->user_ns, CAP_SYS_NICE);

	cred_put(c);
	return ok;
}

static void write_nice(struct task *t, struct visit *v)
{
	struct sched_params p;

	sched_get_params(&t->thread, &p);
	if (!may_change(t)) {
		v->result = -EPERM;
		return;
	}
	if (v->nice < p.nice && !sched_may_nice(t, v->nice)) {
		v->result = -EACCES;
		return;
	}
	if (v->result == -ESRCH)
		v->result = 0;
	sched_set_nice(&t->thread, v->nice);
}

long sys_setpriority(int which, int who, int nice)
{
	struct visit v = {
		.fn = write_nice,
		.nice = max(min(nice, 19), -20),
		.result = -ESRCH,
	};

	return visit_all(which, who, &v);
}

static void write_ioprio(struct task *t, struct visit *v)
{
	const struct cred *me = current_cred();
	const struct cred *c;
	bool ok;

	if (v->result < 0 && v->result != -ESRCH)
		return;
	c = task_cred_get(t);
	ok = c->uid == me->euid || c->uid == me->uid || capable(CAP_SYS_NICE);
	cred_put(c);
	v->result = ok ? 0 : -EPERM;
	if (ok)
		WRITE_ONCE(t->ioprio, (u32)v->nice);
}

static int check_ioprio(u32 ioprio)
{
	switch (ioprio >> IOPRIO_CLASS_SHIFT) {
	case IOPRIO_CLASS_RT:
		if (!capable(CAP_SYS_ADMIN) && !capable(CAP_SYS_NICE))
			return -EPERM;
		return 0;
	case IOPRIO_CLASS_BE:
	case IOPRIO_CLASS_IDLE:
		return 0;
	case IOPRIO_CLASS_NONE:
		return ioprio % IOPRIO_NR_LEVELS ? -EINVAL : 0;
	}
	return -EINVAL;
}

long sys_ioprio_set(int which, int who, int ioprio)
{
	struct visit v = {
		.fn = write_ioprio, .nice = ioprio, .result = -ESRCH,
	};
	int err = check_ioprio((u32)ioprio);

	/* The three kinds are counted from 1. */
	return err ? err : visit_all(which - 1, who, &v);
}

/* What counts when none was set: from policy and nice value. */
static long effective_ioprio(struct task *t)
{
	long ioprio = READ_ONCE(t->ioprio);
	struct sched_params p;
	long class = IOPRIO_CLASS_BE;

	if (ioprio >> IOPRIO_CLASS_SHIFT)
		return ioprio;
	sched_get_params(&t->thread, &p);
	if (p.policy == SCHED_IDLE)
		class = IOPRIO_CLASS_IDLE;
	else if (p.policy == SCHED_FIFO || p.policy == SCHED_RR)
		class = IOPRIO_CLASS_RT;
	return class << IOPRIO_CLASS_SHIFT | (p.nice + 20) / 5;
}

static void read_own_ioprio(struct task *t, struct visit *v)
{
	v->result = READ_ONCE(t->ioprio);
}

static void read_best_ioprio(struct task *t, struct visit *v)
{
	long ioprio = effective_ioprio(t);

	v->result = v->result < 0 ? ioprio : min(v->result, ioprio);
}

long sys_ioprio_get(int which, int who)
{
	struct visit v = {
		.fn = which == IOPRIO_WHO_PROCESS ? read_own_ioprio :
						    read_best_ioprio,
		.result = -ESRCH,
	};

	return visit_all(which - 1, who, &v);
}
