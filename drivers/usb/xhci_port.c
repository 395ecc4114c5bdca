/*
 * drivers/usb/xhci_port.c - the ports of the controller itself
 *
 * See:   xHCI 1.2, sections 4.19, 5.4.8.
 */
#include "xhci.h"

#include <arch/clock.h>

#define PORT_CONNECTED (1u << 0)
#define PORT_ENABLED (1u << 1)	/* a one written disables */
#define PORT_RESET (1u << 4)
#define PORT_POWER (1u << 9)
#define PORT_SPEED(v) ((v) >> 10 & 0xf)
#define PORT_CONNECT_CHANGE (1u << 17)
#define PORT_RESET_CHANGE (1u << 21)
#define PORT_CHANGES 0x00fe0000u	/* cleared by ones */
/* What a write must repeat: power, lights, what wakes the machine. */
#define PORT_KEEP 0x0e00c200u

#define RESET_MS 500u
#define RESET_STEP_MS 10u

static u32 port_read(const struct usb_port *p)
{
	return reg_read(p->x->op, XHCI_PORTSC(p->number));
}

static void port_write(const struct usb_port *p, u32 set)
{
	reg_write(p->x->op, XHCI_PORTSC(p->number),
		  (port_read(p) & PORT_KEEP) | set);
}

int xhci_port_state(const struct usb_port *p, struct usb_port_state *out)
{
	u32 v = port_read(p);

	if (v == U32_MAX) {
		xhci_fail(p->x, "is gone");
		return -EIO;
	}
	if (p->x->port_power && !(v & PORT_POWER))
		port_write(p, PORT_POWER);
	port_write(p, v & PORT_CHANGES);
	*out = (struct usb_port_state){
		.connected = v & PORT_CONNECTED,
		.enabled = v & PORT_ENABLED,
		.replugged = v & PORT_CONNECT_CHANGE,
		.speed = (enum usb_speed)PORT_SPEED(v),
	};
	return 0;
}

/* Those for SuperSpeed enable themselves; the others by a reset. */
int xhci_port_reset(const struct usb_port *p)
{
	u32 v = port_read(p);

	if ((v & PORT_ENABLED) && PORT_SPEED(v) >= USB_SUPER)
		return 0;
	port_write(p, PORT_RESET);
	for (u32 ms = 0; ms < RESET_MS; ms += RESET_STEP_MS) {
		usb_sleep_ms(p->x, RESET_STEP_MS);
		if (port_read(p) & PORT_RESET_CHANGE)
			return 0;
	}
	return -ETIMEDOUT;
}
