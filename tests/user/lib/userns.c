/*
 * tests/user/lib/userns.c - see userns.h
 */
#include "userns.h"

#include "ns.h"
#include "proc.h"

#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>

void userns_be_user(void)
{
	need(!chmod(".", 0777));
	become_user();
	prctl(PR_SET_DUMPABLE, 1);
}

void userns_be_root(void)
{
	char text[64];
	unsigned int uid = geteuid(), gid = getegid();

	need(!ns_unshare(CLONE_NEWUSER));
	snprintf(text, sizeof(text), "0 %u 1", uid);
	need(!proc_put("/proc/self/uid_map", text));
	need(!proc_put("/proc/self/setgroups", "deny"));
	snprintf(text, sizeof(text), "0 %u 1", gid);
	need(!proc_put("/proc/self/gid_map", text));
}

int userns_put(long pid, const char *name, const char *text)
{
	return proc_put(proc_path("/proc/", pid, name), text);
}

pid_t userns_start(int (*fn)(void *arg))
{
	long pid = ns_clone(CLONE_NEWUSER);

	need(pid >= 0);
	if (pid)
		return (pid_t)pid;
	gate_open(&ready);
	gate_wait(&go);
	_exit(fn(NULL));
}

int userns_stay(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 0;
}

int userns_make_inner(void *arg)
{
	return ns_unshare(CLONE_NEWUSER) ? 1 : userns_stay(arg);
}
