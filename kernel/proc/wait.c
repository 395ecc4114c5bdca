/*
 * kernel/proc/wait.c - waiting for children
 *
 * What:  process_wait behind wait4 and waitid: exited, stopped and continued
 *        children of any thread of the caller, or of this thread alone.
 * Locks: the tree lock of the caller's namespace, which is its children's [P],
 *        while they are looked at; a zombie is claimed there by changing
 *        its exit state, and released after the lock is dropped, so that its
 *        numbers are free before the call returns.
 * Life:  a sleeper is on its process's child_wait queue, which every event of
 *        a child wakes.
 * See:   wait(2), waitid(2), wait4(2).
 */
#include <proc/lifecycle.h>

#include <core/assert.h>
#include <proc/pidns.h>
#include <proc/ptrace.h>
#include <proc/signal.h>
#include <proc/tree.h>
#include <proc/user_ns.h>
#include <uapi/errno.h>
#include <uapi/wait.h>
#include "wait_internal.h"

bool wait_matches(const struct wait_request *req, const struct task *t)
{
	switch (req->which) {
	case P_PID:
	case P_PIDFD:
		return pid_is(t->pid, req->pid);
	case P_PGID:
		return pid_is(t->process->pgid, req->pid);
	}
	return true;
}

/* A child that reports its death by another signal than SIGCHLD is a "clone"
 * child, for WCLONE. Source: wait(2), Linux notes. */
static bool kind_matches(const struct wait_request *req, struct process *p)
{
	bool clone = p->leader->exit_signal != SIGCHLD;

	if (req->options & WALL)
		return true;
	return clone == !!(req->options & WCLONE);
}

static int exit_status(const struct process *p)
{
	return p->sigflags & SIGNAL_GROUP_EXIT ? p->group_exit_code :
						 p->leader->exit_code;
}

void wait_fill(struct wait_scan *s, struct task *t)
{
	s->out->pid = pid_vnr(t->pid);
	if (s->req->want_info)
		s->out->uid = uid_shown(current_cred()->user_ns, t->cred->uid);
	if (s->req->want_rusage)
		process_rusage(t->process, RUSAGE_BOTH, &s->out->rusage);
}

void wait_fill_exit(struct wait_scan *s, int status)
{
	s->out->status = status;
	if (!s->req->want_info)
		return;
	s->out->si_code = WIFEXITED(status) ? CLD_EXITED :
			  WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED;
	s->out->si_status = WIFEXITED(status) ? WEXITSTATUS(status) :
						WTERMSIG(status);
}

/* All of the child but its leader is accounted for, and nobody adds to it: the
 * last thread to go did so under the lock that is held. */
void wait_account_child(struct process *parent, struct process *child)
{
	u64 rss = max(child->max_rss, child->child_max_rss);
	struct task *t = child->leader;
	u64 user_ns, system_ns;

	ASSERT(child->nthreads == 1 && t->exit_state == EXIT_ZOMBIE);
	sched_times(&t->thread, &user_ns, &system_ns);
	spin_lock_irq(&parent->siglock);
	parent->child_user_ns += child->user_ns + child->child_user_ns +
				 user_ns;
	parent->child_system_ns += child->system_ns + child->child_system_ns +
				   system_ns;
	parent->child_minflt += child->minflt + child->child_minflt + t->minflt;
	parent->child_majflt += child->majflt + child->child_majflt + t->majflt;
	parent->child_nvcsw += child->nvcsw + child->child_nvcsw +
			       t->thread.nvcsw;
	parent->child_nivcsw += child->nivcsw + child->child_nivcsw +
				t->thread.nivcsw;
	parent->child_max_rss = max(parent->child_max_rss, rss);
	spin_unlock_irq(&parent->siglock);
}

static bool take_zombie(struct wait_scan *s, struct process *p)
{
	struct task *leader = p->leader;

	if (leader->exit_state != EXIT_ZOMBIE)
		return false;
	if (p->nthreads > 1)
		return false;
	/* Its tracer has it first. */
	if (unlikely(leader->tracee.flags))
		return false;
	wait_fill(s, leader);
	wait_fill_exit(s, exit_status(p));
	if (s->req->options & WNOWAIT)
		return true;
	wait_account_child(p->parent, p);
	leader->exit_state = EXIT_DEAD;
	s->reaped = leader;
	return true;
}

static bool take_stopped(struct wait_scan *s, struct process *p)
{
	bool taken = false;
	int sig = 0;

	if (!(s->req->options & WSTOPPED))
		return false;
	spin_lock_irq(&p->siglock);
	if (p->sigflags & SIGNAL_STOP_REPORT) {
		sig = p->stop_signal;
		taken = true;
		if (!(s->req->options & WNOWAIT))
			p->sigflags &= ~(u32)SIGNAL_STOP_REPORT;
	}
	spin_unlock_irq(&p->siglock);
	if (!taken)
		return false;
	wait_fill(s, p->leader);
	s->out->status = W_STOPCODE(sig);
	s->out->si_code = CLD_STOPPED;
	s->out->si_status = sig;
	return true;
}

bool wait_take_continued(struct wait_scan *s, struct task *t)
{
	struct process *p = t->process;
	bool taken = false;

	if (!(s->req->options & WCONTINUED))
		return false;
	spin_lock_irq(&p->siglock);
	if (p->sigflags & SIGNAL_CONT_REPORT) {
		taken = true;
		if (!(s->req->options & WNOWAIT))
			p->sigflags &= ~(u32)SIGNAL_CONT_REPORT;
	}
	spin_unlock_irq(&p->siglock);
	if (!taken)
		return false;
	wait_fill(s, t);
	s->out->status = W_CONTINUED;
	s->out->si_code = CLD_CONTINUED;
	s->out->si_status = SIGCONT;
	return true;
}

/* @p is whom the request names. */
static bool consider_child(struct wait_scan *s, struct process *p)
{
	struct task *leader = p->leader;

	if (!kind_matches(s->req, p))
		return false;
	if (leader->exit_state == EXIT_DEAD)
		return false;
	if (unlikely(leader->tracee.flags) && !ptrace_by_stranger(leader))
		return ptrace_wait_child(s, leader);
	/* A zombie will neither stop nor continue. */
	if (leader->exit_state == EXIT_ZOMBIE && p->nthreads == 1 &&
	    !(s->req->options & WEXITED))
		return false;
	s->eligible = true;
	return take_zombie(s, p) || take_stopped(s, p) ||
	       wait_take_continued(s, leader);
}

/* A process named by number is found without a walk. */
static bool scan_one(struct wait_scan *s)
{
	struct process *p = rcu_dereference(s->req->pid->process);

	/* The first process is its own parent, but not its own child. */
	if (!p || p == current_process() || p->parent != current_process())
		return false;
	if ((s->req->options & WNOTHREAD) &&
	    p->parent_task != current_task())
		return false;
	return consider_child(s, p);
}

static bool scan_thread(struct wait_scan *s, struct task *t)
{
	struct process *p;

	for_each_list(p, &t->children, sibling) {
		if (wait_matches(s->req, p->leader) && consider_child(s, p))
			return true;
	}
	return false;
}

static bool has_tracees(void)
{
	struct task *t;
	bool any = false;

	rcu_read_lock();
	for_each_thread(t, current_process())
		any = any || !list_empty(&t->tracees);
	rcu_read_unlock();
	return any;
}

/* One look at all children. True: an event was taken. */
static bool scan(struct wait_scan *s)
{
	struct process *me = current_process();
	struct pid_ns *ns = process_ns(me);
	struct task *t;
	bool found = false;

	s->eligible = false;
	tree_lock(ns);
	if (s->req->which == P_PID || s->req->which == P_PIDFD) {
		found = s->req->pid && scan_one(s);
	} else if (s->req->options & WNOTHREAD) {
		found = scan_thread(s, current_task());
	} else {
		for_each_list(t, &me->threads, thread_link) {
			found = scan_thread(s, t);
			if (found)
				break;
		}
	}
	tree_unlock(ns);
	return found || (unlikely(has_tracees()) && ptrace_wait_scan(s));
}

/* True: an event was taken, or there is none to wait for; then @err says. */
static bool settled(struct wait_scan *s, int *err)
{
	*err = 0;
	if (scan(s))
		return true;
	if (!s->eligible)
		*err = -ECHILD;
	else if (s->req->options & WNOHANG)
		s->out->pid = 0;
	else
		return false;
	return true;
}

int process_wait(const struct wait_request *req, struct wait_result *out)
{
	struct wait_scan s = { .req = req, .out = out };
	struct wait_queue *q = &current_process()->child_wait;
	struct wait_entry entry;
	bool queued = false;
	int err;

	/* Who finds what it looks for at once need not be woken. */
	while (!settled(&s, &err)) {
		if (!queued) {
			wait_entry_init(&entry);
			wait_queue_add(q, &entry);
			queued = true;
		} else if (signal_interrupts(THREAD_INTERRUPTIBLE)) {
			err = -ERESTARTSYS;
			break;
		} else {
			schedule();
		}
		thread_set_state(THREAD_INTERRUPTIBLE);
	}
	if (queued) {
		thread_set_state(THREAD_RUNNING);
		wait_queue_remove(q, &entry);
	}
	if (s.reaped)
		task_release(s.reaped);
	return err;
}

/* The zap's scan: any child in any state; false when there is none. */
static bool reap_one(struct task **out)
{
	struct process *p;
	struct task *t;
	bool any = false;

	*out = NULL;
	tree_lock(current_pidns());
	for_each_list(t, &current_process()->threads, thread_link) {
		for_each_list(p, &t->children, sibling) {
			struct task *leader = p->leader;

			if (leader->exit_state == EXIT_DEAD)
				continue;
			any = true;
			/* A tracer outside has the zombie first. */
			if (leader->exit_state != EXIT_ZOMBIE ||
			    p->nthreads > 1 || leader->tracee.flags)
				continue;
			wait_account_child(p->parent, p);
			leader->exit_state = EXIT_DEAD;
			*out = leader;
			goto found;
		}
	}
found:
	tree_unlock(current_pidns());
	return any;
}

void process_reap_all_children(void)
{
	struct wait_queue *q = &current_process()->child_wait;
	struct wait_entry entry;
	struct task *dead;

	wait_entry_init(&entry);
	wait_queue_add(q, &entry);
	for (;;) {
		thread_set_state(THREAD_UNINTERRUPTIBLE);
		if (!reap_one(&dead))
			break;
		if (dead) {
			thread_set_state(THREAD_RUNNING);
			task_release(dead);
			continue;
		}
		schedule();
	}
	thread_set_state(THREAD_RUNNING);
	wait_queue_remove(q, &entry);
}
