/*
 * drivers/serial_tty.c - the terminal ttyS0
 *
 * What:  COM1 with interrupts and a transmit ring as a tty.
 * Locks: serial_port.lock (RANK_CONSOLE, interrupts off): registers and ring.
 * Not:   the log on the same port (serial.c).
 * See:   National PC16550D data sheet, section 8; ttyS(4).
 */
#include "serial.h"

#include <core/printk.h>
#include <drivers/tty.h>
#include <uapi/errno.h>
#include <uapi/kdev.h>

#include "serial_port.h"

#define COM1_IRQ 4
#define FIFO_SIZE 16
#define RX_BURST 256u

static struct tty *serial_tty;		/* [I] once interrupts are on */

/* Fill the FIFO from the ring, if it is empty; the interrupt goes on, also with
 * what the FIFO has still to send. [lock] */
static void transmit(void)
{
	bool empty = uart_read(UART_LSR) & LSR_THR_EMPTY;
	struct ring *tx = &serial_port.tx;
	u8 c;

	for (u32 i = 0; empty && i < FIFO_SIZE && ring_get(tx, &c); i++)
		uart_write(UART_DATA, c);
	uart_write(UART_IER, ring_used(tx) ? IER_RX | IER_TX : IER_RX);
}

/* What has arrived. [lock] Return: bytes. */
static u32 receive(u8 *buf, bool *broken)
{
	u32 n = 0;

	while (n < RX_BURST) {
		u8 status = uart_read(UART_LSR);
		u8 c;

		if (!(status & LSR_DATA))
			break;
		c = uart_read(UART_DATA);
		if (status & LSR_BREAK)
			*broken = true;
		else
			buf[n++] = c;
	}
	return n;
}

static void serial_irq(void *unused)
{
	u8 buf[RX_BURST];
	bool broken = false;
	bool room;
	u32 n;

	(void)unused;
	spin_lock(&serial_port.lock);
	uart_read(UART_IIR);
	n = receive(buf, &broken);
	transmit();
	room = ring_space(&serial_port.tx) >= TX_RING_SIZE / 2;
	spin_unlock(&serial_port.lock);
	if (n)
		tty_input(serial_tty, buf, n);
	if (broken)
		tty_break(serial_tty);
	if (room)
		tty_output_ready(serial_tty);
}

static size_t serial_write(struct tty *tty, const char *data, size_t len)
{
	u64 flags = spin_lock_irqsave(&serial_port.lock);
	size_t n = 0;

	(void)tty;
	/* All or nothing: an escape or CR LF is not torn. */
	if (ring_write_all(&serial_port.tx, data, (u32)len)) {
		n = len;
		if (serial_port.interrupts)
			transmit();
		else
			serial_drain();
	}
	spin_unlock_irqrestore(&serial_port.lock, flags);
	return n;
}

static size_t serial_room(struct tty *tty)
{
	(void)tty;
	return ring_space(&serial_port.tx);
}

static size_t serial_pending(struct tty *tty)
{
	(void)tty;
	return ring_used(&serial_port.tx);
}

static void serial_discard(struct tty *tty)
{
	u64 flags = spin_lock_irqsave(&serial_port.lock);

	(void)tty;
	ring_drop(&serial_port.tx, ring_used(&serial_port.tx));
	spin_unlock_irqrestore(&serial_port.lock, flags);
}

static void serial_set_break(struct tty *tty, bool on)
{
	u64 flags = spin_lock_irqsave(&serial_port.lock);

	(void)tty;
	uart_write(UART_LCR, on ? LCR_8N1 | LCR_BREAK : LCR_8N1);
	spin_unlock_irqrestore(&serial_port.lock, flags);
}

static const struct tty_ops serial_ops = {
	.write = serial_write,
	.room = serial_room,
	.pending = serial_pending,
	.discard = serial_discard,
	.set_break = serial_set_break,
};

int serial_init(struct tty **out)
{
	const struct tty_args args = {
		.name = "ttyS0",
		.region = "ttyS",
		.dev = MKDEV(4, 64),
		.ops = &serial_ops,
	};
	static struct tty_driver driver = {
		.name = "serial", .node = "ttyS", .major = 4, .minor = 64,
		.count = 1, .type = "serial", .console_name = "ttyS0",
	};
	u64 flags;
	int err;

	if (!serial_port.present)
		return -ENODEV;
	if (READ_ONCE(serial_port.nstuck) == STUCK_MAX) {
		pr_warn("serial: the port takes no characters, not used\n");
		return -ENODEV;
	}
	err = tty_create(&args, &serial_tty);
	if (err)
		return err;
	driver.console = serial_tty;
	tty_driver_add(&driver);
	*out = serial_tty;
	if (irq_register_isa(COM1_IRQ, serial_irq, NULL)) {
		pr_warn("serial: no interrupt, input does not work\n");
		return 0;
	}
	flags = spin_lock_irqsave(&serial_port.lock);
	serial_port.interrupts = true;
	uart_write(UART_IER, IER_RX);
	spin_unlock_irqrestore(&serial_port.lock, flags);
	return 0;
}
