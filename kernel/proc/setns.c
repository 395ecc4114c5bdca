/*
 * kernel/proc/setns.c - a task joins namespaces: check, prepare, commit
 *
 * What:  setns(2) with a namespace file or a pidfd. All changes are made in a
 *        copy of the set and of the credentials, and published together.
 * Locks: those of what it calls.
 * See:   setns(2), namespaces(7).
 */
#include <proc/ipc.h>
#include <proc/lifecycle.h>

#include <fs/file.h>
#include <proc/mntns.h>
#include <proc/nsproxy.h>
#include <proc/vdso.h>
#include <proc/pidns.h>
#include <proc/plainns.h>
#include <proc/procfs.h>
#include <proc/timens.h>
#include <proc/user.h>
#include <proc/utsns.h>
#include <uapi/errno.h>

/* What the caller gets. */
struct joining {
	struct nsproxy *set;		/* owned */
	struct cred *cred;		/* owned; NULL: stays as it is */
	bool moves;			/* root and cwd go to set->mnt */
	bool enters_time;
};

/* The user namespace that the caller will be in. */
static const struct user_ns *own_userns(const struct joining *j)
{
	return j->cred ? j->cred->user_ns : current_cred()->user_ns;
}

static bool may_join(const struct joining *j, const struct ns_common *ns)
{
	return ns_capable(ns->owner, CAP_SYS_ADMIN) &&
	       ns_capable(own_userns(j), CAP_SYS_ADMIN);
}

static int install_user(struct joining *j, struct ns_common *common)
{
	struct user_ns *ns = container_of(common, struct user_ns, common);
	struct task *t = current_task();

	/* Nobody gets capabilities back by entering where he is. */
	if (ns == t->cred->user_ns)
		return -EINVAL;
	if (READ_ONCE(t->process->nthreads) > 1 || fs_context_shared(t->fs))
		return -EINVAL;
	if (!ns_capable(ns, CAP_SYS_ADMIN))
		return -EPERM;
	j->cred = cred_copy(t->cred);
	return j->cred ? user_ns_enter(j->cred, ns) : -ENOMEM;
}

static int check_pid(const struct joining *j, struct ns_common *common)
{
	struct pid_ns *ns = container_of(common, struct pid_ns, common);

	if (!may_join(j, common))
		return -EPERM;
	return pidns_is_below(ns, current_pidns()) ? 0 : -EINVAL;
}

static int install_pid(struct joining *j, struct ns_common *common)
{
	struct pid_ns *ns = container_of(common, struct pid_ns, common);
	int err = check_pid(j, common);

	if (err)
		return err;
	pidns_put(j->set->pid_for_children);
	j->set->pid_for_children = pidns_get(ns);
	return 0;
}

static int install_uts(struct joining *j, struct ns_common *common)
{
	if (!may_join(j, common))
		return -EPERM;
	utsns_put(j->set->uts);
	j->set->uts = utsns_get(container_of(common, struct uts_ns, common));
	return 0;
}

static int install_mnt(struct joining *j, struct ns_common *common)
{
	if (!may_join(j, common) || !ns_capable(own_userns(j), CAP_SYS_CHROOT))
		return -EPERM;
	if (fs_context_shared(current_task()->fs))
		return -EINVAL;
	mount_ns_put(j->set->mnt);
	j->set->mnt = mount_ns_get(mntns_of(common));
	j->moves = true;
	return 0;
}

static int install_plain(struct joining *j, struct ns_common *common,
			 struct plain_ns **slot)
{
	if (!may_join(j, common))
		return -EPERM;
	plainns_put(*slot);
	*slot = plainns_get(container_of(common, struct plain_ns, common));
	return 0;
}

static int install_time(struct joining *j, struct ns_common *common)
{
	struct time_ns *ns = container_of(common, struct time_ns, common);

	if (READ_ONCE(current_process()->nthreads) > 1)
		return -EUSERS;
	if (!may_join(j, common))
		return -EPERM;
	timens_put(j->set->time_for_children);
	j->set->time_for_children = timens_get(ns);
	j->enters_time = true;
	return 0;
}

static int install(struct joining *j, struct ns_common *ns)
{
	switch (ns->ops->clone_flag) {
	case CLONE_NEWUSER:
		return install_user(j, ns);
	case CLONE_NEWPID:
		return install_pid(j, ns);
	case CLONE_NEWUTS:
		return install_uts(j, ns);
	case CLONE_NEWNS:
		return install_mnt(j, ns);
	case CLONE_NEWIPC:
		return install_plain(j, ns, &j->set->ipc);
	case CLONE_NEWNET:
		return install_plain(j, ns, &j->set->net);
	case CLONE_NEWCGROUP:
		return install_plain(j, ns, &j->set->cgroup);
	case CLONE_NEWTIME:
		return install_time(j, ns);
	}
	return -EINVAL;
}

static int joining_begin(struct joining *j)
{
	const struct nsproxy_args args = { .from = current_task() };

	*j = (struct joining){ 0 };
	return nsproxy_copy(&args, &j->set);
}

/* Publish what was prepared, or drop it if @err. */
static int joining_end(struct joining *j, int err)
{
	if (err) {
		nsproxy_put(j->set);
		if (j->cred)
			cred_put(j->cred);
		return err;
	}
	/* commit */
	if (j->cred)
		cred_commit(j->cred);
	if (j->moves)
		mntns_enter(j->set->mnt, current_task()->fs);
	if (j->enters_time)
		timens_enter(j->set);
	if (j->set->ipc != current_task()->nsproxy->ipc && sem_undo_leave)
		sem_undo_leave(current_task());
	nsproxy_switch(j->set);
	if (j->enters_time && vdso_change_time)
		vdso_change_time(current_task()->aspace);
	return 0;
}

/* By far the most frequent: nothing but where children are born changes. */
static int setns_pid(struct ns_common *common)
{
	struct pid_ns *ns = container_of(common, struct pid_ns, common);
	const struct joining j = { 0 };
	int err = check_pid(&j, common);

	return err ? err : nsproxy_enter_pid(pidns_get(ns));
}

static int setns_one(struct ns_common *ns)
{
	struct joining j;
	int err;

	if (ns->ops->clone_flag == CLONE_NEWPID)
		return setns_pid(ns);
	err = joining_begin(&j);

	return err ? err : joining_end(&j, install(&j, ns));
}

/* In the order in which they are joined: capabilities of a user namespace
 * count for all that follow. */
static const u32 kinds[] = {
	CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWPID,
	CLONE_NEWCGROUP, CLONE_NEWNET, CLONE_NEWTIME,
};

/* All the namespaces of @t that @flags name. */
static int join_task(struct joining *j, struct task *t, u64 flags)
{
	int err = 0;

	if (!task_may_access(t, true))
		return -EPERM;
	for (u32 i = 0; !err && i < ARRAY_SIZE(kinds); i++) {
		struct ns_common *ns;

		if (!(flags & kinds[i]))
			continue;
		ns = nsproxy_find_get(t, kinds[i], false);
		if (!ns)
			return kinds[i] == CLONE_NEWTIME && !timens_get ?
			       -EINVAL : -ESRCH;
		err = install(j, ns);
		ns->ops->put(ns);
	}
	return err;
}

/* The living task behind a pidfd, with a reference. */
static struct task *living_task_get(struct pid *pid)
{
	struct task *t = pid_task_get(pid);
	bool alive = false;

	if (!t)
		return NULL;
	spin_lock(&t->alloc_lock);
	alive = t->nsproxy != NULL;
	spin_unlock(&t->alloc_lock);
	if (alive)
		return t;
	task_put(t);
	return NULL;
}

static int setns_pidfd(struct pid *pid, u64 flags)
{
	struct joining j;
	struct task *t;
	u64 known = 0;
	int err;

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		known |= kinds[i];
	if (!flags || flags & ~known)
		return -EINVAL;
	t = living_task_get(pid);
	if (!t)
		return -ESRCH;
	err = joining_begin(&j);
	if (!err)
		err = joining_end(&j, join_task(&j, t, flags));
	task_put(t);
	return err;
}

int task_setns(int fd, int nstype)
{
	struct file *f = fd_get_file(current_task()->files, fd);
	struct ns_common *ns;
	int err;

	if (!f)
		return -EBADF;
	ns = file_ns_get(f);
	if (ns) {
		if (nstype && (u32)nstype != ns->ops->clone_flag)
			err = -EINVAL;
		else
			err = setns_one(ns);
		ns->ops->put(ns);
	} else if (file_pidfd(f)) {
		err = setns_pidfd(file_pidfd(f), (u32)nstype);
	} else {
		err = -EINVAL;
	}
	file_put(f);
	return err;
}
