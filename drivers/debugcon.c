/*
 * drivers/debugcon.c - the log on port 0xe9, the debug console of emulators
 *
 * What:  a log sink where there is such a port: QEMU's isa-debugcon and Bochs
 *        answer a read of it with its own number, other machines do not.
 * Locks: none: writes are single bytes, the log serialises its lines.
 * Life:  found once at boot, for ever.
 * Not:   a terminal: nobody reads it.
 * See:   qemu(1), -debugcon; the Bochs user manual, port_e9_hack.
 */
#include "debugcon.h"

#include <arch/irq.h>
#include <core/printk.h>

#define PORT_E9 0xe9

static void log_write(const char *text, size_t len)
{
	while (len--)
		io_out8(PORT_E9, (u8)*text++);
}

static struct log_sink sink = {
	.name = "debugcon",
	.write = log_write,
};

bool debugcon_early(void)
{
	if (io_in8(PORT_E9) != PORT_E9)
		return false;
	log_sink_add(&sink);
	return true;
}
