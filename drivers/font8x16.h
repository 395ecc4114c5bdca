/*
 * drivers/font8x16.h - the letters of the screen
 */
#ifndef DRIVERS_FONT8X16_H
#define DRIVERS_FONT8X16_H

#include <arch/upcall.h>
#include <lib/types.h>

#define FONT_WIDTH 8u
#define FONT_HEIGHT 16u
#define FONT_MAX_GLYPHS 0x4000u

/* The glyph of a Unicode character: an index of font_glyphs. */
u32 font_find(u32 code);

static inline u8 font_row(u32 glyph, u32 row)
{
	return (u8)(font_glyphs[glyph].rows[row / 8] >> (56 - row % 8 * 8));
}

#endif
