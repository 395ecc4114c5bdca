/*
 * drivers/serial.c - the 16550 serial port COM1
 *
 * What:  a sink of the kernel log (polled, usable in a panic).
 * Locks: serial_port.lock (RANK_CONSOLE, interrupts off): registers, the ring.
 *        In a panic it is not waited for.
 * Life:  probed once at boot; absent hardware (all ones) is left alone.
 * Not:   ttyS0 (serial_tty.c).
 * See:   National PC16550D data sheet, section 8.
 */
#include "serial.h"

#include <core/panic.h>
#include <core/printk.h>

#include "serial_port.h"

#define CLOCK_BAUD 115200u
/* A character takes 87 us at 115200 baud; far beyond that it is stuck. */
#define SPIN_LIMIT 200000u

struct serial_port serial_port = {
	.lock = SPINLOCK_INIT("serial", RANK_CONSOLE),
};

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
	u32 limit = serial_port.nstuck < STUCK_MAX ? SPIN_LIMIT : 1;

	for (u32 i = 0; i < limit; i++) {
		if ((uart_read(UART_LSR) & bits) == bits) {
			serial_port.nstuck = 0;
			return true;
		}
		cpu_relax();
	}
	serial_port.nstuck += serial_port.nstuck < STUCK_MAX;
	return false;
}

static void put_polled(u8 c)
{
	if (wait_ready(LSR_THR_EMPTY))
		uart_write(UART_DATA, c);
}

void serial_drain(void)
{
	u8 c;

	while (ring_get(&serial_port.tx, &c))
		put_polled(c);
}

static struct log_sink sink;

static void log_write(const char *text, size_t len)
{
	u64 flags = spin_lock_irqsave(&serial_port.lock);

	serial_drain();
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			put_polled('\r');
		put_polled((u8)text[i]);
	}
	WRITE_ONCE(sink.is_stuck, serial_port.nstuck == STUCK_MAX);
	spin_unlock_irqrestore(&serial_port.lock, flags);
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
	ring_init(&serial_port.tx, serial_port.tx_data, TX_RING_SIZE);
	serial_port.present = true;
	log_sink_add(&sink);
	return true;
}

void serial_flush(void)
{
	u64 flags = spin_lock_irqsave(&serial_port.lock);

	if (serial_port.present) {
		serial_drain();
		wait_ready(LSR_IDLE);
	}
	spin_unlock_irqrestore(&serial_port.lock, flags);
}
