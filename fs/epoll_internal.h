/*
 * fs/epoll_internal.h - an epoll and its items, for epoll.c and epoll_ready.c
 *
 * Locks, Life: fs/epoll.c
 */
#ifndef FS_EPOLL_INTERNAL_H
#define FS_EPOLL_INTERNAL_H

#include <fs/epoll.h>
#include <fs/file.h>
#include <lib/rbtree.h>
#include <sched/sched.h>

struct epoll {
	struct mutex mutex;		/* RANK_MUTEX_EPOLL */
	struct rb_root items;		/* [mutex] by (file, fd) */
	struct spinlock lock;		/* RANK_EPOLL */
	struct list ready;		/* [lock] items by ready_link */
	bool taken;			/* [lock] some of them are being asked,
					   and not on the list meanwhile */
	struct wait_queue wait;		/* epoll_wait, one waked at a time */
	struct wait_queue poll_wait;	/* poll, and epolls that watch this */
	struct file *file;		/* [I] its open file */
	u64 walk;			/* [graph_mutex] the last that came */
	u32 depth;			/* [graph_mutex] what that found */
};

struct epoll_item {
	struct rb_node node;		/* [ep->mutex] */
	struct epoll *ep;		/* [I] */
	struct file *file;		/* [I] borrowed, see epoll.c */
	int fd;				/* [I] */
	/* data: [ep->mutex], events: [ep->lock] */
	struct epoll_event event;
	struct list ready_link;		/* [ep->lock] */
	struct list file_link;		/* [file->owner_lock] */
	struct epoll_hook *hooks;	/* [ep->mutex] owned */
};

/* An item on one wait queue. */
struct epoll_hook {
	struct wait_entry wait;
	struct wait_queue *queue;	/* [R] NULL: it went away */
	struct epoll_item *item;	/* [I] */
	struct epoll_hook *next;	/* [ep->mutex] */
};

/* Events of the file that the item wants. ep->mutex held. */
static inline u32 epoll_item_ask(struct epoll_item *item, struct poll_table *pt)
{
	return file_poll(item->file, pt) & item->event.events;
}

/* epoll_ready.c */

/* Put @item on the ready list, if it wants @key (0: whatever it is). Context:
 * any, takes ep->lock. Return: it did. */
bool epoll_item_mark(struct epoll_item *item, u32 key);
/* Tell those who wait for @ep. Return: somebody does in epoll_wait. */
bool epoll_wake(struct epoll *ep);
/* A hook's function. Context: any, under the lock of the file's wait queue. */
bool epoll_hook_wake(struct wait_entry *e, u32 key);
/* The file type's poll. */
u32 epoll_poll(struct file *f, struct poll_table *pt);

#endif
