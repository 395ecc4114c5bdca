/*
 * tests/user/process_vm.c - the memory of another process
 *
 * What:  process_vm_readv, process_vm_writev, process_madvise,
 *        process_mrelease: what they move, their errors and the order of
 *        those.
 * See:   process_vm_readv(2), process_madvise(2), process_mrelease(2)
 */
#include "lib/test.h"

#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define NR_process_madvise 440
#define NR_process_mrelease 448
#ifndef MADV_COLD
#define MADV_COLD 20
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#define PAGE 4096ul
#define KERNEL 0xffff800000000000ul

static char *area;		/* three pages; the same in the child */
static char here[3 * PAGE];

static long vm_read(pid_t pid, const struct iovec *l, unsigned long nl,
		    const struct iovec *r, unsigned long nr)
{
	return sys(SYS_process_vm_readv, pid, P(l), (long)nl, P(r), (long)nr,
		   0);
}

static long vm_write(pid_t pid, const struct iovec *l, unsigned long nl,
		     const struct iovec *r, unsigned long nr)
{
	return sys(SYS_process_vm_writev, pid, P(l), (long)nl, P(r), (long)nr,
		   0);
}

static int child_sleeps(void *arg)
{
	(void)arg;
	pause();
	return 0;
}

/* A child with 'a', 'b', 'c' in its three pages, the parent with 'x'. */
static pid_t with_area(void)
{
	pid_t pid;

	area = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(area != MAP_FAILED);
	memset(area, 'a', PAGE);
	memset(area + PAGE, 'b', PAGE);
	memset(area + 2 * PAGE, 'c', PAGE);
	pid = child_start(child_sleeps, NULL);
	memset(area, 'x', 3 * PAGE);
	memset(here, 'h', sizeof(here));
	return pid;
}

static void reading(void)
{
	pid_t pid = with_area();
	struct iovec l[3] = { { here, 10 }, { here + 20, 0 },
			      { here + 30, 3 * PAGE - 30 } };
	struct iovec r[3] = { { area + PAGE - 5, 10 }, { NULL, 0 },
			      { area + 2 * PAGE, 7 } };

	CHECK_EQ("what both have room for", vm_read(pid, l, 3, r, 3), 17);
	CHECK("first piece", !memcmp(here, "aaaaabbbbbh", 11));
	CHECK("second", !memcmp(here + 29, "hccccccch", 9));
	CHECK_EQ("the local side is shorter", vm_read(pid, l, 1, r, 3), 10);
	CHECK_EQ("whole pages", vm_read(pid, &(struct iovec){ here, 3 * PAGE },
					1, &(struct iovec){ area, 3 * PAGE },
					1), 3 * PAGE);
	CHECK("are right", here[0] == 'a' && here[3 * PAGE - 1] == 'c');
	CHECK_EQ("nothing local", vm_read(pid, l, 0, r, 3), 0);
	CHECK_EQ("nothing remote", vm_read(pid, l, 3, r, 0), 0);
	CHECK_EQ("of oneself", vm_read(getpid(), l, 1, r, 1), 10);
	CHECK("is one's own", here[0] == 'x');
	child_kill(pid);
}

static int look(void *arg)
{
	(void)arg;
	while (area[0] != 'w')
		usleep(1000);
	return area[PAGE + 1] == 'w' && area[PAGE + 2] == 'b' ? 0 : 1;
}

static void writing(void)
{
	struct iovec l = { here, PAGE + 2 };
	struct iovec r[2];
	char fresh[8];
	pid_t pid;

	child_kill(with_area());
	area[PAGE + 2] = 'b';
	pid = child_start(look, NULL);
	memset(here, 'w', PAGE + 2);
	/* The first byte last: the child waits for it. */
	r[0] = (struct iovec){ area + 1, PAGE + 1 };
	r[1] = (struct iovec){ area, 1 };
	CHECK_EQ("all", vm_write(pid, &l, 1, r, 2), (long)PAGE + 2);
	CHECK_EXIT("is there", pid, 0);
	CHECK("the parent's copy is its own", area[0] == 'x');
	pid = child_idle();
	need(!munmap(area + 2 * PAGE, PAGE));
	r[0] = (struct iovec){ area + 2 * PAGE - 4, 4 };
	CHECK_EQ("before a page that only the child has",
		 vm_write(pid, &l, 1, r, 1), 4);
	r[0] = (struct iovec){ area + 2 * PAGE - 4, 8 };
	CHECK_EQ("and on it", vm_read(pid, &(struct iovec){ fresh, 8 }, 1, r,
				      1), 8);
	CHECK("as written", !memcmp(fresh, "wwww", 4) && fresh[4] == 'x');
	child_kill(pid);
}

static void rights(void)
{
	struct iovec l = { here, 8 }, r;
	pid_t pid;
	char *m = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(m, 'm', 4 * PAGE);
	need(!mprotect(m + PAGE, PAGE, PROT_READ));
	need(!mprotect(m + 2 * PAGE, PAGE, PROT_NONE));
	need(!munmap(m + 3 * PAGE, PAGE));
	pid = child_idle();
	r = (struct iovec){ m + PAGE, 8 };
	CHECK_EQ("a page that may only be read", vm_read(pid, &l, 1, &r, 1),
		 8);
	CHECK_EQ("is not written", vm_write(pid, &l, 1, &r, 1), -EFAULT);
	r = (struct iovec){ m + PAGE - 4, 8 };
	CHECK_EQ("what comes before it is", vm_write(pid, &l, 1, &r, 1), 4);
	r = (struct iovec){ m + 2 * PAGE, 8 };
	CHECK_EQ("a page without rights", vm_read(pid, &l, 1, &r, 1),
		 -EFAULT);
	r = (struct iovec){ m + 2 * PAGE - 3, 8 };
	CHECK_EQ("read up to it", vm_read(pid, &l, 1, &r, 1), 3);
	r = (struct iovec){ m + 3 * PAGE, 8 };
	CHECK_EQ("no page", vm_read(pid, &l, 1, &r, 1), -EFAULT);
	r = (struct iovec){ (void *)KERNEL, 8 };
	CHECK_EQ("the kernel", vm_read(pid, &l, 1, &r, 1), -EFAULT);
	l = (struct iovec){ m + PAGE - 4, 8 };
	r = (struct iovec){ m, 8 };
	CHECK_EQ("the local side ends", vm_read(pid, &l, 1, &r, 1), 4);
	l.iov_base = m + PAGE;
	CHECK_EQ("the local side may not be written",
		 vm_read(pid, &l, 1, &r, 1), -EFAULT);
	child_kill(pid);
}

static void errors(void)
{
	pid_t pid = with_area();
	struct iovec l = { here, 8 }, r = { area, 8 };
	struct iovec bad = { (void *)KERNEL, 8 };
	struct iovec negative[2] = { { here, 8 }, { here, (size_t)-1 } };
	struct iovec empty = { NULL, 0 };
	pid_t dead = fork();

	if (!dead)
		_exit(0);
	need(!waitid(P_PID, (id_t)dead, NULL, WEXITED | WNOWAIT));
	CHECK_EQ("flags", sys(SYS_process_vm_readv, -1, P(&l), 99999, P(&r), 1,
			      1), -EINVAL);
	CHECK_EQ("too many local ones", vm_read(pid, &l, 1025, &r, 1),
		 -EINVAL);
	CHECK_EQ("too many remote ones", vm_read(pid, &l, 1, &r, 1025),
		 -EINVAL);
	CHECK_EQ("a negative local length", vm_read(-1, negative, 2, &r, 1),
		 -EINVAL);
	CHECK_EQ("a negative remote length", vm_read(-1, &l, 1, negative, 2),
		 -EINVAL);
	CHECK_EQ("a local vector that is not there",
		 vm_read(-1, (void *)8, 1, &r, 1), -EFAULT);
	CHECK_EQ("a remote one", vm_read(-1, &l, 1, (void *)8, 1), -EFAULT);
	CHECK_EQ("a local buffer in the kernel", vm_read(-1, &bad, 1, &r, 1),
		 -EFAULT);
	CHECK_EQ("nothing local: the rest is not looked at",
		 vm_read(-1, &empty, 1, (void *)8, 1), 0);
	CHECK_EQ("nothing remote: not for whom", vm_read(-1, &l, 1, &empty, 1),
		 0);
	CHECK_EQ("no such process", vm_read(-1, &l, 1, &r, 1), -ESRCH);
	CHECK_EQ("a zombie", vm_read(dead, &l, 1, &r, 1), -ESRCH);
	need(reap(dead) == 0);
	child_kill(pid);
}

static int denied(void *arg)
{
	pid_t pid = *(pid_t *)arg;
	struct iovec l = { here, 8 }, r = { area, 8 };
	int fd = (int)sys(SYS_pidfd_open, pid, 0);

	need(!setgroups(0, NULL) && !setresgid(1000, 1000, 1000));
	need(!setresuid(1000, 1000, 1000));
	CHECK_EQ("read", vm_read(pid, &l, 1, &r, 1), -EPERM);
	CHECK_EQ("write", vm_write(pid, &l, 1, &r, 1), -EPERM);
	CHECK_EQ("a bad address is not told", vm_read(pid, &l, 1,
		 &(struct iovec){ NULL, 8 }, 1), -EPERM);
	CHECK_EQ("advice", sys(NR_process_madvise, fd, P(&r), 1, MADV_COLD, 0),
		 -EACCES);
	CHECK_EQ("what may not be told another is looked at before",
		 sys(NR_process_madvise, fd, P(&r), 1, MADV_DONTNEED, 0),
		 -EINVAL);
	fd = (int)sys(SYS_pidfd_open, getpid(), 0);
	prctl(PR_SET_DUMPABLE, 1);
	CHECK_EQ("one's own process is read", vm_read(getpid(), &l, 1, &r, 1),
		 8);
	r.iov_base = (void *)(((uintptr_t)here + PAGE) & ~(PAGE - 1));
	r.iov_len = PAGE;
	CHECK_EQ("advice to oneself without CAP_SYS_NICE",
		 sys(NR_process_madvise, fd, P(&r), 1, MADV_COLD, 0), PAGE);
	CHECK_EQ("that destroys", sys(NR_process_madvise, fd, P(&r), 1,
				      MADV_DONTNEED, 0), -EINVAL);
	CHECK_EQ("unknown advice", sys(NR_process_madvise, fd, P(&r), 1, 99,
				       0), -EINVAL);
	return 0;
}

/* The same user, but without the capability. */
static int not_nice(void *arg)
{
	struct iovec r = { area, PAGE };
	pid_t pid;
	int fd;

	(void)arg;
	need(!setgroups(0, NULL) && !setresgid(1000, 1000, 1000));
	need(!setresuid(1000, 1000, 1000));
	prctl(PR_SET_DUMPABLE, 1);
	pid = child_idle();
	fd = (int)sys(SYS_pidfd_open, pid, 0);
	CHECK_EQ("advice to another without CAP_SYS_NICE",
		 sys(NR_process_madvise, fd, P(&r), 1, MADV_COLD, 0), -EPERM);
	child_kill(pid);
	return 0;
}

static void permissions(void)
{
	pid_t pid = with_area();

	CHECK_STATUS("another user", child_run(denied, &pid), EXITED(0));
	CHECK_STATUS("the same user", child_run(not_nice, NULL), EXITED(0));
	child_kill(pid);
}

static void advice(void)
{
	pid_t pid = with_area();
	int fd = (int)sys(SYS_pidfd_open, pid, 0);
	struct iovec v[2] = { { area, PAGE }, { area + PAGE, 2 * PAGE } };
	struct iovec hole = { (void *)PAGE, PAGE };
	struct iovec odd = { area + 1, PAGE };
	struct iovec mixed[2] = { v[0], hole };
	int file = open("/proc/self/status", O_RDONLY);

	CHECK_EQ("cold", sys(NR_process_madvise, fd, P(v), 2, MADV_COLD, 0),
		 3 * PAGE);
	CHECK_EQ("page out", sys(NR_process_madvise, fd, P(v), 1,
				 MADV_PAGEOUT, 0), PAGE);
	CHECK_EQ("will need", sys(NR_process_madvise, fd, P(v), 2,
				  MADV_WILLNEED, 0), 3 * PAGE);
	CHECK_EQ("nothing", sys(NR_process_madvise, fd, P(v), 0, MADV_COLD, 0),
		 0);
	CHECK_EQ("flags", sys(NR_process_madvise, -1, 8, 1, MADV_COLD, 1),
		 -EINVAL);
	CHECK_EQ("too many", sys(NR_process_madvise, -1, P(v), 1025, 0, 0),
		 -EINVAL);
	CHECK_EQ("a vector that is not there",
		 sys(NR_process_madvise, -1, 8, 1, 0, 0), -EFAULT);
	CHECK_EQ("no descriptor", sys(NR_process_madvise, -1, P(v), 1, 0, 0),
		 -EBADF);
	CHECK_EQ("another file", sys(NR_process_madvise, file, P(v), 1, 0, 0),
		 -EBADF);
	CHECK_EQ("advice that destroys", sys(NR_process_madvise, fd, P(v), 1,
					     MADV_DONTNEED, 0), -EINVAL);
	CHECK_EQ("unknown advice", sys(NR_process_madvise, fd, P(v), 1, 999,
				       0), -EINVAL);
	CHECK_EQ("not aligned", sys(NR_process_madvise, fd, P(&odd), 1,
				    MADV_COLD, 0), -EINVAL);
	CHECK_EQ("no memory there", sys(NR_process_madvise, fd, P(&hole), 1,
					MADV_COLD, 0), -ENOMEM);
	CHECK_EQ("what was done before it is told",
		 sys(NR_process_madvise, fd, P(mixed), 2, MADV_COLD, 0), PAGE);
	child_kill(pid);
	CHECK_EQ("a process that was reaped",
		 sys(NR_process_madvise, fd, P(v), 1, MADV_COLD, 0), -ESRCH);
}

static int traced(void *arg)
{
	(void)arg;
	need(!ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	raise(SIGSTOP);
	pause();
	return 0;
}

static int shares(void *arg)
{
	(void)arg;
	pause();
	return 0;
}

static void releasing(void)
{
	char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct iovec l = { here, 8 }, r;
	pid_t pid;
	int fd, status;

	child_kill(with_area());
	memset(shared, 's', PAGE);
	pid = child_start(traced, NULL);
	fd = (int)sys(SYS_pidfd_open, pid, 0);
	need(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	need(!ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT));
	CHECK_EQ("flags", sys(NR_process_mrelease, -1, 1), -EINVAL);
	CHECK_EQ("no descriptor", sys(NR_process_mrelease, -1, 0), -EBADF);
	CHECK_EQ("a process that lives", sys(NR_process_mrelease, fd, 0),
		 -EINVAL);
	r = (struct iovec){ area, 8 };
	CHECK_EQ("its memory is there", vm_read(pid, &l, 1, &r, 1), 8);
	/* It dies, and stops on the way with its memory. */
	need(!kill(pid, SIGKILL));
	need(waitpid(pid, &status, 0) == pid);
	CHECK_EQ("stopped at its end", status >> 8,
		 SIGTRAP | PTRACE_EVENT_EXIT << 8);
	CHECK_EQ("one that dies", sys(NR_process_mrelease, fd, 0), 0);
	CHECK_EQ("its memory is gone", vm_read(pid, &l, 1, &r, 1), -EFAULT);
	r.iov_base = shared;
	CHECK_EQ("what it shares is not", vm_read(pid, &l, 1, &r, 1), 8);
	CHECK_EQ("again", sys(NR_process_mrelease, fd, 0), 0);
	need(!ptrace(PTRACE_CONT, pid, NULL, NULL));
	need(!waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT));
	CHECK_EQ("a zombie", sys(NR_process_mrelease, fd, 0), -ESRCH);
	CHECK_KILLED("killed", pid, SIGKILL);
	CHECK_EQ("a process that was reaped", sys(NR_process_mrelease, fd, 0),
		 -ESRCH);
	pid = child_start(shares, NULL);
	fd = (int)sys(SYS_pidfd_open, pid, 0);
	CHECK_EQ("one that sleeps", sys(NR_process_mrelease, fd, 0), -EINVAL);
	child_kill(pid);
}

static const struct test tests[] = {
	{ "reading", reading, 0 },
	{ "writing", writing, 0 },
	{ "rights", rights, 0 },
	{ "errors", errors, 0 },
	{ "permissions", permissions, 0 },
	{ "advice", advice, 0 },
	{ "releasing", releasing, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
