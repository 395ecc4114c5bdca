/*
 * kernel/sys/prctl.c - prctl
 *
 * What:  operations on the calling thread or process. Those that belong to
 *        something this kernel lacks (huge pages, ...) answer -EINVAL
 *        like a Linux built without it. Optional.
 * Locks: alloc_lock for the name, which others read.
 * Not:   capabilities and securebits (prctl_cap.c).
 * See:   prctl(2).
 */
#include "calls.h"

#include "prctl_cap.h"
#include "user_dispatch.h"

#include <arch/thread.h>
#include <lib/string.h>
#include <proc/lifecycle.h>
#include <proc/pidns_join.h>
#include <proc/trace.h>
#include <uapi/errno.h>
#include <uapi/nidus.h>
#include <uapi/prctl.h>
#include <uapi/signal.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

static long set_name(uptr_t uname)
{
	struct task *t = current_task();
	char name[TASK_COMM_LEN] = { 0 };
	ssize_t len = copy_string_from_user(name, uname, TASK_COMM_LEN - 1);

	if (len == -EFAULT)
		return -EFAULT;
	name[TASK_COMM_LEN - 1] = 0;
	spin_lock(&t->alloc_lock);
	str_copy(t->comm, sizeof(t->comm), name);
	spin_unlock(&t->alloc_lock);
	trace_name(t);
	return 0;
}

static long get_name(uptr_t to)
{
	char name[TASK_COMM_LEN] = { 0 };

	str_copy(name, sizeof(name), current_task()->comm);
	return copy_to_user(to, name, sizeof(name));
}

static long set_pdeath_signal(u64 sig)
{
	if (sig > NSIG)
		return -EINVAL;
	current_task()->pdeath_signal = (s32)sig;
	return 0;
}

static long set_dumpable(u64 value)
{
	if (value > 1)
		return -EINVAL;
	WRITE_ONCE(current_process()->dumpable, (u32)value);
	return 0;
}

static long set_no_new_privs(const struct prctl_args *a)
{
	if (a->arg2 != 1 || a->arg3 || a->arg4 || a->arg5)
		return -EINVAL;
	WRITE_ONCE(current_task()->no_new_privs, 1);
	return 0;
}

static long get_no_new_privs(const struct prctl_args *a)
{
	if (a->arg2 || a->arg3 || a->arg4 || a->arg5)
		return -EINVAL;
	return current_task()->no_new_privs;
}

static long set_timer_slack(u64 ns)
{
	task_set_timer_slack(current_task(), ns);
	return 0;
}

static long get_timer_slack(void)
{
	return (long)READ_ONCE(current_task()->timer_slack_ns);
}

static long get_auxv(const struct prctl_args *a)
{
	struct aspace *as = current_task()->aspace;

	if (a->arg4 || a->arg5)
		return -EINVAL;
	if (copy_to_user(a->arg2, as->auxv->at,
			 min(a->arg3, sizeof(as->auxv->at))))
		return -EFAULT;
	return sizeof(as->auxv->at);
}

static long join_pidns(const struct prctl_args *a)
{
	if (!pidns_join || a->arg3 || a->arg4 || a->arg5)
		return -EINVAL;
	return pidns_join((int)a->arg2);
}

static long set_user_dispatch(const struct prctl_args *a)
{
	const struct user_dispatch_config c = {
		.mode = a->arg2,
		.offset = a->arg3,
		.len = a->arg4,
		.selector = a->arg5,
	};

	return user_dispatch_set ? user_dispatch_set(current_task(), &c) :
				   -EINVAL;
}

/* Once set it stays as it is. */
static long set_mdwe(const struct prctl_args *a)
{
	struct aspace *as = current_task()->aspace;
	int bits = (int)a->arg2;

	if (a->arg3 || a->arg4 || a->arg5 ||
	    (a->arg2 & ~(PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT)) ||
	    bits == PR_MDWE_NO_INHERIT)
		return -EINVAL;
	if (!bits)
		return atomic_read(&as->mdwe) ? -EPERM : 0;
	if (!atomic_read(&as->mdwe))
		(void)atomic_cas(&as->mdwe, 0, bits);
	return atomic_read(&as->mdwe) == bits ? 0 : -EPERM;
}

static long get_mdwe(const struct prctl_args *a)
{
	if (a->arg2 || a->arg3 || a->arg4 || a->arg5)
		return -EINVAL;
	return atomic_read(&current_task()->aspace->mdwe);
}

static long set_tsc(u64 mode)
{
	if (mode != PR_TSC_ENABLE &&
	    (mode != PR_TSC_SIGSEGV || !arch_tsc_forbid))
		return -EINVAL;
	if (arch_tsc_forbid)
		arch_tsc_forbid(mode == PR_TSC_SIGSEGV);
	return 0;
}

static long prctl_set(int option, const struct prctl_args *a)
{
	switch (option) {
	case PR_SET_NAME:
		return set_name(a->arg2);
	case PR_SET_PDEATHSIG:
		return set_pdeath_signal(a->arg2);
	case PR_SET_DUMPABLE:
		return set_dumpable(a->arg2);
	case PR_SET_CHILD_SUBREAPER:
		process_set_subreaper(a->arg2 != 0);
		return 0;
	case PR_SET_NO_NEW_PRIVS:
		return set_no_new_privs(a);
	case PR_SET_SECCOMP:
		if (!seccomp_prctl)
			return -EINVAL;
		return seccomp_prctl(a->arg2, a->arg3);
	case PR_SET_TIMERSLACK:
		return set_timer_slack(a->arg2);
	case PR_NIDUS_JOIN_PIDNS:
		return join_pidns(a);
	case PR_SET_TIMING:
		return a->arg2 == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
	case PR_SET_SYSCALL_USER_DISPATCH:
		return set_user_dispatch(a);
	case PR_SET_MDWE:
		return set_mdwe(a);
	case PR_SET_TSC:
		return set_tsc(a->arg2);
	case PR_SET_THP_DISABLE:
	case PR_GET_THP_DISABLE:
	case PR_MCE_KILL:
	case PR_MCE_KILL_GET:
	case PR_SET_IO_FLUSHER:
	case PR_GET_IO_FLUSHER:
	case PR_SET_MM:
		return prctl_hint ? prctl_hint(option, a) : -EINVAL;
	}
	return prctl_cap ? prctl_cap(option, a) : -EINVAL;
}

long sys_prctl(int option, u64 arg2, u64 arg3, u64 arg4, u64 arg5)
{
	const struct prctl_args a = { arg2, arg3, arg4, arg5 };

	switch (option) {
	case PR_GET_NAME:
		return get_name(arg2);
	case PR_GET_PDEATHSIG:
		return put_user_u32(arg2, (u32)current_task()->pdeath_signal);
	case PR_GET_DUMPABLE:
		return READ_ONCE(current_process()->dumpable);
	case PR_GET_CHILD_SUBREAPER:
		return put_user_u32(arg2, current_process()->is_subreaper);
	case PR_GET_NO_NEW_PRIVS:
		return get_no_new_privs(&a);
	case PR_GET_SECCOMP:
		return seccomp_prctl ? (long)current_task()->seccomp_mode :
				       -EINVAL;
	case PR_GET_TIMERSLACK:
		return get_timer_slack();
	case PR_GET_TIMING:
		return PR_TIMING_STATISTICAL;
	case PR_GET_TSC:
		return put_user_u32(arg2, arch_tsc_forbidden() ?
					  PR_TSC_SIGSEGV : PR_TSC_ENABLE);
	case PR_GET_TID_ADDRESS:
		return put_user_u64(arg2, current_task()->clear_child_tid);
	case PR_GET_MDWE:
		return get_mdwe(&a);
	case PR_GET_AUXV:
		return get_auxv(&a);
	}
	return prctl_set(option, &a);
}
