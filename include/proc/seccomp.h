/*
 * include/proc/seccomp.h - filters of system calls
 *
 * What:  what a task may ask of the kernel: four calls (strict), or what a
 *        chain of programs says. An optional facility: task->seccomp_mode is
 *        0 where it is left out.
 * Locks: [S] for a change of mode or filter, which may come from another
 *        thread of the process; the task itself reads without: a filter it
 *        had stays part of the chain that it gets.
 * See:   docs/seccomp.md; seccomp(2).
 */
#ifndef PROC_SECCOMP_H
#define PROC_SECCOMP_H

#include <proc/task.h>
#include <uapi/seccomp.h>

struct regs;
struct file;

/* May the current task make the call in @r? False: its result is there. May
 * sleep, or not return. */
OPTIONAL bool seccomp_allows(struct regs *r);
/* A child of the current task, which nobody knows yet, gets its mode and
 * filters. [S] held. */
OPTIONAL void seccomp_inherit(struct task *child);
/* @t ends, or is not born after all. */
OPTIONAL void seccomp_release(struct task *t);
/* How many filters @t has. */
OPTIONAL u32 seccomp_count(struct task *t);

/* PTRACE_SECCOMP_GET_FILTER, PTRACE_SECCOMP_GET_METADATA on @t. */
OPTIONAL long seccomp_get_filter(struct task *t, u64 index, uptr_t to);
OPTIONAL long seccomp_get_metadata(struct task *t, u64 size, uptr_t to);

/* SECCOMP_SET_MODE_STRICT. 0, -EINVAL (another mode is on). */
OPTIONAL int seccomp_set_strict(void);
/*
 * SECCOMP_SET_MODE_FILTER
 * @uprog:  user address of a struct sock_fprog
 * Return:  0, a descriptor (NEW_LISTENER), the number of a thread that has
 *          filters of its own (TSYNC), -EINVAL, -EFAULT, -EACCES (neither
 *          no_new_privs nor CAP_SYS_ADMIN), -EBUSY (a second listener),
 *          -ENOMEM, -ESRCH (TSYNC_ESRCH)
 */
OPTIONAL long seccomp_set_filter(u64 flags, uptr_t uprog);

#endif
