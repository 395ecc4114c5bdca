/*
 * tests/user/seccomp.c - what a filter does to system calls
 *
 * What:  strict mode, programs that are refused, each verdict and which one
 *        wins, inheritance, threads, listeners.
 * See:   seccomp(2), seccomp_unotify(2)
 */
#include "lib/trace.h"

#include "lib/ns.h"
#include "lib/proc.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#define NR_OFFSET	offsetof(struct seccomp_data, nr)

/* install a program, kernel's convention */
static long install(const struct sock_filter *insns, size_t n, long flags)
{
	const struct sock_fprog prog = {
		.len = (unsigned short)n,
		.filter = (struct sock_filter *)(uintptr_t)insns,
	};

	return sys(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, P(&prog));
}

/* one call gets this verdict, all others are allowed */
static long judge(long nr, uint32_t verdict, long flags)
{
	const struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NR_OFFSET),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return install(insns, COUNT(insns), flags);
}

static int strict_call(void *arg)
{
	(void)arg;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		return 1;
	write(-1, "", 0);
	sys(SYS_getpid);
	return 2;
}

static int strict_exit(void *arg)
{
	(void)arg;
	if (sys(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, 0) != -EINVAL)
		return 1;
	if (sys(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, 0))
		return 2;
	sys(SYS_exit, 6);
	return 3;
}

static void strict(void)
{
	CHECK_STATUS("another call is death", child_run(strict_call, NULL),
		     SIGKILL);
	CHECK_STATUS("exit is not", child_run(strict_exit, NULL), EXITED(6));
	CHECK_STATUS("INIT-17: an init dies of it too",
		     ns_run(strict_call, NULL), SIGKILL);
}

static void refusals(void)
{
	static const struct sock_filter bad[][2] = {
		{ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2),
		  BPF_STMT(BPF_RET | BPF_K, 0) },
		{ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64),
		  BPF_STMT(BPF_RET | BPF_K, 0) },
		{ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		  BPF_STMT(BPF_RET | BPF_K, 0) },
		{ BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0),
		  BPF_STMT(BPF_RET | BPF_K, 0) },
		{ BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3),
		  BPF_STMT(BPF_RET | BPF_K, 0) },
		{ BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32),
		  BPF_STMT(BPF_RET | BPF_K, 0) },
		{ BPF_STMT(BPF_LD | BPF_MEM, 3),
		  BPF_STMT(BPF_RET | BPF_K, 0) },
		{ BPF_STMT(BPF_ST, 16),
		  BPF_STMT(BPF_RET | BPF_K, 0) },
		{ BPF_STMT(BPF_JMP | BPF_JA, 1),
		  BPF_STMT(BPF_RET | BPF_K, 0) },
		{ BPF_STMT(BPF_RET | BPF_K, 0),
		  BPF_STMT(BPF_LD | BPF_IMM, 0) },
		{ BPF_STMT(BPF_RET | BPF_X, 0),
		  BPF_STMT(BPF_RET | BPF_K, 0) },
	};
	uint32_t action = SECCOMP_RET_TRAP;
	int refused = 0;

	for (size_t i = 0; i < COUNT(bad); i++)
		refused += install(bad[i], 2, 0) == -EINVAL;
	CHECK_EQ("bad programs", refused, COUNT(bad));
	CHECK_EQ("an empty one", install(bad[0], 0, 0), -EINVAL);
	CHECK_EQ("a long one", install(bad[0], 4097, 0), -EINVAL);
	CHECK_EQ("none", sys(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 0),
		 -EFAULT);
	CHECK_EQ("unknown flag", judge(0, 0, 1 << 20), -EINVAL);
	CHECK_EQ("unknown operation", sys(SYS_seccomp, 99, 0, 0), -EINVAL);
	CHECK_EQ("unknown mode", -prctl(PR_SET_SECCOMP, 99, 0), 1);
	CHECK_EQ("trap is there", sys(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
		 P(&action)), 0);
	action = 0x12340000;
	CHECK_EQ("others are not", sys(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
		 P(&action)), -EOPNOTSUPP);
	become_user();
	CHECK_EQ("a user needs no_new_privs", judge(0, 0, 0), -EACCES);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	CHECK_EQ("and has it", judge(SYS_getppid,
		 SECCOMP_RET_ERRNO | 5, 0), 0);
	CHECK_EQ("the filter works", sys(SYS_getppid), -5);
}

static siginfo_t seen;

static void on_sys(int sig, siginfo_t *si, void *context)
{
	(void)sig;
	(void)context;
	seen = *si;
}

static int kill_process(void *arg)
{
	if (judge(SYS_getppid, *(uint32_t *)arg, 0))
		return 1;
	sys(SYS_getppid);
	return 2;
}

static void verdicts(void)
{
	uint32_t killers[] = { SECCOMP_RET_KILL_PROCESS,
			       SECCOMP_RET_KILL_THREAD, 0x12340000 };
	long result;

	for (size_t i = 0; i < COUNT(killers); i++)
		CHECK_STATUS("killed", child_run(kill_process, &killers[i]) &
			     ~0x80, SIGSYS);
	handle_info(SIGSYS, on_sys, 0);
	need(judge(SYS_getppid, SECCOMP_RET_ERRNO | 0xffff, 0) == 0);
	CHECK_EQ("the largest error is 4095", sys(SYS_getppid), -4095);
	need(judge(SYS_getuid, SECCOMP_RET_TRACE | 1, 0) == 0);
	CHECK_EQ("nobody traces", sys(SYS_getuid), -ENOSYS);
	need(judge(SYS_getgid, SECCOMP_RET_TRAP | 7, 0) == 0);
	result = sys(SYS_getgid);
	CHECK("trap: SIGSYS says what", seen.si_code == 1 &&
	      seen.si_errno == 7 && seen.si_syscall == SYS_getgid &&
	      seen.si_arch == 0xc000003e);
	CHECK_EQ("the result is the number", result, SYS_getgid);
	result = sys(SYS_getgid | 1l << 32);
	CHECK_EQ("all of its bits", result, SYS_getgid | 1l << 32);
	need(judge(SYS_getppid, SECCOMP_RET_TRAP, 0) == 0);
	memset(&seen, 0, sizeof(seen));
	sys(SYS_getppid);
	CHECK_EQ("the stricter one wins", seen.si_signo, SIGSYS);
	need(judge(SYS_getgid, SECCOMP_RET_ERRNO | 3, 0) == 0);
	memset(&seen, 0, sizeof(seen));
	sys(SYS_getgid);
	CHECK_EQ("also when it is older", seen.si_signo, SIGSYS);
	CHECK_EQ("mode in status", proc_number("/proc/self/status",
		 "Seccomp:"), 2);
	CHECK_EQ("filters in status", proc_number("/proc/self/status",
		 "Seccomp_filters:"), 5);
	CHECK_EQ("prctl says so", prctl(PR_GET_SECCOMP), 2);
}

static int inherits(void *arg)
{
	(void)arg;
	return sys(SYS_getppid) == -9 ? 0 : 1;
}

static void inheritance(void)
{
	need(judge(SYS_getppid, SECCOMP_RET_ERRNO | 9, 0) == 0);
	CHECK_STATUS("a child has the filter", child_run(inherits, NULL),
		     EXITED(0));
	CHECK_STATUS("in a new namespace too", ns_run(inherits, NULL),
		     EXITED(0));
}

static volatile int go;
static volatile long thread_result;

static void *other_thread(void *arg)
{
	(void)arg;
	while (!go)
		sys(SYS_sched_yield);
	thread_result = sys(SYS_getppid);
	return NULL;
}

static void threads(void)
{
	pthread_t t;

	pthread_create(&t, NULL, other_thread, NULL);
	CHECK_EQ("for all threads", judge(SYS_getppid, SECCOMP_RET_ERRNO | 9,
		 SECCOMP_FILTER_FLAG_TSYNC), 0);
	go = 1;
	pthread_join(t, NULL);
	CHECK_EQ("the other has it", thread_result, -9);
}

static int notified(void *arg)
{
	(void)arg;
	return sys(SYS_getppid) == 77 ? 0 : 1;
}

static void listener(void)
{
	struct seccomp_notif n;
	struct seccomp_notif_resp r;
	pid_t pid;
	int fd;

	fd = (int)judge(SYS_getppid, SECCOMP_RET_USER_NOTIF,
			SECCOMP_FILTER_FLAG_NEW_LISTENER);
	CHECK("a listener", fd >= 0);
	CHECK_EQ("one is enough", judge(SYS_getuid, SECCOMP_RET_USER_NOTIF,
		 SECCOMP_FILTER_FLAG_NEW_LISTENER), -EBUSY);
	pid = child_start(notified, NULL);
	memset(&n, 0, sizeof(n));
	CHECK_OK("receive", ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &n));
	CHECK("who calls what", n.pid == (uint32_t)pid &&
	      n.data.nr == SYS_getppid);
	CHECK_OK("it is valid", ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id));
	memset(&r, 0, sizeof(r));
	r.id = n.id + 1;
	CHECK_ERRNO("no such call", ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r),
		    ENOENT);
	r.id = n.id;
	r.val = 77;
	CHECK_OK("answer", ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r));
	CHECK_EXIT("it has our value", pid, 0);
	close(fd);
	CHECK_EQ("nobody listens", sys(SYS_getppid), -ENOSYS);
}

static int traced_call(void *arg)
{
	(void)arg;
	if (judge(SYS_getppid, SECCOMP_RET_TRACE | 42, 0))
		return 1;
	return sys(SYS_getppid) == -ENOSYS ? 0 : 2;
}

static void tracer(void)
{
	struct user_regs_struct regs;
	pid_t pid = trace_start(traced_call, NULL, PTRACE_O_TRACESECCOMP);

	CHECK_STATUS("an event", resume_next(pid, 0),
		     EVENT_STATUS(PTRACE_EVENT_SECCOMP));
	CHECK_EQ("with the filter's data", event_message(pid), 42);
	pt(PTRACE_GETREGS, pid, 0, P(&regs));
	CHECK_EQ("before the call", regs.orig_rax, SYS_getppid);
	regs.orig_rax = -1ul;
	pt(PTRACE_SETREGS, pid, 0, P(&regs));
	CHECK_STATUS("which may be left out", resume_next(pid, 0), EXITED(0));
}

static const struct test tests[] = {
	{ "strict", strict, 0 },
	{ "refusals", refusals, 0 },
	{ "verdicts", verdicts, 0 },
	{ "inheritance", inheritance, 0 },
	{ "threads", threads, 0 },
	{ "listener", listener, 0 },
	{ "tracer", tracer, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
