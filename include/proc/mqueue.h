/*
 * include/proc/mqueue.h - POSIX message queues, after arguments were copied
 *
 * Context: task, may sleep; no lock held. All are optional.
 * See:   mq_overview(7)
 */
#ifndef PROC_MQUEUE_H
#define PROC_MQUEUE_H

#include <lib/types.h>
#include <uapi/mqueue.h>

struct file;
struct msg_text;
struct siginfo;

struct mq_open_args {
	const char *name;		/* without a slash */
	u32 flags;			/* O_* */
	u32 mode;
	const struct mq_attr *attr;	/* NULL: the defaults */
};
/* Return: 0, -EACCES, -EINVAL (attributes), -ENOENT, -EEXIST, -ENOSPC (too
 * many queues), -EMFILE (RLIMIT_MSGQUEUE), -ENAMETOOLONG, -ENOMEM. */
int mq_open(const struct mq_open_args *a, struct file **out);
int mq_unlink(const char *name);

/* What a message may have: -EBADF (no queue, or not open for this). */
int mq_size_to_send(struct file *f, size_t *max);
int mq_size_to_receive(struct file *f, size_t *max);
/* @text, with size and priority, is stolen on success. Return: 0, -EAGAIN,
 * -ETIMEDOUT, -ERESTARTSYS. @deadline_ns: U64_MAX: for ever. */
int mq_send(struct file *f, struct msg_text *text, u64 deadline_ns);
int mq_receive(struct file *f, struct msg_text **out, u64 deadline_ns);

struct mq_notice {
	int method;		/* SIGEV_NONE, SIGEV_SIGNAL */
	int signo;
	u64 value;
};
/* @n NULL: no notice any more. Return: 0, -EBADF, -EBUSY. */
int mq_notify(struct file *f, const struct mq_notice *n);
/* @new may be NULL; only O_NONBLOCK counts. Return: 0, -EBADF. */
int mq_exchange_attr(struct file *f, const struct mq_attr *new,
		     struct mq_attr *old);

#endif
