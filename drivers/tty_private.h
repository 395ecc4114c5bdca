/*
 * drivers/tty_private.h - between the files that make up terminals
 */
#ifndef TTY_PRIVATE_H
#define TTY_PRIVATE_H

#include <drivers/tty.h>

/* tty_line.c: the line discipline. tty->lock held in all of them. */
void tty_line_input(struct tty *tty, u8 c);
void tty_line_break(struct tty *tty);
/* Characters that read(2) may take now: whole lines in canonical mode. */
size_t tty_line_available(const struct tty *tty);
/* Copy out what one read gets, at most @len; @done: the line is over. */
size_t tty_line_take(struct tty *tty, u8 *buf, size_t len, bool *done);
void tty_line_flush(struct tty *tty);
/* ICANON was switched: what is buffered counts differently. */
void tty_line_mode_changed(struct tty *tty, u32 old_lflag);

/* tty_output.c: OPOST and echo. tty->lock held. */
/* One character as the program wrote it. False: the device is full. */
bool tty_output_char(struct tty *tty, u8 c);
/* A character typed, as ECHO and ECHOCTL show it. */
void tty_echo(struct tty *tty, u8 c);
void tty_echo_raw(struct tty *tty, const char *text, size_t len);
/* Columns a typed character took on the screen. */
u32 tty_echo_width(const struct tty *tty, u8 c, u32 column);

/* tty_ioctl.c */
long tty_ioctl(struct file *f, u32 cmd, u64 arg);

/* tty.c: the tty of an open file, also after a hang-up. */
struct tty *tty_of_file(const struct file *f);
bool tty_file_dead(const struct file *f);
/* Is it the controlling terminal of the caller? */
bool tty_is_mine(struct tty *tty);
/* Make it that, by the rules of TIOCSCTTY. */
int tty_acquire(struct tty *tty, bool steal);

#define L(tty, flag) ((tty)->termios.c_lflag & (flag))
#define I(tty, flag) ((tty)->termios.c_iflag & (flag))
#define O(tty, flag) ((tty)->termios.c_oflag & (flag))

#endif
