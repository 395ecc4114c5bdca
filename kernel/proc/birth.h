/*
 * kernel/proc/birth.h - a child between prepare and commit
 *
 * What:  what the three parts of clone know of each other: the record of a
 *        birth, and the steps that fill, undo and publish it.
 * Locks: none: a birth lies on the stack of the task that forks.
 * See:   clone.c (the story), clone_prepare.c, clone_commit.c.
 */
#ifndef PROC_BIRTH_H
#define PROC_BIRTH_H

#include <proc/lifecycle.h>
#include <proc/signal.h>
#include <sched/wait.h>

/* Everything made for a child that is not born yet. */
struct birth {
	const struct clone_request *req;
	struct task *child;
	struct process *process;	/* new one; NULL: a thread */
	struct pid *pid;
	struct mutex *first_birth;	/* held while its world has no init */
	struct file *pidfd;
	int pidfd_nr;
	bool counted;			/* against RLIMIT_NPROC */
	struct fork_collect collect;
	struct completion vfork;
	bool traced;		/* commit holds trace_lock */
	u32 trace_event;	/* what a tracer is told: PTRACE_EVENT_* */
};

/*
 * birth_prepare - make all that can fail, seen by nobody
 * @b:       req and pidfd_nr (-1) are set, the rest is zero
 * Context:  task; sleeps
 * Return:   0, or the first error in Linux's order; then birth_abort follows
 */
int birth_prepare(struct birth *b);

/*
 * birth_abort - undo whatever part of prepare exists
 * @b:       not committed; what it holds is given back
 * Context:  task; sleeps
 */
void birth_abort(struct birth *b);

/*
 * birth_commit - link the child into the tree and publish its numbers
 * @b:       prepared; on an error nobody sees the child, and it can be aborted
 * Context:  task, between signal_fork_begin and signal_fork_end; sleeps only
 *           on the way to an error
 * Return:   0, -EINTR (the forker is to die), -ENOMEM (a namespace of the
 *           child does not accept processes any more)
 */
int birth_commit(struct birth *b);

#endif
