/*
 * drivers/ps2.c - the PS/2 controller and its keyboard
 *
 * What:  finds the 8042, lets it translate to scan code set 1, takes its
 *        interrupt, sets the lights. Most firmware shows USB keyboards there
 *        as well, until a driver takes the USB controller.
 * Locks: ps2.lock (RANK_TTY_INPUT, interrupts off): the conversation about
 *        the lights, which any keyboard's keys may begin. The rest is the
 *        interrupt's alone.
 * Life:  probed once at boot. Every wait has a bound; ports that read all ones
 *        are no controller.
 * Not:   what keys mean (keyboard.c, keymap.c).
 * See:   Intel 8042 data sheet; IBM PS/2 Technical Reference, "Keyboard and
 *        Auxiliary Device Controller", "Keyboard".
 */
#include <drivers/keyboard.h>

#include <arch/clock.h>
#include <arch/irq.h>
#include <core/printk.h>
#include <core/spinlock.h>

#define KEYBOARD_IRQ 1
#define PORT_DATA 0x60
#define PORT_STATUS 0x64	/* read */
#define PORT_COMMAND 0x64	/* write */

#define STATUS_OUTPUT_FULL 0x01
#define STATUS_INPUT_FULL 0x02
#define STATUS_FROM_MOUSE 0x20

#define COMMAND_READ_CONFIG 0x20
#define COMMAND_WRITE_CONFIG 0x60
#define COMMAND_MOUSE_OFF 0xa7
#define COMMAND_KEYBOARD_OFF 0xad
#define COMMAND_KEYBOARD_ON 0xae

#define CONFIG_KEYBOARD_IRQ 0x01
#define CONFIG_MOUSE_IRQ 0x02
#define CONFIG_KEYBOARD_OFF 0x10
#define CONFIG_TRANSLATE 0x40

#define KEYBOARD_SET_LEDS 0xed
#define KEYBOARD_SCAN_ON 0xf4
#define KEYBOARD_ACK 0xfa
#define KEYBOARD_RESEND 0xfe

#define STEP_US 10u
#define CONTROLLER_STEPS 2000u	/* 20 ms; it answers in less than one */
#define KEYBOARD_STEPS 5000u	/* 50 ms; the keyboard must within 20 */
#define IRQ_STEPS 10u		/* 100 us */
#define DRAIN_BYTES 64u
#define IRQ_BYTES 16u		/* taken by one interrupt */
#define MAX_RESENDS 3u

/* The command that sets the lights is two bytes, each acknowledged. */
enum leds_state {
	LEDS_IDLE,
	LEDS_COMMAND,		/* its first byte is sent */
	LEDS_VALUE,		/* its second one */
};

static void leds_changed(struct keyboard *k, u8 leds);

static struct {
	struct keyboard keyboard;
	struct spinlock lock;
	enum leds_state leds_state;		/* [lock] */
	u8 leds_wanted;				/* [lock] */
	u8 leds_sent;				/* [lock] what it has */
	u32 resends;				/* [lock] */
} ps2 = {
	.keyboard.leds = leds_changed,
	.lock = SPINLOCK_INIT("ps2", RANK_TTY_INPUT),
};

static bool input_free(u32 steps)
{
	for (u32 i = 0; i < steps; i++) {
		if (!(io_in8(PORT_STATUS) & STATUS_INPUT_FULL))
			return true;
		clock_delay_us(STEP_US);
	}
	return false;
}

static bool send_command(u8 command)
{
	if (!input_free(CONTROLLER_STEPS))
		return false;
	io_out8(PORT_COMMAND, command);
	return true;
}

static bool send_data(u8 data)
{
	if (!input_free(CONTROLLER_STEPS))
		return false;
	io_out8(PORT_DATA, data);
	return true;
}

/* The next byte, or -1 when none comes in time. */
static int receive(u32 steps)
{
	for (u32 i = 0; i < steps; i++) {
		if (io_in8(PORT_STATUS) & STATUS_OUTPUT_FULL)
			return io_in8(PORT_DATA);
		clock_delay_us(STEP_US);
	}
	return -1;
}

/* What was typed before, and what a missing controller seems to hold. */
static void drain(void)
{
	for (u32 i = 0; i < DRAIN_BYTES; i++) {
		if (!(io_in8(PORT_STATUS) & STATUS_OUTPUT_FULL))
			return;
		io_in8(PORT_DATA);
	}
}

static bool write_config(u8 config)
{
	return send_command(COMMAND_WRITE_CONFIG) && send_data(config);
}

/* Is there a controller? *@config: its setting, quiet. */
static bool probe(u8 *config)
{
	int old;

	if (io_in8(PORT_STATUS) == 0xff)
		return false;
	if (!send_command(COMMAND_KEYBOARD_OFF) ||
	    !send_command(COMMAND_MOUSE_OFF))
		return false;
	drain();
	if (!send_command(COMMAND_READ_CONFIG))
		return false;
	old = receive(CONTROLLER_STEPS);
	if (old < 0)
		return false;
	*config = (u8)old;
	*config &= (u8)~(CONFIG_KEYBOARD_IRQ | CONFIG_MOUSE_IRQ |
			 CONFIG_KEYBOARD_OFF);
	*config |= CONFIG_TRANSLATE;
	return write_config(*config) && send_command(COMMAND_KEYBOARD_ON);
}

/* A keyboard that is plugged in later scans without being asked. */
static bool scanning_on(void)
{
	drain();
	if (!send_data(KEYBOARD_SCAN_ON))
		return false;
	for (u32 i = 0; i < IRQ_BYTES; i++) {
		int answer = receive(KEYBOARD_STEPS);

		if (answer < 0 || answer == KEYBOARD_ACK)
			return answer == KEYBOARD_ACK;
	}
	return false;
}

/* In the interrupt nobody waits long: a light that stays wrong is better. */
static void send_leds(enum leds_state state, u8 byte)
{
	ps2.leds_state = LEDS_IDLE;
	if (!input_free(IRQ_STEPS))
		return;
	io_out8(PORT_DATA, byte);
	ps2.leds_state = state;
}

static void start_leds(void)
{
	ps2.resends = 0;
	send_leds(LEDS_COMMAND, KEYBOARD_SET_LEDS);
}

/* An answer that is late begins the conversation anew; one that never comes
 * must not end it for ever, so a pending one is not waited for. */
static void leds_changed(struct keyboard *k UNUSED, u8 leds)
{
	u64 flags = spin_lock_irqsave(&ps2.lock);

	ps2.leds_wanted = leds;
	start_leds();
	spin_unlock_irqrestore(&ps2.lock, flags);
}

static void leds_acknowledged(void)
{
	switch (ps2.leds_state) {
	case LEDS_IDLE:
		break;
	case LEDS_COMMAND:
		ps2.leds_sent = ps2.leds_wanted;
		send_leds(LEDS_VALUE, ps2.leds_sent);
		break;
	case LEDS_VALUE:
		ps2.leds_state = LEDS_IDLE;
		if (ps2.leds_sent != ps2.leds_wanted)
			start_leds();
		break;
	}
}

static void leds_again(void)
{
	if (++ps2.resends > MAX_RESENDS)
		ps2.leds_state = LEDS_IDLE;
	else
		send_leds(LEDS_COMMAND, KEYBOARD_SET_LEDS);
}

/* Answers to the lights command come between the keys; as keys they would be
 * releases of keys that no keyboard has. */
static bool is_answer(u8 byte)
{
	bool answer = true;

	spin_lock(&ps2.lock);
	if (byte == KEYBOARD_ACK)
		leds_acknowledged();
	else if (byte == KEYBOARD_RESEND && ps2.leds_state != LEDS_IDLE)
		leds_again();
	else
		answer = false;
	spin_unlock(&ps2.lock);
	return answer;
}

static void take(u8 byte)
{
	if (!is_answer(byte))
		keyboard_type(&ps2.keyboard, &byte, 1);
}

static void ps2_irq(void *unused)
{
	(void)unused;
	for (u32 i = 0; i < IRQ_BYTES; i++) {
		u8 status = io_in8(PORT_STATUS);
		u8 byte;

		if (!(status & STATUS_OUTPUT_FULL) || status == 0xff)
			break;
		byte = io_in8(PORT_DATA);
		if (!(status & STATUS_FROM_MOUSE))
			take(byte);
	}
}

void ps2_init(void)
{
	u8 config;
	bool answers;

	if (!probe(&config)) {
		pr_info("keyboard: no PS/2 controller\n");
		return;
	}
	answers = scanning_on();
	if (irq_register_isa(KEYBOARD_IRQ, ps2_irq, NULL)) {
		pr_warn("keyboard: no interrupt\n");
		return;
	}
	drain();
	if (!write_config(config | CONFIG_KEYBOARD_IRQ)) {
		pr_warn("keyboard: the controller is stuck\n");
		return;
	}
	keyboard_add(&ps2.keyboard);
	pr_info("keyboard: PS/2%s\n", answers ? "" : ", none answers yet");
}
