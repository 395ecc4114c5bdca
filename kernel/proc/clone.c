/*
 * kernel/proc/clone.c - the birth of tasks: check, prepare, commit
 *
 * What:  task_clone for clone, clone3, fork and vfork. *Check* refuses what
 *        the flags alone forbid. *Prepare* makes everything that can fail,
 *        seen by nobody; birth_abort undoes whatever part of it exists.
 *        *Commit* links the child into the tree and publishes its numbers in
 *        one section; after it nothing fails.
 * Locks: commit holds the tree locks of the parent's and the child's namespace,
 *        the lock of the forker's session and the forker's siglock; for a
 *        thread only the tree lock of its namespace and the siglock. While a
 *        namespace has no init, its first_birth mutex is held from the
 *        reservation of the number to the end, so that number 2 is never born
 *        before number 1. (A mutex, because user memory is written between.)
 * Life:  see task.c.
 * Not:   copying of memory (mm/vm/aspace.c), namespaces (nsproxy.c), numbers
 *        (pid.c).
 * See:   docs/pidns.md, docs/process-tree.md; clone(2).
 */
#include <proc/lifecycle.h>

#include <core/assert.h>
#include <core/race.h>
#include <fs/file.h>
#include <lib/string.h>
#include <mm/kstack.h>
#include <proc/ipc.h>
#include <proc/nsproxy.h>
#include <proc/vdso.h>
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
#include <sched/rcu_wait.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/pidfd.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

/* An eighth of memory may be kernel stacks, as on Linux. */
#define TASK_COST_BYTES (8 * KSTACK_SIZE)

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

/* The parent's, or a copy in a new user namespace. */
static int copy_cred(struct birth *b)
{
	struct cred *new;

	if (!(b->req->flags & CLONE_NEWUSER)) {
		b->child->cred = cred_get(current_cred());
		return 0;
	}
	new = cred_copy(current_cred());
	if (!new)
		return -ENOMEM;
	b->child->cred = new;
	return user_ns_create(new);
}

static int check_limits(struct birth *b)
{
	const struct cred *cred = b->child->cred;

	user_task_add(cred);
	b->counted = true;
	if (user_is_over(cred->user, USER_TASKS,
			 current_rlimit(RLIMIT_NPROC)) &&
	    cred->uid != 0 && !capable(CAP_SYS_RESOURCE) &&
	    !capable(CAP_SYS_ADMIN))
		return -EAGAIN;
	if (task_count() > task_max())
		return -EAGAIN;
	return 0;
}

static u32 threads_max;		/* [a] 0: not asked for yet (at boot) */

u32 task_max(void)
{
	u64 room = mm_total_pages() * PAGE_SIZE / TASK_COST_BYTES;

	if (!READ_ONCE(threads_max))
		WRITE_ONCE(threads_max, (u32)max(room, 20ul));
	return READ_ONCE(threads_max);
}

void task_max_set(u32 max)
{
	WRITE_ONCE(threads_max, max);
}

static void copy_identity(struct birth *b)
{
	struct task *t = current_task();
	struct task *child = b->child;

	memcpy(child->comm, t->comm, sizeof(child->comm));
	child->start_ns = clock_now_ns();
	child->timer_slack_ns = t->timer_slack_ns;
	child->personality = t->personality;
	child->hints = t->hints;
	child->ioprio = t->ioprio;
	child->no_new_privs = t->no_new_privs;
	child->blocked = t->blocked;
	child->flags = TASK_FORKNOEXEC;
	child->exit_signal = b->req->exit_signal;
	if (b->req->flags & CLONE_THREAD)
		child->exit_signal = -1;
	else if (b->req->flags & CLONE_PARENT)
		child->exit_signal = t->process->leader->exit_signal;
	if ((b->req->flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		return;
	child->altstack_sp = t->altstack_sp;
	child->altstack_size = t->altstack_size;
	child->altstack_flags = t->altstack_flags;
}

static int copy_files(struct birth *b)
{
	struct task *t = current_task();

	if (!(b->req->flags & CLONE_FILES))
		return file_table_clone(t->files, &b->child->files);
	file_table_get(t->files);
	b->child->files = t->files;
	return 0;
}

static int copy_semaphores(struct birth *b)
{
	if (!(b->req->flags & CLONE_SYSVSEM) || !sem_undo_share)
		return 0;
	return sem_undo_share(b->child);
}

static int copy_fs(struct birth *b)
{
	struct task *t = current_task();

	if (!(b->req->flags & CLONE_FS))
		return fs_context_clone(t->fs, &b->child->fs);
	fs_context_get(t->fs);
	b->child->fs = t->fs;
	return 0;
}

static int copy_sighand(struct birth *b)
{
	struct task *t = current_task();
	int err;

	if (b->req->flags & CLONE_SIGHAND) {
		sighand_get(t->sighand);
		b->child->sighand = t->sighand;
		return 0;
	}
	err = sighand_clone(t->sighand, &b->child->sighand);
	if (!err && (b->req->flags & CLONE_CLEAR_SIGHAND))
		sighand_reset_caught(b->child->sighand);
	return err;
}

static int copy_process(struct birth *b)
{
	struct process *from = current_process();
	struct process *p;
	int err;

	if (b->req->flags & CLONE_THREAD) {
		b->child->process = process_get(from);
		return 0;
	}
	err = process_alloc(&p);
	if (err)
		return err;
	memcpy(p->rlimits, from->rlimits, sizeof(p->rlimits));
	p->oom_score_adj = from->oom_score_adj;
	p->dumpable = from->dumpable;
	p->exec_ns = user_ns_get(READ_ONCE(from->exec_ns));
	process_timers_init(p);
	b->process = p;
	b->child->process = p;
	return 0;
}

static int copy_aspace(struct birth *b)
{
	struct task *t = current_task();
	u64 sp = b->req->stack;

	if (b->req->flags & CLONE_VM) {
		aspace_get(t->aspace);
		b->child->aspace = t->aspace;
		return 0;
	}
	if (!sp)
		sp = regs_sp(arch_thread_regs(&t->thread.arch));
	return aspace_clone(t->aspace, sp, &b->child->aspace);
}

static int copy_namespaces(struct birth *b)
{
	const struct nsproxy_args args = {
		.from = current_task(),
		.flags = b->req->flags,
		.fs = b->child->fs,
		.owner = b->child->cred->user_ns,
		.enter_time = !(b->req->flags & CLONE_VM),
		.is_clone = true,
	};

	int err = nsproxy_clone_for(&args, &b->child->nsproxy);

	if (!err && vdso_change_time && args.enter_time &&
	    b->child->nsproxy->time != args.from->nsproxy->time)
		vdso_change_time(b->child->aspace);
	return err;
}

static int copy_thread(struct birth *b)
{
	struct task *child = b->child;
	struct arch_thread *arch = &child->thread.arch;
	struct regs *regs;
	int err;

	if ((b->req->flags & CLONE_SETTLS) && b->req->tls >= USER_END)
		return -EPERM;
	err = arch_thread_init_user(arch, arch->kstack_top,
				    &current_task()->thread.arch);
	if (err)
		return err;
	arch->mmu = &child->aspace->mmu;
	regs = arch_thread_regs(arch);
	if (b->req->stack)
		regs_set_sp(regs, b->req->stack);
	regs_set_return(regs, 0);
	if (b->req->flags & CLONE_SETTLS)
		arch_thread_set_tls(arch, b->req->tls);
	if (b->req->flags & CLONE_CHILD_SETTID) {
		child->set_child_tid = b->req->child_tid;
		arch->work |= WORK_NOTIFY;
	}
	if (current_task()->rseq.at && !(b->req->flags & CLONE_VM))
		rseq_inherit(child);
	if (b->req->flags & CLONE_CHILD_CLEARTID)
		child->clear_child_tid = b->req->child_tid;
	return 0;
}

static int take_pid(struct birth *b)
{
	struct pid_alloc_args args = {
		.ns = b->child->nsproxy->pid_for_children,
		.set_tid = b->req->set_tid,
		.set_tid_n = b->req->set_tid_n,
	};

	if (!READ_ONCE(args.ns->had_init)) {
		b->first_birth = &args.ns->first_birth;
		mutex_lock(b->first_birth);
	}
	return pid_alloc(&args, &b->pid);
}

static int make_pidfd(struct birth *b)
{
	u32 flags = O_RDWR;
	int fd, err;

	if (!(b->req->flags & CLONE_PIDFD))
		return 0;
	if (b->req->flags & CLONE_THREAD)
		flags |= PIDFD_THREAD;
	fd = fd_alloc(current_task()->files, 0, current_rlimit(RLIMIT_NOFILE),
		      true);
	if (fd < 0)
		return fd;
	b->pidfd_nr = fd;
	err = pidfd_create(b->pid, flags, &b->pidfd);
	if (!err)
		err = put_user_u32(b->req->pidfd, (u32)fd);
	return err;
}

/* Linux's order: the first error of these is the one that is told. */
static int (*const prepare_steps[])(struct birth *b) = {
	copy_semaphores, copy_files, copy_fs, copy_sighand, copy_process,
	copy_aspace, copy_namespaces, copy_thread, take_pid, make_pidfd,
};

static int birth_prepare(struct birth *b)
{
	int err;

	/* A signal that came before the copy is handled first. */
	if (signal_pending())
		return -ERESTARTNOINTR;
	err = task_alloc(&b->child);
	if (err)
		return err;
	thread_init(&b->child->thread, &current_task()->thread);
	copy_identity(b);
	err = copy_cred(b);
	if (!err)
		err = check_limits(b);
	for (u32 i = 0; !err && i < ARRAY_SIZE(prepare_steps); i++)
		err = prepare_steps[i](b);
	return err;
}

/* The namespaces, files and memory a child has taken; also for its end. */
static void task_drop_shares(struct task *t)
{
	if (t->aspace)
		aspace_put(t->aspace);
	if (t->files)
		file_table_put(t->files);
	if (t->fs)
		fs_context_put(t->fs);
	if (t->sighand)
		sighand_put(t->sighand);
	nsproxy_put(t->nsproxy);
}

/* Undo whatever part of prepare exists. */
static void birth_abort(struct birth *b)
{
	struct task *child = b->child;

	if (b->pidfd)
		file_put(b->pidfd);
	if (b->pidfd_nr >= 0)
		fd_cancel(current_task()->files, b->pidfd_nr);
	if (b->pid)
		pid_abort(b->pid);
	if (b->first_birth)
		mutex_unlock(b->first_birth);
	if (!child)
		return;
	if (b->counted)
		user_task_del(child->cred);
	arch_thread_fini(&child->thread.arch);
	if (sem_undo_leave)
		sem_undo_leave(child);
	task_drop_shares(child);
	if (child->process)
		process_put(child->process);
	if (child->cred)
		cred_put(child->cred);
	task_free_unborn(child);
}

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

static int birth_commit(struct birth *b)
{
	int err = b->process ? process_commit(b) : thread_commit(b);

	if (err == -ENOMEM)
		forget_embryo(b);
	return err;
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
	if (b->process)
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
