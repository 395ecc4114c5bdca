/*
 * drivers/colour.h - the 256 colours of a terminal
 *
 * What:  0 to 7 dark, 8 to 15 bright (black, red, green, yellow, blue,
 *        magenta, cyan, white); 16 to 231 a cube of 6 x 6 x 6; 232 to 255
 *        greys.
 * See:   console_codes(4); ISO 8613-6 (how they are chosen).
 */
#ifndef DRIVERS_COLOUR_H
#define DRIVERS_COLOUR_H

#include <lib/types.h>

/* 0xrrggbb of a colour. */
u32 colour_rgb(u8 index);
/* The nearest colour of cube and greys. */
u8 colour_nearest(u8 red, u8 green, u8 blue);
/* The nearest of the first 16. */
u8 colour_nearest16(u8 index);

#endif
