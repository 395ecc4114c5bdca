/*
 * drivers/tty_line.c - the line discipline: from typed to readable
 *
 * What:  input flags, signals, flow control, editing of a line in canonical
 *        mode, and the buffer that read(2) empties.
 * Locks: tty->lock held by every caller (the tty's thread, readers, ioctls);
 *        signals take their session's lock inside.
 * See:   termios(3), "Canonical and noncanonical mode".
 */
#include "tty_private.h"

#include <lib/bitmap.h>
#include <lib/string.h>
#include <proc/signal.h>
#include <uapi/poll.h>

static u8 *slot(struct tty *tty, u64 pos)
{
	return &tty->line[pos % TTY_LINE_SIZE];
}

static bool is_end(const struct tty *tty, u64 pos)
{
	u64 bit = pos % TTY_LINE_SIZE;

	return tty->line_ends[bit / 64] & BIT(bit % 64);
}

static void set_end(struct tty *tty, u64 pos, bool on)
{
	u64 bit = pos % TTY_LINE_SIZE;

	if (on)
		tty->line_ends[bit / 64] |= BIT(bit % 64);
	else
		tty->line_ends[bit / 64] &= ~BIT(bit % 64);
}

/* Room for one more; the last place of a line is kept for its end. */
static bool has_room(const struct tty *tty, bool is_line_end)
{
	u64 used = tty->tail - tty->head;

	return used < TTY_LINE_SIZE - (is_line_end ? 0 : 1);
}

static bool store(struct tty *tty, u8 c, bool line_end)
{
	if (!has_room(tty, line_end)) {
		if (I(tty, IMAXBEL))
			tty_echo_raw(tty, "\a", 1);
		return false;
	}
	*slot(tty, tty->tail) = c;
	set_end(tty, tty->tail, line_end);
	tty->tail++;
	return true;
}

static void wake_readers(struct tty *tty)
{
	wait_queue_wake(&tty->read_wait, 1, POLLIN | POLLRDNORM);
}

size_t tty_line_available(const struct tty *tty)
{
	u64 end = L(tty, ICANON) ? tty->canon_head : tty->tail;

	return (size_t)(end - tty->head);
}

void tty_line_flush(struct tty *tty)
{
	tty->head = 0;
	tty->canon_head = 0;
	tty->tail = 0;
	memset(tty->line_ends, 0, TTY_LINE_SIZE / 8);
}

void tty_line_mode_changed(struct tty *tty, u32 old_lflag)
{
	if (!((old_lflag ^ tty->termios.c_lflag) & ICANON))
		return;
	if (L(tty, ICANON)) {
		/* What was raw is one finished line now. */
		if (tty->tail != tty->head)
			set_end(tty, tty->tail - 1, true);
	}
	tty->canon_head = tty->tail;
	wake_readers(tty);
}

size_t tty_line_take(struct tty *tty, u8 *buf, size_t len, bool *done)
{
	size_t n = 0;

	*done = false;
	while (n < len && tty_line_available(tty)) {
		u8 c = *slot(tty, tty->head);
		bool end = L(tty, ICANON) && is_end(tty, tty->head);

		tty->head++;
		/* A line ended by EOF has a mark that is not data. */
		if (!end || c != VDISABLED)
			buf[n++] = c;
		if (end) {
			*done = true;
			break;
		}
	}
	if (tty->head > tty->canon_head)
		tty->canon_head = tty->head;
	return n;
}

static void send_signal(struct tty *tty, u8 c, int sig)
{
	struct session *s;
	struct pid *pgrp = NULL;

	if (!L(tty, NOFLSH)) {
		tty_line_flush(tty);
		tty->ops->discard(tty);
	}
	tty_echo(tty, c);
	spin_lock(&tty->session_lock);
	s = tty->session ? session_get(tty->session) : NULL;
	spin_unlock(&tty->session_lock);
	if (!s)
		return;
	pgrp = session_foreground(s);
	session_put(s);
	if (pgrp) {
		signal_send_group(pgrp, sig, SEND_KERNEL);
		pid_put(pgrp);
	}
}

static bool is_cc(const struct tty *tty, u32 index, u8 c)
{
	u8 cc = tty->termios.c_cc[index];

	return cc == c && cc != VDISABLED;
}

static bool handle_signal(struct tty *tty, u8 c)
{
	if (!L(tty, ISIG))
		return false;
	if (is_cc(tty, VINTR, c))
		send_signal(tty, c, SIGINT);
	else if (is_cc(tty, VQUIT, c))
		send_signal(tty, c, SIGQUIT);
	else if (is_cc(tty, VSUSP, c))
		send_signal(tty, c, SIGTSTP);
	else
		return false;
	return true;
}

static void set_stopped(struct tty *tty, bool stopped)
{
	tty->stopped = stopped;
	if (!stopped)
		wait_queue_wake(&tty->write_wait, 1, POLLOUT | POLLWRNORM);
}

static bool handle_flow(struct tty *tty, u8 c)
{
	if (!I(tty, IXON))
		return false;
	if (is_cc(tty, VSTART, c)) {
		set_stopped(tty, false);
		return true;
	}
	if (is_cc(tty, VSTOP, c)) {
		set_stopped(tty, true);
		return true;
	}
	if (tty->stopped && I(tty, IXANY))
		set_stopped(tty, false);
	return false;
}

/* Width of the last typed character: its column depends on all before it. */
static u32 last_width(struct tty *tty)
{
	u32 column = tty->line_start_column;
	u32 width = 0;

	for (u64 p = tty->canon_head; p < tty->tail; p++) {
		width = tty_echo_width(tty, *slot(tty, p), column);
		column += width;
	}
	return width;
}

static bool utf8_continues(const struct tty *tty, u8 c)
{
	return I(tty, IUTF8) && (c & 0xc0) == 0x80;
}

/* Take back one character, with all its bytes. */
static void erase_char(struct tty *tty)
{
	u32 width;
	u8 c;

	if (tty->tail == tty->canon_head)
		return;
	width = last_width(tty);
	do {
		tty->tail--;
		c = *slot(tty, tty->tail);
		if (utf8_continues(tty, c))
			width = 1;
	} while (utf8_continues(tty, c) && tty->tail > tty->canon_head);
	if (!L(tty, ECHO))
		return;
	if (!L(tty, ECHOE)) {
		tty_echo(tty, tty->termios.c_cc[VERASE]);
		return;
	}
	if (c == '\t') {
		/* Only as many as the tab moved. */
		while (width--)
			tty_echo_raw(tty, "\b", 1);
		return;
	}
	while (width--)
		tty_echo_raw(tty, "\b \b", 3);
}

static bool is_word_char(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '_' || c >= 0x80;
}

static void erase_word(struct tty *tty)
{
	while (tty->tail > tty->canon_head &&
	       !is_word_char(*slot(tty, tty->tail - 1)))
		erase_char(tty);
	while (tty->tail > tty->canon_head &&
	       is_word_char(*slot(tty, tty->tail - 1)))
		erase_char(tty);
}

static void kill_line(struct tty *tty)
{
	if (L(tty, ECHOK) && L(tty, ECHOKE) && L(tty, ECHOE)) {
		while (tty->tail > tty->canon_head)
			erase_char(tty);
		return;
	}
	tty->tail = tty->canon_head;
	tty_echo(tty, tty->termios.c_cc[VKILL]);
	if (L(tty, ECHOK) && L(tty, ECHO))
		tty_echo_raw(tty, "\n", 1);
}

static void reprint(struct tty *tty)
{
	tty_echo(tty, tty->termios.c_cc[VREPRINT]);
	tty_echo_raw(tty, "\n", 1);
	tty->line_start_column = 0;
	for (u64 p = tty->canon_head; p < tty->tail; p++)
		tty_echo(tty, *slot(tty, p));
}

static void finish_line(struct tty *tty, u8 c)
{
	if (!store(tty, c, true))
		return;
	tty->canon_head = tty->tail;
	wake_readers(tty);
}

/* Editing characters of canonical mode. True: done with @c. */
static bool handle_editing(struct tty *tty, u8 c)
{
	if (is_cc(tty, VERASE, c)) {
		erase_char(tty);
		return true;
	}
	if (is_cc(tty, VKILL, c)) {
		kill_line(tty);
		return true;
	}
	if (!L(tty, IEXTEN))
		return false;
	if (is_cc(tty, VWERASE, c)) {
		erase_word(tty);
		return true;
	}
	if (is_cc(tty, VREPRINT, c) && L(tty, ECHO)) {
		reprint(tty);
		return true;
	}
	return false;
}

/* Characters that end a line. True: done with @c. */
static bool handle_line_end(struct tty *tty, u8 c)
{
	if (c == '\n') {
		tty_echo(tty, c);
		finish_line(tty, c);
		return true;
	}
	if (is_cc(tty, VEOF, c)) {
		finish_line(tty, VDISABLED);
		return true;
	}
	if (is_cc(tty, VEOL, c) || (L(tty, IEXTEN) && is_cc(tty, VEOL2, c))) {
		tty_echo(tty, c);
		finish_line(tty, c);
		return true;
	}
	return false;
}

static void store_typed(struct tty *tty, u8 c)
{
	if (tty->tail == tty->canon_head)
		tty->line_start_column = tty->column;
	if (!store(tty, c, false))
		return;
	tty_echo(tty, c);
	if (!L(tty, ICANON)) {
		tty->canon_head = tty->tail;
		wake_readers(tty);
	}
}

/* c_iflag on one character. False: it is dropped. */
static bool input_flags(struct tty *tty, u8 *c)
{
	if (I(tty, ISTRIP))
		*c &= 0x7f;
	if (*c == '\r') {
		if (I(tty, IGNCR))
			return false;
		if (I(tty, ICRNL))
			*c = '\n';
	} else if (*c == '\n' && I(tty, INLCR)) {
		*c = '\r';
	}
	if (I(tty, IUCLC) && L(tty, IEXTEN) && *c >= 'A' && *c <= 'Z')
		*c = (u8)(*c - 'A' + 'a');
	return true;
}

void tty_line_input(struct tty *tty, u8 c)
{
	if (tty->literal_next) {
		tty->literal_next = false;
		store_typed(tty, c);
		return;
	}
	if (handle_flow(tty, c) || !input_flags(tty, &c) ||
	    handle_signal(tty, c))
		return;
	if (L(tty, ICANON)) {
		if (handle_editing(tty, c) || handle_line_end(tty, c))
			return;
	}
	if (L(tty, ICANON) && L(tty, IEXTEN) && is_cc(tty, VLNEXT, c)) {
		tty->literal_next = true;
		if (L(tty, ECHO) && L(tty, ECHOCTL))
			tty_echo_raw(tty, "^\b", 2);
		return;
	}
	store_typed(tty, c);
}

void tty_line_break(struct tty *tty)
{
	if (I(tty, IGNBRK))
		return;
	if (I(tty, BRKINT)) {
		send_signal(tty, tty->termios.c_cc[VINTR], SIGINT);
		return;
	}
	if (I(tty, PARMRK)) {
		store(tty, 0xff, false);
		store(tty, 0, false);
	}
	store_typed(tty, 0);
}
