/*
 * drivers/tty_output.c - what a terminal shows
 *
 * What:  output processing (OPOST) of written characters, echo of typed ones;
 *        stopping and starting. Echo that the device does not take, or that
 *        comes while output is stopped, waits in a ring, ahead of what is
 *        written later; beyond that it is lost.
 * Locks: tty->lock held by every caller.
 * See:   termios(3), c_oflag and the ECHO flags.
 */
#include "tty_private.h"

#include <uapi/poll.h>

#define TAB_STOP 8

static bool put(struct tty *tty, const char *text, size_t len)
{
	if (!tty->echoing)
		return tty->ops->write(tty, text, len) == len;
	if (!ring_used(&tty->echo) && !tty->stopped &&
	    tty->ops->write(tty, text, len) == len)
		return true;
	ring_write_all(&tty->echo, text, (u32)len);
	return true;
}

static u32 to_tab_stop(u32 column)
{
	return TAB_STOP - column % TAB_STOP;
}

static bool output_newline(struct tty *tty)
{
	if (O(tty, ONLCR)) {
		if (!put(tty, "\r\n", 2))
			return false;
		tty->column = 0;
		return true;
	}
	if (!put(tty, "\n", 1))
		return false;
	if (O(tty, ONLRET))
		tty->column = 0;
	return true;
}

static bool output_return(struct tty *tty)
{
	bool as_newline = O(tty, OCRNL);

	if (O(tty, ONOCR) && tty->column == 0)
		return true;
	if (!put(tty, as_newline ? "\n" : "\r", 1))
		return false;
	if (!as_newline || O(tty, ONLRET))
		tty->column = 0;
	return true;
}

static bool output_tab(struct tty *tty)
{
	u32 n = to_tab_stop(tty->column);

	if (!put(tty, O(tty, TABDLY) == XTABS ? "        " : "\t",
		 O(tty, TABDLY) == XTABS ? n : 1))
		return false;
	tty->column += n;
	return true;
}

bool tty_utf8_continues(const struct tty *tty, u8 c)
{
	return I(tty, IUTF8) && (c & 0xc0) == 0x80;
}

static bool output_plain(struct tty *tty, u8 c)
{
	bool visible = c >= ' ' && c != 0x7f;
	char ch = (char)c;

	if (O(tty, OLCUC) && c >= 'a' && c <= 'z')
		ch = (char)(c - 'a' + 'A');
	if (!put(tty, &ch, 1))
		return false;
	if (c == '\b' && tty->column)
		tty->column--;
	else if (visible && !tty_utf8_continues(tty, c))
		tty->column++;
	return true;
}

bool tty_output_char(struct tty *tty, u8 c)
{
	char ch = (char)c;

	if (!O(tty, OPOST))
		return put(tty, &ch, 1);
	switch (c) {
	case '\n':
		return output_newline(tty);
	case '\r':
		return output_return(tty);
	case '\t':
		return output_tab(tty);
	}
	return output_plain(tty, c);
}

void tty_echo_raw(struct tty *tty, const char *text, size_t len)
{
	tty->echoing = true;
	for (size_t i = 0; i < len; i++)
		tty_output_char(tty, (u8)text[i]);
	tty->echoing = false;
}

void tty_echo(struct tty *tty, u8 c)
{
	char caret[2] = { '^', (char)(c ^ 0x40) };
	char ch = (char)c;

	if (L(tty, ECHOCTL) && (c < ' ' || c == 0x7f) && c != '\t')
		tty_echo_raw(tty, caret, 2);
	else
		tty_echo_raw(tty, &ch, 1);
}

bool tty_echo_flush(struct tty *tty)
{
	char text[8];
	u32 n;

	while (!tty->stopped && (n = ring_peek(&tty->echo, 0, text, 8))) {
		if (n > tty->ops->room(tty))
			return false;
		tty->ops->write(tty, text, n);
		ring_drop(&tty->echo, n);
	}
	return !ring_used(&tty->echo);
}

void tty_stop(struct tty *tty, bool by_call)
{
	bool was = tty->stopped;

	tty->stopped = true;
	if (by_call)
		tty->stopped_by_call = true;
	if (!was && tty->ops->event)
		tty->ops->event(tty, TTY_STOPPED);
}

void tty_start(struct tty *tty, bool by_call)
{
	if (!tty->stopped || (tty->stopped_by_call && !by_call))
		return;
	/* TCOON does not undo a ^S. */
	if (by_call && !tty->stopped_by_call)
		return;
	tty->stopped = false;
	tty->stopped_by_call = false;
	if (tty->ops->event)
		tty->ops->event(tty, TTY_STARTED);
	tty_echo_flush(tty);
	wait_queue_wake(&tty->write_wait, 1, POLLOUT | POLLWRNORM);
}
