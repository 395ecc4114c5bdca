/*
 * kernel/sys/process.c - system calls that make, change, end and name processes
 *
 * What:  copy in, check, call, copy out.
 * Not:   the work: kernel/proc/.
 * See:   the manual page of each call.
 */
#include "calls.h"

#include <fs/file.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/lifecycle.h>
#include <proc/pidns.h>
#include <proc/procfs.h>
#include <proc/session.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/wait.h>
#include <vm/uaccess.h>

long sys_getpid(void)
{
	return pid_own_nr(current_process()->tgid);
}

long sys_gettid(void)
{
	return pid_own_nr(current_task()->pid);
}

long sys_getppid(void)
{
	struct process *self = current_process();
	struct process *parent;
	long nr = 0;

	rcu_read_lock();
	parent = rcu_dereference(self->parent);
	if (parent != self)
		nr = pid_vnr(parent->tgid);
	rcu_read_unlock();
	return nr;
}

long sys_getpgrp(void)
{
	return sys_getpgid(0);
}

long sys_getpgid(pid_t pid)
{
	pid_t nr;
	int err = session_getpgid(pid, &nr);

	return err ? err : nr;
}

long sys_getsid(pid_t pid)
{
	pid_t nr;
	int err = session_getsid(pid, &nr);

	return err ? err : nr;
}

long sys_setpgid(pid_t pid, pid_t pgid)
{
	return session_setpgid(pid, pgid);
}

long sys_setsid(void)
{
	pid_t sid;
	int err = session_setsid(&sid);

	return err ? err : sid;
}

long sys_set_tid_address(uptr_t tidptr)
{
	current_task()->clear_child_tid = tidptr;
	return pid_vnr(current_task()->pid);
}

long sys_fork(void)
{
	const struct clone_request req = { .exit_signal = SIGCHLD };

	return task_clone(&req);
}

long sys_vfork(void)
{
	const struct clone_request req = {
		.flags = CLONE_VFORK | CLONE_VM,
		.exit_signal = SIGCHLD,
	};

	return task_clone(&req);
}

/* Source: clone(2), x86-64 argument order. Bits above 31 are ignored, the low
 * byte is the exit signal, whatever its value. */
long sys_clone(u64 flags, uptr_t stack, uptr_t parent_tid, uptr_t child_tid,
	       uptr_t tls)
{
	const struct clone_request req = {
		.flags = (u32)flags & ~CSIGNAL,
		.exit_signal = (int)(flags & CSIGNAL),
		.stack = stack,
		.tls = tls,
		.parent_tid = parent_tid,
		.child_tid = child_tid,
		.pidfd = parent_tid,
	};

	if ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID))
		return -EINVAL;
	return task_clone(&req);
}

#define CLONE3_KNOWN (0xffffffffull | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP)

static bool clone3_args_valid(const struct clone_args *a)
{
	if (a->flags & ~CLONE3_KNOWN)
		return false;
	if (a->flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
		return false;
	if ((a->flags & (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND)) ==
	    (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND))
		return false;
	if ((a->flags & (CLONE_THREAD | CLONE_PARENT)) && a->exit_signal)
		return false;
	if (!a->stack != !a->stack_size)
		return false;
	return !a->stack || user_range_ok(a->stack, a->stack_size);
}

/* Size rules, the structure itself, and the array of wanted numbers. */
static int clone3_copy_in(struct clone_args *a, s32 *set_tid, uptr_t uargs,
			  size_t size)
{
	int err;

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	err = copy_struct_from_user(a, sizeof(*a), uargs, size);
	if (err)
		return err;
	if (a->set_tid_size > PIDNS_MAX_LEVEL)
		return -EINVAL;
	if (!a->set_tid != !a->set_tid_size)
		return -EINVAL;
	if (a->exit_signal & ~CSIGNAL || a->exit_signal > NSIG)
		return -EINVAL;
	if ((a->flags & CLONE_INTO_CGROUP) &&
	    (a->cgroup > INT_MAX || size < CLONE_ARGS_SIZE_VER2))
		return -EINVAL;
	return copy_from_user(set_tid, a->set_tid,
			      a->set_tid_size * sizeof(*set_tid));
}

long sys_clone3(uptr_t uargs, size_t size)
{
	s32 set_tid[PIDNS_MAX_LEVEL];
	struct clone_args a;
	int err = clone3_copy_in(&a, set_tid, uargs, size);
	struct clone_request req;

	if (err)
		return err;
	if (!clone3_args_valid(&a))
		return -EINVAL;
	if ((a.flags & CLONE_PIDFD) && (a.flags & CLONE_PARENT_SETTID) &&
	    a.pidfd == a.parent_tid)
		return -EINVAL;
	req = (struct clone_request){
		.flags = a.flags,
		.exit_signal = (int)a.exit_signal,
		.stack = a.stack ? a.stack + a.stack_size : 0,
		.tls = a.tls,
		.parent_tid = a.parent_tid,
		.child_tid = a.child_tid,
		.pidfd = a.pidfd,
		.set_tid = set_tid,
		.set_tid_n = (u32)a.set_tid_size,
		.is_clone3 = true,
		.cgroup_fd = a.cgroup,
	};
	return task_clone(&req);
}

long sys_exit(int code)
{
	task_exit((code & 0xff) << 8);
}

long sys_exit_group(int code)
{
	task_exit_group((code & 0xff) << 8);
}

/* Whom a wait4 number means. @out: borrowed inside the reference taken. */
static int wait4_target(pid_t pid, struct wait_request *req)
{
	pid_t nr = pid;

	req->which = P_ALL;
	if (pid == -1)
		return 0;
	if (pid == INT_MIN)
		return -ESRCH;
	req->which = pid > 0 ? P_PID : P_PGID;
	if (pid < 0)
		nr = -pid;
	rcu_read_lock();
	req->pid = nr ? pid_find(nr, current_pidns()) :
			rcu_dereference(current_process()->pgid);
	if (req->pid && !refcount_try_get(&req->pid->refs))
		req->pid = NULL;
	rcu_read_unlock();
	return 0;
}

#define WAIT4_OPTIONS (WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | \
		       WCLONE | WALL)

long sys_wait4(pid_t pid, uptr_t status, int options, uptr_t rusage)
{
	struct wait_request req = {
		.options = (u32)options | WEXITED,
		.want_rusage = rusage != 0,
	};
	struct wait_result res;
	int err;

	if ((u32)options & ~WAIT4_OPTIONS)
		return -EINVAL;
	err = wait4_target(pid, &req);
	if (err)
		return err;
	err = process_wait(&req, &res);
	pid_put(req.pid);
	if (err || !res.pid)
		return err;
	if (status && put_user_u32(status, (u32)res.status))
		return -EFAULT;
	if (rusage && copy_to_user(rusage, &res.rusage, sizeof(res.rusage)))
		return -EFAULT;
	return res.pid;
}

/* P_PIDFD: a non-blocking pidfd makes the wait non-blocking. */
static int waitid_pidfd(int fd, struct wait_request *req, bool *nonblock)
{
	struct file *f;

	if (fd < 0)
		return -EINVAL;
	f = fd_get_file(current_task()->files, fd);
	if (!f)
		return -EBADF;
	req->pid = pid_get(file_pidfd(f));
	*nonblock = READ_ONCE(f->flags) & O_NONBLOCK;
	file_put(f);
	return req->pid ? 0 : -EBADF;
}

static int waitid_target(int which, pid_t id, struct wait_request *req,
			 bool *nonblock)
{
	req->which = (u32)which;
	switch (which) {
	case P_ALL:
		return 0;
	case P_PID:
		return id <= 0 ? -EINVAL : wait4_target(id, req);
	case P_PGID:
		if (id < 0)
			return -EINVAL;
		return wait4_target(id ? -id : 0, req);
	case P_PIDFD:
		return waitid_pidfd(id, req, nonblock);
	}
	return -EINVAL;
}

static int waitid_copy_out(uptr_t info, const struct wait_result *res)
{
	struct siginfo si;

	if (!info)
		return 0;
	memset(&si, 0, sizeof(si));
	if (res->pid) {
		si.si_signo = SIGCHLD;
		si.si_code = res->si_code;
		si.f.child.pid = res->pid;
		si.f.child.uid = res->uid;
		si.f.child.status = res->si_status;
	}
	/* Linux writes these fields only; the rest of the memory stays. */
	return copy_to_user(info, &si, offsetof(struct siginfo,
						f.child.utime) - 4);
}

#define WAITID_OPTIONS (WNOHANG | WNOWAIT | WEXITED | WSTOPPED | \
			WCONTINUED | WNOTHREAD | WCLONE | WALL)

long sys_waitid(int which, pid_t id, uptr_t info, int options, uptr_t rusage)
{
	struct wait_request req = {
		.options = (u32)options,
		.want_rusage = rusage != 0,
		.want_info = true,
	};
	struct wait_result res = { 0 };
	bool nonblock = false;
	int err;

	if ((u32)options & ~WAITID_OPTIONS ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	err = waitid_target(which, id, &req, &nonblock);
	if (err)
		return err;
	if (nonblock)
		req.options |= WNOHANG;
	err = process_wait(&req, &res);
	pid_put(req.pid);
	if (!err && !res.pid && nonblock && !(options & WNOHANG))
		return -EAGAIN;
	if (err)
		return err;
	if (res.pid && rusage &&
	    copy_to_user(rusage, &res.rusage, sizeof(res.rusage)))
		return -EFAULT;
	return waitid_copy_out(info, &res);
}
