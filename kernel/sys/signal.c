/*
 * kernel/sys/signal.c - system calls about signals
 *
 * What:  copy in, check, call, copy out.
 * Not:   the work: kernel/proc/signal_*.c.
 * See:   signal(7) and the manual page of each call.
 */
#include "calls.h"

#include <lib/string.h>
#include <proc/signal.h>
#include "time_util.h"
#include <uapi/errno.h>
#include <vm/uaccess.h>

static long set_action(int sig, uptr_t uact, uptr_t uold)
{
	struct k_sigaction act, old;
	int err;

	if (copy_from_user(&act, uact, sizeof(act)))
		return -EFAULT;
	err = signal_action_set(sig, &act, &old);
	if (!err && uold)
		err = copy_to_user(uold, &old, sizeof(old));
	return err;
}

long sys_rt_sigaction(int sig, uptr_t uact, uptr_t uold, size_t size)
{
	struct k_sigaction old;
	int err;

	if (size != SIGSET_BYTES)
		return -EINVAL;
	if (uact)
		return set_action(sig, uact, uold);
	err = signal_action_get(sig, &old);
	if (!err && uold)
		err = copy_to_user(uold, &old, sizeof(old));
	return err;
}

static int change_mask(int how, u64 set)
{
	u64 blocked = current_task()->blocked;

	switch (how) {
	case SIG_BLOCK:
		signal_set_blocked(blocked | set);
		return 0;
	case SIG_UNBLOCK:
		signal_set_blocked(blocked & ~set);
		return 0;
	case SIG_SETMASK:
		signal_set_blocked(set);
		return 0;
	}
	return -EINVAL;
}

long sys_rt_sigprocmask(int how, uptr_t uset, uptr_t uold, size_t size)
{
	u64 old = current_task()->blocked;
	u64 set;
	int err;

	if (size != SIGSET_BYTES)
		return -EINVAL;
	if (uset) {
		if (get_user_u64(&set, uset))
			return -EFAULT;
		err = change_mask(how, set);
		if (err)
			return err;
	}
	return uold ? put_user_u64(uold, old) : 0;
}

long sys_rt_sigpending(uptr_t uset, size_t size)
{
	struct task *t = current_task();
	u64 set;

	if (size > SIGSET_BYTES)
		return -EINVAL;
	spin_lock_irq(&t->process->siglock);
	set = (t->pending.set | t->process->pending.set) & t->blocked;
	spin_unlock_irq(&t->process->siglock);
	return copy_to_user(uset, &set, size);
}

long sys_rt_sigsuspend(uptr_t uset, size_t size)
{
	u64 set;

	if (size != SIGSET_BYTES)
		return -EINVAL;
	if (get_user_u64(&set, uset))
		return -EFAULT;
	return signal_suspend(set);
}

long sys_pause(void)
{
	return signal_suspend_unmasked();
}

long sys_rt_sigtimedwait(uptr_t uset, uptr_t uinfo, uptr_t uts, size_t size)
{
	u64 deadline = U64_MAX;
	struct siginfo si;
	u64 set;
	int sig;

	if (size != SIGSET_BYTES)
		return -EINVAL;
	if (get_user_u64(&set, uset))
		return -EFAULT;
	if (uts) {
		int err = deadline_from_user(&deadline, uts);

		if (err)
			return err;
	}
	sig = signal_timedwait(set, &si, deadline);
	if (sig > 0 && uinfo && copy_to_user(uinfo, &si, sizeof(si)))
		return -EFAULT;
	return sig;
}

long sys_rt_sigreturn(void)
{
	return signal_return();
}

long sys_sigaltstack(uptr_t uss, uptr_t uold)
{
	struct regs *r = arch_thread_regs(arch_current());
	struct sigaltstack ss, old;
	int err;

	if (uss && copy_from_user(&ss, uss, sizeof(ss)))
		return -EFAULT;
	err = signal_altstack(uss ? &ss : NULL, &old, regs_sp(r));
	if (err)
		return err;
	return uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}

long sys_kill(pid_t pid, int sig)
{
	return signal_kill(pid, sig);
}

long sys_tkill(pid_t tid, int sig)
{
	return tid <= 0 ? -EINVAL : signal_tgkill(0, tid, sig);
}

long sys_tgkill(pid_t tgid, pid_t tid, int sig)
{
	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	return signal_tgkill(tgid, tid, sig);
}

long sys_rt_sigqueueinfo(pid_t pid, int sig, uptr_t uinfo)
{
	struct siginfo si;

	if (copy_from_user(&si, uinfo, sizeof(si)))
		return -EFAULT;
	si.si_signo = sig;
	return signal_queueinfo(pid, &si);
}

long sys_rt_tgsigqueueinfo(pid_t tgid, pid_t tid, int sig, uptr_t uinfo)
{
	struct siginfo si;

	if (copy_from_user(&si, uinfo, sizeof(si)))
		return -EFAULT;
	si.si_signo = sig;
	return signal_tgqueueinfo(tgid, tid, &si);
}
