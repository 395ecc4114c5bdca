/*
 * include/arch/ptrace.h - the registers of another thread, for its tracer, or
 *                         for a core file
 *
 * What:  general, floating point and debug registers, and single steps.
 * Locks: none. The thread is the current one (to read floating point state and
 *        bases, after arch_thread_save), or off its processor and kept so by
 *        the caller (a traced stop, coredump_park).
 * See:   ptrace(2); Intel SDM volume 3, chapter 17 (debug registers).
 */
#ifndef ARCH_PTRACE_H
#define ARCH_PTRACE_H

#include <arch/thread.h>
#include <uapi/ptrace.h>

/* One register: @index counts in words of struct user_regs. */
u64 arch_reg_get(struct arch_thread *t, u32 index);
/* Return: 0, -EIO (a selector or base that no user program can have). */
int arch_reg_set(struct arch_thread *t, u32 index, u64 value);

/* Debug registers 0 to 7. */
u64 arch_debugreg_get(struct arch_thread *t, u32 n);
/* Return: 0, -EIO (4 or 5), -EINVAL (an address, length or kind that is not
 * allowed), -ENOMEM. */
int arch_debugreg_set(struct arch_thread *t, u32 n, u64 value);

/* Stop after one instruction, by SIGTRAP; until it is disabled. */
void arch_step_enable(struct arch_thread *t);
void arch_step_disable(struct arch_thread *t);
static inline bool arch_step_enabled(const struct arch_thread *t)
{
	return t->step != 0;
}

/* Bytes of the whole floating point state; 0: no XSAVE, only the old one. */
u32 arch_xstate_size(void);
#define ARCH_FXSTATE_SIZE 512u
/* Where part @n of the whole lies, 2 to ARCH_XSTATE_PARTS - 1, in bytes. False:
 * there is no such part. */
#define ARCH_XSTATE_PARTS 63u
bool arch_xstate_part(u32 n, u32 *at, u32 *size);
/* The state as user space knows it, @size bytes: ARCH_FXSTATE_SIZE, or
 * arch_xstate_size(). */
void arch_xstate_get(struct arch_thread *t, void *buf, u32 size);
/* Return: 0, -EINVAL (a state that no processor accepts). */
int arch_xstate_set(struct arch_thread *t, const void *buf, u32 size);

/* arch_prctl(2) on another thread. As arch_prctl_set and arch_prctl_get; -EIO
 * for an address that is not the user's. */
int arch_prctl_of(struct arch_thread *t, int code, u64 addr);

#endif
