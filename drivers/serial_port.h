/*
 * drivers/serial_port.h - the serial port, between its two users
 *
 * What:  registers and state, for the log (serial.c) and the terminal
 *        (serial_tty.c).
 * Locks: lock (RANK_CONSOLE, interrupts off): registers and the ring.
 * See:   National PC16550D data sheet, section 8.
 */
#ifndef DRIVERS_SERIAL_PORT_H
#define DRIVERS_SERIAL_PORT_H

#include <arch/irq.h>
#include <core/spinlock.h>
#include <lib/ring.h>

#define COM1 0x3f8

enum uart_register {
	UART_DATA = 0,		/* also divisor low with LCR_DLAB */
	UART_IER = 1,		/* also divisor high */
	UART_IIR = 2,		/* read; FCR when written */
	UART_LCR = 3,
	UART_MCR = 4,
	UART_LSR = 5,
	UART_MSR = 6,
	UART_SCRATCH = 7,
};

#define IER_RX 0x01
#define IER_TX 0x02
#define IIR_NONE 0x01
#define FCR_ENABLE_CLEAR 0x07
#define LCR_8N1 0x03
#define LCR_BREAK 0x40
#define LCR_DLAB 0x80
#define MCR_DTR_RTS_OUT2 0x0b
#define LSR_DATA 0x01
#define LSR_BREAK 0x10
#define LSR_THR_EMPTY 0x20
#define LSR_IDLE 0x40

#define TX_RING_SIZE 4096u
#define STUCK_MAX 3u

struct serial_port {
	struct spinlock lock;
	bool present;			/* [I] */
	bool interrupts;		/* [lock] transmit by interrupt */
	u32 nstuck;			/* [lock] waits in vain, in a row */
	struct ring tx;			/* [lock] */
	u8 tx_data[TX_RING_SIZE];
};
extern struct serial_port serial_port;

/* Empty the ring without interrupts, so that the log keeps the order. [lock] */
void serial_drain(void);

static inline u8 uart_read(enum uart_register r)
{
	return io_in8((u16)(COM1 + r));
}

static inline void uart_write(enum uart_register r, u8 v)
{
	io_out8((u16)(COM1 + r), v);
}

#endif
