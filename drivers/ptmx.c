/*
 * drivers/ptmx.c - the master of a pair as a file
 *
 * What:  /dev/ptmx: each open makes a pair. Reads give what the slave wrote
 *        and what was echoed; writes are typed.
 * Locks: the lock of the slave's tty. One writer at a time: pty->writer.
 * Life:  the file owns one reference of the slave's tty.
 * See:   ptmx(4), ioctl_tty(2), TIOCPKT(2const), TIOCSPTLCK(2const),
 *        TIOCGPTPEER(2const)
 */
#include "pty.h"

#include <fs/file.h>
#include <proc/signal.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/ioctl.h>
#include <uapi/poll.h>
#include <vm/uaccess.h>

#define CHUNK 256u

static struct pty *file_pty(const struct file *f)
{
	return f->private;
}

static int ptmx_open(struct inode *inode, struct file *f)
{
	struct devpts *fs;
	struct pty *pty;
	int err = devpts_of_path(&f->path, &fs);

	(void)inode;
	if (err)
		return err;
	err = pty_create(fs, f->cred, &pty);
	if (err) {
		devpts_put(fs);
		return err;
	}
	f->private = pty;
	f->mode |= FILE_STREAM | FILE_NO_LOCK_POS;
	return 0;
}

static void ptmx_release(struct file *f)
{
	pty_close(file_pty(f));
}

static int ptmx_set_flags(struct file *f, u32 flags)
{
	return file_async_set(f, &file_pty(f)->async, flags);
}

static bool has_status(const struct pty *pty)
{
	return READ_ONCE(pty->packet) && READ_ONCE(pty->status);
}

static bool readable(const struct pty *pty)
{
	return ring_used(&pty->output) || has_status(pty);
}

static bool input_changed(const struct pty *pty)
{
	return readable(pty) || READ_ONCE(pty->slave_closed) ||
	       READ_ONCE(pty->hung_up);
}

/* 0, -EIO (the slave is closed), -EAGAIN, -ERESTARTSYS */
static int wait_readable(struct pty *pty, const struct file *f)
{
	int err = 0;

	if (!input_changed(pty)) {
		if (READ_ONCE(f->flags) & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&pty->read_wait,
					       input_changed(pty));
	}
	if (err || readable(pty) || READ_ONCE(pty->hung_up))
		return err;
	return -EIO;
}

/* One piece: *@begun, a status or the byte that says "data" was given. */
static u32 take(struct pty *pty, u8 *buf, u32 len, bool *begun)
{
	u32 n = 0;

	mutex_lock(&pty->tty.lock);
	if (pty->packet && !*begun) {
		buf[n++] = pty->status;
		len = pty->status ? 0 : len - 1;
		pty->status = 0;
		*begun = true;
	}
	n += ring_read(&pty->output, buf + n, len);
	tty_echo_flush(&pty->tty);
	mutex_unlock(&pty->tty.lock);
	return n;
}

static ssize_t ptmx_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct pty *pty = file_pty(f);
	bool begun = false;
	ssize_t total = 0;
	int err = b->left ? wait_readable(pty, f) : 0;

	(void)pos;
	if (err)
		return err;
	while (b->left && readable(pty)) {
		u8 buf[CHUNK];
		u32 n = take(pty, buf, (u32)min(b->left, sizeof(buf)), &begun);

		if (iobuf_put(b, buf, n) != n)
			return total ? total : -EFAULT;
		total += n;
		/* A change of state ends this read; the next one tells it. */
		if (has_status(pty) || !n || (n == 1 && begun && buf[0]))
			break;
	}
	tty_output_ready(&pty->tty);
	return total;
}

static size_t type_some(struct pty *pty, const u8 *buf, size_t len)
{
	size_t n = 0;

	mutex_lock(&pty->tty.lock);
	if (!pty->stopped)
		n = pty_type(pty, buf, len);
	mutex_unlock(&pty->tty.lock);
	return n;
}

static ssize_t write_chunk(struct pty *pty, const struct file *f,
			   const u8 *buf, size_t len)
{
	size_t done = 0;
	int err = 0;

	while (done < len && !err) {
		size_t n = type_some(pty, buf + done, len - done);

		if (!n && (READ_ONCE(f->flags) & O_NONBLOCK))
			err = -EAGAIN;
		else if (!n)
			err = wait_event_interruptible(&pty->write_wait,
				(n = type_some(pty, buf + done, len - done)));
		done += n;
	}
	return done ? (ssize_t)done : err;
}

static ssize_t write_all(struct pty *pty, const struct file *f,
			 struct iobuf *b)
{
	u8 buf[CHUNK];
	ssize_t total = 0;

	while (b->left) {
		size_t len = min(b->left, sizeof(buf));
		size_t got = iobuf_take(b, buf, len);
		ssize_t n = got ? write_chunk(pty, f, buf, got) : 0;

		if (n > 0)
			total += n;
		if (got < len)
			return total ? total : -EFAULT;
		if (n < (ssize_t)len)
			return total ? total : n;
		if (signal_interrupts(THREAD_INTERRUPTIBLE))
			break;
		cond_resched();
	}
	return total;
}

static ssize_t ptmx_write(struct file *f, struct iobuf *b, off_t *pos)
{
	struct pty *pty = file_pty(f);
	ssize_t n;
	int err;

	(void)pos;
	if (READ_ONCE(pty->hung_up))
		return -EIO;
	err = tty_claim(&pty->writer, &pty->write_wait, f);
	if (err)
		return err;
	n = signal_interrupts(THREAD_INTERRUPTIBLE) ? -ERESTARTSYS :
	    write_all(pty, f, b);
	tty_unclaim(&pty->writer, &pty->write_wait);
	return n;
}

static u32 ptmx_poll(struct file *f, struct poll_table *pt)
{
	struct pty *pty = file_pty(f);
	u32 mask = 0;

	poll_wait(pt, f, &pty->read_wait);
	poll_wait(pt, f, &pty->write_wait);
	if (READ_ONCE(pty->hung_up))
		return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM |
		       POLLWRNORM;
	if (ring_used(&pty->output))
		mask |= POLLIN | POLLRDNORM;
	if (has_status(pty))
		mask |= POLLPRI | POLLIN | POLLRDNORM;
	if (READ_ONCE(pty->slave_closed))
		mask |= POLLHUP;
	if (ring_space(&pty->tty.raw) && !READ_ONCE(pty->stopped) &&
	    !READ_ONCE(pty->writer))
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

static long set_locked(struct pty *pty, u64 arg)
{
	u32 on;

	if (get_user_u32(&on, arg))
		return -EFAULT;
	mutex_lock(&pty->tty.lock);
	pty->locked = on;
	mutex_unlock(&pty->tty.lock);
	return 0;
}

static long set_packet(struct pty *pty, u64 arg)
{
	u32 on;

	if (get_user_u32(&on, arg))
		return -EFAULT;
	mutex_lock(&pty->tty.lock);
	if (on && !pty->packet)
		pty->status = 0;
	pty->packet = on;
	mutex_unlock(&pty->tty.lock);
	return 0;
}

/* TIOCSIG: as if its character had been typed. */
static long send_signal(struct pty *pty, u64 sig)
{
	if (sig != SIGINT && sig != SIGQUIT && sig != SIGTSTP)
		return -EINVAL;
	tty_signal_foreground(&pty->tty, (int)sig);
	return 0;
}

/* A descriptor of the slave, whatever is mounted where. */
static long open_slave(struct pty *pty, struct file *master, u32 flags)
{
	struct file_table *files = current_task()->files;
	int fd = fd_alloc(files, 0, current_rlimit(RLIMIT_NOFILE),
			  flags & O_CLOEXEC);
	struct path path;
	struct file *f;
	int err;

	if (fd < 0)
		return fd;
	err = devpts_slave_path(pty, &master->path, &path);
	if (!err) {
		err = vfs_open_path(&path, flags, current_cred(), &f);
		path_put(&path);
	}
	if (err) {
		fd_cancel(files, fd);
		return err;
	}
	fd_install(files, fd, f);
	return fd;
}

/* What the slave typed and wrote, or what was typed here and not yet seen by
 * the line discipline. */
static long flush(struct pty *pty, u64 queue)
{
	int err = tty_check_change(&pty->tty);

	if (err)
		return err;
	if (queue != TCIFLUSH && queue != TCOFLUSH && queue != TCIOFLUSH)
		return -EINVAL;
	mutex_lock(&pty->tty.lock);
	if (queue != TCOFLUSH)
		ring_drop(&pty->output, PTY_OUTPUT_SIZE);
	if (queue != TCIFLUSH)
		ring_drop(&pty->tty.raw, PTY_INPUT_SIZE);
	mutex_unlock(&pty->tty.lock);
	tty_output_ready(&pty->tty);
	wake_all(&pty->write_wait);
	return 0;
}

/* The master has the characters of a fresh terminal. */
static long flow(struct pty *pty, u64 action)
{
	static const u8 cc[] = TTY_DEFAULT_CC;

	if (action > TCION)
		return -EINVAL;
	mutex_lock(&pty->tty.lock);
	if (action == TCOOFF || action == TCOON)
		pty->stopped = action == TCOOFF;
	else
		pty_type(pty, &cc[action == TCION ? VSTART : VSTOP], 1);
	mutex_unlock(&pty->tty.lock);
	wake_all(&pty->write_wait);
	return 0;
}

static long hang_up(struct pty *pty)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	WRITE_ONCE(pty->hung_up, true);
	wake_all(&pty->read_wait);
	wake_all(&pty->write_wait);
	return 0;
}

/* TIOCSTI: to be read here. */
static long inject(struct pty *pty, u64 arg)
{
	u8 c;

	if (!capable(CAP_SYS_ADMIN))
		return -EIO;
	if (copy_from_user(&c, arg, 1))
		return -EFAULT;
	mutex_lock(&pty->tty.lock);
	ring_put(&pty->output, c);
	mutex_unlock(&pty->tty.lock);
	wake_all(&pty->read_wait);
	return 0;
}

static long ioctl_queues(struct pty *pty, u32 cmd, u64 arg)
{
	switch (cmd) {
	case FIONREAD:
		return put_user_u32(arg, ring_used(&pty->output));
	case TIOCOUTQ:
		return put_user_u32(arg, 0);
	case TCFLSH:
		return flush(pty, arg);
	case TCXONC:
		return flow(pty, arg);
	case TIOCSTI:
		return inject(pty, arg);
	case TIOCEXCL:
	case TIOCNXCL:
		WRITE_ONCE(pty->exclusive, cmd == TIOCEXCL);
		return 0;
	case TIOCGEXCL:
		return put_user_u32(arg, READ_ONCE(pty->exclusive));
	case TIOCVHANGUP:
		return hang_up(pty);
	}
	return -ENOTTY;
}

static long ptmx_ioctl(struct file *f, u32 cmd, u64 arg)
{
	struct pty *pty = file_pty(f);
	struct tty_call c = { .tty = &pty->tty, .f = f, .master = true };
	long result;

	if (READ_ONCE(pty->hung_up))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	switch (cmd) {
	case TIOCGPTN:
		return put_user_u32(arg, pty->index);
	case TIOCSPTLCK:
		return set_locked(pty, arg);
	case TIOCGPTLCK:
		return put_user_u32(arg, READ_ONCE(pty->locked));
	case TIOCPKT:
		return set_packet(pty, arg);
	case TIOCGPKT:
		return put_user_u32(arg, READ_ONCE(pty->packet));
	case TIOCSIG:
		return send_signal(pty, arg);
	case TIOCGPTPEER:
		return open_slave(pty, f, (u32)arg);
	}
	result = ioctl_queues(pty, cmd, arg);
	return result == -ENOTTY ? tty_ioctl_both(&c, cmd, arg) : result;
}

const struct file_ops ptmx_file_ops = {
	.open = ptmx_open,
	.read = ptmx_read,
	.write = ptmx_write,
	.poll = ptmx_poll,
	.ioctl = ptmx_ioctl,
	.set_flags = ptmx_set_flags,
	.release = ptmx_release,
};
