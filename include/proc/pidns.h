/*
 * include/proc/pidns.h - worlds of processes
 *
 * What:  a pid namespace: its numbers, its init, its place in the tree.
 * Locks: [N] its tree_lock; count and accepting flag are one atomic word.
 * Life:  nascent -> live (init published) -> closing (init dies: the zap) ->
 *        drained -> reaped -> freed, by reference, a grace period later.
 *        pidns_step() holds every legal step.
 */
#ifndef PROC_PIDNS_H
#define PROC_PIDNS_H

#include <lib/refcount.h>
#include <fs/nscommon.h>
#include <proc/pid.h>
#include <proc/pid_table.h>
#include <sched/mutex.h>

#define PIDNS_MAX_LEVEL 32
#define PIDNS_ACCEPTING BIT(62)

enum pidns_state {
	PIDNS_NASCENT, PIDNS_LIVE, PIDNS_CLOSING, PIDNS_DRAINED,
	PIDNS_REAPED, PIDNS_FREED,
};

struct pid_ns {
	struct ns_common common;	/* inode number, owner, references */
	struct pid_ns *parent;		/* [I] owned; NULL for the first */
	u32 level;			/* [I] 0 for the first */
	struct spinlock tree_lock;	/* RANK_PROCESS_TREE: proc/tree.h */
	u32 state;			/* [N] enum pidns_state */
	struct process *reaper;		/* [N][R] the init, or NULL */
	u32 had_init;			/* [N] an init was born, maybe dead */
	u32 had_subreaper;		/* [a] somebody here asked to be one */
	struct task *closer;		/* [a][R] the init's last thread, in the
					   zap: sleeps until members is low.
					   NULL again when drained */
	struct atomic64 members;	/* [a] pids, and PIDNS_ACCEPTING */
	struct pid_table table;		/* [a][R] number -> struct pid */
	struct mutex first_birth;	/* held until the init is born */
	struct mutex sweep;		/* one kill(-1) at a time */
	u32 sweeps;			/* [sweep] generation of the newest */
	struct list proc_supers;	/* mounts of /proc: procfs_forget.c */
	struct acct *acct;		/* [a][R] acct(2); NULL: off */
	s32 pid_max;			/* [a] numbers stay below; see pid.h */
	s32 memfd_noexec;		/* [a] 0 .. 2: its own wish */
	s32 reboot_signal;		/* [N] reboot(2)'s: init's exit code */
	struct list all_link;		/* [all_lock][R] every namespace that is
					   not yet freed, parents first */
	struct rcu_head rcu;
};

extern struct pid_ns pidns_init_ns;
void pidns_init(void);

/* Return: 0, -EINVAL (@owner is not at or below the owner of @parent), -ENOSPC
 * (33rd level, or a limit of /proc/sys/user), -ENOMEM. */
struct user_ns;
int pidns_create(struct pid_ns *parent, struct user_ns *owner,
		 struct pid_ns **out);
struct pid_ns *pidns_get(struct pid_ns *ns);
void pidns_put(struct pid_ns *ns);
/*
 * pidns_list_below - every namespace at or below @top, parents first
 * @out:     array of @n references, the caller's to put and kfree
 * Return:   0, -ENOMEM
 */
struct pidns_list {
	struct pid_ns **ns;
	size_t n;
};
int pidns_list_below(struct pid_ns *top, struct pidns_list *out);
void pidns_list_fini(struct pidns_list *list);
/* Is @ns @ancestor or below it? */
bool pidns_is_below(const struct pid_ns *ns, const struct pid_ns *ancestor);
/*
 * The count of published pids and the accepting flag are one word.
 * pidns_member_add - one more; false: the namespace takes no new members
 * pidns_member_del - one less; wakes the closer when it may be the last. In an
 *                    RCU section: nothing else keeps the closer alive then.
 */
bool pidns_member_add(struct pid_ns *ns);
void pidns_member_del(struct pid_ns *ns);
bool pidns_accepts(const struct pid_ns *ns);
u64 pidns_members(const struct pid_ns *ns);
/* Accepting, and never had a member. */
bool pidns_is_nascent(const struct pid_ns *ns);
/* The very first birth failed after its number was issued: the world is dead
 * for good, as on Linux. Does nothing to a namespace that had members. */
void pidns_first_birth_failed(struct pid_ns *ns);
/* The one place where the state changes. [N] held, or nobody has it. */
void pidns_step(struct pid_ns *ns, enum pidns_state next);
/* The current task is the last thread of @ns's init: kill all members, reap,
 * wait until the last number is gone. May sleep. */
void pidns_zap(struct pid_ns *ns);
/* May files of memfd_create be executed: 0 yes, 1 on request, 2 never. The
 * strictest of @ns and all above it. Source: memfd_create(2),
 * /proc/sys/vm/memfd_noexec. */
s32 pidns_memfd_noexec(const struct pid_ns *ns);
/* reboot(2) inside a child namespace. 0 or -EINVAL. */
int pidns_reboot(struct pid_ns *ns, int cmd);

#endif
