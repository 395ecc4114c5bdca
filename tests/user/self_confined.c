/*
 * tests/user/self_confined.c - what a program forbids or takes over itself
 *
 * What:  PR_SET_MDWE, PR_SET_SYSCALL_USER_DISPATCH, PR_SET_TSC, F_SEAL_EXEC;
 *        ramfs, which is nobody's to limit.
 * See:   prctl(2), fcntl(2), mount(2)
 */
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <ucontext.h>

#define SET_DISPATCH	59
#define SET_MDWE	65
#define GET_MDWE	66
#define NO_INHERIT	2
#define SEAL_EXEC	0x20
#define PAGE		4096ul
#define NO_PID		77777777
#define RW		(PROT_READ | PROT_WRITE)

static void *map(int prot)
{
	return mmap(NULL, PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int mdwe(int option, unsigned long bits)
{
	return prctl(option, bits, 0ul, 0ul, 0ul);
}

static int may_gain(void *arg)
{
	(void)arg;
	return map(RW | PROT_EXEC) != MAP_FAILED;
}

static void no_gain(void)
{
	void *data = map(RW), *code = map(PROT_READ | PROT_EXEC);
	void *both = map(RW | PROT_EXEC);

	need(data != MAP_FAILED && code != MAP_FAILED && both != MAP_FAILED);
	CHECK_EQ("off at first", mdwe(GET_MDWE, 0), 0);
	CHECK_ERRNO("NO_INHERIT alone", mdwe(SET_MDWE, NO_INHERIT), EINVAL);
	CHECK_ERRNO("unknown bits", mdwe(SET_MDWE, 4), EINVAL);
	CHECK_OK("on", mdwe(SET_MDWE, 1));
	CHECK_EQ("is told", mdwe(GET_MDWE, 0), 1);
	CHECK_ERRNO("not off again", mdwe(SET_MDWE, 0), EPERM);
	CHECK_ERRNO("nor changed", mdwe(SET_MDWE, 3), EPERM);
	CHECK_OK("but once more", mdwe(SET_MDWE, 1));
	CHECK_ERRNO("mmap of both", map(RW | PROT_EXEC) == MAP_FAILED ? -1 : 0,
		    EACCES);
	CHECK("mmap of code", map(PROT_READ | PROT_EXEC) != MAP_FAILED);
	CHECK_ERRNO("data becomes code", mprotect(data, PAGE, PROT_EXEC),
		    EACCES);
	CHECK_OK("data stays data", mprotect(data, PAGE, PROT_READ));
	CHECK_OK("code stays code", mprotect(code, PAGE, PROT_EXEC));
	CHECK_ERRNO("what was both does not stay so",
		    mprotect(both, PAGE, RW | PROT_EXEC), EACCES);
	CHECK_OK("but may become code", mprotect(both, PAGE, PROT_EXEC));
	CHECK_EXIT("a child has it", child_start(may_gain, NULL), 0);
}

static void no_gain_alone(void)
{
	CHECK_OK("not for children", mdwe(SET_MDWE, 3));
	CHECK_EQ("is told", mdwe(GET_MDWE, 0), 3);
	CHECK_EXIT("they may", child_start(may_gain, NULL), 1);
}

/* ------------------------------------------------ calls as signals */

static volatile char selector;
static siginfo_t told;
static greg_t rax;

static void sigsys(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	selector = 0;
	told = *info;
	rax = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX];
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = NO_PID;
}

static long dispatch(unsigned long mode, unsigned long from, unsigned long len,
		     const volatile char *byte)
{
	return sys(SYS_prctl, SET_DISPATCH, mode, from, len, P(byte));
}

static int blocked_call(void *arg)
{
	need(!dispatch(1, 0, 0, &selector));
	selector = *(char *)arg;
	sys(SYS_getpid);
	selector = 0;
	return 0;
}

static int has_none(void *arg)
{
	(void)arg;
	selector = 1;
	sys(SYS_getppid);
	return 0;
}

static void dispatched(void)
{
	struct sigaction sa = { .sa_sigaction = sigsys,
				.sa_flags = SA_SIGINFO };
	long ret;

	need(!sigaction(SIGSYS, &sa, NULL));
	CHECK_EQ("mode", dispatch(2, 0, 0, 0), -EINVAL);
	CHECK_EQ("off wants nothing", dispatch(0, 0, 0, &selector), -EINVAL);
	CHECK_EQ("an empty range not at 0", dispatch(1, 1, 0, &selector),
		 -EINVAL);
	CHECK_EQ("a range that wraps", dispatch(1, -1, 1, &selector), -EINVAL);
	CHECK_EQ("no user address", dispatch(1, 0, 1, (char *)-1), -EFAULT);
	need(!dispatch(1, 0, 0, &selector));
	CHECK("allowed", sys(SYS_getppid) > 0);
	selector = 1;
	ret = sys(SYS_getppid, 5, 6);
	CHECK_EQ("the handler's result", ret, NO_PID);
	CHECK_EQ("its code", told.si_code, 2);
	CHECK_EQ("its call", told.si_syscall, SYS_getppid);
	CHECK_EQ("its error number", told.si_errno, 0);
	CHECK_EQ("the number is still in its register", rax, SYS_getppid);
	selector = 1;
	sys(SYS_getppid | 1l << 32);
	CHECK_EQ("all of its bits", rax, SYS_getppid | 1l << 32);
	CHECK_EQ("of which half count", told.si_syscall, SYS_getppid);
	CHECK_EXIT("a child starts without", child_start(has_none, NULL), 0);
	need(!dispatch(1, 0, ~0ul, &selector));
	selector = 1;
	ret = sys(SYS_getppid);
	selector = 0;
	CHECK("not from the range of the program", ret > 0 && ret != NO_PID);
	CHECK_EQ("off", dispatch(0, 0, 0, 0), 0);
}

static void bad_selector(void)
{
	handle_info(SIGSYS, sigsys, 0);
	CHECK_EXIT("a handler has it", child_start(blocked_call, "\1"), 0);
	CHECK_KILLED("another value kills", child_start(blocked_call, "\2"),
		     SIGSYS);
	signal(SIGSYS, SIG_IGN);
	CHECK_KILLED("ignored is no help", child_start(blocked_call, "\1"),
		     SIGSYS);
}

/* ------------------------------------------------ files */

static void sealed_mode(void)
{
	int fd = memfd_create("sealed", MFD_ALLOW_SEALING);

	need(fd >= 0 && !fchmod(fd, 0644));
	need(!fcntl(fd, F_ADD_SEALS, SEAL_EXEC));
	CHECK_OK("reading and writing may change", fchmod(fd, 0600));
	CHECK_ERRNO("execution may not", fchmod(fd, 0700), EPERM);
	CHECK_ERRNO("for nobody", fchmod(fd, 0601), EPERM);
}

#define SEAL_TIMES 300
#define MUCH	(8ul << 20)

/* One round of who is quicker: the thread has the file of @round. */
static struct {
	int fd, round, done;
	void *at;
} race;

static int map_each(void *arg)
{
	(void)arg;
	for (int i = 1; i <= SEAL_TIMES; i++) {
		while (__atomic_load_n(&race.round, __ATOMIC_ACQUIRE) < i)
			sched_yield();
		race.at = mmap(NULL, PAGE, RW, MAP_SHARED, race.fd, 0);
		__atomic_store_n(&race.done, i, __ATOMIC_RELEASE);
	}
	return 0;
}

/* So that a mapping has to wait for its turn. */
static int map_much(void *arg)
{
	(void)arg;
	while (__atomic_load_n(&race.done, __ATOMIC_ACQUIRE) < SEAL_TIMES)
		munmap(mmap(NULL, MUCH, RW, MAP_PRIVATE | MAP_ANONYMOUS |
			    MAP_POPULATE, -1, 0), MUCH);
	return 0;
}

static void pass_time(void)
{
	for (volatile int i = 0; i < 20000; i++)
		;
}

/* Sealed and mapped for writing: one of both is refused. */
static void sealed_meanwhile(void)
{
	static struct thread thread, other;
	int both = 0;

	thread_start(&thread, map_each, NULL);
	thread_start(&other, map_much, NULL);
	for (int i = 1; i <= SEAL_TIMES; i++) {
		int sealed;

		race.fd = memfd_create("sealed", MFD_ALLOW_SEALING);
		need(race.fd >= 0 && !ftruncate(race.fd, PAGE));
		__atomic_store_n(&race.round, i, __ATOMIC_RELEASE);
		pass_time();
		sealed = !fcntl(race.fd, F_ADD_SEALS, F_SEAL_WRITE);
		while (__atomic_load_n(&race.done, __ATOMIC_ACQUIRE) < i)
			sched_yield();
		both += sealed && race.at != MAP_FAILED;
		if (race.at != MAP_FAILED)
			munmap(race.at, PAGE);
		close(race.fd);
	}
	thread_join(&thread);
	thread_join(&other);
	CHECK_EQ("never both", both, 0);
}

static void plain_ramfs(void)
{
	struct statfs fs;
	struct stat st;

	need(!unshare(CLONE_NEWNS) && !mkdir("plain", 0700));
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	CHECK_OK("mounted", mount("r", "plain", "ramfs", 0, "mode=711,x=y"));
	need(!statfs("plain", &fs) && !stat("plain", &st));
	CHECK_EQ("type", (unsigned long)fs.f_type, 0x858458f6ul);
	CHECK_EQ("without a size", fs.f_blocks, 0);
	CHECK_EQ("mode of its root", st.st_mode, S_IFDIR | 0711);
	CHECK_ERRNO("a mode that is none",
		    mount("r", "plain", "ramfs", 0, "mode=9"), EINVAL);
}

static void rdtsc(void)
{
	__asm__ volatile("rdtsc" : : : "rax", "rdx");
}

static void rdtscp(void)
{
	__asm__ volatile("rdtscp" : : : "rax", "rdx", "rcx");
}

static int tsc_mode(void)
{
	int mode = 0;

	return prctl(PR_GET_TSC, &mode) ? -1 : mode;
}

static volatile int fault_code;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	fault_code = info->si_code;
	prctl(PR_SET_TSC, PR_TSC_ENABLE);
}

static int reads(void *how)
{
	if (how)
		rdtscp();
	else
		rdtsc();
	return 3;
}

static int shuts_and_reads(void *how)
{
	need(!prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
	return reads(how);
}

/* others read on while this thread comes and goes */
static int shuts_and_yields(void *arg)
{
	(void)arg;
	need(!prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
	for (int i = 0; i < 2000; i++)
		sched_yield();
	return tsc_mode() == PR_TSC_SIGSEGV ? 4 : 5;
}

static int reads_and_yields(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		rdtsc();
		sched_yield();
	}
	return reads(arg);
}

static int another_thread(void *arg)
{
	*(int *)arg = tsc_mode();
	rdtsc();
	return 0;
}

static int tells_mode(void *arg)
{
	execl("/proc/self/exe", "self_confined", "tsc", NULL);
	return *(int *)arg;
}

static void time_stamps(void)
{
	struct sigaction action = { .sa_sigaction = on_fault,
				    .sa_flags = SA_SIGINFO };
	pid_t a, b;
	int seen = 0;
	struct thread thread;

	need(!sigaction(SIGSEGV, &action, NULL));
	CHECK_ERRNO("unknown mode", prctl(PR_SET_TSC, 3), EINVAL);
	thread_start(&thread, another_thread, &seen);
	thread_join(&thread);
	CHECK_EQ("allowed at first", seen, PR_TSC_ENABLE);
	CHECK_OK("forbidden", prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
	CHECK_EQ("is told", tsc_mode(), PR_TSC_SIGSEGV);
	CHECK_STATUS("a new program", child_run(tells_mode, &seen),
		     EXITED(PR_TSC_SIGSEGV));
	rdtsc();
	CHECK_EQ("faults", fault_code, SI_KERNEL);
	CHECK_EQ("allowed again", tsc_mode(), PR_TSC_ENABLE);
	signal(SIGSEGV, SIG_DFL);
	CHECK_STATUS("RDTSC", child_run(shuts_and_reads, NULL) & 0x7f, SIGSEGV);
	CHECK_STATUS("RDTSCP", child_run(shuts_and_reads, &seen) & 0x7f,
		     SIGSEGV);
	need(!prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
	CHECK_STATUS("a child", child_run(reads, NULL) & 0x7f, SIGSEGV);
	need(!prctl(PR_SET_TSC, PR_TSC_ENABLE));
	a = child_start(shuts_and_yields, NULL);
	b = child_start(reads_and_yields, NULL);
	CHECK_EXIT("one is not the other: closed", a, 4);
	CHECK_EXIT("one is not the other: open", b, 3);
}

static const struct test tests[] = {
	{ "time stamps", time_stamps, 0 },
	{ "no gain", no_gain, 0 },
	{ "no gain alone", no_gain_alone, 0 },
	{ "dispatched", dispatched, 0 },
	{ "bad selector", bad_selector, 0 },
	{ "sealed mode", sealed_mode, 0 },
	{ "sealed_meanwhile", sealed_meanwhile, 0 },
	{ "ramfs", plain_ramfs, 0 },
};

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return tsc_mode();
	return test_main(tests, COUNT(tests));
}
