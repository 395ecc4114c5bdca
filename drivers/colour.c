/*
 * drivers/colour.c - the 256 colours of a terminal
 *
 * See:   colour.h.
 */
#include "colour.h"

#define CUBE_FIRST 16u
#define CUBE_SIDE 6u
#define GREY_FIRST 232u

static const u32 basic[CUBE_FIRST] = {
	0x000000, 0xaa0000, 0x00aa00, 0xaa5500,
	0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
	0x555555, 0xff5555, 0x55ff55, 0xffff55,
	0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
};

/* The six steps of the cube: 0, 95, 135, ... 255. */
static u32 cube_level(u32 step)
{
	return step ? 55 + step * 40 : 0;
}

static u32 cube_step(u32 level)
{
	if (level < 48)
		return 0;
	return level < 115 ? 1 : (level - 35) / 40;
}

u32 colour_rgb(u8 index)
{
	u32 n = index;

	if (n < CUBE_FIRST)
		return basic[n];
	if (n >= GREY_FIRST)
		return (8 + (n - GREY_FIRST) * 10) * 0x010101;
	n -= CUBE_FIRST;
	return cube_level(n / (CUBE_SIDE * CUBE_SIDE)) << 16 |
	       cube_level(n / CUBE_SIDE % CUBE_SIDE) << 8 |
	       cube_level(n % CUBE_SIDE);
}

static u32 distance(u32 a, u32 b)
{
	u32 sum = 0;

	for (u32 shift = 0; shift < 24; shift += 8) {
		int d = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);

		sum += (u32)(d * d);
	}
	return sum;
}

u8 colour_nearest(u8 red, u8 green, u8 blue)
{
	u32 rgb = (u32)red << 16 | (u32)green << 8 | blue;
	u32 mean = ((u32)red + green + blue) / 3;
	u8 grey = (u8)(GREY_FIRST + min(max(mean, 8u) - 3, 238u) / 10);
	u8 cube = (u8)(CUBE_FIRST + cube_step(blue) +
		       CUBE_SIDE * (cube_step(green) +
				    CUBE_SIDE * cube_step(red)));

	return distance(colour_rgb(grey), rgb) <
	       distance(colour_rgb(cube), rgb) ? grey : cube;
}

u8 colour_nearest16(u8 index)
{
	u32 rgb = colour_rgb(index);
	u8 best = 0;

	if (index < CUBE_FIRST)
		return index;
	for (u8 i = 1; i < CUBE_FIRST; i++) {
		if (distance(rgb, basic[i]) < distance(rgb, basic[best]))
			best = i;
	}
	return best;
}
