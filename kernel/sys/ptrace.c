/*
 * kernel/sys/ptrace.c - the requests of ptrace(2)
 *
 * What:  memory, registers, signals and options of a stopped tracee, copied
 *        from and to the tracer; the rest is passed on.
 * Locks: the tracee is held (ptrace_hold): it does not run, so its registers
 *        and what only it changes are the tracer's. siglock for its signals.
 * Not:   attaching, resuming (kernel/proc/ptrace.c).
 * See:   docs/ptrace.md; ptrace(2).
 */
#include "calls.h"
#include "user_dispatch.h"

#include <arch/ptrace.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/ptrace.h>
#include <proc/rseq.h>
#include <proc/seccomp.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>
#include <uapi/uio.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

#define NREGS (sizeof(struct user_regs) / sizeof(u64))

struct request {
	struct task *t;
	struct arch_thread *arch;	/* of @t */
	u32 nr;
	u64 addr, data;
};

/* ------------------------------------------------------------------ memory */

static long peek(const struct request *q)
{
	struct aspace *as = NULL;
	u64 word;
	size_t n = 0;

	if (ptrace_may_touch(q->t))
		as = task_aspace_get(q->t);
	if (as) {
		n = aspace_peek(as, q->addr, &word, sizeof(word));
		aspace_put(as);
	}
	return n == sizeof(word) ? put_user_u64(q->data, word) : -EIO;
}

static long poke(const struct request *q)
{
	struct aspace *as = NULL;
	size_t n = 0;

	if (ptrace_may_touch(q->t))
		as = task_aspace_get(q->t);
	if (as) {
		n = aspace_poke(as, q->addr, &q->data, sizeof(q->data));
		aspace_put(as);
	}
	return n == sizeof(q->data) ? 0 : -EIO;
}

/* --------------------------------------------------------------- registers */

static long peek_user(const struct request *q)
{
	u64 word = 0;

	if (q->addr % sizeof(u64) || q->addr >= USER_SIZE)
		return -EIO;
	if (q->addr < sizeof(struct user_regs))
		word = arch_reg_get(q->arch, (u32)q->addr / 8);
	else if (q->addr >= USER_DEBUGREG && q->addr < USER_DEBUGREG + 64)
		word = arch_debugreg_get(q->arch,
					 (u32)(q->addr - USER_DEBUGREG) / 8);
	return put_user_u64(q->data, word);
}

static long poke_user(const struct request *q)
{
	if (q->addr % sizeof(u64) || q->addr >= USER_SIZE)
		return -EIO;
	if (q->addr < sizeof(struct user_regs))
		return arch_reg_set(q->arch, (u32)q->addr / 8, q->data);
	if (q->addr >= USER_DEBUGREG && q->addr < USER_DEBUGREG + 64)
		return arch_debugreg_set(q->arch,
					 (u32)(q->addr - USER_DEBUGREG) / 8,
					 q->data);
	return -EIO;
}

/* A set of registers and its size in bytes. */
static long regs_get(const struct request *q, uptr_t to, size_t len)
{
	u64 words[NREGS];

	for (u32 i = 0; i < NREGS; i++)
		words[i] = arch_reg_get(q->arch, i);
	return copy_to_user(to, words, len);
}

static long regs_set(const struct request *q, uptr_t from, size_t len)
{
	u64 words[NREGS];
	int err = 0;

	if (copy_from_user(words, from, len))
		return -EFAULT;
	for (u32 i = 0; !err && i < len / sizeof(u64); i++)
		err = arch_reg_set(q->arch, i, words[i]);
	return err;
}

static long xstate_get(const struct request *q, uptr_t to, size_t len)
{
	u32 size = len > ARCH_FXSTATE_SIZE ? arch_xstate_size() :
					     ARCH_FXSTATE_SIZE;
	void *buf = kmalloc(size);
	int err;

	if (!buf)
		return -ENOMEM;
	arch_xstate_get(q->arch, buf, size);
	err = copy_to_user(to, buf, len);
	kfree(buf);
	return err;
}

static long xstate_set(const struct request *q, uptr_t from, u32 size)
{
	void *buf = kmalloc(size);
	int err;

	if (!buf)
		return -ENOMEM;
	err = copy_from_user(buf, from, size);
	if (!err)
		err = arch_xstate_set(q->arch, buf, size);
	kfree(buf);
	return err;
}

static long regset_get(const struct request *q, uptr_t to, size_t len)
{
	switch (q->addr) {
	case NT_PRSTATUS:
		return regs_get(q, to, len);
	case NT_PRFPREG:
		return xstate_get(q, to, len);
	default:
		return arch_xstate_size() ? xstate_get(q, to, len) : -ENODEV;
	}
}

static long regset_set(const struct request *q, uptr_t from, size_t len)
{
	switch (q->addr) {
	case NT_PRSTATUS:
		return regs_set(q, from, len);
	case NT_PRFPREG:
		return len == ARCH_FXSTATE_SIZE ?
		       xstate_set(q, from, ARCH_FXSTATE_SIZE) : -EINVAL;
	default:
		if (!arch_xstate_size())
			return -ENODEV;
		return len == arch_xstate_size() ?
		       xstate_set(q, from, arch_xstate_size()) : -EFAULT;
	}
}

static size_t regset_size(u64 kind)
{
	switch (kind) {
	case NT_PRSTATUS:
		return sizeof(struct user_regs);
	case NT_PRFPREG:
		return ARCH_FXSTATE_SIZE;
	case NT_X86_XSTATE:
		return arch_xstate_size() ? arch_xstate_size() :
					    ARCH_FXSTATE_SIZE;
	}
	return 0;
}

/* PTRACE_GETREGSET, PTRACE_SETREGSET: a vector whose length comes back. */
static long regset(const struct request *q)
{
	size_t size = regset_size(q->addr);
	struct iovec v;
	long err;

	if (copy_from_user(&v, q->data, sizeof(v)))
		return -EFAULT;
	if (!size || v.iov_len % sizeof(u64))
		return -EINVAL;
	v.iov_len = min(v.iov_len, size);
	err = q->nr == PTRACE_GETREGSET ?
	      regset_get(q, v.iov_base, v.iov_len) :
	      regset_set(q, v.iov_base, v.iov_len);
	if (err)
		return err;
	return put_user_u64(q->data + offsetof(struct iovec, iov_len),
			    v.iov_len);
}

static long prctl_of(const struct request *q)
{
	switch (q->data) {
	case ARCH_GET_FS:
		return put_user_u64(q->addr, q->arch->fs_base);
	case ARCH_GET_GS:
		return put_user_u64(q->addr, q->arch->gs_base);
	}
	return arch_prctl_of(q->arch, (int)q->data, q->addr);
}

/* ----------------------------------------------------------------- signals */

static long get_siginfo(const struct request *q)
{
	struct task *t = q->t;
	struct siginfo si;
	int err = -EINVAL;

	spin_lock_irq(&t->process->siglock);
	if (t->last_siginfo) {
		si = *t->last_siginfo;
		err = 0;
	}
	spin_unlock_irq(&t->process->siglock);
	return err ? err : copy_to_user(q->data, &si, sizeof(si));
}

static long set_siginfo(const struct request *q)
{
	struct task *t = q->t;
	struct siginfo si;
	int err = copy_from_user(&si, q->data, sizeof(si));

	if (err)
		return err;
	spin_lock_irq(&t->process->siglock);
	if (t->last_siginfo)
		*t->last_siginfo = si;
	else
		err = -EINVAL;
	spin_unlock_irq(&t->process->siglock);
	return err;
}

/* The entry at @off of a queue. */
static bool queued_at(struct task *t, bool shared, u64 off,
		      struct siginfo *si)
{
	struct sigqueue *queue = shared ? &t->process->pending : &t->pending;
	struct sigqueue_entry *e;
	bool found = false;

	spin_lock_irq(&t->process->siglock);
	for_each_list(e, &queue->entries, link) {
		if (off--)
			continue;
		*si = e->info;
		found = true;
		break;
	}
	spin_unlock_irq(&t->process->siglock);
	return found;
}

static long peek_siginfo(const struct request *q)
{
	struct ptrace_peeksiginfo_args a;
	struct siginfo si;
	s32 done = 0;

	if (copy_from_user(&a, q->addr, sizeof(a)))
		return -EFAULT;
	if ((a.flags & ~(u32)PTRACE_PEEKSIGINFO_SHARED) || a.nr < 0)
		return -EINVAL;
	while (done < a.nr &&
	       queued_at(q->t, a.flags, a.off + (u64)done, &si)) {
		if (copy_to_user(q->data + (u64)done * sizeof(si), &si,
				 sizeof(si)))
			return done ? done : -EFAULT;
		done++;
		if (signal_pending())
			break;
		cond_resched();
	}
	return done;
}

static long get_mask(const struct request *q)
{
	struct task *t = q->t;
	u64 mask = t->restore_mask ? t->saved_mask : t->blocked;

	if (q->addr != SIGSET_BYTES)
		return -EINVAL;
	return put_user_u64(q->data, mask);
}

static long set_mask(const struct request *q)
{
	struct task *t = q->t;
	u64 mask;

	if (q->addr != SIGSET_BYTES)
		return -EINVAL;
	if (get_user_u64(&mask, q->data))
		return -EFAULT;
	spin_lock_irq(&t->process->siglock);
	t->blocked = mask & ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
	t->restore_mask = 0;
	spin_unlock_irq(&t->process->siglock);
	return 0;
}

/* ------------------------------------------------------------ system calls */

static size_t entry_info(const struct regs *r, struct ptrace_syscall_info *i)
{
	i->op = PTRACE_SYSCALL_INFO_ENTRY;
	i->entry.nr = (u64)regs_syscall_nr(r);
	for (u32 n = 0; n < 6; n++)
		i->entry.args[n] = regs_arg(r, n);
	return offsetof(struct ptrace_syscall_info, entry.ret_data);
}

static size_t exit_info(const struct regs *r, struct ptrace_syscall_info *i)
{
	i->op = PTRACE_SYSCALL_INFO_EXIT;
	i->exit.rval = (s64)regs_return(r);
	i->exit.is_error = regs_return(r) >= (u64)-4095l;
	return offsetof(struct ptrace_syscall_info, exit.is_error) + 1;
}

static size_t fill_syscall_info(struct task *t, struct ptrace_syscall_info *i)
{
	const struct regs *r = arch_thread_regs(&t->thread.arch);
	int code = t->last_siginfo ? t->last_siginfo->si_code : 0;
	u64 message = t->tracee.message;

	i->arch = AUDIT_ARCH_X86_64;
	i->instruction_pointer = regs_ip(r);
	i->stack_pointer = regs_sp(r);
	if (code == (SIGTRAP | 0x80) &&
	    message == PTRACE_EVENTMSG_SYSCALL_ENTRY)
		return entry_info(r, i);
	if (code == (SIGTRAP | 0x80) &&
	    message == PTRACE_EVENTMSG_SYSCALL_EXIT)
		return exit_info(r, i);
	if (code != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
		return offsetof(struct ptrace_syscall_info, entry);
	entry_info(r, i);
	i->op = PTRACE_SYSCALL_INFO_SECCOMP;
	i->entry.ret_data = (u32)message;
	return offsetof(struct ptrace_syscall_info, entry.ret_data) + 4;
}

static long get_syscall_info(const struct request *q)
{
	struct ptrace_syscall_info info;
	size_t size;

	memset(&info, 0, sizeof(info));
	size = fill_syscall_info(q->t, &info);
	if (copy_to_user(q->data, &info, min(size, q->addr)))
		return -EFAULT;
	return (long)size;
}

static long get_rseq(const struct request *q)
{
	const struct rseq_area *a = &q->t->rseq;
	const struct ptrace_rseq_configuration c = {
		.rseq_abi_pointer = a->at,
		.rseq_abi_size = a->len,
		.signature = a->signature,
	};

	if (!rseq_register)
		return -EIO;
	if (copy_to_user(q->data, &c, min(sizeof(c), q->addr)))
		return -EFAULT;
	return sizeof(c);
}

static long dispatch_request(const struct request *q)
{
	if (!user_dispatch_set)
		return -EIO;
	if (q->nr == PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG)
		return user_dispatch_tracer_set(q->t, q->addr, q->data);
	return user_dispatch_tracer_get(q->t, q->addr, q->data);
}

static int check_options(u64 options)
{
	struct task *t = current_task();

	if (options & ~(u64)PTRACE_O_MASK)
		return -EINVAL;
	if (!(options & PTRACE_O_SUSPEND_SECCOMP))
		return 0;
	if (!capable(CAP_SYS_ADMIN) ||
	    (t->tracee.syscalls & TRACE_FILTER) ||
	    (t->tracee.flags & PTRACE_O_SUSPEND_SECCOMP))
		return -EPERM;
	return 0;
}

static long set_options(const struct request *q)
{
	int err = check_options(q->data);

	if (!err)
		ptrace_set_options(q->t, (u32)q->data);
	return err;
}

static long filter_request(const struct request *q)
{
	if (!seccomp_get_filter)
		return -EIO;
	if (q->nr == PTRACE_SECCOMP_GET_FILTER)
		return seccomp_get_filter(q->t, q->addr, q->data);
	return seccomp_get_metadata(q->t, q->addr, q->data);
}

static long request_registers(const struct request *q)
{
	switch (q->nr) {
	case PTRACE_PEEKUSER:
		return peek_user(q);
	case PTRACE_POKEUSER:
		return poke_user(q);
	case PTRACE_GETREGS:
		return regs_get(q, q->data, sizeof(struct user_regs));
	case PTRACE_SETREGS:
		return regs_set(q, q->data, sizeof(struct user_regs));
	case PTRACE_GETFPREGS:
		return xstate_get(q, q->data, ARCH_FXSTATE_SIZE);
	case PTRACE_SETFPREGS:
		return xstate_set(q, q->data, ARCH_FXSTATE_SIZE);
	case PTRACE_GETREGSET:
	case PTRACE_SETREGSET:
		return regset(q);
	case PTRACE_ARCH_PRCTL:
		return prctl_of(q);
	}
	return -EIO;
}

static long request_state(const struct request *q)
{
	switch (q->nr) {
	case PTRACE_SETOPTIONS:
		return set_options(q);
	case PTRACE_GETEVENTMSG:
		return put_user_u64(q->data, q->t->tracee.message);
	case PTRACE_GETSIGINFO:
		return get_siginfo(q);
	case PTRACE_SETSIGINFO:
		return set_siginfo(q);
	case PTRACE_PEEKSIGINFO:
		return peek_siginfo(q);
	case PTRACE_GETSIGMASK:
		return get_mask(q);
	case PTRACE_SETSIGMASK:
		return set_mask(q);
	case PTRACE_GET_SYSCALL_INFO:
		return get_syscall_info(q);
	case PTRACE_SECCOMP_GET_FILTER:
	case PTRACE_SECCOMP_GET_METADATA:
		return filter_request(q);
	case PTRACE_GET_RSEQ_CONFIGURATION:
		return get_rseq(q);
	case PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG:
	case PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG:
		return dispatch_request(q);
	}
	return request_registers(q);
}

static long request_do(const struct request *q)
{
	switch (q->nr) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
		return peek(q);
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		return poke(q);
	case PTRACE_CONT:
	case PTRACE_SYSCALL:
	case PTRACE_SINGLESTEP:
	case PTRACE_SYSEMU:
	case PTRACE_SYSEMU_SINGLESTEP:
		return ptrace_resume(q->t, q->nr, q->data);
	case PTRACE_DETACH:
		return ptrace_detach(q->t, q->data);
	case PTRACE_LISTEN:
		return ptrace_listen(q->t);
	case PTRACE_INTERRUPT:
		return ptrace_interrupt(q->t);
	case PTRACE_KILL:
		(void)signal_send_task(q->t, SIGKILL, SEND_NOINFO);
		return 0;
	}
	return request_state(q);
}

static long request_held(const struct request *q)
{
	bool any = q->nr == PTRACE_KILL || q->nr == PTRACE_INTERRUPT;
	long ret = ptrace_hold(q->t, any);

	if (ret)
		return ret;
	ret = request_do(q);
	if (!any && (ret || q->nr != PTRACE_DETACH))
		ptrace_drop(q->t);
	return ret;
}

static long attach(const struct request *q)
{
	bool seize = q->nr == PTRACE_SEIZE;
	int err;

	if (!seize)
		return ptrace_attach(q->t, false, 0);
	if (q->addr || (q->data & ~(u64)PTRACE_O_MASK))
		return -EIO;
	err = check_options(q->data);
	return err ? err : ptrace_attach(q->t, true, (u32)q->data);
}

long sys_ptrace(long request, pid_t pid, u64 addr, u64 data)
{
	struct request q = { .addr = addr, .data = data };
	long ret;

	if (request == PTRACE_TRACEME)
		return ptrace_traceme();
	q.t = task_find_get(pid);
	if (!q.t)
		return -ESRCH;
	q.nr = request >= 0 && request <= INT_MAX ? (u32)request : U32_MAX;
	q.arch = &q.t->thread.arch;
	if (q.nr == PTRACE_ATTACH || q.nr == PTRACE_SEIZE)
		ret = attach(&q);
	else
		ret = request_held(&q);
	task_put(q.t);
	return ret;
}
