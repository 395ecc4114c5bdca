/*
 * include/proc/signal.h - sending, holding and delivering signals
 *
 * What:  a send decides at once whether the signal is ignored, who is woken,
 *        and whether it stops, continues or kills; delivery happens on the way
 *        to user mode (signal_deliver).
 * Locks: process->siglock (irq-safe) for everything marked [S]; sends to a
 *        group hold the lock of its session around it.
 * See:   signal(7); docs/signals.md.
 */
#ifndef PROC_SIGNAL_H
#define PROC_SIGNAL_H

#include <proc/task.h>

struct regs;

struct sighand {		/* shared by CLONE_SIGHAND */
	struct refcount refs;
	struct spinlock lock;		/* RANK_SIGHAND, irq-safe */
	u64 changed;			/* [lock], read by all: set of those
					   whose action was ever set */
	struct k_sigaction action[NSIG];	/* [lock] only these are valid;
						   see sighand_action */
	struct rcu_head rcu;
};
/* What @sig does: a default, or what was set. To be read only. Under the lock,
 * or field by field with READ_ONCE. */
extern const struct k_sigaction sigaction_default;
static inline const struct k_sigaction *
sighand_action(const struct sighand *s, int sig)
{
	return load_acquire(&s->changed) & SIGMASK(sig) ?
		       &s->action[sig - 1] : &sigaction_default;
}
int sighand_create(struct sighand **out);	/* all default */
int sighand_clone(const struct sighand *src, struct sighand **out);
void sighand_get(struct sighand *s);
void sighand_put(struct sighand *s);
void sighand_reset_caught(struct sighand *s);	/* exec, CLEAR_SIGHAND */

/* Who is told of each signal that a thread takes, with siglock held, and of its
 * end, with the status wait(2) gives. */
struct signal_log {
	void (*taken)(const struct siginfo *si);
	void (*ended)(u32 status);
};
extern const struct signal_log *signal_log;	/* [I] NULL but for strace=1 */

/* Origins that are not a siginfo. */
/* si_code SI_KERNEL, forced; SI_USER from current. */
#define SEND_KERNEL ((const struct siginfo *)1ul)
#define SEND_NOINFO ((const struct siginfo *)0ul)

/*
 * signal_send_process - to any thread of @p
 * @info:   borrowed; si_pid as number in @p's namespace, or SEND_*
 * Context: any if no siglock is held.
 * Return:  0 (also when ignored), -EAGAIN (queue limit for real-time signals),
 *          -ESRCH (dead).
 */
int signal_send_process(struct process *p, int sig, const struct siginfo *info);
/* To one thread. */
int signal_send_task(struct task *t, int sig, const struct siginfo *info);
/* A fault of the current thread: cannot be blocked or ignored. */
void signal_force(int sig, const struct siginfo *info);
void signal_force_fault(int sig, int code, uptr_t addr);
/* What kill(2) tells: SI_USER from the current process. */
void siginfo_for_kill(struct siginfo *si, int sig);
/* siginfo of kill(2) by the current task: its own number for itself, 0 when
 * @target's namespace does not see it; its uid as its own user namespace calls
 * it: sending translates it. */
void siginfo_from_current(struct siginfo *si, int sig, int code,
			  const struct pid *target);
/* The global @uid as @target's user namespace calls it. */
uid_t signal_uid_for(uid_t uid, const struct process *target);

/* kill(2), tgkill(2), rt_sigqueueinfo(2), with permission checks. */
int signal_kill(pid_t pid, int sig);
int signal_tgkill(pid_t tgid, pid_t tid, int sig);	/* tgid 0: tkill */
int signal_queueinfo(pid_t pid, struct siginfo *info);
int signal_tgqueueinfo(pid_t tgid, pid_t tid, struct siginfo *info);
/* May the current task signal @t? 0, -EPERM. RCU held. */
int signal_may_send(struct task *t, int sig, const struct siginfo *info);
/* To all processes of a group: from the kernel (SEND_KERNEL: terminal), or by
 * the current task with permission checks. One success is success; -ESRCH (no
 * member), -EPERM, -EINVAL. */
int signal_send_group(struct pid *pgrp, int sig, const struct siginfo *info);
/* [G] held. */
int signal_send_group_locked(struct pid *pgrp, int sig,
			     const struct siginfo *info);

/* On the way to user mode: deliver, stop, restart system calls. May not
 * return (fatal signals end in task_exit). */
void signal_deliver(struct regs *r);
/* Recompute the sleep and work flags of the current task. [S] held. */
void signal_recalc(void);
void signal_recalc_task(struct task *t);
static inline bool signal_pending(void)
{
	return READ_ONCE(current_thread()->sig_pending) != 0;
}
bool signal_fatal_pending(struct task *t);
/* Change the blocked mask of the current task. */
void signal_set_blocked(u64 mask);
/* 0, -EINVAL. @old: NULL, or what it was. */
int signal_action_set(int sig, const struct k_sigaction *act,
		      struct k_sigaction *old);
int signal_action_get(int sig, struct k_sigaction *out);
/* SIGCHLD becomes SIG_IGN, so that children vanish as they die (zap). */
void signal_ignore_children(void);
int signal_altstack(const struct sigaltstack *ss, struct sigaltstack *old,
		    u64 sp);
/* rt_sigtimedwait: number, -EAGAIN (time), -EINTR. @deadline as in wait. */
int signal_timedwait(u64 set, struct siginfo *info, u64 deadline_ns);
int signal_suspend(u64 mask);
/* pause(2): until a handler ran. -ERESTARTNOHAND. */
int signal_suspend_unmasked(void);
long signal_return(void);	/* rt_sigreturn(2) */
/* Take one signal of @set from the current task's queues (signalfd). 0: none */
int signal_dequeue(u64 set, struct siginfo *info);
/* The frame of @sig could not be written: SIGSEGV. */
void signal_force_frame_failed(int sig);
void signal_init(void);		/* caches */
void sigqueue_init(struct sigqueue *q);
void sigqueue_flush(struct sigqueue *q, u64 set);	/* drop entries */

/*
 * signal_job_set - @t is to join a stop or a trap
 * @bits:    JOB_*; @sig: of the group stop, 0: keep
 * Return:   false: it dies already. [S] held.
 */
bool signal_job_set(struct task *t, u32 bits, int sig);
/* The reverse; no trap left: an attach that waits for one goes on. [S] */
void signal_job_clear(struct task *t, u32 bits);
/* The current task counts as stopped. True: it was the last. [S] */
bool signal_stop_participate(void);
/* The real parent is told what SIGNAL_TELL_* says. No lock held. */
void signal_tell_parent(struct process *p);
/* Tell @t to look; @states: beyond an interruptible sleep. [S] */
void signal_wake_states(struct task *t, u32 states);

/* Child events (exit, stop, continue) to the parent: SIGCHLD and wake-up.
 * The child's [P] held. Return of exit: true when the child is to be reaped by
 * itself. */
bool signal_notify_parent_exit(struct process *child, int sig);
void signal_notify_parent_stop(struct process *child, int why);
/* Join and leave the list of forks whose child shares in signals to many. */
/* @t leaves: its pending process signals go to other threads, a group stop
 * does not wait for it. [S] held. */
void signal_thread_exits_locked(struct task *t);
/* A thread is being added to the current process: it takes part in a group
 * stop under way. [S] held. */
void signal_thread_born_locked(struct task *child);
void signal_fork_begin(struct fork_collect *c);
void signal_fork_end(struct fork_collect *c);
/* All other threads die with @code (exit_group, fatal signals). [S] held. */
void signal_group_exit_locked(struct process *p, int code);
/* Kill the other threads for exec and wait for them. 0, -EAGAIN (somebody else
 * ends the process). Sets process->group_exec. */
int signal_kill_other_threads(void);

#endif
