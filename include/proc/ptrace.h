/*
 * include/proc/ptrace.h - what ptrace needs from births, deaths and signals
 *
 * What:  the hooks of an optional facility. Each is called only for a task
 *        whose tracee.flags or tracees say so, which nobody else sets: a build
 *        without it never gets here.
 * Locks: [X] trace_lock, taken under the tree locks and before any
 *        siglock: who traces whom, in both directions. Only tracers and those
 *        they trace take it. tracee.flags is written under the siglock as
 *        well, which is enough to read it.
 * See:   docs/ptrace.md; ptrace(2).
 */
#ifndef PROC_PTRACE_H
#define PROC_PTRACE_H

#include <proc/task.h>
#include <uapi/ptrace.h>

struct clone_request;
struct user_ns;
struct wait_scan;

OPTIONAL extern struct spinlock trace_lock;	/* RANK_TRACE */

/* tracee.flags: the options of PTRACE_SETOPTIONS, and */
#define PT_TRACED BIT(30)
#define PT_SEIZED BIT(31)
#define PT_EVENT(event) (1u << (event))

/* tracee.syscalls; as long as one is set the task has WORK_TRACE. */
#define TRACE_SYSCALL BIT(0)	/* stop at entry and exit of system calls */
#define TRACE_EMULATE BIT(1)	/* stop at entry, do not run the call */
#define TRACE_STEP BIT(2)	/* report the end of a call as a step */
#define TRACE_FILTER BIT(3)	/* seccomp: not of ptrace */
#define TRACE_DISPATCH BIT(4)	/* the program takes calls itself: likewise */

/* Does somebody outside of the parent's process trace @t? [X], or [S] with
 * [P] */
static inline bool ptrace_by_stranger(const struct task *t)
{
	return t->tracee.tracer &&
	       t->tracee.tracer->process != t->process->parent;
}

/* Set and clear bits of tracee.syscalls, and WORK_TRACE with them. Context:
 * @t is the current task or does not run. */
static inline void trace_syscalls_set(struct task *t, u32 set, u32 clear)
{
	t->tracee.syscalls = (t->tracee.syscalls & ~clear) | set;
	if (t->tracee.syscalls)
		__atomic_fetch_or(&t->thread.arch.work, (u32)WORK_TRACE,
				  __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(&t->thread.arch.work, ~(u32)WORK_TRACE,
				   __ATOMIC_SEQ_CST);
}

/* ------------------------------------------------ ptrace.c: who traces whom */

/* A child is about to be born to a traced task: [X] and siglock held, nobody
 * knows it yet; and after it was published. @event: as ptrace_clone_event. */
OPTIONAL void ptrace_child_prepare(struct task *child, u64 clone_flags,
				   u32 event);
OPTIONAL void ptrace_child_link(struct task *child);
/* What clone is to report: PTRACE_EVENT_*, 0: nothing. */
OPTIONAL u32 ptrace_clone_event(const struct clone_request *req);
/* The current task ends: all it traces is let go (and killed, if asked for).
 * No lock held. */
OPTIONAL void ptrace_release_tracees(void);
/* A traced @t is a zombie: its tracer is told. [N] held, [P] for a leader.
 * True: it is not traced any more, proceed as if it never was. */
OPTIONAL bool ptrace_notify_exit(struct task *t);
/* @t goes out of all tables. [N] held. */
OPTIONAL void ptrace_unlink_dead(struct task *t);
/* May the tracer of the current task, if there is one, trace a program that
 * gains something over @ns by exec? [X] held. */
OPTIONAL bool ptrace_tracer_capable(const struct user_ns *ns);

/* ----------------------------------------------------- ptrace_stop.c: stops */

/* A group stop or an attach wants a trap. [S] held, dropped meanwhile. */
OPTIONAL void ptrace_trap(void);
/*
 * ptrace_signal - a signal is about to be delivered to the current task
 * @si:      what the tracer may read and change
 * @group:   it was sent to the process
 * Return:   the signal to deliver, 0: none. [S] held, dropped meanwhile.
 */
OPTIONAL int ptrace_signal(struct siginfo *si, bool group);
/* Stop with @code (SIGTRAP, maybe more) and @message. Return: the signal that
 * the tracer gives. May sleep; no lock held. */
OPTIONAL int ptrace_notify(u32 code, u64 message);
/* Stop for an event if the tracer asked for it. */
OPTIONAL void ptrace_event(u32 event, u64 message);
/* The same; the message is the number of @pid in the tracer's namespace. */
OPTIONAL void ptrace_event_pid(u32 event, struct pid *pid);
/* A handler's frame is about to be pushed: no steps for now. True: they were
 * on. */
OPTIONAL bool ptrace_step_pause(void);
/* The leader of @p is traced by a stranger: tell that one as well that @p
 * stopped or went on (CLD_*). [P] held. */
OPTIONAL void ptrace_tell_group(struct process *p, int why);
/* The number of the current thread as its tracer sees it; 0: no tracer. */
OPTIONAL s32 ptrace_own_nr(void);

/* --------------------------------------------------------- ptrace_wait.c */

/* Events of what the current process (or thread) traces. True: one was taken.
 * No lock held; sets s->eligible. */
OPTIONAL bool ptrace_wait_scan(struct wait_scan *s);
/* The same for one natural child that the own process traces. [P] held. */
OPTIONAL bool ptrace_wait_child(struct wait_scan *s, struct task *t);

/* ------------------------------------------------- for the requests (sys) */

/* PTRACE_TRACEME. 0, -EPERM. */
int ptrace_traceme(void);
/* PTRACE_ATTACH, PTRACE_SEIZE with checked @options. May sleep until the stop
 * of a stopped process is the tracer's. 0, -EPERM. */
int ptrace_attach(struct task *t, bool seize, u32 options);
/*
 * ptrace_hold - the current task, @t's tracer, begins to work with it
 * @any:     in whatever state; else it must be stopped, and stays so until
 *           ptrace_drop
 * Return:   0, -ESRCH
 */
int ptrace_hold(struct task *t, bool any);
void ptrace_drop(struct task *t);
/* PTRACE_DETACH; ends the hold. @sig: to be delivered. 0, -EIO. */
int ptrace_detach(struct task *t, u64 sig);
/* PTRACE_CONT and its kin: @request. 0, -EIO (no such signal). */
int ptrace_resume(struct task *t, u32 request, u64 sig);
int ptrace_interrupt(struct task *t);	/* 0, -EIO (not seized) */
int ptrace_listen(struct task *t);	/* 0, -EIO (no such stop) */
void ptrace_set_options(struct task *t, u32 options);
/* May the tracer touch the memory of @t? */
bool ptrace_may_touch(struct task *t);

#endif
