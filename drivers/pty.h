/*
 * drivers/pty.h - pairs of terminals, between pty.c, ptmx.c and devpts*.c
 *
 * What:  a pair is a tty (the slave) whose device is an open file (the master).
 * Locks: the tty's lock covers everything here that is not [I] or [a].
 * Life:  pty_create -> the master's file has one reference of the tty; open
 *        slaves and a session have others. The master's close hangs the slave
 *        up and takes its name away; the last reference frees the pair and
 *        its number.
 */
#ifndef PTY_H
#define PTY_H

#include "tty_private.h"

struct cred;
struct devpts;
struct inode;
struct path;

/* What the slave wrote and nobody has read. Linux keeps 4095 bytes in the
 * master's line discipline and some 8 KiB before it. */
#define PTY_OUTPUT_SIZE 16384u
#define PTY_INPUT_SIZE 8192u
/* A flush of output does not reach what the master could read already. */
#define PTY_OUTPUT_KEPT 4095u

struct pty {
	struct tty tty;			/* the slave */
	struct devpts *fs;		/* [I] owned: the instance it is in */
	u32 index;			/* [I] there */
	struct inode *inode;		/* [I] owned until the master closes */
	struct ring output;
	bool open;			/* the master is */
	bool locked;			/* TIOCSPTLCK: no slave can be opened */
	bool slave_closed;		/* it was open, and is no more */
	bool packet;			/* TIOCPKT */
	bool stopped;			/* TCOOFF on the master */
	bool exclusive;			/* TIOCEXCL on the master */
	bool hung_up;			/* TIOCVHANGUP on the master */
	u8 status;			/* TIOCPKT_* not yet read */
	u32 writer;			/* [a] a write goes on */
	struct list async;		/* masters with O_ASYNC: one, or none */
	struct wait_queue read_wait, write_wait;	/* the master's */
};

/* pty.c */
/* A pair with an open master in @fs, whose reference passes on success. 0,
 * -ENOMEM, -ENOSPC (no number left). */
int pty_create(struct devpts *fs, const struct cred *cred, struct pty **out);
/* The master's file is closed. May sleep. */
void pty_close(struct pty *pty);
/* Packet mode: @set becomes true, @clear false. [lock] */
void pty_status(struct pty *pty, u8 set, u8 clear);
/* Bytes of @data that got into the slave's line discipline or before it. */
size_t pty_type(struct pty *pty, const u8 *data, size_t len);

/* ptmx.c */
extern const struct file_ops ptmx_file_ops;

/* devpts.c, devpts_number.c, devpts_path.c */
int devpts_init(void);
/* The instance that an open of /dev/ptmx at @path means, with a reference: its
 * own, or the one mounted on "pts" beside it. 0, -ENOENT, -ENODEV. */
int devpts_of_path(const struct path *path, struct devpts **out);
void devpts_put(struct devpts *fs);
/* The lowest free number becomes that of @pty. 0, -ENOSPC, -ENOMEM. */
int devpts_number(struct devpts *fs, struct pty *pty);
/* The name of @pty can be found from now on. 0, -ENOMEM. */
int devpts_add(struct pty *pty, const struct cred *cred);
void devpts_remove(struct pty *pty);
void devpts_free_number(struct pty *pty);
/* The slave as seen from where its master was opened, @master. 0, -ENOENT,
 * -ENODEV. */
int devpts_slave_path(const struct pty *pty, const struct path *master,
		      struct path *out);

#endif
