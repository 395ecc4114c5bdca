/*
 * drivers/tty_console.c - which terminals there are, and which is the console
 *
 * What:  console= chooses; without it both are used and the serial port, if
 *        there is one, is /dev/console.
 * See:   docs/boot.md; console(4).
 */
#include <drivers/drivers.h>

#include <core/printk.h>
#include <drivers/tty.h>
#include "screen.h"
#include "serial.h"

void ttys_start(u32 mask, u32 preferred)
{
	struct tty *serial = NULL, *screen = NULL, *console;

	if (tty_init())
		pr_err("console: no memory for the terminals\n");
	if (pty_init)
		pty_init();
	if ((!mask || (mask & CONSOLE_SERIAL)) && serial_init(&serial))
		serial = NULL;
	if (!screen_init || screen_init(&screen))
		screen = NULL;
	console = serial ? serial : screen;
	if (preferred == CONSOLE_SCREEN && screen)
		console = screen;
	if (console)
		tty_set_console(console);
	else
		pr_warn("console: neither serial port nor screen\n");
}
