/*
 * include/proc/timens.h - clocks that run since another moment
 *
 * What:  a time namespace shifts CLOCK_MONOTONIC and CLOCK_BOOTTIME for its
 *        members. The kernel counts in time since boot; a time is shifted
 *        where it crosses the border to user space. Optional: without the
 *        facility no task has one, not even the first.
 * Locks: [L] ns->lock: offsets while they may still change. Once a process
 *        has entered they are constant, and its members read them without.
 * Life:  made by clone and unshare for children; a process enters it when it
 *        is born or executes a program, or by setns.
 * See:   time_namespaces(7)
 */
#ifndef PROC_TIMENS_H
#define PROC_TIMENS_H

#include <core/spinlock.h>
#include <fs/nscommon.h>
#include <uapi/time.h>

struct seq_buf;
struct task;
struct nsproxy;

enum timens_clock { TIMENS_MONOTONIC, TIMENS_BOOTTIME, TIMENS_CLOCKS };

struct time_ns {
	struct ns_common common;
	struct spinlock lock;			/* RANK_TASK */
	s64 offset_ns[TIMENS_CLOCKS];		/* [L] then [I] */
	bool frozen;				/* [L] somebody entered */
};

OPTIONAL extern struct time_ns timens_init_ns;
/* With the offsets of @src. Return: 0, -ENOMEM, -ENOSPC. */
OPTIONAL int timens_create(struct time_ns *src, struct user_ns *owner,
			   struct time_ns **out);
OPTIONAL struct time_ns *timens_get(struct time_ns *ns);
OPTIONAL void timens_put(struct time_ns *ns);
/* The owner of @set, not yet seen by others, enters what is for children. */
OPTIONAL void timens_enter(struct nsproxy *set);

/* What @clock, CLOCK_MONOTONIC or CLOCK_BOOTTIME or one of their kind, shows
 * to the current task when the time since boot is @ns; of another clock: @ns.
 */
OPTIONAL u64 timens_shift(clockid_t clock, u64 ns);
static inline u64 timens_from_host(clockid_t clock, u64 ns)
{
	return timens_shift ? timens_shift(clock, ns) : ns;
}

/* The reverse, for deadlines: at least 1 if it was not 0. U64_MAX, never,
 * stays. */
OPTIONAL u64 timens_unshift(clockid_t clock, u64 ns);
static inline u64 timens_to_host(clockid_t clock, u64 ns)
{
	return timens_unshift ? timens_unshift(clock, ns) : ns;
}

/* /proc/PID/timens_offsets: those of the namespace for @t's children. */
OPTIONAL int timens_show(struct task *t, struct seq_buf *out);
/* Return: @len, -EINVAL (form), -EPERM (no CAP_SYS_TIME over it), -ERANGE (a
 * clock would be negative or too large), -EACCES (somebody entered), -ESRCH */
OPTIONAL ssize_t timens_write(struct task *t, const char *text, size_t len);

#endif
