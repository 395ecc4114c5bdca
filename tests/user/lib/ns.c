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
#include <sys/mount.h>
#include <sys/stat.h>

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

long ns_join(int fd, unsigned long flags)
{
	return sys(SYS_setns, fd, (long)flags);
}

int ns_mount_proc(const char *dir)
{
	(void)!mkdir(dir, 0755);
	return mount("proc", dir, "proc", 0, NULL);
}
