/*
 * include/drivers/pci.h - PCI functions: finding and configuring them
 *
 * See: PCI Local Bus Specification 3.0, chapter 6 and 3.2.2.3.2; PCI Express
 *      Base Specification, section 7.2.2 (ECAM).
 */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include <arch/pci.h>
#include <lib/types.h>

struct pci_ecam_map;

/* Where a function is. */
struct pci_address {
	u16 segment;
	u8 bus;
	u8 devfn;				/* device 7:3, function 2:0 */
	const struct pci_ecam_map *ecam;	/* NULL: by ports */
};
#define PCI_FORMAT "%04x:%02x:%02x.%u"
#define PCI_ARGS(a) (a)->segment, (a)->bus, (a)->devfn >> 3, (a)->devfn & 7u

/* Configuration registers, in bytes. */
#define PCI_ID 0x00		/* device 31:16, vendor 15:0 */
#define PCI_COMMAND 0x04
#define PCI_CLASS 0x08		/* class, subclass, interface, revision */
#define PCI_HEADER 0x0c		/* header type 23:16 */
#define PCI_BAR0 0x10
#define PCI_BRIDGE_BUSES 0x18	/* secondary bus 15:8 */
#define PCI_CAPABILITIES 0x34

/* PCI_COMMAND */
#define PCI_COMMAND_MEMORY 0x002u
#define PCI_COMMAND_MASTER 0x004u
#define PCI_COMMAND_NO_INTX 0x400u

enum pci_capability {
	PCI_CAP_POWER = 0x01,
	PCI_CAP_MSI = 0x05,
	PCI_CAP_MSIX = 0x11,
};

/* Registers, by 32 bits; @reg is a multiple of 4 below 256. Context: any. */
u32 pci_read(const struct pci_address *a, u32 reg);
void pci_write(const struct pci_address *a, u32 reg, u32 value);
/* Change the command register, and write no status bit. */
void pci_command(const struct pci_address *a, u32 clear, u32 set);

/*
 * pci_find_class - show @fn each function of @class
 * @class:  class, subclass and interface: the upper 24 bits of PCI_CLASS
 * Walks the buses behind bridges as firmware has numbered them. Context: task.
 */
void pci_find_class(u32 class, void (*fn)(const struct pci_address *a));
/* Register of a capability, 0: the function does not have it. */
u32 pci_find_capability(const struct pci_address *a, enum pci_capability cap);
/*
 * pci_map_bar - map the memory behind base address register @bar (0..5)
 * @len:    set to its bytes
 * Return:  NULL when it is none of memory, has no address or no room
 */
void *pci_map_bar(const struct pci_address *a, u32 bar, size_t *len);
/* Full power, if the function can tell. Context: task. */
void pci_power_on(const struct pci_address *a);

/*
 * pci_msi_enable - the function interrupts by messages, MSI-X or MSI
 * @fn, @arg: as irq_alloc_msi
 * Context:   task
 * Return:    0, -ENODEV (it cannot), or as irq_alloc_msi
 */
int pci_msi_enable(const struct pci_address *a, void (*fn)(void *), void *arg);

#endif
