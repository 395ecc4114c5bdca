/*
 * kernel/proc/init_task.c - the first process, made from nothing
 *
 * What:  task 1 is not cloned: its identity, tables and limits are made here,
 *        its memory by the first exec.
 * Locks: the tree lock of the first namespace, the lock of the first session.
 * Life:  called once by the kernel thread "main" (kernel/main.c); the panic at
 *        its death is in exit.c.
 * See:   docs/boot.md; getrlimit(2) for the meaning of the limits.
 */
#include <proc/task.h>

#include <core/panic.h>
#include <fs/file.h>
#include <lib/string.h>
#include <proc/lifecycle.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/session.h>
#include <proc/signal.h>
#include <proc/trace.h>
#include <proc/tree.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

#define SLACK_NS 50000		/* Source: prctl(2), PR_SET_TIMERSLACK. */
#define STACK_SOFT (8ul << 20)
#define NOFILE_SOFT 1024
#define NOFILE_HARD 4096
#define MEMLOCK_BYTES (8ul << 20)
#define MSGQUEUE_BYTES 819200

/* Linux's limits of the first process: half the threads the machine has room
 * for, as many queued signals. */
static void init_limits(struct process *p)
{
	u64 half = task_max() / 2;

	for (u32 i = 0; i < RLIM_NLIMITS; i++)
		p->rlimits[i] = (struct rlimit64){ RLIM_INFINITY,
						   RLIM_INFINITY };
	p->rlimits[RLIMIT_STACK].rlim_cur = STACK_SOFT;
	p->rlimits[RLIMIT_CORE].rlim_cur = 0;
	p->rlimits[RLIMIT_NPROC] = (struct rlimit64){ half, half };
	p->rlimits[RLIMIT_NOFILE] = (struct rlimit64){ NOFILE_SOFT,
						       NOFILE_HARD };
	p->rlimits[RLIMIT_MEMLOCK] = (struct rlimit64){ MEMLOCK_BYTES,
							MEMLOCK_BYTES };
	p->rlimits[RLIMIT_SIGPENDING] = (struct rlimit64){ half, half };
	p->rlimits[RLIMIT_MSGQUEUE] = (struct rlimit64){ MSGQUEUE_BYTES,
							 MSGQUEUE_BYTES };
	p->rlimits[RLIMIT_NICE] = (struct rlimit64){ 0, 0 };
	p->rlimits[RLIMIT_RTPRIO] = (struct rlimit64){ 0, 0 };
}

static int init_shares(struct task *t)
{
	int err = file_table_create(&t->files);

	if (!err)
		err = sighand_create(&t->sighand);
	if (!err)
		err = aspace_create(&t->aspace);
	if (err)
		return err;
	t->fs = vfs_init_context();
	fs_context_get(t->fs);
	nsproxy_get(&nsproxy_init_set);
	t->nsproxy = &nsproxy_init_set;
	t->cred = cred_get(&cred_init);
	user_task_add(&cred_init);
	return arch_thread_init_user(&t->thread.arch,
				     t->thread.arch.kstack_top, NULL);
}

/* Its own parent, group and session; all fields before it can be found. */
static void init_family(struct task *t, struct process *p, struct pid *pid,
			struct session *s)
{
	t->process = p;
	t->pid = pid;
	t->exit_signal = SIGCHLD;
	t->timer_slack_ns = SLACK_NS;
	t->default_slack_ns = SLACK_NS;
	t->thread.arch.mmu = &t->aspace->mmu;
	p->leader = t;
	p->tgid = pid_get(pid);
	p->session = s;
	p->parent = p;
	p->parent_task = t;
	p->parent_ns = &pidns_init_ns;
	p->unkillable = 1;
	p->dumpable = 1;
	p->exec_ns = user_ns_get(&user_ns_init);
	p->nthreads = 1;
	p->nlive = 1;
	pid->task = t;
	pid->process = p;
}

static void init_publish(struct task *t, struct process *p, struct pid *pid)
{
	tree_lock(&pidns_init_ns);
	pid_attach(pid, PID_TASK);
	pid_attach(pid, PID_TGID);
	list_add_tail(&p->threads, &t->thread_link);
	p->pgid = pid;
	p->sid = pid;
	session_lock(p);
	session_join(p->session, p);
	session_unlock(p->session);
	if (!pid_publish(pid))
		panic("init: the first pid namespace takes no members");
	rcu_assign(pidns_init_ns.reaper, p);
	pidns_init_ns.had_init = 1;
	pidns_step(&pidns_init_ns, PIDNS_LIVE);
	trace_clone(t, 0);
	tree_unlock(&pidns_init_ns);
}

int task_create_init(struct task **out)
{
	const struct pid_alloc_args args = { .ns = &pidns_init_ns };
	struct session *s;
	struct process *p;
	struct task *t;
	struct pid *pid;
	int err = task_alloc(&t);

	if (!err)
		err = process_alloc(&p);
	if (!err)
		err = init_shares(t);
	if (!err)
		err = pid_alloc(&args, &pid);
	if (!err)
		err = session_create(pid, &s);
	if (err)
		return err;	/* the caller panics: nothing to undo for */
	thread_init(&t->thread, NULL);
	t->start_ns = clock_now_ns();
	str_copy(t->comm, sizeof(t->comm), "init");
	init_limits(p);
	if (process_timers_init)
		process_timers_init(p);
	init_family(t, p, pid, s);
	init_publish(t, p, pid);
	*out = t;
	return 0;
}
