/*
 * tests/user/sig_info.c - what siginfo says of each origin
 *
 * What:  signals from kill, tkill, tgkill, sigqueue, children, timers and
 *        from every kind of processor exception a program can cause.
 * Not:   memory faults with all their addresses are in mem_map.c.
 * See:   sigaction(2), "The siginfo_t argument to a SA_SIGINFO handler"
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <setjmp.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

static volatile siginfo_t got;
static volatile int number;
static volatile unsigned long trap, error_code, fault_address, rip;
static sigjmp_buf back;

static void keep(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	number = sig;
	memcpy((void *)&got, info, sizeof(got));
	trap = uc->uc_mcontext.gregs[REG_TRAPNO];
	error_code = uc->uc_mcontext.gregs[REG_ERR];
	fault_address = uc->uc_mcontext.gregs[REG_CR2];
	rip = uc->uc_mcontext.gregs[REG_RIP];
}

static void keep_and_leave(int sig, siginfo_t *info, void *context)
{
	keep(sig, info, context);
	siglongjmp(back, 1);
}

static int is(int sig, int code, pid_t pid)
{
	return number == sig && got.si_signo == sig && got.si_code == code &&
	       got.si_errno == 0 && got.si_pid == pid;
}

static void senders(void)
{
	union sigval value = { .sival_ptr = (void *)0x123456789abcUL };
	pid_t self = getpid();

	handle_info(SIGUSR1, keep, 0);
	kill(self, SIGUSR1);
	CHECK("kill: SI_USER", is(SIGUSR1, SI_USER, self) &&
	      got.si_uid == getuid());
	sys(SYS_tkill, self, SIGUSR1);
	CHECK("tkill: SI_TKILL", is(SIGUSR1, SI_TKILL, self));
	sys(SYS_tgkill, self, self, SIGUSR1);
	CHECK("SIG-17 tgkill: SI_TKILL", is(SIGUSR1, SI_TKILL, self));
	sigqueue(self, SIGUSR1, value);
	CHECK("sigqueue: SI_QUEUE", is(SIGUSR1, SI_QUEUE, self));
	CHECK("with a pointer", got.si_value.sival_ptr == value.sival_ptr);
}

static int kill_parent(void *arg)
{
	(void)arg;
	become_user();
	return kill(getppid(), SIGUSR1) == -1 && errno == EPERM ? 0 : 1;
}

static int kill_parent_as_root(void *arg)
{
	(void)arg;
	return kill(getppid(), SIGUSR1);
}

static void from_children(void)
{
	pid_t pid;

	handle_info(SIGUSR1, keep, SA_RESTART);
	pid = child_start(kill_parent_as_root, NULL);
	CHECK_EXIT("a child sends", pid, 0);
	CHECK("its number is told", is(SIGUSR1, SI_USER, pid));
	CHECK_STATUS("an ordinary user may not", child_run(kill_parent, NULL),
		     EXITED(0));
}

static int exit_5(void *arg)
{
	(void)arg;
	return 5;
}

/* take the next SIGCHLD, which is blocked */
static int child_says(int code, pid_t pid, int status)
{
	unsigned long set = 1UL << (SIGCHLD - 1);
	siginfo_t info;

	memset(&info, 0xff, sizeof(info));
	return sys(SYS_rt_sigtimedwait, P(&set), P(&info), 0, 8) == SIGCHLD &&
	       info.si_signo == SIGCHLD && info.si_code == code &&
	       info.si_pid == pid && info.si_status == status &&
	       info.si_uid == getuid();
}

static void child_states(void)
{
	pid_t pid;

	handle_info(SIGCHLD, keep, SA_RESTART);
	block(SIGCHLD);
	pid = child_start(exit_5, NULL);
	CHECK("CLD_EXITED", child_says(CLD_EXITED, pid, 5));
	reap(pid);
	pid = child_idle();
	kill(pid, SIGSTOP);
	CHECK("CLD_STOPPED", child_says(CLD_STOPPED, pid, SIGSTOP));
	kill(pid, SIGCONT);
	CHECK("CLD_CONTINUED", child_says(CLD_CONTINUED, pid, SIGCONT));
	kill(pid, SIGKILL);
	CHECK("CLD_KILLED", child_says(CLD_KILLED, pid, SIGKILL));
	reap(pid);
}

static void timers(void)
{
	struct itimerval once = { { 0, 0 }, { 0, 1000 } };

	handle_info(SIGALRM, keep, 0);
	need(!setitimer(ITIMER_REAL, &once, NULL));
	while (!number)
		;
	CHECK("an interval timer: SI_KERNEL", number == SIGALRM &&
	      got.si_code == SI_KERNEL && got.si_pid == 0);
}

static void on_pipe(void)
{
	int fds[2];

	handle_info(SIGPIPE, keep, 0);
	need(!pipe(fds) && !close(fds[0]));
	(void)!write(fds[1], "x", 1);
	CHECK("a broken pipe: SI_USER from oneself",
	      is(SIGPIPE, SI_USER, getpid()));
}

static void poke(unsigned long address)
{
	__asm__ volatile("movb $1, (%0)" : : "r"(address) : "memory");
}

static void memory_faults(void)
{
	unsigned long code = (uintptr_t)memory_faults;

	handle_info(SIGSEGV, keep_and_leave, 0);
	if (!sigsetjmp(back, 1))
		poke(16);
	CHECK("nothing there: SEGV_MAPERR with the address",
	      number == SIGSEGV && got.si_code == SEGV_MAPERR &&
	      got.si_addr == (void *)16);
	CHECK("trap 14, a write by a user", trap == 14 && error_code == 6 &&
	      fault_address == 16);
	if (!sigsetjmp(back, 1))
		poke(code);
	CHECK("code is not written: SEGV_ACCERR",
	      got.si_code == SEGV_ACCERR && error_code == 7 &&
	      got.si_addr == (void *)code);
	if (!sigsetjmp(back, 1))
		poke(0x8000000000000000UL);
	CHECK("not canonical: SI_KERNEL, trap 13",
	      number == SIGSEGV && got.si_code == SI_KERNEL &&
	      !got.si_addr && trap == 13);
	if (!sigsetjmp(back, 1))
		poke(0xffff800000001000UL);
	CHECK("the kernel: SEGV_MAPERR, its pages not betrayed",
	      got.si_code == SEGV_MAPERR && trap == 14 && error_code == 7 &&
	      got.si_addr == (void *)0xffff800000001000UL);
	if (!sigsetjmp(back, 1))
		poke(0xffffc00000001000UL);
	CHECK("nor where it has none",
	      got.si_code == SEGV_MAPERR && trap == 14 && error_code == 7 &&
	      got.si_addr == (void *)0xffffc00000001000UL);
}

static void *at_ud2, *at_int3, *at_div;

static void instructions(void)
{
	handle_info(SIGILL, keep_and_leave, 0);
	handle_info(SIGTRAP, keep, 0);
	handle_info(SIGFPE, keep_and_leave, 0);
	if (!sigsetjmp(back, 1))
		__asm__ volatile("lea 1f(%%rip), %%rax\n\tmov %%rax, %0\n"
				 "1:	ud2" : "=m"(at_ud2) : : "rax");
	CHECK("an undefined instruction: ILL_ILLOPN at it",
	      number == SIGILL && got.si_code == ILL_ILLOPN && trap == 6 &&
	      got.si_addr == at_ud2 && rip == (unsigned long)at_ud2);
	__asm__ volatile("lea 1f(%%rip), %%rax\n\tmov %%rax, %0\n\tint3\n1:"
			 : "=m"(at_int3) : : "rax");
	CHECK("a breakpoint: SI_KERNEL behind it",
	      number == SIGTRAP && got.si_code == SI_KERNEL && trap == 3 &&
	      rip == (unsigned long)at_int3);
	if (!sigsetjmp(back, 1))
		__asm__ volatile("lea 1f(%%rip), %%rax\n\tmov %%rax, %0\n\t"
				 "xor %%ecx, %%ecx\n\txor %%edx, %%edx\n"
				 "1:	div %%ecx"
				 : "=m"(at_div) : : "rax", "rcx", "rdx");
	CHECK("a division by zero: FPE_INTDIV at it",
	      number == SIGFPE && got.si_code == FPE_INTDIV && trap == 0 &&
	      got.si_addr == at_div);
}

static void arithmetic(void)
{
	handle_info(SIGFPE, keep_and_leave, 0);
	if (!sigsetjmp(back, 1))
		__asm__ volatile("fninit\n\tmovw $0x37b, -2(%%rsp)\n\t"
				 "fldcw -2(%%rsp)\n\tfld1\n\tfldz\n\t"
				 "fdivrp\n\tfwait" : : : "memory");
	CHECK("an x87 division by zero: FPE_FLTDIV",
	      number == SIGFPE && got.si_code == FPE_FLTDIV && trap == 16);
	__asm__ volatile("fninit");
}

static void single_step(void)
{
	unsigned long where;

	handle_info(SIGTRAP, keep, 0);
	__asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\t"
			 "lea 1f(%%rip), %0\n1:\tpushfq\n\t"
			 "andq $~0x100, (%%rsp)\n\tpopfq\n\tnop"
			 : "=r"(where) : : "memory", "cc");
	CHECK("a step: TRAP_TRACE", number == SIGTRAP &&
	      got.si_code == TRAP_TRACE && trap == 1);
	CHECK("after the instruction", (unsigned long)got.si_addr == rip);
}

static const struct test tests[] = {
	{ "senders", senders, 0 },
	{ "children send", from_children, 0 },
	{ "child states", child_states, 0 },
	{ "timers", timers, 0 },
	{ "pipes", on_pipe, 0 },
	{ "memory faults", memory_faults, 0 },
	{ "instructions", instructions, 0 },
	{ "arithmetic", arithmetic, 0 },
	{ "single step", single_step, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
