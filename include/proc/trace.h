/*
 * include/proc/trace.h - events of processes and their worlds
 *
 * What:  births, deaths, new parents, signals, states of pid namespaces, each
 *        with the numbers at every level. A process or thread is told apart
 *        by the inode number of its struct pid, which is given once.
 * See:   core/trace.h; docs/tracing.md
 */
#ifndef PROC_TRACE_H
#define PROC_TRACE_H

#include <core/trace.h>

struct pid_ns;
struct process;
struct siginfo;
struct task;

/* The slow halves of the hooks below. */
OPTIONAL void trace_clone_slow(const struct task *child, u64 flags);
OPTIONAL void trace_exec_slow(const struct task *t);
OPTIONAL void trace_name_slow(const struct task *t);
OPTIONAL void trace_exit_slow(const struct task *t, bool last);
OPTIONAL void trace_dead_slow(const struct process *p, bool zombie);
OPTIONAL void trace_reap_slow(const struct task *t);
OPTIONAL void trace_reparent_slow(const struct process *child,
				  const struct process *to);
OPTIONAL void trace_pidns_slow(const struct pid_ns *ns);

/* @child is in all tables. [N] of the forker */
static inline void trace_clone(const struct task *child, u64 flags)
{
	if (trace_on(TRACE_PROC))
		trace_clone_slow(child, flags);
}

/* @t, the current task, runs another program. */
static inline void trace_exec(const struct task *t)
{
	if (trace_on(TRACE_PROC))
		trace_exec_slow(t);
}

/* @t is called otherwise. */
static inline void trace_name(const struct task *t)
{
	if (trace_on(TRACE_PROC))
		trace_name_slow(t);
}

/* The current task @t exits; @last: the last of its process. */
static inline void trace_exit(const struct task *t, bool last)
{
	if (trace_on(TRACE_PROC))
		trace_exit_slow(t, last);
}

/* All of @p is dead; @zombie: it waits to be reaped. [P] */
static inline void trace_dead(const struct process *p, bool zombie)
{
	if (trace_on(TRACE_PROC))
		trace_dead_slow(p, zombie);
}

/* @t leaves all tables. */
static inline void trace_reap(const struct task *t)
{
	if (trace_on(TRACE_PROC))
		trace_reap_slow(t);
}

/* @child gets another parent, and has the old one still. [P] */
static inline void trace_reparent(const struct process *child,
				  const struct process *to)
{
	if (trace_on(TRACE_PROC))
		trace_reparent_slow(child, to);
}

/* @ns has reached another state. */
static inline void trace_pidns(const struct pid_ns *ns)
{
	if (trace_on(TRACE_NS))
		trace_pidns_slow(ns);
}

/* Everything that lives already, once, behind the choice of a group. May
 * sleep. Return: 0, -ENOMEM. */
OPTIONAL int trace_snapshot(void);

struct trace_signal {
	int sig;
	const struct process *to;
	const struct task *task;	/* NULL: any thread of it */
	bool user;			/* made by a program */
	const char *result;		/* constant text: "sent", "ignored" */
};
/* A signal was sent, or was not. [S] */
OPTIONAL void trace_send_slow(const struct trace_signal *s);
static inline void trace_send(const struct trace_signal *s)
{
	if (trace_on(TRACE_SIGNAL))
		trace_send_slow(s);
}

/* The current task takes @sig; @how: constant text. [S] */
OPTIONAL void trace_deliver_slow(int sig, const char *how);
static inline void trace_deliver(int sig, const char *how)
{
	if (trace_on(TRACE_SIGNAL))
		trace_deliver_slow(sig, how);
}

#endif
