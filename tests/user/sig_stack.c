/*
 * tests/user/sig_stack.c - alternate signal stacks and faults in handlers
 *
 * What:  sigaltstack, which stack a handler runs on, stack overflow, and
 *        faults that no handler can take.
 * See:   sigaltstack(2), signal(7)
 */
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <setjmp.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define SIZE		65536
#define AUTODISARM	(1U << 31)

static char *area;
static volatile int on_area, nested_on_area, change_error, flags_inside;
static volatile unsigned long told;
static sigjmp_buf back;

static int inside(const void *at)
{
	return (const char *)at >= area && (const char *)at < area + SIZE;
}

static long set(void *sp, unsigned int flags, size_t size)
{
	stack_t stack = { .ss_sp = sp, .ss_flags = (int)flags,
			  .ss_size = size };

	return sys(SYS_sigaltstack, P(&stack), 0);
}

static int flags_now(void)
{
	stack_t stack;

	need(!sys(SYS_sigaltstack, 0, P(&stack)));
	return stack.ss_flags;
}

static void set_up(unsigned int flags)
{
	area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(area != MAP_FAILED);
	need(!set(area, flags, SIZE));
}

static void look(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	int here;

	(void)sig;
	on_area = inside(&here) && inside(info) && inside(uc);
	flags_inside = flags_now();
	change_error = (int)set(area, 0, SIZE);
	told = (unsigned long)uc->uc_stack.ss_sp;
}

static void errors(void)
{
	stack_t stack;

	CHECK_EQ("at first there is none", flags_now(), SS_DISABLE);
	area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ("too small", set(area, 0, 2047), -ENOMEM);
	CHECK_EQ("unknown flags", set(area, 8, SIZE), -EINVAL);
	CHECK_EQ("2048 bytes", set(area, 0, 2048), 0);
	CHECK_EQ("a bad pointer", sys(SYS_sigaltstack, 8, 0), -EFAULT);
	CHECK_EQ("a bad old pointer", sys(SYS_sigaltstack, 0, 8), -EFAULT);
	CHECK_EQ("set", set(area, 0, SIZE), 0);
	need(!sys(SYS_sigaltstack, 0, P(&stack)));
	CHECK("asked", stack.ss_sp == area && stack.ss_size == SIZE &&
	      stack.ss_flags == 0);
	CHECK_EQ("SS_ONSTACK is taken as nothing",
		 set(area, SS_ONSTACK, SIZE), 0);
	CHECK_EQ("disabled, whatever the size", set(area, SS_DISABLE, 1), 0);
	CHECK_EQ("is disabled", flags_now(), SS_DISABLE);
}

static void running(void)
{
	set_up(0);
	handle_info(SIGUSR1, look, SA_ONSTACK);
	kill(getpid(), SIGUSR1);
	CHECK_EQ("a handler with SA_ONSTACK runs there", on_area, 1);
	CHECK_EQ("and is told so", flags_inside, SS_ONSTACK);
	CHECK_EQ("and may not change it", change_error, -EPERM);
	CHECK_EQ("the context tells the stack", told, P(area));
	CHECK_EQ("afterwards nobody is on it", flags_now(), 0);
	handle_info(SIGUSR1, look, 0);
	kill(getpid(), SIGUSR1);
	CHECK_EQ("without SA_ONSTACK it does not", on_area, 0);
	need(!set(NULL, SS_DISABLE, 0));
	handle_info(SIGUSR1, look, SA_ONSTACK);
	kill(getpid(), SIGUSR1);
	CHECK_EQ("nor without a stack", on_area, 0);
}

static void inner(int sig)
{
	int here;

	(void)sig;
	nested_on_area = inside(&here);
}

static void outer(int sig)
{
	char before[64];

	(void)sig;
	memset(before, 'b', sizeof(before));
	kill(getpid(), SIGUSR2);
	on_area = inside(before) && before[0] == 'b' && before[63] == 'b';
}

static void nesting(void)
{
	set_up(0);
	handle(SIGUSR1, outer, SA_ONSTACK);
	handle(SIGUSR2, inner, SA_ONSTACK);
	kill(getpid(), SIGUSR1);
	CHECK("a nested handler goes on beneath the first",
	      on_area && nested_on_area);
}

static void disarmed(int sig)
{
	(void)sig;
	flags_inside = flags_now();
	change_error = (int)set(NULL, SS_DISABLE, 0);
}

static void autodisarm(void)
{
	set_up(AUTODISARM);
	CHECK_EQ("SS_AUTODISARM is kept", flags_now(), (int)AUTODISARM);
	handle(SIGUSR1, disarmed, SA_ONSTACK);
	kill(getpid(), SIGUSR1);
	CHECK_EQ("inside the handler there is no stack", flags_inside,
		 SS_DISABLE);
	CHECK_EQ("so that it may be changed", change_error, 0);
	CHECK_EQ("afterwards it is back", flags_now(), (int)AUTODISARM);
}

static void leave(int sig)
{
	int here;

	(void)sig;
	on_area = inside(&here);
	siglongjmp(back, 1);
}

static __attribute__((noinline)) int recurse(int n)
{
	volatile char room[512];

	room[0] = (char)n;
	return n < 0 ? 0 : recurse(n + 1) + room[0];
}

static void overflow(void)
{
	set_up(0);
	handle(SIGSEGV, leave, SA_ONSTACK);
	if (!sigsetjmp(back, 1))
		recurse(0);
	CHECK_EQ("stack overflow is SIGSEGV on the other stack", on_area, 1);
	on_area = 0;
	if (!sigsetjmp(back, 1))
		recurse(0);
	CHECK_EQ("again", on_area, 1);
}

static int overflow_without(void *arg)
{
	(void)arg;
	handle(SIGSEGV, leave, 0);
	if (!sigsetjmp(back, 1))
		recurse(0);
	return 1;
}

static int overflow_of_the_other(void *arg)
{
	(void)arg;
	set_up(0);
	need(!mprotect(area, SIZE, PROT_NONE));
	handle(SIGSEGV, leave, SA_ONSTACK);
	if (!sigsetjmp(back, 1))
		recurse(0);
	return 1;
}

static void no_way_out(void)
{
	CHECK_STATUS("overflow without another stack kills",
		     child_run(overflow_without, NULL) & ~0x80, SIGSEGV);
	CHECK_STATUS("and with an unusable one",
		     child_run(overflow_of_the_other, NULL) & ~0x80, SIGSEGV);
}

static void fault_again(int sig)
{
	(void)sig;
	__asm__ volatile("movb $1, 16" : : : "memory");
}

static int fault(void *arg)
{
	int how = *(int *)arg;

	if (how == 0)
		handle(SIGSEGV, fault_again, 0);
	if (how == 1)
		signal(SIGSEGV, SIG_IGN);
	if (how >= 2) {
		handle(SIGSEGV, leave, 0);
		block(SIGSEGV);
	}
	if (how == 3)
		signal(SIGSEGV, SIG_IGN);
	fault_again(0);
	return 1;
}

static void forced(void)
{
	static const char *const points[] = {
		"a fault in its own handler kills", "an ignored fault kills",
		"a blocked fault kills", "a blocked and ignored one kills",
	};

	for (int i = 0; i < 4; i++)
		CHECK_STATUS(points[i], child_run(fault, &i) & ~0x80, SIGSEGV);
}

static int flags_of_child(void *arg)
{
	(void)arg;
	return flags_now();
}

static void inheritance(void)
{
	struct thread child;
	pid_t pid;

	set_up(0);
	if (!fork())
		_exit(flags_now() == 0 ? 0 : 1);
	CHECK_EXIT("a forked child has the stack", -1, 0);
	pid = thread_clone(&child, CLONE_VM | SIGCHLD, flags_of_child, NULL);
	CHECK_EXIT("one in the same memory has none", pid, SS_DISABLE);
	pid = thread_clone(&child, CLONE_VM | CLONE_VFORK | SIGCHLD,
			   flags_of_child, NULL);
	CHECK_EXIT("unless by vfork", pid, 0);
}

static const struct test tests[] = {
	{ "errors", errors, 0 },
	{ "running", running, 0 },
	{ "nesting", nesting, 0 },
	{ "SS_AUTODISARM", autodisarm, 0 },
	{ "overflow", overflow, 0 },
	{ "no way out", no_way_out, 0 },
	{ "forced", forced, 0 },
	{ "inheritance", inheritance, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
