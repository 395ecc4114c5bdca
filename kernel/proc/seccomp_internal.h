/*
 * kernel/proc/seccomp_internal.h - a filter, and who is asked about its calls
 */
#ifndef SECCOMP_INTERNAL_H
#define SECCOMP_INTERNAL_H

#include <lib/list.h>
#include <proc/seccomp.h>
#include <sched/mutex.h>

/* One program of a chain. */
struct seccomp_filter {
	struct refcount refs;	/* users as one, and the listener's file */
	struct refcount users;	/* tasks and newer filters */
	struct seccomp_filter *prev;	/* [I] older; owned as a user of it */
	bool log;		/* [I] */
	bool killable;		/* [I] once received, only death interrupts */
	/* listeners */
	struct mutex lock;	/* RANK_MUTEX_SMALL */
	bool listened;		/* [lock] somebody has the listener open */
	u64 next_id;		/* [lock] */
	u32 nnew;		/* [lock] calls that nobody received; read
				   without */
	struct list calls;	/* [lock] struct notified_call by link */
	struct wait_queue wait;	/* the listener's */
	u32 n;			/* [I] instructions */
	struct sock_filter insns[];	/* [I] */
};

/* One more, one less task (or newer filter) that it judges. */
void seccomp_filter_drop(struct seccomp_filter *f);
/* The listener's reference. */
void seccomp_filter_put(struct seccomp_filter *f);
/* A file that is told of calls. 0, -ENOMEM, -ENFILE. */
int seccomp_listener_create(struct seccomp_filter *f, struct file **out);
/*
 * seccomp_ask - the listener of @f decides
 * Return:   true: the call is to be made; else its result is in @r
 */
bool seccomp_ask(struct seccomp_filter *f, struct regs *r,
		 const struct seccomp_data *data);

/* seccomp_log.c: a line in the log for @verdict on call @nr, if it is one that
 * is logged; @asked: its filter wants that. */
void seccomp_log(u32 verdict, bool asked, int nr);

#endif
