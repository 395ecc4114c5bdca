/*
 * tests/user/lib/trace.h - tracing children in guest tests
 *
 * See:   ptrace(2)
 */
#ifndef TESTS_USER_TRACE_H
#define TESTS_USER_TRACE_H

#include "test.h"

#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#define EVENT_STATUS(event)	((SIGTRAP | (event) << 8) << 8 | 0x7f)
#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP	128
#endif
#define GROUP_STATUS(sig)	(((sig) | PTRACE_EVENT_STOP << 8) << 8 | 0x7f)
#define SYSGOOD_STATUS		STOPPED(SIGTRAP | 0x80)

/* ptrace(2), kernel's convention: a value or -errno; PEEK stores to @data */
#define pt(request, pid, addr, data) \
	sys(SYS_ptrace, (request), (pid), (long)(addr), (long)(data))

/* the next state of one tracee or child, with threads: its status, or -1 */
static inline int next(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, __WALL) == -1) {
		if (errno != EINTR)
			return -1;
	}
	return status;
}

/* nothing to report */
static inline int quiet(pid_t pid)
{
	int status;

	return waitpid(pid, &status, __WALL | WNOHANG) == 0;
}

static inline long event_message(pid_t pid)
{
	unsigned long message = 0;

	need(pt(PTRACE_GETEVENTMSG, pid, 0, P(&message)) == 0);
	return (long)message;
}

/*
 * trace_start - a child that asks to be traced, stops itself, then runs @fn
 * Return: its number, stopped by SIGSTOP, with these options
 */
static inline pid_t trace_start(int (*fn)(void *), void *arg, long options)
{
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			_exit(99);
		raise(SIGSTOP);
		_exit(fn(arg));
	}
	need(next(pid) == STOPPED(SIGSTOP));
	need(pt(PTRACE_SETOPTIONS, pid, 0, options) == 0);
	return pid;
}

static inline int resume(pid_t pid, int sig)
{
	return (int)pt(PTRACE_CONT, pid, 0, sig);
}

/* let it go on and give its next state */
static inline int resume_next(pid_t pid, int sig)
{
	need(resume(pid, sig) == 0);
	return next(pid);
}

#endif
