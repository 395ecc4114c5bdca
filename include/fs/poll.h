/*
 * include/fs/poll.h - waiting for many files
 *
 * What:  a file's poll() calls poll_wait for each queue it may be woken from;
 *        the table decides whether that adds an entry (select, epoll) or not.
 */
#ifndef FS_POLL_H
#define FS_POLL_H

#include <lib/types.h>
#include <sched/wait.h>
#include <uapi/poll.h>

struct file;

struct poll_table {
	/* NULL: only ask. Must not sleep. */
	void (*queue)(struct poll_table *pt, struct file *f,
		      struct wait_queue *q);
};

static inline void poll_wait(struct poll_table *pt, struct file *f,
			     struct wait_queue *q)
{
	if (pt && pt->queue)
		pt->queue(pt, f, q);
}

/* Wake-up key: the queue goes away before the file does. Who may stand on a
 * queue that its file does not own takes the entry off; the memory stays until
 * a grace period has passed. */
#define POLLFREE 0x4000

struct file_table;
struct poll_args {
	struct file_table *table;
	u32 n;
	u64 deadline_ns;	/* U64_MAX: for ever */
};
/* Return: number ready, 0 at the deadline, -ERESTARTNOHAND, -ENOMEM. */
int poll_files(const struct poll_args *args, struct pollfd *fds);

/* Sets of descriptors as select(2) has them; kernel memory of FDSET_BYTES(n)
 * each, or NULL. */
struct select_sets {
	u64 *in, *out, *except;
};
/*
 * select_files - the core of select and pselect6
 * @args:    n is the number of descriptors looked at, at most the size of the
 *           table (the caller cuts it: file_table_size)
 * @sets:    asked, and on success replaced by the answer
 * Return:   number of bits set, 0 at the deadline, -EBADF, -ERESTARTNOHAND,
 *           -ENOMEM
 */
int select_files(const struct poll_args *args, const struct select_sets *sets);

#endif
