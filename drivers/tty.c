/*
 * drivers/tty.c - terminals: objects and input
 *
 * What:  birth and numbers of ttys; the way of characters from a device into
 *        the line discipline, in a thread of the tty because a group may not
 *        be signalled from interrupts. Pairs have no thread: who writes to
 *        the master does that work.
 * Locks: tty->lock; ttys_mutex for the list of all.
 * Not:   open files (tty_file.c), sessions (tty_job.c), editing (tty_line.c),
 *        echo (tty_output.c), requests (tty_ioctl.c, tty_mode.c), pairs
 *        (pty.c).
 * See:   tty(4), console(4), termios(3).
 */
#include "tty_private.h"

#include <core/assert.h>
#include <core/panic.h>
#include <fs/file.h>
#include <mm/kmalloc.h>
#include <uapi/errno.h>
#include <uapi/kdev.h>
#include <uapi/poll.h>

static struct tty *console_tty;		/* [I] after boot */
static struct tty_driver *drivers;	/* [I] after boot */

struct tty *tty_get(struct tty *tty)
{
	refcount_get(&tty->refs);
	return tty;
}

void tty_put(struct tty *tty)
{
	if (!refcount_put(&tty->refs))
		return;
	if (!tty->ops->free)
		panic("tty: %s lost its last reference", tty->name);
	tty->ops->free(tty);
}

void tty_pump(struct tty *tty)
{
	bool taken = false;
	u8 c;

	while (tty_line_room(tty) && ring_get(&tty->raw, &c)) {
		tty_line_input(tty, c);
		taken = true;
	}
	if (xchg(&tty->breaks, 0))
		tty_line_break(tty);
	if (taken && tty->ops->event)
		tty->ops->event(tty, TTY_INPUT_TAKEN);
	if (!tty_line_available(tty) || !taken)
		return;
	wait_queue_wake(&tty->read_wait, 1, POLLIN | POLLRDNORM);
	file_async_notify(&tty->async, FILE_ASYNC_IN);
}

/* Is there something for the thread? */
static bool has_work(struct tty *tty)
{
	return (ring_used(&tty->raw) && tty_line_room(tty)) ||
	       READ_ONCE(tty->breaks) ||
	       (READ_ONCE(tty->output_ready) && ring_used(&tty->echo) &&
		!READ_ONCE(tty->stopped));
}

/* The tty's thread: raw characters become lines, echo and signals. */
static void tty_thread(void *arg)
{
	struct tty *tty = arg;

	for (;;) {
		wait_event(&tty->raw_wait, has_work(tty));
		mutex_lock(&tty->lock);
		WRITE_ONCE(tty->output_ready, 0);
		tty_echo_flush(tty);
		tty_pump(tty);
		mutex_unlock(&tty->lock);
		cond_resched();
	}
}

void tty_input(struct tty *tty, const u8 *data, u32 len)
{
	ring_write(&tty->raw, data, len);
	wait_queue_wake(&tty->raw_wait, 0, 0);
}

void tty_break(struct tty *tty)
{
	WRITE_ONCE(tty->breaks, 1);
	wait_queue_wake(&tty->raw_wait, 0, 0);
}

void tty_output_ready(struct tty *tty)
{
	if (wait_queue_active(&tty->write_wait))
		wait_queue_wake(&tty->write_wait, 1, POLLOUT | POLLWRNORM);
	if (ring_used(&tty->echo)) {
		WRITE_ONCE(tty->output_ready, 1);
		wait_queue_wake(&tty->raw_wait, 0, 0);
	}
}

/* Every tty_create registers its number here. */
static struct list ttys = LIST_INIT(ttys);
static DEFINE_MUTEX(ttys_mutex, RANK_MUTEX_SMALL);

struct tty_entry {
	struct list link;	/* [ttys_mutex] */
	struct tty *tty;	/* [I] */
	dev_t dev;		/* [I] tty->dev, or another number for it */
};

struct tty *tty_find(dev_t dev)
{
	struct tty *found = NULL;
	struct tty_entry *e;

	mutex_lock(&ttys_mutex);
	for_each_list(e, &ttys, link) {
		if (e->dev == dev)
			found = e->tty;
	}
	mutex_unlock(&ttys_mutex);
	return found;
}

static const struct termios2 first_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE |
		   IEXTEN,
	.c_cc = TTY_DEFAULT_CC,
	.c_ispeed = 115200,
	.c_ospeed = 115200,
};

static void set_up(struct tty *tty, const struct tty_args *args)
{
	refcount_set(&tty->refs, 1);
	tty->name = args->name;
	tty->dev = args->dev;
	tty->ops = args->ops;
	tty->private = args->private;
	tty->flags = args->flags;
	tty->winsize = args->winsize;
	tty->first = first_termios;
	if (args->cflag) {
		tty->first.c_cflag = args->cflag;
		tty->first.c_ispeed = 38400;
		tty->first.c_ospeed = 38400;
	}
	tty->termios = tty->first;
	mutex_init(&tty->lock, "tty", RANK_MUTEX_TTY);
	spin_init(&tty->session_lock, "tty session", RANK_TTY_INPUT);
	list_init(&tty->async);
	wait_queue_init(&tty->read_wait);
	wait_queue_init(&tty->write_wait);
	wait_queue_init(&tty->raw_wait);
}

void tty_fini_pair(struct tty *tty)
{
	kfree(tty->raw.data);
	kfree(tty->echo.data);
	kfree(tty->line);
	kfree(tty->line_ends);
}

int tty_init_pair(struct tty *tty, const struct tty_args *args)
{
	u32 raw_size = args->raw_size ? args->raw_size : TTY_RAW_SIZE;

	set_up(tty, args);
	ring_init(&tty->raw, kmalloc(raw_size), raw_size);
	ring_init(&tty->echo, kmalloc(TTY_ECHO_SIZE), TTY_ECHO_SIZE);
	tty->line = kmalloc(TTY_LINE_SIZE);
	tty->line_ends = kzalloc(TTY_LINE_SIZE / 8);
	if (tty->raw.data && tty->echo.data && tty->line && tty->line_ends)
		return 0;
	tty_fini_pair(tty);
	return -ENOMEM;
}

static void add_entry(struct tty_entry *e, struct tty *tty, dev_t dev)
{
	e->tty = tty;
	e->dev = dev;
	mutex_lock(&ttys_mutex);
	list_add_tail(&ttys, &e->link);
	mutex_unlock(&ttys_mutex);
}

/* The buffers, the thread and the number. 0, or -errno with none of them. */
static int equip(struct tty *tty, const struct tty_args *args,
		 struct tty_entry *e)
{
	int err = tty_init_pair(tty, args);

	if (err)
		return err;
	err = chardev_register(DEV_MAJOR(tty->dev), DEV_MINOR(tty->dev),
			       args->region, &tty_file_ops);
	/* The number stays taken if this fails: nobody can open it then. */
	if (!err)
		err = kthread_create(tty->name, tty_thread, tty, NULL);
	if (err)
		tty_fini_pair(tty);
	else
		add_entry(e, tty, tty->dev);
	return err;
}

int tty_create(const struct tty_args *args, struct tty **out)
{
	struct tty_entry *e = kzalloc(sizeof(*e));
	struct tty *tty = kzalloc(sizeof(*tty));
	int err = -ENOMEM;

	if (e && tty)
		err = equip(tty, args, e);
	if (err) {
		kfree(e);
		kfree(tty);
		return err;
	}
	*out = tty;
	return 0;
}

int tty_alias(struct tty *tty, dev_t dev, const char *name)
{
	struct tty_entry *e = kzalloc(sizeof(*e));
	int err = -ENOMEM;

	if (e)
		err = chardev_register(DEV_MAJOR(dev), DEV_MINOR(dev), name,
				       &tty_file_ops);
	if (err) {
		kfree(e);
		return err;
	}
	add_entry(e, tty, dev);
	return 0;
}

void tty_set_console(struct tty *tty)
{
	console_tty = tty;
}

struct tty *tty_console(void)
{
	return console_tty;
}

void tty_driver_add(struct tty_driver *d)
{
	struct tty_driver **last = &drivers;

	while (*last)
		last = &(*last)->next;
	*last = d;
}

void tty_driver_for_each(void (*fn)(const struct tty_driver *d, void *arg),
			 void *arg)
{
	for (const struct tty_driver *d = drivers; d; d = d->next)
		fn(d, arg);
}

int tty_init(void)
{
	static struct tty_driver fixed[] = {
		{ .name = "/dev/tty", .node = "tty", .major = TTYAUX_MAJOR,
		  .minor = 0, .type = "system:/dev/tty" },
		{ .name = "/dev/console", .node = "console",
		  .major = TTYAUX_MAJOR, .minor = 1,
		  .type = "system:console" },
	};
	int err;

	for (u32 i = 0; i < ARRAY_SIZE(fixed); i++)
		tty_driver_add(&fixed[i]);
	tty_job_init();
	err = chardev_register(TTYAUX_MAJOR, 0, "/dev/tty",
				       &tty_mine_file_ops);
	if (!err)
		err = chardev_register(TTYAUX_MAJOR, 1, "/dev/console",
				       &tty_console_file_ops);
	return err;
}
