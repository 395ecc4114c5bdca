/*
 * drivers/tty_output.c - what a terminal shows
 *
 * What:  output processing (OPOST) of written characters, echo of typed ones.
 * Locks: tty->lock held by every caller.
 * See:   termios(3), c_oflag and the ECHO flags.
 */
#include "tty_private.h"

#include <lib/string.h>

#define TAB_STOP 8

static bool put(struct tty *tty, const char *text, size_t len)
{
	return tty->ops->write(tty, text, len) == len;
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
	if (O(tty, ONLRET))
		tty->column = 0;
	return put(tty, "\n", 1);
}

static bool output_return(struct tty *tty)
{
	if (O(tty, ONOCR) && tty->column == 0)
		return true;
	if (O(tty, OCRNL))
		return output_newline(tty);
	tty->column = 0;
	return put(tty, "\r", 1);
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
	case '\b':
		if (tty->column)
			tty->column--;
		return put(tty, &ch, 1);
	}
	if (O(tty, OLCUC) && c >= 'a' && c <= 'z')
		ch = (char)(c - 'a' + 'A');
	/* Bytes inside a UTF-8 character take no column of their own. */
	if (c >= ' ' && c != 0x7f && !(I(tty, IUTF8) && (c & 0xc0) == 0x80))
		tty->column++;
	return put(tty, &ch, 1);
}

/* Echo is dropped when the device is full, as on a real line. */
void tty_echo_raw(struct tty *tty, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		tty_output_char(tty, (u8)text[i]);
}

static bool shown_as_caret(const struct tty *tty, u8 c)
{
	return L(tty, ECHOCTL) && (c < ' ' || c == 0x7f) && c != '\t' &&
	       c != '\n';
}

void tty_echo(struct tty *tty, u8 c)
{
	char caret[2] = { '^', (char)(c ^ 0x40) };
	char ch = (char)c;

	if (!L(tty, ECHO) && !(c == '\n' && L(tty, ECHONL) && L(tty, ICANON)))
		return;
	if (shown_as_caret(tty, c))
		tty_echo_raw(tty, caret, 2);
	else
		tty_echo_raw(tty, &ch, 1);
}

u32 tty_echo_width(const struct tty *tty, u8 c, u32 column)
{
	if (c == '\t')
		return to_tab_stop(column);
	if (shown_as_caret(tty, c))
		return 2;
	if (c < ' ' || c == 0x7f)
		return 0;
	return I(tty, IUTF8) && (c & 0xc0) == 0x80 ? 0 : 1;
}
