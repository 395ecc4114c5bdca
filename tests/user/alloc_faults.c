/*
 * tests/user/alloc_faults.c - each allocation of a call fails in turn
 *
 * What:  clone, clone3, unshare, setns, fork in every state of a namespace,
 *        execve, pidfd_open and mount of proc: the first allocation fails,
 *        then the second, and so on until the call succeeds. Each failure is
 *        one of the call's errors, leaves the caller's namespaces as they
 *        were, and leaves no object and no page behind.
 *        Needs /proc/thread-self/fail-nth: Nidus has it in debug builds,
 *        Linux where it is built with fault injection.
 * Not:   memory that really runs out is in storm.c.
 * See:   docs/testing.md; id LIM-06 of docs/pidns-table.md
 */
#include "lib/image.h"
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/slabs.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define DRAIN		"/proc/nidus/drain"
#define MAX_FAULTS	2000
#define WARM_TURNS	3
#define MANY_TURNS	20
#define SLACK_KIB	64	/* a page each turn would be more */
#define SLACK_OBJECTS	8	/* far fewer than failures there were */
#define ALL_KINDS	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | \
			 CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP | \
			 CLONE_NEWPID)

/* how one try of a call ended: the child's exit code */
enum verdict {
	FAILED = 10,	/* with one of its errors, all as before */
	PASSED,		/* though an allocation failed */
	DONE,		/* no allocation was left to fail */
	WRONG_ERROR,
	WRONG_STATE,
};

static struct gate ready, go;
static int ns_live, ns_dead, ns_dying, ns_own, fail_fd;
static pid_t live_init;
static int live_pidfd;

/*
 * struct call - what is tried
 * @run:    the call; a new process ends at once by itself. Its result
 * @enter:  before it, without failures; NULL: nothing
 * @child:  a positive result is a child to be waited for
 * @leaves: it may change the namespace for children when it fails
 */
struct call {
	const char *name;
	long (*run)(void);
	void (*enter)(void);
	int child, leaves;
};

static long fork_with(unsigned long flags)
{
	long pid = ns_clone(flags);

	if (!pid)
		sys(SYS_exit_group, 0);
	return pid;
}

static long run_fork(void)
{
	return fork_with(0);
}

static long run_clone(void)
{
	return fork_with(CLONE_NEWPID);
}

static long run_clone_all(void)
{
	return fork_with(ALL_KINDS);
}

static long run_clone3(void)
{
	static int fd;
	struct clone3_args args = {
		.flags = CLONE_NEWPID | CLONE_PIDFD,
		.exit_signal = SIGCHLD, .pidfd = P(&fd),
	};
	long pid = ns_clone3(&args);

	if (!pid)
		sys(SYS_exit_group, 0);
	return pid;
}

static long run_vfork(void)
{
	static char stack[4096] __attribute__((aligned(16)));
	long pid = sys(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0);

	(void)stack;
	if (!pid)
		sys(SYS_exit_group, 0);
	return pid;
}

static long run_unshare(void)
{
	return sys(SYS_unshare, CLONE_NEWPID);
}

static long run_unshare_all(void)
{
	return sys(SYS_unshare, ALL_KINDS | CLONE_FS | CLONE_FILES);
}

static long run_setns(void)
{
	return ns_join(ns_live, CLONE_NEWPID);
}

static long run_setns_pidfd(void)
{
	return ns_join(live_pidfd, CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWNS);
}

static long run_pidfd_open(void)
{
	return pidfd_open(live_init, 0);
}

static long run_mount(void)
{
	return sys(SYS_mount, P("proc"), P("mnt"), P("proc"), 0, 0);
}

static void enter_live(void)
{
	need(!ns_join(ns_live, CLONE_NEWPID));
}

static void enter_dead(void)
{
	need(!ns_join(ns_dead, CLONE_NEWPID));
}

static void enter_dying(void)
{
	need(!ns_join(ns_dying, CLONE_NEWPID));
}

static void enter_nascent(void)
{
	need(!sys(SYS_unshare, CLONE_NEWPID));
}

static void enter_mounts(void)
{
	need(!sys(SYS_unshare, CLONE_NEWNS));
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static const struct call calls[] = {
	{ "fork", run_fork, NULL, 1, 0 },
	{ "vfork", run_vfork, NULL, 1, 0 },
	{ "clone", run_clone, NULL, 1, 0 },
	{ "clone of all kinds", run_clone_all, NULL, 1, 0 },
	{ "clone3 with a pidfd", run_clone3, NULL, 1, 0 },
	{ "fork into a live namespace", run_fork, enter_live, 1, 0 },
	{ "fork into a nascent namespace", run_fork, enter_nascent, 1, 1 },
	{ "clone from a nascent namespace", run_clone, enter_nascent, 1, 0 },
	{ "fork into a dying namespace", run_fork, enter_dying, 1, 0 },
	{ "fork into a dead namespace", run_fork, enter_dead, 1, 0 },
	{ "unshare", run_unshare, NULL, 0, 0 },
	{ "unshare of all kinds", run_unshare_all, NULL, 0, 0 },
	{ "setns", run_setns, NULL, 0, 0 },
	{ "setns by a pidfd", run_setns_pidfd, enter_mounts, 0, 0 },
	{ "pidfd_open", run_pidfd_open, NULL, 0, 0 },
	{ "mount of proc", run_mount, enter_mounts, 0, 0 },
};

/* --- one try -------------------------------------------------------------- */

static void arm(int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	need(pwrite(fail_fd, text, len, 0) == len);
}

static long left(void)
{
	char text[16] = "";

	if (pread(fail_fd, text, sizeof(text) - 1, 0) <= 0)
		return -1;
	return strtol(text, NULL, 10);
}

/* the error that a call has even with all the memory there is, or 0 */
static long steady_error(const struct call *call)
{
	if (call->enter == enter_dead || call->enter == enter_dying)
		return -ENOMEM;
	return call->run == run_clone && call->enter ? -EINVAL : 0;
}

static int is_error(long result)
{
	return result == -ENOMEM || result == -EAGAIN || result == -ENOSPC ||
	       result == -ENFILE;
}

/* after a failure: can children be born where they could before? */
static int is_sane(const struct call *call)
{
	long pid = ns_clone(0);

	if (!pid)
		_exit(getpid() == 1 ? 1 : 0);
	if (call->enter == enter_nascent && call->run == run_fork)
		return pid == -ENOMEM ||
		       (pid > 0 && reap((pid_t)pid) == EXITED(1));
	if (call->enter == enter_nascent)
		return pid > 0 && reap((pid_t)pid) == EXITED(1);
	if (steady_error(call) == -ENOMEM)
		return pid == -ENOMEM;
	return pid > 0 && reap((pid_t)pid) == EXITED(0);
}

static int try_once(const struct call *call, int n)
{
	long result, remaining;

	fail_fd = open(FAIL_NTH, O_RDWR);
	need(fail_fd >= 0);
	if (call->enter)
		call->enter();
	arm(n);
	result = call->run();
	remaining = left();
	arm(0);
	if (result > 0 && call->child)
		reap((pid_t)result);
	if (remaining > 0)
		return result >= 0 || result == steady_error(call) ? DONE :
		       WRONG_ERROR;
	if (result >= 0)
		return PASSED;
	if (!is_error(result) && result != steady_error(call)) {
		test_note("error", result);
		return WRONG_ERROR;
	}
	return is_sane(call) ? FAILED : WRONG_STATE;
}

struct outcome {
	int failed, passed, lost, wrong;
};

/* fail the first allocation, the second, ...: until none is left */
static int try_all(const struct call *call, struct outcome *out)
{
	for (int n = 1; n < MAX_FAULTS; n++) {
		pid_t pid = fork();
		int status;

		if (!pid)
			_exit(try_once(call, n));
		status = reap(pid);
		if (status == EXITED(DONE))
			return 1;
		if (status == EXITED(FAILED))
			out->failed++;
		else if (status == EXITED(PASSED))
			out->passed++;
		else if (WIFSIGNALED(status))
			out->lost++;	/* a page of its own was missing */
		else
			out->wrong++;
		if (out->wrong && status != EXITED(FAILED) &&
		    status != EXITED(PASSED))
			test_note(call->name, n);
	}
	return 0;
}

/* --- exec ----------------------------------------------------------------- */

/* the allocations that are left in a zombie's countdown */
static long left_of(pid_t pid)
{
	return proc_number(proc_path("/proc/", pid, "/fail-nth"), "");
}

static int exec_all(struct outcome *out)
{
	char *argv[] = { "x", NULL };
	char *none[] = { NULL };

	for (int n = 1; n < MAX_FAULTS; n++) {
		pid_t pid = fork();
		long remaining;
		int status;

		if (!pid) {
			fail_fd = open(FAIL_NTH, O_RDWR);
			need(fail_fd >= 0);
			arm(n);
			_exit((int)-sys(SYS_execve, P("./program"), P(argv),
					P(none)));
		}
		need(!waitid(P_PID, pid, NULL, WEXITED | WNOWAIT));
		remaining = left_of(pid);
		status = reap(pid);
		if (remaining > 0)
			return status == EXITED(7);
		if (status == EXITED(ENOMEM))
			out->failed++;
		else if (WIFSIGNALED(status))
			out->lost++;
		else if (status == EXITED(7))
			out->passed++;
		else
			out->wrong++;
	}
	return 0;
}

/* --- the test ------------------------------------------------------------- */

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

/* a namespace in each state; the dying one waits for a zombie of ours */
static void make_states(void)
{
	pid_t init, member;

	gate_init(&ready);
	gate_init(&go);
	ns_own = ns_fd_self();
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	ns_dead = ns_fd_of(init);
	child_kill(init);
	init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	ns_dying = ns_fd_of(init);
	need(!ns_join(ns_dying, CLONE_NEWPID));
	member = child_start(wait_go, NULL);
	gate_wait(&ready);
	kill(init, SIGKILL);
	need(!waitid(P_PID, member, NULL, WEXITED | WNOWAIT));
	need(!ns_join(ns_own, CLONE_NEWPID));
	live_init = ns_start(wait_go, NULL);
	gate_wait(&ready);
	ns_live = ns_fd_of(live_init);
	live_pidfd = (int)pidfd_open(live_init, 0);
	mkdir("mnt", 0755);
}

static int can_inject(void)
{
	int fd = open(FAIL_NTH, O_RDWR);
	int good = fd >= 0 && write(fd, "0", 1) == 1;

	close(fd);
	return good;
}

static void calls_fail(void)
{
	static struct slabs before, after;
	char point[96];

	if (!can_inject()) {
		SKIP("LIM-06 each allocation fails in turn",
		     "no fault injection in this kernel");
		return;
	}
	make_states();
	for (size_t i = 0; i < COUNT(calls); i++) {
		struct outcome out = { 0 };
		int ended = try_all(&calls[i], &out);

		slabs_read(&before);
		ended = ended && try_all(&calls[i], &out);
		snprintf(point, sizeof(point), "LIM-06 %s: errors",
			 calls[i].name);
		CHECK(point, ended && !out.wrong && out.failed > 0);
		test_note("failures", out.failed);
		test_note("successes all the same", out.passed);
		test_note("ends by a page of its own", out.lost);
		snprintf(point, sizeof(point), "LIM-06 %s: nothing is left",
			 calls[i].name);
		slabs_read(&after);
		CHECK_EQ(point, slabs_grown(&before, &after, SLACK_OBJECTS),
			 0);
	}
}

/* free memory, when the kernel has given back what it keeps */
static long free_kib(void)
{
	int fd = open(DRAIN, O_WRONLY);
	long kib;

	need(write(fd, "1", 1) == 1);
	kib = proc_number("/proc/meminfo", "MemFree:") +
	      proc_number("/proc/meminfo", "Slab:");
	close(fd);
	return kib;
}

/* pages are not in slabs: a fork fails often, and memory is as it was */
static void no_page_is_lost(void)
{
	struct outcome out = { 0 };
	long before = 0, lost;

	if (!can_inject() || !proc_exists(DRAIN)) {
		SKIP("forks that fail lose no page",
		     "no fault injection in this kernel");
		return;
	}
	for (int i = 0; i < WARM_TURNS + MANY_TURNS; i++) {
		if (i == WARM_TURNS)
			before = free_kib();
		need(try_all(&calls[0], &out));
	}
	lost = before - free_kib();
	test_note("KiB lost", lost);
	CHECK("forks that fail lose no page", lost < SLACK_KIB);
}

static void exec_fails(void)
{
	static struct slabs before, after;
	struct outcome out = { 0 };
	struct image image;
	int ended;

	if (!can_inject()) {
		SKIP("LIM-06 execve", "no fault injection in this kernel");
		return;
	}
	image_init(&image, code_exit7, code_exit7_end);
	image_write(&image, "./program", sizeof(image));
	ended = exec_all(&out);
	slabs_read(&before);
	ended = ended && exec_all(&out);
	CHECK("LIM-06 execve: errors", ended && !out.wrong && out.failed > 0);
	test_note("failures", out.failed);
	test_note("ends on the way", out.lost);
	slabs_read(&after);
	CHECK_EQ("LIM-06 execve: nothing is left",
		 slabs_grown(&before, &after, SLACK_OBJECTS), 0);
}

static const struct test tests[] = {
	{ "calls", calls_fail, 500 },
	{ "exec", exec_fails, 200 },
	{ "pages", no_page_is_lost, 200 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
