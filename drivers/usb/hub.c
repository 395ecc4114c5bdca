/*
 * drivers/usb/hub.c - hubs for USB 1 and 2
 *
 * What:  switches the ports on; its interrupt endpoint tells which of them
 *        changed.
 * Not:   the SuperSpeed half of a hub: what has lower speeds, and all
 *        keyboards have, hangs on its other half, which is a device of its
 *        own. Powers of ports and over-current are the hub's business.
 * See:   USB Specification 2.0, section 11.24.
 */
#include "xhci.h"

#include <core/printk.h>
#include <mm/kmalloc.h>

#define HUB_LOCAL_POWER 0u	/* features of hubs */
#define HUB_OVER_CURRENT 1u
#define PORT_RESET 4u		/* features of ports */
#define PORT_POWER 8u
#define CHANGE_FIRST 16u	/* connect, enable, suspend, current, reset */
#define CHANGE_LAST 20u

#define STATUS_CONNECTED 0x0001u
#define STATUS_ENABLED 0x0002u
#define STATUS_LOW_SPEED 0x0200u
#define STATUS_HIGH_SPEED 0x0400u
#define STATUS_CHANGE(v, feature) ((v) >> (feature) & 1)
#define CHANGE_CONNECT 16u
#define CHANGE_RESET 20u

#define DESCRIPTOR_BYTES 7u
#define DESCRIPTOR_MAX 9u
#define POWER_SETTLE_MS 20u
#define RESET_MS 500u
#define RESET_STEP_MS 10u

struct usb_hub {
	u32 changed;		/* a bit a port, from 1; bit 0: itself */
};

int usb_hub_describe(struct usb_device *d)
{
	const struct usb_setup s = {
		.type = USB_IN | USB_CLASS | USB_DEVICE,
		.request = USB_GET_DESCRIPTOR,
		.value = USB_DESCRIPTOR_HUB << 8,
		.length = DESCRIPTOR_MAX,
	};
	u8 b[DESCRIPTOR_MAX] = { 0 };
	int got;

	if (d->speed != USB_FULL && d->speed != USB_HIGH)
		return -ENODEV;
	if (d->depth >= USB_MAX_DEPTH)
		return -ENODEV;
	got = usb_control(d, &s, b);
	if (got < (int)DESCRIPTOR_BYTES)
		return got < 0 ? got : -EIO;
	d->hub_ports = min((u32)b[2], USB_HUB_MAX_PORTS);
	d->hub_think_time = b[3] >> 5 & 3;
	d->hub_power_ms = b[5] * 2u + POWER_SETTLE_MS;
	return d->hub_ports ? 0 : -ENODEV;
}

static int port_feature(const struct usb_port *p, u8 request, u32 feature)
{
	const struct usb_setup s = {
		.type = USB_CLASS | USB_OTHER,
		.request = request,
		.value = (u16)feature,
		.index = (u16)p->number,
	};

	return usb_control(p->hub, &s, NULL);
}

static int port_status(const struct usb_port *p, u32 *out)
{
	const struct usb_setup s = {
		.type = USB_IN | USB_CLASS | USB_OTHER,
		.request = USB_GET_STATUS,
		.index = (u16)p->number,
		.length = sizeof(*out),
	};
	int got = usb_control(p->hub, &s, out);

	if (got < 0)
		return got;
	return got == sizeof(*out) ? 0 : -EIO;
}

int usb_hub_port_state(const struct usb_port *p, struct usb_port_state *out)
{
	u32 v;
	int err = port_status(p, &v);

	if (err)
		return err;
	for (u32 i = CHANGE_FIRST; i <= CHANGE_LAST && !err; i++) {
		if (STATUS_CHANGE(v, i))
			err = port_feature(p, USB_CLEAR_FEATURE, i);
	}
	*out = (struct usb_port_state){
		.connected = v & STATUS_CONNECTED,
		.enabled = v & STATUS_ENABLED,
		.replugged = STATUS_CHANGE(v, CHANGE_CONNECT),
		.speed = v & STATUS_LOW_SPEED ? USB_LOW :
			 v & STATUS_HIGH_SPEED ? USB_HIGH : USB_FULL,
	};
	return err;
}

int usb_hub_port_reset(const struct usb_port *p)
{
	int err = port_feature(p, USB_SET_FEATURE, PORT_RESET);
	u32 v;

	for (u32 ms = 0; !err && ms < RESET_MS; ms += RESET_STEP_MS) {
		usb_sleep_ms(p->x, RESET_STEP_MS);
		err = port_status(p, &v);
		if (!err && STATUS_CHANGE(v, CHANGE_RESET))
			return 0;
	}
	return err ? err : -ETIMEDOUT;
}

static int attach(struct usb_device *d)
{
	struct usb_port p = { .x = d->x, .hub = d };
	struct usb_hub *h = kzalloc(sizeof(*h));
	int err = 0;

	if (!h)
		return -ENOMEM;
	for (p.number = 1; p.number <= d->hub_ports && !err; p.number++)
		err = port_feature(&p, USB_SET_FEATURE, PORT_POWER);
	if (err) {
		kfree(h);
		return err;
	}
	usb_sleep_ms(d->x, d->hub_power_ms);
	h->changed = (2u << d->hub_ports) - 2;	/* all are to be looked at */
	d->private = h;
	return 0;
}

static void report(struct usb_device *d, const u8 *data, u32 len)
{
	struct usb_hub *h = d->private;

	for (u32 i = 0; i < len && i < 2; i++)
		h->changed |= (u32)data[i] << (8 * i);
}

/* Its power came or went: not said again, at least. */
static void clear_own_changes(struct usb_device *d)
{
	struct usb_setup s = {
		.type = USB_CLASS | USB_DEVICE,
		.request = USB_CLEAR_FEATURE,
	};

	for (s.value = HUB_LOCAL_POWER; s.value <= HUB_OVER_CURRENT; s.value++)
		(void)usb_control(d, &s, NULL);
}

/* The ports one by one; at a change among the devices usb_work comes again. */
static u64 work(struct usb_device *d)
{
	struct usb_hub *h = d->private;

	if (h->changed & 1)
		clear_own_changes(d);
	h->changed &= ~1u;
	for (u32 i = 1; i <= d->hub_ports; i++) {
		const struct usb_port p = {
			.x = d->x, .hub = d, .number = i,
		};

		if (d->x->dead || !(h->changed >> i & 1))
			continue;
		h->changed &= ~(1u << i);
		usb_port_work(&p);
	}
	return U64_MAX;
}

static void detach(struct usb_device *d)
{
	kfree(d->private);
}

const struct usb_driver usb_hub_driver = {
	.name = "hub",
	.attach = attach,
	.report = report,
	.work = work,
	.detach = detach,
};
