/*
 * fs/pipe.h - pipes and FIFOs, inside fs/
 */
#ifndef FS_PIPE_H
#define FS_PIPE_H

#include <fs/file.h>
#include <mm/page.h>
#include <sched/wait.h>

#define PIPE_DEF_SLOTS (PIPE_DEF_BYTES / PAGE_SIZE)

/* Bytes in one page of the ring. */
struct pipe_slot {
	char *page;			/* owned, by its address */
	u32 off, len;
	bool packet;			/* written in packet mode: not merged */
	u8 shared;			/* SHARED_*: another pipe has it */
};

#define SHARED_FROM 1	/* another pipe got it from here: not used again */
#define SHARED_TO 2	/* it came from another pipe: not merged either */

/*
 * Locks: lock (RANK_MUTEX_PIPE) covers all but what is marked; user memory is
 *        copied under it. poll reads the numbers without it.
 * Life:  made by pipe2 or the first open of a FIFO, freed when the last open
 *        file goes. inode->pipe points to it, under inode->lock.
 */
struct pipe {
	struct mutex lock;
	struct wait_queue read_wait, write_wait;
	struct list async;		/* -> file_async_set */
	u32 nslots;			/* a power of two */
	u32 head, tail;			/* free running: written, read */
	struct pipe_slot *slots;	/* owned, nslots of them */
	char *spare;			/* owned: one read empty, or NULL */
	u32 readers, writers;		/* open files with that mode */
	u32 reader_opens, writer_opens;	/* count every open, for FIFOs */
	u32 nfiles;			/* [inode->lock] who keeps it */
	bool held;			/* its first page is on its way to a
					   file: readers wait (splice) */
};

struct pipe *pipe_alloc(void);
void pipe_free(struct pipe *p);
static inline u32 pipe_used(const struct pipe *p)
{
	return READ_ONCE(p->head) - READ_ONCE(p->tail);
}
static inline bool pipe_is_full(const struct pipe *p)
{
	return pipe_used(p) >= READ_ONCE(p->nslots);
}
static inline void pipe_page_put(char *page)
{
	page_put(virt_to_page(page));
}
struct pipe *pipe_of_file(const struct file *f);	/* NULL: none */
/* Lock held in these, and dropped to sleep. 1: there is data, 0: no writer is
 * left; -EAGAIN, -ERESTARTSYS. */
int pipe_wait_data(struct pipe *p, bool nonblock);
/* 0: there is room; -EPIPE, -EAGAIN, -ERESTARTSYS. */
int pipe_wait_room(struct pipe *p, bool nonblock);
/* One page more; there is a free slot. Bytes or -errno. */
ssize_t pipe_append_page(struct pipe *p, struct iobuf *b, bool packet);
/* Not held: tell readers that there is data, if any of them listens. */
void pipe_wake_readers(struct pipe *p);
/* As read(2) of @f, a pipe. */
ssize_t pipe_read_as(struct file *f, struct iobuf *b, bool nonblock);
int pipe_open(struct inode *inode, struct file *f);
void pipe_release(struct file *f);

#endif
