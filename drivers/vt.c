/*
 * drivers/vt.c - from bytes to characters and control sequences
 *
 * What:  decodes UTF-8, runs control characters, collects escape and control
 *        sequences.
 * Not:   what CSI sequences do (vt_csi.c, vt_sgr.c); cells (vt_screen.c).
 * See:   console_codes(4); Unicode 15, table 3-7 (well-formed UTF-8); ECMA-35
 *        (charsets).
 */
#include "vt_private.h"

#include <lib/string.h>

#define ESC 0x1b
#define DEL 0x7f
#define PALETTE_DIGITS 7u
#define GRAPHICS_FIRST 0x5fu
#define GRAPHICS_LAST 0x7eu

/* Source: DEC VT102 User Guide, table 5-13: the special graphics set. */
static const u16 graphics[] = {
	0x00a0, 0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0,
	0x00b1, 0x2424, 0x240b, 0x2518, 0x2510, 0x250c, 0x2514, 0x253c,
	0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524, 0x2534,
	0x252c, 0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
};
static_assert(ARRAY_SIZE(graphics) == GRAPHICS_LAST - GRAPHICS_FIRST + 1,
	      "one for each");

static u32 utf8_start(struct vt_utf8 *d, u32 bits, u32 left)
{
	static const u32 least[] = { 0, 0x80, 0x800, 0x10000 };

	d->code = bits;
	d->left = left;
	d->least = least[left];
	return 0;
}

static u32 utf8_finish(const struct vt_utf8 *d)
{
	bool surrogate = d->code >= 0xd800 && d->code <= 0xdfff;

	return d->code < d->least || d->code > 0x10ffff || surrogate ?
	       VT_REPLACEMENT : d->code;
}

/* One byte. Return: how many characters came out (0 to 2) into @out. */
static u32 utf8_feed(struct vt_utf8 *d, u8 b, u32 *out)
{
	u32 n = 0;

	if (d->left && (b & 0xc0) == 0x80) {
		d->code = d->code << 6 | (b & 0x3f);
		if (--d->left)
			return 0;
		out[0] = utf8_finish(d);
		return 1;
	}
	if (d->left)
		out[n++] = VT_REPLACEMENT;
	d->left = 0;
	if (b >= 0xc2 && b <= 0xdf)
		return n + utf8_start(d, b & 0x1f, 1);
	if (b >= 0xe0 && b <= 0xef)
		return n + utf8_start(d, b & 0x0f, 2);
	if (b >= 0xf0 && b <= 0xf4)
		return n + utf8_start(d, b & 0x07, 3);
	out[n++] = b < 0x80 ? b : VT_REPLACEMENT;
	return n;
}

void vt_save_cursor(struct vt *v)
{
	v->saved = v->c;
}

void vt_restore_cursor(struct vt *v)
{
	v->c = v->saved;
}

void vt_reset(struct vt *v)
{
	memset(&v->c, 0, sizeof(v->c));
	vt_pen_reset(&v->c.pen);
	vt_save_cursor(v);
	v->top = 0;
	v->bottom = v->rows;
	v->autowrap = true;
	v->insert = false;
	v->newline = false;
	v->cursor_visible = true;
	v->application_cursor = false;
	v->utf8 = true;
	v->state = VT_GROUND;
	v->last_code = 0;
	vt_default_tabs(v);
	vt_erase_rows(v, 0, v->rows);
}

size_t vt_memory_size(u32 cols, u32 rows)
{
	return rows * sizeof(struct vt_cell *) +
	       (size_t)cols * rows * sizeof(struct vt_cell) + cols + rows;
}

void vt_init(struct vt *v, u32 cols, u32 rows, void *memory)
{
	struct vt_cell *cells;

	memset(v, 0, sizeof(*v));
	v->cols = cols;
	v->rows = rows;
	v->lines = memory;
	cells = (struct vt_cell *)(void *)(v->lines + rows);
	for (u32 y = 0; y < rows; y++)
		v->lines[y] = cells + (size_t)y * cols;
	v->tabs = (u8 *)(cells + (size_t)cols * rows);
	v->dirty = v->tabs + cols;
	vt_reset(v);
}

void vt_recover(struct vt *v)
{
	v->c.x = min(v->c.x, v->cols - 1);
	v->c.y = min(v->c.y, v->rows - 1);
	v->top = 0;
	v->bottom = v->rows;
}

static u32 translate(const struct vt *v, u32 code)
{
	if (v->c.charsets[v->c.charset] == VT_GRAPHICS &&
	    code >= GRAPHICS_FIRST && code <= GRAPHICS_LAST)
		return graphics[code - GRAPHICS_FIRST];
	return code;
}

/* Characters below space, which count inside sequences too. BEL is mute. */
static void control(struct vt *v, u32 code)
{
	switch (code) {
	case '\b':
		vt_backspace(v);
		break;
	case '\t':
		vt_tab(v);
		break;
	case '\n':
	case '\v':
	case '\f':
		if (v->newline)
			vt_carriage_return(v);
		vt_line_feed(v);
		break;
	case '\r':
		vt_carriage_return(v);
		break;
	case 0x0e:
	case 0x0f:
		v->c.charset = code == 0x0e;
		break;
	case 0x18:
	case 0x1a:
		v->state = VT_GROUND;
		break;
	case ESC:
		v->state = VT_ESCAPE;
		v->intermediate = 0;
		break;
	}
}

static void show(struct vt *v, u32 code)
{
	if (code < ' ') {
		control(v, code);
	} else if (code < DEL || code >= 0xa0) {
		v->last_code = translate(v, code);
		vt_put(v, v->last_code);
	}
}

static void ground(struct vt *v, u8 b)
{
	u32 codes[2] = { b, 0 };
	u32 n = v->utf8 ? utf8_feed(&v->decoder, b, codes) : 1;

	for (u32 i = 0; i < n; i++)
		show(v, codes[i]);
}

static void csi_begin(struct vt *v)
{
	v->state = VT_CSI_ENTRY;
	v->private = 0;
	v->nparams = 0;
	memset(v->params, 0, sizeof(v->params));
}

/* ESC x. The ones that are not known are swallowed. */
static void escape(struct vt *v, u8 b)
{
	v->state = VT_GROUND;
	switch (b) {
	case '[':
		csi_begin(v);
		break;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		v->state = VT_STRING;
		v->intermediate = b;
		v->digits = 0;
		break;
	case '7':
		vt_save_cursor(v);
		break;
	case '8':
		vt_restore_cursor(v);
		break;
	case 'D':
		vt_line_feed(v);
		break;
	case 'E':
		vt_carriage_return(v);
		vt_line_feed(v);
		break;
	case 'H':
		v->tabs[v->c.x] = 1;
		break;
	case 'M':
		vt_reverse_line_feed(v);
		break;
	case 'Z':
		vt_answer(v, "\033[?6c");
		break;
	case 'c':
		vt_reset(v);
		break;
	}
}

/* ESC, an intermediate character and @b. */
static void escape_more(struct vt *v, u8 b)
{
	v->state = VT_GROUND;
	switch (v->intermediate) {
	case '(':
	case ')':
		v->c.charsets[v->intermediate == ')'] =
			b == '0' ? VT_GRAPHICS : VT_ASCII;
		break;
	case '%':
		v->utf8 = b == 'G' || b == '8';
		v->decoder.left = 0;
		break;
	case '#':
		if (b == '8')
			vt_test_pattern(v);
		break;
	}
}

static void csi_digit(struct vt *v, u32 digit)
{
	u32 *p = &v->params[v->nparams - 1];

	if (v->nparams <= VT_MAX_PARAMS && *p < 100000)
		*p = *p * 10 + digit;
}

/* Parameters, then intermediate characters, then the final one. */
static void csi(struct vt *v, u8 b)
{
	if (b >= 0x40) {
		v->state = VT_GROUND;
		vt_csi(v, b);
	} else if (b >= 0x3c) {
		v->private = b;
	} else if (b >= '0') {
		if (!v->nparams)
			v->nparams = 1;
		if (b <= '9')
			csi_digit(v, b - '0');
		else if (v->nparams <= VT_MAX_PARAMS)
			v->nparams++;
	} else {
		v->intermediate = b;
	}
}

/* The text of OSC and its like is dropped. ESC ] P and ESC ] R have no end. */
static void string(struct vt *v, u8 b)
{
	bool first = v->intermediate == ']' && v->digits == 0;

	v->digits = 1;
	if (b == '\a' || (first && b == 'R')) {
		v->state = VT_GROUND;
	} else if (first && b == 'P') {
		v->state = VT_PALETTE;
		v->digits = 0;
	}
}

/* One byte inside a sequence, not a control character. */
static void sequence(struct vt *v, u8 b)
{
	switch (v->state) {
	case VT_GROUND:
	case VT_STRING:
		break;
	case VT_ESCAPE:
		if (b >= ' ' && b < '0') {
			v->state = VT_ESCAPE_MORE;
			v->intermediate = b;
		} else {
			escape(v, b);
		}
		break;
	case VT_ESCAPE_MORE:
		escape_more(v, b);
		break;
	case VT_CSI_ENTRY:
		v->state = b == '[' ? VT_FUNCTION_KEY : VT_CSI;
		if (b != '[')
			csi(v, b);
		break;
	case VT_CSI:
		csi(v, b);
		break;
	case VT_FUNCTION_KEY:
		v->state = VT_GROUND;
		break;
	case VT_PALETTE:
		if (++v->digits == PALETTE_DIGITS)
			v->state = VT_GROUND;
		break;
	}
}

static void write_byte(struct vt *v, u8 b)
{
	if (v->state == VT_GROUND)
		ground(v, b);
	else if (v->state == VT_STRING && b != ESC && b != 0x18 && b != 0x1a)
		string(v, b);
	else if (b < ' ')
		control(v, b);
	else if (b < DEL)
		sequence(v, b);
}

void vt_write(struct vt *v, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		write_byte(v, (u8)data[i]);
}

static void log_new_line(struct vt *v)
{
	/* Whatever a program had on the screen there. */
	if (!v->c.wrap_next)
		vt_erase(v, v->c.y, v->c.x, v->cols);
	vt_carriage_return(v);
	vt_line_feed(v);
}

static void log_character(struct vt *v, u32 code)
{
	if (!v->log_open && v->c.x)
		log_new_line(v);
	v->log_open = code != '\n';
	if (code == '\n')
		log_new_line(v);
	else if (code == '\t')
		vt_tab(v);
	else if (code != '\r')
		vt_put(v, code < ' ' || (code >= DEL && code < 0xa0) ?
			  VT_REPLACEMENT : code);
}

static void log_text(struct vt *v, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		u32 codes[2];
		u32 n = utf8_feed(&v->log_decoder, (u8)text[i], codes);

		for (u32 k = 0; k < n; k++)
			log_character(v, codes[k]);
	}
}

void vt_write_log(struct vt *v, const char *text, size_t len)
{
	struct vt_pen pen = v->c.pen;
	bool insert = v->insert, autowrap = v->autowrap;

	vt_pen_reset(&v->c.pen);
	v->insert = false;
	v->autowrap = true;
	log_text(v, text, len);
	v->c.pen = pen;
	v->insert = insert;
	v->autowrap = autowrap;
}
