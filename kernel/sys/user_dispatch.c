/*
 * kernel/sys/user_dispatch.c - system calls that a program takes itself
 *
 * What:  PR_SET_SYSCALL_USER_DISPATCH: as long as a byte of the program says
 *        so, calls from outside of one range of its code become SIGSYS. So it
 *        can give them a meaning of its own.
 * Locks: the switch is on for the task itself, or for a stopped one whose
 *        tracer asks; the flag beside it is under siglock.
 * Life:  not inherited; execve(2) ends it.
 * Not:   filters that others cannot take away again: kernel/proc/seccomp.c.
 * See:   prctl(2), PR_SET_SYSCALL_USER_DISPATCH; ptrace(2)
 */
#include "user_dispatch.h"

#include <arch/thread.h>
#include <proc/lifecycle.h>
#include <proc/ptrace.h>
#include <proc/signal.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>
#include <uapi/ptrace.h>
#include <uapi/seccomp.h>
#include <uapi/signal.h>
#include <vm/uaccess.h>

/* What the byte may say. */
#define FILTER_ALLOW 0
#define FILTER_BLOCK 1

static int check(const struct user_dispatch_config *c)
{
	switch (c->mode) {
	case PR_SYS_DISPATCH_OFF:
		return c->offset || c->len || c->selector ? -EINVAL : 0;
	case PR_SYS_DISPATCH_ON:
		if (c->offset && c->offset + c->len <= c->offset)
			return -EINVAL;
		if (c->selector && !user_range_ok(c->selector, 1))
			return -EFAULT;
		return 0;
	}
	return -EINVAL;
}

int user_dispatch_set(struct task *t, const struct user_dispatch_config *c)
{
	bool on = c->mode == PR_SYS_DISPATCH_ON;
	int err = check(c);

	if (err)
		return err;
	t->dispatch.offset = c->offset;
	t->dispatch.len = c->len;
	t->dispatch.selector = c->selector;
	spin_lock_irq(&t->process->siglock);
	trace_syscalls_set(t, on ? TRACE_DISPATCH : 0,
			   on ? 0 : TRACE_DISPATCH);
	spin_unlock_irq(&t->process->siglock);
	return 0;
}

long user_dispatch_tracer_set(struct task *t, u64 size, uptr_t from)
{
	struct user_dispatch_config c;

	if (size != sizeof(c))
		return -EINVAL;
	if (copy_from_user(&c, from, sizeof(c)))
		return -EFAULT;
	return user_dispatch_set(t, &c);
}

long user_dispatch_tracer_get(struct task *t, u64 size, uptr_t to)
{
	const struct user_dispatch_config c = {
		.mode = t->tracee.syscalls & TRACE_DISPATCH ?
			PR_SYS_DISPATCH_ON : PR_SYS_DISPATCH_OFF,
		.selector = t->dispatch.selector,
		.offset = t->dispatch.offset,
		.len = t->dispatch.len,
	};

	if (size != sizeof(c))
		return -EINVAL;
	return copy_to_user(to, &c, sizeof(c)) ? -EFAULT : 0;
}

/* Nobody wrote a result yet: the registers are as they were at the call. */
static void raise_sigsys(const struct regs *r)
{
	const struct siginfo si = {
		.si_signo = SIGSYS,
		.si_code = SYS_USER_DISPATCH,
		.f.sys.call_addr = regs_ip(r),
		.f.sys.syscall = (s32)regs_syscall_nr(r),
		.f.sys.arch = AUDIT_ARCH_X86_64,
	};

	signal_force(SIGSYS, &si);
}

bool user_dispatch_takes(struct regs *r)
{
	struct user_dispatch *d = &current_task()->dispatch;
	u8 state = FILTER_BLOCK;

	if (regs_ip(r) - d->offset < d->len)
		return false;
	if (d->selector && copy_from_user(&state, d->selector, 1))
		task_exit_group(SIGSEGV);
	if (state == FILTER_ALLOW)
		return false;
	if (state != FILTER_BLOCK)
		task_exit_group(SIGSYS);
	d->taken = true;
	raise_sigsys(r);
	return true;
}
