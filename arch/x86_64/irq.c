/*
 * arch/x86_64/irq.c - ports for drivers, and "am I in an interrupt?"
 *
 * What:  the out-of-line forms of asm/port.h, which only arch/ may include.
 * Locks: none.
 */
#include <arch/irq.h>

#include <arch/percpu.h>
#include <asm/port.h>

u8 io_in8(u16 port)
{
	return port_in8(port);
}

void io_out8(u16 port, u8 v)
{
	port_out8(port, v);
}

u16 io_in16(u16 port)
{
	return port_in16(port);
}

void io_out16(u16 port, u16 v)
{
	port_out16(port, v);
}

u32 io_in32(u16 port)
{
	return port_in32(port);
}

void io_out32(u16 port, u32 v)
{
	port_out32(port, v);
}

bool in_irq(void)
{
	return this_cpu(cpu_local).irq_depth != 0;
}
