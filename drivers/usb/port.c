/*
 * drivers/usb/port.c - something is plugged in, or out
 *
 * What:  the same steps for ports of controllers and of hubs.
 * See:   USB Specification 2.0, sections 7.1.7.3 (debounce), 9.1.2, 11.24.
 */
#include "xhci.h"

#include <core/printk.h>

#define DEBOUNCE_MS 100u
#define RECOVERY_MS 10u
#define TRIES 3u

static int port_state(const struct usb_port *p, struct usb_port_state *out)
{
	return p->hub ? usb_hub_port_state(p, out) : xhci_port_state(p, out);
}

static int port_reset(const struct usb_port *p)
{
	int err = p->hub ? usb_hub_port_reset(p) : xhci_port_reset(p);

	usb_sleep_ms(p->x, RECOVERY_MS);
	return err;
}

/* One try: reset, and ask. -ENODEV: there is nothing (any more). */
static int bring_up(const struct usb_port *p)
{
	struct usb_port_state s;
	int err = port_reset(p);

	if (!err)
		err = port_state(p, &s);
	if (err)
		return err;
	if (!s.connected)
		return -ENODEV;
	return s.enabled && !s.replugged ? usb_attach(p, s.speed) : -EIO;
}

static void plugged_in(const struct usb_port *p)
{
	char name[USB_NAME_MAX];
	struct usb_port_state s;
	int err = -EIO;

	usb_sleep_ms(p->x, DEBOUNCE_MS);
	if (port_state(p, &s) || !s.connected)
		return;
	for (u32 i = 0; i < TRIES && err && err != -ENODEV; i++)
		err = bring_up(p);
	if (!err || err == -ENODEV || p->x->dead)
		return;
	usb_port_name(p, name);
	pr_warn("usb: %s: what is there does not answer (error %d)\n", name,
		err);
}

void usb_port_work(const struct usb_port *p)
{
	struct usb_device *d = usb_device_at(p);
	unsigned long *ignored = p->hub ? &p->hub->hub_ignored :
					  p->x->ports_ignored;
	struct usb_port_state s;

	if (port_state(p, &s))
		return;
	if (d && s.connected && s.enabled && !s.replugged)
		return;
	if (d)
		usb_detach(d);
	if (d || !s.connected || s.replugged)
		bitmap_clear(ignored, p->number);
	if (!s.connected || bitmap_test(ignored, p->number))
		return;
	plugged_in(p);
	if (!usb_device_at(p))
		bitmap_set(ignored, p->number);
}
