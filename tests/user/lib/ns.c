/*
 * tests/user/lib/ns.c - pid namespaces for guest tests
 *
 * What:  raw clone(2) and setns(2) around the helpers of test.c.
 */
#include "ns.h"

#include "proc.h"
#include "sys.h"
#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>

long ns_clone(unsigned long flags)
{
	return sys(SYS_clone, (long)(flags | SIGCHLD));
}

pid_t ns_start(int (*fn)(void *arg), void *arg)
{
	long pid = ns_clone(CLONE_NEWPID);

	if (!pid)
		_exit(fn(arg));
	errno = pid < 0 ? -pid : 0;
	need(pid > 0);
	return pid;
}

int ns_run(int (*fn)(void *arg), void *arg)
{
	return reap(ns_start(fn, arg));
}

int ns_fd_self(void)
{
	return open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
}

int ns_fd_of(pid_t pid)
{
	return open(proc_path("/proc/", pid, "/ns/pid"), O_RDONLY | O_CLOEXEC);
}

long ns_unshare(unsigned long flags)
{
	return sys(SYS_unshare, (long)flags);
}

long ns_join(int fd, unsigned long flags)
{
	return sys(SYS_setns, fd, (long)flags);
}

int ns_mount_proc(const char *dir)
{
	(void)!mkdir(dir, 0755);
	return mount("proc", dir, "proc", 0, NULL);
}

long ns_clone3(const struct clone3_args *args)
{
	return sys(SYS_clone3, P(args), sizeof(*args));
}

long ns_fork_as(unsigned long flags, const pid_t *tids, size_t n)
{
	struct clone3_args args = {
		.flags = flags, .exit_signal = SIGCHLD,
		.set_tid = P(tids), .set_tid_size = n,
	};
	long pid = ns_clone3(&args);

	if (!pid)
		_exit(getpid() & 127);
	return pid;
}

long pidfd_open(pid_t pid, unsigned int flags)
{
	return sys(SYS_pidfd_open, pid, flags);
}

int pidfd_events(int fd)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };

	return poll(&one, 1, 0) < 0 ? -errno : one.revents;
}

unsigned long fd_ino(int fd)
{
	struct stat st;

	return fd < 0 || fstat(fd, &st) ? 0 : st.st_ino;
}

int on_nidus(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.version, "Nidus");
}
