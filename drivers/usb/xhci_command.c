/*
 * drivers/usb/xhci_command.c - what the controller is told about devices
 *
 * What:  one command at a time: slots, addresses, endpoints. The contexts that
 *        go with a command are written into one page that all share.
 * Not:   transfers (xhci_transfer.c).
 * See:   xHCI 1.2, sections 4.6, 6.2.
 */
#include "xhci.h"

#include <arch/clock.h>
#include <core/printk.h>
#include <lib/string.h>

#define COMMAND_NS (5 * (u64)NSEC_PER_SEC)
#define ABORT_NS (1 * (u64)NSEC_PER_SEC)

/* Input context: what the command adds; then the slot, then endpoints. */
#define INPUT_ADD 1u			/* word */
#define INPUT_SLOT 1u			/* context */
#define INPUT_ENDPOINT(dci) ((dci) + 1)

/* Slot context, words 0 to 2. */
#define SLOT_SPEED(v) ((u32)(v) << 20)
#define SLOT_HUB (1u << 26)
#define SLOT_ENTRIES(n) ((u32)(n) << 27)
#define SLOT_ROOT_PORT(p) ((u32)(p) << 16)
#define SLOT_PORTS(n) ((u32)(n) << 24)
#define SLOT_TT_PORT(p) ((u32)(p) << 8)
#define SLOT_TT_THINK(t) ((u32)(t) << 16)

/* Endpoint context, words 0, 1 and 4. */
#define ENDPOINT_INTERVAL(e) ((u32)(e) << 16)
#define ENDPOINT_ERRORS (3u << 1)	/* tries of a packet */
#define ENDPOINT_TYPE(t) ((u32)(t) << 3)
#define ENDPOINT_PACKET(n) ((u32)(n) << 16)
#define ENDPOINT_LOAD(n) ((u32)(n) << 16)	/* bytes an interval */
#define TYPE_CONTROL 4u
#define TYPE_INTERRUPT_IN 7u
#define RING_CYCLE 1u

/* A command that never ends is taken back; then the ring is empty. */
static int abort_command(struct xhci *x)
{
	u64 end = clock_now_ns() + ABORT_NS;

	x->command_done = false;
	x->command_at = 0;
	reg_write64(x->op, XHCI_CRCR, CRCR_ABORT);
	(void)xhci_wait(x, &x->command_done, end);
	if (x->dead || (reg_read(x->op, XHCI_CRCR) & CRCR_RUNNING)) {
		xhci_fail(x, "does not answer");
		return -EIO;
	}
	xhci_ring_init(&x->commands, x->commands.trbs, x->commands.pa,
		       x->commands.n);
	reg_write64(x->op, XHCI_CRCR, x->commands.pa | CRCR_CYCLE);
	return -ETIMEDOUT;
}

static int command(struct xhci *x, enum xhci_trb_type type, u64 parameter,
		   u32 flags)
{
	struct xhci_trb trb = {
		.parameter = parameter,
		.control = TRB_TYPE(type) | flags,
	};

	if (x->dead)
		return -EIO;
	x->command_done = false;
	x->command_at = xhci_ring_put(&x->commands, trb);
	xhci_doorbell(x, 0, 0);
	if (xhci_wait(x, &x->command_done, clock_now_ns() + COMMAND_NS))
		return abort_command(x);
	if (TRB_CODE_OF(x->command_status) == CODE_SUCCESS)
		return 0;
	pr_debug("usb: controller %u: command %u failed with code %u\n",
		 x->number, type, TRB_CODE_OF(x->command_status));
	return -EIO;
}

int xhci_no_op(struct xhci *x)
{
	return command(x, TRB_NO_OP, 0, 0);
}

int xhci_enable_slot(struct xhci *x, u8 *slot)
{
	int err = command(x, TRB_ENABLE_SLOT, 0, 0);

	if (err)
		return err;
	if (!x->command_slot || x->command_slot > x->nslots ||
	    x->slots[x->command_slot]) {
		xhci_fail(x, "gave a slot that it does not have");
		return -EIO;
	}
	*slot = (u8)x->command_slot;
	return 0;
}

static u64 *context_of(const struct usb_device *d)
{
	return (u64 *)d->x->contexts.va + d->slot;
}

void xhci_disable_slot(struct usb_device *d)
{
	struct xhci *x = d->x;

	if (command(x, TRB_DISABLE_SLOT, 0, TRB_SLOT(d->slot)) && !x->dead)
		xhci_fail(x, "does not let go of a device");
	*context_of(d) = 0;
	x->slots[d->slot] = NULL;
}

/* Context @i of the shared input, and all of it for a new command that adds
 * the contexts @add. */
static u32 *input_context(struct xhci *x, u32 i)
{
	return (u32 *)((u8 *)x->input.va + i * x->context_bytes);
}

static void input_begin(struct xhci *x, u32 add)
{
	memset(x->input.va, 0, PAGE_SIZE);
	input_context(x, 0)[INPUT_ADD] = add;
}

static void input_slot(struct usb_device *d, u32 entries)
{
	u32 *c = input_context(d->x, INPUT_SLOT);

	c[0] = d->route | SLOT_SPEED(d->speed) | SLOT_ENTRIES(entries);
	c[1] = SLOT_ROOT_PORT(d->root_port);
	c[2] = d->tt_slot | SLOT_TT_PORT(d->tt_port);
	if (!d->hub_ports)
		return;
	c[0] |= SLOT_HUB;
	c[1] |= SLOT_PORTS(d->hub_ports);
	c[2] |= SLOT_TT_THINK(d->hub_think_time);
}

static void input_control(struct usb_device *d)
{
	u32 *c = input_context(d->x, INPUT_ENDPOINT(XHCI_DCI_CONTROL));
	u64 ring = d->control.pa | RING_CYCLE;

	c[1] = ENDPOINT_ERRORS | ENDPOINT_TYPE(TYPE_CONTROL) |
	       ENDPOINT_PACKET(d->control_packet);
	c[2] = (u32)ring;
	c[3] = (u32)(ring >> 32);
	c[4] = sizeof(struct usb_setup);	/* average */
}

/* log2 of the interval in units of 125 us (section 6.2.3.6). */
static u32 interval(const struct usb_device *d)
{
	u32 n = max(d->function.interval, 1);

	if (d->speed != USB_FULL && d->speed != USB_LOW)
		return min(n, 16u) - 1;
	return 3 + 31 - (u32)__builtin_clz(n);
}

static void input_reports(struct usb_device *d)
{
	u32 *c = input_context(d->x, INPUT_ENDPOINT(xhci_dci_reports(d)));
	u64 ring = d->reports.pa | RING_CYCLE;

	c[0] = ENDPOINT_INTERVAL(interval(d));
	c[1] = ENDPOINT_ERRORS | ENDPOINT_TYPE(TYPE_INTERRUPT_IN) |
	       ENDPOINT_PACKET(d->function.packet);
	c[2] = (u32)ring;
	c[3] = (u32)(ring >> 32);
	c[4] = d->function.packet | ENDPOINT_LOAD(d->function.packet);
}

int xhci_address_device(struct usb_device *d)
{
	struct xhci *x = d->x;

	*context_of(d) = d->memory.pa;
	x->slots[d->slot] = d;
	input_begin(x, BIT(0) | BIT(XHCI_DCI_CONTROL));
	input_slot(d, XHCI_DCI_CONTROL);
	input_control(d);
	return command(x, TRB_ADDRESS_DEVICE, x->input.pa, TRB_SLOT(d->slot));
}

int xhci_update_packet(struct usb_device *d)
{
	struct xhci *x = d->x;

	input_begin(x, BIT(XHCI_DCI_CONTROL));
	input_control(d);
	return command(x, TRB_EVALUATE_CONTEXT, x->input.pa,
		       TRB_SLOT(d->slot));
}

int xhci_configure(struct usb_device *d)
{
	struct xhci *x = d->x;
	u32 dci = xhci_dci_reports(d);

	input_begin(x, (u32)(BIT(0) | BIT(dci)));
	input_slot(d, dci);
	input_reports(d);
	return command(x, TRB_CONFIGURE_ENDPOINT, x->input.pa,
		       TRB_SLOT(d->slot));
}

int xhci_restart_endpoint(struct usb_device *d, u32 dci, bool halted)
{
	struct xhci_ring *r = dci == XHCI_DCI_CONTROL ? &d->control :
							&d->reports;
	u32 where = TRB_SLOT(d->slot) | TRB_ENDPOINT(dci);
	int err = command(d->x, halted ? TRB_RESET_ENDPOINT :
					 TRB_STOP_ENDPOINT, 0, where);

	if (err)
		return err;
	xhci_ring_init(r, r->trbs, r->pa, r->n);
	return command(d->x, TRB_SET_DEQUEUE, r->pa | RING_CYCLE, where);
}
