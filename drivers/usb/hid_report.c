/*
 * drivers/usb/hid_report.c - from reports of the boot protocol to scan codes
 *
 * What:  a report says which keys are held; two in a row say which went down
 *        and up. They become scan code set 1, so that all keyboards have one
 *        meaning of keys. Pure, tested on the build machine.
 * Locks: none; the caller's state.
 * See:   HID Usage Tables 1.12, section 10 (keyboard page); HID 1.11, appendix
 *        B.1; USB HID to PS/2 Scan Code Translation Table (Microsoft).
 */
#include "hid.h"

#include <lib/string.h>

#define KEY_FIRST 4u		/* A; below are errors */
#define KEY_ROLL_OVER 1u	/* more keys held than there is room for */
#define KEY_CAPS_LOCK 0x39u
#define KEY_NUM_LOCK 0x53u

#define RELEASE 0x80u
#define PREFIX 0xe0u
#define E0 0x80u		/* in the tables: behind PREFIX */

static const u8 scan_codes[] = {
	0x1e, 0x30, 0x2e, 0x20, 0x12, 0x21, 0x22, 0x23,	/* 04 a to h */
	0x17, 0x24, 0x25, 0x26, 0x32, 0x31, 0x18, 0x19,	/* 0c i to p */
	0x10, 0x13, 0x1f, 0x14, 0x16, 0x2f, 0x11, 0x2d,	/* 14 q to x */
	0x15, 0x2c, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,	/* 1c y, z, 1 to 6 */
	0x08, 0x09, 0x0a, 0x0b, 0x1c, 0x01, 0x0e, 0x0f,	/* 24 7 to 0, enter,
						escape, backspace, tab */
	0x39, 0x0c, 0x0d, 0x1a, 0x1b, 0x2b, 0x2b, 0x27,	/* 2c space - = [ ] \
						# ; */
	0x28, 0x29, 0x33, 0x34, 0x35, 0x3a, 0x3b, 0x3c,	/* 34 ' ` , . / caps,
						F1, F2 */
	0x3d, 0x3e, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x44,	/* 3c F3 to F10 */
	0x57, 0x58, E0 | 0x37, 0x46, 0, E0 | 0x52, E0 | 0x47,
	E0 | 0x49,		/* 44 F11, F12, print, scroll lock, pause,
				   insert, home, page up */
	E0 | 0x53, E0 | 0x4f, E0 | 0x51, E0 | 0x4d, E0 | 0x4b, E0 | 0x50,
	E0 | 0x48, 0x45,	/* 4c delete, end, page down, right, left, down,
				   up, num lock */
	E0 | 0x35, 0x37, 0x4a, 0x4e, E0 | 0x1c, 0x4f, 0x50, 0x51,
				/* 54 keypad / * - + enter 1 2 3 */
	0x4b, 0x4c, 0x4d, 0x47, 0x48, 0x49, 0x52, 0x53,	/* 5c 4 to 9 0 . */
	0x56, E0 | 0x5d,	/* 64 the 102nd key, menu */
};
static_assert(sizeof(scan_codes) == 0x66 - KEY_FIRST, "up to menu");

/* Control, shift, alt, logo key: left, then right. */
static const u8 modifier_codes[] = {
	0x1d, 0x2a, 0x38, E0 | 0x5b, E0 | 0x1d, 0x36, E0 | 0x38, E0 | 0x5c,
};

static u32 emit(u8 code, bool down, u8 *out)
{
	u32 n = 0;

	if (!code)
		return 0;
	if (code & E0)
		out[n++] = PREFIX;
	out[n++] = (u8)((code & ~E0) | (down ? 0 : RELEASE));
	return n;
}

static u8 code_of(u8 key)
{
	u32 i = (u32)key - KEY_FIRST;

	return key >= KEY_FIRST && i < sizeof(scan_codes) ? scan_codes[i] : 0;
}

u32 hid_scan_code(u8 key, u8 *out)
{
	return emit(code_of(key), true, out);
}

/* Is @key among the first @n of a report's keys? */
static bool has_key(const u8 *keys, u32 n, u8 key)
{
	for (u32 i = 0; i < n; i++) {
		if (keys[i] == key)
			return true;
	}
	return false;
}

static u32 modifiers(u8 old, u8 new, u8 *out)
{
	u32 n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(modifier_codes); i++) {
		if ((old ^ new) >> i & 1)
			n += emit(modifier_codes[i], new >> i & 1, out + n);
	}
	return n;
}

static bool repeats(u8 key)
{
	return code_of(key) && key != KEY_CAPS_LOCK && key != KEY_NUM_LOCK;
}

static u32 released(struct hid_state *s, const u8 *old, const u8 *new, u8 *out)
{
	u32 n = 0;

	for (u32 i = 0; i < HID_KEYS; i++) {
		if (has_key(new, HID_KEYS, old[i]) || has_key(old, i, old[i]))
			continue;
		n += emit(code_of(old[i]), false, out + n);
		if (s->repeat == old[i])
			s->repeat = 0;
	}
	return n;
}

static u32 pressed(struct hid_state *s, const u8 *old, const u8 *new, u8 *out)
{
	u32 n = 0;

	for (u32 i = 0; i < HID_KEYS; i++) {
		if (has_key(old, HID_KEYS, new[i]) || has_key(new, i, new[i]))
			continue;
		n += emit(code_of(new[i]), true, out + n);
		if (repeats(new[i]))
			s->repeat = new[i];
	}
	return n;
}

u32 hid_decode(struct hid_state *s, const u8 *report, u32 len, u8 *out)
{
	u8 new[HID_REPORT_BYTES] = { 0 };
	const u8 *keys = new + HID_REPORT_BYTES - HID_KEYS;
	u8 *old = s->last + HID_REPORT_BYTES - HID_KEYS;
	u32 n;

	memcpy(new, report, min(len, HID_REPORT_BYTES));
	n = modifiers(s->last[0], new[0], out);
	s->last[0] = new[0];
	/* Which keys are held, nobody knows then: as before. */
	if (has_key(keys, HID_KEYS, KEY_ROLL_OVER))
		return n;
	n += released(s, old, keys, out + n);
	n += pressed(s, old, keys, out + n);
	memcpy(old, keys, HID_KEYS);
	return n;
}
