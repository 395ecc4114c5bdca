/*
 * tests/user/clone.c - clone and clone3: flags, sizes, errors
 *
 * What:  what combinations of flags are refused, the size rules of clone3,
 *        exit signals, and what a refused call leaves behind.
 * Not:   namespaces are in ns_clone.c, threads in threads_raw.c.
 * See:   clone(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define CLEAR_SIGHAND	(1UL << 32)
#define INTO_CGROUP	(1UL << 33)
#define NEWTIME		0x80UL

/* struct clone_args of clone(2), by name */
struct args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack,
		 stack_size, tls, set_tid, set_tid_size, cgroup;
};

static char stack[65536] __attribute__((aligned(16)));

/* clone(2) that must fail: its result; a child that comes is reaped */
static long refused(unsigned long flags)
{
	long pid = sys(SYS_clone, (long)flags,
		       flags & CLONE_VM ? P(stack + sizeof(stack) - 64) : 0);

	if (!pid)
		sys(SYS_exit_group, 0);
	if (pid > 0)
		waitpid(pid, NULL, __WALL);
	return pid;
}

/* clone(2) that must work like fork with exit code 6: does it? */
static int works(unsigned long flags)
{
	long pid = sys(SYS_clone, (long)flags);
	int status = -1;

	if (!pid)
		_exit(6);
	if (pid < 0)
		return (int)pid;
	waitpid(pid, &status, __WALL);
	return status == EXITED(6);
}

/* clone3 with @size bytes: as works(), or the error */
static long three(const void *args, size_t size)
{
	long pid = sys(SYS_clone3, P(args), (long)size);
	int status = -1;

	if (!pid)
		_exit(6);
	if (pid < 0)
		return pid;
	waitpid(pid, &status, __WALL);
	return status == EXITED(6);
}

static long three_flags(unsigned long flags, unsigned long exit_signal)
{
	struct args args = { .flags = flags, .exit_signal = exit_signal };

	return three(&args, sizeof(args));
}

static void combinations(void)
{
	CHECK_EQ("CLONE-09 SIGHAND without VM", refused(CLONE_SIGHAND | 17),
		 -EINVAL);
	CHECK_EQ("CLONE-09 THREAD without SIGHAND",
		 refused(CLONE_THREAD | CLONE_VM), -EINVAL);
	CHECK_EQ("CLONE-09 THREAD without VM",
		 refused(CLONE_THREAD | CLONE_SIGHAND), -EINVAL);
	CHECK_EQ("CLONE-15 NEWNS with FS",
		 refused(CLONE_NEWNS | CLONE_FS | 17), -EINVAL);
	CHECK_EQ("CLONE-15 NEWUSER with FS",
		 refused(CLONE_NEWUSER | CLONE_FS | 17), -EINVAL);
	CHECK_EQ("CLONE-18 0x80 is part of the exit signal",
		 works(NEWTIME | SIGCHLD), 1);
	CHECK_EQ("CLONE-20 an exit signal that does not exist", works(70), 1);
	CHECK_EQ("CLONE-21 no exit signal", works(0), 1);
	CHECK_EQ("CLONE-22 DETACHED is ignored",
		 works(CLONE_DETACHED | SIGCHLD), 1);
	CHECK_EQ("IO, SYSVSEM, UNTRACED change nothing",
		 works(CLONE_IO | CLONE_SYSVSEM | CLONE_UNTRACED | SIGCHLD),
		 1);
}

static void high_bits(void)
{
	CHECK_EQ("CLONE-19 clone ignores bits above 31",
		 works(1UL << 32 | SIGCHLD), 1);
	CHECK_EQ("CLONE-19 all of them", works(0xffffffff00000000UL | SIGCHLD),
		 1);
}

static void exit_signals(void)
{
	sigset_t set;
	long pid;

	block(SIGUSR1);
	pid = sys(SYS_clone, SIGUSR1);
	if (!pid)
		_exit(1);
	waitpid(pid, NULL, __WCLONE);
	sigpending(&set);
	CHECK("the exit signal is sent", sigismember(&set, SIGUSR1));
	CHECK_ERRNO("and nobody is left", waitpid(-1, NULL, __WALL), ECHILD);
}

static void sizes(void)
{
	char *page = shared_alloc(8192);
	struct args args = { .exit_signal = SIGCHLD };

	memcpy(page, &args, sizeof(args));
	if (three(page, 64) == -ENOSYS) {
		SKIP("CLONE-24 clone3", "no clone3");
		return;
	}
	CHECK_EQ("CLONE-24 size 0", three(page, 0), -EINVAL);
	CHECK_EQ("CLONE-24 size 63", three(page, 63), -EINVAL);
	CHECK_EQ("CLONE-24 size 64", three(page, 64), 1);
	CHECK_EQ("size 80", three(page, 80), 1);
	CHECK_EQ("size 88", three(page, 88), 1);
	CHECK_EQ("CLONE-25 size 128 with zeros", three(page, 128), 1);
	CHECK_EQ("CLONE-25 size 4096 with zeros", three(page, 4096), 1);
	CHECK_EQ("CLONE-24 size 4097", three(page, 4097), -E2BIG);
	page[127] = 1;
	CHECK_EQ("CLONE-24 size 128 with a bit behind", three(page, 128),
		 -E2BIG);
	CHECK_EQ("CLONE-24 a bad pointer", three((void *)8, 88), -EFAULT);
	need(!munmap(page + 4096, 4096));
	memcpy(page + 4096 - 88, &args, 88);
	CHECK_EQ("a structure that ends its page", three(page + 4096 - 88, 88),
		 1);
	CHECK_EQ("one that crosses into nothing",
		 three(page + 4096 - 88, 96), -EFAULT);
}

static void exit_signals3(void)
{
	signal(64, SIG_IGN);
	CHECK_EQ("CLONE-26 exit signal 64", three_flags(0, 64), 1);
	CHECK_EQ("CLONE-26 exit signal 65", three_flags(0, 65), -EINVAL);
	CHECK_EQ("CLONE-26 more than eight bits", three_flags(0, 0x111),
		 -EINVAL);
	CHECK_EQ("CLONE-26 above 32 bits", three_flags(0, 1UL << 32 | 17),
		 -EINVAL);
	CHECK_EQ("CLONE-28 PARENT with an exit signal",
		 three_flags(CLONE_PARENT, SIGCHLD), -EINVAL);
	CHECK_EQ("CLONE-28 THREAD with an exit signal",
		 three_flags(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, SIGCHLD),
		 -EINVAL);
}

static void flags3(void)
{
	static const unsigned long bad[] = {
		CLONE_DETACHED, 1, SIGCHLD, 1UL << 34, 1UL << 63, 0x7f,
		CLONE_SIGHAND, CLONE_THREAD,
		CLONE_SIGHAND | CLONE_VM | CLEAR_SIGHAND,
	};
	struct args args = { .exit_signal = SIGCHLD };
	int good = 0;

	for (size_t i = 0; i < COUNT(bad); i++)
		good += three_flags(bad[i], SIGCHLD) == -EINVAL;
	CHECK_EQ("CLONE-27 bad flags", good, COUNT(bad));
	CHECK_EQ("CLEAR_SIGHAND alone", three_flags(CLEAR_SIGHAND, SIGCHLD),
		 1);
	args.stack = P(stack);
	CHECK_EQ("CLONE-30 a stack without size", three(&args, 88), -EINVAL);
	args.stack = 0;
	args.stack_size = sizeof(stack);
	CHECK_EQ("CLONE-30 a size without stack", three(&args, 88), -EINVAL);
	args = (struct args){ .exit_signal = SIGCHLD, .set_tid_size = 1 };
	CHECK_EQ("CLONE-32 a count without numbers", three(&args, 88),
		 -EINVAL);
	args.set_tid = P(stack);
	args.set_tid_size = 0;
	CHECK_EQ("CLONE-32 numbers without count", three(&args, 88), -EINVAL);
	args.set_tid_size = 33;
	CHECK_EQ("CLONE-32 more than 32", three(&args, 88), -EINVAL);
	args.set_tid = 8;
	args.set_tid_size = 1;
	CHECK_EQ("CLONE-32 a bad pointer", three(&args, 88), -EFAULT);
	args = (struct args){ .flags = INTO_CGROUP, .exit_signal = SIGCHLD,
			      .cgroup = 1UL << 32 };
	CHECK_EQ("CLONE-31 a cgroup that is no descriptor", three(&args, 88),
		 -EINVAL);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void clear_handlers(void)
{
	struct args args = { .flags = CLEAR_SIGHAND, .exit_signal = SIGCHLD };
	struct sigaction a, b;
	long pid;

	handle(SIGUSR1, on_signal, 0);
	signal(SIGUSR2, SIG_IGN);
	pid = sys(SYS_clone3, P(&args), 88);
	if (!pid) {
		sigaction(SIGUSR1, NULL, &a);
		sigaction(SIGUSR2, NULL, &b);
		_exit(a.sa_handler == SIG_DFL && b.sa_handler == SIG_IGN ?
		      0 : 1);
	}
	CHECK_EXIT("CLONE-29 CLEAR_SIGHAND resets handlers, not what is "
		   "ignored", pid, 0);
}

static void pidfds(void)
{
	struct args args = { .flags = CLONE_PIDFD, .exit_signal = SIGCHLD };
	int fd = -1;
	int next = dup(1);
	long pid;

	close(next);
	args.pidfd = P(&fd);
	pid = sys(SYS_clone3, P(&args), 88);
	if (!pid)
		_exit(6);
	if (pid < 0) {
		SKIP("CLONE-33 PIDFD", "no CLONE_PIDFD");
		return;
	}
	CHECK_EQ("CLONE-33 PIDFD gives the next descriptor", fd, next);
	CHECK_EQ("CLONE-33 which exec closes", fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EXIT("of a child", pid, 6);
	close(fd);
	args.pidfd = 8;
	CHECK_EQ("CLONE-34 a bad pointer", three(&args, 88), -EFAULT);
	CHECK_ERRNO("CLONE-34 makes no child", waitpid(-1, NULL, __WALL),
		    ECHILD);
	fd = dup(1);
	CHECK_EQ("CLONE-34 and takes no descriptor", fd, next);
	CHECK_EQ("CLONE-22 PIDFD with DETACHED",
		 refused(CLONE_PIDFD | CLONE_DETACHED | 17), -EINVAL);
	CHECK_EQ("CLONE-23 PIDFD with PARENT_SETTID",
		 refused(CLONE_PIDFD | CLONE_PARENT_SETTID | 17), -EINVAL);
	args.pidfd = args.parent_tid = P(&fd);
	args.flags |= CLONE_PARENT_SETTID;
	CHECK_EQ("CLONE-23 both to one place", three(&args, 88), -EINVAL);
}

static void tid_words(void)
{
	int *word = shared_alloc(4096);
	struct args args = {
		.flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
		.exit_signal = SIGCHLD,
		.parent_tid = P(&word[0]), .child_tid = P(&word[1]),
	};
	long pid = sys(SYS_clone3, P(&args), 88);

	if (!pid)
		_exit(word[1] == getpid() ? 0 : 1);
	CHECK_EQ("PID-29 PARENT_SETTID writes for the caller", word[0], pid);
	CHECK_EXIT("PID-29 CHILD_SETTID writes for the child", pid, 0);
	args.parent_tid = 8;
	args.child_tid = 8;
	CHECK_EQ("bad words do not fail the call", three(&args, 88), 1);
}

static int run_on_stack(void *arg)
{
	char here;

	return &here > (char *)arg && &here < (char *)arg + sizeof(stack) ?
	       6 : 1;
}

static void stacks(void)
{
	pid_t pid;
	int status;

	pid = clone(run_on_stack, stack + sizeof(stack), SIGCHLD, stack);
	CHECK_EXIT("a child runs on the stack it was given", pid, 6);
	CHECK_EQ("a stack that is not canonical does not fail the call",
		 sys(SYS_clone, SIGCHLD | CLONE_VFORK, (long)(1UL << 63)) > 0,
		 1);
	status = reap(-1) & ~0x80;
	CHECK("but the child, when it is used", status == SIGBUS ||
	      status == SIGSEGV);
}

static void limits(void)
{
	struct rlimit limit = { 1, 1 };
	pid_t idle;

	if (!fork()) {
		become_user();
		idle = child_idle();
		need(!setrlimit(RLIMIT_NPROC, &limit));
		CHECK_EQ("CLONE-35 over RLIMIT_NPROC", refused(SIGCHLD),
			 -EAGAIN);
		CHECK_EQ("CLONE-35 comes before EPERM",
			 refused(CLONE_NEWPID | SIGCHLD), -EAGAIN);
		CHECK_EQ("CLONE-36 but after EINVAL",
			 refused(CLONE_SIGHAND | SIGCHLD), -EINVAL);
		child_kill(idle);
		_exit(0);
	}
	reap(-1);
	if (!fork()) {
		need(!setrlimit(RLIMIT_NPROC, &limit));
		_exit(works(SIGCHLD) == 1 ? 0 : 1);
	}
	CHECK_EXIT("CLONE-35 root is exempt", -1, 0);
}

static void settls(void)
{
	CHECK_EQ("SETTLS to the kernel",
		 sys(SYS_clone, CLONE_SETTLS | SIGCHLD, 0, 0, 0,
		     (long)0xffff800000000000UL), -EPERM);
}

static int parent_of_sibling(void *arg)
{
	long pid = sys(SYS_clone, CLONE_PARENT | SIGCHLD);

	(void)arg;
	if (!pid)
		_exit(getppid() == *(pid_t *)arg ? 8 : 9);
	return pid > 0 ? 0 : 1;
}

static void siblings(void)
{
	pid_t self = getpid();
	pid_t pid = child_start(parent_of_sibling, &self);
	int status;

	CHECK_EXIT("PARENT makes a sibling", pid, 0);
	CHECK("CLONE-08 for which the caller's parent waits",
	      waitpid(-1, &status, 0) > 0 && status == EXITED(8));
}

/* A child whose exit signal is SIGUSR1 asks for a sibling with SIGCHLD. */
static void sibling_signals(void)
{
	int status = -1;
	pid_t pid;

	signal(SIGUSR1, SIG_IGN);
	pid = (pid_t)sys(SYS_clone, SIGUSR1);
	if (!pid) {
		pid = (pid_t)sys(SYS_clone, CLONE_PARENT | SIGCHLD);
		_exit(pid ? 7 : 8);
	}
	need(waitpid(pid, &status, __WCLONE) == pid && status == EXITED(7));
	CHECK_ERRNO("PARENT takes no exit signal", waitpid(-1, NULL, WNOHANG),
		    ECHILD);
	CHECK("but the caller's", waitpid(-1, &status, __WCLONE) > 0 &&
	      status == EXITED(8));
}

static const struct test tests[] = {
	{ "combinations", combinations, 0 },
	{ "high bits", high_bits, 0 },
	{ "exit signals", exit_signals, 0 },
	{ "clone3 sizes", sizes, 0 },
	{ "clone3 exit signals", exit_signals3, 0 },
	{ "clone3 flags", flags3, 0 },
	{ "CLEAR_SIGHAND", clear_handlers, 0 },
	{ "PIDFD", pidfds, 0 },
	{ "tid words", tid_words, 0 },
	{ "stacks", stacks, 0 },
	{ "limits", limits, 0 },
	{ "SETTLS", settls, 0 },
	{ "siblings", siblings, 0 },
	{ "signals of siblings", sibling_signals, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
