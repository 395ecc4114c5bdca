/*
 * tests/user/lib/pty.c - pairs of terminals for guest tests
 *
 * See:   pty(7), ptmx(4)
 */
#include "pty.h"

#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define LIMIT_MS	10000
#define MOMENT_MS	40

int pty_mount(const char *options)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mkdir("pts", 0755))
		return -1;
	return mount("devpts", "pts", "devpts", 0, options);
}

void pty_master(struct pty *p)
{
	p->slave = -1;
	p->master = open("pts/ptmx", O_RDWR | O_NOCTTY);
	need(p->master >= 0);
	need(!ioctl(p->master, TIOCGPTN, &p->number));
	snprintf(p->name, sizeof(p->name), "pts/%d", p->number);
}

void pty_pair(struct pty *p)
{
	int off = 0;

	pty_master(p);
	need(!ioctl(p->master, TIOCSPTLCK, &off));
	p->slave = open(p->name, O_RDWR | O_NOCTTY);
	need(p->slave >= 0);
}

void pty_end(struct pty *p)
{
	if (p->slave >= 0)
		close(p->slave);
	close(p->master);
}

void pty_type(int fd, const char *text)
{
	need(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

int pty_poll(int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, timeout_ms) < 0 ? -1 : p.revents;
}

int pty_silent(int fd)
{
	return !(pty_poll(fd, POLLIN, MOMENT_MS) & POLLIN);
}

static void note_bytes(const char *buf, size_t len)
{
	char text[200];
	size_t at = 0;

	for (size_t i = 0; i < len && at < sizeof(text) - 8; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       buf[i] >= ' ' && buf[i] < 127 ?
				       "%c" : "<%02x>", (unsigned char)buf[i]);
	text[at] = '\0';
	test_note(text, (long)len);
}

int pty_gives(int fd, const char *text, size_t len)
{
	char buf[9000];
	size_t got = 0;

	need(len < sizeof(buf));
	while (got < len && (pty_poll(fd, POLLIN, LIMIT_MS) & POLLIN)) {
		ssize_t n = read(fd, buf + got, len - got);

		if (n <= 0)
			break;
		got += (size_t)n;
	}
	if (got == len && !memcmp(buf, text, len) && pty_silent(fd))
		return 1;
	if (got < sizeof(buf) && !pty_silent(fd)) {
		ssize_t n = read(fd, buf + got, sizeof(buf) - got);

		got += n > 0 ? (size_t)n : 0;
	}
	note_bytes(buf, got);
	return 0;
}

int pty_waiting(int fd, int n)
{
	int now = -1;

	for (int i = 0; i < LIMIT_MS / 10; i++) {
		if (!ioctl(fd, FIONREAD, &now) && now == n)
			return 1;
		poll(NULL, 0, 10);
	}
	test_note("FIONREAD", now);
	return 0;
}

void pty_set(int fd, struct pty_change c)
{
	struct termios t;

	need(!tcgetattr(fd, &t));
	t.c_iflag = (t.c_iflag & ~c.ioff) | c.ion;
	t.c_oflag = (t.c_oflag & ~c.ooff) | c.oon;
	t.c_lflag = (t.c_lflag & ~c.loff) | c.lon;
	need(!tcsetattr(fd, TCSANOW, &t));
}
