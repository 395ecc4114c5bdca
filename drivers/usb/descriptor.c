/*
 * drivers/usb/descriptor.c - what a device says of itself
 *
 * What:  finds the interface that is a keyboard or a hub, and its interrupt
 *        endpoint. Pure, tested on the build machine: devices are not to be
 *        trusted.
 * Locks: none.
 * See:   USB Specification 2.0, section 9.6; HID 1.11, section 4.2.
 */
#include "usb.h"

#define CLASS_HID 3u
#define CLASS_HUB 9u
#define SUBCLASS_BOOT 1u
#define PROTOCOL_KEYBOARD 1u

/* Bytes at least, up to what is read of them. */
#define CONFIG_BYTES 9u
#define INTERFACE_BYTES 9u
#define ENDPOINT_BYTES 7u

#define ENDPOINT_IN 0x80u
#define ENDPOINT_NUMBER 0x0fu
#define ENDPOINT_TYPE 0x03u
#define ENDPOINT_INTERRUPT 0x03u
#define PACKET_BYTES 0x07ffu	/* the rest: transactions a microframe */
#define PACKET_MAX 1024u

static void begin_interface(const u8 *d, struct usb_function *f)
{
	f->kind = USB_NOTHING;
	f->interface = d[2];
	if (d[3])		/* an alternate setting */
		return;
	if (d[5] == CLASS_HUB)
		f->kind = USB_HUB;
	else if (d[5] == CLASS_HID && d[6] == SUBCLASS_BOOT &&
		 d[7] == PROTOCOL_KEYBOARD)
		f->kind = USB_KEYBOARD;
}

/* Is it the endpoint that reports come from? */
static bool take_endpoint(const u8 *d, struct usb_function *f)
{
	u32 packet = (d[4] | (u32)d[5] << 8) & PACKET_BYTES;

	if (f->kind == USB_NOTHING || !(d[2] & ENDPOINT_IN) ||
	    !(d[2] & ENDPOINT_NUMBER) ||
	    (d[3] & ENDPOINT_TYPE) != ENDPOINT_INTERRUPT ||
	    !packet || packet > PACKET_MAX)
		return false;
	f->endpoint = d[2] & ENDPOINT_NUMBER;
	f->packet = (u16)packet;
	f->interval = d[6];
	return true;
}

bool usb_parse_config(const u8 *data, size_t len, struct usb_function *out)
{
	struct usb_function f = { .kind = USB_NOTHING };

	for (size_t at = 0; len - at >= 2; at += data[at]) {
		const u8 *d = data + at;

		if (d[0] < 2 || d[0] > len - at)
			return false;
		if (d[1] == USB_DESCRIPTOR_CONFIG && d[0] >= CONFIG_BYTES)
			f.config = d[5];
		else if (d[1] == USB_DESCRIPTOR_INTERFACE &&
			 d[0] >= INTERFACE_BYTES)
			begin_interface(d, &f);
		else if (d[1] == USB_DESCRIPTOR_ENDPOINT &&
			 d[0] >= ENDPOINT_BYTES && take_endpoint(d, &f)) {
			*out = f;
			return f.config != 0;
		}
	}
	return false;
}
