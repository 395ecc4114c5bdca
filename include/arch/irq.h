/*
 * include/arch/irq.h - device interrupts
 */
#ifndef ARCH_IRQ_H
#define ARCH_IRQ_H

#include <lib/types.h>

/* ISA interrupt @isa_irq (0..15, mapped through the MADT overrides) calls
 * @fn(@arg) in interrupt context. Return: 0, -ENODEV (no controller or line),
 * -EBUSY (line taken), -ENOMEM (no vector). */
int irq_register_isa(u32 isa_irq, void (*fn)(void *), void *arg);
/* I/O ports, for drivers of devices that live there. */
u8 io_in8(u16 port);
void io_out8(u16 port, u8 v);
u16 io_in16(u16 port);
void io_out16(u16 port, u16 v);
u32 io_in32(u16 port);
void io_out32(u16 port, u32 v);

/* Inside a hard interrupt handler on this CPU? */
bool in_irq(void);
/*
 * irq_from_user - did the interrupt handled now on this CPU hit user mode?
 * Context: interrupt handler (upcall_timer, upcall_resched_ipi); the sampling
 *          of processor time and quiescent states depend on it.
 */
bool irq_from_user(void);
/* arch calls rcu_irq_enter() and rcu_irq_leave() of core/rcu.h around every
 * interrupt handler: one may hit an idle CPU that RCU does not ask. */

#endif
