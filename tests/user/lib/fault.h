/*
 * tests/user/lib/fault.h - touching memory that may not be there
 *
 * See:   sigaction(2), siginfo of SIGSEGV and SIGBUS
 */
#ifndef TESTS_USER_FAULT_H
#define TESTS_USER_FAULT_H

#include "sys.h"

#include <signal.h>

/*
 * fault_read, fault_write, fault_exec - touch one byte, or call it
 * Return: 0 if nothing happened, else signal << 8 | si_code
 * A code fault that leaves through a signal is caught; the process goes on.
 */
int fault_read(const volatile void *addr);
int fault_write(volatile void *addr);
int fault_exec(const void *addr);

/* si_addr of the last fault */
void *fault_address(void);

/* what the functions above return */
#define FAULT_MAPERR	(SIGSEGV << 8 | SEGV_MAPERR)
#define FAULT_ACCERR	(SIGSEGV << 8 | SEGV_ACCERR)
#define FAULT_ADRERR	(SIGBUS << 8 | BUS_ADRERR)
#define FAULT_KERNEL	(SIGSEGV << 8 | (SI_KERNEL & 0xff))

#endif
