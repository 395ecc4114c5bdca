/*
 * include/drivers/keyboard.h - keyboards, their keys, and whom they type for
 */
#ifndef DRIVERS_KEYBOARD_H
#define DRIVERS_KEYBOARD_H

#include <lib/list.h>
#include <lib/types.h>

/* Whom keyboards type for. All are called with interrupts off, and with the
 * lock of all keyboards held. */
struct keyboard_user {
	void (*input)(const u8 *data, u32 len);
	/* Do arrow keys send ESC O instead of ESC [? */
	bool (*application_cursor)(void);
	/* Ctrl-Alt-Del: arrange for a call of keyboard_call_hook. */
	void (*reboot_keys)(void);
};

/* Keys go to @user (borrowed for ever) from now on; looks for a PS/2 keyboard.
 * Without any nothing happens. Context: task. */
OPTIONAL void keyboard_init(const struct keyboard_user *user);
/* ps2.c: look for the controller and start its interrupt. Context: task. */
OPTIONAL void ps2_init(void);
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
	u8 down_elsewhere;	/* set by the caller: on other keyboards */
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

/* A keyboard of any kind. */
struct keyboard {
	struct list link;	/* [keyboards.lock] */
	struct keymap keymap;	/* [keyboards.lock] */
	/* [I] The lights are to be KEY_LED_*. Called with interrupts off and
	 * the lock of all keyboards held: it may begin, but not wait. */
	void (*leds)(struct keyboard *k, u8 leds);
};

/*
 * keyboard_add - @k, of which leds is set, may type; its lights are set
 * @k: borrowed until keyboard_remove, which lets go of its modifiers
 * Context: any
 */
void keyboard_add(struct keyboard *k);
void keyboard_remove(struct keyboard *k);
/*
 * keyboard_type - keys were pressed or released
 * @scan:   @len bytes of scan code set 1; a code may be spread over calls
 * Context: any
 */
void keyboard_type(struct keyboard *k, const u8 *scan, u32 len);

#endif
