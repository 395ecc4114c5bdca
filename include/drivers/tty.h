/*
 * include/drivers/tty.h - terminals
 *
 * What:  a tty joins a device (serial port, screen and keyboard, the master of
 *        a pair) with the line discipline and a session. Drivers give tty_ops
 *        and feed characters by tty_input; everything a user sees is in
 *        drivers/tty*.c.
 * Locks: tty->lock (mutex, RANK_MUTEX_TTY): termios, line state, echo, what is
 *        read; the raw ring is filled by one producer (the device's interrupt,
 *        or who holds the lock) and emptied under the lock.
 * Life:  made at boot by drivers, or on demand (pairs); counted references:
 *        open files and the session that it controls.
 * See:   termios(3), ioctl_tty(2), docs/terminals.md.
 */
#ifndef DRIVERS_TTY_H
#define DRIVERS_TTY_H

#include <lib/list.h>
#include <lib/refcount.h>
#include <lib/ring.h>
#include <proc/session.h>
#include <sched/mutex.h>
#include <uapi/termios.h>

struct file;
struct tty;

#define TTY_RAW_SIZE 4096u	/* between device and line discipline */
#define TTY_LINE_SIZE 4096u	/* read buffer; N_TTY_BUF_SIZE on Linux */
#define TTY_ECHO_SIZE 4096u	/* echo that the device did not take yet */

/* What a device may want to know; tty->lock held. */
enum tty_event {
	TTY_INPUT_TAKEN,	/* the raw ring has room again */
	TTY_INPUT_FLUSHED,	/* what was typed is dropped */
	TTY_STOPPED,		/* output, by ^S or TCOOFF */
	TTY_STARTED,
	TTY_CLOSED,		/* one open file less; tty->opens tells */
	TTY_HUNG_UP,
};

struct tty_ops {
	/* Take all of @len bytes (at most 8) or none, without sleeping. */
	size_t (*write)(struct tty *tty, const char *data, size_t len);
	/* Bytes that write takes at the moment. */
	size_t (*room)(struct tty *tty);
	/* Bytes not yet sent. */
	size_t (*pending)(struct tty *tty);
	/* Drop them. */
	void (*discard)(struct tty *tty);
	/* The rest may be NULL. Attributes changed; tty->lock held. */
	void (*set_termios)(struct tty *tty, const struct termios2 *old);
	void (*set_break)(struct tty *tty, bool on);
	void (*event)(struct tty *tty, enum tty_event event);
	/* One more open; tty->lock held. 0 or -errno. */
	int (*open)(struct tty *tty);
	/* The last reference is gone. NULL: there always is one. */
	void (*free)(struct tty *tty);
};

/* tty->flags */
#define TTY_PAIR 1u		/* no device: the slave of a pair. The end of
				   its session's leader is no hang-up */
#define TTY_RESET 2u		/* a hang-up brings the first attributes back */

struct tty {
	struct refcount refs;
	const char *name;		/* [I] "ttyS0" */
	dev_t dev;			/* [I] */
	const struct tty_ops *ops;	/* [I] */
	void *private;			/* [I] the driver's */
	u32 flags;			/* [I] TTY_* */
	struct mutex lock;
	struct termios2 termios;	/* [lock] */
	struct termios2 first;		/* [I] what it begins with */
	struct termios locked;		/* [lock] bits that nobody changes */
	struct winsize winsize;		/* [lock] */
	u32 hangups;			/* [lock] older files are dead */
	u32 opens;			/* [lock] */
	bool stopped;			/* [lock] ^S or TCOOFF */
	bool stopped_by_call;		/* [lock] TCOOFF: ^Q does not help */
	bool exclusive;			/* [lock] TIOCEXCL */
	bool peer_gone;			/* [lock] nobody will type any more */
	struct list async;		/* [lock] files with O_ASYNC */
	u32 reader, writer;		/* [a] a read, a write goes on */

	/* Output: columns, for tabs and erasing; echo that waits for room. */
	u32 column;			/* [lock] */
	u32 line_start_column;		/* [lock] where the input line began */
	bool echoing;			/* [lock] output goes by the ring: */
	struct ring echo;		/* [lock] */
	u32 output_ready;		/* [a] the device has room again */

	/* Input: a ring of characters; in canonical mode lines end where the
	 * marks say. */
	u8 *line;			/* [lock] TTY_LINE_SIZE bytes */
	u64 *line_ends;			/* [lock] a bit a byte: line's last */
	u64 head;			/* [lock] next to be read */
	u64 canon_head;			/* [lock] end of complete lines */
	u64 tail;			/* [lock] end of typed characters */
	bool literal_next;		/* [lock] ^V was typed */
	bool erasing;			/* [lock] inside the \.../ of ECHOPRT */
	struct wait_queue read_wait, write_wait;

	struct ring raw;		/* device -> line discipline */
	u32 breaks;			/* [a] a break came on the line */
	struct wait_queue raw_wait;	/* the tty's thread */

	struct session *session;	/* [session_lock] borrowed */
	struct spinlock session_lock;	/* RANK_TTY_INPUT */
};

/*
 * tty_create - make a tty and its thread and register its device file
 * @name:      borrowed for ever
 * @private:   the driver's
 * Return:     0, -ENOMEM, -EBUSY (device number taken).
 */
struct tty_args {
	const char *name;
	const char *region;	/* of /proc/devices; NULL: nobody opens it */
	dev_t dev;
	const struct tty_ops *ops;
	void *private;
	struct winsize winsize;
	u32 flags;
	u32 raw_size;		/* 0: TTY_RAW_SIZE */
	u32 cflag;		/* 0: that of a serial port */
};
int tty_create(const struct tty_args *args, struct tty **out);

/* A kind of terminals, for those who list them. Static storage. */
struct tty_driver {
	const char *name;	/* "serial" */
	const char *node;	/* "ttyS": the nodes' name, without number */
	u32 major, minor, count;
	const char *type;	/* as /proc/tty/drivers has it */
	struct tty *console;	/* the log is shown there; NULL: it is not */
	const char *console_name;
	bool unblanks;		/* a screen */
	struct tty_driver *next;
};
void tty_driver_add(struct tty_driver *d);	/* while booting */
void tty_driver_for_each(void (*fn)(const struct tty_driver *d, void *arg),
			 void *arg);
/*
 * tty_init_pair - a tty in the caller's zeroed memory, without thread or number
 * Whoever feeds it calls tty_pump with the lock held.
 * Return:   0 and one reference; -ENOMEM
 */
int tty_init_pair(struct tty *tty, const struct tty_args *args);
void tty_fini_pair(struct tty *tty);	/* from ops->free */
/*
 * tty_alias - another device number under which the same tty opens
 * @name:   borrowed for ever
 * Context: task, may sleep
 * Return:  0, -ENOMEM, -EBUSY (number taken). It stays for ever.
 */
int tty_alias(struct tty *tty, dev_t dev, const char *name);
struct tty *tty_get(struct tty *tty);
void tty_put(struct tty *tty);

/* Characters from the device. Context: one producer at a time, any context.
 * What does not fit is lost. */
void tty_input(struct tty *tty, const u8 *data, u32 len);
/* A break condition on the line. The same context. */
void tty_break(struct tty *tty);
/* The device can take more. Context: any. */
void tty_output_ready(struct tty *tty);
/* SIGHUP to the session's leader; open files are dead. Task context. */
void tty_hangup(struct tty *tty);

/* The terminal behind /dev/console. */
void tty_set_console(struct tty *tty);
/* /dev/tty, /dev/console; at boot. 0, -ENOMEM, -EBUSY. */
int tty_init(void);

#endif
