/*
 * drivers/console.c - which devices the log and /dev/console are
 *
 * What:  console= chooses the sinks of the log. Without terminals
 *        /dev/console is these, and only to be written to.
 * Not:   the terminal behind /dev/console (tty_console.c).
 * See:   docs/boot.md; console(4).
 */
#include <drivers/drivers.h>

#include <core/printk.h>
#include <fs/file.h>
#include <sched/sched.h>
#include <uapi/errno.h>
#include <uapi/kdev.h>
#include <vm/iobuf.h>
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

static ssize_t plain_write(struct file *f UNUSED, struct iobuf *b,
			   off_t *pos UNUSED)
{
	size_t before = b->left;
	char piece[128];
	size_t n;

	do {
		n = iobuf_take(b, piece, min(b->left, sizeof(piece)));
		log_direct(piece, n);
		cond_resched();
	} while (n && b->left);
	return before == b->left && before ? -EFAULT :
					     (ssize_t)(before - b->left);
}

static const struct file_ops plain_ops = {
	.write = plain_write,
};

void drivers_init(u32 mask, u32 preferred)
{
	if (ttys_start)
		ttys_start(mask, preferred);
	else if (chardev_register(TTYAUX_MAJOR, 1, "/dev/console", &plain_ops))
		pr_err("console: no memory for the device\n");
	if (beacon_alive && !log_is_seen())
		beacon_alive();
}

void console_flush(void)
{
	serial_flush();
	if (screen_flush)
		screen_flush();
}
