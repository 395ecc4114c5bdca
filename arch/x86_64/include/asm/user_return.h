/*
 * arch/x86_64/include/asm/user_return.h - the ways out of the kernel
 *
 * What:  what every path to user mode does last.
 */
#ifndef ASM_USER_RETURN_H
#define ASM_USER_RETURN_H

#include <lib/types.h>

struct regs;

/*
 * trap_exit_work - do what the current thread's work bits ask for
 * @r:       its user registers
 * Context:  interrupts off on entry and on return, when no bit that keeps a
 *           thread from user mode is set; on in between. May sleep.
 */
void trap_exit_work(struct regs *r);

/* trap_entry.asm: load @r, the frame at the top of the current kernel stack,
 * and go to user mode. Context: interrupts off, no work left. */
NORETURN void trap_enter_user(struct regs *r);

#endif
