/*
 * drivers/pty.c - pairs of terminals
 *
 * What:  the slave's device: what it writes is what the master reads; what
 *        happens to it is told to a master in packet mode.
 * Locks: the lock of the slave's tty; the functions of struct tty_ops are
 *        called with it.
 * Life:  see pty.h.
 * Not:   the master as a file (ptmx.c), names and numbers (devpts.c).
 * See:   pty(7), pts(4), TIOCPKT(2const)
 */
#include "pty.h"

#include <core/printk.h>
#include <drivers/drivers.h>
#include <fs/file.h>
#include <mm/kmalloc.h>
#include <uapi/errno.h>
#include <uapi/kdev.h>
#include <uapi/poll.h>

static struct pty *pty_of(struct tty *tty)
{
	return container_of(tty, struct pty, tty);
}

static void wake_master(struct pty *pty, u32 key)
{
	wait_queue_wake(&pty->read_wait, 1, key);
	file_async_notify(&pty->async, FILE_ASYNC_IN);
}

void pty_status(struct pty *pty, u8 set, u8 clear)
{
	if (!pty->packet)
		return;
	pty->status = (u8)((pty->status & ~clear) | set);
	wake_master(pty, POLLPRI | POLLIN | POLLRDNORM);
}

static size_t slave_write(struct tty *tty, const char *data, size_t len)
{
	struct pty *pty = pty_of(tty);

	if (!ring_write_all(&pty->output, data, (u32)len))
		return 0;
	wake_master(pty, POLLIN | POLLRDNORM);
	return len;
}

static size_t slave_room(struct tty *tty)
{
	return ring_space(&pty_of(tty)->output);
}

/* What is written has arrived. */
static size_t slave_pending(struct tty *tty)
{
	(void)tty;
	return 0;
}

/* The newest bytes beyond those that count as read. */
static void slave_discard(struct tty *tty)
{
	struct pty *pty = pty_of(tty);
	u32 used = ring_used(&pty->output);

	if (used > PTY_OUTPUT_KEPT)
		pty->output.tail -= used - PTY_OUTPUT_KEPT;
	pty_status(pty, TIOCPKT_FLUSHWRITE, 0);
}

/* May the master's user stop and start by the usual characters? */
static bool usual_flow(const struct termios2 *t)
{
	return (t->c_iflag & IXON) && t->c_cc[VSTOP] == 023 &&
	       t->c_cc[VSTART] == 021;
}

static void slave_set_termios(struct tty *tty, const struct termios2 *old)
{
	struct pty *pty = pty_of(tty);
	bool flow = usual_flow(&tty->termios);

	if (flow != usual_flow(old))
		pty_status(pty, flow ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP,
			   TIOCPKT_DOSTOP | TIOCPKT_NOSTOP);
	if (L(tty, EXTPROC) || (old->c_lflag & EXTPROC))
		pty_status(pty, TIOCPKT_IOCTL, 0);
	tty->termios.c_cflag &= ~(u32)(CSIZE | PARENB);
	tty->termios.c_cflag |= CS8 | CREAD;
}

static void slave_event(struct tty *tty, enum tty_event event)
{
	struct pty *pty = pty_of(tty);

	switch (event) {
	case TTY_INPUT_TAKEN:
		wait_queue_wake(&pty->write_wait, 1, POLLOUT | POLLWRNORM);
		break;
	case TTY_INPUT_FLUSHED:
		pty_status(pty, TIOCPKT_FLUSHREAD, 0);
		break;
	case TTY_STOPPED:
		pty_status(pty, TIOCPKT_STOP, TIOCPKT_START);
		break;
	case TTY_STARTED:
		pty_status(pty, TIOCPKT_START, TIOCPKT_STOP);
		break;
	case TTY_CLOSED:
		pty->slave_closed = !tty->opens;
		if (pty->slave_closed) {
			wake_master(pty, POLLHUP | POLLIN);
			wake_all(&pty->write_wait);
		}
		break;
	case TTY_HUNG_UP:
		pty->status = 0;
		break;
	}
}

static int slave_open(struct tty *tty)
{
	struct pty *pty = pty_of(tty);

	if (pty->locked || !pty->open)
		return -EIO;
	pty->slave_closed = false;
	return 0;
}

static void slave_free(struct tty *tty)
{
	struct pty *pty = pty_of(tty);

	devpts_free_number(pty);
	devpts_put(pty->fs);
	tty_fini_pair(tty);
	kfree(pty->output.data);
	kfree(pty);
}

static const struct tty_ops slave_ops = {
	.write = slave_write,
	.room = slave_room,
	.pending = slave_pending,
	.discard = slave_discard,
	.set_termios = slave_set_termios,
	.event = slave_event,
	.open = slave_open,
	.free = slave_free,
};

size_t pty_type(struct pty *pty, const u8 *data, size_t len)
{
	size_t done = 0;
	u32 n;

	do {
		n = ring_write(&pty->tty.raw, data + done, (u32)(len - done));
		done += n;
		tty_pump(&pty->tty);
	} while (n && done < len);
	return done;
}

/* Memory, without number or name. */
static struct pty *alloc(void)
{
	const struct tty_args args = {
		.name = "pts",
		.ops = &slave_ops,
		.flags = TTY_PAIR | TTY_RESET,
		.raw_size = PTY_INPUT_SIZE,
		.cflag = B38400 | CS8 | CREAD,
	};
	struct pty *pty = kzalloc(sizeof(*pty));
	u8 *output = kmalloc(PTY_OUTPUT_SIZE);

	if (!pty || !output || tty_init_pair(&pty->tty, &args)) {
		kfree(output);
		kfree(pty);
		return NULL;
	}
	ring_init(&pty->output, output, PTY_OUTPUT_SIZE);
	pty->open = true;
	pty->locked = true;
	list_init(&pty->async);
	wait_queue_init(&pty->read_wait);
	wait_queue_init(&pty->write_wait);
	return pty;
}

int pty_create(struct devpts *fs, const struct cred *cred, struct pty **out)
{
	struct pty *pty = alloc();
	int err;

	if (!pty)
		return -ENOMEM;
	err = devpts_number(fs, pty);
	if (err)
		goto undo_alloc;
	pty->fs = fs;
	pty->tty.dev = MKDEV(UNIX98_PTY_SLAVE_MAJOR, pty->index);
	err = devpts_add(pty, cred);
	if (err)
		goto undo_number;
	*out = pty;
	return 0;
undo_number:
	devpts_free_number(pty);
undo_alloc:
	tty_fini_pair(&pty->tty);
	kfree(pty->output.data);
	kfree(pty);
	return err;
}

void pty_close(struct pty *pty)
{
	mutex_lock(&pty->tty.lock);
	pty->open = false;
	pty->packet = false;
	WRITE_ONCE(pty->tty.peer_gone, true);
	mutex_unlock(&pty->tty.lock);
	wake_all(&pty->tty.read_wait);
	devpts_remove(pty);
	tty_hangup(&pty->tty);
	tty_put(&pty->tty);
}

void pty_init(void)
{
	static struct devnode node = {
		.args = {
			.name = "ptmx", .mode = S_IFCHR | 0666,
			.rdev = MKDEV(TTYAUX_MAJOR, 2),
		},
	};

	static struct tty_driver drivers[] = {
		{ .name = "/dev/ptmx", .node = "ptmx", .major = TTYAUX_MAJOR,
		  .minor = 2, .type = "system" },
		{ .name = "pty_slave", .node = "pts",
		  .major = UNIX98_PTY_SLAVE_MAJOR, .count = 1u << 20,
		  .type = "pty:slave" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(drivers); i++)
		tty_driver_add(&drivers[i]);
	if (devpts_init() || devnode_add(&node) ||
	    chardev_register(TTYAUX_MAJOR, 2, "/dev/ptmx", &ptmx_file_ops))
		pr_err("pty: no memory\n");
}
