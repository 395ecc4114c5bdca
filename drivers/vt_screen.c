/*
 * drivers/vt_screen.c - what happens to the cells of a terminal
 *
 * What:  printing with wrap and insert mode, scrolling between the margins,
 *        erasing, moving the cursor.
 * Not:   who asks for it (vt.c, vt_csi.c).
 * See:   DEC VT102 User Guide, chapter 5; Unicode 15, East Asian Width.
 */
#include "vt_private.h"

#include <lib/string.h>
#include "font8x16.h"

#define TAB_STOP 8u
#define BRIGHT 8u
#define DARK_GREY 8u

struct range {
	u32 first, last;
};

/* Characters that two columns are reserved for. */
static const struct range wide[] = {
	{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf },
	{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
	{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
	{ 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

/* Marks on the character before, and invisible ones. */
static const struct range narrow[] = {
	{ 0x0300, 0x036f }, { 0x200b, 0x200f }, { 0x202a, 0x202e },
	{ 0x2060, 0x2064 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
};

static bool in_ranges(u32 code, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (code >= r[i].first && code <= r[i].last)
			return true;
	}
	return false;
}

static u32 char_width(u32 code)
{
	if (code < narrow[0].first)
		return 1;
	if (in_ranges(code, narrow, ARRAY_SIZE(narrow)))
		return 0;
	return in_ranges(code, wide, ARRAY_SIZE(wide)) ? 2 : 1;
}

static struct vt_cell drawn_cell(const struct vt_pen *pen, u32 glyph)
{
	struct vt_cell cell = { .glyph = (u16)glyph };
	u8 fg = pen->fg;

	if (pen->bold && fg < BRIGHT)
		fg += BRIGHT;
	else if (pen->dim && fg == VT_DEFAULT_FG)
		fg = DARK_GREY;
	if (pen->underline)
		cell.glyph |= VT_UNDERLINE;
	cell.fg = pen->reverse ? pen->bg : fg;
	cell.bg = pen->reverse ? fg : pen->bg;
	if (pen->hidden)
		cell.fg = cell.bg;
	return cell;
}

static struct vt_cell blank_cell(const struct vt *v)
{
	return (struct vt_cell){
		.glyph = 0,		/* space is the first of the font */
		.fg = v->c.pen.fg,
		.bg = v->c.pen.bg,
	};
}

void vt_erase(struct vt *v, u32 row, u32 from, u32 to)
{
	struct vt_cell *cells = vt_row(v, row);
	struct vt_cell blank = blank_cell(v);

	for (u32 x = from; x < min(to, v->cols); x++)
		cells[x] = blank;
	v->dirty[row] = 1;
}

void vt_erase_rows(struct vt *v, u32 from, u32 to)
{
	for (u32 y = from; y < min(to, v->rows); y++)
		vt_erase(v, y, 0, v->cols);
}

/* Rows [@top, margin) up by one; what leaves at the top comes in below. */
static void rotate_up(struct vt *v, u32 top)
{
	struct vt_cell *first = v->lines[top];

	memmove(&v->lines[top], &v->lines[top + 1],
		(v->bottom - 1 - top) * sizeof(first));
	v->lines[v->bottom - 1] = first;
}

static void rotate_down(struct vt *v, u32 top)
{
	struct vt_cell *last = v->lines[v->bottom - 1];

	memmove(&v->lines[top + 1], &v->lines[top],
		(v->bottom - 1 - top) * sizeof(last));
	v->lines[top] = last;
}

void vt_scroll_up(struct vt *v, u32 top, u32 n)
{
	n = min(n, v->bottom - top);
	for (u32 i = 0; i < n; i++)
		rotate_up(v, top);
	memset(v->dirty + top, 1, v->bottom - top);
	vt_erase_rows(v, v->bottom - n, v->bottom);
}

void vt_scroll_down(struct vt *v, u32 top, u32 n)
{
	n = min(n, v->bottom - top);
	for (u32 i = 0; i < n; i++)
		rotate_down(v, top);
	memset(v->dirty + top, 1, v->bottom - top);
	vt_erase_rows(v, top, top + n);
}

void vt_line_feed(struct vt *v)
{
	v->c.wrap_next = false;
	if (v->c.y + 1 == v->bottom)
		vt_scroll_up(v, v->top, 1);
	else if (v->c.y + 1 < v->rows)
		v->c.y++;
}

void vt_reverse_line_feed(struct vt *v)
{
	v->c.wrap_next = false;
	if (v->c.y == v->top)
		vt_scroll_down(v, v->top, 1);
	else if (v->c.y)
		v->c.y--;
}

void vt_carriage_return(struct vt *v)
{
	v->c.wrap_next = false;
	v->c.x = 0;
}

void vt_backspace(struct vt *v)
{
	v->c.wrap_next = false;
	if (v->c.x)
		v->c.x--;
}

void vt_tab(struct vt *v)
{
	while (v->c.x < v->cols - 1) {
		v->c.x++;
		if (v->tabs[v->c.x])
			break;
	}
}

void vt_back_tab(struct vt *v)
{
	v->c.wrap_next = false;
	while (v->c.x) {
		v->c.x--;
		if (v->tabs[v->c.x])
			break;
	}
}

void vt_default_tabs(struct vt *v)
{
	for (u32 x = 0; x < v->cols; x++)
		v->tabs[x] = x % TAB_STOP == 0;
}

void vt_move_to(struct vt *v, u32 x, u32 y)
{
	u32 first = v->c.origin ? v->top : 0;
	u32 end = v->c.origin ? v->bottom : v->rows;

	v->c.wrap_next = false;
	v->c.x = min(x, v->cols - 1);
	v->c.y = min(first + y, end - 1);
}

void vt_move_up(struct vt *v, u32 n)
{
	u32 limit = v->c.y >= v->top ? v->top : 0;

	v->c.wrap_next = false;
	v->c.y -= min(n, v->c.y - limit);
}

void vt_move_down(struct vt *v, u32 n)
{
	u32 limit = v->c.y < v->bottom ? v->bottom : v->rows;

	v->c.wrap_next = false;
	v->c.y += min(n, limit - 1 - v->c.y);
}

void vt_move_left(struct vt *v, u32 n)
{
	v->c.wrap_next = false;
	v->c.x -= min(n, v->c.x);
}

void vt_move_right(struct vt *v, u32 n)
{
	v->c.wrap_next = false;
	v->c.x += min(n, v->cols - 1 - v->c.x);
}

void vt_insert_cells(struct vt *v, u32 n)
{
	struct vt_cell *at = vt_row(v, v->c.y) + v->c.x;
	u32 rest = v->cols - v->c.x;

	n = min(n, rest);
	memmove(at + n, at, (rest - n) * sizeof(*at));
	vt_erase(v, v->c.y, v->c.x, v->c.x + n);
}

void vt_delete_cells(struct vt *v, u32 n)
{
	struct vt_cell *at = vt_row(v, v->c.y) + v->c.x;
	u32 rest = v->cols - v->c.x;

	n = min(n, rest);
	memmove(at, at + n, (rest - n) * sizeof(*at));
	vt_erase(v, v->c.y, v->cols - n, v->cols);
}

static void put_glyph(struct vt *v, u32 glyph)
{
	if (v->c.wrap_next && v->autowrap) {
		vt_carriage_return(v);
		vt_line_feed(v);
	}
	if (v->insert)
		vt_insert_cells(v, 1);
	vt_row(v, v->c.y)[v->c.x] = drawn_cell(&v->c.pen, glyph);
	v->dirty[v->c.y] = 1;
	if (v->c.x == v->cols - 1)
		v->c.wrap_next = true;
	else
		v->c.x++;
}

void vt_put(struct vt *v, u32 code)
{
	u32 width = char_width(code);

	if (!width)
		return;
	put_glyph(v, font_find(code));
	if (width == 2)
		put_glyph(v, font_find(' '));
}

void vt_test_pattern(struct vt *v)
{
	struct vt_cell cell = drawn_cell(&v->c.pen, font_find('E'));

	for (u32 y = 0; y < v->rows; y++) {
		for (u32 x = 0; x < v->cols; x++)
			vt_row(v, y)[x] = cell;
		v->dirty[y] = 1;
	}
	vt_move_to(v, 0, 0);
}
