/*
 * drivers/keyboard.h - the PS/2 keyboard, for the screen
 */
#ifndef DRIVERS_KEYBOARD_H
#define DRIVERS_KEYBOARD_H

#include <lib/types.h>

/* Whom the keyboard types for. All are called in interrupt context. */
struct keyboard_user {
	void (*input)(const u8 *data, u32 len);
	/* Do arrow keys send ESC O instead of ESC [? */
	bool (*application_cursor)(void);
	/* Ctrl-Alt-Del: arrange for a call of keyboard_call_hook. */
	void (*reboot_keys)(void);
};

/* Look for the controller and start its interrupt. Without one, or without a
 * keyboard, nothing happens. @user: borrowed for ever. Context: task. */
OPTIONAL void keyboard_init(const struct keyboard_user *user);
/* What keyboard_set_cad_hook set, if anything. Context: task. */
OPTIONAL void keyboard_call_hook(void);

/* keymap.c: from scan codes to characters. */

/* Which lights should be on: bits of the set-lights command. */
#define KEY_LED_NUM 2u
#define KEY_LED_CAPS 4u

/* Longest text of one key. */
#define KEY_TEXT_MAX 8u

struct keymap {
	u8 prefix;		/* 0xe0 seen */
	u8 skip;		/* bytes of the pause key to come */
	u8 leds;		/* KEY_LED_* */
	u8 down;		/* modifiers held, see keymap.c */
	bool application_cursor;	/* set by the caller */
};

enum key_action {
	KEY_NOTHING,
	KEY_TEXT,		/* characters came out */
	KEY_LEDS,		/* the lights change */
	KEY_REBOOT,		/* Ctrl-Alt-Del */
};

/*
 * keymap_scan - one byte of scan code set 1
 * @text: KEY_TEXT_MAX bytes; filled for KEY_TEXT
 * @len:  how many
 */
enum key_action keymap_scan(struct keymap *k, u8 scan, u8 *text, u32 *len);

#endif
