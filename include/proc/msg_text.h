/*
 * include/proc/msg_text.h - a message between two tasks
 *
 * What:  bytes of any number in pieces of a page, for System V and POSIX
 *        queues.
 */
#ifndef PROC_MSG_TEXT_H
#define PROC_MSG_TEXT_H

#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>

struct msg_piece;

struct msg_text {
	union {		/* in the queue that has it */
		struct list link;
		struct rb_node node;
	};
	union {
		s64 type;
		u32 priority;
	};
	size_t size;
	struct msg_piece *pieces;	/* owned */
};

/* Room for @size bytes: 0, -ENOMEM. */
int msg_text_alloc(size_t size, struct msg_text **out);
/* The @size bytes at @src of the caller: 0, -EFAULT, -ENOMEM. May sleep. */
int msg_text_load(uptr_t src, size_t size, struct msg_text **out);
/* The first @size bytes to the caller's @dst: 0, -EFAULT. May sleep. */
int msg_text_store(uptr_t dst, const struct msg_text *m, size_t size);
/* @to becomes like @from, which is not longer. Context: any. */
void msg_text_copy(struct msg_text *to, const struct msg_text *from);
/* @m may be NULL. Context: any. */
void msg_text_free(struct msg_text *m);

#endif
