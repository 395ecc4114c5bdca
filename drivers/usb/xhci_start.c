/*
 * drivers/usb/xhci_start.c - a controller from firmware's hands to running
 *
 * What:  asks firmware to let go, resets, gives it memory, lets it run; and
 *        the other way.
 * Not:   which controllers there are (usb.c).
 * See:   xHCI 1.2, sections 4.2, 4.22.1, 7.1 (hand-over).
 */
#include "xhci.h"

#include <arch/clock.h>
#include <core/printk.h>
#include <sched/timer.h>

#define HAND_OVER_MS 1000u
#define HALT_MS 100u		/* 16 are allowed */
#define RESET_MS 1000u
#define READY_MS 5000u
#define INTERRUPT_MS 50u

#define EXTENDED_ID(v) ((v) & 0xff)
#define EXTENDED_NEXT(v) ((v) >> 8 & 0xff)	/* of 4 bytes, 0: the last */
#define EXTENDED_LEGACY 1u
#define MAX_EXTENDED 64u

#define LEGACY_FIRMWARE (1u << 16)
#define LEGACY_KERNEL (1u << 24)
#define LEGACY_CONTROL 4u	/* bytes behind */
#define LEGACY_SMI_ENABLES 0xe011u
#define LEGACY_SMI_EVENTS 0xe0000000u	/* cleared by ones */

static void sleep_ms(u32 ms)
{
	(void)sleep_until_interruptible(clock_now_ns() +
					ms * (u64)NSEC_PER_MSEC);
}

/* Wait until some of the bits @mask of a register are set, or none is. */
static bool becomes(volatile u8 *reg, u32 mask, bool set, u32 ms)
{
	for (u32 i = 0; i <= ms; i++) {
		u32 v = reg_read(reg, 0);

		if (v == U32_MAX)
			return false;
		if (!(v & mask) == !set)
			return true;
		sleep_ms(1);
	}
	return false;
}

/* Firmware that plays a PS/2 keyboard by system management interrupts is told
 * to stop. One that does not answer is pushed. */
static void hand_over(struct xhci *x, u32 at)
{
	u32 v = reg_read(x->cap, at);

	if (v & LEGACY_FIRMWARE) {
		reg_write(x->cap, at, v | LEGACY_KERNEL);
		if (!becomes(x->cap + at, LEGACY_FIRMWARE, false,
			     HAND_OVER_MS)) {
			pr_warn("usb: firmware keeps controller %u\n",
				x->number);
			reg_write(x->cap, at, (v & ~LEGACY_FIRMWARE) |
					      LEGACY_KERNEL);
		}
	}
	v = reg_read(x->cap, at + LEGACY_CONTROL);
	reg_write(x->cap, at + LEGACY_CONTROL,
		  (v & ~LEGACY_SMI_ENABLES) | LEGACY_SMI_EVENTS);
}

static void take_from_firmware(struct xhci *x, size_t len)
{
	u32 at = HCC_EXTENDED(reg_read(x->cap, XHCI_HCCPARAMS1));

	for (u32 i = 0; at && i < MAX_EXTENDED && at + 8 <= len; i++) {
		u32 v = reg_read(x->cap, at);

		if (EXTENDED_ID(v) == EXTENDED_LEGACY)
			hand_over(x, at);
		if (!EXTENDED_NEXT(v))
			return;
		at += EXTENDED_NEXT(v) * 4;
	}
}

static int map_registers(struct xhci *x, const char **why)
{
	size_t len, op, run, doorbells;
	u32 params;

	*why = "has no registers";
	x->cap = pci_map_bar(&x->pci, 0, &len);
	if (!x->cap || len < PAGE_SIZE)
		return -ENODEV;
	op = reg_read(x->cap, XHCI_CAP_LENGTH) & 0xff;
	run = reg_read(x->cap, XHCI_RTSOFF) & ~0x1fu;
	doorbells = reg_read(x->cap, XHCI_DBOFF) & ~3u;
	params = reg_read(x->cap, XHCI_HCSPARAMS1);
	x->nslots = params & 0xff;
	x->nports = params >> 24;
	*why = "has impossible registers";
	if (params == U32_MAX || op < XHCI_CAP_BYTES || !x->nslots ||
	    op + XHCI_PORTSC(x->nports + 1) > len || run + PAGE_SIZE > len ||
	    doorbells + 4 * (x->nslots + 1) > len)
		return -ENODEV;
	x->op = x->cap + op;
	x->run = x->cap + run;
	x->doorbells = x->cap + doorbells;
	take_from_firmware(x, len);
	return 0;
}

static void read_parameters(struct xhci *x)
{
	u32 params = reg_read(x->cap, XHCI_HCCPARAMS1);

	x->low_memory = !(params & HCC_64BIT);
	x->context_bytes = params & HCC_LARGE_CONTEXTS ? 64 : 32;
	x->port_power = params & HCC_PORT_POWER;
}

static int reset(struct xhci *x, const char **why)
{
	*why = "is never ready";
	if (!becomes(x->op + XHCI_USBSTS, USBSTS_NOT_READY, false, READY_MS))
		return -ETIMEDOUT;
	reg_write(x->op, XHCI_USBCMD, 0);
	*why = "does not halt";
	if (!becomes(x->op + XHCI_USBSTS, USBSTS_HALTED, true, HALT_MS))
		return -ETIMEDOUT;
	reg_write(x->op, XHCI_USBCMD, USBCMD_RESET);
	sleep_ms(1);		/* some need it before the next access */
	*why = "does not end its reset";
	if (!becomes(x->op + XHCI_USBCMD, USBCMD_RESET, false, RESET_MS) ||
	    !becomes(x->op + XHCI_USBSTS, USBSTS_NOT_READY, false, READY_MS))
		return -ETIMEDOUT;
	return 0;
}

static void run(struct xhci *x)
{
	x->polled = pci_msi_enable(&x->pci, xhci_irq, x) != 0;
	reg_write(x->run, XHCI_IMOD, IMOD_40_US);
	reg_write(x->run, XHCI_IMAN, IMAN_PENDING | IMAN_ENABLE);
	reg_write(x->op, XHCI_USBCMD, USBCMD_RUN | USBCMD_INTERRUPTS);
	(void)becomes(x->op + XHCI_USBSTS, USBSTS_HALTED, false, HALT_MS);
}

/* The first command also tells whether interrupts arrive. */
static int try_it(struct xhci *x, const char **why)
{
	*why = "takes no commands";
	if (xhci_no_op(x))
		return -EIO;
	for (u32 i = 0; i < INTERRUPT_MS && !READ_ONCE(x->irqs); i++) {
		if (x->polled)
			break;
		sleep_ms(1);
	}
	x->polled = !READ_ONCE(x->irqs);
	return 0;
}

int xhci_start(struct xhci *x, const char **why)
{
	int err;

	pci_power_on(&x->pci);
	err = map_registers(x, why);
	if (!err)
		err = reset(x, why);
	if (err)
		return err;
	read_parameters(x);
	pci_command(&x->pci, 0, PCI_COMMAND_MASTER);
	reg_write(x->op, XHCI_CONFIG, x->nslots);
	*why = "gets no memory";
	err = xhci_alloc_all(x);
	if (err)
		return err;
	run(x);
	return try_it(x, why);
}

void xhci_stop(struct xhci *x)
{
	x->dead = true;
	if (x->op) {
		reg_write(x->op, XHCI_USBCMD, 0);
		(void)becomes(x->op + XHCI_USBSTS, USBSTS_HALTED, true,
			      HALT_MS);
	}
	/* From here on it cannot reach memory, whatever it does. */
	pci_command(&x->pci, PCI_COMMAND_MASTER, PCI_COMMAND_NO_INTX);
	xhci_free_all(x);
}
