/*
 * kernel/proc/exit.c - the death of tasks
 *
 * What:  a task leaves what it shares, hands its children on, tells its
 *        parent, and becomes a zombie or vanishes. The last thread of an init
 *        takes its whole namespace along (pidns_zap) before that.
 * Locks: hand-over of children, the notice to the parent and the release are
 *        sections of the tree lock of the own namespace; the parent's is held
 *        as well for what the parent sees: a leader, or who follows a dead
 *        one. The group and session go under the session's lock; siglock
 *        covers the count of living threads.
 * Life:  ALIVE -> ZOMBIE (leaders whose parent waits) -> DEAD -> released:
 *        out of all tables, its memory going after a grace period.
 * Not:   waiting for children (wait.c).
 * See:   docs/pidns.md, docs/process-tree.md; exit_group(2), prctl(2):
 *        PR_SET_CHILD_SUBREAPER.
 */
#include <proc/lifecycle.h>

#include <core/assert.h>
#include <core/race.h>
#include <fs/file.h>
#include <fs/poll.h>
#include <proc/acct.h>
#include <proc/coredump.h>
#include <proc/futex.h>
#include <proc/ipc.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/procfs.h>
#include <proc/ptrace.h>
#include <proc/rseq.h>
#include <proc/seccomp.h>
#include <proc/session.h>
#include <proc/signal.h>
#include <proc/trace.h>
#include <proc/tree.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <uapi/wait.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

/* The rest of a task that is in no table any more. */
static void task_release_rest(struct task *t)
{
	struct process *p = t->process;
	struct sighand *sighand;

	spin_lock_irq(&p->siglock);
	if (unlikely(t->pending.set))
		sigqueue_flush(&t->pending, ~0ull);
	sighand = t->sighand;
	t->sighand = NULL;
	spin_unlock_irq(&p->siglock);
	sighand_put(sighand);
	user_task_del(t->cred);
	task_put(t);
}

/* What a dead thread used is the process's, so that it is not lost. The leader
 * goes last, and was looked at by who waited. */
static void account_dead_thread(struct task *t)
{
	struct process *p = t->process;
	u64 user_ns, system_ns;

	sched_times(&t->thread, &user_ns, &system_ns);
	p->user_ns += user_ns;
	p->system_ns += system_ns;
	p->minflt += t->minflt;
	p->majflt += t->majflt;
	io_count_add(&p->io, &t->io);
	p->nvcsw += t->thread.nvcsw;
	p->nivcsw += t->thread.nivcsw;
}

/* A dead leader's process leaves family, group and session. [P], [N] */
static void unlink_process(struct process *p, struct pid *pid)
{
	struct pid_ns *ns = pid_ns_of(pid);
	struct session *session;

	tree_assert_held(p->parent_ns);
	if (ns->reaper == p) {
		ASSERT(!ns->closer);
		rcu_assign(ns->reaper, NULL);
		pidns_step(ns, PIDNS_REAPED);
	}
	list_del(&p->sibling);
	pid_set_process(pid, NULL);
	session = session_lock(p);
	session_part(p);
	session_unlock(session);
	pid_detach(pid, PID_TGID);
}

/* A thread that execs waits until it is alone, but for a zombie leader. [N] */
static void wake_exec(struct process *p)
{
	if (p->group_exec && p->nthreads <= 2)
		thread_wake(&p->group_exec->thread, WAKE_NORMAL | WAKE_KILL);
}

/* Out of all tables. [N] held, [P] too for a leader; exit_state is DEAD. */
static void task_unlink(struct task *t)
{
	struct process *p = t->process;
	struct pid *pid = t->pid;
	bool leader = task_is_leader(t);

	ASSERT(t->exit_state == EXIT_DEAD);
	tree_assert_held(process_ns(p));
	if (unlikely(t->tracee.flags))
		ptrace_unlink_dead(t);
	spin_lock_irq(&p->siglock);
	if (!leader)
		account_dead_thread(t);
	list_del_rcu(&t->thread_link);
	p->nthreads--;
	pid_set_task(pid, NULL);
	rcu_assign(t->pid, NULL);
	spin_unlock_irq(&p->siglock);
	race_point("unlink: no thread left");
	if (leader) {
		ASSERT(p->nthreads == 0);
		unlink_process(p, pid);
	}
	pid_detach(pid, PID_TASK);
	wake_exec(p);
}

/* Nobody of @p lives any more, its leader is a zombie: pollers and the parent
 * are told. True: nobody will wait for it. [P] */
static bool process_died(struct process *p)
{
	bool unwaited;

	if (pidfd_notify_exit)
		pidfd_notify_exit(p->tgid);
	unwaited = signal_notify_parent_exit(p, p->leader->exit_signal);
	trace_dead(p, !unwaited);
	return unwaited;
}

/* The last other thread of a group whose leader is a zombie went: now the
 * process as a whole is dead. True: the leader is to be released too. [P] */
static bool leader_follows(struct process *p)
{
	struct task *leader = p->leader;

	if (p->nthreads != 1 || leader->exit_state != EXIT_ZOMBIE)
		return false;
	if (unlikely(leader->tracee.flags) && !ptrace_notify_exit(leader))
		return false;
	if (!process_died(p))
		return false;
	leader->exit_state = EXIT_DEAD;
	return true;
}

/*
 * A thread whose leader lives concerns its own namespace alone, and the outer
 * lock stays free for others. A leader becomes a zombie under both locks, so
 * the look under the own one is final. True: [P] is held as well as [N].
 */
static bool release_lock(struct task *t)
{
	struct process *p = t->process;

	if (!task_is_leader(t)) {
		bool alive = p->leader->exit_state == EXIT_ALIVE;

		race_point("release: leader looked at");
		if (SABOTAGED(unlocked_look))
			race_delay_us(1000);
		tree_lock(process_ns(p));
		if (SABOTAGED(unlocked_look) && alive)
			return false;
		if (p->leader->exit_state == EXIT_ALIVE)
			return false;
		tree_unlock(process_ns(p));
	}
	tree_lock_process(p);
	return true;
}

static void release_unlock(struct process *p, bool both)
{
	if (both)
		tree_unlock_process(p);
	else
		tree_unlock(process_ns(p));
}

void task_release(struct task *t)
{
	struct process *p = t->process;
	struct task *leader = NULL;
	struct pid *pid = t->pid;
	bool both = release_lock(t);

	trace_reap(t);
	if (task_is_leader(t)) {
		task_unlink(t);
		/* An epoll that another process shares may stand there. */
		if (unlikely(wait_queue_active(&p->signal_wait)))
			wait_queue_wake(&p->signal_wait, 0, POLLFREE);
	} else {
		task_unlink(t);
		if (both && leader_follows(p))
			leader = p->leader;
	}
	release_unlock(p, both);
	if (proc_forget)
		proc_forget(pid, p->tgid);
	task_release_rest(t);
	if (leader)
		task_release(leader);
}

void task_leave_aspace(struct task *t)
{
	struct completion *vfork;

	if (!t->aspace)
		return;
	if (futex_exit)
		futex_exit(t);
	if (t->rseq.at)
		rseq_leave();
	if (t->clear_child_tid) {
		/* Nobody to tell when it is alone in its memory. */
		if (refcount_read(&t->aspace->users) > 1 &&
		    !put_user_u32(t->clear_child_tid, 0) && futex_wake_user)
			futex_wake_user(t->clear_child_tid, 1);
		t->clear_child_tid = 0;
	}
	spin_lock(&t->alloc_lock);
	vfork = t->vfork_done;
	t->vfork_done = NULL;
	if (vfork)
		complete(vfork);
	spin_unlock(&t->alloc_lock);
}

static void exit_aspace(struct task *t)
{
	struct aspace *as;

	task_leave_aspace(t);
	spin_lock(&t->alloc_lock);
	as = t->aspace;
	t->aspace = NULL;
	spin_unlock(&t->alloc_lock);
	if (!as)
		return;
	t->process->max_rss = max(t->process->max_rss, READ_ONCE(as->max_rss));
	aspace_put(aspace_use(NULL));
}

static void exit_files(struct task *t)
{
	struct file_table *files;
	struct fs_context *fs;

	spin_lock(&t->alloc_lock);
	files = t->files;
	fs = t->fs;
	t->files = NULL;
	t->fs = NULL;
	spin_unlock(&t->alloc_lock);
	file_table_put(files);
	fs_context_put(fs);
}

/* A thread of @p that has not begun to exit, other than @not. [N] */
static struct task *living_thread(struct process *p, struct task *not)
{
	struct task *t;

	for_each_list(t, &p->threads, thread_link) {
		if (t != not && !(READ_ONCE(t->flags) & TASK_EXITING))
			return t;
	}
	return NULL;
}

/* Nearest subreaper above @p in @p's own namespace. [N]: a parent in another
 * one is of no use, and neither is who stands above it. */
static struct task *find_subreaper(struct process *p, struct process *init)
{
	struct pid_ns *ns = process_ns(p);

	if (!ns->had_subreaper)
		return NULL;
	while (p != init && p->parent_ns == ns) {
		struct task *t;

		p = p->parent;
		if (p == init || !p->is_subreaper)
			continue;
		t = living_thread(p, NULL);
		if (t)
			return t;
	}
	return NULL;
}

/*
 * Another thread of a dying init that has not passed exit_notify yet: the one
 * that zaps, or that will be the last. NULL: @t is that one. [N]
 */
static struct task *dying_sibling(struct process *init, struct task *t)
{
	struct task *other;

	for_each_list(other, &init->threads, thread_link) {
		if (other != t && other->exit_state == EXIT_ALIVE)
			return other;
	}
	return NULL;
}

/* Who gets the children of the dying @t; NULL: it is the last thread of an
 * init, and they are all reaped. [N] */
static struct task *find_new_parent(struct task *t)
{
	struct process *p = t->process;
	struct process *init = pid_ns_of(p->tgid)->reaper;
	struct task *heir;

	heir = living_thread(p, t);
	if (heir)
		return heir;
	heir = find_subreaper(p, init);
	if (heir)
		return heir;
	heir = living_thread(init, NULL);
	return heir ? heir : dying_sibling(init, t);
}

void process_notify_exit(struct process *p, struct list *dead)
{
	struct task *leader = p->leader;

	if (!signal_notify_parent_exit(p, leader->exit_signal))
		return;
	leader->exit_state = EXIT_DEAD;
	list_add_tail(dead, &leader->children);
}

/* PR_SET_PDEATHSIG, by the parent's number as the child sees it. */
static void send_parent_death(struct task *t)
{
	const struct cred *c = current_cred();
	const struct siginfo si = {
		.si_code = SI_USER,
		.f.kill.pid = pid_nr(current_process()->tgid,
				     pid_ns_of(t->process->tgid)),
		/* as the sender says it: it is translated on the way */
		.f.kill.uid = uid_shown(c->user_ns, c->uid),
	};

	if (t->pdeath_signal)
		signal_send_task(t, t->pdeath_signal, &si);
}

/* @child goes to @to. [N] of the dying parent, which is the child's [P]. Its
 * threads are of its own world, hence RCU. */
static void reparent_child(struct process *child, struct task *to,
			   struct list *dead)
{
	struct process *from = child->parent;
	struct task *t;

	ASSERT(process_ns(to->process) == child->parent_ns);
	trace_reparent(child, to->process);
	rcu_assign(child->parent_task, to);
	for_each_thread(t, child)
		send_parent_death(t);
	if (to->process == from)
		return;
	rcu_assign(child->parent, to->process);
	if (child->leader->exit_state == EXIT_DEAD)
		return;
	child->leader->exit_signal = SIGCHLD;
	if (child->leader->exit_state == EXIT_ZOMBIE && child->nthreads == 1 &&
	    !child->leader->tracee.flags)
		process_notify_exit(child, dead);
	session_exit_check(child, from);
}

/* All children of @t get a new parent. [N] @dead: those nobody waits for. */
static void reparent_children(struct task *t, struct list *dead)
{
	struct process *child, *tmp;
	struct task *to;

	if (list_empty(&t->children))
		return;
	to = find_new_parent(t);
	if (!to)
		panic("exit: the last thread of an init still has children");
	/* Not one that has handed its own children on. */
	ASSERT(to->exit_state == EXIT_ALIVE);
	for_each_list_safe(child, tmp, &t->children, sibling)
		reparent_child(child, to, dead);
	list_splice_tail(&to->children, &t->children);
}

void task_release_list(struct list *dead)
{
	while (!list_empty(dead)) {
		struct task *t = list_first(dead, struct task, children);

		list_del(&t->children);
		task_release(t);
	}
}

/* @t is a zombie: who has to know is told. True: nobody will wait for it. [N],
 * and [P] for a leader. */
static bool exit_tell(struct task *t)
{
	struct process *p = t->process;

	t->exit_state = EXIT_ZOMBIE;
	if (unlikely(t->tracee.flags) && !ptrace_notify_exit(t))
		return false;
	if (!task_is_leader(t))
		return true;
	return p->nthreads == 1 && process_died(p);
}

/* Children handed on, the parent told, in one section (invariant 4). True:
 * release the task at once. */
static bool exit_notify(struct task *t, bool group_dead)
{
	struct process *p = t->process;
	struct list dead = LIST_INIT(dead);
	bool leader = task_is_leader(t);
	struct pid_ns *ns = process_ns(p);
	struct pid_ns *outer = leader ? p->parent_ns : ns;
	bool autoreap;

	if (unlikely(!list_empty(&t->tracees)))
		ptrace_release_tracees();
	/* The last thread of an init takes its world along. */
	if (group_dead && READ_ONCE(ns->reaper) == p)
		pidns_zap(ns);
	tree_lock_pair(outer, ns);
	reparent_children(t, &dead);
	if (group_dead)
		session_exit_check(p, NULL);
	autoreap = exit_tell(t);
	if (autoreap)
		t->exit_state = EXIT_DEAD;
	wake_exec(p);
	tree_unlock_pair(outer, ns);
	if (SABOTAGED(late_mark)) {
		race_delay_us(3000);
		t->flags |= TASK_EXITING;
	}
	race_point("exit: told");
	task_release_list(&dead);
	return autoreap;
}

/* One thread less lives. True: it was the last. */
static bool exit_count(struct task *t, int code)
{
	struct process *p = t->process;
	bool last, tell;

	spin_lock_irq(&p->siglock);
	if (!SABOTAGED(late_mark))
		t->flags |= TASK_EXITING;
	t->exit_code = code;
	if (p->sigflags & SIGNAL_GROUP_EXIT)
		t->exit_code = p->group_exit_code;
	signal_thread_exits_locked(t);
	last = --p->nlive == 0;
	/* Whoever leaves last gives the status of the whole. */
	if (last && !(p->sigflags & SIGNAL_GROUP_EXIT)) {
		p->sigflags = SIGNAL_GROUP_EXIT;
		p->group_exit_code = code;
	}
	tell = p->sigflags & SIGNAL_TELL_STOP;
	spin_unlock_irq(&p->siglock);
	if (tell)
		signal_tell_parent(p);
	return last;
}

static void check_global_init(struct task *t, bool last)
{
	if (last && pidns_init_ns.reaper == t->process)
		panic("Attempted to kill init! exitcode=0x%08x",
		      (u32)t->exit_code);
}

/* No core dump counts on it from here on; one that does is waited for. */
static void exit_begin(struct task *t)
{
	if (READ_ONCE(t->process->nthreads) > 1 && coredump_park)
		coredump_park();
	else
		t->flags |= TASK_ENDING;
}

void task_exit(int code)
{
	struct task *t = current_task();
	bool last;

	ASSERT(!(t->flags & TASK_EXITING));
	exit_begin(t);
	if (unlikely(t->tracee.flags))
		ptrace_event(PTRACE_EVENT_EXIT, (u64)code);
	last = exit_count(t, code);
	trace_exit(t, last);
	if (unlikely(signal_log))
		signal_log->ended((u32)t->exit_code);
	race_point("exit: counted");
	check_global_init(t, last);
	if (unlikely(t->syscall_filter))
		seccomp_release(t);
	if (last && process_timers_stop)
		process_timers_stop(t->process);
	if (acct_exit)
		acct_exit(t, last);
	exit_aspace(t);
	if (sem_undo_leave)
		sem_undo_leave(t);
	exit_files(t);
	if (last && session_leader_exit)
		session_leader_exit(t->process);
	nsproxy_switch(NULL);
	if (exit_notify(t, last))
		task_release(t);
	thread_exit();
}

void task_exit_group(int code)
{
	struct process *p = current_process();
	struct task *t = current_task();

	spin_lock_irq(&p->siglock);
	if (p->sigflags & SIGNAL_GROUP_EXIT)
		code = p->group_exit_code;
	else if (p->group_exec && p->group_exec != t)
		code = 0;	/* another thread execs: only this one ends */
	else
		signal_group_exit_locked(p, code);
	/* SIGKILL has had its effect: the tracer may stop the exit. */
	if (unlikely(t->tracee.flags))
		t->pending.set &= ~SIGMASK(SIGKILL);
	spin_unlock_irq(&p->siglock);
	task_exit(code);
}
