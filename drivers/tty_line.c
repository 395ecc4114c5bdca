/*
 * drivers/tty_line.c - the line discipline: from typed to readable
 *
 * What:  input flags, signals, flow control, editing of a line in canonical
 *        mode, and the buffer that read(2) empties.
 * Locks: tty->lock held by every caller (who pumps, readers, requests);
 *        signals take their session's lock inside.
 * Not:   waiting and waking (tty_file.c, tty.c).
 * See:   termios(3), "Canonical and noncanonical mode".
 */
#include "tty_private.h"

#include <lib/ctype.h>
#include <lib/string.h>
#include <proc/signal.h>
#include <uapi/poll.h>

static u8 *slot(const struct tty *tty, u64 pos)
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

/* A line ended by an end-of-file character: the mark is not data. */
static bool is_eof(const struct tty *tty, u64 pos)
{
	return is_end(tty, pos) && *slot(tty, pos) == VDISABLED;
}

bool tty_line_canonical(const struct tty *tty)
{
	return L(tty, ICANON) && !L(tty, EXTPROC);
}

/* Places left for what is typed, one kept back; a marked character (PARMRK)
 * may take three. */
static s64 room(const struct tty *tty)
{
	s64 n = (s64)TTY_LINE_SIZE - (s64)(tty->tail - tty->head);

	if (I(tty, PARMRK))
		n = DIV_ROUND_UP(n, 3);
	return n - 1;
}

/* A line that nobody can read yet must stay open to editing: what does not fit
 * replaces its last character. */
bool tty_line_room(const struct tty *tty)
{
	return room(tty) > 0 ||
	       (L(tty, ICANON) && tty->canon_head == tty->head);
}

static void store(struct tty *tty, u8 c)
{
	if (tty->tail - tty->head >= TTY_LINE_SIZE)
		return;
	*slot(tty, tty->tail) = c;
	set_end(tty, tty->tail, false);
	tty->tail++;
}

/* PARMRK: 0377 is told from the mark by being doubled. */
static void store_data(struct tty *tty, u8 c)
{
	if (c == 0xff && I(tty, PARMRK))
		store(tty, c);
	store(tty, c);
}

size_t tty_line_available(const struct tty *tty)
{
	u64 end = tty_line_canonical(tty) ? tty->canon_head : tty->tail;

	return (size_t)(end - tty->head);
}

size_t tty_line_count(const struct tty *tty)
{
	size_t n = tty_line_available(tty);
	u64 end = tty->head + n;

	for (u64 p = tty->head; p < end && tty_line_canonical(tty); p++) {
		if (is_eof(tty, p))
			n--;
	}
	return n;
}

static void reset(struct tty *tty)
{
	tty->head = 0;
	tty->canon_head = 0;
	tty->tail = 0;
	tty->erasing = false;
}

void tty_line_flush(struct tty *tty)
{
	reset(tty);
	if (tty->ops->event)
		tty->ops->event(tty, TTY_INPUT_FLUSHED);
}

/* What was raw is one finished line now, and the reverse. */
static void switch_canonical(struct tty *tty)
{
	memset(tty->line_ends, 0, TTY_LINE_SIZE / 8);
	tty->canon_head = tty->head;
	if (L(tty, ICANON) && tty->tail != tty->head) {
		set_end(tty, tty->tail - 1, true);
		tty->canon_head = tty->tail;
	}
	tty->erasing = false;
	tty->literal_next = false;
}

void tty_line_mode_changed(struct tty *tty, const struct termios2 *old)
{
	if ((old->c_lflag ^ tty->termios.c_lflag) & (ICANON | EXTPROC))
		switch_canonical(tty);
	if (!I(tty, IXON) && (old->c_iflag & IXON))
		tty_start(tty, false);
	wake_all(&tty->write_wait);
	wake_all(&tty->read_wait);
}

size_t tty_line_take(struct tty *tty, u8 *buf, size_t len, bool *done)
{
	size_t n = 0;

	*done = false;
	while (n < len && !*done && tty_line_available(tty)) {
		*done = tty_line_canonical(tty) && is_end(tty, tty->head);
		if (!*done || !is_eof(tty, tty->head))
			buf[n++] = *slot(tty, tty->head);
		tty->head++;
	}
	if (tty->head > tty->canon_head)
		tty->canon_head = tty->head;
	return n;
}

void tty_line_skip_eof(struct tty *tty)
{
	if (tty_line_canonical(tty) && tty_line_available(tty) &&
	    is_eof(tty, tty->head))
		tty->head++;
}

static void flush_and_signal(struct tty *tty, int sig)
{
	tty_signal_foreground(tty, sig);
	if (L(tty, NOFLSH))
		return;
	ring_drop(&tty->echo, TTY_ECHO_SIZE);
	tty->ops->discard(tty);
	tty_line_flush(tty);
}

static bool is_cc(const struct tty *tty, u32 index, u8 c)
{
	u8 cc = tty->termios.c_cc[index];

	return cc == c && cc != VDISABLED;
}

static void end_erasing(struct tty *tty)
{
	if (tty->erasing)
		tty_echo_raw(tty, "/", 1);
	tty->erasing = false;
}

static bool handle_signal(struct tty *tty, u8 c)
{
	int sig = is_cc(tty, VINTR, c) ? SIGINT :
		  is_cc(tty, VQUIT, c) ? SIGQUIT :
		  is_cc(tty, VSUSP, c) ? SIGTSTP : 0;

	if (!L(tty, ISIG) || !sig)
		return false;
	flush_and_signal(tty, sig);
	if (I(tty, IXON))
		tty_start(tty, false);
	if (L(tty, ECHO))
		tty_echo(tty, c);
	return true;
}

static bool handle_flow(struct tty *tty, u8 c)
{
	if (!I(tty, IXON))
		return false;
	if (is_cc(tty, VSTART, c))
		tty_start(tty, false);
	else if (is_cc(tty, VSTOP, c))
		tty_stop(tty, false);
	else
		return false;
	return true;
}

static bool is_control(u8 c)
{
	return c < ' ' || c == 0x7f;
}

/* Columns that a tab at the end of the line took, by what is before it. */
static u32 tab_width(const struct tty *tty)
{
	u32 column = tty->line_start_column;

	for (u64 p = tty->canon_head; p < tty->tail; p++) {
		u8 c = *slot(tty, p);

		if (c == '\t')
			column += 8 - column % 8;
		else if (is_control(c))
			column += L(tty, ECHOCTL) ? 2 : 0;
		else if (!tty_utf8_continues(tty, c))
			column++;
	}
	return 8 - column % 8;
}

/* @c is gone from the end of the line: from the screen too. */
static void rub_out(struct tty *tty, u8 c)
{
	if (c == '\t') {
		for (u32 n = tab_width(tty); n; n--)
			tty_echo_raw(tty, "\b", 1);
		return;
	}
	if (is_control(c) && !L(tty, ECHOCTL))
		return;
	tty_echo_raw(tty, "\b \b\b \b", is_control(c) ? 6 : 3);
}

/* ECHOPRT, for paper: what goes is printed between \ and /. */
static void print_erased(struct tty *tty, u64 from, u64 to)
{
	if (!tty->erasing)
		tty_echo_raw(tty, "\\", 1);
	tty->erasing = true;
	tty_echo(tty, *slot(tty, from));
	while (++from < to)
		tty_echo_raw(tty, (const char *)slot(tty, from), 1);
}

/* Where the last character begins; the tail if it is torn. */
static u64 last_char(const struct tty *tty)
{
	u64 p = tty->tail;

	do {
		p--;
	} while (p > tty->canon_head && tty_utf8_continues(tty, *slot(tty, p)));
	return tty_utf8_continues(tty, *slot(tty, p)) ? tty->tail : p;
}

static void show_erased(struct tty *tty, u64 from, u64 to, bool one)
{
	if (L(tty, ECHOPRT))
		print_erased(tty, from, to);
	else if (one && !L(tty, ECHOE))
		tty_echo(tty, tty->termios.c_cc[VERASE]);
	else
		rub_out(tty, *slot(tty, from));
}

static bool is_word_char(u8 c)
{
	return char_is_alnum((char)c) || c == '_' ||
	       (c >= 0xc0 && c != 0xd7 && c != 0xf7);
}

/* How much is erased. */
enum erase {
	ERASE_CHAR,
	ERASE_WORD,
	ERASE_LINE,
};

static void erase(struct tty *tty, enum erase what)
{
	bool in_word = false;

	while (tty->tail != tty->canon_head) {
		u64 to = tty->tail;
		u64 from = last_char(tty);

		if (from == to)
			break;
		if (what == ERASE_WORD) {
			if (!is_word_char(*slot(tty, from)) && in_word)
				break;
			in_word = is_word_char(*slot(tty, from));
		}
		tty->tail = from;
		if (L(tty, ECHO))
			show_erased(tty, from, to, what == ERASE_CHAR);
		if (what == ERASE_CHAR)
			break;
	}
	if (tty->tail == tty->canon_head && L(tty, ECHO))
		end_erasing(tty);
}

static void kill_line(struct tty *tty)
{
	if (tty->tail == tty->canon_head)
		return;
	if (L(tty, ECHO) && L(tty, ECHOK) && L(tty, ECHOKE) && L(tty, ECHOE)) {
		erase(tty, ERASE_LINE);
		return;
	}
	tty->tail = tty->canon_head;
	if (!L(tty, ECHO))
		return;
	end_erasing(tty);
	tty_echo(tty, tty->termios.c_cc[VKILL]);
	if (L(tty, ECHOK))
		tty_echo_raw(tty, "\n", 1);
}

static void reprint(struct tty *tty)
{
	end_erasing(tty);
	tty_echo(tty, tty->termios.c_cc[VREPRINT]);
	tty_echo_raw(tty, "\n", 1);
	tty->line_start_column = 0;
	for (u64 p = tty->canon_head; p < tty->tail; p++)
		tty_echo(tty, *slot(tty, p));
}

static void quote_next(struct tty *tty)
{
	tty->literal_next = true;
	if (!L(tty, ECHO))
		return;
	end_erasing(tty);
	if (L(tty, ECHOCTL))
		tty_echo_raw(tty, "^\b", 2);
}

/* Editing characters of canonical mode. True: done with @c. */
static bool handle_editing(struct tty *tty, u8 c)
{
	bool extended = L(tty, IEXTEN);

	if (is_cc(tty, VERASE, c))
		erase(tty, ERASE_CHAR);
	else if (is_cc(tty, VKILL, c))
		kill_line(tty);
	else if (extended && is_cc(tty, VWERASE, c))
		erase(tty, ERASE_WORD);
	else if (extended && is_cc(tty, VLNEXT, c))
		quote_next(tty);
	else if (extended && is_cc(tty, VREPRINT, c) && L(tty, ECHO))
		reprint(tty);
	else
		return false;
	return true;
}

static void finish_line(struct tty *tty, u8 c)
{
	store(tty, c);
	set_end(tty, tty->tail - 1, true);
	tty->canon_head = tty->tail;
}

static void echo_typed(struct tty *tty, u8 c)
{
	if (!L(tty, ECHO))
		return;
	end_erasing(tty);
	if (tty->tail == tty->canon_head)
		tty->line_start_column = tty->column;
	tty_echo(tty, c);
}

/* Characters that end a line. True: done with @c. */
static bool handle_line_end(struct tty *tty, u8 c)
{
	if (c == '\n') {
		if (L(tty, ECHO) || L(tty, ECHONL))
			tty_echo_raw(tty, "\n", 1);
	} else if (is_cc(tty, VEOF, c)) {
		c = VDISABLED;
	} else if (is_cc(tty, VEOL, c) ||
		   (L(tty, IEXTEN) && is_cc(tty, VEOL2, c))) {
		echo_typed(tty, c);
		if (c == 0xff && I(tty, PARMRK))
			store(tty, c);
	} else {
		return false;
	}
	finish_line(tty, c);
	return true;
}

/* c_iflag on the two ends of a line. False: it is dropped. */
static bool map_return(struct tty *tty, u8 *c)
{
	if (*c == '\r') {
		if (I(tty, IGNCR))
			return false;
		if (I(tty, ICRNL))
			*c = '\n';
	} else if (*c == '\n' && I(tty, INLCR)) {
		*c = '\r';
	}
	return true;
}

static void input_plain(struct tty *tty, u8 c)
{
	if (tty->stopped && I(tty, IXON) && I(tty, IXANY))
		tty_start(tty, false);
	if (!map_return(tty, &c))
		return;
	if (L(tty, ICANON) && (handle_editing(tty, c) ||
			       handle_line_end(tty, c)))
		return;
	if (c == '\n' && L(tty, ECHO)) {
		end_erasing(tty);
		tty_echo_raw(tty, "\n", 1);
	} else {
		echo_typed(tty, c);
	}
	store_data(tty, c);
}

void tty_line_input(struct tty *tty, u8 c)
{
	if (room(tty) < 0)
		tty->tail--;
	if (I(tty, ISTRIP))
		c &= 0x7f;
	if (I(tty, IUCLC) && L(tty, IEXTEN) && c >= 'A' && c <= 'Z')
		c = (u8)(c - 'A' + 'a');
	if (L(tty, EXTPROC)) {
		store(tty, c);
	} else if (tty->literal_next) {
		tty->literal_next = false;
		echo_typed(tty, c);
		store_data(tty, c);
	} else if (!handle_flow(tty, c) && !handle_signal(tty, c)) {
		input_plain(tty, c);
	}
}

void tty_line_break(struct tty *tty)
{
	if (I(tty, IGNBRK) || !tty_line_room(tty))
		return;
	if (I(tty, BRKINT)) {
		flush_and_signal(tty, SIGINT);
		return;
	}
	if (I(tty, PARMRK)) {
		store(tty, 0xff);
		store(tty, 0);
	}
	store(tty, 0);
	wait_queue_wake(&tty->read_wait, 1, POLLIN | POLLRDNORM);
}
