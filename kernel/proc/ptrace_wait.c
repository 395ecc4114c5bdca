/*
 * kernel/proc/ptrace_wait.c - what a tracer's wait finds
 *
 * What:  stopped tracees and those that died, threads as well as processes.
 * Locks: [X] for the list of tracees, siglock for a stop. A zombie is claimed
 *        under the tree locks [P] and [N] and [X], since its parent may get
 *        it.
 * Not:   the loop around it (wait.c).
 * See:   docs/ptrace.md; ptrace(2), wait(2).
 */
#include <proc/ptrace.h>

#include <core/assert.h>
#include <proc/signal.h>
#include <proc/tree.h>
#include <uapi/wait.h>
#include "wait_internal.h"

static bool take_stop(struct wait_scan *s, struct task *t)
{
	s32 code = 0;

	spin_lock_irq(&t->process->siglock);
	if (READ_ONCE(t->thread.state) == THREAD_TRACED &&
	    !(t->jobctl & JOB_LISTENING)) {
		code = t->tracee.code;
		if (!(s->req->options & WNOWAIT))
			t->tracee.code = 0;
	}
	spin_unlock_irq(&t->process->siglock);
	if (!code)
		return false;
	wait_fill(s, t);
	s->out->status = W_STOPCODE(code);
	s->out->si_code = CLD_TRAPPED;
	s->out->si_status = code;
	return true;
}

static bool is_whole(const struct task *t)
{
	return !task_is_leader(t) || t->process->nthreads == 1;
}

/* A dead tracee; one that is not a stranger's child is passed on to its
 * parent, the others are gone. [P], [N] and [X] held; [X] dropped. */
static void claim(struct wait_scan *s, struct task *t)
{
	struct process *p = t->process;

	if (task_is_leader(t) && ptrace_by_stranger(t)) {
		struct list dead = LIST_INIT(dead);

		spin_unlock(&trace_lock);
		ptrace_unlink_dead(t);
		process_notify_exit(p, &dead);
		if (list_empty(&dead))
			return;
		list_del(&t->children);
	} else {
		spin_unlock(&trace_lock);
		if (task_is_leader(t))
			wait_account_child(p->parent, p);
		t->exit_state = EXIT_DEAD;
	}
	s->reaped = t;
}

static int status_of(const struct task *t)
{
	const struct process *p = t->process;

	return p->sigflags & SIGNAL_GROUP_EXIT ? p->group_exit_code :
						 t->exit_code;
}

/* [P], [N] and [X] held; [X] dropped. */
static bool take_zombie(struct wait_scan *s, struct task *t)
{
	if (!t->tracee.tracer ||
	    t->tracee.tracer->process != current_process() ||
	    t->exit_state != EXIT_ZOMBIE || !is_whole(t)) {
		spin_unlock(&trace_lock);
		return false;
	}
	wait_fill(s, t);
	wait_fill_exit(s, status_of(t));
	if (s->req->options & WNOWAIT)
		spin_unlock(&trace_lock);
	else
		claim(s, t);
	return true;
}

/* Stops and the like. [X] or [P] held. *@zombie: it is dead and wanted. */
static bool consider(struct wait_scan *s, struct task *t, bool *zombie)
{
	u32 state = READ_ONCE(t->exit_state);

	*zombie = false;
	if (state == EXIT_DEAD || !wait_matches(s->req, t))
		return false;
	if (state == EXIT_ZOMBIE && is_whole(t)) {
		*zombie = s->req->options & WEXITED;
		return false;
	}
	if (state != EXIT_ZOMBIE ||
	    (s->req->options & (WCONTINUED | WEXITED)))
		s->eligible = true;
	return take_stop(s, t) || wait_take_continued(s, t);
}

bool ptrace_wait_child(struct wait_scan *s, struct task *t)
{
	bool zombie;

	if (consider(s, t, &zombie))
		return true;
	if (!zombie)
		return false;
	spin_lock(&trace_lock);
	return take_zombie(s, t);
}

/* The first event among @tracer's; *@dead: a zombie, with a reference. */
static bool scan_tracer(struct wait_scan *s, struct task *tracer,
			struct task **dead)
{
	struct task *t;
	bool zombie, found = false;

	spin_lock(&trace_lock);
	for_each_list(t, &tracer->tracees, tracee.link) {
		found = consider(s, t, &zombie);
		if (zombie)
			*dead = task_get(t);
		if (found || zombie)
			break;
	}
	spin_unlock(&trace_lock);
	return found;
}

static bool reap_tracee(struct wait_scan *s, struct task *t)
{
	bool found;

	tree_lock_process(t->process);
	spin_lock(&trace_lock);
	found = take_zombie(s, t);
	tree_unlock_process(t->process);
	task_put(t);
	return found;
}

static bool scan_all(struct wait_scan *s, struct task **dead)
{
	struct task *t;
	bool found = false;

	if (s->req->options & WNOTHREAD)
		return scan_tracer(s, current_task(), dead);
	rcu_read_lock();
	for_each_thread(t, current_process()) {
		if (!list_empty(&t->tracees))
			found = scan_tracer(s, t, dead);
		if (found || *dead)
			break;
	}
	rcu_read_unlock();
	return found;
}

bool ptrace_wait_scan(struct wait_scan *s)
{
	struct task *dead;

	do {
		dead = NULL;
		if (scan_all(s, &dead))
			return true;
		if (dead && reap_tracee(s, dead))
			return true;
	} while (dead);
	return false;
}
