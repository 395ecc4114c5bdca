/*
 * tests/user/lib/pty.h - pairs of terminals for guest tests
 *
 * What:  a devpts of the test's own, pairs in it, and exchanges of text with a
 *        time limit, because a kernel may pass characters on later.
 * See:   pty(7), termios(3)
 */
#ifndef TESTS_USER_PTY_H
#define TESTS_USER_PTY_H

#include "sys.h"

#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

struct pty {
	int master;
	int slave;		/* -1 until opened */
	int number;
	char name[40];		/* of the slave */
};

/* mount a devpts with these options (or NULL) on the new directory "pts", in a
 * mount namespace of the caller's own: 0 or -1 */
int pty_mount(const char *options);

/* a master without a slave, still locked; the test needs it */
void pty_master(struct pty *p);

/* a pair, both ends open, nobody's controlling terminal */
void pty_pair(struct pty *p);

void pty_end(struct pty *p);

/* write all of a string; the test needs it */
void pty_type(int fd, const char *text);

/*
 * pty_gives - read until exactly these bytes came
 * Return: 1; 0 if others came, or more follow, or not enough within seconds
 */
int pty_gives(int fd, const char *text, size_t len);
#define GIVES(fd, text)	pty_gives((fd), (text), sizeof(text) - 1)

/* nothing to read for a moment? */
int pty_silent(int fd);

/* poll(2) for a moment: the events of one descriptor */
int pty_poll(int fd, short events, int timeout_ms);

/* FIONREAD becomes @n within seconds */
int pty_waiting(int fd, int n);

/* change attributes: flags off, flags on; the test needs it */
struct pty_change {
	tcflag_t ioff, ion, ooff, oon, loff, lon;
};
void pty_set(int fd, struct pty_change change);

#endif
