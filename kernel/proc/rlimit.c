/*
 * kernel/proc/rlimit.c - limits of processes, and who may look into others
 *
 * What:  reading and changing limits with their permission rules, the limit on
 *        file sizes for the file layer, access to other processes.
 * Locks: the leader's alloc_lock: both values of a limit change together.
 * See:   prlimit(2), ptrace(2).
 */
#include <proc/task.h>

#include <fs/file.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/limits.h>

static u64 fsize_limit(void)
{
	if (!current_is_task() || (current_task()->flags & TASK_UNLIMITED))
		return U64_MAX;
	return current_rlimit(RLIMIT_FSIZE);
}

static void fsize_exceeded(void)
{
	signal_send_task(current_task(), SIGXFSZ, SEND_NOINFO);
}

void rlimit_init(void)
{
	static const struct file_limit_hooks hooks = {
		.fsize = fsize_limit,
		.exceeded = fsize_exceeded,
	};

	file_set_limit_hooks(&hooks);
}

static int check_new(u32 resource, const struct rlimit64 *new)
{
	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && new->rlim_max > fd_max_get())
		return -EPERM;
	return 0;
}

int task_rlimit(struct task *t, u32 resource, const struct rlimit64 *new,
		struct rlimit64 *old)
{
	struct process *p = t->process;
	struct rlimit64 *limit = &p->rlimits[resource];
	struct task *leader;
	int err = new ? check_new(resource, new) : 0;

	if (err)
		return err;
	rcu_read_lock();
	leader = rcu_dereference(p->leader);
	spin_lock(&leader->alloc_lock);
	if (old)
		*old = *limit;
	if (new && new->rlim_max > limit->rlim_max &&
	    !capable(CAP_SYS_RESOURCE))
		err = -EPERM;
	else if (new)
		*limit = *new;
	spin_unlock(&leader->alloc_lock);
	rcu_read_unlock();
	return err;
}

static bool ids_match(const struct cred *me, const struct cred *cred, bool real)
{
	uid_t uid = real ? me->uid : me->fsuid;
	gid_t gid = real ? me->gid : me->fsgid;

	return uid == cred->euid && uid == cred->suid && uid == cred->uid &&
	       gid == cred->egid && gid == cred->sgid && gid == cred->gid;
}

/* A program that is not dumpable is for those who rule where it started. */
static bool may_look_at_memory(const struct process *p)
{
	const struct user_ns *ns;
	bool ok;

	if (READ_ONCE(p->dumpable) == 1)
		return true;
	rcu_read_lock();
	ns = rcu_dereference(p->exec_ns);
	ok = ns && ns_capable(ns, CAP_SYS_PTRACE);
	rcu_read_unlock();
	return ok;
}

bool task_may_access(struct task *t, bool real)
{
	const struct cred *me = current_cred();
	const struct cred *cred;
	u64 caps = real ? me->cap_permitted : me->cap_effective;
	bool ok;

	if (t->process == current_process())
		return true;
	cred = task_cred_get(t);
	ok = (ids_match(me, cred, real) && me->user_ns == cred->user_ns &&
	      !(cred->cap_permitted & ~caps)) ||
	     ns_capable(cred->user_ns, CAP_SYS_PTRACE);
	cred_put(cred);
	return ok && may_look_at_memory(t->process);
}
