/*
 * include/proc/pid.h - process numbers, one for each namespace level
 *
 * What:  struct pid is the identity of a task, process, group or session: a
 *        number in its own pid namespace and in every ancestor of it.
 * Locks: [N] the tree lock of the innermost namespace; [G] the lock of the
 *        session that its group or session is (in); the tables of numbers
 *        have none (pid_table.c).
 * Life:  pid_alloc (numbers reserved) -> pid_publish (an embryo, which only
 *        the sweep of a dying namespace sees; then it can be found) -> used
 *        by up to four roles -> the last pid_detach empties its slots at every
 *        level -> freed a grace period after the last reference.
 * See:   docs/pidns.md, docs/process-tree.md, pid_namespaces(7).
 */
#ifndef PROC_PID_H
#define PROC_PID_H

#include <core/rcu.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <sched/wait.h>

struct pid_ns;
struct process;
struct session;
struct task;

enum pid_role {
	PID_TASK,		/* thread id */
	PID_TGID,		/* process id */
	PID_PGID,		/* process group id */
	PID_SID,		/* session id */
	PID_ROLES,
};

struct pid_number {
	s32 nr;			/* [I] */
	u32 sweep_mark;		/* the process's siglock: newest kill(-1) in
				   @ns that hit it, or hit whom it is born of */
	struct pid_ns *ns;	/* [I] borrowed: the innermost holds it */
};

struct pid {
	struct refcount refs;
	u32 level;		/* [I] index of the innermost number */
	struct task *task;	/* [N][R] PID_TASK */
	struct process *process;	/* [N][R] PID_TGID; exec keeps it */
	struct list group;	/* [G] processes by process->group_link */
	struct list session;	/* [G] processes by process->session_link */
	struct session *group_session;	/* [G][R] borrowed: the session that
				   the members of the group are in */
	u32 uses;		/* [a] roles in use: the last unhashes */
	bool shown;		/* [a] /proc made names that stand for it */
	struct wait_queue exit_wait;	/* pidfd pollers */
	struct pid *former;	/* [I] owned: what the process was known by
				   before pidns_join; NULL: nothing else */
	struct pid *heir;	/* [G][R] borrowed: what took its place then,
				   as long as that is in use */
	u64 ino;		/* [I] pidfs inode number, unique since boot */
	struct rcu_head rcu;
	struct pid_number numbers[];	/* level + 1 of them */
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
/*
 * pid_publish - into the tables and counts of every level
 * Context:  [N], and all that sweeps and look-ups follow from @pid is set
 * Return:   false when a level does not accept new members (its init is
 *           dying): nobody found it, but a sweep may be looking at it until a
 *           grace period has passed.
 */
bool pid_publish(struct pid *pid);
/* Give back a pid never published (numbers and reference). */
void pid_abort(struct pid *pid);

/*
 * pid_alloc_successor - the numbers of @old and one more, in a child of its
 *                       namespace; pid_succeed puts it in @old's place
 * @ns:      the child; it has or had an init
 * @out:     one reference; it holds @old as its former
 * Return:   0, -EAGAIN, -ENOMEM
 */
int pid_alloc_successor(struct pid *old, struct pid_ns *ns, struct pid **out);
/* Into the new level, which counts it, as an embryo. False: that does not
 * accept; then nothing has changed. [N] of both, siglock. */
bool pid_enter(struct pid *pid);
/* After it: into all slots, those of @pid->former too. */
void pid_succeed(struct pid *pid);
/* Undo of pid_alloc_successor; also after pid_enter refused. May sleep. */
void pid_abort_successor(struct pid *pid);
/* Is @known this process's struct pid, or one it had before? */
static inline bool pid_is(const struct pid *now, const struct pid *known)
{
	while (now && now != known)
		now = now->former;
	return now != NULL;
}

/* What @pid is called now, if that is in use. RCU */
static inline struct pid *pid_now(struct pid *pid)
{
	struct pid *heir;

	while ((heir = rcu_dereference(pid->heir)))
		pid = heir;
	return pid;
}

/* Whoever is found by @pid, or by what it was before. [N] */
static inline void pid_set_task(struct pid *pid, struct task *t)
{
	for (; pid; pid = pid->former)
		rcu_assign(pid->task, t);
}

static inline void pid_set_process(struct pid *pid, struct process *p)
{
	for (; pid; pid = pid->former)
		rcu_assign(pid->process, p);
}

struct pid *pid_get(struct pid *pid);
void pid_put(struct pid *pid);
/* Borrowed under RCU. NULL: no such number in @ns. */
struct pid *pid_find(s32 nr, struct pid_ns *ns);
/* The first used number >= @nr in @ns, with a reference; NULL: none. For
 * /proc listing and kill(-1). *@nr becomes the number found. */
struct pid *pid_next(s32 *nr, struct pid_ns *ns);
/* The same for the sweep of a dying namespace: embryos are seen too. */
struct pid *pid_next_embryo(s32 *nr, struct pid_ns *ns);
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

/* Roles: [N] for the first two, [G] for the others. The last detach takes the
 * pid out of all tables and drops the reference that pid_alloc gave: the
 * caller holds its own if it goes on using it. Groups and sessions stay in use
 * while they have members. */
void pid_attach(struct pid *pid, enum pid_role role);
void pid_detach(struct pid *pid, enum pid_role role);

/* ns_last_pid and pid_max. One limit for the machine as in Linux 6.12; after
 * pid_max_set_per_ns (boot: pid_max=per-ns) each namespace has its own, as
 * since Linux 6.14, and begins with the largest. */
s32 pid_last(struct pid_ns *ns);
void pid_set_last(struct pid_ns *ns, s32 nr);
s32 pid_max_get(struct pid_ns *ns);
int pid_max_set(struct pid_ns *ns, s32 max);	/* -EINVAL: out of range */
void pid_max_set_per_ns(void);
bool pid_max_is_per_ns(void);

#endif
