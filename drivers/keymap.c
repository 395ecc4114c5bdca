/*
 * drivers/keymap.c - from scan codes to characters: a US keyboard
 *
 * What:  scan code set 1; shift, control, alt (sends ESC before), caps and num
 *        lock; the other keys send what the Linux console sends.
 * Locks: none; the caller's state.
 * See:   IBM PS/2 Technical Reference, scan code set 1; console_codes(4);
 *        terminfo entry "linux" (kcuu1, kf1, ...).
 */
#include <drivers/keyboard.h>

#include <lib/format.h>

#define ESC "\033"
#define RELEASE 0x80u
#define PREFIX 0xe0u
#define PAUSE_PREFIX 0xe1u
#define PAUSE_BYTES 2u		/* 1d 45 behind e1, and again for release */

/* keymap.down */
#define LEFT_SHIFT 0x01u
#define RIGHT_SHIFT 0x02u
#define LEFT_CTRL 0x04u
#define RIGHT_CTRL 0x08u
#define LEFT_ALT 0x10u
#define RIGHT_ALT 0x20u
#define CAPS_KEY 0x40u		/* they act when pressed, but not repeated */
#define NUM_KEY 0x80u
#define SHIFT (LEFT_SHIFT | RIGHT_SHIFT)
#define CTRL (LEFT_CTRL | RIGHT_CTRL)
#define ALT (LEFT_ALT | RIGHT_ALT)

enum scan_code {
	SCAN_TAB = 0x0f,
	SCAN_ENTER = 0x1c,
	SCAN_CTRL = 0x1d,
	SCAN_LEFT_SHIFT = 0x2a,
	SCAN_SLASH = 0x35,
	SCAN_RIGHT_SHIFT = 0x36,
	SCAN_ALT = 0x38,
	SCAN_CAPS = 0x3a,
	SCAN_F1 = 0x3b,
	SCAN_F10 = 0x44,
	SCAN_NUM = 0x45,
	SCAN_HOME = 0x47,
	SCAN_KP_MINUS = 0x4a,
	SCAN_KP_PLUS = 0x4e,
	SCAN_DELETE = 0x53,
	SCAN_102ND = 0x56,
	SCAN_F11 = 0x57,
	SCAN_F12 = 0x58,
};

/* Keys that are characters, by scan code. 0: none. */
static const char plain[] =
	"\0\033" "1234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\"
	"zxcvbnm,./\0*\0 ";
static const char shifted[] =
	"\0\033" "!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|"
	"ZXCVBNM<>?\0*\0 ";
static_assert(sizeof(plain) == SCAN_CAPS + 1, "up to the space bar");
static_assert(sizeof(shifted) == sizeof(plain), "the same keys");

/* The keypad from SCAN_HOME on, with num lock. */
static const char keypad[] = "789-456+1230.";
/* Without: the number of ESC [ n ~, or a letter for ESC [ letter. */
static const u8 navigation[] = {
	1, 'A', 5, 0, 'D', 'G', 'C', 0, 4, 'B', 6, 2, 3,
};
static_assert(ARRAY_SIZE(navigation) == sizeof(keypad) - 1, "the same keys");

/* ESC [ n ~ of F6 to F20; the first five are ESC [ [ A to E. */
static const u8 function_numbers[] = {
	17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34,
};

static u32 modifier(u8 prefix, u8 code)
{
	switch (code) {
	case SCAN_LEFT_SHIFT:
		return prefix ? 0 : LEFT_SHIFT;
	case SCAN_RIGHT_SHIFT:
		return prefix ? 0 : RIGHT_SHIFT;
	case SCAN_CTRL:
		return prefix ? RIGHT_CTRL : LEFT_CTRL;
	case SCAN_ALT:
		return prefix ? RIGHT_ALT : LEFT_ALT;
	case SCAN_CAPS:
		return prefix ? 0 : CAPS_KEY;
	case SCAN_NUM:
		return prefix ? 0 : NUM_KEY;
	}
	return 0;
}

/* A modifier counts on whichever keyboard it is held. */
static bool held(const struct keymap *k, u32 modifiers)
{
	return (k->down | k->down_elsewhere) & modifiers;
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* What control makes of a character. */
static u8 control(u8 c)
{
	static const char from[] = " 2345678/\177?";
	static const char to[] = "\0\0\033\034\035\036\037\177\037\010\177";

	for (u32 i = 0; i < sizeof(from) - 1; i++) {
		if ((u8)from[i] == c)
			return (u8)to[i];
	}
	return c >= '@' && c < 0x7f ? c & 0x1f : c;
}

static u32 text(u8 *out, const char *format, u32 value)
{
	return (u32)scnprintf((char *)out, KEY_TEXT_MAX, format, value);
}

/* A character, with ESC before it when alt is held. */
static u32 character(const struct keymap *k, u8 c, u8 *out)
{
	u32 n = 0;

	if (held(k, ALT))
		out[n++] = '\033';
	out[n++] = c;
	return n;
}

static u32 main_key(const struct keymap *k, u8 code, u8 *out)
{
	bool shift = held(k, SHIFT);
	char c = plain[code];

	if (is_letter(c) && (k->leds & KEY_LED_CAPS))
		shift = !shift;
	if (shift)
		c = shifted[code];
	if (!c)
		return 0;
	if (code == SCAN_TAB && shift)
		return text(out, ESC "[%c", 'Z');
	return character(k, held(k, CTRL) ? control((u8)c) : (u8)c, out);
}

static u32 function_key(const struct keymap *k, u32 number, u8 *out)
{
	if (held(k, SHIFT))
		number += 12;
	if (number <= 5)
		return text(out, ESC "[[%c", 'A' + number - 1);
	number -= 6;
	if (number >= ARRAY_SIZE(function_numbers))
		return 0;
	return text(out, ESC "[%u~", function_numbers[number]);
}

static u32 navigation_key(const struct keymap *k, u8 what, u8 *out)
{
	if (!what)
		return 0;
	if (what < 'A')
		return text(out, ESC "[%u~", what);
	if (k->application_cursor && what != 'G')
		return text(out, ESC "O%c", what);
	return text(out, ESC "[%c", what);
}

/* The keypad, and with the prefix the keys between it and the letters. */
static u32 keypad_key(const struct keymap *k, u8 code, u8 *out)
{
	u32 i = (u32)code - SCAN_HOME;
	bool digits = k->leds & KEY_LED_NUM;

	if (k->prefix)
		return navigation_key(k, navigation[i], out);
	if (held(k, SHIFT))
		digits = !digits;
	if (digits || !navigation[i])
		return character(k, (u8)keypad[i], out);
	return navigation_key(k, navigation[i], out);
}

static u32 key_text(const struct keymap *k, u8 code, u8 *out)
{
	if (k->prefix && (code == SCAN_ENTER || code == SCAN_SLASH))
		return character(k, (u8)plain[code], out);
	if (code >= SCAN_HOME && code <= SCAN_DELETE)
		return keypad_key(k, code, out);
	if (k->prefix)
		return 0;
	if (code >= SCAN_F1 && code <= SCAN_F10)
		return function_key(k, (u32)code - SCAN_F1 + 1, out);
	if (code == SCAN_F11 || code == SCAN_F12)
		return function_key(k, (u32)code - SCAN_F11 + 11, out);
	if (code == SCAN_102ND)
		return character(k, held(k, SHIFT) ? '>' : '<', out);
	return code < sizeof(plain) - 1 ? main_key(k, code, out) : 0;
}

static enum key_action pressed(struct keymap *k, u8 code, u8 *out, u32 *len)
{
	bool ctrl_alt = held(k, CTRL) && held(k, ALT);
	u32 self = modifier(k->prefix, code);
	u32 lock = self == CAPS_KEY ? KEY_LED_CAPS :
		   self == NUM_KEY ? KEY_LED_NUM : 0;
	bool repeated = k->down & self;

	k->down |= (u8)self;
	if (code == SCAN_DELETE && ctrl_alt)
		return KEY_REBOOT;
	if (lock) {
		k->leds ^= repeated ? 0 : (u8)lock;
		return repeated ? KEY_NOTHING : KEY_LEDS;
	}
	*len = key_text(k, code, out);
	return *len ? KEY_TEXT : KEY_NOTHING;
}

enum key_action keymap_scan(struct keymap *k, u8 scan, u8 *out, u32 *len)
{
	enum key_action action = KEY_NOTHING;

	*len = 0;
	if (k->skip) {
		k->skip--;
		return KEY_NOTHING;
	}
	if (scan == PREFIX) {
		k->prefix = scan;
		return KEY_NOTHING;
	}
	if (scan == PAUSE_PREFIX)
		k->skip = PAUSE_BYTES;
	else if (scan & RELEASE)
		k->down &= (u8)~modifier(k->prefix, scan & 0x7f);
	else
		action = pressed(k, scan, out, len);
	k->prefix = 0;
	return action;
}
