/*
 * kernel/proc/clone_commit.c - a child becomes visible
 *
 * What:  links the child into the tree and publishes its numbers in one
 *        section; after it nothing fails. What a sweep or a look-up follows
 *        is complete before.
 * Locks: the tree locks of the parent's and the child's namespace, the lock of
 *        the forker's session and the forker's siglock; for a thread only the
 *        tree lock of its namespace and the siglock.
 * Life:  with the publication the child's references pass to the tree.
 * Not:   what the child is made of (clone_prepare.c).
 * See:   docs/process-tree.md, invariant 2 and the protocol of births.
 */
#include "birth.h"

#include <core/assert.h>
#include <core/race.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/ptrace.h>
#include <proc/seccomp.h>
#include <proc/session.h>
#include <proc/trace.h>
#include <proc/tree.h>
#include <sched/rcu_wait.h>
#include <uapi/errno.h>

/* The namespace that the child's parent lives in. */
static struct pid_ns *parents_world(const struct birth *b)
{
	return b->req->flags & CLONE_PARENT ? current_process()->parent_ns :
					      current_pidns();
}

/* Whose child it will be. [P] held: nobody sees the new process yet. */
static void set_parent(struct birth *b)
{
	struct process *self = current_process();
	struct process *p = b->process;
	bool sibling = b->req->flags & CLONE_PARENT;

	p->parent_ns = parents_world(b);
	p->parent = sibling ? self->parent : self;
	p->parent_task = sibling ? self->parent_task : current_task();
	ASSERT(process_ns(p->parent) == p->parent_ns);
}

/* Who hit the forker has hit its child, and a later look need not. [S] */
static void inherit_sweeps(struct pid *child)
{
	const struct pid *self = current_process()->tgid;

	if (SABOTAGED(no_marks))
		return;
	for (u32 i = 0; i <= self->level; i++)
		child->numbers[i].sweep_mark = self->numbers[i].sweep_mark;
}

static void link_thread(struct task *child)
{
	struct process *p = child->process;

	p->nthreads++;
	p->nlive++;
	list_add_tail(&p->threads, &child->thread_link);
}

/* All that a sweep or a look-up follows from the struct pid, before it is in
 * any table (invariant 2): identity, immunity, group, session, signals. */
static void prepare_process(struct birth *b, struct session *session)
{
	struct process *self = current_process();
	struct process *p = b->process;

	p->leader = b->child;
	p->tgid = pid_get(b->pid);
	set_parent(b);
	p->pgid = self->pgid;
	p->sid = self->sid;
	p->session = session_get(session);
	p->left_tty = self->left_tty;
	if (!SABOTAGED(fill_before_prepare))
		p->unkillable = pid_own_nr(b->pid) == 1;
	p->pending.set = b->collect.signals;
	inherit_sweeps(b->pid);
	link_thread(b->child);
	rcu_assign(b->pid->process, p);
	pid_attach(b->pid, PID_TGID);
}

static void prepare_task(struct birth *b)
{
	struct task *child = b->child;

	child->pid = b->pid;
	rcu_assign(b->pid->task, child);
	pid_attach(b->pid, PID_TASK);
	if (unlikely(b->traced))
		ptrace_child_prepare(child, b->req->flags, b->trace_event);
	if (unlikely(current_task()->seccomp_mode))
		seccomp_inherit(child);
	signal_recalc_task(child);
}

/* A namespace does not accept. The sweep that closed it may be looking at the
 * embryo; when it is not any more, what prepare_* did is undone. */
static void forget_embryo(struct birth *b)
{
	struct task *child = b->child;

	rcu_synchronize();
	b->pid->task = NULL;
	b->pid->process = NULL;
	b->pid->uses = 0;
	child->pid = NULL;
	child->tracee.flags = 0;
	if (child->syscall_filter)
		seccomp_release(child);
	if (!b->process)
		return;
	list_del(&child->thread_link);
	b->process->nthreads = 0;
	b->process->nlive = 0;
}

/* Number 1 is the init from here on. [N] */
static void crown_init(struct process *p)
{
	struct pid_ns *ns = process_ns(p);

	tree_assert_held(ns);
	rcu_assign(ns->reaper, p);
	ns->had_init = 1;
	pidns_step(ns, PIDNS_LIVE);
}

/* Both tree locks, [G] and the forker's siglock held. */
static int commit_process(struct birth *b, struct session *session)
{
	struct process *p = b->process;

	if (signal_fatal_pending(current_task()) ||
	    (current_process()->sigflags & SIGNAL_GROUP_EXIT))
		return -EINTR;
	prepare_process(b, session);
	prepare_task(b);
	if (!pid_publish(b->pid))
		return -ENOMEM;
	if (SABOTAGED(fill_before_prepare)) {
		race_delay_us(200);
		p->unkillable = pid_own_nr(b->pid) == 1;
	}
	list_add_tail(&p->parent_task->children, &p->sibling);
	session_join(session, p);
	if (p->unkillable)
		crown_init(p);
	return 0;
}

/* [N] and siglock held. */
static int commit_thread(struct birth *b)
{
	if (signal_fatal_pending(current_task()) ||
	    (current_process()->sigflags & SIGNAL_GROUP_EXIT))
		return -EINTR;
	prepare_task(b);
	if (!pid_publish(b->pid))
		return -ENOMEM;
	link_thread(b->child);
	signal_thread_born_locked(b->child);
	signal_recalc_task(b->child);
	return 0;
}

/* The innermost locks, for whoever has the outer ones. */
static int commit(struct birth *b, struct session *session)
{
	struct process *self = current_process();
	int err;

	b->traced = unlikely(current_task()->tracee.flags);
	if (b->traced)
		spin_lock(&trace_lock);
	spin_lock_irq(&self->siglock);
	err = session ? commit_process(b, session) : commit_thread(b);
	if (!err)
		trace_clone(b->child, b->req->flags);
	if (!err && b->child->tracee.flags)
		ptrace_child_link(b->child);
	spin_unlock_irq(&self->siglock);
	if (b->traced)
		spin_unlock(&trace_lock);
	return err;
}

static int thread_commit(struct birth *b)
{
	struct process *self = current_process();
	int err;

	tree_lock(process_ns(self));
	err = commit(b, NULL);
	tree_unlock(process_ns(self));
	return err;
}

static int process_commit(struct birth *b)
{
	struct process *self = current_process();
	struct pid_ns *outer = parents_world(b);
	struct pid_ns *inner = pid_ns_of(b->pid);
	struct session *session;
	int err;

	tree_lock_pair(outer, inner);
	session = session_lock(self);
	race_point("birth: session locked");
	err = commit(b, session);
	session_unlock(session);
	tree_unlock_pair(outer, inner);
	return err;
}

int birth_commit(struct birth *b)
{
	int err = b->process ? process_commit(b) : thread_commit(b);

	if (err == -ENOMEM)
		forget_embryo(b);
	return err;
}
