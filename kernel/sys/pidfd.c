/*
 * kernel/sys/pidfd.c - system calls on process descriptors
 *
 * Not:   the work: kernel/proc/pidfd.c.
 * See:   pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2).
 */
#include "calls.h"

#include "path_util.h"

#include <proc/procfs.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

long sys_pidfd_open(pid_t pid, u32 flags)
{
	return pidfd_open(pid, flags);
}

long sys_pidfd_send_signal(int fd, int sig, uptr_t uinfo, u32 flags)
{
	struct siginfo info;
	struct file *f;
	int err;

	if (!pidfd_signal_flags_ok(flags))
		return -EINVAL;
	err = fd_to_file(fd, &f);
	if (err)
		return err;
	if (!pidfd_file_pid(f) && !(proc_file_pid && proc_file_pid(f)))
		err = -EBADF;
	else if (uinfo && copy_from_user(&info, uinfo, sizeof(info)))
		err = -EFAULT;
	else
		err = pidfd_send_signal(f, sig, uinfo ? &info : NULL, flags);
	file_put(f);
	return err;
}

/* Its table of descriptors, with a reference; NULL: it has none any more. */
static struct file_table *table_of(struct task *t)
{
	struct file_table *table;

	spin_lock(&t->alloc_lock);
	table = t->files;
	if (table)
		file_table_get(table);
	spin_unlock(&t->alloc_lock);
	return table;
}

/* 0, -EPERM, -ESRCH, -EBADF. */
static int look_up(struct task *t, int targetfd, struct file **out)
{
	struct file_table *table;

	if (!task_may_access(t, true))
		return -EPERM;
	table = table_of(t);
	if (!table)
		return -ESRCH;
	*out = fd_get_any(table, targetfd);
	file_table_put(table);
	return *out ? 0 : -EBADF;
}

static long copy_descriptor(struct task *t, int targetfd)
{
	for (;;) {
		u32 seq = task_look_begin(t);
		struct file *f;
		int err = look_up(t, targetfd, &f);

		if (!task_look_retry(t, seq))
			return err ? err : file_to_fd(f, true);
		if (!err)
			file_put(f);
	}
}

int task_of_pidfd(int fd, struct task **out)
{
	struct pid *pid;
	struct file *f;
	int err = fd_to_file(fd, &f);

	if (err)
		return err;
	pid = pidfd_file_pid(f);
	*out = pid ? pid_task_get(pid) : NULL;
	if (!pid)
		err = -EBADF;
	else if (!*out)
		err = -ESRCH;
	file_put(f);
	return err;
}

long sys_pidfd_getfd(int fd, int targetfd, u32 flags)
{
	struct task *t;
	long ret;

	if (flags)
		return -EINVAL;
	ret = task_of_pidfd(fd, &t);
	if (ret)
		return ret;
	ret = copy_descriptor(t, targetfd);
	task_put(t);
	return ret;
}
