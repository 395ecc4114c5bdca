/*
 * drivers/usb/device.c - devices from their first answer to their end
 *
 * What:  enumeration: an address, descriptors, a configuration, a driver; what
 *        has none is forgotten again.
 * Life:  a device is made by usb_attach and freed by usb_detach.
 * See:   USB Specification 2.0, section 9; xHCI 1.2, sections 4.3, 4.5.
 */
#include "xhci.h"

#include <arch/clock.h>
#include <core/printk.h>
#include <lib/format.h>
#include <mm/kmalloc.h>

/* Device descriptor. */
#define DEVICE_HEAD_BYTES 8u
#define DEVICE_BYTES 18u
#define CONFIG_HEAD_BYTES 9u

static int get_descriptor(struct usb_device *d, u16 type, u8 *out, u32 len)
{
	const struct usb_setup s = {
		.type = USB_IN | USB_STANDARD | USB_DEVICE,
		.request = USB_GET_DESCRIPTOR,
		.value = (u16)(type << 8),
		.length = (u16)len,
	};
	int got = usb_control(d, &s, out);

	if (got < 0)
		return got;
	return got >= 2 && out[1] == type ? got : -EIO;
}

/* All of it, or an error. */
static int get_whole(struct usb_device *d, u16 type, u8 *out, u32 len)
{
	int got = get_descriptor(d, type, out, len);

	return got < 0 ? got : (u32)got == len ? 0 : -EIO;
}

static u32 first_packet(enum usb_speed speed)
{
	switch (speed) {
	case USB_LOW:
	case USB_FULL:
		return 8;
	case USB_HIGH:
		return 64;
	case USB_SUPER:
		break;
	}
	return 512;
}

/* How long its control packets are, who it is. */
static int read_device(struct usb_device *d)
{
	u8 b[DEVICE_BYTES];
	int err = get_whole(d, USB_DESCRIPTOR_DEVICE, b, DEVICE_HEAD_BYTES);

	if (!err && d->speed == USB_FULL && b[7] != d->control_packet) {
		if (b[7] != 16 && b[7] != 32 && b[7] != 64)
			return -EIO;
		d->control_packet = b[7];
		err = xhci_update_packet(d);
	}
	if (!err)
		err = get_whole(d, USB_DESCRIPTOR_DEVICE, b, DEVICE_BYTES);
	if (err)
		return err;
	d->vendor = b[8] | (u32)b[9] << 8;
	d->product = b[10] | (u32)b[11] << 8;
	return 0;
}

/* 0; -ENODEV: it is nothing that could be used here. */
static int read_config(struct usb_device *d)
{
	u8 *b = kmalloc(USB_CONTROL_MAX);
	u32 len;
	int got = -ENOMEM;

	if (b)
		got = get_descriptor(d, USB_DESCRIPTOR_CONFIG, b,
				     CONFIG_HEAD_BYTES);
	if (got >= 4) {
		len = min(b[2] | (u32)b[3] << 8, USB_CONTROL_MAX);
		got = get_descriptor(d, USB_DESCRIPTOR_CONFIG, b, len);
	}
	if (got >= 0)
		got = usb_parse_config(b, (size_t)got, &d->function) ? 0 :
								       -ENODEV;
	kfree(b);
	return got;
}

static int choose_config(struct usb_device *d)
{
	const struct usb_setup s = {
		.type = USB_STANDARD | USB_DEVICE,
		.request = USB_SET_CONFIGURATION,
		.value = d->function.config,
	};
	int err = usb_control(d, &s, NULL);

	if (!err && d->function.kind == USB_HUB)
		err = usb_hub_describe(d);
	return err ? err : xhci_configure(d);
}

static int use(struct usb_device *d)
{
	const struct usb_driver *driver = d->function.kind == USB_HUB ?
					  &usb_hub_driver :
					  &hid_keyboard_driver;
	int err = choose_config(d);

	if (!err)
		err = driver->attach(d);
	if (err)
		return err;
	d->driver = driver;
	xhci_ask_report(d);
	pr_info("usb: %s: %s %04x:%04x\n", d->name, driver->name, d->vendor,
		d->product);
	return 0;
}

static int enumerate(struct usb_device *d)
{
	int err = xhci_address_device(d);

	if (!err)
		err = read_device(d);
	if (!err)
		err = read_config(d);
	if (!err)
		err = use(d);
	if (err == -ENODEV) {
		pr_info("usb: %s: no keyboard, %04x:%04x\n", d->name,
			d->vendor, d->product);
		return 0;
	}
	return err;
}

void usb_port_name(const struct usb_port *p, char name[USB_NAME_MAX])
{
	if (p->hub)
		snprintf(name, USB_NAME_MAX, "%s.%u", p->hub->name, p->number);
	else
		snprintf(name, USB_NAME_MAX, "%u-%u", p->x->number, p->number);
}

/* Its place on the bus, from its port's. */
static void set_place(struct usb_device *d)
{
	const struct usb_device *hub = d->port.hub;
	u32 number = d->port.number;

	usb_port_name(&d->port, d->name);
	if (!hub) {
		d->root_port = number;
		return;
	}
	d->root_port = hub->root_port;
	d->route = hub->route | number << (4 * hub->depth);
	d->depth = hub->depth + 1;
	if (d->speed != USB_LOW && d->speed != USB_FULL)
		return;
	d->tt_slot = hub->speed == USB_HIGH ? hub->slot : hub->tt_slot;
	d->tt_port = hub->speed == USB_HIGH ? (u8)number : hub->tt_port;
}

static int device_create(const struct usb_port *p, enum usb_speed speed,
			 struct usb_device **out)
{
	struct usb_device *d = kzalloc(sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->x = p->x;
	d->port = *p;
	d->speed = speed;
	d->control_packet = first_packet(speed);
	err = xhci_alloc(d->x, 0, &d->memory);
	if (err)
		goto undo_alloc;
	xhci_ring_init(&d->control, xhci_page(d)->control,
		       xhci_page_at(d, xhci_page(d)->control),
		       XHCI_DEVICE_TRBS);
	xhci_ring_init(&d->reports, xhci_page(d)->reports,
		       xhci_page_at(d, xhci_page(d)->reports),
		       XHCI_DEVICE_TRBS);
	err = xhci_enable_slot(d->x, &d->slot);
	if (err)
		goto undo_memory;
	set_place(d);
	list_add_tail(&d->x->devices, &d->link);
	*out = d;
	return 0;

undo_memory:
	xhci_free(&d->memory);
undo_alloc:
	kfree(d);
	return err;
}

static void device_destroy(struct usb_device *d)
{
	d->x->devices_changed = true;
	list_del(&d->link);
	xhci_disable_slot(d);
	/* A controller that still knew it is dead now: xhci_stop keeps it
	 * from memory before these pages go. */
	if (d->x->dead)
		pci_command(&d->x->pci, PCI_COMMAND_MASTER, 0);
	xhci_free(&d->memory);
	kfree(d);
}

int usb_attach(const struct usb_port *p, enum usb_speed speed)
{
	struct usb_device *d;
	int err = device_create(p, speed, &d);

	if (err)
		return err;
	p->x->devices_changed = true;
	err = enumerate(d);
	if (!d->driver)
		device_destroy(d);
	return err;
}

struct usb_device *usb_device_at(const struct usb_port *p)
{
	struct usb_device *d;

	for_each_list(d, &p->x->devices, link) {
		if (d->port.hub == p->hub && d->port.number == p->number)
			return d;
	}
	return NULL;
}

/* One that hangs on @hub, and on which nothing hangs; NULL: none. */
static struct usb_device *last_behind(struct usb_device *hub)
{
	struct usb_device *d, *found = NULL;

	/* Hubs are in the list before what is behind them. */
	for_each_list(d, &hub->x->devices, link) {
		if (d->port.hub == hub || (found && d->port.hub == found))
			found = d;
	}
	return found;
}

static void remove(struct usb_device *d)
{
	pr_info("usb: %s: %s is gone\n", d->name, d->driver->name);
	d->driver->detach(d);
	device_destroy(d);
}

void usb_detach(struct usb_device *d)
{
	struct usb_device *behind;

	while ((behind = last_behind(d)))
		remove(behind);
	remove(d);
}

/* The same again if devices came or went meanwhile: what a device does is no
 * more due then. */
u64 usb_work(struct xhci *x)
{
	struct usb_device *d;
	u64 next;

again:
	next = U64_MAX;
	x->devices_changed = false;
	for_each_list(d, &x->devices, link) {
		if (d->failed)
			xhci_repair_reports(d);
		next = min(next, d->driver->work(d));
		if (x->devices_changed)
			goto again;
	}
	return next;
}

void usb_kick(struct usb_device *d)
{
	xhci_kick(d->x);
}
