/*
 * kernel/proc/pidfd.c - processes as files
 *
 * What:  a descriptor that means one process (or thread) and never another
 *        that got its number later; readable when it is dead.
 * Locks: state is read under RCU; pollers sleep on pid->exit_wait.
 * Life:  the inode holds a reference on the struct pid until it is evicted.
 * See:   pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2).
 */
#include <proc/procfs.h>

#include <core/panic.h>
#include <fs/file.h>
#include <fs/nscommon.h>
#include <fs/seq_buf.h>
#include <proc/nsproxy.h>
#include <proc/pidns.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/pidfd.h>
#include <uapi/sched.h>

static struct superblock *pidfs_sb;

static struct pid *file_pid(const struct file *f)
{
	return path_inode(&f->path)->private;
}

static void pidfs_evict(struct inode *inode)
{
	pid_put(inode->private);
}

static const struct inode_ops pidfs_inode_ops = {
	.evict = pidfs_evict,
};

/* The task is gone, or a zombie; a leader counts with all its threads, for
 * any of them may take its place by exec. */
static bool is_dead(const struct pid *pid)
{
	struct task *t;
	bool dead = true;

	rcu_read_lock();
	t = rcu_dereference(pid->task);
	if (t && READ_ONCE(t->exit_state) == EXIT_ALIVE)
		dead = false;
	else if (t && task_is_leader(t))
		dead = READ_ONCE(t->process->nthreads) <= 1;
	rcu_read_unlock();
	return dead;
}

static u32 pidfd_poll(struct file *f, struct poll_table *pt)
{
	struct pid *pid = file_pid(f);
	u32 mask = 0;

	poll_wait(pt, f, &pid->exit_wait);
	if (is_dead(pid))
		mask = POLLIN | POLLRDNORM;
	rcu_read_lock();
	if (!rcu_dereference(pid->task))
		mask |= POLLHUP;
	rcu_read_unlock();
	return mask;
}

void pidfd_show_fdinfo(struct pid *pid, struct pid_ns *ns, struct seq_buf *out)
{
	bool gone;

	rcu_read_lock();
	gone = !rcu_dereference(pid->task);
	rcu_read_unlock();
	seq_printf(out, "Pid:\t%d\n", gone ? -1 : pid_nr(pid, ns));
	seq_printf(out, "NSpid:\t%d", gone ? -1 : pid_nr(pid, ns));
	if (!gone && pid_nr(pid, ns)) {
		for (u32 i = ns->level + 1; i <= pid->level; i++)
			seq_printf(out, "\t%d", pid->numbers[i].nr);
	}
	seq_putc(out, '\n');
}

/* Which namespace a request is about. Source: ioctl_pidfd(2). */
static const struct {
	u32 clone_flag;
	bool for_children;
} ns_requests[] = {
	[IOC_NR(PIDFD_GET_CGROUP_NAMESPACE)] = { CLONE_NEWCGROUP, false },
	[IOC_NR(PIDFD_GET_IPC_NAMESPACE)] = { CLONE_NEWIPC, false },
	[IOC_NR(PIDFD_GET_MNT_NAMESPACE)] = { CLONE_NEWNS, false },
	[IOC_NR(PIDFD_GET_NET_NAMESPACE)] = { CLONE_NEWNET, false },
	[IOC_NR(PIDFD_GET_PID_NAMESPACE)] = { CLONE_NEWPID, false },
	[IOC_NR(PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE)] = { CLONE_NEWPID, true },
	[IOC_NR(PIDFD_GET_TIME_NAMESPACE)] = { CLONE_NEWTIME, false },
	[IOC_NR(PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE)] = { CLONE_NEWTIME,
							    true },
	[IOC_NR(PIDFD_GET_USER_NAMESPACE)] = { CLONE_NEWUSER, false },
	[IOC_NR(PIDFD_GET_UTS_NAMESPACE)] = { CLONE_NEWUTS, false },
};

/* One of the namespaces of the living process, with a reference. */
static int grab_ns(struct pid *pid, u32 cmd, struct ns_common **out)
{
	struct task *t = pid_task_get(pid);
	int err = -ESRCH;
	bool alive;

	if (!t)
		return -ESRCH;
	spin_lock(&t->alloc_lock);
	alive = t->nsproxy != NULL;
	spin_unlock(&t->alloc_lock);
	*out = NULL;
	if (alive && !task_may_access(t, false))
		err = -EACCES;
	else if (alive)
		*out = nsproxy_find_get(t, ns_requests[IOC_NR(cmd)].clone_flag,
					ns_requests[IOC_NR(cmd)].for_children);
	task_put(t);
	return *out ? 0 : err;
}

static long pidfd_ioctl(struct file *f, u32 cmd, u64 arg)
{
	struct file_table *files = current_task()->files;
	struct ns_common *ns;
	struct path path;
	struct file *nsf;
	int fd, err;

	if (arg)
		return -EINVAL;
	if (!nsfs_path || cmd < PIDFD_GET_CGROUP_NAMESPACE ||
	    cmd > PIDFD_GET_UTS_NAMESPACE)
		return -ENOTTY;
	err = grab_ns(file_pid(f), cmd, &ns);
	if (err)
		return err;
	err = nsfs_path(ns, &path);
	ns->ops->put(ns);
	if (err)
		return err;
	err = vfs_open_path(&path, O_RDONLY, current_cred(), &nsf);
	path_put(&path);
	if (err)
		return err;
	fd = fd_alloc(files, 0, current_rlimit(RLIMIT_NOFILE), true);
	if (fd < 0)
		file_put(nsf);
	else
		fd_install(files, fd, nsf);
	return fd;
}

static const struct file_ops pidfd_ops = {
	.poll = pidfd_poll,
	.ioctl = pidfd_ioctl,
};

int pidfd_create(struct pid *pid, u32 flags, struct file **out)
{
	struct inode *inode = inode_create(pidfs_sb, 0700);
	struct path path;
	int err;

	if (!inode)
		return -ENOMEM;
	inode->ops = &pidfs_inode_ops;
	inode->fops = &pidfd_ops;
	inode->private = pid_get(pid);
	inode->ino = pid->ino;
	err = path_create_anon(inode, "anon_inode:[pidfd]", &path);
	inode_put(inode);
	if (err)
		return err;
	err = file_create(&path, &pidfd_ops, O_RDWR | flags, current_cred(),
			  out);
	path_put(&path);
	return err;
}

struct pid *pidfd_file_pid(struct file *f)
{
	return f->ops == &pidfd_ops ? file_pid(f) : NULL;
}

void pidfd_notify_exit(struct pid *pid)
{
	for (; pid; pid = pid->former) {
		if (wait_queue_active(&pid->exit_wait))
			wait_queue_wake(&pid->exit_wait, 0,
					POLLIN | POLLRDNORM);
	}
}

/* The struct pid that @nr names now, fit for a pidfd. 0 and a reference. */
static int find_target(pid_t nr, bool thread, struct pid **out)
{
	struct pid *pid;
	int err = 0;

	rcu_read_lock();
	pid = pid_find(nr, current_pidns());
	if (!pid)
		err = -ESRCH;
	else if (thread ? !rcu_dereference(pid->task) :
			  !rcu_dereference(pid->process))
		err = -EINVAL;
	else if (!refcount_try_get(&pid->refs))
		err = -ESRCH;
	rcu_read_unlock();
	*out = pid;
	return err;
}

int pidfd_open(pid_t nr, u32 flags)
{
	struct file_table *files = current_task()->files;
	struct pid *pid;
	struct file *f;
	int fd, err;

	if ((flags & ~(PIDFD_NONBLOCK | PIDFD_THREAD)) || nr <= 0)
		return -EINVAL;
	err = find_target(nr, flags & PIDFD_THREAD, &pid);
	if (err)
		return err;
	fd = fd_alloc(files, 0, current_rlimit(RLIMIT_NOFILE), true);
	if (fd < 0) {
		pid_put(pid);
		return fd;
	}
	err = pidfd_create(pid, flags, &f);
	pid_put(pid);
	if (err) {
		fd_cancel(files, fd);
		return err;
	}
	fd_install(files, fd, f);
	return fd;
}

/* Whom the flags and the kind of pidfd mean. */
static int send(struct pid *pid, int sig, const struct siginfo *si, u32 scope)
{
	struct process *p;
	struct task *t;
	int err = -ESRCH;

	if (scope == PIDFD_SIGNAL_PROCESS_GROUP)
		return signal_send_group(pid, sig, si);
	rcu_read_lock();
	t = rcu_dereference(pid->task);
	p = t ? t->process : NULL;
	if (t)
		err = signal_may_send(t, sig, si);
	if (!err && sig && scope == PIDFD_SIGNAL_THREAD)
		err = signal_send_task(t, sig, si);
	else if (!err && sig)
		err = signal_send_process(p, sig, si);
	rcu_read_unlock();
	return err;
}

#define SCOPES (PIDFD_SIGNAL_THREAD | PIDFD_SIGNAL_THREAD_GROUP | \
		PIDFD_SIGNAL_PROCESS_GROUP)

int pidfd_send_signal(struct file *f, int sig, struct siginfo *info, u32 flags)
{
	struct pid *pid = pidfd_file_pid(f);
	struct siginfo own;
	u32 scope = flags;

	if (!pid && proc_file_pid)
		pid = proc_file_pid(f);
	if (!pid)
		return -EBADF;
	if (!pidns_is_below(pid_ns_of(pid), current_pidns()))
		return -EINVAL;
	if (!scope)
		scope = READ_ONCE(f->flags) & PIDFD_THREAD ?
			PIDFD_SIGNAL_THREAD : PIDFD_SIGNAL_THREAD_GROUP;
	if (info) {
		if (info->si_signo != sig)
			return -EINVAL;
		if ((info->si_code >= 0 || info->si_code == SI_TKILL) &&
		    (pid != current_task()->pid ||
		     scope == PIDFD_SIGNAL_PROCESS_GROUP))
			return -EPERM;
		return send(pid, sig, info, scope);
	}
	siginfo_for_kill(&own, sig);
	return send(pid, sig, &own, scope);
}

bool pidfd_signal_flags_ok(u32 flags)
{
	return !(flags & ~SCOPES) && !(flags & (flags - 1));
}

void pidfd_init(void)
{
	if (superblock_create("pidfs", PID_FS_MAGIC, NULL, &pidfs_sb))
		panic("pidfd: no memory for the superblock");
}
