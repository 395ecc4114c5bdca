/*
 * kernel/proc/seccomp.c - what a task may ask of the kernel
 *
 * What:  strict mode; filters: making one, putting it in front of a task's
 *        chain (or of all threads'), what the chain says of a call and what
 *        follows.
 * Locks: see proc/seccomp.h.
 * Life:  a filter lives as long as a task or a newer filter has it, or its
 *        listener is open.
 * Not:   the programs (lib/cbpf.c), listeners (seccomp_notify.c).
 * See:   docs/seccomp.md; seccomp(2).
 */
#include "seccomp_internal.h"

#include <arch/thread.h>
#include <core/panic.h>
#include <core/printk.h>
#include <fs/file.h>
#include <lib/cbpf.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/coredump.h>
#include <proc/lifecycle.h>
#include <proc/ptrace.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/syscall_nr.h>
#include <vm/uaccess.h>

/* All programs that judge one call, with a little for each. */
#define MAX_INSNS_PER_PATH 32768u
#define INSNS_PER_FILTER 4u

void seccomp_filter_put(struct seccomp_filter *f)
{
	if (refcount_put(&f->refs))
		kfree(f);
}

void seccomp_filter_drop(struct seccomp_filter *f)
{
	while (f && refcount_put(&f->users)) {
		struct seccomp_filter *prev = f->prev;

		/* The listener has nobody to wait for any more. */
		wake_all(&f->wait);
		seccomp_filter_put(f);
		f = prev;
	}
}

void seccomp_inherit(struct task *child)
{
	struct task *t = current_task();

	child->seccomp_mode = t->seccomp_mode;
	child->syscall_filter = t->syscall_filter;
	child->no_new_privs |= t->no_new_privs;
	if (child->syscall_filter)
		refcount_get(&child->syscall_filter->users);
	trace_syscalls_set(child, TRACE_FILTER, 0);
}

void seccomp_release(struct task *t)
{
	struct seccomp_filter *f;

	spin_lock_irq(&t->process->siglock);
	f = t->syscall_filter;
	t->syscall_filter = NULL;
	spin_unlock_irq(&t->process->siglock);
	seccomp_filter_drop(f);
}

u32 seccomp_count(struct task *t)
{
	const struct seccomp_filter *f;
	u32 n = 0;

	spin_lock_irq(&t->process->siglock);
	for (f = t->syscall_filter; f; f = f->prev)
		n++;
	spin_unlock_irq(&t->process->siglock);
	return n;
}

/* [S] held. */
static void set_mode(struct task *t, u32 mode)
{
	WRITE_ONCE(t->seccomp_mode, mode);
	trace_syscalls_set(t, TRACE_FILTER, 0);
}

int seccomp_set_strict(void)
{
	struct task *t = current_task();
	int err = 0;

	spin_lock_irq(&t->process->siglock);
	if (t->seccomp_mode == SECCOMP_MODE_FILTER)
		err = -EINVAL;
	else
		set_mode(t, SECCOMP_MODE_STRICT);
	spin_unlock_irq(&t->process->siglock);
	return err;
}

/* ------------------------------------------------------------ a new filter */

static int check_program(const struct seccomp_filter *f)
{
	u16 *valid = kmalloc(f->n * sizeof(*valid));
	int err;

	if (!valid)
		return -ENOMEM;
	err = cbpf_check(f->insns, f->n, valid);
	kfree(valid);
	return err;
}

static int filter_fill(struct seccomp_filter *f, const struct sock_fprog *p)
{
	if (copy_from_user(f->insns, p->filter,
			   p->len * sizeof(struct sock_filter)))
		return -EFAULT;
	f->n = p->len;
	return check_program(f);
}

static int filter_create(u64 flags, uptr_t uprog, struct seccomp_filter **out)
{
	struct seccomp_filter *f;
	struct sock_fprog p;
	int err;

	if (copy_from_user(&p, uprog, sizeof(p)))
		return -EFAULT;
	if (!p.len || p.len > BPF_MAXINSNS)
		return -EINVAL;
	if (!current_task()->no_new_privs && !self_capable(CAP_SYS_ADMIN))
		return -EACCES;
	f = kzalloc(sizeof(*f) + p.len * sizeof(struct sock_filter));
	if (!f)
		return -ENOMEM;
	refcount_set(&f->refs, 1);
	refcount_set(&f->users, 1);
	mutex_init(&f->lock, "seccomp listener", RANK_MUTEX_SMALL);
	list_init(&f->calls);
	wait_queue_init(&f->wait);
	f->log = flags & SECCOMP_FILTER_FLAG_LOG;
	f->killable = flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	err = filter_fill(f, &p);
	if (err)
		kfree(f);
	else
		*out = f;
	return err;
}

/* Is @t's chain empty, or a part of the current task's? [S] */
static bool may_follow(const struct task *t)
{
	const struct seccomp_filter *f = current_task()->syscall_filter;

	if (t->seccomp_mode == SECCOMP_MODE_DISABLED)
		return true;
	if (t->seccomp_mode != SECCOMP_MODE_FILTER)
		return false;
	while (f && f != t->syscall_filter)
		f = f->prev;
	return f || !t->syscall_filter;
}

/* All threads can have the new chain: 0, else the number of one that cannot,
 * or -ESRCH. [S] */
static long check_threads(u64 flags)
{
	struct task *t;

	for_each_list(t, &current_process()->threads, thread_link) {
		if (t == current_task() || may_follow(t) ||
		    (READ_ONCE(t->flags) & TASK_EXITING))
			continue;
		if (flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH)
			return -ESRCH;
		return pid_vnr(t->pid);
	}
	return 0;
}

/* A filter that is part of the new chain stays: it is only counted less. [S] */
static void give_threads(void)
{
	struct task *self = current_task();
	struct task *t;

	for_each_list(t, &self->process->threads, thread_link) {
		struct seccomp_filter *old = t->syscall_filter;

		if (t == self || (READ_ONCE(t->flags) & TASK_EXITING))
			continue;
		refcount_get(&self->syscall_filter->users);
		WRITE_ONCE(t->syscall_filter, self->syscall_filter);
		/* The new chain holds it. */
		if (old && refcount_put(&old->users))
			panic("seccomp: a filter in use has no users");
		if (self->no_new_privs)
			WRITE_ONCE(t->no_new_privs, 1);
		set_mode(t, SECCOMP_MODE_FILTER);
	}
}

static long check_chain(const struct seccomp_filter *f, bool listener)
{
	const struct seccomp_filter *old = current_task()->syscall_filter;
	u32 total = f->n;

	for (; old; old = old->prev) {
		total += old->n + INSNS_PER_FILTER;
		if (listener && old->listened)
			return -EBUSY;
	}
	return total > MAX_INSNS_PER_PATH ? -ENOMEM : 0;
}

/* [S] held. */
static long attach(u64 flags, struct seccomp_filter *f)
{
	struct task *t = current_task();
	long ret;

	if (t->seccomp_mode == SECCOMP_MODE_STRICT)
		return -EINVAL;
	ret = check_chain(f, flags & SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (!ret && (flags & SECCOMP_FILTER_FLAG_TSYNC))
		ret = check_threads(flags);
	if (ret)
		return ret;
	f->prev = t->syscall_filter;
	WRITE_ONCE(t->syscall_filter, f);
	set_mode(t, SECCOMP_MODE_FILTER);
	if (flags & SECCOMP_FILTER_FLAG_TSYNC)
		give_threads();
	return 0;
}

static int check_flags(u64 flags)
{
	u64 both = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER;

	if (flags & ~SECCOMP_FILTER_FLAG_MASK)
		return -EINVAL;
	/* A number of a thread looks like a descriptor. */
	if ((flags & both) == both &&
	    !(flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH))
		return -EINVAL;
	if ((flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) &&
	    !(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return -EINVAL;
	return 0;
}

struct listener {
	int fd;			/* -1: none is wanted */
	struct file *file;
};

static int listener_prepare(struct listener *l, u64 flags,
			    struct seccomp_filter *f)
{
	int err;

	l->fd = -1;
	if (!(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return 0;
	l->fd = fd_alloc(current_task()->files, 0,
			 current_rlimit(RLIMIT_NOFILE), true);
	if (l->fd < 0)
		return l->fd;
	err = seccomp_listener_create(f, &l->file);
	if (err)
		fd_cancel(current_task()->files, l->fd);
	return err;
}

long seccomp_set_filter(u64 flags, uptr_t uprog)
{
	struct task *t = current_task();
	struct seccomp_filter *f;
	struct listener l;
	long ret = check_flags(flags);

	if (!ret)
		ret = filter_create(flags, uprog, &f);
	if (ret)
		return ret;
	ret = listener_prepare(&l, flags, f);
	if (ret)
		goto drop_filter;
	spin_lock_irq(&t->process->siglock);
	ret = attach(flags, f);
	spin_unlock_irq(&t->process->siglock);
	if (!ret && l.fd >= 0) {
		fd_install(t->files, l.fd, l.file);
		return l.fd;
	}
	if (!ret)
		return 0;
	if (l.fd >= 0) {
		file_put(l.file);
		fd_cancel(t->files, l.fd);
	}
drop_filter:
	seccomp_filter_drop(f);
	return ret;
}

/* ----------------------------------------------------------------- verdicts */

static void read_call(const struct regs *r, struct seccomp_data *d)
{
	d->nr = (s32)regs_syscall_nr(r);
	d->arch = AUDIT_ARCH_X86_64;
	d->instruction_pointer = regs_ip(r);
	for (u32 i = 0; i < 6; i++)
		d->args[i] = regs_arg(r, i);
}

/* The strictest of all answers; of equals the newest filter's. */
static u32 judge(const struct seccomp_data *d, struct seccomp_filter **match)
{
	struct seccomp_filter *f = READ_ONCE(current_task()->syscall_filter);
	u32 verdict = SECCOMP_RET_ALLOW;

	*match = NULL;
	for (; f; f = f->prev) {
		u32 v = cbpf_run(f->insns, d);

		if ((s32)(v & SECCOMP_RET_ACTION_FULL) <
		    (s32)(verdict & SECCOMP_RET_ACTION_FULL)) {
			verdict = v;
			*match = f;
		}
	}
	return verdict;
}

/* What SIGSYS tells; the registers become what they were at the call. */
static struct siginfo undo_call(struct regs *r, u32 reason)
{
	const struct siginfo si = {
		.si_signo = SIGSYS,
		.si_code = SYS_SECCOMP,
		.si_errno = (s32)reason,
		.f.sys.call_addr = regs_ip(r),
		.f.sys.syscall = (s32)regs_syscall_nr(r),
		.f.sys.arch = AUDIT_ARCH_X86_64,
	};

	regs_undo_syscall(r);
	return si;
}

static void trap(struct regs *r, u32 reason)
{
	const struct siginfo si = undo_call(r, reason);

	signal_force(SIGSYS, &si);
}

static NORETURN void kill_process(struct regs *r, u32 reason)
{
	const struct siginfo si = undo_call(r, reason);

	current_task()->flags |= TASK_SIGNALED;
	if (coredump)
		coredump(&si);
	task_exit_group(SIGSYS);
}

static NORETURN void kill_caller(struct regs *r, u32 reason, bool process)
{
	struct process *p = current_process();

	pr_info("seccomp: %s killed by its filter\n", current_task()->comm);
	if (process || READ_ONCE(p->nlive) == 1)
		kill_process(r, reason);
	task_exit(SIGSYS);
}

static bool apply(struct regs *r, bool again);

/* A tracer may change the call, which is then judged again. */
static bool ask_tracer(struct regs *r, u32 message)
{
	struct task *t = current_task();

	if (!(t->tracee.flags & PT_EVENT(PTRACE_EVENT_SECCOMP))) {
		regs_set_return(r, (u64)-ENOSYS);
		return false;
	}
	ptrace_event(PTRACE_EVENT_SECCOMP, message);
	if (signal_fatal_pending(t) || regs_syscall_nr(r) < 0)
		return false;
	return apply(r, true);
}

/* @again: the tracer has seen it. */
static bool apply(struct regs *r, bool again)
{
	struct seccomp_filter *match;
	struct seccomp_data d;
	u32 verdict, data;

	read_call(r, &d);
	verdict = judge(&d, &match);
	data = verdict & SECCOMP_RET_DATA;
	if (match && !again)
		seccomp_log(verdict, match->log, d.nr);
	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return true;
	case SECCOMP_RET_LOG:
		return true;
	case SECCOMP_RET_ERRNO:
		regs_set_return(r, (u64)-(s64)min(data, (u32)MAX_ERRNO));
		return false;
	case SECCOMP_RET_TRAP:
		trap(r, data);
		return false;
	case SECCOMP_RET_TRACE:
		return again || ask_tracer(r, data);
	case SECCOMP_RET_USER_NOTIF:
		return seccomp_ask(match, r, &d);
	case SECCOMP_RET_KILL_THREAD:
		kill_caller(r, data, false);
	}
	/* KILL_PROCESS, and what nobody knows. */
	kill_caller(r, data, true);
}

static bool strict_allows(s64 nr)
{
	return nr == NR_read || nr == NR_write || nr == NR_exit ||
	       nr == NR_rt_sigreturn;
}

bool seccomp_allows(struct regs *r)
{
	struct task *t = current_task();

	if (t->tracee.flags & PTRACE_O_SUSPEND_SECCOMP)
		return true;
	if (t->seccomp_mode == SECCOMP_MODE_STRICT) {
		if (!strict_allows(regs_syscall_nr(r)))
			task_exit(SIGKILL);
		return true;
	}
	return apply(r, false);
}

/* ------------------------------------------------------------- for tracers */

/* The filter at @index, the oldest first, with a reference; 0, -EACCES,
 * -EINVAL (no filters), -ENOENT. */
static int filter_at(struct task *t, u64 index, struct seccomp_filter **out)
{
	struct seccomp_filter *f;
	u64 n = seccomp_count(t);
	int err = -ENOENT;

	if (!capable(CAP_SYS_ADMIN) || current_task()->seccomp_mode)
		return -EACCES;
	spin_lock_irq(&t->process->siglock);
	f = t->syscall_filter;
	if (t->seccomp_mode != SECCOMP_MODE_FILTER)
		err = -EINVAL;
	for (; f && index < n; f = f->prev) {
		if (--n != index)
			continue;
		refcount_get(&f->refs);
		*out = f;
		err = 0;
		break;
	}
	spin_unlock_irq(&t->process->siglock);
	return err;
}

long seccomp_get_filter(struct task *t, u64 index, uptr_t to)
{
	struct seccomp_filter *f;
	long ret = filter_at(t, index, &f);

	if (ret)
		return ret;
	ret = f->n;
	if (to && copy_to_user(to, f->insns, f->n * sizeof(f->insns[0])))
		ret = -EFAULT;
	seccomp_filter_put(f);
	return ret;
}

long seccomp_get_metadata(struct task *t, u64 size, uptr_t to)
{
	struct seccomp_metadata md = { 0 };
	struct seccomp_filter *f;
	long ret;

	if (!capable(CAP_SYS_ADMIN) || current_task()->seccomp_mode)
		return -EACCES;
	size = min(size, sizeof(md));
	if (size < sizeof(md.filter_off))
		return -EINVAL;
	if (copy_from_user(&md.filter_off, to, sizeof(md.filter_off)))
		return -EFAULT;
	ret = filter_at(t, md.filter_off, &f);
	if (ret)
		return ret;
	md.flags = f->log ? SECCOMP_FILTER_FLAG_LOG : 0;
	seccomp_filter_put(f);
	return copy_to_user(to, &md, size) ? -EFAULT : (long)size;
}
