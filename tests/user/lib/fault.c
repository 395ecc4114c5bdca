/*
 * tests/user/lib/fault.c - touching memory that may not be there
 *
 * What:  handlers of SIGSEGV and SIGBUS that jump back to the toucher.
 * Locks: none; one thread at a time.
 */
#include "fault.h"

#include "test.h"

#include <setjmp.h>

static sigjmp_buf back;
static volatile int code;
static void *volatile address;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	code = sig << 8 | (info->si_code & 0xff);
	address = info->si_addr;
	siglongjmp(back, 1);
}

static void arm(void)
{
	code = 0;
	address = NULL;
	handle_info(SIGSEGV, on_fault, 0);
	handle_info(SIGBUS, on_fault, 0);
}

static int disarm(void)
{
	handle(SIGSEGV, SIG_DFL, 0);
	handle(SIGBUS, SIG_DFL, 0);
	return code;
}

int fault_read(const volatile void *addr)
{
	arm();
	if (!sigsetjmp(back, 1))
		(void)*(const volatile char *)addr;
	return disarm();
}

int fault_write(volatile void *addr)
{
	volatile char *byte = addr;

	arm();
	if (!sigsetjmp(back, 1))
		*byte = 'F';
	return disarm();
}

int fault_exec(const void *addr)
{
	arm();
	if (!sigsetjmp(back, 1))
		((void (*)(void))(uintptr_t)addr)();
	return disarm();
}

void *fault_address(void)
{
	return address;
}
