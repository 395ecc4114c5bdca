/*
 * tests/host/test_usb.c - drivers/usb/descriptor.c, drivers/usb/hid_report.c
 *
 * What:  what devices say of themselves, right and wrong, cut off anywhere;
 *        reports of keys, and reports of nonsense.
 */
#include "tap.h"

#include <lib/string.h>

#include "../../drivers/usb/hid.h"
#include "../../drivers/usb/usb.h"

/* A keyboard with a second interface, as QEMU's and most others: a mouse
 * comes first here. */
static const u8 two_interfaces[] = {
	9, 2, 59, 0, 2, 7, 0, 0xa0, 50,		/* configuration 7 */
	9, 4, 0, 0, 1, 3, 1, 2, 0,		/* interface 0: boot mouse */
	9, 0x21, 0x11, 1, 0, 1, 0x22, 52, 0,
	7, 5, 0x81, 3, 4, 0, 10,
	9, 4, 1, 0, 1, 3, 1, 1, 0,		/* 1: boot keyboard */
	9, 0x21, 0x11, 1, 0, 1, 0x22, 63, 0,
	7, 5, 0x82, 3, 8, 0, 7,
};

/* In memory of just that size, so that a read behind its end is noticed. */
static bool parse(const u8 *data, size_t len, struct usb_function *out)
{
	u8 *copy = malloc(len ? len : 1);
	bool found;

	memcpy(copy, data, len);
	found = usb_parse_config(copy, len, out);
	free(copy);
	return found;
}

static void test_keyboard(void)
{
	struct usb_function f;

	CHECK(parse(two_interfaces, sizeof(two_interfaces), &f));
	CHECK_EQ(f.kind, USB_KEYBOARD);
	CHECK_EQ(f.config, 7);
	CHECK_EQ(f.interface, 1);
	CHECK_EQ(f.endpoint, 2);
	CHECK_EQ(f.packet, 8);
	CHECK_EQ(f.interval, 7);
}

static void test_hub(void)
{
	static const u8 hub[] = {
		9, 2, 25, 0, 1, 1, 0, 0xe0, 0,
		9, 4, 0, 0, 1, 9, 0, 0, 0,
		7, 5, 0x81, 3, 1, 0, 12,
	};
	struct usb_function f;

	CHECK(parse(hub, sizeof(hub), &f));
	CHECK_EQ(f.kind, USB_HUB);
	CHECK_EQ(f.packet, 1);
}

static void test_cut(void)
{
	struct usb_function f;

	for (size_t len = 0; len < sizeof(two_interfaces); len++)
		CHECK(!parse(two_interfaces, len, &f));
}

/* One byte is another: nothing is found. */
static void without(size_t at, u8 value)
{
	u8 data[sizeof(two_interfaces)];
	struct usb_function f;

	memcpy(data, two_interfaces, sizeof(data));
	data[at] = value;
	CHECK(!parse(data, sizeof(data), &f));
}

static void test_wrong(void)
{
	without(5, 0);		/* no configuration */
	without(9, 0);		/* a descriptor without length */
	without(9, 1);
	without(9, 0xff);
	without(34 + 3, 1);	/* an alternate setting */
	without(34 + 5, 8);	/* a disk */
	without(34 + 6, 0);	/* no boot protocol */
	without(34 + 7, 2);	/* a mouse */
	without(52 + 2, 0x02);	/* an endpoint that goes out */
	without(52 + 2, 0x80);	/* the control endpoint */
	without(52 + 3, 2);	/* bulk */
	without(52 + 4, 0);	/* no bytes in a packet */
	without(52 + 5, 7);	/* too many */
}

static void test_descriptor_noise(void)
{
	u8 data[sizeof(two_interfaces)];
	struct usb_function f;

	for (u64 i = rounds(20000); i; i--) {
		memcpy(data, two_interfaces, sizeof(data));
		for (u64 n = rand_below(6); n; n--)
			data[rand_below(sizeof(data))] = (u8)rand_u64();
		if (!parse(data, rand_below(sizeof(data) + 1), &f))
			continue;
		CHECK(f.endpoint >= 1 && f.endpoint <= 15);
		CHECK(f.packet >= 1 && f.packet <= 1024);
		CHECK(f.kind != USB_NOTHING && f.config);
	}
}

static struct hid_state hid;

/* A report gives these bytes. */
static void gives(const char *report, u32 len, const char *scan, u32 scan_len)
{
	u8 out[HID_SCAN_MAX];

	CHECK_EQ(hid_decode(&hid, (const u8 *)report, len, out), scan_len);
	CHECK(!memcmp(out, scan, scan_len));
}

#define REPORT(text) text, sizeof(text) - 1

static void test_keys(void)
{
	hid = (struct hid_state){ 0 };
	gives(REPORT("\0\0\x04\0\0\0\0\0"), REPORT("\x1e"));
	CHECK_EQ(hid.repeat, 4);
	gives(REPORT("\0\0\x04\0\0\0\0\0"), REPORT(""));
	gives(REPORT("\x02\0\x04\x05\0\0\0\0"), REPORT("\x2a\x30"));
	CHECK_EQ(hid.repeat, 5);
	gives(REPORT("\x02\0\x05\0\0\0\0\0"), REPORT("\x9e"));
	CHECK_EQ(hid.repeat, 5);
	gives(REPORT("\0\0\0\0\0\0\0\0"), REPORT("\xaa\xb0"));
	CHECK_EQ(hid.repeat, 0);
	/* Right alt, up, and keypad enter: codes behind a prefix. */
	gives(REPORT("\x40\0\x52\x58\0\0\0\0"),
	      REPORT("\xe0\x38\xe0\x48\xe0\x1c"));
	gives(REPORT("\0\0\0\0\0\0\0\0"),
	      REPORT("\xe0\xb8\xe0\xc8\xe0\x9c"));
}

static void test_odd_reports(void)
{
	hid = (struct hid_state){ 0 };
	gives(REPORT("\0\0\x04\x05\0\0\0\0"), REPORT("\x1e\x30"));
	/* Too many keys: they are as they were, modifiers are not. */
	gives(REPORT("\x01\0\1\1\1\1\1\1"), REPORT("\x1d"));
	CHECK_EQ(hid.repeat, 5);
	/* The same key several times; keys that are none; a short report. */
	gives(REPORT("\x01\0\x04\x05\x04\x06\x06\xff"), REPORT("\x2e"));
	gives(REPORT("\x01\0\x04"), REPORT("\xb0\xae"));
	gives(REPORT(""), REPORT("\x9d\x9e"));
	/* Locks do not repeat. */
	gives(REPORT("\0\0\x39\0\0\0\0\0"), REPORT("\x3a"));
	CHECK_EQ(hid.repeat, 0);
}

/* A code goes down only if it is up, and the other way: no key sticks. */
static void follow(bool *down, const u8 *scan, u32 n)
{
	u32 prefix = 0;

	for (u32 i = 0; i < n; i++) {
		u32 code = scan[i] & 0x7f;

		if (scan[i] == 0xe0) {
			prefix = 0x80;
			continue;
		}
		/* Two keys of a keyboard have the code of "\". */
		if (code != 0x2b)
			CHECK(down[prefix | code] == (scan[i] >= 0x80));
		down[prefix | code] = scan[i] < 0x80;
		prefix = 0;
	}
	CHECK_EQ(prefix, 0);
}

static void test_report_noise(void)
{
	bool down[256] = { false };
	u8 report[HID_REPORT_BYTES], out[HID_SCAN_MAX];

	hid = (struct hid_state){ 0 };
	for (u64 i = rounds(20000); i; i--) {
		u32 n;

		rand_bytes(report, sizeof(report));
		n = hid_decode(&hid, report, (u32)rand_below(9), out);
		CHECK(n <= HID_SCAN_MAX);
		follow(down, out, n);
	}
	follow(down, out, hid_decode(&hid, report, 0, out));
	for (u32 i = 0; i < 256; i++)
		CHECK(!down[i]);
	CHECK_EQ(hid.repeat, 0);
}

int main(void)
{
	tap_run("a keyboard beside a mouse", test_keyboard);
	tap_run("a hub", test_hub);
	tap_run("descriptors cut off", test_cut);
	tap_run("descriptors of other things", test_wrong);
	tap_run("descriptors of nonsense", test_descriptor_noise);
	tap_run("keys", test_keys);
	tap_run("odd reports", test_odd_reports);
	tap_run("reports of nonsense", test_report_noise);
	return tap_done();
}
