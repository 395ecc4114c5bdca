/*
 * drivers/serial.c - the 16550 serial port COM1
 *
 * What:  a sink of the kernel log (polled, usable in a panic), and the tty
 *        ttyS0 with interrupts and a transmit ring.
 * Locks: port.lock (RANK_CONSOLE, interrupts off): registers and the ring. In
 *        a panic it is not waited for.
 * Life:  probed once at boot; absent hardware (all ones) is left alone.
 * See:   National PC16550D data sheet, section 8; ttyS(4).
 */
#include "serial.h"

#include <arch/irq.h>
#include <core/panic.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <drivers/tty.h>
#include <lib/ring.h>
#include <uapi/kdev.h>

#define COM1 0x3f8
#define COM1_IRQ 4
#define CLOCK_BAUD 115200u

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

#define FIFO_SIZE 16
#define TX_RING_SIZE 4096u
/* A character takes 87 us at 115200 baud; far beyond that it is stuck. */
#define SPIN_LIMIT 200000u
#define RX_BURST 256u
#define STUCK_MAX 3u

static struct {
	struct spinlock lock;
	bool present;			/* [I] */
	bool interrupts;		/* [lock] transmit by interrupt */
	u32 nstuck;			/* [lock] waits in vain, in a row */
	struct ring tx;			/* [lock] */
	u8 tx_data[TX_RING_SIZE];
	struct tty *tty;		/* [I] once interrupts are on */
} port = {
	.lock = SPINLOCK_INIT("serial", RANK_CONSOLE),
};

static u8 uart_read(enum uart_register r)
{
	return io_in8((u16)(COM1 + r));
}

static void uart_write(enum uart_register r, u8 v)
{
	io_out8((u16)(COM1 + r), v);
}

static void set_speed(u32 baud)
{
	u16 divisor = (u16)(CLOCK_BAUD / baud);

	uart_write(UART_LCR, LCR_8N1 | LCR_DLAB);
	uart_write(UART_DATA, (u8)divisor);
	uart_write(UART_IER, (u8)(divisor >> 8));
	uart_write(UART_LCR, LCR_8N1);
}

static bool probe(void)
{
	uart_write(UART_SCRATCH, 0x5a);
	if (uart_read(UART_SCRATCH) != 0x5a)
		return false;
	return uart_read(UART_LSR) != 0xff;
}

/* Wait, bounded, until a character may be sent. A port that is stuck several
 * times in a row is waited for no more until it answers. [lock] */
static bool wait_ready(u8 bits)
{
	u32 limit = port.nstuck < STUCK_MAX ? SPIN_LIMIT : 1;

	for (u32 i = 0; i < limit; i++) {
		if ((uart_read(UART_LSR) & bits) == bits) {
			port.nstuck = 0;
			return true;
		}
		cpu_relax();
	}
	port.nstuck += port.nstuck < STUCK_MAX;
	return false;
}

static void put_polled(u8 c)
{
	if (wait_ready(LSR_THR_EMPTY))
		uart_write(UART_DATA, c);
}

/* Empty the ring without interrupts, so that the log keeps the order. */
static void drain_polled(void)
{
	u8 c;

	while (ring_get(&port.tx, &c))
		put_polled(c);
}

static struct log_sink sink;

static void log_write(const char *text, size_t len)
{
	u64 flags = spin_lock_irqsave(&port.lock);

	drain_polled();
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			put_polled('\r');
		put_polled((u8)text[i]);
	}
	WRITE_ONCE(sink.is_stuck, port.nstuck == STUCK_MAX);
	spin_unlock_irqrestore(&port.lock, flags);
}

static struct log_sink sink = {
	.name = "ttyS0",
	.write = log_write,
};

bool serial_early(void)
{
	if (!probe())
		return false;
	uart_write(UART_IER, 0);
	set_speed(CLOCK_BAUD);
	uart_write(UART_IIR, FCR_ENABLE_CLEAR);
	uart_write(UART_MCR, MCR_DTR_RTS_OUT2);
	ring_init(&port.tx, port.tx_data, TX_RING_SIZE);
	port.present = true;
	log_sink_add(&sink);
	return true;
}

/* Fill the FIFO from the ring, if it is empty; the interrupt goes on, also with
 * what the FIFO has still to send. [lock] */
static void transmit(void)
{
	bool empty = uart_read(UART_LSR) & LSR_THR_EMPTY;
	u8 c;

	for (u32 i = 0; empty && i < FIFO_SIZE && ring_get(&port.tx, &c); i++)
		uart_write(UART_DATA, c);
	uart_write(UART_IER, ring_used(&port.tx) ? IER_RX | IER_TX : IER_RX);
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
	spin_lock(&port.lock);
	uart_read(UART_IIR);
	n = receive(buf, &broken);
	transmit();
	room = ring_space(&port.tx) >= TX_RING_SIZE / 2;
	spin_unlock(&port.lock);
	if (n)
		tty_input(port.tty, buf, n);
	if (broken)
		tty_break(port.tty);
	if (room)
		tty_output_ready(port.tty);
}

static size_t serial_write(struct tty *tty, const char *data, size_t len)
{
	u64 flags = spin_lock_irqsave(&port.lock);
	size_t n = 0;

	(void)tty;
	/* All or nothing: an escape or CR LF is not torn. */
	if (ring_write_all(&port.tx, data, (u32)len)) {
		n = len;
		if (port.interrupts)
			transmit();
		else
			drain_polled();
	}
	spin_unlock_irqrestore(&port.lock, flags);
	return n;
}

static size_t serial_room(struct tty *tty)
{
	(void)tty;
	return ring_space(&port.tx);
}

static size_t serial_pending(struct tty *tty)
{
	(void)tty;
	return ring_used(&port.tx);
}

static void serial_discard(struct tty *tty)
{
	u64 flags = spin_lock_irqsave(&port.lock);

	(void)tty;
	ring_drop(&port.tx, ring_used(&port.tx));
	spin_unlock_irqrestore(&port.lock, flags);
}

static void serial_set_break(struct tty *tty, bool on)
{
	u64 flags = spin_lock_irqsave(&port.lock);

	(void)tty;
	uart_write(UART_LCR, on ? LCR_8N1 | LCR_BREAK : LCR_8N1);
	spin_unlock_irqrestore(&port.lock, flags);
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

	if (!port.present)
		return -ENODEV;
	if (READ_ONCE(port.nstuck) == STUCK_MAX) {
		pr_warn("serial: the port takes no characters, not used\n");
		return -ENODEV;
	}
	err = tty_create(&args, &port.tty);
	if (err)
		return err;
	driver.console = port.tty;
	tty_driver_add(&driver);
	*out = port.tty;
	if (irq_register_isa(COM1_IRQ, serial_irq, NULL)) {
		pr_warn("serial: no interrupt, input does not work\n");
		return 0;
	}
	flags = spin_lock_irqsave(&port.lock);
	port.interrupts = true;
	uart_write(UART_IER, IER_RX);
	spin_unlock_irqrestore(&port.lock, flags);
	return 0;
}

void serial_flush(void)
{
	u64 flags = spin_lock_irqsave(&port.lock);

	if (port.present) {
		drain_polled();
		wait_ready(LSR_IDLE);
	}
	spin_unlock_irqrestore(&port.lock, flags);
}
