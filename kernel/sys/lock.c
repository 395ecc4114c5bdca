/*
 * kernel/sys/lock.c - flock(2), and the record locks of fcntl(2)
 *
 * Not:   the locks themselves: fs/lock.c.
 * See:   flock(2), fcntl(2) "Advisory record locking".
 */
#include "calls.h"

#include "path_util.h"

#include <fs/lock.h>
#include <proc/pidns.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/uaccess.h>

/* A lock's owner is stored with its number in the first namespace. */
static pid_t global_number(void)
{
	return pid_nr(current_process()->tgid, &pidns_init_ns);
}

static pid_t number_here(pid_t global)
{
	pid_t nr;

	rcu_read_lock();
	nr = pid_vnr(pid_find(global, &pidns_init_ns));
	rcu_read_unlock();
	return nr;
}

static struct record_lock_args lock_args(struct file *f, u32 cmd)
{
	struct record_lock_args a = {
		.owner = current_task()->files,
		.pid = global_number(),
		.wait = cmd == F_SETLKW || cmd == F_OFD_SETLKW,
		.ofd = cmd >= F_OFD_GETLK && cmd <= F_OFD_SETLKW,
	};

	if (a.ofd) {
		a.owner = f;
		a.pid = -1;
	}
	return a;
}

static long get_lock(struct file *f, u32 cmd, uptr_t ulock)
{
	struct record_lock_args a = lock_args(f, cmd);
	struct flock l;
	int err;

	if (copy_from_user(&l, ulock, sizeof(l)))
		return -EFAULT;
	if (a.ofd && l.l_pid)
		return -EINVAL;
	err = file_lock_get(f, &l, &a);
	if (err)
		return err;
	if (l.l_type != F_UNLCK && l.l_pid > 0)
		l.l_pid = number_here(l.l_pid);
	return copy_to_user(ulock, &l, sizeof(l));
}

/* Another thread closed @fd meanwhile and dropped the locks before this one
 * was there: it must not stay. */
static int undo_if_closed(int fd, struct file *f, struct flock *l,
			  const struct record_lock_args *a)
{
	struct file *now = fd_get_any(current_task()->files, fd);
	bool same = now == f;

	if (now)
		file_put(now);
	if (same)
		return 0;
	l->l_type = F_UNLCK;
	file_lock_set(f, l, a);
	return -EBADF;
}

static long set_lock(int fd, struct file *f, u32 cmd, uptr_t ulock)
{
	struct record_lock_args a = lock_args(f, cmd);
	struct flock l;
	int err;

	if (copy_from_user(&l, ulock, sizeof(l)))
		return -EFAULT;
	if (a.ofd && l.l_pid)
		return -EINVAL;
	err = file_lock_set(f, &l, &a);
	if (!err && !a.ofd && l.l_type != F_UNLCK)
		err = undo_if_closed(fd, f, &l, &a);
	return err;
}

long fcntl_lock(int fd, struct file *f, u32 cmd, uptr_t ulock)
{
	if (cmd == F_GETLK || cmd == F_OFD_GETLK)
		return get_lock(f, cmd, ulock);
	return set_lock(fd, f, cmd, ulock);
}

long sys_flock(int fd, u32 op)
{
	u32 kind = op & ~(u32)LOCK_NB;
	struct file *f;
	int err;

	if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN)
		return -EINVAL;
	err = fd_to_file(fd, &f);
	if (err)
		return err;
	/* Source: flock(2); Linux wants some access mode for a lock. */
	if (!(op & LOCK_UN) && !(f->mode & (FILE_READ | FILE_WRITE)))
		err = -EBADF;
	else
		err = file_flock(f, op, global_number());
	file_put(f);
	return err;
}
