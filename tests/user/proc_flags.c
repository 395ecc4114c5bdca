/*
 * tests/user/proc_flags.c - what field 9 of /proc/PID/stat says of a process
 *
 * What:  that it only forked, that a capability was what allowed it something,
 *        that its program was placed by chance, how it ended and that it did,
 *        that its user has too many processes, what prctl(2) told of it.
 * See:   proc_pid_stat(5), ps(1) at PROCESS FLAGS, capabilities(7)
 */
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Their numbers on Linux. */
#define EXITING		0x4u
#define ENDING		0x8u	/* no core dump waits for it */
#define FORKNOEXEC	0x40u
#define MCE_OWN		0x80u
#define SUPERPRIV	0x100u
#define DUMPCORE	0x200u
#define SIGNALED	0x400u
#define CROWDED		0x1000u
#define NOFREEZE	0x8000u
#define IO_FLUSHER	0x180000u
#define RANDOM		0x400000u
#define MCE_EARLY	0x8000000u
#define ENDED		(EXITING | ENDING | NOFREEZE)

#define SETTING "/proc/sys/kernel/randomize_va_space"

/* The descriptor may have been opened before /proc was out of reach. */
static unsigned int flags_by(int fd)
{
	char buf[512] = "";
	const char *at;
	unsigned int flags;

	need(pread(fd, buf, sizeof(buf) - 1, 0) > 0);
	need((at = strrchr(buf, ')')) != NULL);
	need(sscanf(at, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1);
	return flags;
}

static unsigned int flags_in(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned int flags;

	need(fd >= 0);
	flags = flags_by(fd);
	close(fd);
	return flags;
}

static unsigned int flags_of(pid_t pid)
{
	return flags_in(proc_path("/proc/", pid, "/stat"));
}

static unsigned int own_flags(void)
{
	return flags_in("/proc/thread-self/stat");
}

/* What @before and an execve of this program leave in a child's flags. */
static unsigned int after_exec(void (*before)(void))
{
	unsigned int flags;
	int out[2];
	pid_t pid;

	need(!pipe(out));
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		need(dup2(out[1], 1) == 1);
		if (before)
			before();
		execl("/proc/self/exe", "proc_flags", "--tell", (char *)NULL);
		_exit(99);
	}
	close(out[1]);
	need(read(out[0], &flags, sizeof(flags)) == sizeof(flags));
	close(out[0]);
	need(reap(pid) == 0);
	return flags;
}

static void use(void)
{
	need(!setgid(0));
}

static void *thread(void *out)
{
	*(unsigned int *)out = own_flags();
	return NULL;
}

static void birth(void)
{
	unsigned int in_thread = 0;
	pthread_t other;
	pid_t pid = child_idle();

	CHECK_EQ("a fork", flags_of(pid) & FORKNOEXEC, FORKNOEXEC);
	child_kill(pid);
	CHECK_EQ("an execve ends that", after_exec(NULL) & FORKNOEXEC, 0);
	need(!pthread_create(&other, NULL, thread, &in_thread));
	need(!pthread_join(other, NULL));
	CHECK_EQ("a thread", in_thread & FORKNOEXEC, FORKNOEXEC);
}

/* ------------------------------------------------------------- privileges */

static int scratch;		/* a file with no rights, root's */

static long only_looks(void)
{
	return getpid() && !prctl(PR_GET_DUMPABLE) &&
	       proc_exists("/proc/1/status");
}

static long maps_and_locks(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED || mlock(page, 4096) ||
	       mprotect(page, 4096, PROT_READ) || munmap(page, 4096);
}

static long same_ids(void)
{
	return setresuid(0, 0, 0) || setreuid(0, 0) || setresgid(0, 0, 0) ||
	       setregid(0, 0) || chown("scratch", 0, 0);
}

static long milder(void)
{
	struct sched_param none = { 0 };

	return sys(SYS_sched_setscheduler, 0, SCHED_BATCH, P(&none)) ||
	       setpriority(PRIO_PROCESS, 0, 3);
}

static long looks_into_own(void)
{
	char buf[64];

	return proc_read(proc_path("/proc/", getppid(), "/auxv"), buf,
			 sizeof(buf)) < 0;
}

static long owner_changes(void)
{
	struct rlimit limit;

	need(!getrlimit(RLIMIT_CORE, &limit));
	limit.rlim_cur = 0;
	return setrlimit(RLIMIT_CORE, &limit) || chmod("scratch", 0);
}

static long pipe_of(int bytes)
{
	int ends[2];

	return pipe(ends) || fcntl(ends[0], F_SETPIPE_SZ, bytes) < bytes;
}

static long usual_pipe(void)
{
	return pipe_of(1 << 17);
}

static long large_pipe(void)
{
	return pipe_of(1 << 21);
}

static long set_user(void)
{
	return setuid(0);
}

static long other_ids(void)
{
	return setresuid(1, 1, 1);
}

static long forbidden_file(void)
{
	int fd = open("scratch", O_RDWR);

	return fd < 0 ? -1 : close(fd);
}

static long gives_away(void)
{
	return fchown(scratch, 1, 1);
}

static long real_time(void)
{
	struct sched_param first = { .sched_priority = 1 };

	return sys(SYS_sched_setscheduler, 0, SCHED_FIFO, P(&first));
}

static long more_urgent(void)
{
	return setpriority(PRIO_PROCESS, 0, -1);
}

static long new_root(void)
{
	return chroot(".");
}

static long host_name(void)
{
	return sethostname("nidus", 5);
}

static const struct {
	const char *name;
	long (*fn)(void);
	unsigned int want;
} uses[] = {
	{ "of one that asks", only_looks, 0 },
	{ "of one that maps and locks", maps_and_locks, 0 },
	{ "of one that takes the ids it has", same_ids, 0 },
	{ "of one that is scheduled less", milder, 0 },
	{ "of one that looks into its own kind", looks_into_own, 0 },
	{ "of one that changes what is its own", owner_changes, 0 },
	{ "of one with a pipe like others", usual_pipe, 0 },
	{ "by setuid", set_user, SUPERPRIV },
	{ "by a larger pipe", large_pipe, SUPERPRIV },
	{ "by other ids", other_ids, SUPERPRIV },
	{ "by a file it has no right to", forbidden_file, SUPERPRIV },
	{ "by a chown", gives_away, SUPERPRIV },
	{ "by a real-time policy", real_time, SUPERPRIV },
	{ "by a better nice value", more_urgent, SUPERPRIV },
	{ "by chroot", new_root, SUPERPRIV },
	{ "by a new host name", host_name, SUPERPRIV },
};

static void privileges(void)
{
	pid_t pid;

	file_make("scratch", "", 0);
	need((scratch = open("scratch", O_RDWR)) >= 0);
	for (unsigned int i = 0; i < COUNT(uses); i++) {
		pid = fork();
		if (!pid) {
			int fd = open("/proc/self/stat", O_RDONLY);

			if (flags_by(fd) & SUPERPRIV || uses[i].fn())
				_exit(2);
			_exit((flags_by(fd) & SUPERPRIV) == uses[i].want);
		}
		CHECK_EXIT(uses[i].name, pid, 1);
	}
	CHECK_EQ("an execve keeps it", after_exec(use) & SUPERPRIV, SUPERPRIV);
	CHECK_EQ("and uses none", after_exec(NULL) & SUPERPRIV, 0);
	use();
	CHECK_EQ("used", own_flags() & SUPERPRIV, SUPERPRIV);
	pid = child_idle();
	CHECK_EQ("a fork does not inherit it", flags_of(pid) & SUPERPRIV, 0);
	child_kill(pid);
}

/* -------------------------------------------------------------------- end */

static int leaves(void *arg)
{
	(void)arg;
	return 0;
}

static int dies(void *sig)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	raise((int)(intptr_t)sig);
	return 1;
}

static int dies_in_private(void *sig)
{
	prctl(PR_SET_DUMPABLE, 0);
	return dies(sig);
}

/* The flags of a zombie, but for where its program is. */
static unsigned int flags_after(int (*fn)(void *arg), long arg)
{
	pid_t pid = child_start(fn, (void *)arg);
	unsigned int flags;

	proc_await(pid, "Z");
	/* The last of them comes a moment later on Linux. */
	while (!((flags = flags_of(pid)) & NOFREEZE))
		sched_yield();
	need(reap(pid) >= 0);
	return flags & ~(RANDOM | FORKNOEXEC);
}

static void ends(void)
{
	unsigned int flags;
	int status;
	pid_t pid;

	CHECK_EQ("exit", flags_after(leaves, 0), ENDED);
	CHECK_EQ("SIGTERM", flags_after(dies, SIGTERM), ENDED | SIGNALED);
	CHECK_EQ("SIGKILL", flags_after(dies, SIGKILL), ENDED | SIGNALED);
	CHECK_EQ("SIGQUIT", flags_after(dies, SIGQUIT),
		 ENDED | SIGNALED | DUMPCORE);
	CHECK_EQ("SIGQUIT of one that is not dumpable",
		 flags_after(dies_in_private, SIGQUIT), ENDED | SIGNALED);
	pid = child_idle();
	need(!ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXIT));
	need(!kill(pid, SIGTERM));
	need(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	need(WSTOPSIG(status) == SIGTERM);
	need(!ptrace(PTRACE_CONT, pid, 0, SIGTERM));
	need(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	need(status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8));
	flags = flags_of(pid) & ~RANDOM;
	CHECK_EQ("at PTRACE_EVENT_EXIT", flags,
		 ENDING | SIGNALED | FORKNOEXEC);
	need(!ptrace(PTRACE_CONT, pid, 0, 0));
	CHECK_KILLED("and then", pid, SIGTERM);
}

/* ----------------------------------------------------------------- others */

static void fixed(void)
{
	need(personality(ADDR_NO_RANDOMIZE) >= 0);
}

static void chance(void)
{
	char before[16] = "";

	need(proc_read(SETTING, before, sizeof(before)) > 0);
	need(!proc_write(SETTING, "0"));
	CHECK_EQ("0", after_exec(NULL) & RANDOM, 0);
	need(!proc_write(SETTING, "1"));
	CHECK_EQ("1", after_exec(NULL) & RANDOM, RANDOM);
	need(!proc_write(SETTING, "2"));
	CHECK_EQ("2", after_exec(NULL) & RANDOM, RANDOM);
	CHECK_EQ("but for ADDR_NO_RANDOMIZE", after_exec(fixed) & RANDOM, 0);
	if (!fork()) {
		execl("/proc/self/exe", "proc_flags", "--fork", (char *)NULL);
		_exit(99);
	}
	CHECK_EXIT("a fork inherits it", -1, 0);
	need(!proc_write(SETTING, before));
}

/* Its program as a user who has a process already. */
static int crowd(void *arg)
{
	struct rlimit limit = { 0, 10 };
	unsigned int good;

	(void)arg;
	need(!setrlimit(RLIMIT_NPROC, &limit));
	need(!setuid(TEST_UID));
	good = (own_flags() & CROWDED) == CROWDED;
	good |= (execl("/proc/self/exe", "proc_flags", "--fork",
		       (char *)NULL) == -1 && errno == EAGAIN) << 1;
	limit.rlim_cur = 10;
	need(!setrlimit(RLIMIT_NPROC, &limit));
	good |= ((own_flags() & CROWDED) == CROWDED) << 2;
	CHECK_EQ("execve fails, until it may go on", good, 7);
	if (!fork())
		_exit(0);
	CHECK_EXIT("a fork", -1, 0);
	CHECK_EQ("that is allowed ends it", own_flags() & CROWDED, 0);
	return 0;
}

static int idle_user(void *gate)
{
	need(!setuid(TEST_UID));
	gate_open(gate);
	pause();
	return 0;
}

static void becomes_user(void)
{
	struct rlimit limit = { 0, 10 };

	need(!setrlimit(RLIMIT_NPROC, &limit));
	need(!setuid(TEST_UID));
	limit.rlim_cur = 10;
	need(!setrlimit(RLIMIT_NPROC, &limit));
}

static void crowds(void)
{
	struct gate ready;
	pid_t first;

	CHECK_EQ("the first process of a user", after_exec(becomes_user) &
		 CROWDED, 0);
	gate_init(&ready);
	first = child_start(idle_user, &ready);
	need(gate_wait(&ready));
	CHECK_STATUS("the second", child_run(crowd, NULL), EXITED(0));
	CHECK_EQ("an execve that is allowed ends it", after_exec(becomes_user) &
		 CROWDED, 0);
	child_kill(first);
}

static unsigned int hinted(int how)
{
	need(!prctl(PR_MCE_KILL, how == PR_MCE_KILL_DEFAULT ?
		    PR_MCE_KILL_CLEAR : PR_MCE_KILL_SET, how, 0, 0) ||
	     !prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 0, 0));
	return own_flags() & (MCE_OWN | MCE_EARLY);
}

static void hints(void)
{
	pid_t pid;

	CHECK_EQ("at first", own_flags() &
		 (MCE_OWN | MCE_EARLY | IO_FLUSHER), 0);
	CHECK_EQ("PR_MCE_KILL_EARLY", hinted(PR_MCE_KILL_EARLY),
		 MCE_OWN | MCE_EARLY);
	pid = child_idle();
	CHECK_EQ("a fork inherits that", flags_of(pid) & (MCE_OWN | MCE_EARLY),
		 MCE_OWN | MCE_EARLY);
	child_kill(pid);
	CHECK_EQ("PR_MCE_KILL_LATE", hinted(PR_MCE_KILL_LATE), MCE_OWN);
	CHECK_EQ("PR_MCE_KILL_DEFAULT", hinted(PR_MCE_KILL_DEFAULT), 0);
	need(!prctl(57 /* PR_SET_IO_FLUSHER */, 1, 0, 0, 0));
	CHECK_EQ("PR_SET_IO_FLUSHER", own_flags() & IO_FLUSHER, IO_FLUSHER);
}

static const struct test tests[] = {
	{ "birth", birth, 0 },
	{ "privileges", privileges, 0 },
	{ "end", ends, 0 },
	{ "chance", chance, 0 },
	{ "crowd", crowds, 0 },
	{ "hints", hints, 0 },
};

static int tell(void)
{
	unsigned int flags = own_flags();

	return write(1, &flags, sizeof(flags)) != sizeof(flags);
}

/* Placed by chance: is its child? */
static int tell_fork(void)
{
	pid_t pid = child_idle();
	unsigned int both = own_flags() & flags_of(pid);

	child_kill(pid);
	return !(both & RANDOM);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--tell"))
		return tell();
	if (argc > 1 && !strcmp(argv[1], "--fork"))
		return tell_fork();
	return test_main(tests, COUNT(tests));
}
