/*
 * drivers/vt_csi.c - control sequences: ESC [ parameters final
 *
 * What:  one function for each final character that means something; the
 *        others are swallowed.
 * Not:   SGR (vt_sgr.c); collecting the sequence (vt.c).
 * See:   console_codes(4), "ECMA-48 CSI sequences"; ECMA-48, chapter 8.
 */
#include "vt_private.h"

#include <lib/format.h>
#include <lib/string.h>

/* No screen is larger, and REP must end. */
#define MAX_COUNT 9999u

/* Parameter @i where 0 and nothing mean 1. */
static u32 count(const struct vt *v, u32 i)
{
	u32 n = i < min(v->nparams, VT_MAX_PARAMS) ? v->params[i] : 0;

	return min(n ? n : 1, MAX_COUNT);
}

void vt_answer(struct vt *v, const char *text)
{
	size_t len = strlen(text);

	if (len > sizeof(v->reply) - v->reply_len)
		return;
	memcpy(v->reply + v->reply_len, text, len);
	v->reply_len += (u32)len;
}

static void erase_display(struct vt *v)
{
	switch (v->params[0]) {
	case 0:
		vt_erase(v, v->c.y, v->c.x, v->cols);
		vt_erase_rows(v, v->c.y + 1, v->rows);
		break;
	case 1:
		vt_erase_rows(v, 0, v->c.y);
		vt_erase(v, v->c.y, 0, v->c.x + 1);
		break;
	case 2:
	case 3:
		vt_erase_rows(v, 0, v->rows);
		break;
	}
	v->c.wrap_next = false;
}

static void erase_line(struct vt *v)
{
	switch (v->params[0]) {
	case 0:
		vt_erase(v, v->c.y, v->c.x, v->cols);
		break;
	case 1:
		vt_erase(v, v->c.y, 0, v->c.x + 1);
		break;
	case 2:
		vt_erase(v, v->c.y, 0, v->cols);
		break;
	}
	v->c.wrap_next = false;
}

static bool between_margins(const struct vt *v)
{
	return v->c.y >= v->top && v->c.y < v->bottom;
}

static void insert_lines(struct vt *v)
{
	if (between_margins(v))
		vt_scroll_down(v, v->c.y, count(v, 0));
	v->c.wrap_next = false;
}

static void delete_lines(struct vt *v)
{
	if (between_margins(v))
		vt_scroll_up(v, v->c.y, count(v, 0));
	v->c.wrap_next = false;
}

static void clear_tabs(struct vt *v)
{
	if (v->params[0] == 0)
		v->tabs[v->c.x] = 0;
	else if (v->params[0] == 3)
		memset(v->tabs, 0, v->cols);
}

static void set_private_mode(struct vt *v, u32 mode, bool on)
{
	switch (mode) {
	case 1:
		v->application_cursor = on;
		break;
	case 6:
		v->c.origin = on;
		vt_move_to(v, 0, 0);
		break;
	case 7:
		v->autowrap = on;
		break;
	case 25:
		v->cursor_visible = on;
		break;
	}
}

static void set_modes(struct vt *v, bool on)
{
	for (u32 i = 0; i < min(v->nparams, VT_MAX_PARAMS); i++) {
		if (v->private == '?')
			set_private_mode(v, v->params[i], on);
		else if (v->private)
			continue;
		else if (v->params[i] == 4)
			v->insert = on;
		else if (v->params[i] == 20)
			v->newline = on;
	}
}

static void report(struct vt *v)
{
	char text[32];
	u32 row = v->c.y - (v->c.origin ? v->top : 0);

	if (v->params[0] == 5) {
		vt_answer(v, "\033[0n");
	} else if (v->params[0] == 6) {
		scnprintf(text, sizeof(text), "\033[%u;%uR", row + 1,
			  v->c.x + 1);
		vt_answer(v, text);
	}
}

static void set_margins(struct vt *v)
{
	u32 top = count(v, 0) - 1;
	u32 bottom = v->nparams > 1 && v->params[1] ? v->params[1] : v->rows;

	bottom = min(bottom, v->rows);
	if (top + 1 >= bottom)
		return;
	v->top = top;
	v->bottom = bottom;
	vt_move_to(v, 0, 0);
}

static void repeat_last(struct vt *v)
{
	for (u32 n = count(v, 0); n && v->last_code; n--)
		vt_put(v, v->last_code);
}

static void repeat(struct vt *v, void (*step)(struct vt *v))
{
	for (u32 n = min(count(v, 0), v->cols); n; n--)
		step(v);
}

/* Row from 0 without the margin, as vt_move_to wants it. */
static u32 row_now(const struct vt *v)
{
	u32 first = v->c.origin ? v->top : 0;

	return v->c.y >= first ? v->c.y - first : 0;
}

/* Movements. False: @final is none. */
static bool csi_move(struct vt *v, u8 final)
{
	u32 n = count(v, 0);

	switch (final) {
	case 'A':
		vt_move_up(v, n);
		return true;
	case 'B':
	case 'e':
		vt_move_down(v, n);
		return true;
	case 'C':
	case 'a':
		vt_move_right(v, n);
		return true;
	case 'D':
		vt_move_left(v, n);
		return true;
	case 'E':
		vt_move_down(v, n);
		vt_carriage_return(v);
		return true;
	case 'F':
		vt_move_up(v, n);
		vt_carriage_return(v);
		return true;
	case 'G':
	case '`':
		vt_move_to(v, n - 1, row_now(v));
		return true;
	case 'H':
	case 'f':
		vt_move_to(v, count(v, 1) - 1, n - 1);
		return true;
	case 'I':
		repeat(v, vt_tab);
		return true;
	case 'Z':
		repeat(v, vt_back_tab);
		return true;
	case 'd':
		vt_move_to(v, v->c.x, n - 1);
		return true;
	}
	return false;
}

/* Changes of cells. False: @final is none. */
static bool csi_edit(struct vt *v, u8 final)
{
	u32 n = count(v, 0);

	switch (final) {
	case 'J':
		erase_display(v);
		return true;
	case 'K':
		erase_line(v);
		return true;
	case 'L':
		insert_lines(v);
		return true;
	case 'M':
		delete_lines(v);
		return true;
	case 'P':
		vt_delete_cells(v, n);
		v->c.wrap_next = false;
		return true;
	case '@':
		vt_insert_cells(v, n);
		v->c.wrap_next = false;
		return true;
	case 'X':
		vt_erase(v, v->c.y, v->c.x, v->c.x + n);
		v->c.wrap_next = false;
		return true;
	case 'S':
		vt_scroll_up(v, v->top, n);
		return true;
	case 'T':
		vt_scroll_down(v, v->top, n);
		return true;
	case 'b':
		repeat_last(v);
		return true;
	}
	return false;
}

static void csi_state(struct vt *v, u8 final)
{
	switch (final) {
	case 'c':
		if (v->params[0] == 0)
			vt_answer(v, "\033[?6c");
		break;
	case 'g':
		clear_tabs(v);
		break;
	case 'm':
		vt_sgr(v);
		break;
	case 'n':
		report(v);
		break;
	case 'r':
		set_margins(v);
		break;
	case 's':
		vt_save_cursor(v);
		break;
	case 'u':
		vt_restore_cursor(v);
		break;
	}
}

/* ESC [ ! p: modes as at the start, the text stays. */
static void soft_reset(struct vt *v)
{
	v->c.origin = false;
	vt_pen_reset(&v->c.pen);
	v->insert = false;
	v->autowrap = true;
	v->cursor_visible = true;
	v->application_cursor = false;
	v->top = 0;
	v->bottom = v->rows;
}

void vt_csi(struct vt *v, u8 final)
{
	if (v->intermediate) {
		if (v->intermediate == '!' && final == 'p')
			soft_reset(v);
		return;
	}
	if (final == 'h' || final == 'l') {
		set_modes(v, final == 'h');
		return;
	}
	if (v->private)
		return;
	if (!csi_move(v, final) && !csi_edit(v, final))
		csi_state(v, final);
}
