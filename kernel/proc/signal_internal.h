/*
 * kernel/proc/signal_internal.h - between the files that make up signals
 */
#ifndef SIGNAL_INTERNAL_H
#define SIGNAL_INTERNAL_H

#include <proc/signal.h>

/* Default actions. Source: signal(7). */
#define SIG_DEFAULT_STOP (SIGMASK(SIGSTOP) | SIGMASK(SIGTSTP) | \
			  SIGMASK(SIGTTIN) | SIGMASK(SIGTTOU))
#define SIG_DEFAULT_IGNORE (SIGMASK(SIGCONT) | SIGMASK(SIGCHLD) | \
			    SIGMASK(SIGWINCH) | SIGMASK(SIGURG))
#define SIG_DEFAULT_CORE (SIGMASK(SIGQUIT) | SIGMASK(SIGILL) | \
			  SIGMASK(SIGTRAP) | SIGMASK(SIGABRT) | \
			  SIGMASK(SIGFPE) | SIGMASK(SIGSEGV) | \
			  SIGMASK(SIGBUS) | SIGMASK(SIGSYS) | \
			  SIGMASK(SIGXCPU) | SIGMASK(SIGXFSZ))
/* Faults of the thread itself, taken before all others. */
#define SIG_SYNCHRONOUS (SIGMASK(SIGSEGV) | SIGMASK(SIGBUS) | \
			 SIGMASK(SIGILL) | SIGMASK(SIGTRAP) | \
			 SIGMASK(SIGFPE) | SIGMASK(SIGSYS))
#define SIG_KNOWN_FLAGS (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | \
			 SA_ONSTACK | SA_RESTART | SA_NODEFER | \
			 SA_RESETHAND | SA_RESTORER | SA_EXPOSE_TAGBITS)
#define SIG_UNBLOCKABLE (SIGMASK(SIGKILL) | SIGMASK(SIGSTOP))

/* [S] signal_send_process with the lock held. */
int signal_send_locked(struct process *p, int sig, const struct siginfo *info);
/* [S] Would a signal of the kernel's to the process be dropped? */
bool signal_dropped_locked(struct process *p, int sig);
u64 signal_handler(struct task *t, int sig);
/* [S] Tell @t that something is pending. */
void signal_wake(struct task *t, bool fatal);
/* [S] A stopped or stopping process runs on; SIGCONT was sent. */
void signal_continue_locked(struct process *p);
/* [S] Stop this process: all threads are to join. */
void signal_stop_begin_locked(struct process *p, int sig);
/* The current thread joins the stop and sleeps until it is over; one that is
 * traced is only told to trap. [S] held, and again on return. */
void signal_stop_join(void);
/* [S] Pollers of signalfds of the process. */
void signal_notify_fd(struct process *p);
/* [S] Next signal of @t outside @mask: number and *@si, 0: none. @group (may
 * be NULL): was it sent to the process? */
int signal_take(struct task *t, u64 mask, struct siginfo *si, bool *group);
/* A queue entry charged to @t's user; @force: beyond the limit as well. Its
 * information is the caller's to fill. */
struct sigqueue_entry *sigqueue_entry_alloc(struct task *t, bool force);
void sigqueue_entry_free(struct sigqueue_entry *e);
/*
 * signal_send_entry_locked - queue an entry made before (timers)
 * @e:       its info is filled in; on a queue already: one overrun more
 * @t:       the thread, or NULL: any of @p
 * Return:   0, 1 (ignored), -ESRCH. [S] held.
 */
int signal_send_entry_locked(struct sigqueue_entry *e, struct process *p,
			     struct task *t);
/* [S] A signal that was taken goes back: to @t or (@group) its process. */
void signal_requeue_locked(struct task *t, const struct siginfo *si,
			   bool group);
/* [S] Pending signals of timers are forgotten (exec). */
void signal_drop_timers_locked(struct process *p);

#endif
