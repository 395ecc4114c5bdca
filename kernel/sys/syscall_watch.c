/*
 * kernel/sys/syscall_watch.c - system calls of tasks that are watched
 *
 * What:  the stops of PTRACE_SYSCALL and PTRACE_SYSEMU, the end of a single
 *        step over a call, and the filter in between: it judges what the
 *        tracer left. Before all of them the program itself may take the call.
 * Context: task, no lock held; may sleep, or not return.
 * See:   docs/ptrace.md; ptrace(2), "Syscall-stops"; seccomp(2).
 */
#include "syscall_watch.h"
#include "user_dispatch.h"

#include <arch/thread.h>
#include <proc/ptrace.h>
#include <proc/seccomp.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/signal.h>

static void stop(u64 message)
{
	u32 good = current_task()->tracee.flags & PTRACE_O_TRACESYSGOOD;
	int sig = ptrace_notify(SIGTRAP | (good ? 0x80 : 0), message);

	/* A tracer that went away may leave the code of the stop. */
	if (sig > 0 && sig <= NSIG)
		(void)signal_send_task(current_task(), sig, SEND_KERNEL);
}

bool syscall_enter(struct regs *r)
{
	struct task *t = current_task();
	u32 syscalls = READ_ONCE(t->tracee.syscalls);

	if ((syscalls & TRACE_DISPATCH) && user_dispatch_takes(r))
		return false;
	/* What the call gives if nobody says otherwise. */
	regs_set_return(r, (u64)-ENOSYS);
	if (syscalls & (TRACE_SYSCALL | TRACE_EMULATE)) {
		stop(PTRACE_EVENTMSG_SYSCALL_ENTRY);
		if (signal_fatal_pending(t) || (syscalls & TRACE_EMULATE))
			return false;
	}
	if ((t->tracee.syscalls & TRACE_FILTER) && !seccomp_allows(r))
		return false;
	return regs_syscall_nr(r) != -1;
}

void syscall_leave(struct regs *r)
{
	struct task *t = current_task();
	u32 syscalls = READ_ONCE(t->tracee.syscalls);

	/* It was none, so it does not end. */
	if (t->dispatch.taken)
		t->dispatch.taken = false;
	else if ((syscalls & TRACE_STEP) && !(syscalls & TRACE_EMULATE))
		signal_force_fault(SIGTRAP, TRAP_BRKPT, regs_ip(r));
	else if (syscalls & TRACE_SYSCALL)
		stop(PTRACE_EVENTMSG_SYSCALL_EXIT);
}
