/*
 * include/proc/posix_timers.h - timers of timer_create(2)
 *
 * What:  an optional facility: without kernel/proc/posix_timers.c and
 *        kernel/sys/posix_timers.c the system calls are -ENOSYS.
 * See:   timer_create(2)
 */
#ifndef PROC_POSIX_TIMERS_H
#define PROC_POSIX_TIMERS_H

#include <proc/task.h>

/*
 * posix_timer_create - a new timer of the current process, not set
 * @event:   NULL: SIGALRM with the timer's number
 * @id:      its number in the process
 * Return:   0, -EINVAL (clock, event), -EOPNOTSUPP (a clock that can only be
 *           read), -EAGAIN (RLIMIT_SIGPENDING), -ENOMEM
 * Source:   timer_create(2)
 */
int posix_timer_create(clockid_t clock, const struct sigevent *event, s32 *id);

struct posix_timer_time {
	u64 value_ns;		/* until it expires, or when; 0: not set */
	u64 interval_ns;	/* 0: once */
};
/* All of the current process, by number. -EINVAL: no such timer. */
int posix_timer_set(s32 id, bool absolute, const struct posix_timer_time *new,
		    struct posix_timer_time *old);
int posix_timer_get(s32 id, struct posix_timer_time *out);
int posix_timer_overrun(s32 id);	/* a count, or -EINVAL */
int posix_timer_delete(s32 id);
/* The lines of /proc/PID/timers, with numbers as @ns has them. 0, -ENOMEM. */
struct seq_buf;
OPTIONAL int posix_timers_show(struct task *t, struct pid_ns *ns,
			       struct seq_buf *out);
/* The last thread leaves, or execs. May sleep. */
OPTIONAL void posix_timers_delete_all(struct process *p);
/* A signal of @timer leaves its queue as @si: the next one is due. [S] held. */
OPTIONAL void posix_timer_delivered(void *timer, struct siginfo *si);

#endif
