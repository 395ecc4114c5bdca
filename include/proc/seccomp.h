/*
 * include/proc/seccomp.h - filters of system calls
 */
#ifndef PROC_SECCOMP_H
#define PROC_SECCOMP_H

#include <proc/task.h>

struct regs;

/* May the current task make the call in @r? False: its result is there. May
 * sleep, or not return. */
OPTIONAL bool seccomp_allows(struct regs *r);

/* PTRACE_SECCOMP_GET_FILTER, PTRACE_SECCOMP_GET_METADATA on @t. */
OPTIONAL long seccomp_get_filter(struct task *t, u64 index, uptr_t to);
OPTIONAL long seccomp_get_metadata(struct task *t, u64 size, uptr_t to);

#endif
