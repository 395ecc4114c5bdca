/*
 * include/uapi/mqueue.h - POSIX message queues
 *
 * Source: mq_overview(7), mq_getattr(3), mq_notify(3).
 */
#ifndef UAPI_MQUEUE_H
#define UAPI_MQUEUE_H

#include <uapi/types.h>

#define MQ_PRIO_MAX 32768
#define MQUEUE_MAGIC 0x19800202

struct mq_attr {
	s64 mq_flags, mq_maxmsg, mq_msgsize, mq_curmsgs;
	s64 reserved[4];
};

#endif
