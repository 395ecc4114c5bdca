/*
 * include/drivers/drivers.h - what main starts of the devices
 */
#ifndef DRIVERS_DRIVERS_H
#define DRIVERS_DRIVERS_H

#include <lib/types.h>

/* Where the kernel log and /dev/console go: bits of console=. */
#define CONSOLE_SERIAL 1u	/* ttyS0 */
#define CONSOLE_SCREEN 2u	/* tty0 */
#define CONSOLE_DEBUGCON 4u	/* port 0xe9 of emulators; the log alone */

/* First thing at boot: the serial port (polled) and, once memory is mapped,
 * the screen become sinks of the log. @mask: CONSOLE_*; 0: all. The last
 * console= word is /dev/console: @preferred. */
void console_early(u32 mask);
void console_screen(u32 mask);
/* Interrupts, ttys, keyboard, device files; after vfs_init and the scheduler.
 * May sleep. */
void drivers_init(u32 mask, u32 preferred);
/* Terminals, if they are part of the build. */
OPTIONAL void ttys_start(u32 mask, u32 preferred);
/* Pairs of terminals and devpts, if they are part of the build. */
OPTIONAL void pty_init(void);
/* beacon.c: a panic that nobody sees is shown otherwise from now on. */
OPTIONAL void beacon_init(void);
/* Lights of USB keyboards, @on or off. Context: a panic; waits for nothing. */
OPTIONAL void usb_show_panic(bool on);
/* A tone, for who sees nothing. Context: task, sleeps. */
OPTIONAL void beacon_alive(void);
/* Wait until everything written to the consoles is out (power-off). */
void console_flush(void);
/*
 * keyboard_set_cad_hook - what Ctrl-Alt-Del does
 * @hook:   called in task context, may sleep; NULL: nothing happens. A call
 *          of the hook before may still run on return.
 * Context: any
 */
OPTIONAL void keyboard_set_cad_hook(void (*hook)(void));

#endif
