/*
 * drivers/usb/xhci.h - the USB controller of PCs
 *
 * What:  its registers and structures in memory, and the parts of the driver
 *        that share them.
 * Locks: none: a controller belongs to its thread; the interrupt only sets
 *        xhci.irq (atomic) and wakes it.
 * Life:  made when it is found; a controller that fails gives everything back
 *        but this structure, which its interrupt may still look at.
 * See:   eXtensible Host Controller Interface for USB, revision 1.2: sections
 *        4.2 (start), 4.6 (commands), 4.9 (rings), 5 (registers), 6 (memory).
 */
#ifndef DRIVERS_USB_XHCI_H
#define DRIVERS_USB_XHCI_H

#include <lib/bitmap.h>
#include <mm/page.h>
#include <sched/wait.h>
#include <drivers/pci.h>
#include "usb.h"

/* Registers, in bytes from their base. Section 5.3: capability. */
#define XHCI_CAP_LENGTH 0x00	/* 7:0 */
#define XHCI_HCSPARAMS1 0x04	/* ports 31:24, slots 7:0 */
#define XHCI_HCSPARAMS2 0x08	/* scratchpad buffers 31:27, 25:21 */
#define XHCI_HCCPARAMS1 0x10
#define XHCI_DBOFF 0x14
#define XHCI_RTSOFF 0x18
#define XHCI_CAP_BYTES 0x20

#define HCC_64BIT 0x01u
#define HCC_LARGE_CONTEXTS 0x04u
#define HCC_PORT_POWER 0x08u
#define HCC_EXTENDED(v) ((v) >> 16 << 2)	/* bytes; 0: none */

/* Section 5.4: operational. */
#define XHCI_USBCMD 0x00
#define XHCI_USBSTS 0x04
#define XHCI_PAGESIZE 0x08
#define XHCI_CRCR 0x18
#define XHCI_DCBAAP 0x30
#define XHCI_CONFIG 0x38
#define XHCI_PORTSC(port) (0x400u + 0x10u * ((port) - 1))

#define USBCMD_RUN 0x1u
#define USBCMD_RESET 0x2u
#define USBCMD_INTERRUPTS 0x4u
#define USBSTS_HALTED 0x1u
#define USBSTS_SYSTEM_ERROR 0x4u
#define USBSTS_EVENT 0x8u
#define USBSTS_NOT_READY 0x800u
#define USBSTS_ERROR 0x1000u
#define CRCR_CYCLE 0x1u
#define CRCR_ABORT 0x4u
#define CRCR_RUNNING 0x8u

/* Section 5.5: runtime, interrupter 0. */
#define XHCI_IMAN 0x20
#define XHCI_IMOD 0x24
#define XHCI_ERSTSZ 0x28
#define XHCI_ERSTBA 0x30
#define XHCI_ERDP 0x38
#define IMAN_PENDING 0x1u
#define IMAN_ENABLE 0x2u
#define IMOD_40_US 160u		/* of 250 ns */
#define ERDP_BUSY 0x8u

/* What rings are made of (section 4.11, 6.4). */
struct xhci_trb {
	u64 parameter;
	u32 status;
	u32 control;
};
static_assert(sizeof(struct xhci_trb) == 16, "xHCI 4.11.1");

#define TRB_CYCLE 0x1u
#define TRB_TOGGLE 0x2u		/* of a link */
#define TRB_SHORT 0x4u		/* an event also if less came */
#define TRB_EVENT 0x20u		/* an event when it is done */
#define TRB_IMMEDIATE 0x40u	/* the parameter is the data */
#define TRB_IN 0x10000u
#define TRB_TYPE(t) ((u32)(t) << 10)
#define TRB_TYPE_OF(control) ((control) >> 10 & 0x3f)
#define TRB_ENDPOINT(dci) ((u32)(dci) << 16)
#define TRB_ENDPOINT_OF(control) ((control) >> 16 & 0x1f)
#define TRB_SLOT(slot) ((u32)(slot) << 24)
#define TRB_SLOT_OF(control) ((control) >> 24)
#define TRB_CODE_OF(status) ((status) >> 24)
#define TRB_LENGTH_OF(status) ((status) & 0xffffff)

enum xhci_trb_type {
	TRB_NORMAL = 1,
	TRB_SETUP,
	TRB_DATA,
	TRB_STATUS,
	TRB_LINK = 6,
	TRB_ENABLE_SLOT = 9,
	TRB_DISABLE_SLOT,
	TRB_ADDRESS_DEVICE,
	TRB_CONFIGURE_ENDPOINT,
	TRB_EVALUATE_CONTEXT,
	TRB_RESET_ENDPOINT,
	TRB_STOP_ENDPOINT,
	TRB_SET_DEQUEUE,
	TRB_NO_OP = 23,
	TRB_TRANSFER_EVENT = 32,
	TRB_COMMAND_EVENT,
	TRB_PORT_EVENT,
};

/* Section 6.4.5. */
enum xhci_code {
	CODE_SUCCESS = 1,
	CODE_STALL = 6,
	CODE_SHORT_PACKET = 13,
	CODE_RING_STOPPED = 24,
	CODE_STOPPED = 26,
	CODE_STOPPED_LENGTH = 27,
	CODE_STOPPED_SHORT = 28,
};

struct xhci_ring {
	struct xhci_trb *trbs;
	paddr_t pa;
	u32 n;			/* entries, the last is the link */
	u32 at;			/* where the next one goes */
	u32 cycle;
};

/* Memory that the controller reads and writes. */
struct xhci_memory {
	struct page *page;
	u32 order;
	void *va;
	paddr_t pa;
};

struct xhci {
	struct xhci *next;		/* [I] */
	struct pci_address pci;		/* [I] */
	u32 number;			/* [I] in the log */
	volatile u8 *cap, *op, *run, *doorbells;	/* [I] */
	u32 nports, nslots;		/* [I] */
	u32 context_bytes;		/* [I] 32 or 64 */
	bool low_memory;		/* [I] it has 32 address bits */
	bool port_power;		/* [I] ports can be switched */
	bool polled;			/* no interrupt comes */
	bool dead;			/* says nothing sensible any more */

	struct xhci_memory contexts;	/* addresses of device contexts */
	struct xhci_memory pads;	/* addresses of scratchpads */
	struct xhci_memory *pad;	/* npads */
	u32 npads;
	struct xhci_memory input;	/* context of the present command */
	struct xhci_memory ring_page;	/* commands, then the event table */
	struct xhci_memory event_page;
	struct xhci_ring commands;
	u32 event_at, event_cycle;

	/* The command that is waited for. */
	paddr_t command_at;
	bool command_done;
	u32 command_status;		/* of its event */
	u32 command_slot;

	struct usb_device **slots;	/* [I] nslots + 1; NULL: none */
	struct list devices;		/* in the order they came */
	bool again;			/* something came meanwhile */
	bool devices_changed;		/* since usb_work began */
	unsigned long ports_changed[BITMAP_WORDS(256)];
	/* At these is something without a use, until it is pulled out. */
	unsigned long ports_ignored[BITMAP_WORDS(256)];

	struct wait_queue wake;
	u32 irq;			/* [a] there may be events */
	u64 irqs;			/* [a] interrupts so far */
};

/* A transfer on the control endpoint that is waited for. */
struct usb_transfer {
	paddr_t setup_at, data_at, status_at;	/* its entries; 0: none */
	bool done;
	u32 code;
	u32 left;		/* bytes that did not come */
};

struct usb_device {
	struct list link;	/* xhci.devices */
	struct xhci *x;
	struct usb_port port;
	char name[USB_NAME_MAX];
	enum usb_speed speed;
	u32 root_port;
	u32 route;		/* section 8.9 of USB 3.2: a digit a hub */
	u32 depth;		/* hubs above it */
	u8 slot;
	u8 tt_slot, tt_port;	/* the high-speed hub that translates; 0 */
	u32 vendor, product;
	u32 control_packet;	/* bytes */
	struct usb_function function;

	struct xhci_memory memory;	/* see struct xhci_device_page */
	struct xhci_ring control, reports;
	struct usb_transfer transfer;
	u32 failures;		/* of the interrupt endpoint, in a row */
	bool failed;		/* it is halted */

	const struct usb_driver *driver;	/* NULL until it is attached */
	void *private;		/* the driver's */
	/* A hub's: */
	u32 hub_ports, hub_think_time, hub_power_ms;
	unsigned long hub_ignored;	/* as xhci.ports_ignored */
};

#define XHCI_DEVICE_TRBS 32u

/* What the controller sees of a device: one page. */
struct xhci_device_page {
	u8 context[2048];		/* at most 32 of 64 bytes */
	struct xhci_trb control[XHCI_DEVICE_TRBS];
	struct xhci_trb reports[XHCI_DEVICE_TRBS];
	u8 data[USB_CONTROL_MAX];
	u8 report[USB_REPORT_MAX];
};
static_assert(sizeof(struct xhci_device_page) <= PAGE_SIZE, "one page");

static inline u32 reg_read(const volatile u8 *base, u32 reg)
{
	return *(const volatile u32 *)(base + reg);
}

static inline void reg_write(volatile u8 *base, u32 reg, u32 v)
{
	*(volatile u32 *)(base + reg) = v;
}

/* The low half first, as controllers with 32 bits want it. */
static inline void reg_write64(volatile u8 *base, u32 reg, u64 v)
{
	reg_write(base, reg, (u32)v);
	reg_write(base, reg + 4, (u32)(v >> 32));
}

/* xhci_start.c */
/* From reset to running, with all it takes. 0, or -errno and *@why. */
int xhci_start(struct xhci *x, const char **why);
/* Halt it, keep it from memory, free everything. */
void xhci_stop(struct xhci *x);

/* xhci_memory.c */
/* 2^@order zeroed pages. 0, -ENOMEM (also: none that it reaches). */
int xhci_alloc(struct xhci *x, u32 order, struct xhci_memory *out);
/* @m may be empty. */
void xhci_free(struct xhci_memory *m);
/* Registers, rings and input of @x. 0 or -ENOMEM; undone by xhci_free_all. */
int xhci_alloc_all(struct xhci *x);
void xhci_free_all(struct xhci *x);

/* xhci_ring.c */
void xhci_ring_init(struct xhci_ring *r, struct xhci_trb *trbs, paddr_t pa,
		    u32 n);
/* Add an entry. Return: its physical address. */
paddr_t xhci_ring_put(struct xhci_ring *r, struct xhci_trb trb);
/* The controller's attention to a slot's endpoint; 0, 0: commands. */
void xhci_doorbell(struct xhci *x, u32 slot, u32 dci);
/*
 * xhci_wait - take events until *@done, or the deadline (clock_now_ns scale)
 * @done:    NULL: return after the first events, or xhci_kick
 * Return:   0, -ETIMEDOUT, -EIO (the controller is dead)
 */
int xhci_wait(struct xhci *x, const bool *done, u64 deadline_ns);
/* Wake the thread. Context: any. */
void xhci_kick(struct xhci *x);
/* The same, by the interrupt. */
void xhci_irq(void *x);
/* It is of no more use: say why, once. */
void xhci_fail(struct xhci *x, const char *why);

/* xhci_command.c: each waits. 0, -EIO (refused, or dead), -ETIMEDOUT. */
/* One that does nothing, to see whether it answers. */
int xhci_no_op(struct xhci *x);
int xhci_enable_slot(struct xhci *x, u8 *slot);
/* The controller forgets @d, if it is alive. */
void xhci_disable_slot(struct usb_device *d);
int xhci_address_device(struct usb_device *d);
/* The control endpoint's packets are now d->control_packet long. */
int xhci_update_packet(struct usb_device *d);
/* The interrupt endpoint of d->function, and what a hub is. */
int xhci_configure(struct usb_device *d);
/* Endpoint @dci stands still: halted if @halted; begin its ring again. */
int xhci_restart_endpoint(struct usb_device *d, u32 dci, bool halted);

/* xhci_transfer.c: with usb_control. */
/* Take a transfer event. */
void xhci_transfer_event(struct xhci *x, const struct xhci_trb *event);
/* Wait for the next report. */
void xhci_ask_report(struct usb_device *d);
/* Bring the interrupt endpoint back after an error, a few times. */
void xhci_repair_reports(struct usb_device *d);

#define XHCI_DCI_CONTROL 1u
static inline u32 xhci_dci_reports(const struct usb_device *d)
{
	return 2u * d->function.endpoint + 1;
}

static inline struct xhci_device_page *xhci_page(const struct usb_device *d)
{
	return d->memory.va;
}

/* Physical address of something in the device's page. */
static inline paddr_t xhci_page_at(const struct usb_device *d, const void *p)
{
	return d->memory.pa + (u64)((const u8 *)p - (const u8 *)d->memory.va);
}

#endif
