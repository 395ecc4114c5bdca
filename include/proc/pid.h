/*
 * include/proc/pid.h - process numbers, one for each namespace level
 *
 * What:  struct pid is the identity of a task, process, group or session: a
 *        number in its own pid namespace and in every ancestor of it.
 * Locks: [T] the process tree lock; number tables have their own (pid.c);
 *        numbers and ns are [I].
 * Life:  pid_alloc (numbers reserved) -> pid_publish (can be found) -> used
 *        by up to four roles -> the last pid_detach empties its slots at every
 *        level -> freed a grace period after the last reference.
 * See:   docs/pidns.md, pid_namespaces(7).
 */
#ifndef PROC_PID_H
#define PROC_PID_H

#include <core/rcu.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <sched/wait.h>

struct pid_ns;
struct process;
struct task;

enum pid_role {
	PID_TASK,		/* thread id */
	PID_TGID,		/* process id */
	PID_PGID,		/* process group id */
	PID_SID,		/* session id */
	PID_ROLES,
};

struct pid_number {
	s32 nr;
	struct pid_ns *ns;	/* borrowed: the innermost holds its chain */
};

struct pid {
	struct refcount refs;
	u32 level;		/* [I] index of the innermost number */
	struct task *task;	/* [T][R] PID_TASK */
	struct process *process;	/* [T][R] PID_TGID */
	struct list group;	/* [T] processes by process->group_link */
	struct list session;	/* [T] processes by process->session_link */
	u32 uses;		/* [T] roles in use: the last unhashes */
	struct wait_queue exit_wait;	/* pidfd pollers */
	u64 ino;		/* [I] pidfs inode number, unique since boot */
	struct rcu_head rcu;
	struct pid_number numbers[];	/* [I] level + 1 of them */
};

void pid_init(void);
/* The cache for pids of this level exists from now on. 0, -ENOMEM. */
int pid_cache_prepare(u32 level);
/*
 * pid_alloc - reserve a number at every level from @ns up to the root
 * @ns:      innermost namespace; borrowed
 * @set_tid: NULL, or @set_tid_n wanted numbers, innermost first (clone3)
 * @out:     one reference
 * Context:  task; may not sleep with locks held, takes number-table locks
 * Return:   0, -EAGAIN (no number free), -ENOMEM (no memory, or @ns is dead),
 *           -EEXIST, -EINVAL, -EPERM (set_tid: taken, out of range or > 1 in a
 *           world without init, not permitted)
 */
struct pid_alloc_args {
	struct pid_ns *ns;
	const s32 *set_tid;
	u32 set_tid_n;
};
int pid_alloc(const struct pid_alloc_args *args, struct pid **out);
/* Fill the reserved slots at every level; false when a level does not accept
 * new members (its init is dying): then nothing is published. [T] held. */
bool pid_publish(struct pid *pid);
/* Give back a pid never published (numbers and reference). */
void pid_abort(struct pid *pid);

struct pid *pid_get(struct pid *pid);
void pid_put(struct pid *pid);
/* Borrowed under RCU. NULL: no such number in @ns. */
struct pid *pid_find(s32 nr, struct pid_ns *ns);
/* The first used number >= @nr in @ns, with a reference; NULL: none. For
 * /proc listing and sweeps. *@nr becomes the number found. */
struct pid *pid_next(s32 *nr, struct pid_ns *ns);
/* Number of @pid in @ns, 0 when it is not visible there. @pid may be NULL. */
s32 pid_nr(const struct pid *pid, const struct pid_ns *ns);
/* Its number in the current task's active namespace. */
s32 pid_vnr(const struct pid *pid);
static inline struct pid_ns *pid_ns_of(const struct pid *pid)
{
	return pid->numbers[pid->level].ns;
}

/* Its number in its own namespace: what the process itself sees. */
static inline s32 pid_own_nr(const struct pid *pid)
{
	return pid->numbers[pid->level].nr;
}

/* Roles. [T] held. The last detach takes the pid out of all tables and drops
 * the reference that pid_alloc gave: the caller holds its own if it goes on
 * using it. Groups and sessions stay in use while they have members. */
void pid_attach(struct pid *pid, enum pid_role role);
void pid_detach(struct pid *pid, enum pid_role role);

/* ns_last_pid and pid_max. */
s32 pid_last(struct pid_ns *ns);
void pid_set_last(struct pid_ns *ns, s32 nr);
s32 pid_max_get(struct pid_ns *ns);
int pid_max_set(struct pid_ns *ns, s32 max);	/* -EINVAL: out of range */

#endif
