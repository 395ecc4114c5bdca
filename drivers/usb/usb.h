/*
 * drivers/usb/usb.h - devices on the Universal Serial Bus
 *
 * What:  what a device is, between its controller (xhci*.c) and its driver
 *        (hub.c, hid_keyboard.c).
 * Locks: none: all devices of a controller belong to the controller's thread.
 * Life:  made when something is found at a port, freed when it is unplugged,
 *        with all that hang on it.
 * See:   USB Specification 2.0, chapters 9 and 11; xHCI Specification 1.2.
 */
#ifndef DRIVERS_USB_USB_H
#define DRIVERS_USB_USB_H

#include <lib/list.h>
#include <lib/types.h>

struct usb_device;
struct xhci;

/* As xHCI numbers them (section 7.2.2.1.1). */
enum usb_speed {
	USB_FULL = 1,
	USB_LOW = 2,
	USB_HIGH = 3,
	USB_SUPER = 4,		/* or above */
};

/* The first packet of a control transfer (USB 2.0, table 9-2). */
struct usb_setup {
	u8 type;
	u8 request;
	u16 value;
	u16 index;
	u16 length;
};
static_assert(sizeof(struct usb_setup) == 8, "USB 2.0, table 9-2");

/* usb_setup.type */
#define USB_IN 0x80
#define USB_STANDARD 0x00
#define USB_CLASS 0x20
#define USB_DEVICE 0x00
#define USB_INTERFACE 0x01
#define USB_ENDPOINT 0x02
#define USB_OTHER 0x03		/* a hub's port */

/* Standard requests (USB 2.0, table 9-4). */
#define USB_GET_STATUS 0
#define USB_CLEAR_FEATURE 1
#define USB_SET_FEATURE 3
#define USB_GET_DESCRIPTOR 6
#define USB_SET_CONFIGURATION 9

#define USB_ENDPOINT_HALT 0	/* feature */

enum usb_descriptor_type {
	USB_DESCRIPTOR_DEVICE = 1,
	USB_DESCRIPTOR_CONFIG = 2,
	USB_DESCRIPTOR_INTERFACE = 4,
	USB_DESCRIPTOR_ENDPOINT = 5,
	USB_DESCRIPTOR_HUB = 0x29,
};

/* What of a device can be used here. */
enum usb_kind {
	USB_NOTHING,
	USB_HUB,
	USB_KEYBOARD,
};

/* An interface with an interrupt endpoint towards us. */
struct usb_function {
	enum usb_kind kind;
	u8 config;		/* configuration to choose */
	u8 interface;
	u8 endpoint;		/* number, 1..15 */
	u8 interval;		/* as in its descriptor */
	u16 packet;		/* bytes, 1..1024 */
};

/*
 * usb_parse_config - the first keyboard or hub of a configuration
 * @data: @len bytes of descriptors, as the device sent them: anything
 * Return: true and *@out, or false
 */
bool usb_parse_config(const u8 *data, size_t len, struct usb_function *out);

/* Longest control transfer: what is read of a configuration. */
#define USB_CONTROL_MAX 960u
#define USB_REPORT_MAX 64u
#define USB_MAX_DEPTH 5u	/* hubs behind each other, USB 2.0 4.1.1 */
#define USB_HUB_MAX_PORTS 15u	/* a digit of the route string */

/* Where a device is, or may be. */
struct usb_port {
	struct xhci *x;
	struct usb_device *hub;	/* NULL: a port of the controller itself */
	u32 number;		/* from 1 */
};

struct usb_port_state {
	bool connected;
	bool enabled;
	bool replugged;		/* connected or disconnected since last asked */
	enum usb_speed speed;	/* once it is enabled */
};

struct usb_driver {
	const char *name;
	/* 0 or -errno: then nothing else is called. May do transfers. */
	int (*attach)(struct usb_device *d);
	/* The interrupt endpoint sent @len bytes. No transfers: another one may
	 * be going on. */
	void (*report)(struct usb_device *d, const u8 *data, u32 len);
	/* Do what is due; may do transfers, add and remove devices behind this
	 * one. Return: when to be called again (clock_now_ns scale, U64_MAX:
	 * after the next event). */
	u64 (*work)(struct usb_device *d);
	/* The device is gone: no transfers; free what attach made. */
	void (*detach)(struct usb_device *d);
	/* A panic that nobody sees: everything stands. NULL: it has no way to
	 * show one. No transfers but usb_control_unwaited. */
	void (*show_panic)(struct usb_device *d, bool on);
};
extern const struct usb_driver usb_hub_driver, hid_keyboard_driver;

/* port.c */
/*
 * usb_port_work - look at a port of which an event told
 * Something new is enumerated; what is gone is freed, with all behind it.
 * Context: the controller's thread.
 */
void usb_port_work(const struct usb_port *p);
/* Two ways to one port: hub.c and xhci_port.c. 0 or -errno. The first tells of
 * a change once; the second ends with the port enabled, or not. */
int usb_hub_port_state(const struct usb_port *p, struct usb_port_state *out);
int usb_hub_port_reset(const struct usb_port *p);
int xhci_port_state(const struct usb_port *p, struct usb_port_state *out);
int xhci_port_reset(const struct usb_port *p);

/* device.c */
#define USB_NAME_MAX 32u
/* What a device at @p is called in the log: controller-port.port... */
void usb_port_name(const struct usb_port *p, char name[USB_NAME_MAX]);
/*
 * usb_attach - enumerate what is at @p, which is enabled
 * Return: 0, also if nobody has a use for it, or -errno: ask again
 */
int usb_attach(const struct usb_port *p, enum usb_speed speed);
/* The device, and all behind it, are gone. */
void usb_detach(struct usb_device *d);
/* The device at @p, or NULL. */
struct usb_device *usb_device_at(const struct usb_port *p);
/* All devices do what is due. Return: as usb_driver.work. */
u64 usb_work(struct xhci *x);
/* hub.c: read what the controller must know of a hub before it is one. */
int usb_hub_describe(struct usb_device *d);

/*
 * usb_control - a control transfer
 * @data:   @s->length bytes, at most USB_CONTROL_MAX, in either direction
 * Context: the controller's thread, not from usb_driver.report
 * Return:  bytes, -EPIPE (the device refuses), -ETIMEDOUT, -EIO
 */
int usb_control(struct usb_device *d, const struct usb_setup *s, void *data);
/*
 * usb_control_unwaited - the same to a device, when nobody may wait any more
 * What becomes of it, nobody is told; one that fails stops those behind it.
 * Context: a panic. The controller's thread may have stopped in the middle of
 *          putting a transfer: that one is lost, or this one
 */
void usb_control_unwaited(struct usb_device *d, const struct usb_setup *s,
			  const void *data);
/* Sleep, while the keys of other devices are taken. */
void usb_sleep_ms(struct xhci *x, u32 ms);
/* Make the thread call usb_driver.work. Context: any. */
void usb_kick(struct usb_device *d);

#endif
