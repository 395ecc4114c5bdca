/*
 * drivers/usb/usb.c - USB controllers: who is there, and a thread for each
 *
 * What:  at boot, looks for xHCI controllers; each gets a thread that starts
 *        it and then does all its work. Nobody waits for that. Without a
 *        controller there is no thread.
 * Life:  a controller is for ever; the thread ends when it fails.
 * Not:   older controllers (UHCI, OHCI, EHCI), controllers plugged in later.
 * See:   docs/hardware.md; xHCI 1.2.
 */
#include "xhci.h"

#include <core/printk.h>
#include <core/start_call.h>
#include <drivers/drivers.h>
#include <mm/kmalloc.h>

#define CLASS_XHCI 0x0c0330u
#define VENDOR_INTEL 0x8086u

/* Intel's first controllers share ports with an older one: which of them each
 * port leads to, and those for which there is a choice (7 Series Chipset
 * datasheet, sections 16.1.32 to 16.1.35). */
#define INTEL_PORTS 0xd0u
#define INTEL_PORTS_MASK 0xd4u
#define INTEL_SUPER 0xd8u
#define INTEL_SUPER_MASK 0xdcu

static const u16 intel_shared[] = {
	0x1e31, 0x8c31, 0x9c31, 0x9cb1, 0x8cb1, 0x8d31,
};

static struct xhci *controllers;	/* [I] after boot */

static void route_ports(const struct pci_address *a)
{
	u32 id = pci_read(a, PCI_ID);

	for (u32 i = 0; i < ARRAY_SIZE(intel_shared); i++) {
		if (id != (VENDOR_INTEL | (u32)intel_shared[i] << 16))
			continue;
		pci_write(a, INTEL_SUPER, pci_read(a, INTEL_SUPER_MASK));
		pci_write(a, INTEL_PORTS, pci_read(a, INTEL_PORTS_MASK));
	}
}

static void look_at_ports(struct xhci *x)
{
	u32 port;

	for_each_set_bit(port, x->ports_changed, 256) {
		const struct usb_port p = { .x = x, .number = port };

		bitmap_clear(x->ports_changed, port);
		if (port >= 1 && port <= x->nports && !x->dead)
			usb_port_work(&p);
	}
}

static void serve(struct xhci *x)
{
	bitmap_set_range(x->ports_changed, 1, x->nports);
	while (!x->dead) {
		u64 next;

		x->again = false;
		look_at_ports(x);
		next = usb_work(x);
		if (!x->again)
			(void)xhci_wait(x, NULL, next);
	}
}

static void detach_all(struct xhci *x)
{
	while (!list_empty(&x->devices))
		usb_detach(list_first(&x->devices, struct usb_device, link));
}

static void controller_thread(void *arg)
{
	struct xhci *x = arg;
	const char *why;

	route_ports(&x->pci);
	if (xhci_start(x, &why)) {
		xhci_fail(x, why);
	} else {
		pr_info("usb: controller %u: xHCI at " PCI_FORMAT
			", %u ports, %s\n", x->number, PCI_ARGS(&x->pci),
			x->nports, x->polled ? "polled" : "MSI");
		serve(x);
	}
	detach_all(x);
	xhci_stop(x);
}

static void found(const struct pci_address *a)
{
	struct xhci *x = kzalloc(sizeof(*x));

	if (!x) {
		pr_err("usb: no memory for a controller\n");
		return;
	}
	x->pci = *a;
	x->number = controllers ? controllers->number + 1 : 1;
	list_init(&x->devices);
	wait_queue_init(&x->wake);
	if (kthread_create("usb", controller_thread, x, NULL)) {
		pr_err("usb: no memory for a thread\n");
		kfree(x);
		return;
	}
	x->next = controllers;
	controllers = x;
}

static void show_panic(struct xhci *x, bool on)
{
	for (u32 slot = 1; x->slots && slot <= x->nslots; slot++) {
		struct usb_device *d = x->slots[slot];

		if (d && d->driver && d->driver->show_panic)
			d->driver->show_panic(d, on);
	}
}

/* No list that a thread may have been changing: the slots alone. */
void usb_show_panic(bool on)
{
	for (struct xhci *x = controllers; x; x = x->next) {
		if (!x->dead)
			show_panic(x, on);
	}
}

static void usb_init(void)
{
	pci_find_class(CLASS_XHCI, found);
}

START_CALL(usb_init);
