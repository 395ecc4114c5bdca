/*
 * kernel/sys/priority.c - getpriority and setpriority
 *
 * What:  one thread, a process group, or all threads of a user.
 * Locks: groups are walked under their session's lock, users' threads number
 *        by number.
 * See:   setpriority(2).
 */
#include "calls.h"

#include <proc/pidns.h>
#include <proc/session.h>
#include <proc/task.h>
#include <proc/user_ns.h>
#include "sched_rules.h"
#include <uapi/errno.h>

/* What is done to each thread, and what came out so far. */
struct visit {
	void (*fn)(struct task *t, struct visit *v);
	int nice;		/* to be set */
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
		s = session_lock_group(pgrp);
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
	p.nice = v->nice;
	sched_set_params(&t->thread, &p);
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
