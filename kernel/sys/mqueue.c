/*
 * kernel/sys/mqueue.c - POSIX message queues: the calls
 *
 * Not:   the work: kernel/ipc/mqueue.c.
 * See:   mq_open(3) and its kin; mq_getsetattr(2).
 */
#include "calls.h"

#include "path_util.h"

#include <mm/kmalloc.h>
#include <proc/mqueue.h>
#include <proc/msg_text.h>
#include <proc/signal.h>
#include <sched/wallclock.h>
#include "time_util.h"
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/uaccess.h>

static int queue_name(uptr_t uname, char **out)
{
	char *name = kmalloc(PATH_MAX);
	ssize_t len;

	*out = name;
	if (!name)
		return -ENOMEM;
	len = copy_string_from_user(name, uname, PATH_MAX);
	if (len > NAME_MAX)
		len = -ENAMETOOLONG;
	if (len < 0) {
		kfree(name);
		return (int)len;
	}
	return 0;
}

static int open_fd(const struct mq_open_args *a)
{
	struct file_table *files = current_task()->files;
	int fd = fd_alloc(files, 0, current_rlimit(RLIMIT_NOFILE), true);
	struct file *f;
	int err;

	if (fd < 0)
		return fd;
	err = mq_open(a, &f);
	if (err) {
		fd_cancel(files, fd);
		return err;
	}
	fd_install(files, fd, f);
	return fd;
}

long sys_mq_open(uptr_t uname, int flags, mode_t mode, uptr_t uattr)
{
	struct mq_open_args a = { .flags = (u32)flags, .mode = mode };
	struct mq_attr attr;
	char *name;
	int ret;

	if (uattr && copy_from_user(&attr, uattr, sizeof(attr)))
		return -EFAULT;
	a.attr = uattr ? &attr : NULL;
	ret = queue_name(uname, &name);
	if (ret)
		return ret;
	a.name = name;
	ret = open_fd(&a);
	kfree(name);
	return ret;
}

long sys_mq_unlink(uptr_t uname)
{
	char *name;
	int err = queue_name(uname, &name);

	if (err)
		return err;
	err = mq_unlink(name);
	kfree(name);
	return err;
}

/* A moment of CLOCK_REALTIME. */
static int deadline_of(uptr_t uts, u64 *deadline_ns)
{
	struct timespec ts;
	u64 ns;
	int err;

	*deadline_ns = U64_MAX;
	if (!uts)
		return 0;
	if (timespec_from_user(&ts, uts))
		return -EFAULT;
	err = timespec_to_ns(&ts, &ns);
	if (err || ns == U64_MAX)
		return err;
	*deadline_ns = (s64)ns > wallclock_offset_ns() ?
		       ns - (u64)wallclock_offset_ns() : 0;
	return 0;
}

static int send_to(struct file *f, struct msg_text *m, u64 deadline_ns)
{
	int err = mq_send(f, m, deadline_ns);

	if (err)
		msg_text_free(m);
	return err;
}

long sys_mq_timedsend(int fd, uptr_t ubuf, size_t len, u32 priority, uptr_t uts)
{
	struct msg_text *m;
	struct file *f;
	u64 deadline;
	size_t max;
	int err = deadline_of(uts, &deadline);

	if (err)
		return err;
	if (priority >= MQ_PRIO_MAX)
		return -EINVAL;
	err = fd_to_file(fd, &f);
	if (err)
		return err;
	err = mq_size_to_send(f, &max);
	if (!err && len > max)
		err = -EMSGSIZE;
	if (!err)
		err = msg_text_load(ubuf, len, &m);
	if (!err) {
		m->priority = priority;
		err = send_to(f, m, deadline);
	}
	file_put(f);
	return err;
}

static long store(const struct msg_text *m, uptr_t ubuf, uptr_t upriority)
{
	if (upriority && put_user_u32(upriority, m->priority))
		return -EFAULT;
	if (msg_text_store(ubuf, m, m->size))
		return -EFAULT;
	return (long)m->size;
}

long sys_mq_timedreceive(int fd, uptr_t ubuf, size_t len, uptr_t upriority,
			 uptr_t uts)
{
	struct msg_text *m;
	struct file *f;
	u64 deadline;
	size_t max;
	long ret = deadline_of(uts, &deadline);

	if (!ret)
		ret = fd_to_file(fd, &f);
	if (ret)
		return ret;
	ret = mq_size_to_receive(f, &max);
	if (!ret && len < max)
		ret = -EMSGSIZE;
	if (!ret)
		ret = mq_receive(f, &m, deadline);
	file_put(f);
	if (ret)
		return ret;
	ret = store(m, ubuf, upriority);
	msg_text_free(m);
	return ret;
}

/* The fields of struct sigevent that count here. */
struct user_notice {
	u64 value;
	s32 signo, method;
	u8 rest[48];
};

static int notice_from_user(uptr_t uevent, struct mq_notice *n)
{
	struct user_notice u;
	struct file *f;

	if (copy_from_user(&u, uevent, sizeof(u)))
		return -EFAULT;
	*n = (struct mq_notice){ u.method, u.signo, u.value };
	switch (u.method) {
	case SIGEV_NONE:
		return 0;
	case SIGEV_SIGNAL:
		return (u32)u.signo <= NSIG ? 0 : -EINVAL;
	case SIGEV_THREAD:
		/* By a netlink socket, and there are none. */
		if (fd_to_file(u.signo, &f))
			return -EBADF;
		file_put(f);
		return -ENOTSOCK;
	}
	return -EINVAL;
}

long sys_mq_notify(int fd, uptr_t uevent)
{
	struct mq_notice n;
	struct file *f;
	int err = uevent ? notice_from_user(uevent, &n) : 0;

	if (!err)
		err = fd_to_file(fd, &f);
	if (err)
		return err;
	err = mq_notify(f, uevent ? &n : NULL);
	file_put(f);
	return err;
}

long sys_mq_getsetattr(int fd, uptr_t unew, uptr_t uold)
{
	struct mq_attr new, old;
	struct file *f;
	int err;

	if (unew && copy_from_user(&new, unew, sizeof(new)))
		return -EFAULT;
	if (unew && (new.mq_flags & ~(s64)O_NONBLOCK))
		return -EINVAL;
	err = fd_to_file(fd, &f);
	if (err)
		return err;
	err = mq_exchange_attr(f, unew ? &new : NULL, &old);
	file_put(f);
	if (!err && uold)
		err = copy_to_user(uold, &old, sizeof(old));
	return err;
}
