/*
 * drivers/usb/hid.h - keyboards in the boot protocol
 *
 * See: Device Class Definition for Human Interface Devices 1.11, appendix B.1.
 */
#ifndef DRIVERS_USB_HID_H
#define DRIVERS_USB_HID_H

#include <lib/types.h>

#define HID_REPORT_BYTES 8u	/* modifiers, unused, six keys */
#define HID_KEYS 6u
/* Eight modifiers, six keys up and six down, of two bytes each. */
#define HID_SCAN_MAX 40u

struct hid_state {
	u8 last[HID_REPORT_BYTES];	/* the report before */
	u8 repeat;		/* key that repeats, 0: none */
};

/*
 * hid_decode - what changed between two reports, as scan codes of set 1
 * @report: @len bytes as the device sent them; missing ones count as 0
 * @out:    HID_SCAN_MAX bytes
 * Return:  bytes in @out
 */
u32 hid_decode(struct hid_state *s, const u8 *report, u32 len, u8 *out);
/* The scan code of a pressed key, up to 2 bytes. Return: bytes, 0: no key. */
u32 hid_scan_code(u8 key, u8 *out);

#endif
