/*
 * kernel/proc/clone.c - the birth of tasks: check, prepare, commit
 *
 * What:  task_clone for clone, clone3, fork and vfork. *Check* refuses what
 *        the flags alone forbid. *Prepare* (clone_prepare.c) makes everything
 *        that can fail, seen by nobody. *Commit* (clone_commit.c) links the
 *        child into the tree and publishes its numbers; after it nothing
 *        fails. Then the child runs, and the number is told.
 * Locks: none here, but that birth_finish lets first_birth go, which prepare
 *        took; each part names its own.
 * Life:  see task.c.
 * See:   docs/pidns.md, docs/process-tree.md; clone(2).
 */
#include "birth.h"

#include <core/assert.h>
#include <fs/file.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/ptrace.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

static int check_flags(const struct clone_request *req)
{
	u64 f = req->flags;

	if ((f & CLONE_FS) && (f & (CLONE_NEWNS | CLONE_NEWUSER)))
		return -EINVAL;
	if ((f & CLONE_THREAD) && !(f & CLONE_SIGHAND))
		return -EINVAL;
	if ((f & CLONE_SIGHAND) && !(f & CLONE_VM))
		return -EINVAL;
	if ((f & CLONE_PARENT) && current_process()->unkillable)
		return -EINVAL;
	if (f & CLONE_THREAD) {
		if (f & (CLONE_NEWUSER | CLONE_NEWPID))
			return -EINVAL;
		if (current_task()->nsproxy->pid_for_children !=
		    current_pidns())
			return -EINVAL;
	}
	if ((f & CLONE_PIDFD) && (f & CLONE_DETACHED))
		return -EINVAL;
	return 0;
}

static void vfork_wait(struct birth *b)
{
	struct task *child = b->child;

	if (completion_wait_killable(&b->vfork)) {
		spin_lock(&child->alloc_lock);
		child->vfork_done = NULL;
		spin_unlock(&child->alloc_lock);
	} else if (unlikely(current_task()->tracee.flags)) {
		ptrace_event_pid(PTRACE_EVENT_VFORK_DONE, b->pid);
	}
}

/* The child is born: tell its number, let it run. */
static long birth_finish(struct birth *b)
{
	struct task *child = b->child;
	bool vfork = b->req->flags & CLONE_VFORK;
	long nr = pid_vnr(b->pid);

	if (b->first_birth)
		mutex_unlock(b->first_birth);
	if (b->pidfd)
		fd_install(current_task()->files, b->pidfd_nr, b->pidfd);
	if (b->process && process_timers_start)
		process_timers_start(b->process);
	if (b->req->flags & CLONE_PARENT_SETTID) {
		/* As on Linux, a bad address is not an error any more. */
		if (put_user_u32(b->req->parent_tid, (u32)nr))
			barrier();
	}
	if (vfork) {
		completion_init(&b->vfork);
		child->vfork_done = &b->vfork;
		task_get(child);
	}
	pid_get(b->pid);
	thread_start(&child->thread);
	if (unlikely(b->trace_event))
		ptrace_event_pid(b->trace_event, b->pid);
	if (vfork) {
		vfork_wait(b);
		task_put(child);
	}
	pid_put(b->pid);
	return nr;
}

long task_clone(const struct clone_request *req)
{
	struct birth b = { .req = req, .pidfd_nr = -1 };
	int err;

	/* check */
	err = check_flags(req);
	if (err)
		return err;
	if (unlikely(current_task()->tracee.flags))
		b.trace_event = ptrace_clone_event(req);
	signal_fork_begin(&b.collect);
	/* prepare */
	err = birth_prepare(&b);
	/* commit */
	if (!err)
		err = birth_commit(&b);
	signal_fork_end(&b.collect);
	if (err) {
		birth_abort(&b);
		return err;
	}
	return birth_finish(&b);
}

void task_child_start(void)
{
	struct task *t = current_task();
	void (*first_run)(void) = t->first_run;

	t->first_run = NULL;
	if (first_run)
		first_run();
	if (!t->set_child_tid)
		return;
	if (put_user_u32(t->set_child_tid, (u32)pid_vnr(t->pid)))
		barrier();
	t->set_child_tid = 0;
}
