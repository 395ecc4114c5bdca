/*
 * drivers/serial.h - the serial port, for the console
 */
#ifndef DRIVERS_SERIAL_H
#define DRIVERS_SERIAL_H

#include <lib/types.h>

struct tty;

/* Find the port and make it a sink of the log. False: there is none. */
bool serial_early(void);
/* serial_tty.c: ttyS0 with interrupts. May sleep. 0, -ENODEV, -ENOMEM,
 * -EBUSY. */
int serial_init(struct tty **out);
/* Wait, bounded, until everything is sent. */
void serial_flush(void);

#endif
