/*
 * drivers/egatext.c - the text mode of EGA and VGA
 *
 * What:  a character and an attribute byte for each cell, in 16 colours.
 * Locks: the caller's; everything else is constant after egatext_init.
 * See:   IBM VGA Technical Reference: attribute byte, CRT controller index 10
 *        (cursor start); Unicode mapping of code page 437.
 */
#include "display.h"

#include <arch/boot.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <uapi/errno.h>
#include "colour.h"
#include "font8x16.h"

#define CRTC_INDEX 0x3d4
#define CRTC_DATA 0x3d5
#define CRTC_CURSOR_START 0x0a
#define CURSOR_OFF 0x20

#define MAX_COLS 132u
#define MAX_ROWS 60u
#define UNDERLINE_COLOUR 15u	/* colour displays cannot underline */

static struct {
	volatile u16 *cells;	/* [I] */
	u32 pitch;		/* [I] cells a row */
} ega;

/* The upper half of code page 437. */
static const u16 cp437[] = {
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7,
	0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5,
	0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9,
	0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192,
	0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba,
	0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556,
	0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510,
	0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f,
	0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567,
	0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b,
	0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580,
	0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4,
	0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229,
	0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248,
	0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
};
static_assert(ARRAY_SIZE(cp437) == 128, "the upper half");

struct substitute {
	u16 code;
	u8 byte;
};

/* The lower half has pictures below space; the rest is the nearest. */
static const struct substitute others[] = {
	{ 0x2022, 0x07 }, { 0x25c6, 0x04 }, { 0x2191, 0x18 }, { 0x2193, 0x19 },
	{ 0x2192, 0x1a }, { 0x2190, 0x1b }, { 0x2194, 0x1d }, { 0x2195, 0x12 },
	{ 0x25b2, 0x1e }, { 0x25bc, 0x1f }, { 0x25ba, 0x10 }, { 0x25c4, 0x11 },
	{ 0x00b6, 0x14 }, { 0x00a7, 0x15 }, { 0x25cb, 0x09 }, { 0x2013, '-' },
	{ 0x2014, 0xc4 }, { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x201c, '"' },
	{ 0x201d, '"' }, { 0x2212, '-' }, { 0x00d7, 'x' }, { 0x2010, '-' },
	{ 0x256d, 0xda }, { 0x256e, 0xbf }, { 0x256f, 0xd9 }, { 0x2570, 0xc0 },
	{ 0x2501, 0xcd }, { 0x2503, 0xba }, { 0x250f, 0xc9 }, { 0x2513, 0xbb },
	{ 0x2517, 0xc8 }, { 0x251b, 0xbc }, { 0x2523, 0xcc }, { 0x252b, 0xb9 },
	{ 0x2533, 0xcb }, { 0x253b, 0xca }, { 0x254b, 0xce }, { 0x25cf, 0x07 },
	{ 0x2026, 0xfa }, { 0x20ac, 'E' }, { 0x2713, 0xfb }, { 0x2717, 'x' },
	{ 0xfffd, 0xfe },
};

/* Latin letters without their accents, from U+00C0 on. */
static const char letters[] =
	"AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";

/* Something that looks alike, for what the hardware has no picture of. */
static u8 nearest_byte(u32 code)
{
	if (code >= 0x00c0 && code <= 0x00ff)
		return (u8)letters[code - 0x00c0];
	if (code >= 0x2500 && code <= 0x257f)
		return 0xc5;	/* a cross */
	if (code >= 0x2581 && code <= 0x2583)
		return '_';
	if (code >= 0x2585 && code <= 0x2587)
		return 0xdc;	/* the lower half */
	if (code >= 0x2589 && code <= 0x258f)
		return code < 0x258d ? 0xdd : 0xb3;	/* left half, line */
	return '?';
}

static u8 code_byte(u32 code)
{
	if (code < 0x7f)
		return (u8)code;
	for (u32 i = 0; i < ARRAY_SIZE(cp437); i++) {
		if (cp437[i] == code)
			return (u8)(0x80 + i);
	}
	for (u32 i = 0; i < ARRAY_SIZE(others); i++) {
		if (others[i].code == code)
			return others[i].byte;
	}
	return nearest_byte(code);
}

/* Blue and red change places; bit 7 would blink, so backgrounds are dark. */
static u8 attribute(u8 fg, u8 bg)
{
	static const u8 order[] = { 0, 4, 2, 6, 1, 5, 3, 7 };

	return (u8)(order[fg & 7] | (fg & 8) | order[bg & 7] << 4);
}

static void ega_draw(u32 col, u32 row, struct vt_cell cell)
{
	u8 byte = code_byte(font_glyphs[cell.glyph & VT_GLYPH].code);
	u8 fg = colour_nearest16(cell.fg);
	u8 bg = colour_nearest16(cell.bg);
	u8 attr;

	if ((cell.glyph & VT_UNDERLINE) && fg != bg)
		fg = UNDERLINE_COLOUR;
	/* Dark on dark grey would be dark on black. */
	if (bg == 8)
		bg = fg == 0 ? 7 : 0;
	attr = cell.glyph & VT_CURSOR ? attribute(bg, fg) : attribute(fg, bg);
	if ((cell.glyph & VT_CURSOR) && (attr & 7) == (attr >> 4))
		attr ^= 0x77;
	ega.cells[row * ega.pitch + col] = (u16)(attr << 8 | byte);
}

int egatext_init(const struct boot_framebuffer *fb, struct display *out)
{
	if (!fb->width || fb->width > MAX_COLS || !fb->height ||
	    fb->height > MAX_ROWS || fb->pitch < fb->width * 2)
		return -EINVAL;
	ega.cells = mmio_map(fb->addr, (size_t)fb->pitch * fb->height,
			     MMU_WRITE | MMU_NOCACHE);
	if (!ega.cells)
		return -ENOMEM;
	ega.pitch = fb->pitch / 2;
	io_out8(CRTC_INDEX, CRTC_CURSOR_START);
	io_out8(CRTC_DATA, CURSOR_OFF);
	*out = (struct display){
		.cols = fb->width,
		.rows = fb->height,
		.draw = ega_draw,
	};
	return 0;
}
