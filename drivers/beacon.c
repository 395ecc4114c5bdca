/*
 * drivers/beacon.c - signs of life and death without screen and serial port
 *
 * What:  one tone when the machine has booted and nobody can read so; after a
 *        panic the lights of keyboards, on and off each second, and with the
 *        first of them tones.
 * Locks: none. In a panic nobody else runs; at boot only the speaker is used,
 *        and by the time it sounds, channel 2 of the PIT is no clock any more.
 * Life:  nothing is kept. Every wait has a bound, and ports that read all
 *        ones, as those do that are not there, are left alone.
 * Not:   how USB keyboards are told: drivers/usb/usb.c.
 * See:   docs/hardware.md; Intel 8042, 8254 data sheets; IBM PC AT Technical
 *        Reference, "System board", port 61h.
 */
#include <core/panic.h>
#include <drivers/drivers.h>

#include <arch/clock.h>
#include <arch/irq.h>
#include <sched/wait.h>
#include <uapi/time.h>

#define PORT_DATA 0x60
#define PORT_STATUS 0x64
#define STATUS_OUTPUT_FULL 0x01
#define STATUS_INPUT_FULL 0x02
#define KEYBOARD_SET_LEDS 0xed
#define KEYBOARD_ACK 0xfa
#define LEDS_ALL 7

#define STEP_US 10u
#define STEPS 2000u		/* 20 ms */
#define MAX_BYTES 16u		/* that are not the answer */

#define PIT_CHANNEL2 0x42
#define PIT_COMMAND 0x43
#define PIT_SQUARE_WAVE 0xb6	/* channel 2, two bytes, mode 3 */
#define PIT_HZ 1193182u
#define PORT_B 0x61
#define PORT_B_SPEAKER 0x03	/* the gate of channel 2, and its way out */

#define TONE_HZ 880u
#define TONE_ALIVE_NS (150 * (u64)NSEC_PER_MSEC)
#define TONES_OF_DEATH 4u	/* nobody bears more */

/* Wait for a bit of the status to become @bits. */
static bool status_becomes(u8 mask, u8 bits)
{
	for (u32 i = 0; i < STEPS; i++) {
		u8 status = io_in8(PORT_STATUS);

		if (status == 0xff)
			return false;
		if ((status & mask) == bits)
			return true;
		clock_delay_us(STEP_US);
	}
	return false;
}

/* Tell the keyboard a byte. True: it has it. */
static bool keyboard_tell(u8 byte)
{
	if (!status_becomes(STATUS_INPUT_FULL, 0))
		return false;
	io_out8(PORT_DATA, byte);
	for (u32 i = 0; i < MAX_BYTES; i++) {
		if (!status_becomes(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL))
			return false;
		if (io_in8(PORT_DATA) == KEYBOARD_ACK)
			return true;
	}
	return false;
}

static void speaker(bool on)
{
	u8 b = io_in8(PORT_B) & (u8)~PORT_B_SPEAKER;

	if (on) {
		io_out8(PIT_COMMAND, PIT_SQUARE_WAVE);
		io_out8(PIT_CHANNEL2, (u8)(PIT_HZ / TONE_HZ));
		io_out8(PIT_CHANNEL2, (u8)(PIT_HZ / TONE_HZ >> 8));
		b |= PORT_B_SPEAKER;
	}
	io_out8(PORT_B, b);
}

static void show_panic(bool on)
{
	static u32 ntones;

	if (!on)
		speaker(false);
	else if (ntones++ < TONES_OF_DEATH)
		speaker(true);
	if (keyboard_tell(KEYBOARD_SET_LEDS))
		(void)keyboard_tell(on ? LEDS_ALL : 0);
	if (usb_show_panic)
		usb_show_panic(on);
}

void beacon_init(void)
{
	panic_show = show_panic;
}

void beacon_alive(void)
{
	speaker(true);
	thread_set_state(THREAD_UNINTERRUPTIBLE);
	(void)schedule_timeout(clock_now_ns() + TONE_ALIVE_NS);
	speaker(false);
}
