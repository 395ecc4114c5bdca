/*
 * drivers/keyboard.c - all keyboards of the machine as one
 *
 * What:  drivers of keyboards give scan codes; what they mean goes to the
 *        screen's terminal. A modifier held on one keyboard counts for the
 *        keys of all, and all show the same lights.
 * Locks: keyboards.lock (RANK_KEYBOARD, interrupts off): the list, the
 *        keymaps, the lights. The hook is atomic.
 * Life:  a keyboard is its driver's memory, between keyboard_add and
 *        keyboard_remove.
 * Not:   what keys mean (keymap.c); devices (ps2.c, usb/hid_keyboard.c).
 */
#include <drivers/keyboard.h>

#include <core/spinlock.h>
#include <drivers/drivers.h>
#include <lib/atomic.h>

static struct {
	struct spinlock lock;
	struct list all;			/* [lock] */
	const struct keyboard_user *user;	/* [lock] NULL at first */
	u8 leds;				/* [lock] KEY_LED_* */
} keyboards = {
	.lock = SPINLOCK_INIT("keyboards", RANK_KEYBOARD),
	.all = LIST_INIT(keyboards.all),
};

static void (*cad_hook)(void);		/* [a] */

void keyboard_set_cad_hook(void (*hook)(void))
{
	store_release(&cad_hook, hook);
}

void keyboard_call_hook(void)
{
	void (*hook)(void) = load_acquire(&cad_hook);

	if (hook)
		hook();
}

static void set_leds(u8 leds)
{
	struct keyboard *k;

	keyboards.leds = leds;
	for_each_list(k, &keyboards.all, link)
		k->leds(k, leds);
}

/* What is held on the keyboards but @me. */
static u8 held_elsewhere(const struct keyboard *me)
{
	const struct keyboard *k;
	u8 down = 0;

	for_each_list(k, &keyboards.all, link) {
		if (k != me)
			down |= k->keymap.down;
	}
	return down;
}

static void type(struct keymap *m, u8 scan)
{
	const struct keyboard_user *user = keyboards.user;
	u8 text[KEY_TEXT_MAX];
	u32 len;

	m->application_cursor = user->application_cursor();
	switch (keymap_scan(m, scan, text, &len)) {
	case KEY_NOTHING:
		break;
	case KEY_TEXT:
		user->input(text, len);
		break;
	case KEY_LEDS:
		set_leds(m->leds);
		break;
	case KEY_REBOOT:
		user->reboot_keys();
		break;
	}
}

void keyboard_type(struct keyboard *k, const u8 *scan, u32 len)
{
	u64 flags = spin_lock_irqsave(&keyboards.lock);

	k->keymap.leds = keyboards.leds;
	k->keymap.down_elsewhere = held_elsewhere(k);
	for (u32 i = 0; i < len && keyboards.user; i++)
		type(&k->keymap, scan[i]);
	spin_unlock_irqrestore(&keyboards.lock, flags);
}

void keyboard_add(struct keyboard *k)
{
	u64 flags = spin_lock_irqsave(&keyboards.lock);

	k->keymap = (struct keymap){ 0 };
	list_add_tail(&keyboards.all, &k->link);
	k->leds(k, keyboards.leds);
	spin_unlock_irqrestore(&keyboards.lock, flags);
}

void keyboard_remove(struct keyboard *k)
{
	u64 flags = spin_lock_irqsave(&keyboards.lock);

	list_del(&k->link);
	spin_unlock_irqrestore(&keyboards.lock, flags);
}

void keyboard_init(const struct keyboard_user *user)
{
	u64 flags = spin_lock_irqsave(&keyboards.lock);

	keyboards.user = user;
	spin_unlock_irqrestore(&keyboards.lock, flags);
	if (ps2_init)
		ps2_init();
}
