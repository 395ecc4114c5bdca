/*
 * drivers/usb/xhci_ring.c - rings of requests, and the ring of events
 *
 * What:  a ring's entry belongs to the controller when its cycle bit is the
 *        ring's; the bit's meaning changes at each turn. Events are taken by
 *        the controller's thread alone, wherever it waits: so the keys of one
 *        device come through while another is enumerated.
 * See:   xHCI 1.2, sections 4.9, 4.11.5.1, 5.5.2.
 */
#include "xhci.h"

#include <arch/clock.h>
#include <core/printk.h>
#include <lib/string.h>

#define SLICE_NS (100 * (u64)NSEC_PER_MSEC)	/* one interrupt may be lost */
/* Without interrupts: while something is waited for, and for keys. */
#define BUSY_POLL_NS (1 * (u64)NSEC_PER_MSEC)
#define IDLE_POLL_NS (8 * (u64)NSEC_PER_MSEC)
#define NEVENTS (PAGE_SIZE / sizeof(struct xhci_trb))

void xhci_ring_init(struct xhci_ring *r, struct xhci_trb *trbs, paddr_t pa,
		    u32 n)
{
	memset(trbs, 0, n * sizeof(*trbs));
	trbs[n - 1].parameter = pa;
	*r = (struct xhci_ring){ .trbs = trbs, .pa = pa, .n = n, .cycle = 1 };
}

/* The entry is the controller's from here on: its other words first. */
static void hand_over(struct xhci_trb *t, u32 control)
{
	store_release(&t->control, control);
}

paddr_t xhci_ring_put(struct xhci_ring *r, struct xhci_trb trb)
{
	struct xhci_trb *t = &r->trbs[r->at];
	paddr_t pa = r->pa + r->at * sizeof(*t);

	t->parameter = trb.parameter;
	t->status = trb.status;
	hand_over(t, trb.control | r->cycle);
	if (++r->at == r->n - 1) {
		hand_over(&r->trbs[r->at],
			  TRB_TYPE(TRB_LINK) | TRB_TOGGLE | r->cycle);
		r->at = 0;
		r->cycle ^= 1;
	}
	return pa;
}

void xhci_doorbell(struct xhci *x, u32 slot, u32 dci)
{
	smp_mb();		/* the ring before the bell */
	reg_write(x->doorbells, 4 * slot, dci);
}

void xhci_fail(struct xhci *x, const char *why)
{
	if (!x->dead)
		pr_err("usb: controller %u %s; given up\n", x->number, why);
	x->dead = true;
}

static void command_event(struct xhci *x, const struct xhci_trb *e)
{
	if (e->parameter != x->command_at &&
	    TRB_CODE_OF(e->status) != CODE_RING_STOPPED)
		return;
	x->command_status = e->status;
	x->command_slot = TRB_SLOT_OF(e->control);
	x->command_done = true;
}

static void take_event(struct xhci *x, const struct xhci_trb *e)
{
	u32 port;

	switch (TRB_TYPE_OF(e->control)) {
	case TRB_TRANSFER_EVENT:
		xhci_transfer_event(x, e);
		break;
	case TRB_COMMAND_EVENT:
		command_event(x, e);
		break;
	case TRB_PORT_EVENT:
		port = (u32)(e->parameter >> 24) & 0xff;
		bitmap_set(x->ports_changed, port);
		break;
	}
}

/* All events that there are. Return: how many. */
static u32 take_events(struct xhci *x)
{
	struct xhci_trb *ring = x->event_page.va;
	u32 n = 0;

	/* At most a turn: one that overflows for ever is not waited for. */
	for (; n < NEVENTS; n++) {
		struct xhci_trb *t = &ring[x->event_at];
		struct xhci_trb e;

		e.control = load_acquire(&t->control);
		if ((e.control & TRB_CYCLE) != x->event_cycle)
			break;
		e.parameter = t->parameter;
		e.status = t->status;
		take_event(x, &e);
		if (++x->event_at == NEVENTS) {
			x->event_at = 0;
			x->event_cycle ^= 1;
		}
	}
	return n;
}

/* Take what is there, let it interrupt again. Return: events. */
static u32 pump(struct xhci *x)
{
	u32 status = reg_read(x->op, XHCI_USBSTS);
	u32 n;

	if (status == U32_MAX || (status & (USBSTS_SYSTEM_ERROR |
					    USBSTS_ERROR | USBSTS_HALTED))) {
		xhci_fail(x, status == U32_MAX ? "is gone" : "stopped");
		return 0;
	}
	if (status & USBSTS_EVENT)
		reg_write(x->op, XHCI_USBSTS, USBSTS_EVENT);
	if (reg_read(x->run, XHCI_IMAN) & IMAN_PENDING)
		reg_write(x->run, XHCI_IMAN, IMAN_PENDING | IMAN_ENABLE);
	n = take_events(x);
	reg_write64(x->run, XHCI_ERDP, (x->event_page.pa +
		    x->event_at * sizeof(struct xhci_trb)) | ERDP_BUSY);
	return n;
}

void xhci_kick(struct xhci *x)
{
	WRITE_ONCE(x->irq, 1);
	wait_queue_wake(&x->wake, 0, 0);
}

void xhci_irq(void *arg)
{
	struct xhci *x = arg;

	WRITE_ONCE(x->irqs, x->irqs + 1);
	xhci_kick(x);
}

/* Sleep until the next interrupt, or until it is time to look. Interruptibly
 * so as not to count as load; nobody signals the thread. */
static void sleep(struct xhci *x, bool busy, u64 deadline_ns)
{
	u64 now = clock_now_ns();
	u64 poll = x->polled ? (busy ? BUSY_POLL_NS : IDLE_POLL_NS) : SLICE_NS;

	if (busy || x->polled)
		deadline_ns = min(deadline_ns, now + poll);
	(void)wait_event_state(&x->wake, READ_ONCE(x->irq),
			       THREAD_INTERRUPTIBLE, deadline_ns);
}

int xhci_wait(struct xhci *x, const bool *done, u64 deadline_ns)
{
	for (;;) {
		bool kicked = xchg(&x->irq, 0);
		u32 n = pump(x);

		if (x->dead)
			return -EIO;
		x->again |= kicked || n;
		if (done ? *done : kicked || n)
			return 0;
		if (clock_now_ns() >= deadline_ns)
			return -ETIMEDOUT;
		sleep(x, done, deadline_ns);
	}
}

void usb_sleep_ms(struct xhci *x, u32 ms)
{
	bool never = false;

	(void)xhci_wait(x, &never, clock_now_ns() + ms * (u64)NSEC_PER_MSEC);
}
