/*
 * include/drivers/tty.h - terminals
 *
 * What:  a tty joins a device (serial port, screen and keyboard) with the line
 *        discipline and a session. Drivers give tty_ops and feed characters
 *        by tty_input; everything a user sees is in drivers/tty*.c.
 * Locks: tty->lock (mutex, RANK_MUTEX_TTY): termios, line state, echo, what is
 *        read; the raw ring is filled by one producer (the device's interrupt)
 *        and emptied by the tty's thread.
 * Life:  made at boot by drivers, or on demand (ptys); counted references:
 *        open files and the session that it controls.
 * See:   termios(3), ioctl_tty(2), docs/architecture.md.
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

#define TTY_RAW_SIZE 4096u	/* between interrupt and line discipline */
#define TTY_LINE_SIZE 4096u	/* read buffer; N_TTY_BUF_SIZE on Linux */

struct tty_ops {
	/* Take as many bytes as there is room for, without sleeping. */
	size_t (*write)(struct tty *tty, const char *data, size_t len);
	/* Bytes not yet sent. */
	size_t (*pending)(struct tty *tty);
	/* Drop them. */
	void (*discard)(struct tty *tty);
	/* Speed or character size changed. May be NULL. */
	void (*set_termios)(struct tty *tty);
};

struct tty {
	struct refcount refs;
	const char *name;		/* [I] "ttyS0" */
	dev_t dev;			/* [I] */
	const struct tty_ops *ops;	/* [I] */
	void *private;			/* [I] the driver's */
	struct mutex lock;
	struct termios termios;		/* [lock] */
	struct winsize winsize;		/* [lock] */
	u32 hangups;			/* [lock] older files are dead */
	u32 column;			/* [lock] of the output */
	u32 line_start_column;		/* [lock] where the input line began */
	bool stopped;			/* [lock] ^S or TCOOFF */
	bool literal_next;		/* [lock] ^V was typed */
	bool exclusive;			/* [lock] TIOCEXCL */

	/* What can be read: a ring of characters; in canonical mode lines end
	 * where the marks say. */
	u8 *line;			/* [lock] TTY_LINE_SIZE bytes */
	u64 *line_ends;			/* [lock] a bit a byte: line's last */
	u64 head;			/* [lock] next to be read */
	u64 canon_head;			/* [lock] end of complete lines */
	u64 tail;			/* [lock] end of typed characters */
	struct wait_queue read_wait, write_wait;

	struct ring raw;		/* device -> tty thread */
	struct wait_queue raw_wait;	/* the tty thread */
	u32 broken;			/* [a] a break came on the line */

	struct session *session;	/* [session_lock] borrowed */
	struct spinlock session_lock;	/* RANK_TTY_INPUT */
	u32 opens;			/* [lock] */
};

/*
 * tty_create - make a tty and its thread and register its device file
 * @private:   the driver's
 * Return:     0, -ENOMEM, -EBUSY (device number taken).
 */
struct tty_args {
	const char *name;
	dev_t dev;
	const struct tty_ops *ops;
	void *private;
	struct winsize winsize;
};
int tty_create(const struct tty_args *args, struct tty **out);
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
/* SIGHUP to the session; open files are dead. Task context. */
void tty_hangup(struct tty *tty);

/* The terminal behind /dev/console. */
void tty_set_console(struct tty *tty);
/* /dev/tty, /dev/console; at boot. 0, -ENOMEM, -EBUSY. */
int tty_init(void);

#endif
