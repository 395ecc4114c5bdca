/*
 * tests/user/coredump_end.c - core dumps that meet other ends
 *
 * What:  a dump that is killed, traced, short of memory, or made while other
 *        threads, or the namespace, come to their end.
 * See:   core(5), ptrace(2), tests/models/coredump.pml
 */
#include "lib/core.h"
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/slabs.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <elf.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define NR_process_mrelease 448

/* --------------------------------------------------------- dumps and deaths */

#define LARGE (48ul << 20)

static int two_threads_die(void *arg)
{
	struct thread t;

	(void)arg;
	thread_start(&t, core_sleeper, (void *)1);
	return core_dies((void *)SIGQUIT);
}

/* Takes a while. */
static int dumps_much(void *arg)
{
	char *p = mmap(NULL, LARGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	struct thread t;

	(void)arg;
	need(p != MAP_FAILED);
	for (size_t at = 0; at < LARGE; at += CORE_PAGE)
		p[at] = 1;
	thread_start(&t, core_sleeper, (void *)1);
	return core_dies((void *)SIGQUIT);
}

/* Field 9 of /proc/PID/stat. */
static unsigned int flags_of(pid_t pid)
{
	char buf[512] = "", *at;
	unsigned int flags = 0;

	proc_read(proc_path("/proc/", pid, "/stat"), buf, sizeof(buf) - 1);
	at = strrchr(buf, ')');
	if (at)
		sscanf(at, ") %*c %*d %*d %*d %*d %*d %u", &flags);
	return flags;
}

static int dumping(pid_t pid)
{
	return proc_number(proc_path("/proc/", pid, "/status"),
			   "CoreDumping:") == 1;
}

static void killed(void)
{
	unsigned int flags = 0;
	int status = CORE(SIGQUIT), seen = 0, fd;
	long released = 0;
	struct stat st;

	core_begin();
	/* It may be over before it is seen, or before SIGKILL. */
	for (int i = 0; i < 100 && status != SIGKILL; i++) {
		pid_t pid = child_start(dumps_much, NULL);
		siginfo_t si = { 0 };

		while (!si.si_pid && !dumping(pid))
			need(!waitid(P_PID, (id_t)pid, &si,
				     WEXITED | WNOHANG | WNOWAIT));
		flags = flags_of(pid);
		fd = (int)pidfd_open(pid, 0);
		released = sys(NR_process_mrelease, fd, 0);
		close(fd);
		seen += dumping(pid);
		kill(pid, SIGUSR1);
		kill(pid, SIGKILL);
		status = reap(pid);
	}
	CHECK("CoreDumping", seen);
	CHECK_EQ("its flags", flags & 0x600, 0x600);
	CHECK_EQ("its memory is still wanted", released, -EINVAL);
	CHECK_EQ("SIGKILL ends it", status, SIGKILL);
	CHECK("in the middle", !stat("core", &st) &&
	      st.st_size < (off_t)LARGE);
	unlink("core");
}

/* An init that ends while a child of it dumps core. */
static int leaves_dumper(void *arg)
{
	struct stat st = { 0 };
	pid_t pid = fork();

	(void)arg;
	if (!pid)
		_exit(dumps_much(NULL));
	while (!st.st_size && waitpid(pid, NULL, WNOHANG) == 0)
		stat("core", &st);
	return 7;
}

/* A dump that begins while the namespace comes to its end, or before. */
static int leaves_many(void *arg)
{
	(void)arg;
	for (int i = 0; i < 8; i++) {
		if (!fork())
			_exit(two_threads_die(NULL));
	}
	usleep(1000);
	return 7;
}

static void namespace_ends(void)
{
	int good = 0;

	core_begin();
	for (int i = 0; i < 5; i++) {
		unlink("core");
		good += ns_run(leaves_dumper, NULL) == EXITED(7);
	}
	CHECK_EQ("in the middle of a dump", good, 5);
	good = 0;
	core_pattern("core.%p");
	for (int i = 0; i < 20; i++)
		good += ns_run(leaves_many, NULL) == EXITED(7);
	CHECK_EQ("of many", good, 20);
	core_pattern("core");
}

static int leaves_late(void *code)
{
	while (!__atomic_load_n(&told->go, __ATOMIC_SEQ_CST))
		;
	sys(SYS_exit_group, (intptr_t)code);
	return 0;
}

static int execs_late(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&told->go, __ATOMIC_SEQ_CST))
		;
	execl("/proc/self/exe", "coredump_end", "late", (char *)NULL);
	return 0;
}

static int dies_late(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&told->go, __ATOMIC_SEQ_CST))
		;
	*(volatile int *)told->addr[0] = 1;
	return 0;
}

static int ends_late(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&told->go, __ATOMIC_SEQ_CST))
		;
	return 0;
}

/* One dies of a fault while another does something else. */
static int two_ways(void *other)
{
	struct thread t[3];

	core_allow(RLIM_INFINITY);
	need(!proc_write(CORE_FILTER, "0"));
	told->go = 0;
	thread_start(&t[0], (int (*)(void *))(intptr_t)other, (void *)5);
	thread_start(&t[1], core_sleeper, (void *)1);
	thread_start(&t[2], dies_late, NULL);
	__atomic_store_n(&told->go, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return 0;
}

#define ROUNDS 30

static void races(void)
{
	int ends[4][3] = { { 0 } };
	int (*const others[])(void *) = {
		leaves_late, execs_late, dies_late, ends_late,
	};

	core_begin();
	for (int i = 0; i < ROUNDS * 4; i++) {
		int status = child_run(two_ways, (void *)(intptr_t)
				       others[i % 4]);

		ends[i % 4][0] += status == CORE(SIGSEGV);
		ends[i % 4][1] += status == EXITED(5) || status == EXITED(8);
	}
	CHECK_EQ("with exit_group", ends[0][0] + ends[0][1], ROUNDS);
	CHECK_EQ("with execve", ends[1][0] + ends[1][1], ROUNDS);
	CHECK_EQ("with another fault", ends[2][0], ROUNDS);
	CHECK_EQ("with the end of a thread", ends[3][0], ROUNDS);
}

/* Threads in all kinds of places. */
static void ready(void)
{
	__atomic_add_fetch(&told->ready, 1, __ATOMIC_SEQ_CST);
}

static int runs(void *arg)
{
	(void)arg;
	ready();
	for (;;)
		;
	return 0;
}

static int reads(void *arg)
{
	int ends[2];

	(void)arg;
	ready();
	sys(SYS_pipe2, P(ends), 0);
	return (int)sys(SYS_read, ends[0], P(ends), 1);
}

static int ends_with_parent(void *arg)
{
	(void)arg;
	sys(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
	ready();
	for (;;)
		sys(SYS_pause);
	return 0;
}

static int waits_for_vfork(void *arg)
{
	struct thread child;

	(void)arg;
	thread_clone(&child, CLONE_VM | CLONE_VFORK | SIGCHLD,
		     ends_with_parent, NULL);
	return 0;
}

static int waits_for_signal(void *arg)
{
	const unsigned long none = 1ul << (SIGUSR1 - 1);

	(void)arg;
	ready();
	return (int)sys(SYS_rt_sigtimedwait, P(&none), 0, 0, 8);
}

static int births(void *arg)
{
	(void)arg;
	ready();
	for (;;) {
		pid_t pid = (pid_t)sys(SYS_fork);

		if (!pid)
			sys(SYS_exit_group, 0);
		sys(SYS_wait4, pid, 0, 0, 0);
	}
	return 0;
}

#define CROWD 60

static int crowd(void *arg)
{
	static int (*const kinds[])(void *arg) = {
		core_sleeper, reads, waits_for_vfork, waits_for_signal,
		core_sleeper, reads,
	};
	static struct thread t[CROWD + 2];

	(void)arg;
	core_allow(RLIM_INFINITY);
	for (int i = 0; i < CROWD; i++)
		thread_start(&t[i], kinds[i % COUNT(kinds)], (void *)1);
	thread_start(&t[CROWD], runs, NULL);
	thread_start(&t[CROWD + 1], births, NULL);
	while (__atomic_load_n(&told->ready, __ATOMIC_SEQ_CST) < CROWD + 2)
		sched_yield();
	raise(SIGQUIT);
	return 1;
}

static void crowds(void)
{
	unsigned int known = 0;
	struct core c;

	core_begin();
	need(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	CHECK_EQ("many threads", core_status(crowd, 0), CORE(SIGQUIT));
	c = core_open("core");
	CHECK_EQ("are all there", core_threads(&c), CROWD + 3);
	for (unsigned int i = 0; i < CROWD + 3; i++)
		known += core_note(&c, NT_PRFPREG, i, NULL) != NULL;
	CHECK_EQ("with all notes", known, CROWD + 3);
	core_close(&c);
	while (reap(-1) > 0 || errno != ECHILD)
		;
}

static int shares_memory(void *arg)
{
	(void)arg;
	told->tids[2] = getpid();
	gate_wait((struct gate *)told->addr[1]);
	told->addr[2] = CORE_MAGIC;
	return 0;
}

static int dies_beside(void *arg)
{
	struct thread t;

	need(thread_clone(&t, CLONE_VM | CLONE_FILES | SIGCHLD, shares_memory,
			  NULL) > 0);
	return core_dies(arg);
}

static void others(void)
{
	struct gate gate;
	int status;

	core_begin();
	gate_init(&gate);
	told->addr[1] = (unsigned long)P(&gate);
	need(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	CHECK_EQ("memory shared with a process",
		 child_run(dies_beside, (void *)SIGQUIT), CORE(SIGQUIT));
	gate_open(&gate);
	status = reap(-1);
	CHECK_EQ("which lives on", status, EXITED(0));
	CHECK_EQ("and goes on", told->addr[2], CORE_MAGIC);
}

static int waits_then_dies(void *arg)
{
	struct thread t;

	(void)arg;
	thread_start(&t, core_sleeper, (void *)1);
	while (!__atomic_load_n(&told->ready, __ATOMIC_SEQ_CST))
		sched_yield();
	raise(SIGSTOP);
	return core_dies((void *)SIGQUIT);
}

/* Each thread stops at its end, also the one that was parked. */
static void traced(void)
{
	unsigned long message = 0;
	int status, exits = 0, last = 0;
	pid_t pid, who;

	core_begin();
	pid = child_start(waits_then_dies, NULL);
	need(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	need(!ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXIT));
	need(!ptrace(PTRACE_SEIZE, told->tids[1], 0, PTRACE_O_TRACEEXIT));
	need(!kill(pid, SIGCONT));
	while ((who = waitpid(-1, &status, __WALL)) > 0) {
		int sig = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;

		if (!sig && who == pid)
			last = status;
		if (!sig)
			continue;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
			exits++;
			if (who == pid)
				need(!ptrace(PTRACE_GETEVENTMSG, who, 0,
					     &message));
		}
		ptrace(PTRACE_CONT, who, 0, status >> 16 ? 0 : sig);
	}
	CHECK_EQ("both are seen to end", exits, 2);
	CHECK_EQ("the message tells of the core", message, CORE(SIGQUIT));
	CHECK_EQ("so does the end", last, CORE(SIGQUIT));
}

/* With the allocation that @nth counts to failing. */
static int lacks_memory(void *nth)
{
	struct thread t;
	char text[16];
	int fd;

	core_allow(RLIM_INFINITY);
	need(!proc_write(CORE_FILTER, "1"));
	thread_start(&t, core_sleeper, (void *)1);
	snprintf(text, sizeof(text), "%d", (int)(intptr_t)nth);
	fd = open(FAIL_NTH, O_WRONLY | O_CLOEXEC);
	need(fd >= 0 && write(fd, text, strlen(text)) > 0);
	raise(SIGQUIT);
	return 1;
}

static void allocations(void)
{
	static struct slabs before, after;
	int cores = 0, none = 0;

	core_begin();
	if (proc_write(FAIL_NTH, "0")) {
		SKIP("each fails in turn", "no fault injection");
		SKIP("nothing is left", "no fault injection");
		return;
	}
	child_run(lacks_memory, (void *)200);
	unlink("core");
	slabs_read(&before);
	for (long nth = 1; nth <= 150; nth++) {
		int status = child_run(lacks_memory, (void *)nth);

		cores += status == CORE(SIGQUIT);
		none += status == SIGQUIT;
		unlink("core");
	}
	test_note("without a core", none);
	CHECK("each fails in turn", cores + none == 150 && none > 5);
	slabs_read(&after);
	CHECK_EQ("nothing is left", slabs_grown(&before, &after, 40), 0);
}

static int ends_then_dies(void *arg)
{
	struct thread t;

	core_allow(RLIM_INFINITY);
	thread_start(&t, ends_late, arg);
	told->tids[1] = t.tid;
	__atomic_store_n(&told->ready, 1, __ATOMIC_SEQ_CST);
	pause();
	return 1;
}

/* Who is stopped at its end is not waited for. */
static void traced_end(void)
{
	struct core c;
	int status;
	pid_t pid;

	core_begin();
	pid = child_start(ends_then_dies, NULL);
	while (!__atomic_load_n(&told->ready, __ATOMIC_SEQ_CST))
		sched_yield();
	need(!ptrace(PTRACE_SEIZE, told->tids[1], 0, PTRACE_O_TRACEEXIT));
	__atomic_store_n(&told->go, 1, __ATOMIC_SEQ_CST);
	need(waitpid(told->tids[1], &status, __WALL) == told->tids[1]);
	CHECK_EQ("a thread at its end", status >> 8,
		 SIGTRAP | PTRACE_EVENT_EXIT << 8);
	need(!kill(pid, SIGQUIT));
	proc_await(pid, "Z");
	c = core_open("core");
	CHECK_EQ("the dump is without it", core_threads(&c), 1);
	CHECK_EQ("it stands still", proc_state(told->tids[1]), 't');
	core_close(&c);
	need(!ptrace(PTRACE_CONT, told->tids[1], 0, 0));
	need(waitpid(told->tids[1], &status, __WALL) == told->tids[1]);
	CHECK_EQ("and then", reap(pid), CORE(SIGQUIT));
}

static const struct test tests[] = {
	{ "killed", killed, 0 },
	{ "end", namespace_ends, 0 },
	{ "race", races, 0 },
	{ "others", others, 0 },
	{ "crowd", crowds, 0 },
	{ "traced", traced, 0 },
	{ "late", traced_end, 10 },
	{ "allocation", allocations, 0 },
};

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)		/* executed by execs_late */
		return 8;
	return test_main(tests, COUNT(tests));
}
