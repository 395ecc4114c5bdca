/*
 * drivers/console.c - which devices the log and /dev/console are
 *
 * What:  console= chooses; without it both are used and the serial port, if
 *        there is one, is /dev/console.
 * See:   docs/boot.md; console(4).
 */
#include <drivers/drivers.h>

#include <core/printk.h>
#include <drivers/tty.h>
#include "debugcon.h"
#include "screen.h"
#include "serial.h"

static bool wanted(u32 mask, u32 device)
{
	return !mask || (mask & device);
}

void console_early(u32 mask)
{
	if (beacon_init)
		beacon_init();
	if (wanted(mask, CONSOLE_SERIAL))
		serial_early();
	if (debugcon_early && wanted(mask, CONSOLE_DEBUGCON))
		debugcon_early();
}

void console_screen(u32 mask)
{
	if (screen_early && wanted(mask, CONSOLE_SCREEN))
		screen_early();
}

void drivers_init(u32 mask, u32 preferred)
{
	struct tty *serial = NULL, *screen = NULL, *console;

	if (tty_init())
		pr_err("console: no memory for the terminals\n");
	if (pty_init)
		pty_init();
	if (wanted(mask, CONSOLE_SERIAL) && serial_init(&serial))
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
	if (beacon_alive && !log_is_seen())
		beacon_alive();
}

void console_flush(void)
{
	serial_flush();
	if (screen_flush)
		screen_flush();
}
