/*
 * drivers/usb/hid_keyboard.c - USB keyboards
 *
 * What:  sets the boot protocol, gives changes of reports to the layer of all
 *        keyboards, repeats the key that is held (the keyboard does not), sets
 *        the lights.
 * Locks: the controller's thread has it all, but for leds_wanted (atomic).
 * Not:   what keys mean (keyboard.c, keymap.c); reports (hid_report.c).
 *        Keyboards without the boot protocol, further keys of others.
 * See:   HID 1.11, sections 7.2.4 to 7.2.6, appendix B.1.
 */
#include "xhci.h"

#include <arch/clock.h>
#include <mm/kmalloc.h>
#include <drivers/keyboard.h>
#include "hid.h"

#define HID_SET_REPORT 9
#define HID_SET_IDLE 10
#define HID_SET_PROTOCOL 11
#define REPORT_OUTPUT 2u
#define PROTOCOL_BOOT 0u
#define IDLE_FOREVER 0u		/* report changes only */

#define LED_NUM 1u
#define LED_CAPS 2u
#define LEDS_ALL 7u
#define LEDS_NONE 0xffu		/* of leds_sent: unknown */

/* As keyboards that do it themselves. */
#define REPEAT_FIRST_NS (250 * (u64)NSEC_PER_MSEC)
#define REPEAT_NEXT_NS (33 * (u64)NSEC_PER_MSEC)

struct hid_keyboard {
	struct keyboard keyboard;
	struct usb_device *d;		/* [I] */
	struct hid_state state;
	u64 repeat_ns;			/* when, if state.repeat */
	u8 leds_wanted;			/* [a] KEY_LED_* */
	u8 leds_sent;
};

static int request(struct usb_device *d, u8 request, u32 value)
{
	const struct usb_setup s = {
		.type = USB_CLASS | USB_INTERFACE,
		.request = request,
		.value = (u16)value,
		.index = d->function.interface,
	};

	return usb_control(d, &s, NULL);
}

/* Any context: the thread sends it. */
static void leds_changed(struct keyboard *keyboard, u8 leds)
{
	struct hid_keyboard *k = container_of(keyboard, struct hid_keyboard,
					      keyboard);

	WRITE_ONCE(k->leds_wanted, leds);
	usb_kick(k->d);
}

static struct usb_setup output_report(const struct usb_device *d)
{
	return (struct usb_setup){
		.type = USB_CLASS | USB_INTERFACE,
		.request = HID_SET_REPORT,
		.value = REPORT_OUTPUT << 8,
		.index = d->function.interface,
		.length = 1,
	};
}

static void send_leds(struct hid_keyboard *k, u8 leds)
{
	const struct usb_setup s = output_report(k->d);
	u8 report = 0;

	if (leds & KEY_LED_NUM)
		report |= LED_NUM;
	if (leds & KEY_LED_CAPS)
		report |= LED_CAPS;
	k->leds_sent = leds;	/* one that refuses is not asked again */
	(void)usb_control(k->d, &s, &report);
}

static int attach(struct usb_device *d)
{
	struct hid_keyboard *k;
	int err = request(d, HID_SET_PROTOCOL, PROTOCOL_BOOT);

	/* Some that have only the boot protocol refuse to be told; and many
	 * have no idle rate. */
	if (!err || err == -EPIPE)
		err = request(d, HID_SET_IDLE, IDLE_FOREVER);
	if (err && err != -EPIPE)
		return err;
	k = kzalloc(sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->d = d;
	k->leds_sent = LEDS_NONE;
	k->keyboard.leds = leds_changed;
	d->private = k;
	keyboard_add(&k->keyboard);
	return 0;
}

static void report(struct usb_device *d, const u8 *data, u32 len)
{
	struct hid_keyboard *k = d->private;
	u8 before = k->state.repeat;
	u8 scan[HID_SCAN_MAX];
	u32 n = hid_decode(&k->state, data, len, scan);

	if (k->state.repeat != before)
		k->repeat_ns = clock_now_ns() + REPEAT_FIRST_NS;
	keyboard_type(&k->keyboard, scan, n);
}

static void repeat(struct hid_keyboard *k)
{
	u8 scan[HID_SCAN_MAX];

	k->repeat_ns = clock_now_ns() + REPEAT_NEXT_NS;
	keyboard_type(&k->keyboard, scan,
		      hid_scan_code(k->state.repeat, scan));
}

static u64 work(struct usb_device *d)
{
	struct hid_keyboard *k = d->private;
	u8 leds = READ_ONCE(k->leds_wanted);

	if (leds != k->leds_sent)
		send_leds(k, leds);
	if (k->state.repeat && clock_now_ns() >= k->repeat_ns)
		repeat(k);
	return k->state.repeat ? k->repeat_ns : U64_MAX;
}

static void detach(struct usb_device *d)
{
	struct hid_keyboard *k = d->private;

	keyboard_remove(&k->keyboard);
	kfree(k);
}

static void show_panic(struct usb_device *d, bool on)
{
	const struct usb_setup s = output_report(d);
	u8 report = on ? LEDS_ALL : 0;

	usb_control_unwaited(d, &s, &report);
}

const struct usb_driver hid_keyboard_driver = {
	.name = "keyboard",
	.attach = attach,
	.report = report,
	.work = work,
	.detach = detach,
	.show_panic = show_panic,
};
