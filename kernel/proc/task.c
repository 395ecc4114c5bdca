/*
 * kernel/proc/task.c - tasks and processes: memory, references, look-up
 *
 * What:  allocation and freeing of struct task and struct process, finding
 *        them by number, their credentials and limits.
 * Locks: none: look-up is under RCU, references are atomic.
 * Life:  a task's memory goes a grace period after its last reference: a
 *        reader that found it in an RCU section may look at all [R] fields. It
 *        takes its reference to the process along, and every table lost the
 *        process before: so the last reference to that one, whoever holds it,
 *        goes when no such reader is left.
 * Not:   birth (clone.c, clone_commit.c), death (exit.c).
 * See:   docs/locking.md.
 */
#include <proc/task.h>

#include <core/assert.h>
#include <core/race.h>
#include <fs/file.h>
#include <lib/string.h>
#include <mm/kstack.h>
#include <mm/slab.h>
#include <proc/lifecycle.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/session.h>
#include <proc/signal.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <uapi/sched.h>
#include <vm/aspace.h>

static struct slab_cache *task_cache;
static struct slab_cache *process_cache;
static struct atomic ntasks;		/* allocated and not yet freed */
static struct atomic64 nforks;		/* tasks ever made */

void task_init(void)
{
	task_cache = slab_cache_create("task", sizeof(struct task), 64, 0);
	process_cache = slab_cache_create("process", sizeof(struct process),
					  64, 0);
	if (!task_cache || !process_cache)
		panic("task: no memory for the caches");
}

u32 task_count(void)
{
	return (u32)atomic_read(&ntasks);
}

u64 task_forks(void)
{
	return (u64)atomic_read(&nforks);
}

/* After the last switch away: the stack is free, the task maybe not yet. */
static void task_dead(struct thread *thread)
{
	struct task *t = container_of(thread, struct task, thread);

	kstack_free(thread->arch.kstack_top);
	thread->arch.kstack_top = 0;
	task_put(t);
}

int task_alloc(struct task **out)
{
	struct task *t = slab_zalloc(task_cache);

	if (!t)
		return -ENOMEM;
	t->thread.arch.kstack_top = kstack_alloc();
	if (!t->thread.arch.kstack_top) {
		slab_free(task_cache, t);
		return -ENOMEM;
	}
	/* One for whoever reaps it, one for its own run (task_dead). */
	refcount_set(&t->refs, 2);
	t->thread.dead = task_dead;
	list_init(&t->thread_link);
	list_init(&t->children);
	list_init(&t->tracee.link);
	list_init(&t->tracees);
	spin_init(&t->alloc_lock, "task", RANK_TASK);
	sigqueue_init(&t->pending);
	atomic_inc(&ntasks);
	atomic_inc(&nforks);
	*out = t;
	return 0;
}

void task_free_unborn(struct task *t)
{
	kstack_free(t->thread.arch.kstack_top);
	slab_free(task_cache, t);
	atomic_dec(&ntasks);
}

int process_alloc(struct process **out)
{
	struct process *p = slab_alloc(process_cache);

	if (!p)
		return -ENOMEM;
	memset(p, 0, offsetof(struct process, rlimits));
	refcount_set(&p->refs, 1);
	spin_init(&p->siglock, "siglock", RANK_SIGLOCK);
	list_init(&p->threads);
	list_init(&p->group_link);
	list_init(&p->session_link);
	list_init(&p->sibling);
	list_init(&p->forks);
	list_init(&p->posix_timers);
	wait_queue_init(&p->child_wait);
	wait_queue_init(&p->signal_wait);
	sigqueue_init(&p->pending);
	*out = p;
	return 0;
}

struct task *task_get(struct task *t)
{
	refcount_get(&t->refs);
	return t;
}

bool task_try_get(struct task *t)
{
	return refcount_try_get(&t->refs);
}

static void task_free_rcu(struct rcu_head *head)
{
	struct task *t = container_of(head, struct task, rcu);

	cred_put(t->cred);
	process_put(t->process);
	slab_free(task_cache, t);
	atomic_dec(&ntasks);
}

void task_put(struct task *t)
{
	if (!refcount_put(&t->refs))
		return;
	ASSERT(t->exit_state == EXIT_DEAD);
	ASSERT(!t->aspace && !t->files && !t->fs && !t->nsproxy);
	ASSERT(list_empty(&t->children) && list_empty(&t->tracees));
	ASSERT(!t->tracee.flags);
	arch_thread_fini(&t->thread.arch);
	if (SABOTAGED(free_before_grace))
		task_free_rcu(&t->rcu);
	else
		rcu_call(&t->rcu, task_free_rcu);
}

struct process *process_get(struct process *p)
{
	refcount_get(&p->refs);
	return p;
}

bool process_try_get(struct process *p)
{
	return refcount_try_get(&p->refs);
}

void process_put(struct process *p)
{
	if (!refcount_put(&p->refs))
		return;
	ASSERT(p->nthreads == 0);
	ASSERT(!wait_queue_active(&p->signal_wait));
	if (unlikely(p->pending.set))
		sigqueue_flush(&p->pending, ~0ull);
	if (p->session)
		session_put(p->session);
	pid_put(p->tgid);
	if (p->exec_ns)
		user_ns_put(p->exec_ns);
	slab_free(process_cache, p);
}

struct task *task_find(pid_t tid)
{
	struct pid *pid = pid_find(tid, current_pidns());
	struct task *t = pid ? rcu_dereference(pid->task) : NULL;

	race_point("look-up: task found");
	if (SABOTAGED(free_before_grace))
		race_delay_us(50);
	return t;
}

struct process *process_find(pid_t nr)
{
	struct pid *pid = pid_find(nr, current_pidns());

	return pid ? rcu_dereference(pid->process) : NULL;
}

struct task *pid_task_get(const struct pid *pid)
{
	struct task *t;

	rcu_read_lock();
	do {
		t = rcu_dereference(pid->task);
	} while (t && !task_try_get(t));
	rcu_read_unlock();
	return t;
}

struct task *task_find_get(pid_t tid)
{
	struct pid *pid;
	struct task *t;

	rcu_read_lock();
	pid = pid_find(tid, current_pidns());
	t = pid ? pid_task_get(pid) : NULL;
	rcu_read_unlock();
	return t;
}

struct process *process_find_get(pid_t nr)
{
	struct process *p;

	rcu_read_lock();
	p = process_find(nr);
	if (p && !process_try_get(p))
		p = NULL;
	rcu_read_unlock();
	return p;
}

struct aspace *task_aspace_get(struct task *t)
{
	struct aspace *as;

	spin_lock(&t->alloc_lock);
	as = t->aspace;
	if (as)
		aspace_get(as);
	spin_unlock(&t->alloc_lock);
	return as;
}

struct pid_ns *task_pidns(const struct task *t)
{
	const struct pid *pid = rcu_dereference(t->pid);

	return pid ? pid_ns_of(pid) : NULL;
}

struct pid_ns *current_pidns(void)
{
	return current_is_task() ? pid_ns_of(current_task()->pid) :
				   &pidns_init_ns;
}

u64 rlimit_get(const struct process *p, u32 resource)
{
	return READ_ONCE(p->rlimits[resource].rlim_cur);
}

void task_set_timer_slack(struct task *t, u64 ns)
{
	struct sched_params p;

	sched_get_params(&t->thread, &p);
	if (p.rt_priority)
		ns = 0;
	else if (!ns)
		ns = t->default_slack_ns;
	WRITE_ONCE(t->timer_slack_ns, ns);
}

static bool rights_grew(const struct cred *old, const struct cred *new)
{
	return old->euid != new->euid || old->egid != new->egid ||
	       old->fsuid != new->fsuid || old->fsgid != new->fsgid ||
	       !cred_caps_within(new, old);
}

int suid_dumpable;

void cred_commit(struct cred *new)
{
	struct task *t = current_task();
	const struct cred *old = t->cred;

	if (rights_grew(old, new)) {
		WRITE_ONCE(t->process->dumpable,
			   (u32)READ_ONCE(suid_dumpable));
		t->pdeath_signal = 0;
	}
	if (old->user != new->user) {
		user_task_add(new);
		user_task_del(old);
	}
	rcu_assign(t->cred, (const struct cred *)new);
	cred_put(old);
}

const struct cred *task_cred_get(struct task *t)
{
	const struct cred *c;

	rcu_read_lock();
	do {
		c = rcu_dereference(t->cred);
	} while (!refcount_try_get(&((struct cred *)(u64)c)->refs));
	rcu_read_unlock();
	return c;
}
