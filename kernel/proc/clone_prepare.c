/*
 * kernel/proc/clone_prepare.c - what a child is made of
 *
 * What:  each part of a child in the order in which Linux tells their errors:
 *        identity, limits, files, memory, namespaces, registers, number,
 *        pidfd; and birth_abort, which undoes whatever part exists.
 * Locks: while a namespace has no init, its first_birth mutex is held from the
 *        reservation of the number to the end, so that number 2 is never born
 *        before number 1. (A mutex, because user memory is written between.)
 * Life:  all of it belongs to the birth until it is committed; see task.c.
 * Not:   copying of memory (mm/vm/aspace.c), namespaces (nsproxy.c), numbers
 *        (pid.c).
 * See:   clone(2).
 */
#include "birth.h"

#include <fs/file.h>
#include <lib/string.h>
#include <mm/kstack.h>
#include <proc/ipc.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/procfs.h>
#include <proc/rseq.h>
#include <proc/user.h>
#include <proc/vdso.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/pidfd.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

/* An eighth of memory may be kernel stacks, as on Linux. */
#define TASK_COST_BYTES (8 * KSTACK_SIZE)

/* The parent's, or a copy in a new user namespace. */
static int copy_cred(struct birth *b)
{
	struct cred *new;

	if (!(b->req->flags & CLONE_NEWUSER)) {
		b->child->cred = cred_get(current_cred());
		return 0;
	}
	if (!user_ns_create)
		return -EINVAL;
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
	if (unlikely(current_task()->flags & TASK_CROWDED))
		current_task()->flags &= ~(u32)TASK_CROWDED;
	if (task_count() > task_max())
		return -EAGAIN;
	/* Its share of a CPU is not for two. */
	if (current_thread()->own.policy == SCHED_DEADLINE &&
	    !current_thread()->own.reset_on_fork)
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
	child->timer_slack_ns = READ_ONCE(t->timer_slack_ns);
	child->default_slack_ns = child->timer_slack_ns;
	child->personality = t->personality;
	child->hints = t->hints;
	child->ioprio = t->ioprio;
	child->no_new_privs = t->no_new_privs;
	child->blocked = t->blocked;
	child->flags = TASK_FORKNOEXEC | (t->flags & TASK_RANDOM);
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
	if (process_timers_init)
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
	if (!pidfd_create)
		return -EINVAL;
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

int birth_prepare(struct birth *b)
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

/* The namespaces, files and memory that the child has taken. */
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

void birth_abort(struct birth *b)
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
