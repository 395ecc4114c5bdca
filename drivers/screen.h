/*
 * drivers/screen.h - the text screen and its keyboard, for the console
 */
#ifndef DRIVERS_SCREEN_H
#define DRIVERS_SCREEN_H

#include <lib/types.h>

struct tty;

/* Find the framebuffer or EGA text screen and make it a sink of the log.
 * False: there is none. Memory is mapped, nothing may sleep. */
OPTIONAL bool screen_early(void);
/* tty1 (and tty0, its other name) with the PS/2 keyboard. 0, -ENODEV (no
 * screen), -ENOMEM, -EBUSY. May sleep. */
OPTIONAL int screen_init(struct tty **out);
/* Draw what was written and is not yet shown. Context: any. */
OPTIONAL void screen_flush(void);

#endif
