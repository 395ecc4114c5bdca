/*
 * include/proc/rseq.h - restartable sequences
 *
 * What:  the hooks of an optional facility. Each is called only for a task
 *        with an area (task->rseq.at), which nobody else sets: a build
 *        without it never gets here. What makes the kernel look is
 *        thread.resume_work: a bit that the switch to the thread sets.
 * See:   rseq(2) of the Linux selftests' and glibc's manuals; membarrier(2).
 */
#ifndef PROC_RSEQ_H
#define PROC_RSEQ_H

#include <arch/thread.h>
#include <lib/types.h>

struct task;

/*
 * rseq_register - the current task gets an area
 * @at, @len, @signature: checked by the caller
 * Return:   0, -ENOMEM (numbers for a second thread of this memory)
 */
OPTIONAL int rseq_register(uptr_t at, u32 len, u32 signature);
/* It has none any more. Context: task, its memory still there. */
OPTIONAL void rseq_leave(void);
/* A child, not yet born, in a copy of the current task's memory: it has the
 * same area there. */
OPTIONAL void rseq_inherit(struct task *child);
/* On the way to user mode after a switch: abort what was interrupted, bring
 * the area up to date. A bad area is SIGSEGV. May sleep. */
OPTIONAL void rseq_resume(struct regs *r);
/* The same before the frame of a handler for @sig is built. */
OPTIONAL void rseq_signal(struct regs *r, int sig);

#endif
