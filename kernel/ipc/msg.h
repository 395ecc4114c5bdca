/*
 * kernel/ipc/msg.h - between the files of message queues
 *
 * Locks: [L] queue->obj.lock.
 * Life:  a sleeper lies on its thread's stack; after its result was set it may
 *        vanish.
 */
#ifndef IPC_MSG_H
#define IPC_MSG_H

#include "ipc.h"

#include <proc/msg_text.h>
#include <proc/sysv.h>

struct msg_queue {
	struct ipc_object obj;	/* first */
	s64 stime, rtime, ctime;	/* [L] seconds */
	u64 cbytes, qnum, qbytes;	/* [L] bytes, messages, limit of both */
	struct pid *lspid, *lrpid;	/* [L] owned */
	struct list messages;		/* [L] oldest first */
	struct list receivers;		/* [L] struct msg_receiver */
	struct list senders;		/* [L] struct msg_sender */
};

struct msg_part {
	struct ipc_ids ids;
	u64 max, mnb, mni;	/* [a] /proc/sys/kernel/msg* */
	struct atomic64 bytes, messages;	/* in all queues */
};

static inline struct msg_queue *to_queue(struct ipc_object *o)
{
	return container_of(o, struct msg_queue, obj);
}

static inline struct msg_part *msg_part_of(const struct ipc_ids *ids)
{
	return container_of(ids, struct msg_part, ids);
}

/* The caller's. */
static inline struct msg_part *msg_part_now(void)
{
	return ipc_part_of_current(IPC_MSG);
}

/* msg.c. Sleepers of a queue are let go: receivers with @result (-EAGAIN: to
 * look again), senders to look again. [L] */
void msg_wake_receivers(struct msg_queue *q, int result);
void msg_wake_senders(struct msg_queue *q);
/* @m is in the queue no more. [L] */
void msg_take_out(struct msg_queue *q, struct msg_text *m);

#endif
