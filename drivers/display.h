/*
 * drivers/display.h - what draws cells: a framebuffer or EGA text memory
 *
 * Locks: the caller's, around every call.
 * Life:  one of them is made at boot, for ever.
 */
#ifndef DRIVERS_DISPLAY_H
#define DRIVERS_DISPLAY_H

#include "vt.h"

struct boot_framebuffer;

struct display {
	u32 cols, rows;		/* [I] cells */
	/* Draw one cell, VT_UNDERLINE and VT_CURSOR included. Never reads the
	 * screen's memory. Context: any. */
	void (*draw)(u32 col, u32 row, struct vt_cell cell);
};

/*
 * fbcon_init, egatext_init - start the display that the boot loader left
 * @fb:     borrowed
 * @out:    set on success; the screen is black then (fbcon), or as it was
 * Context: boot, memory mapped
 * Return:  0, -EINVAL (sizes that make no sense), -ENOMEM (not mapped).
 */
int fbcon_init(const struct boot_framebuffer *fb, struct display *out);
int egatext_init(const struct boot_framebuffer *fb, struct display *out);

#endif
