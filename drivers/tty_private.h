/*
 * drivers/tty_private.h - between the files that make up terminals
 */
#ifndef TTY_PRIVATE_H
#define TTY_PRIVATE_H

#include <drivers/tty.h>

struct inode;
struct poll_table;
struct iobuf;

/* tty_line.c: the line discipline. tty->lock held in all of them. */
void tty_line_input(struct tty *tty, u8 c);
void tty_line_break(struct tty *tty);
/* May tty_line_input be called? Else readers must take something first. */
bool tty_line_room(const struct tty *tty);
/* Are reads by lines? */
bool tty_line_canonical(const struct tty *tty);
/* Characters that read(2) may take now: whole lines in canonical mode. */
size_t tty_line_available(const struct tty *tty);
/* The same as FIONREAD counts: without the marks of ends of file. */
size_t tty_line_count(const struct tty *tty);
/* Copy out what one read gets, at most @len; @done: the line is over. */
size_t tty_line_take(struct tty *tty, u8 *buf, size_t len, bool *done);
/* A read ended just before an end of file: that is used up too. */
void tty_line_skip_eof(struct tty *tty);
void tty_line_flush(struct tty *tty);
/* Attributes were changed from @old. */
void tty_line_mode_changed(struct tty *tty, const struct termios2 *old);

/* tty_output.c: OPOST and echo. tty->lock held. */
/* One character as the program wrote it. False: the device is full. */
bool tty_output_char(struct tty *tty, u8 c);
/* A character typed, in the way of ECHOCTL. */
void tty_echo(struct tty *tty, u8 c);
/* As it is, but for output processing. */
void tty_echo_raw(struct tty *tty, const char *text, size_t len);
/* What waits. False: the device did not take all of it. */
bool tty_echo_flush(struct tty *tty);
/* Do bytes of @c after the first take no column (UTF-8)? */
bool tty_utf8_continues(const struct tty *tty, u8 c);
/* Stop and start output; @by_call: TCOOFF and TCOON, which outrank ^S, ^Q. */
void tty_stop(struct tty *tty, bool by_call);
void tty_start(struct tty *tty, bool by_call);

/* tty_ioctl.c. @master: by the other end of the pair @tty. */
struct tty_call {
	struct tty *tty;
	struct file *f;
	bool master;
};
long tty_ioctl(struct file *f, u32 cmd, u64 arg);
/* What both ends of a pair have in common. -ENOTTY: nothing of that. */
long tty_ioctl_both(const struct tty_call *c, u32 cmd, u64 arg);
/* tty_mode.c: attributes. -ENOTTY: another request. */
long tty_ioctl_mode(struct tty *tty, u32 cmd, u64 arg);
/* A background process that changes its terminal gets SIGTTOU. 0, -EIO,
 * -ERESTARTSYS. */
int tty_check_change(struct tty *tty);
/* Until everything written is out. 0, -ERESTARTSYS. */
int tty_wait_drained(struct tty *tty);

/* tty_file.c: terminals as files. */
extern const struct file_ops tty_file_ops;
extern const struct file_ops tty_console_file_ops;
extern const struct file_ops tty_mine_file_ops;
/* f becomes an open file of @tty; @acquire: and perhaps its terminal. 0,
 * -EBUSY (TIOCEXCL), what ops->open gives. */
int tty_open_file(struct tty *tty, struct file *f, bool acquire);
ssize_t tty_read(struct file *f, struct iobuf *b, off_t *pos);
ssize_t tty_write(struct file *f, struct iobuf *b, off_t *pos);
u32 tty_poll(struct file *f, struct poll_table *pt);
int tty_set_flags(struct file *f, u32 flags);
void tty_release(struct file *f);
struct tty *tty_of_file(const struct file *f);
bool tty_file_dead(const struct file *f);
/* One reader or writer at a time: *@busy is taken. 0; -EAGAIN (@f does not
 * wait), -ERESTARTSYS. */
int tty_claim(u32 *busy, struct wait_queue *q, const struct file *f);
void tty_unclaim(u32 *busy, struct wait_queue *q);

/* tty.c */
struct tty *tty_find(dev_t dev);	/* borrowed; NULL: none */
struct tty *tty_console(void);		/* borrowed; NULL: none */
/* From the raw ring to the line, as far as there is room. tty->lock held. */
void tty_pump(struct tty *tty);

/* tty_job.c: sessions. */
void tty_job_init(void);
/* Is it the controlling terminal of the caller? */
bool tty_is_mine(struct tty *tty);
/* Its session with a reference; NULL: none. */
struct session *tty_session(struct tty *tty);
void tty_signal_foreground(struct tty *tty, int sig);
/* The session leader who opens it without O_NOCTTY may get it. */
void tty_acquire_on_open(struct tty *tty, const struct file *f);
/* TIOCSCTTY, TIOCNOTTY, TIOCGPGRP, TIOCSPGRP, TIOCGSID; -ENOTTY: another. */
long tty_ioctl_job(const struct tty_call *c, u32 cmd, u64 arg);

#define L(tty, flag) ((tty)->termios.c_lflag & (flag))
#define I(tty, flag) ((tty)->termios.c_iflag & (flag))
#define O(tty, flag) ((tty)->termios.c_oflag & (flag))

#endif
