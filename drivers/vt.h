/*
 * drivers/vt.h - a terminal as a grid of cells
 *
 * What:  what a program writes - characters and the control sequences of a
 *        VT102 with the additions of the Linux console - becomes cells that a
 *        display draws.
 * Locks: the caller's, around every call. No hardware and no allocation here.
 * Life:  vt_init; the memory is the caller's and stays for ever.
 * See:   console_codes(4); ECMA-48; DEC VT102 User Guide, chapter 5.
 */
#ifndef DRIVERS_VT_H
#define DRIVERS_VT_H

#include <lib/types.h>

/* One place of the screen, with colours of 256 (see colour.h). */
struct vt_cell {
	u16 glyph;		/* index in the font, and VT_* below */
	u8 fg, bg;
};
static_assert(sizeof(struct vt_cell) == 4, "cells are compared as words");

#define VT_GLYPH 0x3fffu
#define VT_UNDERLINE 0x4000u
#define VT_CURSOR 0x8000u	/* never in vt.lines: added when drawn */

#define VT_MAX_PARAMS 16u
#define VT_MAX_REPLY 64u

/* How characters look: SGR. */
struct vt_pen {
	u8 fg, bg;
	bool bold, dim, underline, reverse, hidden;
};

enum vt_charset {
	VT_ASCII,
	VT_GRAPHICS,		/* lines and corners in place of letters */
};

/* What ESC 7 saves. */
struct vt_cursor {
	u32 x, y;
	bool wrap_next;		/* the last column is full: wrap before more */
	bool origin;		/* rows count from the upper margin */
	struct vt_pen pen;
	enum vt_charset charsets[2];
	u32 charset;		/* which of them: SI 0, SO 1 */
};

/* A UTF-8 character that is not complete. */
struct vt_utf8 {
	u32 code, least;
	u32 left;		/* bytes to come */
};

/* Where in a control sequence the next byte falls. */
enum vt_state {
	VT_GROUND,
	VT_ESCAPE,
	VT_ESCAPE_MORE,		/* ESC and an intermediate character */
	VT_CSI_ENTRY,
	VT_CSI,
	VT_FUNCTION_KEY,	/* ESC [ [ x, the echo of F1 to F5 */
	VT_STRING,		/* OSC, DCS and others: until BEL or ST */
	VT_PALETTE,		/* ESC ] P and seven digits */
};

/* All fields: [the caller's lock]. */
struct vt {
	u32 cols, rows;		/* [I] */
	struct vt_cell **lines;	/* the cells of each row; scrolling moves only
				   these pointers */
	u8 *tabs;		/* a column has a tab stop */
	u8 *dirty;		/* a row has changed since it was drawn */
	struct vt_cursor c, saved;
	u32 top, bottom;	/* margins; bottom is the first row outside */
	bool autowrap, insert, newline, cursor_visible;
	bool application_cursor;	/* arrow keys send ESC O */
	bool utf8;
	struct vt_utf8 decoder, log_decoder;
	bool log_open;		/* the log stopped in the middle of a line */
	u32 last_code;		/* for REP */

	enum vt_state state;
	u8 intermediate;	/* 0x20 .. 0x2f, 0: none */
	u8 private;		/* one of <=>?, 0: none */
	u32 nparams;
	u32 params[VT_MAX_PARAMS];
	u32 digits;		/* seen, in VT_PALETTE */

	u32 reply_len;
	char reply[VT_MAX_REPLY];	/* to be typed; the caller empties it */
};

/* Bytes of memory that vt_init wants for a screen of that size. */
size_t vt_memory_size(u32 cols, u32 rows);
/* @memory: aligned for pointers. Everything blank and dirty. */
void vt_init(struct vt *v, u32 cols, u32 rows, void *memory);
/* What a program wrote. Afterwards v->reply may hold an answer. */
void vt_write(struct vt *v, const char *data, size_t len);
/* Lines of the kernel log, each on a line of its own: no control sequences,
 * and the state of one that a program is writing is left alone. */
void vt_write_log(struct vt *v, const char *text, size_t len);
/* After a panic in the middle of a change: make the state usable. */
void vt_recover(struct vt *v);

static inline struct vt_cell *vt_row(const struct vt *v, u32 row)
{
	return v->lines[row];
}

#endif
