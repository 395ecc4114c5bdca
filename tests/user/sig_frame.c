/*
 * tests/user/sig_frame.c - the frame of a handler, and what returns from it
 *
 * What:  registers around signals and system calls, what the frame holds,
 *        changes that a handler makes to it, and frames that are lies.
 * Not:   floating point is in fpu.c.
 * See:   sigreturn(2), System V ABI AMD64 supplement, sections 3.2.2 and 3.4
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

volatile int ticks;
static volatile long direction, align, argument_ok, cs, ss, uc_flags;

/*
 * fill every general register and the red zone with patterns, wait until
 * the word at ticks changes, compare: 0 if all are as before
 */
int registers_around_signal(void);
__asm__(".text\n"
	"registers_around_signal:\n"
	"	push %rbx\n"
	"	push %rbp\n"
	"	push %r12\n"
	"	push %r13\n"
	"	push %r14\n"
	"	push %r15\n"
	"	movq $0x11, -8(%rsp)\n"
	"	movq $0x22, -64(%rsp)\n"
	"	movq $0x33, -128(%rsp)\n"
	"	mov $0x101, %rbx\n"
	"	mov $0x102, %rcx\n"
	"	mov $0x103, %rdx\n"
	"	mov $0x104, %rsi\n"
	"	mov $0x105, %rdi\n"
	"	mov $0x106, %rbp\n"
	"	mov $0x108, %r8\n"
	"	mov $0x109, %r9\n"
	"	mov $0x110, %r10\n"
	"	mov $0x111, %r11\n"
	"	mov $0x112, %r12\n"
	"	mov $0x113, %r13\n"
	"	mov $0x114, %r14\n"
	"	mov $0x115, %r15\n"
	"	mov ticks(%rip), %eax\n"
	"	std\n"
	"1:	cmp %eax, ticks(%rip)\n"
	"	je 1b\n"
	"	pushfq\n"
	"	cld\n"
	"	pop %rax\n"
	"	and $0x400, %eax\n"
	"	xor $0x400, %rax\n"
	"	xor $0x101, %rbx\n"
	"	or %rbx, %rax\n"
	"	xor $0x102, %rcx\n"
	"	or %rcx, %rax\n"
	"	xor $0x103, %rdx\n"
	"	or %rdx, %rax\n"
	"	xor $0x104, %rsi\n"
	"	or %rsi, %rax\n"
	"	xor $0x105, %rdi\n"
	"	or %rdi, %rax\n"
	"	xor $0x106, %rbp\n"
	"	or %rbp, %rax\n"
	"	xor $0x108, %r8\n"
	"	or %r8, %rax\n"
	"	xor $0x109, %r9\n"
	"	or %r9, %rax\n"
	"	xor $0x110, %r10\n"
	"	or %r10, %rax\n"
	"	xor $0x111, %r11\n"
	"	or %r11, %rax\n"
	"	xor $0x112, %r12\n"
	"	or %r12, %rax\n"
	"	xor $0x113, %r13\n"
	"	or %r13, %rax\n"
	"	xor $0x114, %r14\n"
	"	or %r14, %rax\n"
	"	xor $0x115, %r15\n"
	"	or %r15, %rax\n"
	"	mov -64(%rsp), %rcx\n"
	"	xor $0x22, %rcx\n"
	"	or %rcx, %rax\n"
	"	mov -128(%rsp), %rcx\n"
	"	xor $0x33, %rcx\n"
	"	or %rcx, %rax\n"
	"	pop %r15\n"
	"	pop %r14\n"
	"	pop %r13\n"
	"	pop %r12\n"
	"	pop %rbp\n"
	"	pop %rbx\n"
	"	ret\n");

/* the same around a system call that does nothing: getpid */
int registers_around_syscall(void);
__asm__(".text\n"
	"registers_around_syscall:\n"
	"	push %rbx\n"
	"	push %rbp\n"
	"	push %r12\n"
	"	push %r13\n"
	"	push %r14\n"
	"	push %r15\n"
	"	mov $0x101, %rbx\n"
	"	mov $0x103, %rdx\n"
	"	mov $0x104, %rsi\n"
	"	mov $0x105, %rdi\n"
	"	mov $0x106, %rbp\n"
	"	mov $0x108, %r8\n"
	"	mov $0x109, %r9\n"
	"	mov $0x110, %r10\n"
	"	mov $0x112, %r12\n"
	"	mov $0x113, %r13\n"
	"	mov $0x114, %r14\n"
	"	mov $0x115, %r15\n"
	"	mov $39, %eax\n"
	"	std\n"
	"	stc\n"
	"	syscall\n"
	"2:	mov $0, %eax\n"
	"	adc $-1, %eax\n"
	"	pushfq\n"
	"	cld\n"
	"	pop %r11\n"
	"	and $0x400, %r11d\n"
	"	xor $0x400, %r11\n"
	"	or %r11, %rax\n"
	"	lea 2b(%rip), %r11\n"
	"	xor %rcx, %r11\n"
	"	or %r11, %rax\n"
	"	xor $0x101, %rbx\n"
	"	or %rbx, %rax\n"
	"	xor $0x103, %rdx\n"
	"	or %rdx, %rax\n"
	"	xor $0x104, %rsi\n"
	"	or %rsi, %rax\n"
	"	xor $0x105, %rdi\n"
	"	or %rdi, %rax\n"
	"	xor $0x106, %rbp\n"
	"	or %rbp, %rax\n"
	"	xor $0x108, %r8\n"
	"	or %r8, %rax\n"
	"	xor $0x109, %r9\n"
	"	or %r9, %rax\n"
	"	xor $0x110, %r10\n"
	"	or %r10, %rax\n"
	"	xor $0x112, %r12\n"
	"	or %r12, %rax\n"
	"	xor $0x113, %r13\n"
	"	or %r13, %rax\n"
	"	xor $0x114, %r14\n"
	"	or %r14, %rax\n"
	"	xor $0x115, %r15\n"
	"	or %r15, %rax\n"
	"	pop %r15\n"
	"	pop %r14\n"
	"	pop %r13\n"
	"	pop %r12\n"
	"	pop %rbp\n"
	"	pop %rbx\n"
	"	ret\n");

static void spoil(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	unsigned long flags;

	__asm__ volatile("pushfq\n\tpop %0" : "=r"(flags));
	direction |= flags & 0x400;
	align = (uintptr_t)__builtin_frame_address(0) & 15;
	argument_ok = sig == SIGALRM && info->si_signo == SIGALRM;
	cs = uc->uc_mcontext.gregs[REG_CSGSFS] & 0xffff;
	ss = (uc->uc_mcontext.gregs[REG_CSGSFS] >> 48) & 0xffff;
	uc_flags = (long)uc->uc_flags;
	__asm__ volatile("mov $-1, %%rbx\n\tmov $-1, %%r8\n\tmov $-1, %%r9\n\t"
			 "mov $-1, %%r10\n\tmov $-1, %%r11\n\tmov $-1, %%r12\n"
			 "mov $-1, %%r13\n\tmov $-1, %%r14\n\tmov $-1, %%r15"
			 : : : "rbx", "r8", "r9", "r10", "r11", "r12", "r13",
			 "r14", "r15");
	ticks++;
}

static void registers(void)
{
	struct itimerval each = { { 0, 2000 }, { 0, 2000 } };
	int wrong = 0;

	handle_info(SIGALRM, spoil, SA_RESTART);
	need(!setitimer(ITIMER_REAL, &each, NULL));
	for (int i = 0; i < 10; i++)
		wrong += registers_around_signal() != 0;
	each = (struct itimerval){ 0 };
	setitimer(ITIMER_REAL, &each, NULL);
	CHECK_EQ("a handler changes no register, flag or red zone", wrong, 0);
	CHECK_EQ("the direction flag is clear in it", direction, 0);
	CHECK_EQ("its stack is aligned", align, 0);
	CHECK("its arguments are right", argument_ok);
	CHECK("the frame tells the segments", cs == 0x33 && ss == 0x2b);
	CHECK_EQ("and that it does", uc_flags & 6, 6);
	for (int i = 0; i < 100; i++)
		wrong += registers_around_syscall() != 0;
	CHECK_EQ("a system call changes rax, rcx and r11 only", wrong, 0);
}

static volatile int step;

static void skip_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	step++;
	uc->uc_mcontext.gregs[REG_RIP] += 2;
	uc->uc_mcontext.gregs[REG_RAX] = 0x1234567890abcdefL;
	sigaddset(&uc->uc_sigmask, SIGHUP);
}

static void changes(void)
{
	unsigned long rax;
	sigset_t mask;

	handle_info(SIGILL, skip_fault, 0);
	__asm__ volatile("xor %%eax, %%eax\n\tud2" : "=a"(rax));
	CHECK_EQ("a handler may move on", step, 1);
	CHECK_EQ("set a register", rax, 0x1234567890abcdefL);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	CHECK_EQ("and the mask", sigismember(&mask, SIGHUP), 1);
}

/* what a lying handler changes in its frame */
static volatile int lie;

static void tell_lie(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *regs = uc->uc_mcontext.gregs;

	(void)sig;
	(void)info;
	if (lie == 0)
		regs[REG_CSGSFS] &= ~0xffffL;
	if (lie == 1)
		regs[REG_CSGSFS] = (regs[REG_CSGSFS] & ~0xffffL) | 0x10;
	if (lie == 2)
		regs[REG_CSGSFS] = (regs[REG_CSGSFS] & ~0xffffL) | 0x2b;
	if (lie == 3)
		regs[REG_CSGSFS] = (regs[REG_CSGSFS] & ~0xffffL) | 0xfff3;
	if (lie == 4)
		regs[REG_RIP] = (greg_t)0x8000000000000000UL;
	if (lie == 5)
		regs[REG_RIP] = (greg_t)0xffffffff81000000UL;
	if (lie == 6)
		regs[REG_RIP] = 0;
	if (lie == 7)
		uc->uc_mcontext.fpregs = (void *)8;
	if (lie == 8)
		uc->uc_mcontext.fpregs = (void *)0xffff800000000000UL;
	if (lie == 9)
		regs[REG_RSP] = (greg_t)0x8000000000000000UL;
}

static int believe(void *arg)
{
	lie = *(int *)arg;
	handle_info(SIGUSR1, tell_lie, 0);
	kill(getpid(), SIGUSR1);
	__asm__ volatile("push %%rax\n\tpop %%rax" : : : "memory");
	return 0;
}

static void lies(void)
{
	static const char *const points[] = {
		"a null code segment", "the kernel's code segment",
		"a data segment for code", "a segment beyond the table",
		"a rip that is not canonical", "a rip in the kernel",
		"a rip at 0", "a bad floating-point state",
		"one in the kernel", "a stack that is not canonical",
	};
	int status;

	for (int i = 0; i < (int)COUNT(points); i++) {
		status = child_run(believe, &i) & ~0x80;
		if (i == 9 && status == SIGBUS)
			status = SIGSEGV;
		CHECK_STATUS(points[i], status, SIGSEGV);
	}
}

static void flag_lie(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	uc->uc_mcontext.gregs[REG_EFL] |= 0x3000 | 0x4000 | 0x20000 |
					  0x80000 | 0x100000;
	uc->uc_mcontext.gregs[REG_EFL] &= ~0x200L;
}

static void flags(void)
{
	unsigned long now;

	handle_info(SIGUSR1, flag_lie, 0);
	kill(getpid(), SIGUSR1);
	__asm__ volatile("pushfq\n\tpop %0" : "=r"(now));
	CHECK_EQ("a frame cannot give I/O privilege, VM or NT",
		 now & (0x3000 | 0x4000 | 0x20000 | 0x180000), 0);
	CHECK_EQ("nor take interrupts away", now & 0x200, 0x200);
}

static int return_from_nothing(void *arg)
{
	(void)arg;
	sys(SYS_rt_sigreturn);
	return 0;
}

static int return_from_nowhere(void *arg)
{
	(void)arg;
	__asm__ volatile("mov $0x1000, %%rsp\n\tmov $15, %%eax\n\tsyscall"
			 : : : "memory");
	return 0;
}

static int handler_without_stack(void *arg)
{
	long act[4] = { P(tell_lie), 0x04000004, 0, 0 };
	unsigned long set = 0;

	(void)arg;
	sys(SYS_rt_sigaction, SIGUSR1, P(act), 0, 8);
	sys(SYS_rt_sigaction, SIGUSR1, 0, 0, 8);
	__asm__ volatile("mov $0x1000, %%rsp\n\tmov $62, %%eax\n\t"
			 "mov %0, %%edi\n\tmov $10, %%esi\n\tsyscall"
			 : : "r"(getpid()), "m"(set) : "memory");
	return 0;
}

static int handler_in_kernel(void *arg)
{
	long act[4] = { (long)0xffffffff81000000UL, 0x04000000, 0, 0 };

	act[0] = *(long *)arg;
	sys(SYS_rt_sigaction, SIGUSR1, P(act), 0, 8);
	kill(getpid(), SIGUSR1);
	return 0;
}

static void bad_returns(void)
{
	long kernel = (long)0xffffffff81000000UL;
	long noncanonical = (long)0x8000000000000000UL;

	CHECK_STATUS("sigreturn without a frame",
		     child_run(return_from_nothing, NULL) & ~0x80, SIGSEGV);
	CHECK_STATUS("sigreturn without a stack",
		     child_run(return_from_nowhere, NULL) & ~0x80, SIGSEGV);
	CHECK_STATUS("a signal without a stack",
		     child_run(handler_without_stack, NULL) & ~0x80, SIGSEGV);
	CHECK_STATUS("a handler in the kernel",
		     child_run(handler_in_kernel, &kernel) & ~0x80, SIGSEGV);
	CHECK_STATUS("a handler that is not canonical",
		     child_run(handler_in_kernel, &noncanonical) & ~0x80,
		     SIGSEGV);
}

/* --- a system call among steps -------------------------------------------- */

static volatile unsigned long stepped[8];
static volatile int steps;

static void on_step(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	long rip = uc->uc_mcontext.gregs[REG_RIP];

	(void)sig;
	(void)info;
	if (steps < 8)
		stepped[steps++] = (unsigned long)rip;
}

/* The step that began at the call does not end in the kernel, nor at its exit:
 * the next instruction is part of it. */
static void step_over_call(void)
{
	struct sigaction act = { .sa_sigaction = on_step,
				 .sa_flags = SA_SIGINFO };
	unsigned long call, behind;
	long pid = SYS_getpid;

	need(!sigaction(SIGTRAP, &act, NULL));
	__asm__ volatile("lea -128(%%rsp), %%rsp\n\t"
			 "lea 1f(%%rip), %1\n\tlea 2f(%%rip), %2\n\t"
			 "pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\t"
			 "nop\n1:\tsyscall\n\tnop\n2:\tpushfq\n\t"
			 "andq $~0x100, (%%rsp)\n\tpopfq\n\tnop\n\t"
			 "lea 128(%%rsp), %%rsp"
			 : "+a"(pid), "=&r"(call), "=&r"(behind)
			 : : "rcx", "r11", "memory", "cc");
	CHECK("a program steps to a system call",
	      steps > 1 && stepped[0] == call);
	CHECK("and from there behind the next instruction",
	      stepped[1] == behind);
	CHECK_EQ("its result is right", pid, getpid());
}

static const struct test tests[] = {
	{ "registers", registers, 0 },
	{ "changes", changes, 0 },
	{ "lies", lies, 0 },
	{ "flags", flags, 0 },
	{ "bad returns", bad_returns, 0 },
	{ "step over call", step_over_call, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
