/*
 * fs/fifo.c - opening pipes: pipe2, FIFOs by name
 *
 * What:  two files on one nameless inode, or the rules by which an open of a
 *        FIFO waits for the other side.
 * Locks: inode->lock: inode->pipe and who keeps it; pipe->lock inside it.
 * Life:  the first open makes the pipe, the last release frees it (pipe.c).
 * See:   pipe(2), fifo(7)
 */
#include "pipe.h"

#include <core/panic.h>
#include <core/race.h>
#include <core/start_call.h>
#include <lib/format.h>
#include <uapi/fcntl.h>

#include "fifo.h"
#include "file_internal.h"

static struct superblock *pipe_sb;	/* set at boot */

static void pipe_start(void)
{
	static struct fs_type pipefs = { .name = "pipefs", .nodev = true };

	fs_type_register(&pipefs);
	if (superblock_create("pipefs", PIPEFS_MAGIC, NULL, &pipe_sb))
		panic("vfs: no memory for pipefs");
}
START_CALL(pipe_start);

/* The pipe of @inode, kept by one file more; NULL: no memory. */
static struct pipe *pipe_hold(struct inode *inode)
{
	struct pipe *p;

	mutex_lock(&inode->lock);
	if (!inode->pipe)
		inode->pipe = pipe_alloc();
	p = inode->pipe;
	if (p)
		p->nfiles++;
	mutex_unlock(&inode->lock);
	return p;
}

static void pipe_let_go(struct inode *inode, struct pipe *p)
{
	bool last;

	mutex_lock(&inode->lock);
	last = --p->nfiles == 0;
	if (last)
		inode->pipe = NULL;
	mutex_unlock(&inode->lock);
	if (last)
		pipe_free(p);
}

/* A pipe without a name, opened again by /proc/PID/fd: nobody is waited for,
 * because the other side may have come and gone. */
static bool is_nameless(const struct inode *inode)
{
	return inode->sb == pipe_sb;
}

/* Is nobody there whom this open could wait for? [pipe lock] */
static bool in_vain(const struct pipe *p, const struct file *f)
{
	return !(f->mode & FILE_READ) && (f->flags & O_NONBLOCK) &&
	       !p->readers && !is_nameless(path_inode(&f->path));
}

/*
 * Count @f as a user of its sides; wakes opens that wait for it. @met: the
 * other side is open as well; it may be gone as soon as the lock is free, so
 * nobody looks later.
 * Return: 0, -ENXIO (a writer that would not wait, and no reader)
 */
static int join(struct pipe *p, struct file *f, bool *met)
{
	mutex_lock(&p->lock);
	if (in_vain(p, f)) {
		mutex_unlock(&p->lock);
		return -ENXIO;
	}
	if (f->mode & FILE_READ) {
		WRITE_ONCE(p->readers, p->readers + 1);
		WRITE_ONCE(p->reader_opens, p->reader_opens + 1);
	}
	if (f->mode & FILE_WRITE) {
		WRITE_ONCE(p->writers, p->writers + 1);
		WRITE_ONCE(p->writer_opens, p->writer_opens + 1);
	}
	/* For readers one less than the count of writers until now: that is
	 * never equal to the count, which would mean "no writer since". */
	f->type_data = f->mode & FILE_READ ? p->writer_opens - 1 :
		p->reader_opens;
	*met = f->mode & FILE_READ ? p->writers : p->readers;
	mutex_unlock(&p->lock);
	wake_all(&p->read_wait);
	wake_all(&p->write_wait);
	race_point("fifo: joined");
	return 0;
}

static void leave(struct pipe *p, struct file *f)
{
	mutex_lock(&p->lock);
	if (f->mode & FILE_READ)
		WRITE_ONCE(p->readers, p->readers - 1);
	if (f->mode & FILE_WRITE)
		WRITE_ONCE(p->writers, p->writers - 1);
	mutex_unlock(&p->lock);
	wait_queue_wake(&p->read_wait, 0, POLLIN | POLLRDNORM | POLLHUP);
	wait_queue_wake(&p->write_wait, 0, POLLOUT | POLLWRNORM | POLLERR);
	if (READ_ONCE(p->readers) && READ_ONCE(p->writers))
		return;
	file_async_notify(&p->async, FILE_ASYNC_IN);
	file_async_notify(&p->async, FILE_ASYNC_OUT);
}

/* Wait until the other side, which was not open then, was opened since join. */
static int wait_for_writer(struct pipe *p, struct file *f)
{
	u32 opens = f->type_data + 1;

	if (f->flags & O_NONBLOCK) {
		/* No POLLHUP before the first writer comes. */
		f->type_data = opens;
		return 0;
	}
	return wait_event_interruptible(&p->read_wait,
					READ_ONCE(p->writer_opens) != opens);
}

static int wait_for_reader(struct pipe *p, struct file *f)
{
	u32 opens = f->type_data;

	return wait_event_interruptible(&p->write_wait,
					READ_ONCE(p->reader_opens) != opens);
}

static int wait_for_other_side(struct pipe *p, struct file *f)
{
	return f->mode & FILE_READ ? wait_for_writer(p, f) :
		wait_for_reader(p, f);
}

int pipe_open(struct inode *inode, struct file *f)
{
	bool met, joined;
	struct pipe *p;
	int err;

	if (!(f->mode & (FILE_READ | FILE_WRITE)))
		return -EINVAL;
	p = pipe_hold(inode);
	if (!p)
		return -ENOMEM;
	err = join(p, f, &met);
	joined = !err;
	if (joined && !met && !is_nameless(inode))
		err = wait_for_other_side(p, f);
	if (!err) {
		f->private = p;
		return 0;
	}
	if (joined)
		leave(p, f);
	pipe_let_go(inode, p);
	return err;
}

void pipe_release(struct file *f)
{
	struct pipe *p = f->private;

	leave(p, f);
	pipe_let_go(path_inode(&f->path), p);
}

/* The nameless inode of a new pipe. */
static int create_path(const struct cred *cred, struct path *out)
{
	struct inode *inode = inode_create(pipe_sb, S_IFIFO | S_IRUSR |
					   S_IWUSR);
	int err;

	if (!inode)
		return -ENOMEM;
	inode->uid = cred->fsuid;
	inode->gid = cred->fsgid;
	err = path_create_numbered(inode, "pipe", out);
	inode_put(inode);
	return err;
}

/* Both ends count from the start, so that neither open waits. */
static int open_ends(const struct path *p, const struct cred *cred, u32 flags,
		     struct pipe_ends *out)
{
	struct pipe *pipe = pipe_hold(path_inode(p));
	int err;

	if (!pipe)
		return -ENOMEM;
	pipe->readers = 1;
	pipe->writers = 1;
	err = file_create(p, NULL, 0, cred, &out->read);
	if (!err) {
		err = file_open(out->read, O_RDONLY | flags);
		if (!err)
			err = file_create(p, NULL, 0, cred, &out->write);
		if (!err) {
			err = file_open(out->write, O_WRONLY | flags);
			if (err)
				file_put(out->write);
		}
		if (err)
			file_put(out->read);
	}
	pipe->readers--;
	pipe->writers--;
	pipe_let_go(path_inode(p), pipe);
	return err;
}

int pipe_create(const struct cred *cred, u32 flags, struct pipe_ends *out)
{
	struct path p;
	int err = create_path(cred, &p);

	if (err)
		return err;
	err = open_ends(&p, cred, flags & (O_NONBLOCK | O_DIRECT), out);
	path_put(&p);
	return err;
}
