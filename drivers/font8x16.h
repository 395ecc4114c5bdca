/*
 * drivers/font8x16.h - the letters of the screen
 */
#ifndef DRIVERS_FONT8X16_H
#define DRIVERS_FONT8X16_H

#include <lib/types.h>

#define FONT_WIDTH 8u
#define FONT_HEIGHT 16u
#define FONT_MAX_GLYPHS 0x4000u

/* A character: 16 rows of 8 pixels from the top, eight rows a word, the upper
 * ones and the left ones in the higher bits. */
struct font_glyph {
	u16 code;		/* Unicode */
	u64 rows[2];
};

/* The last one, U+FFFD, stands for what is missing. */
extern const struct font_glyph font_glyphs[];

/* The glyph of a Unicode character: an index of font_glyphs. */
u32 font_find(u32 code);

static inline u8 font_row(u32 glyph, u32 row)
{
	return (u8)(font_glyphs[glyph].rows[row / 8] >> (56 - row % 8 * 8));
}

#endif
