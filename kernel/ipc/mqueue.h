/*
 * kernel/ipc/mqueue.h - between the files of POSIX message queues
 *
 * Locks: [L] queue->lock (RANK_IPC); [P] part->lock (RANK_IPC_TABLE).
 */
#ifndef IPC_MQUEUE_H
#define IPC_MQUEUE_H

#include "ipc.h"

#include <fs/file.h>
#include <proc/mqueue.h>

struct mount;
struct user;

/* What an IPC namespace has: the file system of its queues. */
struct mq_part {
	struct refcount refs;		/* the namespace, the superblock */
	struct superblock *sb;		/* [I] owned by the namespace */
	struct mount *mount;		/* [I] owned by the namespace */
	struct plain_ns *ns;		/* [P] borrowed; NULL: it is gone */
	struct spinlock lock;
	struct list wishes;		/* [P] struct mq_wish */
	struct atomic64 count;		/* queues */
	u64 queues_max, msg_max, msgsize_max, msg_default,
	    msgsize_default;		/* [a] /proc/sys/fs/mqueue */
};

/* The attributes that a thread inside mq_open wants for a new queue. */
struct mq_wish {
	struct list link;
	const struct thread *thread;
	const struct mq_attr *attr;
};

struct mq_queue {
	struct spinlock lock;
	struct mq_attr attr;		/* [L] mq_curmsgs; the rest [I] */
	struct rb_root_cached messages;	/* [L] highest priority first */
	struct list receivers, senders;	/* [L] struct mq_waiter */
	struct wait_queue poll;
	struct mq_notice notice;	/* [L] */
	struct pid *notice_owner;	/* [L] owned; NULL: nobody */
	struct user *payer;		/* [I] owned */
	u64 bytes;			/* [I] charged to it */
	struct mq_part *part;		/* [I] owned */
};

struct mq_queue *mq_queue_create(struct mq_part *part);
/* The last user and the name are gone. */
void mq_queue_destroy(struct mq_queue *q);
extern const struct file_ops mq_file_ops;
void mq_part_put(struct mq_part *part);

#endif
