/*
 * kernel/proc/rlimit.c - limits of processes
 *
 * What:  reading and changing limits with their permission rules, the limit on
 *        file sizes for the file layer.
 * Locks: the leader's alloc_lock: both values of a limit change together.
 * See:   prlimit(2).
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
