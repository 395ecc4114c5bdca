/*
 * fs/async.c - files that ask for signals (O_ASYNC)
 *
 * What:  lists of open files at what they listen to, and the notice to their
 *        owners. An object has a list, which its type passes to
 *        file_async_set; the rest is done here.
 * Locks: async_mutex (RANK_MUTEX_SMALL): all lists. An empty one is seen
 *        without it.
 * Life:  a file is taken off its list before its type's release.
 * Not:   who is told, and how: kernel/proc/file_owner.c, by hooks.
 * See:   fcntl(2), F_SETOWN, F_SETSIG; open(2), O_ASYNC
 */
#include <fs/file.h>

#include <uapi/fcntl.h>

#include "file_internal.h"

static DEFINE_MUTEX(async_mutex, RANK_MUTEX_SMALL);
static void (*signal_owner)(struct file *f, int fd, int band);

void file_async_init(void (*signal)(struct file *f, int fd, int band))
{
	signal_owner = signal;
}

int file_async_change(struct file *f, struct list *listeners, u32 flags)
{
	bool on = flags & FASYNC;

	mutex_lock(&async_mutex);
	if (on && list_empty(&f->async_link))
		list_add_tail(listeners, &f->async_link);
	else if (!on)
		list_del(&f->async_link);
	mutex_unlock(&async_mutex);
	return 0;
}

void file_async_forget(struct file *f)
{
	mutex_lock(&async_mutex);
	list_del(&f->async_link);
	mutex_unlock(&async_mutex);
}

/* Which end of a pipe or the like a change concerns. */
static u32 concerned(int band)
{
	return band == FILE_ASYNC_OUT ? FILE_WRITE : FILE_READ;
}

void file_async_tell(struct list *listeners, int band)
{
	struct file *f;

	mutex_lock(&async_mutex);
	for_each_list(f, listeners, async_link) {
		if ((f->mode & concerned(band)) && signal_owner)
			signal_owner(f, READ_ONCE(f->async_fd), band);
	}
	mutex_unlock(&async_mutex);
}
