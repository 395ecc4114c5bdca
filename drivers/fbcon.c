/*
 * drivers/fbcon.c - text on a linear framebuffer
 *
 * What:  draws glyphs of 8 x 16 pixels, doubled on very large screens, with 24
 *        or 32 bits a pixel and channels anywhere in it. The framebuffer is
 *        only written: reading it takes microseconds a word.
 * Locks: the caller's; everything else is constant after fbcon_init.
 * See:   Multiboot2 Specification, 3.6.12 (framebuffer info).
 */
#include "display.h"

#include <arch/boot.h>
#include <arch/mmu.h>
#include <uapi/errno.h>
#include "colour.h"
#include "font8x16.h"

#define NCOLOURS 256u
/* From this width on letters of 8 pixels are too small to read. */
#define DOUBLE_FROM_WIDTH 2560u
#define MAX_SIDE 32768u
#define UNDERLINE_ROW 13u
#define CURSOR_FIRST_ROW 13u
#define CURSOR_LAST_ROW 14u

static struct {
	u8 *base;		/* [I] write combining */
	u32 pitch;		/* [I] bytes a line */
	u32 pixel_bytes;	/* [I] 3 or 4 */
	u32 scale;		/* [I] 1 or 2 */
	u32 pixels[NCOLOURS];	/* [I] colours as the hardware wants them */
} fbcon;

/* One store of eight bytes at any address; plain memory, no barrier needed. */
static void store8(u8 *at, u64 value)
{
	__builtin_memcpy(at, &value, sizeof(value));
}

/* Eight pixels in two colours, the leftmost in the highest bit of @bits. */
static void draw_span32(u8 *at, u8 bits, const u32 colours[2])
{
	for (u32 i = 0; i < 4; i++) {
		u64 left = colours[bits >> 7 & 1];
		u64 right = colours[bits >> 6 & 1];

		store8(at + i * 8, left | right << 32);
		bits = (u8)(bits << 2);
	}
}

static void draw_span24(u8 *at, u8 bits, const u32 colours[2])
{
	u64 p[FONT_WIDTH];

	for (u32 i = 0; i < FONT_WIDTH; i++)
		p[i] = colours[bits >> (7 - i) & 1];
	store8(at, p[0] | p[1] << 24 | p[2] << 48);
	store8(at + 8, p[2] >> 16 | p[3] << 8 | p[4] << 32 | p[5] << 56);
	store8(at + 16, p[5] >> 8 | p[6] << 16 | p[7] << 40);
}

static void draw_span(u8 *at, u8 bits, const u32 colours[2])
{
	if (fbcon.pixel_bytes == 4)
		draw_span32(at, bits, colours);
	else
		draw_span24(at, bits, colours);
}

/* Each of four bits twice. */
static u8 double_bits(u8 nibble)
{
	u32 b = nibble;

	b = (b | b << 2) & 0x33;
	b = (b | b << 1) & 0x55;
	return (u8)(b | b << 1);
}

static void draw_line(u8 *at, u8 bits, const u32 colours[2])
{
	if (fbcon.scale == 1) {
		draw_span(at, bits, colours);
		return;
	}
	for (u32 i = 0; i < 2; i++) {
		u8 *line = at + i * fbcon.pitch;

		draw_span(line, double_bits(bits >> 4), colours);
		draw_span(line + FONT_WIDTH * fbcon.pixel_bytes,
			  double_bits(bits & 0x0f), colours);
	}
}

static u8 cell_row(struct vt_cell cell, u32 row)
{
	if ((cell.glyph & VT_CURSOR) && row >= CURSOR_FIRST_ROW &&
	    row <= CURSOR_LAST_ROW)
		return 0xff;
	if ((cell.glyph & VT_UNDERLINE) && row == UNDERLINE_ROW)
		return 0xff;
	return font_row(cell.glyph & VT_GLYPH, row);
}

static void fbcon_draw(u32 col, u32 row, struct vt_cell cell)
{
	u32 colours[2] = { fbcon.pixels[cell.bg], fbcon.pixels[cell.fg] };
	u64 line_bytes = (u64)fbcon.pitch * fbcon.scale;
	u8 *at = fbcon.base + row * FONT_HEIGHT * line_bytes +
		 (u64)col * FONT_WIDTH * fbcon.scale * fbcon.pixel_bytes;

	for (u32 y = 0; y < FONT_HEIGHT; y++) {
		draw_line(at, cell_row(cell, y), colours);
		at += line_bytes;
	}
}

/* An 8-bit channel at its place in a pixel. */
static u32 channel(u32 value, u32 pos, u32 size)
{
	if (size < 8)
		value >>= 8 - size;
	else
		value <<= size - 8;
	return value << pos;
}

static bool channels_fit(const struct boot_framebuffer *fb)
{
	u32 sum = fb->red_size + fb->green_size + fb->blue_size;

	return fb->red_size && fb->green_size && fb->blue_size &&
	       sum <= fb->bpp && fb->red_pos + fb->red_size <= fb->bpp &&
	       fb->green_pos + fb->green_size <= fb->bpp &&
	       fb->blue_pos + fb->blue_size <= fb->bpp;
}

static void set_colours(const struct boot_framebuffer *fb)
{
	for (u32 i = 0; i < NCOLOURS; i++) {
		u32 rgb = colour_rgb((u8)i);

		fbcon.pixels[i] =
			channel(rgb >> 16, fb->red_pos, fb->red_size) |
			channel(rgb >> 8 & 0xff, fb->green_pos,
				fb->green_size) |
			channel(rgb & 0xff, fb->blue_pos, fb->blue_size);
	}
}

/* What the loader's menu left, also beside the last whole cells. Black is 0
 * in every format. */
static void clear(const struct boot_framebuffer *fb)
{
	u32 line_bytes = fb->width * fbcon.pixel_bytes;

	for (u32 y = 0; y < fb->height; y++) {
		u8 *line = fbcon.base + (u64)y * fb->pitch;
		u32 x = 0;

		for (; x + 8 <= line_bytes; x += 8)
			store8(line + x, 0);
		for (; x < line_bytes; x++)
			line[x] = 0;
	}
}

static bool plausible(const struct boot_framebuffer *fb)
{
	if (fb->bpp != 24 && fb->bpp != 32)
		return false;
	return fb->width >= FONT_WIDTH && fb->width <= MAX_SIDE &&
	       fb->height >= FONT_HEIGHT && fb->height <= MAX_SIDE &&
	       fb->pitch >= fb->width * (fb->bpp / 8u) && channels_fit(fb);
}

int fbcon_init(const struct boot_framebuffer *fb, struct display *out)
{
	if (!plausible(fb))
		return -EINVAL;
	fbcon.base = mmio_map(fb->addr, (size_t)fb->pitch * fb->height,
			      MMU_WRITE | MMU_WC);
	if (!fbcon.base)
		return -ENOMEM;
	fbcon.pitch = fb->pitch;
	fbcon.pixel_bytes = fb->bpp / 8;
	fbcon.scale = fb->width >= DOUBLE_FROM_WIDTH ? 2 : 1;
	set_colours(fb);
	clear(fb);
	*out = (struct display){
		.cols = fb->width / (FONT_WIDTH * fbcon.scale),
		.rows = fb->height / (FONT_HEIGHT * fbcon.scale),
		.draw = fbcon_draw,
	};
	return 0;
}
