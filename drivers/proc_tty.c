/*
 * drivers/proc_tty.c - what terminals there are, in /proc
 *
 * What:  /proc/tty/drivers, by which programs find the name of a terminal's
 *        number, and /proc/consoles, where the log is shown.
 * Locks: the list is complete after boot.
 * See:   proc(5); procps: the names of terminals.
 */
#include "tty_private.h"

#include <core/start_call.h>
#include <fs/seq_buf.h>
#include <proc/procfs.h>
#include <uapi/kdev.h>

static void show_driver(const struct tty_driver *d, void *arg)
{
	struct seq_buf *out = arg;

	seq_printf(out, "%-20s /dev/%-8s %3u ", d->name, d->node, d->major);
	if (d->count > 1)
		seq_printf(out, "%u-%u %s\n", d->minor,
			   d->minor + d->count - 1, d->type);
	else
		seq_printf(out, "%7u %s\n", d->minor, d->type);
}

static int show_drivers(struct seq_buf *out)
{
	tty_driver_for_each(show_driver, out);
	return 0;
}

/* "C": it is /dev/console; "p a": the whole log, from the start on. */
static void show_console(const struct tty_driver *d, void *arg)
{
	struct seq_buf *out = arg;

	if (!d->console)
		return;
	seq_printf(out, "%-20s %s (E%c  p%s)    %u:%u\n", d->console_name,
		   d->unblanks ? "-WU" : "-W-",
		   d->console == tty_console() ? 'C' : ' ',
		   d->unblanks ? "  " : " a", d->major, d->minor);
}

static int show_consoles(struct seq_buf *out)
{
	tty_driver_for_each(show_console, out);
	return 0;
}

static void proc_tty_start(void)
{
	static struct proc_entry entries[] = {
		{ .path = "tty/drivers", .mode = 0444, .show = show_drivers },
		{ .path = "consoles", .mode = 0444, .show = show_consoles },
	};

	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		proc_entry_add(&entries[i]);
}
START_CALL(proc_tty_start);
