/*
 * drivers/screen.c - the text screen as log sink and terminal
 *
 * What:  joins a display, the terminal emulation and the keyboard to tty1.
 *        Only cells that differ from what is shown are drawn. What programs
 *        write goes through a ring to a thread, which draws at most every
 *        15 ms, so that nobody waits for a slow screen; the log is drawn at
 *        once, because the next instruction may be the last.
 * Locks: screen.lock (RANK_CONSOLE, interrupts off): the emulation, what is
 *        shown, the reader's side of the ring; in a panic it is not waited
 *        for. The writer's side is covered by tty->lock. screen.input_lock
 *        (RANK_TTY_INPUT, interrupts off): one producer of input at a time,
 *        because answers of the terminal are typed too.
 * Life:  made once at boot, for ever.
 * Not:   drawing (fbcon.c, egatext.c), control sequences (vt.c), scan codes
 *        (keyboard.c), the line discipline (tty_line.c).
 * See:   console(4), console_codes(4).
 */
#include "screen.h"

#include <arch/boot.h>
#include <arch/clock.h>
#include <core/panic.h>
#include <core/printk.h>
#include <core/spinlock.h>
#include <drivers/tty.h>
#include <lib/ring.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <sched/wait.h>
#include <uapi/kdev.h>
#include "display.h"
#include <drivers/keyboard.h>

#define FRAME_NS (15 * (u64)NSEC_PER_MSEC)
#define OUTPUT_SIZE 8192u
#define CHUNK 256u		/* taken from the ring at once */

/* Work of the thread. */
#define EVENT_OUTPUT 1u
#define EVENT_HALF_FULL 2u	/* do not wait for the end of the frame */
#define EVENT_REBOOT_KEYS 4u

static struct {
	struct spinlock lock;
	bool present;			/* [I] after screen_early */
	struct display display;		/* [I] the same */
	struct vt vt;			/* [lock] */
	struct vt_cell *shown;		/* [lock] rows x cols on the display */
	u32 cursor_row;			/* [lock] where the cursor is shown */
	struct ring output;		/* see above */
	u8 output_data[OUTPUT_SIZE];

	struct spinlock input_lock;
	struct tty *tty;		/* [I] after screen_init */

	bool has_thread;		/* [I] after screen_init */
	u32 events;			/* [a] EVENT_* */
	struct wait_queue wake;		/* the thread */
} screen = {
	.lock = SPINLOCK_INIT("screen", RANK_CONSOLE),
	.input_lock = SPINLOCK_INIT("screen input", RANK_TTY_INPUT),
	.wake = WAIT_QUEUE_INIT(screen.wake),
};

static bool same_cell(struct vt_cell a, struct vt_cell b)
{
	return a.glyph == b.glyph && a.fg == b.fg && a.bg == b.bg;
}

static void paint_row(u32 row)
{
	const struct vt *v = &screen.vt;
	const struct vt_cell *cells = vt_row(v, row);
	struct vt_cell *shown = screen.shown + (size_t)row * v->cols;
	bool has_cursor = v->cursor_visible && row == v->c.y;

	v->dirty[row] = 0;
	for (u32 col = 0; col < v->cols; col++) {
		struct vt_cell cell = cells[col];

		if (has_cursor && col == v->c.x)
			cell.glyph |= VT_CURSOR;
		if (same_cell(cell, shown[col]))
			continue;
		shown[col] = cell;
		screen.display.draw(col, row, cell);
	}
}

/* The rows between which the cursor moves count as changed. [lock] */
static void follow_cursor(void)
{
	struct vt *v = &screen.vt;

	v->dirty[screen.cursor_row] = 1;
	v->dirty[v->c.y] = 1;
	screen.cursor_row = v->c.y;
}

static void paint(void)
{
	follow_cursor();
	for (u32 row = 0; row < screen.vt.rows; row++) {
		if (screen.vt.dirty[row])
			paint_row(row);
	}
}

/* The same, a row at a time, with interrupts between them. */
static void paint_slowly(void)
{
	for (u32 row = 0; row < screen.vt.rows; row++) {
		u64 flags = spin_lock_irqsave(&screen.lock);

		if (row == 0)
			follow_cursor();
		if (screen.vt.dirty[row])
			paint_row(row);
		spin_unlock_irqrestore(&screen.lock, flags);
		cond_resched();
	}
}

/* A piece of what programs wrote. [lock] Return: bytes. */
static u32 emulate_chunk(void)
{
	char chunk[CHUNK];
	u32 n = ring_read(&screen.output, chunk, sizeof(chunk));

	vt_write(&screen.vt, chunk, n);
	return n;
}

/* All that is in the ring now, but not what comes meanwhile. [lock] */
static void emulate_locked(void)
{
	u32 left = ring_used(&screen.output);

	while (left)
		left -= min(left, emulate_chunk());
}

void screen_flush(void)
{
	u64 flags;

	if (!screen.present)
		return;
	flags = spin_lock_irqsave(&screen.lock);
	emulate_locked();
	paint();
	spin_unlock_irqrestore(&screen.lock, flags);
}

static void log_write(const char *text, size_t len)
{
	u64 flags = spin_lock_irqsave(&screen.lock);

	if (panicking())
		vt_recover(&screen.vt);
	emulate_locked();		/* what came before */
	vt_write_log(&screen.vt, text, len);
	paint();
	spin_unlock_irqrestore(&screen.lock, flags);
}

static struct log_sink sink = {
	.name = "tty0",
	.write = log_write,
};

/* Cells no emulation makes, so that the first painting draws all. */
static int screen_alloc(void)
{
	u32 cols = screen.display.cols, rows = screen.display.rows;
	size_t shown_bytes = (size_t)cols * rows * sizeof(*screen.shown);
	void *memory = kmalloc(vt_memory_size(cols, rows));

	screen.shown = kmalloc(shown_bytes);
	if (!memory || !screen.shown) {
		kfree(memory);
		kfree(screen.shown);
		return -ENOMEM;
	}
	memset(screen.shown, 0xff, shown_bytes);
	ring_init(&screen.output, screen.output_data, OUTPUT_SIZE);
	vt_init(&screen.vt, cols, rows, memory);
	return 0;
}

bool screen_early(void)
{
	const struct boot_framebuffer *fb = &boot_info()->fb;
	int err;

	if (!fb->addr)
		return false;
	err = fb->is_text ? egatext_init(fb, &screen.display) :
			    fbcon_init(fb, &screen.display);
	if (!err)
		err = screen_alloc();
	if (err) {
		pr_warn("screen: %ux%u with %u bits at %#lx not usable (%d)\n",
			fb->width, fb->height, fb->bpp, fb->addr, err);
		return false;
	}
	screen.present = true;
	log_sink_add(&sink);
	pr_info("screen: %ux%u characters, %s %ux%u\n", screen.display.cols,
		screen.display.rows, fb->is_text ? "text" : "framebuffer",
		fb->width, fb->height);
	return true;
}

static void request(u32 event)
{
	if (!(__atomic_fetch_or(&screen.events, event, __ATOMIC_SEQ_CST) &
	      event))
		wake_all(&screen.wake);
}

/* Characters typed on the keyboard, or by the terminal itself. */
static void input(const u8 *data, u32 len)
{
	u64 flags = spin_lock_irqsave(&screen.input_lock);

	tty_input(screen.tty, data, len);
	spin_unlock_irqrestore(&screen.input_lock, flags);
}

static void type_reply(void)
{
	u8 reply[VT_MAX_REPLY];
	u64 flags = spin_lock_irqsave(&screen.lock);
	u32 len = screen.vt.reply_len;

	memcpy(reply, screen.vt.reply, len);
	screen.vt.reply_len = 0;
	spin_unlock_irqrestore(&screen.lock, flags);
	if (len)
		input(reply, len);
}

/* Everything in the ring. Context: task. */
static void emulate(void)
{
	u32 n;

	do {
		u64 flags = spin_lock_irqsave(&screen.lock);

		n = emulate_chunk();
		spin_unlock_irqrestore(&screen.lock, flags);
		type_reply();
		cond_resched();
	} while (n);
	tty_output_ready(screen.tty);
}

static size_t screen_write(struct tty *tty, const char *data, size_t len)
{
	(void)tty;
	/* All or nothing: CR LF is not torn. */
	if (!ring_write_all(&screen.output, data, (u32)len))
		len = 0;
	if (!screen.has_thread) {
		emulate();
		paint_slowly();
	} else {
		request(EVENT_OUTPUT);
		if (ring_used(&screen.output) >= OUTPUT_SIZE / 2)
			request(EVENT_HALF_FULL);
	}
	return len;
}

static size_t screen_room(struct tty *tty)
{
	(void)tty;
	return ring_space(&screen.output);
}

static size_t screen_pending(struct tty *tty)
{
	(void)tty;
	return ring_used(&screen.output);
}

static void screen_discard(struct tty *tty)
{
	u64 flags = spin_lock_irqsave(&screen.lock);

	(void)tty;
	ring_drop(&screen.output, OUTPUT_SIZE);
	spin_unlock_irqrestore(&screen.lock, flags);
}

static const struct tty_ops screen_ops = {
	.write = screen_write,
	.room = screen_room,
	.pending = screen_pending,
	.discard = screen_discard,
};

static bool application_cursor(void)
{
	return READ_ONCE(screen.vt.application_cursor);
}

static void reboot_keys(void)
{
	request(EVENT_REBOOT_KEYS);
}

static const struct keyboard_user keyboard_user = {
	.input = input,
	.application_cursor = application_cursor,
	.reboot_keys = reboot_keys,
};

/* Until the end of a frame only emulate, when a program is fast. */
static void finish_frame(u64 end_ns)
{
	while (!wait_event_state(&screen.wake,
				 READ_ONCE(screen.events) & EVENT_HALF_FULL,
				 THREAD_INTERRUPTIBLE, end_ns)) {
		__atomic_fetch_and(&screen.events, ~EVENT_HALF_FULL,
				   __ATOMIC_SEQ_CST);
		emulate();
	}
}

/* Nobody signals it: it sleeps interruptibly so as not to count as load. */
static void screen_thread(void *unused)
{
	(void)unused;
	for (;;) {
		u32 events;

		wait_event_state(&screen.wake, READ_ONCE(screen.events),
				 THREAD_INTERRUPTIBLE, U64_MAX);
		events = xchg(&screen.events, 0);
		if (events & EVENT_REBOOT_KEYS)
			keyboard_call_hook();
		emulate();
		paint_slowly();
		finish_frame(clock_now_ns() + FRAME_NS);
	}
}

int screen_init(struct tty **out)
{
	const struct tty_args args = {
		.name = "tty1",
		.region = "tty",
		.dev = MKDEV(TTY_MAJOR, 1),
		.ops = &screen_ops,
		.flags = TTY_RESET,
		.winsize = {
			.ws_row = (u16)screen.display.rows,
			.ws_col = (u16)screen.display.cols,
		},
	};
	static struct tty_driver drivers[] = {
		{ .name = "/dev/vc/0", .node = "vc/0", .major = TTY_MAJOR,
		  .minor = 0, .type = "system:vtmaster" },
		{ .name = "unknown", .node = "tty", .major = TTY_MAJOR,
		  .minor = 1, .type = "console", .console_name = "tty0",
		  .unblanks = true },
	};
	int err;

	if (!screen.present)
		return -ENODEV;
	err = tty_create(&args, &screen.tty);
	if (err)
		return err;
	drivers[1].console = screen.tty;
	tty_driver_add(&drivers[0]);
	tty_driver_add(&drivers[1]);
	mutex_lock(&screen.tty->lock);
	screen.tty->termios.c_iflag |= IUTF8;
	screen.tty->first.c_iflag |= IUTF8;
	mutex_unlock(&screen.tty->lock);
	if (tty_alias(screen.tty, MKDEV(TTY_MAJOR, 0), "/dev/vc/0"))
		pr_warn("screen: no tty0\n");
	screen.has_thread =
		!kthread_create("screen", screen_thread, NULL, NULL);
	if (keyboard_init)
		keyboard_init(&keyboard_user);
	*out = screen.tty;
	return 0;
}
