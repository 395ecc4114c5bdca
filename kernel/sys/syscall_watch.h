/*
 * kernel/sys/syscall_watch.h - system calls of tasks that are watched
 *
 * What:  tracers and filters, on the way in and out of a system call; only
 *        for tasks with WORK_TRACE.
 */
#ifndef SYSCALL_WATCH_H
#define SYSCALL_WATCH_H

#include <lib/types.h>

struct regs;

/* False: do not run the call, the result is in @r. */
bool syscall_enter(struct regs *r);
void syscall_leave(struct regs *r);

#endif
