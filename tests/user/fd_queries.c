/*
 * tests/user/fd_queries.c - what can be asked about descriptors
 *
 * What:  F_CREATED_QUERY, KCMP_EPOLL_TFD, the largest number at all
 *        (/proc/sys/fs/nr_open) and what it means for limits and copies.
 * See:   fcntl(2), kcmp(2), proc_sys_fs(5), getrlimit(2)
 */
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#define CREATED_QUERY	1028
#define WATCHED		7	/* KCMP_EPOLL_TFD */

static int made(const char *name, int flags)
{
	int fd = open(name, flags, 0644);
	int ret;

	need(fd >= 0);
	ret = fcntl(fd, CREATED_QUERY, 0);
	close(fd);
	return ret;
}

static void created(void)
{
	CHECK_EQ("a new file", made("new", O_CREAT | O_RDONLY), 1);
	CHECK_EQ("it is there", made("new", O_CREAT | O_RDWR), 0);
	CHECK_EQ("emptied only", made("new", O_CREAT | O_RDWR | O_TRUNC), 0);
	CHECK_EQ("new for certain", made("other", O_CREAT | O_EXCL | O_RDWR),
		 1);
	CHECK_EQ("without O_CREAT", made("new", O_RDONLY), 0);
	CHECK_EQ("by O_PATH", made("new", O_PATH), 0);
	CHECK_EQ("a device", made("/dev/null", O_RDWR), 0);
	CHECK_EQ("O_TMPFILE", made(".", O_TMPFILE | O_RDWR), 0);
}

struct slot {
	uint32_t efd, tfd, toff;
};

static long watched(int fd, const struct slot *s)
{
	pid_t me = getpid();

	return syscall(SYS_kcmp, me, me, WATCHED, fd, s);
}

static void epoll_targets(void)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int ep = epoll_create1(0);
	int p[2], q[2];
	struct slot s;

	need(ep >= 0 && !pipe(p) && !pipe(q));
	need(dup2(p[0], 50) == 50);
	need(!epoll_ctl(ep, EPOLL_CTL_ADD, 50, &ev));
	s = (struct slot){ ep, 50, 0 };
	CHECK_EQ("the same file", watched(p[0], &s), 0);
	CHECK("another file", watched(q[0], &s) > 0);
	need(dup2(q[0], 50) == 50);
	CHECK_EQ("still what it was when added", watched(p[0], &s), 0);
	need(!epoll_ctl(ep, EPOLL_CTL_ADD, 50, &ev));
	s.toff = 1;
	CHECK("two with one number",
	      (watched(q[0], &s) == 0) != (watched(p[0], &s) == 0));
	s.toff = 2;
	CHECK_ERRNO("not a third", watched(p[0], &s), ENOENT);
	s = (struct slot){ ep, 51, 0 };
	CHECK_ERRNO("a number not added", watched(p[0], &s), ENOENT);
	s.efd = p[0];
	CHECK_ERRNO("no epoll", watched(p[0], &s), EINVAL);
	s.efd = 99;
	CHECK_ERRNO("no descriptor of the epoll", watched(p[0], &s), EBADF);
	CHECK_ERRNO("no descriptor", watched(99, &s), EBADF);
	CHECK_ERRNO("no slot", watched(99, (void *)8), EFAULT);
}

static long old_max;

static int set_max(long n)
{
	int fd = open("/proc/sys/fs/nr_open", O_WRONLY);
	char text[32];
	int ret, err;

	need(fd >= 0);
	ret = write(fd, text, snprintf(text, sizeof(text), "%ld\n", n)) < 0;
	err = errno;
	close(fd);
	errno = err;
	return -ret;
}

static int set_limit(rlim_t n)
{
	return setrlimit(RLIMIT_NOFILE, &(struct rlimit){ n, n });
}

/* a child that shares the table, and then tries not to */
static pid_t unsharer(void)
{
	pid_t pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);

	if (!pid)
		_exit(unshare(CLONE_FILES) != -1 || errno != EMFILE);
	return pid;
}

static void largest(void)
{
	char text[32];

	need(proc_read("/proc/sys/fs/nr_open", text, sizeof(text)) > 0);
	need(sscanf(text, "%ld", &old_max) == 1);
	CHECK_ERRNO("limit above it", set_limit(old_max + 1), EPERM);
	CHECK_ERRNO("less than a word of numbers", set_max(63), EINVAL);
	CHECK_ERRNO("more than fits", set_max(2147483585), EINVAL);
	CHECK_OK("lower", set_max(4096));
	CHECK_ERRNO("the limit follows", set_limit(4097), EPERM);
	CHECK_OK("up to it", set_limit(4096));
	CHECK_OK("the last number", dup2(0, 4095));
	CHECK_OK("lower than what is used", set_max(1024));
	CHECK_EXIT("a copy of the table fails", unsharer(), 0);
	CHECK_ERRNO("as for fork", fork(), EMFILE);
	close(4095);
	CHECK_OK("and as before", set_max(old_max));
}

static const struct test tests[] = {
	{ "created", created, 0 },
	{ "epoll targets", epoll_targets, 0 },
	{ "largest", largest, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
