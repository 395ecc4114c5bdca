/*
 * include/arch/thread.h - the processor's share of a thread
 *
 * What:  saved stack, FPU, segment bases; the switch; the user registers.
 * Life:  embedded as the first member of struct thread (sched); the FPU area
 *        belongs to it and is freed by arch_thread_fini.
 */
#ifndef ARCH_THREAD_H
#define ARCH_THREAD_H

#include <asm/current_inline.h>
#include <asm/regs.h>
#include <lib/atomic.h>
#include <lib/types.h>

struct debug_state;
struct mmu;

/* Bits of arch_thread.work: why the way back to user mode must be left. */
#define WORK_RESCHED BIT(0)	/* another thread should run */
#define WORK_SIGNAL BIT(1)	/* a signal may be deliverable */
#define WORK_NOTIFY BIT(2)	/* anything else: upcall_user_work decides */
#define WORK_RSEQ BIT(3)	/* it was switched to: its rseq area is old */
#define WORK_TRACE BIT(4)	/* system calls are traced (strace, ptrace) */

struct arch_thread {
	u64 sp;			/* [C] saved stack pointer while switched out */
	u64 kstack_top;		/* [I] */
	u32 work;		/* [a] WORK_* */
	u32 is_user;		/* [I] has an FPU area and user registers */
	u32 rare;		/* [c] what few threads have: RARE_* of arch */
	void *fpu;		/* [c] XSAVE area, NULL for kernel threads */
	u64 fs_base;		/* [c] user FS base while switched out */
	u64 gs_base;		/* [c] user GS base while switched out */
	u16 ds, es, fs, gs;	/* [c] user selectors while switched out */
	struct mmu *mmu;	/* [c] tables to load; NULL: keep */
	u64 trap_nr;		/* [c] last exception of user mode, */
	u64 trap_error;		/* its error code and page-fault address, */
	u64 trap_addr;		/* for the frames of signals */
	struct debug_state *debug;	/* [c] owned: debug registers in use;
					   NULL: none */
	u64 debug_status;	/* [c] DR6 as the tracer sees it */
	u32 step;		/* [c] single steps: STEP_* of arch */
};

/* PR_SET_TSC of the current thread, inherited by children and programs: RDTSC
 * in user mode is SIGSEGV. Context: task. */
OPTIONAL void arch_tsc_forbid(bool on);
bool arch_tsc_forbidden(void);

/* asm/current_inline.h gives struct arch_thread *arch_current(void) (per CPU)
 * and asm/regs.h struct regs (all user registers as saved at the top of the
 * kernel stack) with
 *   u64  regs_ip(r), regs_sp(r), regs_return(r), regs_syscall_nr(r)
 *   u64  regs_arg(r, i)            i-th system-call argument, 0..5
 *   void regs_set_ip/sp/return(r, v)
 *   bool regs_from_user(r)
 *   void regs_undo_syscall(r)      the result's register holds the original
 *                                  number again
 *   void regs_restart_syscall(r)   step back onto the SYSCALL instruction with
 *                                  the original number
 *   void regs_set_syscall(r, nr)   number used by regs_restart_syscall
 * regs_syscall_nr is -1 outside a system call (fault, interrupt). */

/* What the processor holds of the current thread's user state goes to where
 * that of a sleeping one lies, for arch/ptrace.h to read. Context: any. */
void arch_thread_save(void);
/* User registers of @t: at the top of its kernel stack. */
struct regs *arch_thread_regs(struct arch_thread *t);

/* First run of a kernel thread: @fn(@arg) on the stack ending at kstack_top.
 * @fn must not return. */
void arch_thread_init_kernel(struct arch_thread *t, u64 kstack_top,
			     void (*fn)(void *), void *arg);
/*
 * arch_thread_init_user - a thread whose first run calls upcall_thread_start
 *        and then goes to user mode with the registers in its regs
 * @parent: copy of its registers (return value 0), FPU state and bases; NULL:
 *          all zero. The caller then sets sp, tls and return value as wished.
 * Return: 0, -ENOMEM (FPU area).
 */
int arch_thread_init_user(struct arch_thread *t, u64 kstack_top,
			  struct arch_thread *parent);
void arch_thread_fini(struct arch_thread *t);
void arch_thread_set_tls(struct arch_thread *t, u64 fs_base);

/* Called with interrupts off under the run-queue lock. Returns, on @prev's
 * stack, when @prev runs again; the value is the thread switched away from. */
struct arch_thread *arch_switch(struct arch_thread *prev,
				struct arch_thread *next);

/* exec's commit on the current thread: all user registers zero, fresh FPU
 * state, bases 0, entry and stack as given, flags 0x202. */
void arch_user_reset(uptr_t ip, uptr_t sp);
/* From a kernel thread that has become the first process: go to user mode
 * with the current regs. */
NORETURN void arch_user_enter(void);

/* arch_prctl(2): ARCH_SET_FS/GS, ARCH_GET_FS/GS (values returned through
 * @out for the caller to copy), ARCH_CPUID_GET/SET.
 * Return: 0, -EPERM (address not canonical user), -EINVAL. */
int arch_prctl_set(int code, u64 addr);
int arch_prctl_get(int code, u64 *out);

/* A signal to be delivered to the current thread. */
struct siginfo;
struct arch_signal {
	int sig;
	const struct siginfo *info;
	uptr_t handler;
	uptr_t restorer;	/* 0 without SA_RESTORER: frame fails */
	u64 flags;		/* SA_* */
	u64 mask;		/* blocked mask to be restored */
	uptr_t altstack_sp;	/* 0: no switch to the alternate stack */
	size_t altstack_size;
	uptr_t saved_ss_sp;	/* uc_stack as sigaltstack(2) reports it */
	size_t saved_ss_size;
	int saved_ss_flags;
};
/*
 * arch_signal_push - build the rt_sigframe and point the registers at it
 * Return: 0, -EFAULT (stack not writable: the caller forces SIGSEGV).
 */
int arch_signal_push(const struct arch_signal *sig);
/*
 * arch_signal_pop - undo the frame at the current user stack (rt_sigreturn)
 * @mask, @ss: blocked mask and uc_stack found in the frame, for the caller
 * Return: 0 with the registers restored, -EFAULT (bad frame).
 */
struct sigaltstack;
int arch_signal_pop(u64 *mask, struct sigaltstack *ss);
/* AT_MINSIGSTKSZ: the largest frame this processor may need, in bytes. */
size_t arch_signal_frame_max(void);
/* Smallest stack sigaltstack(2) takes, MINSIGSTKSZ as Linux checks it. */
static inline size_t arch_signal_stack_min(void)
{
	return 2048;
}

#endif
