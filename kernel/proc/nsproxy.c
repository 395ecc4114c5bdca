/*
 * kernel/proc/nsproxy.c - the set of namespaces a task works in
 *
 * What:  copies of the set for clone and unshare, its exchange for setns.
 * Locks: the structure is constant; a task's pointer to it changes under the
 *        task's alloc_lock and only by the task itself.
 * Life:  shared by reference; the old set is put after the lock is dropped,
 *        because the last reference of a mount namespace may sleep.
 * See:   namespaces(7), clone(2), unshare(2), setns(2).
 */
#include <proc/nsproxy.h>

#include <core/assert.h>
#include <fs/file.h>
#include <lib/atomic.h>
#include <mm/slab.h>
#include <proc/lifecycle.h>
#include <proc/mntns.h>
#include <proc/pidns.h>
#include <proc/procfs.h>
#include <proc/task.h>
#include <proc/user.h>
#include <proc/utsns.h>
#include <uapi/errno.h>

/* Namespaces this kernel has; the others answer as on a Linux without them. */
#define NS_BUILT (CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWNS)
#define NS_ALL (NS_BUILT | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP | \
		CLONE_NEWTIME)

static struct slab_cache *nsproxy_cache;

struct nsproxy nsproxy_init_set = {
	.refs = REFCOUNT_INIT(1),
	.pid_for_children = &pidns_init_ns,
	.uts = &utsns_init_ns,
};

void nsproxy_init(void)
{
	nsproxy_cache = slab_cache_create("nsproxy", sizeof(struct nsproxy),
					  0, 0);
	if (!nsproxy_cache)
		panic("nsproxy: no memory for the cache");
	mntns_init();
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
	slab_free(nsproxy_cache, p);
}

static int clone_pid(const struct nsproxy_args *a, struct nsproxy *old,
		     struct nsproxy *new)
{
	if (!(a->flags & CLONE_NEWPID)) {
		new->pid_for_children = pidns_get(old->pid_for_children);
		return 0;
	}
	if (old->pid_for_children != task_pidns(a->from))
		return -EINVAL;
	return pidns_create(old->pid_for_children, a->owner,
			    &new->pid_for_children);
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

/* A new set; on error everything taken is given back by nsproxy_put. */
static int nsproxy_copy(const struct nsproxy_args *a, struct nsproxy **out)
{
	struct nsproxy *old = a->from->nsproxy;
	struct nsproxy *new = slab_zalloc(nsproxy_cache);
	int err;

	if (!new)
		return -ENOMEM;
	refcount_set(&new->refs, 1);
	err = clone_mnt(a, old, new);
	if (!err)
		err = clone_uts(a, old, new);
	if (!err)
		err = clone_pid(a, old, new);
	if (err) {
		nsproxy_put(new);
		return err;
	}
	*out = new;
	return 0;
}

int nsproxy_clone_for(const struct nsproxy_args *a, struct nsproxy **out)
{
	if (!(a->flags & NS_ALL)) {
		nsproxy_get(a->from->nsproxy);
		*out = a->from->nsproxy;
		return 0;
	}
	if (!ns_capable(a->owner, CAP_SYS_ADMIN))
		return -EPERM;
	if (a->flags & NS_ALL & ~NS_BUILT)
		return -EINVAL;
	return nsproxy_copy(a, out);
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

/* setns into @ns: the set the caller gets, prepared in a copy. */
static int install_pid(struct nsproxy *new, struct ns_common *common)
{
	struct pid_ns *ns = container_of(common, struct pid_ns, common);

	if (!ns_capable(common->owner, CAP_SYS_ADMIN) ||
	    !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!pidns_is_below(ns, current_pidns()))
		return -EINVAL;
	pidns_put(new->pid_for_children);
	new->pid_for_children = pidns_get(ns);
	return 0;
}

static int install_uts(struct nsproxy *new, struct ns_common *common)
{
	if (!ns_capable(common->owner, CAP_SYS_ADMIN) ||
	    !capable(CAP_SYS_ADMIN))
		return -EPERM;
	utsns_put(new->uts);
	new->uts = utsns_get(container_of(common, struct uts_ns, common));
	return 0;
}

static int install_mnt(struct nsproxy *new, struct ns_common *common)
{
	if (!ns_capable(common->owner, CAP_SYS_ADMIN) ||
	    !capable(CAP_SYS_ADMIN) || !capable(CAP_SYS_CHROOT))
		return -EPERM;
	if (fs_context_shared(current_task()->fs))
		return -EINVAL;
	mount_ns_put(new->mnt);
	new->mnt = mount_ns_get(mntns_of(common));
	return 0;
}

static int nsproxy_install(struct nsproxy *new, struct ns_common *ns)
{
	switch (ns->ops->clone_flag) {
	case CLONE_NEWPID:
		return install_pid(new, ns);
	case CLONE_NEWUTS:
		return install_uts(new, ns);
	case CLONE_NEWNS:
		return install_mnt(new, ns);
	}
	return -EINVAL;
}

/* setns(2) with a namespace file. */
static int setns_one(struct ns_common *ns)
{
	const struct nsproxy_args args = { .from = current_task() };
	struct nsproxy *new;
	int err = nsproxy_copy(&args, &new);

	if (err)
		return err;
	err = nsproxy_install(new, ns);
	if (err) {
		nsproxy_put(new);
		return err;
	}
	/* commit */
	if (ns->ops->clone_flag == CLONE_NEWNS)
		mntns_enter(new->mnt, current_task()->fs);
	nsproxy_switch(new);
	return 0;
}

/* The namespaces of the process behind a pidfd. */
static int setns_grab(struct pid *pid, u64 flags, struct ns_common *list[3])
{
	struct nsproxy *set = NULL;
	struct task *t;
	u32 n = 0;

	rcu_read_lock();
	t = rcu_dereference(pid->task);
	if (t && task_try_get(t)) {
		rcu_read_unlock();
		spin_lock(&t->alloc_lock);
		set = t->nsproxy;
		if (set)
			nsproxy_get(set);
		spin_unlock(&t->alloc_lock);
		task_put(t);
	} else {
		rcu_read_unlock();
	}
	if (!set)
		return -ESRCH;
	if (flags & CLONE_NEWUTS)
		list[n++] = &utsns_get(set->uts)->common;
	if (flags & CLONE_NEWPID)
		list[n++] = &pidns_get(pid_ns_of(pid))->common;
	if (flags & CLONE_NEWNS) {
		mount_ns_get(set->mnt);
		list[n++] = mntns_common(set->mnt);
	}
	nsproxy_put(set);
	return (int)n;
}

/* setns(2) with a pidfd: all the kinds asked for, or none. */
static int setns_pidfd(struct pid *pid, u64 flags)
{
	const struct nsproxy_args args = { .from = current_task() };
	struct ns_common *list[3];
	struct nsproxy *new;
	int n, err;

	if (!flags || flags & ~NS_ALL)
		return -EINVAL;
	if (flags & ~NS_BUILT)
		return -EINVAL;
	n = setns_grab(pid, flags, list);
	if (n < 0)
		return n;
	err = nsproxy_copy(&args, &new);
	for (int i = 0; i < n; i++) {
		if (!err) {
			err = nsproxy_install(new, list[i]);
			if (err)
				nsproxy_put(new);
		}
		list[i]->ops->put(list[i]);
	}
	if (err)
		return err;
	/* commit */
	if (flags & CLONE_NEWNS)
		mntns_enter(new->mnt, current_task()->fs);
	nsproxy_switch(new);
	return 0;
}

int task_setns(int fd, int nstype)
{
	struct file *f = fd_get_file(current_task()->files, fd);
	struct ns_common *ns;
	int err;

	if (!f)
		return -EBADF;
	ns = nsfs_file_ns(f);
	if (ns) {
		if (nstype && (u32)nstype != ns->ops->clone_flag)
			err = -EINVAL;
		else
			err = setns_one(ns);
		ns->ops->put(ns);
	} else if (pidfd_file_pid(f)) {
		err = setns_pidfd(pidfd_file_pid(f), (u32)nstype);
	} else {
		err = -EINVAL;
	}
	file_put(f);
	return err;
}
