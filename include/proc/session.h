/*
 * include/proc/session.h - process groups, sessions and their terminal
 *
 * Locks: [G] session->lock: which processes and groups are in it, terminal,
 *        foreground group. A process's session is found under RCU, locked, and
 *        looked at again: session_lock. Never two of them at once.
 */
#ifndef PROC_SESSION_H
#define PROC_SESSION_H

#include <proc/task.h>

/* What a terminal offers to its session: above proc, hence a table. */
struct tty;
struct session {
	struct refcount refs;
	struct pid *sid;		/* [lock][R] owned; pidns_join changes
					   it */
	struct spinlock lock;		/* RANK_SESSION */
	struct tty *tty;		/* [lock] controlling terminal, owned */
	struct pid *foreground;		/* [lock] group, owned; NULL: none */
	struct pid *last_foreground;	/* [lock] when the terminal hung up */
	struct rcu_head rcu;
};
struct session_tty_ops {
	void (*get)(struct tty *tty);
	void (*put)(struct tty *tty);
	/* @s is no longer controlled by it. */
	void (*forget)(struct tty *tty, struct session *s);
	/* vhangup(2). May sleep. */
	void (*hangup)(struct tty *tty);
	/* The session leader dies: true if the terminal hung up and told the
	 * session. May sleep. */
	bool (*leader_exits)(struct tty *tty);
	dev_t (*dev)(struct tty *tty);
};
void session_set_tty_ops(const struct session_tty_ops *ops);

void session_init(void);	/* cache */
/* A session without terminal, in nobody's possession. 0, -ENOMEM. */
int session_create(struct pid *sid, struct session **out);
/*
 * session_lock       - lock the session that @p is in; until unlocked @p and
 *                      all members of its group stay in it. Borrowed.
 * session_lock_group - the same for a group; NULL: it has no members. *@pgrp
 *                      becomes what it is called now (pidns_join).
 * Context: no siglock, no session lock held. RCU for the group's *@pgrp.
 */
struct session *session_lock(struct process *p);
struct session *session_lock_group(struct pid **pgrp);
void session_unlock(struct session *s);
/* @p is born into its parent's group, or released out of it. [G] held. */
void session_join(struct session *s, struct process *p);
void session_part(struct process *p);
struct session *session_get(struct session *s);
void session_put(struct session *s);
int session_setsid(pid_t *out);			/* 0, -EPERM, -ENOMEM */
int session_setpgid(pid_t pid, pid_t pgid);	/* setpgid(2) */
int session_getpgid(pid_t pid, pid_t *out);	/* 0, -ESRCH */
int session_getsid(pid_t pid, pid_t *out);
/* Is the group orphaned (setpgid(2), exit)? Processes all of whose threads are
 * exiting count as gone. [G] */
bool group_is_orphaned(struct pid *pgrp);
bool group_has_stopped(struct pid *pgrp);	/* [G] */
/*
 * session_exit_check - SIGHUP and SIGCONT to a stopped group newly orphaned
 * @parent:  NULL: @p itself exits; else the former parent that @p was just
 *           taken from, whose death may orphan @p's group
 * Context:  tree locks may be held, no session lock
 */
void session_exit_check(struct process *p, struct process *parent);
/* session_tty.c is optional, as terminals are. Session leader exits: the
 * terminal is given up, SIGHUP to the foreground. */
OPTIONAL void session_leader_exit(struct process *p);

/* For the tty driver: */
/* @p's terminal as /proc shows it: device number and foreground group in
 * @ns; unchanged when there is none. */
OPTIONAL void session_terminal(struct process *p, struct pid_ns *ns,
			       dev_t *dev, s32 *pgrp);
struct session *session_of_current(void);	/* with reference */
/* The controlling terminal of the caller, with reference; NULL: none. */
struct tty *session_current_tty(void);
int session_attach_tty(struct tty *tty, bool steal, struct session *old);
/* TIOCNOTTY by the leader: the terminal is given up, the foreground group gets
 * SIGHUP and SIGCONT. */
void session_detach_tty(struct session *s);
/* The terminal hung up: SIGHUP and SIGCONT to the leader, and it is gone. The
 * foreground group gets SIGHUP when the leader dies: now, if @leader_exits. */
void session_hangup(struct session *s, bool leader_exits);
/* vhangup(2) */
void session_vhangup(void);
/* With the last reference of @s. */
OPTIONAL void session_put_tty(struct session *s);
/* TIOCNOTTY by a process that is not the leader: only it (and its children
 * to come) is without the terminal. 0. */
int session_leave_tty(void);
/* TIOCGPGRP / TIOCSPGRP. 0, -ENOTTY, -EPERM, -ESRCH, -EINVAL. */
struct pid *session_foreground(struct session *s);	/* reference or NULL */
int session_set_foreground(struct session *s, pid_t pgrp);
/*
 * session_job_control - may the caller read from / write to its terminal?
 * Return: 0; -ERESTARTSYS (SIGTTIN or SIGTTOU was sent); -EIO (orphaned or
 *         ignored, for reads).
 */
int session_job_control(struct tty *tty, int sig);

#endif
