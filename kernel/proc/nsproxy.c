/*
 * kernel/proc/nsproxy.c - the set of namespaces a task works in
 *
 * What:  copies of the set for clone, unshare and exec; one namespace of a
 *        task for those who show it.
 * Locks: the structure is constant, but for pid_for_children of a set with one
 *        user; a task's pointer to it, and that field, change under the
 *        task's alloc_lock and only by the task itself.
 * Life:  shared by reference; the old set is put after the lock is dropped,
 *        because the last reference of a mount namespace may sleep.
 * Not:   setns (setns.c); user namespaces are part of the credentials.
 * See:   namespaces(7), clone(2), unshare(2).
 */
#include <proc/nsproxy.h>

#include <core/assert.h>
#include <lib/atomic.h>
#include <mm/slab.h>
#include <proc/mntns.h>
#include <proc/pidns.h>
#include <proc/plainns.h>
#include <proc/task.h>
#include <proc/timens.h>
#include <proc/user.h>
#include <proc/utsns.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

#define NS_ALL (CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWIPC | \
		CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWTIME)

static struct slab_cache *nsproxy_cache;

struct nsproxy nsproxy_init_set = {
	.refs = REFCOUNT_INIT(1),
	.pid_for_children = &pidns_init_ns,
	.uts = &utsns_init_ns,
	.ipc = &ipcns_init_ns,
	.net = &netns_init_ns,
	.cgroup = &cgroupns_init_ns,
	.time = &timens_init_ns,
	.time_for_children = &timens_init_ns,
};

void nsproxy_init(void)
{
	nsproxy_cache = slab_cache_create("nsproxy", sizeof(struct nsproxy),
					  0, 0);
	if (!nsproxy_cache)
		panic("nsproxy: no memory for the cache");
	mntns_init();
	plainns_init();
	nsproxy_init_set.mnt = mount_ns_init();
}

void nsproxy_get(struct nsproxy *p)
{
	refcount_get(&p->refs);
}

void nsproxy_put(struct nsproxy *p)
{
	if (!p || !refcount_put(&p->refs))
		return;
	if (p->pid_for_children)
		pidns_put(p->pid_for_children);
	if (p->uts)
		utsns_put(p->uts);
	if (p->mnt)
		mount_ns_put(p->mnt);
	if (p->ipc)
		plainns_put(p->ipc);
	if (p->net)
		plainns_put(p->net);
	if (p->cgroup)
		plainns_put(p->cgroup);
	if (p->time)
		timens_put(p->time);
	if (p->time_for_children)
		timens_put(p->time_for_children);
	slab_free(nsproxy_cache, p);
}

static int create_pid(const struct nsproxy_args *a, struct pid_ns **out)
{
	struct pid_ns *now = a->from->nsproxy->pid_for_children;

	if (now != task_pidns(a->from))
		return -EINVAL;
	return pidns_create(now, a->owner, out);
}

static int clone_pid(const struct nsproxy_args *a, struct nsproxy *old,
		     struct nsproxy *new)
{
	if (a->flags & CLONE_NEWPID)
		return create_pid(a, &new->pid_for_children);
	new->pid_for_children = pidns_get(old->pid_for_children);
	return 0;
}

static int clone_uts(const struct nsproxy_args *a, struct nsproxy *old,
		     struct nsproxy *new)
{
	if (a->flags & CLONE_NEWUTS)
		return utsns_create(old->uts, a->owner, &new->uts);
	new->uts = utsns_get(old->uts);
	return 0;
}

static int clone_mnt(const struct nsproxy_args *a, struct nsproxy *old,
		     struct nsproxy *new)
{
	if (a->flags & CLONE_NEWNS)
		return mntns_create(old->mnt, a->owner, a->fs, &new->mnt);
	new->mnt = mount_ns_get(old->mnt);
	return 0;
}

static int clone_plain(const struct nsproxy_args *a, u64 flag,
		       struct plain_ns *old, struct plain_ns **out)
{
	if (a->flags & flag)
		return plainns_create(old, a->owner, out);
	*out = plainns_get(old);
	return 0;
}

static int clone_ipc(const struct nsproxy_args *a, struct nsproxy *old,
		     struct nsproxy *new)
{
	return clone_plain(a, CLONE_NEWIPC, old->ipc, &new->ipc);
}

static int clone_net(const struct nsproxy_args *a, struct nsproxy *old,
		     struct nsproxy *new)
{
	return clone_plain(a, CLONE_NEWNET, old->net, &new->net);
}

static int clone_cgroup(const struct nsproxy_args *a, struct nsproxy *old,
			struct nsproxy *new)
{
	return clone_plain(a, CLONE_NEWCGROUP, old->cgroup, &new->cgroup);
}

/* A new one is for children; a thread of the same memory stays out too. */
static int clone_time(const struct nsproxy_args *a, struct nsproxy *old,
		      struct nsproxy *new)
{
	int err = 0;

	if (!timens_get)
		return a->flags & CLONE_NEWTIME ? -EINVAL : 0;
	new->time = timens_get(old->time);
	if (a->flags & CLONE_NEWTIME)
		err = timens_create(old->time_for_children, a->owner,
				    &new->time_for_children);
	else
		new->time_for_children = timens_get(old->time_for_children);
	return err;
}

/* In Linux's order, which decides the error that is told. */
static int (*const clone_steps[])(const struct nsproxy_args *a,
				  struct nsproxy *old, struct nsproxy *new) = {
	clone_mnt, clone_uts, clone_ipc, clone_pid, clone_cgroup, clone_net,
	clone_time,
};

int nsproxy_copy(const struct nsproxy_args *a, struct nsproxy **out)
{
	struct nsproxy *new = slab_zalloc(nsproxy_cache);
	int err = 0;

	if (!new)
		return -ENOMEM;
	refcount_set(&new->refs, 1);
	for (u32 i = 0; !err && i < ARRAY_SIZE(clone_steps); i++)
		err = clone_steps[i](a, a->from->nsproxy, new);
	if (err) {
		nsproxy_put(new);
		return err;
	}
	if (a->enter_time && timens_enter)
		timens_enter(new);
	*out = new;
	return 0;
}

int nsproxy_clone_for(const struct nsproxy_args *a, struct nsproxy **out)
{
	struct nsproxy *now = a->from->nsproxy;

	if (!(a->flags & NS_ALL)) {
		if (a->enter_time && now->time != now->time_for_children)
			return nsproxy_copy(a, out);
		nsproxy_get(now);
		*out = now;
		return 0;
	}
	if (!ns_capable(a->owner, CAP_SYS_ADMIN))
		return -EPERM;
	/* Semaphores of the old world could not be reached any more. */
	if ((a->flags & CLONE_NEWIPC) && (a->flags & CLONE_SYSVSEM) &&
	    a->is_clone)
		return -EINVAL;
	return nsproxy_copy(a, out);
}

bool nsproxy_shared(const struct nsproxy *p)
{
	return refcount_read(&p->refs) > 1;
}

int nsproxy_create_pid(const struct nsproxy_args *a, struct pid_ns **out)
{
	if (!ns_capable(a->owner, CAP_SYS_ADMIN))
		return -EPERM;
	return create_pid(a, out);
}

int nsproxy_prepare_exec(struct nsproxy **out)
{
	const struct nsproxy_args args = {
		.from = current_task(),
		.enter_time = true,
	};
	const struct nsproxy *now = current_task()->nsproxy;

	*out = NULL;
	if (now->time == now->time_for_children)
		return 0;
	return nsproxy_copy(&args, out);
}

void nsproxy_switch(struct nsproxy *p)
{
	struct task *t = current_task();
	struct nsproxy *old;

	spin_lock(&t->alloc_lock);
	old = t->nsproxy;
	rcu_assign(t->nsproxy, p);
	spin_unlock(&t->alloc_lock);
	nsproxy_put(old);
}

static inline void change_pid(struct pid_ns *ns)
{
	struct task *t = current_task();
	struct pid_ns *old;

	ASSERT(!nsproxy_shared(t->nsproxy));
	spin_lock(&t->alloc_lock);
	old = t->nsproxy->pid_for_children;
	t->nsproxy->pid_for_children = ns;
	spin_unlock(&t->alloc_lock);
	pidns_put(old);
}

void nsproxy_change_pid(struct pid_ns *ns)
{
	change_pid(ns);
}

int nsproxy_enter_pid(struct pid_ns *ns)
{
	const struct nsproxy_args args = { .from = current_task() };
	struct nsproxy *set;

	if (nsproxy_shared(current_task()->nsproxy)) {
		if (nsproxy_copy(&args, &set)) {
			pidns_put(ns);
			return -ENOMEM;
		}
		nsproxy_switch(set);
	}
	change_pid(ns);
	return 0;
}

/* --- one namespace of a task --------------------------------------------- */

static struct ns_common *active_pidns_get(const struct task *t)
{
	struct ns_common *ns = NULL;
	struct pid_ns *active;

	rcu_read_lock();
	active = task_pidns(t);
	if (active)
		ns = &pidns_get(active)->common;
	rcu_read_unlock();
	return ns;
}

static struct ns_common *member_of(const struct nsproxy *set, u64 clone_flag,
				   bool for_children)
{
	switch (clone_flag) {
	case CLONE_NEWPID:
		return &set->pid_for_children->common;
	case CLONE_NEWUTS:
		return &set->uts->common;
	case CLONE_NEWNS:
		return mntns_common(set->mnt);
	case CLONE_NEWIPC:
		return &set->ipc->common;
	case CLONE_NEWNET:
		return &set->net->common;
	case CLONE_NEWCGROUP:
		return &set->cgroup->common;
	case CLONE_NEWTIME:
		if (!timens_get)
			return NULL;
		return for_children ? &set->time_for_children->common :
				      &set->time->common;
	}
	return NULL;
}

static struct ns_common *userns_of_get(struct task *t)
{
	const struct cred *cred = task_cred_get(t);
	struct ns_common *ns = &user_ns_get(cred->user_ns)->common;

	cred_put(cred);
	return ns;
}

struct ns_common *nsproxy_find_get(struct task *t, u64 clone_flag,
				   bool for_children)
{
	struct ns_common *ns = NULL;

	if (clone_flag == CLONE_NEWUSER)
		return userns_of_get(t);
	if (clone_flag == CLONE_NEWPID && !for_children)
		return active_pidns_get(t);
	spin_lock(&t->alloc_lock);
	if (t->nsproxy)
		ns = member_of(t->nsproxy, clone_flag, for_children);
	if (ns)
		ns->ops->get(ns);
	spin_unlock(&t->alloc_lock);
	return ns;
}
