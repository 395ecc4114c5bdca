/*
 * include/core/panic.h - the end, with as much to read as possible
 */
#ifndef CORE_PANIC_H
#define CORE_PANIC_H

#include <lib/types.h>

/*
 * panic - stop all CPUs, print the message, a symbolised back trace, the locks
 *         held, and end: reboot after panic= seconds, or halt; with testexit=1
 *         the test runner's exit code 0x12
 * Context: any. Safe to be entered by several CPUs: the first one speaks.
 */
NORETURN PRINTF_LIKE(1, 2) void panic(const char *fmt, ...);

/* [I] If set, called after a panic that the log shows nowhere, every half
 * second, with true and false in turn. It may take no lock, nor wait long. */
extern void (*panic_show)(bool on);

/* True from the first panic on: locks are no longer waited for. */
bool panicking(void);
/* [a] After how many seconds the machine starts anew; 0: never; < 0 at once.
 * panic= of the command line. */
extern int panic_timeout_s;

/* Log @n return addresses, one line each, with names. Context: any. */
void backtrace_print(const u64 *addrs, u32 n);
/* Log the back trace of the caller. Context: any. */
void dump_stack(void);

#endif
