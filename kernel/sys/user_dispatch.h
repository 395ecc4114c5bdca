/*
 * kernel/sys/user_dispatch.h - system calls that a program takes itself
 *
 * What:  an optional facility: without user_dispatch.c prctl(2) refuses it.
 */
#ifndef USER_DISPATCH_H
#define USER_DISPATCH_H

#include <lib/types.h>

struct regs;
struct task;

/* Also what PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG takes. */
struct user_dispatch_config {
	u64 mode;		/* PR_SYS_DISPATCH_* */
	uptr_t selector;	/* a byte; 0: always */
	u64 offset, len;	/* calls from here are never taken */
};

/* @t is the current task or stopped by it. 0, -EINVAL, -EFAULT (selector). */
OPTIONAL int user_dispatch_set(struct task *t,
			       const struct user_dispatch_config *c);
/* The same for a tracer: -EINVAL (@size), -EFAULT. */
OPTIONAL long user_dispatch_tracer_set(struct task *t, u64 size, uptr_t from);
OPTIONAL long user_dispatch_tracer_get(struct task *t, u64 size, uptr_t to);
/* The current task has TRACE_DISPATCH: true if the call is the program's,
 * SIGSYS was sent. May not return. */
OPTIONAL bool user_dispatch_takes(struct regs *r);

#endif
