/*
 * tests/user/uaccess.c - system calls with pointers that are not good
 *
 * What:  calls that must say EFAULT for each kind of bad pointer, and every
 *        system call number with senseless arguments, which the kernel and
 *        everyone else must survive.
 * See:   syscalls(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>

#define LAST_CALL	470
#define BAD		0x5bad5badL	/* stands for the bad pointer */

static const unsigned long bad_pointers[] = {
	8,				/* the first page */
	0x00007ffffffff000UL,		/* behind user space */
	0x0000800000000000UL,		/* first that is not canonical */
	0x8000000000000000UL,
	0xffff800000001000UL,		/* the kernel's half */
	0xffffffff81000000UL,		/* the kernel's image */
	0xfffffffffffff000UL,
};

struct call {
	const char *name;
	long v[7];
};

/* fds: 10 and 11 are a pipe with bytes in it, 12 is a file, 13 a directory */
static const struct call calls[] = {
	{ "read", { SYS_read, 12, BAD, 16 } },
	{ "read of a pipe", { SYS_read, 10, BAD, 16 } },
	{ "write", { SYS_write, 12, BAD, 16 } },
	{ "write of a pipe", { SYS_write, 11, BAD, 16 } },
	{ "pread64", { SYS_pread64, 12, BAD, 16, 0 } },
	{ "pwrite64", { SYS_pwrite64, 12, BAD, 16, 0 } },
	{ "readv", { SYS_readv, 12, BAD, 2 } },
	{ "writev", { SYS_writev, 12, BAD, 2 } },
	{ "open", { SYS_open, BAD, O_RDONLY } },
	{ "openat", { SYS_openat, AT_FDCWD, BAD, O_RDONLY } },
	{ "creat", { SYS_creat, BAD, 0644 } },
	{ "stat", { SYS_stat, BAD, BAD } },
	{ "lstat", { SYS_lstat, BAD, BAD } },
	{ "fstat", { SYS_fstat, 12, BAD } },
	{ "newfstatat", { SYS_newfstatat, 13, BAD, BAD, 0 } },
	{ "statx", { SYS_statx, 13, BAD, 0, 0x7ff, BAD } },
	{ "access", { SYS_access, BAD, 0 } },
	{ "chdir", { SYS_chdir, BAD } },
	{ "chroot", { SYS_chroot, BAD } },
	{ "mkdir", { SYS_mkdir, BAD, 0755 } },
	{ "rmdir", { SYS_rmdir, BAD } },
	{ "unlink", { SYS_unlink, BAD } },
	{ "link", { SYS_link, BAD, BAD } },
	{ "symlink", { SYS_symlink, BAD, BAD } },
	{ "rename", { SYS_rename, BAD, BAD } },
	{ "readlink", { SYS_readlink, BAD, BAD, 16 } },
	{ "chmod", { SYS_chmod, BAD, 0644 } },
	{ "chown", { SYS_chown, BAD, 0, 0 } },
	{ "truncate", { SYS_truncate, BAD, 0 } },
	{ "mknod", { SYS_mknod, BAD, 0644, 0 } },
	{ "statfs", { SYS_statfs, BAD, BAD } },
	{ "fstatfs", { SYS_fstatfs, 12, BAD } },
	{ "getdents64", { SYS_getdents64, 13, BAD, 1024 } },
	{ "getcwd", { SYS_getcwd, BAD, 1024 } },
	{ "utimensat", { SYS_utimensat, 13, 0, BAD, 0 } },
	{ "pipe", { SYS_pipe, BAD } },
	{ "pipe2", { SYS_pipe2, BAD, 0 } },
	{ "poll", { SYS_poll, BAD, 1, 0 } },
	{ "select", { SYS_select, 8, BAD, 0, 0, 0 } },
	{ "execve", { SYS_execve, BAD, 0, 0 } },
	{ "execveat", { SYS_execveat, 13, BAD, 0, 0, 0 } },
	{ "rt_sigaction", { SYS_rt_sigaction, 10, BAD, 0, 8 } },
	{ "rt_sigprocmask", { SYS_rt_sigprocmask, 0, BAD, 0, 8 } },
	{ "rt_sigpending", { SYS_rt_sigpending, BAD, 8 } },
	{ "rt_sigsuspend", { SYS_rt_sigsuspend, BAD, 8 } },
	{ "rt_sigtimedwait", { SYS_rt_sigtimedwait, BAD, 0, 0, 8 } },
	{ "rt_sigqueueinfo", { SYS_rt_sigqueueinfo, 1, 10, BAD } },
	{ "sigaltstack", { SYS_sigaltstack, BAD, 0 } },
	{ "nanosleep", { SYS_nanosleep, BAD, 0 } },
	{ "clock_nanosleep", { SYS_clock_nanosleep, 1, 0, BAD, 0 } },
	{ "clock_gettime", { SYS_clock_gettime, 1, BAD } },
	{ "clock_getres", { SYS_clock_getres, 1, BAD } },
	{ "gettimeofday", { SYS_gettimeofday, BAD, 0 } },
	{ "time", { SYS_time, BAD } },
	{ "times", { SYS_times, BAD } },
	{ "setitimer", { SYS_setitimer, 0, BAD, 0 } },
	{ "getitimer", { SYS_getitimer, 0, BAD } },
	{ "getrusage", { SYS_getrusage, 0, BAD } },
	{ "prlimit64", { SYS_prlimit64, 0, 7, BAD, 0 } },
	{ "getrlimit", { SYS_getrlimit, 7, BAD } },
	{ "setrlimit", { SYS_setrlimit, 7, BAD } },
	{ "uname", { SYS_uname, BAD } },
	{ "sysinfo", { SYS_sysinfo, BAD } },
	{ "getrandom", { SYS_getrandom, BAD, 16, 0 } },
	{ "getgroups", { SYS_getgroups, 10, BAD } },
	{ "setgroups", { SYS_setgroups, 2, BAD } },
	{ "getresuid", { SYS_getresuid, BAD, BAD, BAD } },
	{ "getresgid", { SYS_getresgid, BAD, BAD, BAD } },
	{ "sched_getaffinity", { SYS_sched_getaffinity, 0, 128, BAD } },
	{ "sched_setaffinity", { SYS_sched_setaffinity, 0, 8, BAD } },
	{ "getcpu", { SYS_getcpu, BAD, 0, 0 } },
	{ "prctl", { SYS_prctl, 15, BAD } },
	{ "futex", { SYS_futex, BAD, 0, 0, 0 } },
	{ "clone3", { SYS_clone3, BAD, 88 } },
	{ "mount", { SYS_mount, 0, BAD, 0, 0, 0 } },
	{ "umount2", { SYS_umount2, BAD, 0 } },
	{ "sethostname", { SYS_sethostname, BAD, 5 } },
	{ "mincore", { SYS_mincore, 0, 4096, BAD } },
	{ "capget", { SYS_capget, BAD, 0 } },
};

static void set_up(void)
{
	gid_t group = 5;
	int fds[2];

	need(!pipe(fds));
	need(dup2(fds[0], 10) == 10 && dup2(fds[1], 11) == 11);
	need(write(11, "0123456789abcdef", 16) == 16);
	file_make("file", "0123456789abcdef", 0644);
	need(dup2(open("file", O_RDWR), 12) == 12);
	need(dup2(open(".", O_RDONLY | O_DIRECTORY), 13) == 13);
	need(!setgroups(1, &group));
}

/* one call with each bad pointer in place of BAD: how many are not EFAULT */
static int wrong_results(const struct call *call, long page)
{
	int wrong = 0;

	for (size_t i = 0; i < COUNT(bad_pointers); i++) {
		long v[8] = { 0 };
		long result;

		for (int j = 0; j < 7; j++)
			v[j] = call->v[j] == BAD ? (long)bad_pointers[i] :
						   call->v[j];
		if (v[0] == SYS_mincore)
			v[1] = page;
		result = sys_vector(v);
		if (result != -EFAULT) {
			test_note(call->name, result);
			test_note("  with bad pointer", (long)i);
			wrong++;
		}
	}
	return wrong;
}

static void faults(void)
{
	long page = P(shared_alloc(4096));
	char point[64];

	set_up();
	for (size_t i = 0; i < COUNT(calls); i++) {
		snprintf(point, sizeof(point), "EFAULT from %s",
			 calls[i].name);
		CHECK_EQ(point, wrong_results(&calls[i], page), 0);
	}
}

/* structures that begin in a page and end in nothing */
static void edges(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *end = page + 4096;

	need(page != MAP_FAILED && !munmap(end, 4096));
	strcpy(end - 5, "/tmp");
	CHECK_EQ("a path that ends its page", sys(SYS_access, P(end - 5), 0),
		 0);
	memcpy(end - 4, "/tmp", 4);
	CHECK_EQ("a path without end", sys(SYS_access, P(end - 4), 0),
		 -EFAULT);
	CHECK_EQ("a structure that ends its page",
		 sys(SYS_clock_gettime, 1, P(end - 16)), 0);
	CHECK_EQ("one that crosses", sys(SYS_clock_gettime, 1, P(end - 15)),
		 -EFAULT);
	CHECK_EQ("one to read that crosses",
		 sys(SYS_nanosleep, P(end - 12), 0), -EFAULT);
	CHECK_EQ("an array that crosses", sys(SYS_getgroups, 0, P(end - 2)),
		 0);
	CHECK_EQ("a name of 390 bytes that crosses",
		 sys(SYS_uname, P(end - 389)), -EFAULT);
	CHECK_EQ("and one that does not", sys(SYS_uname, P(end - 390)), 0);
	need(!mprotect(page, 4096, PROT_READ));
	CHECK_EQ("memory that is only read is not written",
		 sys(SYS_uname, P(page)), -EFAULT);
	CHECK_EQ("nor by read", sys(SYS_getrandom, P(page), 16, 0), -EFAULT);
	CHECK_EQ("the program's text neither",
		 sys(SYS_uname, P((uintptr_t)edges & ~0xfffUL)), -EFAULT);
}

/* calls whose senseless use would hit others or end the run */
static int left_out(int number)
{
	static const int skipped[] = {
		SYS_fork, SYS_vfork, SYS_clone, SYS_clone3, SYS_exit,
		SYS_exit_group, SYS_kill, SYS_tkill, SYS_tgkill,
		SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_reboot,
		SYS_vhangup, SYS_syslog, SYS_ptrace,
	};

	for (size_t i = 0; i < COUNT(skipped); i++)
		if (skipped[i] == number)
			return 1;
	return 0;
}

static void try_all_patterns(int number)
{
	static const unsigned long more[] = { 0, 1, -1UL, 0x7fffffff, 4096 };
	struct itimerval soon = { { 0, 20000 }, { 0, 20000 } };

	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_PROF, &soon, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	for (size_t i = 0; i < COUNT(bad_pointers); i++) {
		long p = (long)bad_pointers[i];

		sys(number, p, p, p, p, p, p);
		sys(number, 1, p, 8, p, 8, p);
		sys(number, 12, p, p, 0, 0, 0);
		sys(number, p, 8, 8, 8, 8, 8);
	}
	for (size_t i = 0; i < COUNT(more); i++) {
		long p = (long)more[i];

		sys(number, p, p, p, p, p, p);
		sys(number, 12, p, p, p, p, p);
	}
}

static void every_call(void)
{
	int tried = 0;
	int odd = 0;

	set_up();
	for (int number = 0; number <= LAST_CALL; number++) {
		pid_t pid;

		if (left_out(number))
			continue;
		pid = fork();
		need(pid >= 0);
		if (!pid) {
			setpgid(0, 0);
			try_all_patterns(number);
			_exit(0);
		}
		tried++;
		odd += reap(pid) == -1;
		kill(-pid, SIGKILL);
	}
	CHECK_EQ("every call number is survived", odd, 0);
	test_note("call numbers tried:", tried);
}

static int double_it(void *arg)
{
	int n;

	(void)arg;
	if (read(10, &n, sizeof(n)) != sizeof(n))
		return 1;
	n *= 2;
	return write(11, &n, sizeof(n)) != sizeof(n);
}

static void afterwards(void)
{
	int n = 21, back[2];
	int to[2], from[2];
	pid_t pid;

	need(!pipe(to) && !pipe(from));
	need(dup2(to[0], 10) == 10 && dup2(from[1], 11) == 11);
	pid = child_start(double_it, NULL);
	need(write(to[1], &n, sizeof(n)) == sizeof(n));
	CHECK("the machine works", read(from[0], back, sizeof(n)) ==
	      sizeof(n) && back[0] == 42);
	CHECK_EXIT("and its children", pid, 0);
}

static const struct test tests[] = {
	{ "faults", faults, 0 },
	{ "edges", edges, 0 },
	{ "every call", every_call, 0 },
	{ "afterwards", afterwards, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
