/*
 * kernel/proc/pidns.c - worlds of processes
 *
 * What:  pid namespace objects, their states, and their death: the init's
 *        last thread kills all members, reaps its children and waits until
 *        the last number is gone.
 * Locks: the namespace's tree lock covers state and reaper; members (count and
 *        accepting flag in one word) is atomic. Both sides of a birth against
 *        a death change it: pid_publish adds a member only while the flag is
 *        set, and pidns_zap clears the flag before it sweeps.
 * Life:  see pidns_step. References: the parent by each child, its members'
 *        pids, nsproxies, nsfs files, procfs mounts.
 * Not:   numbers (pid.c, pid_table.c); who may create one (nsproxy.c).
 * See:   docs/pidns.md, docs/process-tree.md; pid_namespaces(7), reboot(2).
 */
#include <proc/pidns.h>

#include <core/assert.h>
#include <core/printk.h>
#include <core/race.h>
#include <mm/kmalloc.h>
#include <mm/slab.h>
#include <proc/acct.h>
#include <proc/lifecycle.h>
#include <proc/nsproxy.h>
#include <proc/signal.h>
#include <proc/trace.h>
#include <proc/tree.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <uapi/limits.h>
#include <uapi/reboot.h>
#include <uapi/sched.h>
#include "signal_internal.h"

static struct slab_cache *pidns_cache;
static DEFINE_SPINLOCK(all_lock, RANK_PIDNS_LIST);
static struct list all = LIST_INIT(all);	/* [all_lock][R] by all_link */

static void all_add(struct pid_ns *ns)
{
	spin_lock(&all_lock);
	list_add_tail(&all, &ns->all_link);
	spin_unlock(&all_lock);
}

static void all_del(struct pid_ns *ns)
{
	spin_lock(&all_lock);
	list_del_rcu(&ns->all_link);
	spin_unlock(&all_lock);
}

static void pidns_common_put(struct ns_common *common)
{
	pidns_put(container_of(common, struct pid_ns, common));
}

/* NS_GET_PARENT: only down to the caller's own world. */
static int pidns_parent(struct ns_common *common, struct ns_common **out)
{
	struct pid_ns *ns = container_of(common, struct pid_ns, common);

	if (!ns->parent || !pidns_is_below(ns->parent, current_pidns()))
		return -EPERM;
	*out = &pidns_get(ns->parent)->common;
	return 0;
}

static void pidns_common_get(struct ns_common *common)
{
	pidns_get(container_of(common, struct pid_ns, common));
}

const struct ns_ops pidns_ops = {
	.name = "pid",
	.clone_flag = CLONE_NEWPID,
	.kind = NS_KIND_PID,
	.get = pidns_common_get,
	.put = pidns_common_put,
	.parent = pidns_parent,
};

struct pid_ns pidns_init_ns = {
	.common = {
		.refs = REFCOUNT_INIT(1),
		.ino = NS_INO_PID,
		.ops = &pidns_ops,
		.owner = &user_ns_init,
	},
	.state = PIDNS_NASCENT,
	.members = ATOMIC_INIT((long)PIDNS_ACCEPTING),
	.tree_lock = SPINLOCK_INIT("tree", RANK_PROCESS_TREE),
	.proc_supers = LIST_INIT(pidns_init_ns.proc_supers),
	.first_birth = MUTEX_INIT(pidns_init_ns.first_birth, "pidns birth",
				  RANK_MUTEX_NS),
	.sweep = MUTEX_INIT(pidns_init_ns.sweep, "pidns sweep", RANK_MUTEX_NS),
};

void pidns_init(void)
{
	pidns_cache = slab_cache_create("pid_namespace", sizeof(struct pid_ns),
					0, 0);
	if (!pidns_cache)
		panic("pidns: no memory for the cache");
	all_add(&pidns_init_ns);
}

void pidns_step(struct pid_ns *ns, enum pidns_state next)
{
	static const u32 legal[] = {
		[PIDNS_NASCENT] = BIT(PIDNS_LIVE) | BIT(PIDNS_REAPED) |
				  BIT(PIDNS_FREED),
		[PIDNS_LIVE] = BIT(PIDNS_CLOSING),
		[PIDNS_CLOSING] = BIT(PIDNS_DRAINED),
		[PIDNS_DRAINED] = BIT(PIDNS_REAPED),
		[PIDNS_REAPED] = BIT(PIDNS_FREED),
		[PIDNS_FREED] = 0,
	};

	ASSERT(legal[ns->state] & BIT(next));
	WRITE_ONCE(ns->state, next);
	trace_pidns(ns);
}

int pidns_create(struct pid_ns *parent, struct user_ns *owner,
		 struct pid_ns **out)
{
	struct pid_ns *ns;
	int err = -ENOMEM;

	if (!user_ns_is_below(owner, parent->common.owner))
		return -EINVAL;
	if (parent->level >= PIDNS_MAX_LEVEL)
		return -ENOSPC;
	if (pid_cache_prepare(parent->level + 1))
		return -ENOMEM;
	ns = slab_zalloc(pidns_cache);
	if (ns)
		err = ns_common_init(&ns->common, &pidns_ops, owner);
	if (err) {
		slab_free(pidns_cache, ns);
		return err;
	}
	ns->parent = pidns_get(parent);
	ns->level = parent->level + 1;
	ns->memfd_noexec = pidns_memfd_noexec(parent);
	ns->state = PIDNS_NASCENT;
	ns->pid_max = PID_MAX_LIMIT;
	atomic_set(&ns->members, (long)PIDNS_ACCEPTING);
	pid_table_init(&ns->table);
	spin_init(&ns->tree_lock, "tree", RANK_PROCESS_TREE);
	list_init(&ns->proc_supers);
	mutex_init(&ns->first_birth, "pidns birth", RANK_MUTEX_NS);
	mutex_init(&ns->sweep, "pidns sweep", RANK_MUTEX_NS);
	all_add(ns);
	trace_pidns(ns);
	*out = ns;
	return 0;
}

struct pid_ns *pidns_get(struct pid_ns *ns)
{
	refcount_get(&ns->common.refs);
	return ns;
}

static void pidns_free_rcu(struct rcu_head *head)
{
	struct pid_ns *ns = container_of(head, struct pid_ns, rcu);

	ns_common_fini(&ns->common);
	pid_table_fini(&ns->table);
	slab_free(pidns_cache, ns);
}

/* A chain of 32 unwinds in this loop, not by recursion. */
void pidns_put(struct pid_ns *ns)
{
	while (ns && refcount_put(&ns->common.refs)) {
		struct pid_ns *parent = ns->parent;

		ASSERT(pidns_members(ns) == 0);
		pidns_step(ns, PIDNS_FREED);
		all_del(ns);
		rcu_call(&ns->rcu, pidns_free_rcu);
		ns = parent;
	}
}

s32 pidns_memfd_noexec(const struct pid_ns *ns)
{
	s32 scope = 0;

	for (; ns; ns = ns->parent)
		scope = max(scope, READ_ONCE(ns->memfd_noexec));
	return scope;
}

bool pidns_is_below(const struct pid_ns *ns, const struct pid_ns *ancestor)
{
	while (ns->level > ancestor->level)
		ns = ns->parent;
	return ns == ancestor;
}

void pidns_list_fini(struct pidns_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		pidns_put(list->ns[i]);
	kfree(list->ns);
}

/* One more reference at the end, the array doubled when it is full. */
static bool list_take(struct pidns_list *list, struct pid_ns *ns, size_t *room)
{
	if (list->n == *room) {
		size_t more = *room ? *room * 2 : 16;
		void *a = krealloc(list->ns, more * sizeof(list->ns[0]));

		if (!a)
			return false;
		list->ns = a;
		*room = more;
	}
	if (refcount_try_get(&ns->common.refs))
		list->ns[list->n++] = ns;
	return true;
}

int pidns_list_below(struct pid_ns *top, struct pidns_list *out)
{
	struct pidns_list list = { NULL, 0 };
	struct pid_ns *ns;
	size_t room = 0;
	bool ok = true;

	rcu_read_lock();
	for_each_list_rcu(ns, &all, all_link) {
		if (ns->level >= top->level && pidns_is_below(ns, top))
			ok = ok && list_take(&list, ns, &room);
	}
	rcu_read_unlock();
	*out = list;
	if (ok)
		return 0;
	pidns_list_fini(&list);
	return -ENOMEM;
}

u64 pidns_members(const struct pid_ns *ns)
{
	return (u64)atomic_read(&ns->members) & ~PIDNS_ACCEPTING;
}

bool pidns_accepts(const struct pid_ns *ns)
{
	return (u64)atomic_read(&ns->members) & PIDNS_ACCEPTING;
}

bool pidns_is_nascent(const struct pid_ns *ns)
{
	return (u64)atomic_read(&ns->members) == PIDNS_ACCEPTING;
}

bool pidns_member_add(struct pid_ns *ns)
{
	long seen = atomic_read(&ns->members);

	while ((u64)seen & PIDNS_ACCEPTING) {
		if (__atomic_compare_exchange_n(&ns->members.v, &seen,
						seen + 1, false,
						__ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

void pidns_member_del(struct pid_ns *ns)
{
	struct task *closer;
	u64 left;

	rcu_read_lock();
	left = (u64)atomic_dec_return(&ns->members) & ~PIDNS_ACCEPTING;
	ASSERT(left < PIDNS_ACCEPTING / 2);
	race_point("member gone, closer asleep");
	closer = rcu_dereference(ns->closer);
	if (left <= 2 && closer)
		thread_wake(&closer->thread, WAKE_NORMAL);
	rcu_read_unlock();
	race_point("member gone, closer awake");
}

void pidns_first_birth_failed(struct pid_ns *ns)
{
	if (atomic_cas(&ns->members, (long)PIDNS_ACCEPTING, 0L))
		pidns_step(ns, PIDNS_REAPED);
}

/* No new members from here on (invariant 1): the flag, full barrier, then the
 * caller looks at the slots. Partner: pid_publish. */
static void pidns_close(struct pid_ns *ns)
{
	tree_lock(ns);
	pidns_step(ns, PIDNS_CLOSING);
	rcu_assign(ns->closer, current_task());
	atomic_fetch_and(&ns->members, (long)~PIDNS_ACCEPTING);
	race_point("zap: closed");
	tree_unlock(ns);
}

/* To @p, unless it is refused just now (pidns_join). RCU */
static void kill_member(struct process *p, const struct pid *pid)
{
	u64 flags = spin_lock_irqsave(&p->siglock);

	if (pid_is(p->tgid, pid))
		(void)signal_send_locked(p, SIGKILL, SEND_KERNEL);
	spin_unlock_irqrestore(&p->siglock, flags);
}

/* Every member but the dying init's own threads gets SIGKILL, those included
 * that are being born. */
static void pidns_kill_members(struct pid_ns *ns)
{
	struct process *self = current_process();
	struct pid *pid;
	s32 nr = 2;

	while ((pid = pid_next_embryo(&nr, ns))) {
		struct process *p;

		rcu_read_lock();
		p = rcu_dereference(pid->process);
		if (p && p != self)
			kill_member(p, pid);
		rcu_read_unlock();
		pid_put(pid);
		nr++;
		cond_resched();
	}
}

/* Numbers that stay until the init itself is reaped: that of the last thread,
 * and the leader's when another thread is the last. */
static u64 pidns_last_numbers(void)
{
	return task_is_leader(current_task()) ? 1 : 2;
}

static void pidns_wait_drained(struct pid_ns *ns)
{
	u64 last = pidns_last_numbers();

	for (;;) {
		thread_set_state(THREAD_UNINTERRUPTIBLE);
		if (pidns_members(ns) <= last)
			break;
		schedule();
	}
	thread_set_state(THREAD_RUNNING);
}

/* Only the dying init is left. */
static void pidns_drained(struct pid_ns *ns)
{
	struct process *init = current_process();

	tree_lock(ns);
	ASSERT(pidns_members(ns) <= pidns_last_numbers());
	rcu_assign(ns->closer, NULL);
	pidns_step(ns, PIDNS_DRAINED);
	spin_lock_irq(&init->siglock);
	if (ns->reboot_signal)
		init->group_exit_code = ns->reboot_signal;
	spin_unlock_irq(&init->siglock);
	tree_unlock(ns);
}

void pidns_zap(struct pid_ns *ns)
{
	ASSERT(READ_ONCE(ns->reaper) == current_process());
	pidns_close(ns);
	signal_ignore_children();
	pidns_kill_members(ns);
	process_reap_all_children();
	pidns_wait_drained(ns);
	if (acct_off)
		acct_off(ns);
	pidns_drained(ns);
}

int pidns_reboot(struct pid_ns *ns, int cmd)
{
	int sig;

	switch ((u32)cmd) {
	case LINUX_REBOOT_CMD_RESTART:
	case LINUX_REBOOT_CMD_RESTART2:
		sig = SIGHUP;
		break;
	case LINUX_REBOOT_CMD_POWER_OFF:
	case LINUX_REBOOT_CMD_HALT:
		sig = SIGINT;
		break;
	default:
		return -EINVAL;
	}
	tree_lock(ns);
	ns->reboot_signal = sig;
	if (ns->reaper)
		signal_send_process(ns->reaper, SIGKILL, SEND_KERNEL);
	tree_unlock(ns);
	/* The caller is a member: it dies in the zap, so this never returns
	 * to user mode. */
	task_exit(0);
}
