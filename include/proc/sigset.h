/*
 * include/proc/sigset.h - sets and queues of signals
 */
#ifndef PROC_SIGSET_H
#define PROC_SIGSET_H

#include <lib/list.h>
#include <lib/types.h>
#include <uapi/signal.h>

/* One queued instance; owned by the queue it is on. */
struct sigqueue_entry {
	struct list link;
	struct siginfo info;
	void *user;		/* the uid's count (RLIMIT_SIGPENDING) */
	void *timer;		/* POSIX timer it belongs to; not freed then */
};

/* Pending signals: the set, and the entries of those that carry information. */
struct sigqueue {
	u64 set;
	struct list entries;	/* oldest first */
};

#endif
