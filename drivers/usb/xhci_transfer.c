/*
 * drivers/usb/xhci_transfer.c - data to and from devices
 *
 * What:  control transfers, one at a time, which are waited for, but in a
 *        panic; reports of interrupt endpoints, of which one is always asked
 *        for.
 * See:   xHCI 1.2, sections 4.10.1, 4.11.2; USB Specification 2.0, section 5.5.
 */
#include "xhci.h"

#include <arch/clock.h>
#include <core/printk.h>
#include <lib/string.h>

#define CONTROL_NS (2 * (u64)NSEC_PER_SEC)
#define MAX_FAILURES 8u

/* In the control word of a setup packet: a data stage, and which way. */
#define SETUP_OUT (2u << 16)
#define SETUP_IN (3u << 16)

/* @event: TRB_EVENT: tell what becomes of it; 0: no matter. */
static void put_control(struct usb_device *d, const struct usb_setup *s,
			u32 event)
{
	struct usb_transfer *t = &d->transfer;
	struct xhci_ring *r = &d->control;
	bool in = s->type & USB_IN;
	struct xhci_trb trb = {
		.status = sizeof(*s),
		.control = TRB_TYPE(TRB_SETUP) | TRB_IMMEDIATE,
	};

	*t = (struct usb_transfer){ .left = s->length };
	memcpy(&trb.parameter, s, sizeof(*s));
	if (s->length)
		trb.control |= in ? SETUP_IN : SETUP_OUT;
	t->setup_at = xhci_ring_put(r, trb);
	if (s->length) {
		trb.parameter = xhci_page_at(d, xhci_page(d)->data);
		trb.status = s->length;
		trb.control = TRB_TYPE(TRB_DATA) | event | TRB_SHORT |
			      (in ? TRB_IN : 0);
		t->data_at = xhci_ring_put(r, trb);
	}
	trb = (struct xhci_trb){
		.control = TRB_TYPE(TRB_STATUS) | event |
			   (in && s->length ? 0 : TRB_IN),
	};
	t->status_at = xhci_ring_put(r, trb);
}

static int control_result(struct usb_device *d)
{
	switch (d->transfer.code) {
	case CODE_SUCCESS:
		return 0;
	case CODE_STALL:
		(void)xhci_restart_endpoint(d, XHCI_DCI_CONTROL, true);
		return -EPIPE;
	}
	(void)xhci_restart_endpoint(d, XHCI_DCI_CONTROL, true);
	return -EIO;
}

int usb_control(struct usb_device *d, const struct usb_setup *s, void *data)
{
	struct xhci *x = d->x;
	bool in = s->type & USB_IN;
	u32 len;
	int err;

	if (s->length > USB_CONTROL_MAX)
		return -EINVAL;
	if (!in && s->length)
		memcpy(xhci_page(d)->data, data, s->length);
	put_control(d, s, TRB_EVENT);
	xhci_doorbell(x, d->slot, XHCI_DCI_CONTROL);
	err = xhci_wait(x, &d->transfer.done, clock_now_ns() + CONTROL_NS);
	if (err == -ETIMEDOUT)
		(void)xhci_restart_endpoint(d, XHCI_DCI_CONTROL, false);
	else if (!err)
		err = control_result(d);
	if (err)
		return err;
	len = s->length - min(d->transfer.left, (u32)s->length);
	if (in && len)
		memcpy(data, xhci_page(d)->data, len);
	return (int)len;
}

/* Events would fill their ring, for nobody takes them. */
void usb_control_unwaited(struct usb_device *d, const struct usb_setup *s,
			  const void *data)
{
	memcpy(xhci_page(d)->data, data, s->length);
	put_control(d, s, 0);
	xhci_doorbell(d->x, d->slot, XHCI_DCI_CONTROL);
}

static void control_event(struct usb_device *d, const struct xhci_trb *e)
{
	struct usb_transfer *t = &d->transfer;
	u32 code = TRB_CODE_OF(e->status);

	if (e->parameter != t->setup_at && e->parameter != t->data_at &&
	    e->parameter != t->status_at)
		return;
	if (e->parameter == t->data_at)
		t->left = TRB_LENGTH_OF(e->status);
	/* A short packet is an end of the data, not of the transfer. */
	if (code == CODE_SHORT_PACKET)
		return;
	if (code == CODE_SUCCESS && e->parameter != t->status_at)
		return;
	if (code == CODE_STOPPED || code == CODE_STOPPED_LENGTH ||
	    code == CODE_STOPPED_SHORT)
		return;
	t->code = code;
	t->done = true;
}

void xhci_ask_report(struct usb_device *d)
{
	struct xhci_trb trb = {
		.parameter = xhci_page_at(d, xhci_page(d)->report),
		.status = min(d->function.packet, USB_REPORT_MAX),
		.control = TRB_TYPE(TRB_NORMAL) | TRB_EVENT | TRB_SHORT,
	};

	(void)xhci_ring_put(&d->reports, trb);
	xhci_doorbell(d->x, d->slot, xhci_dci_reports(d));
}

static void report_event(struct usb_device *d, const struct xhci_trb *e)
{
	u32 code = TRB_CODE_OF(e->status);
	u32 asked = min(d->function.packet, USB_REPORT_MAX);
	u32 left = min(TRB_LENGTH_OF(e->status), asked);

	if (code == CODE_SUCCESS || code == CODE_SHORT_PACKET) {
		d->failures = 0;
		d->driver->report(d, xhci_page(d)->report, asked - left);
		xhci_ask_report(d);
		return;
	}
	if (code == CODE_STOPPED || code == CODE_STOPPED_LENGTH ||
	    code == CODE_STOPPED_SHORT)
		return;
	d->failures++;
	d->failed = true;
}

void xhci_transfer_event(struct xhci *x, const struct xhci_trb *e)
{
	u32 slot = TRB_SLOT_OF(e->control);
	u32 dci = TRB_ENDPOINT_OF(e->control);
	struct usb_device *d = slot <= x->nslots ? x->slots[slot] : NULL;

	if (!d)
		return;
	if (dci == XHCI_DCI_CONTROL)
		control_event(d, e);
	else if (d->driver && dci == xhci_dci_reports(d))
		report_event(d, e);
}

void xhci_repair_reports(struct usb_device *d)
{
	const struct usb_setup clear = {
		.type = USB_STANDARD | USB_ENDPOINT,
		.request = USB_CLEAR_FEATURE,
		.value = USB_ENDPOINT_HALT,
		.index = d->function.endpoint | USB_IN,
	};

	d->failed = false;
	if (d->failures > MAX_FAILURES) {
		pr_warn("usb: %s: reports fail\n", d->name);
		return;
	}
	/* It may be unplugged: the port will tell. */
	if (xhci_restart_endpoint(d, xhci_dci_reports(d), true) ||
	    usb_control(d, &clear, NULL) < 0)
		return;
	xhci_ask_report(d);
}
