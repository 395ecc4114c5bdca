/*
 * include/arch/pci.h - where the firmware says that PCI is
 */
#ifndef ARCH_PCI_H
#define ARCH_PCI_H

#include <lib/types.h>

/* Configuration space as memory: 1 MiB for each bus from @first_bus on. */
struct pci_ecam {
	paddr_t address;	/* of bus 0, even if that is not there */
	u16 segment;
	u8 first_bus, last_bus;
};

/* The @i-th such range. Return: false when there is none. Context: any. */
OPTIONAL bool arch_pci_ecam(u32 i, struct pci_ecam *out);

/* What a device writes where to interrupt a processor. */
struct msi_message {
	u64 address;
	u32 data;
};

/*
 * irq_alloc_msi - @fn(@arg) in interrupt context for each @out that arrives
 * @arg:    borrowed for ever: a vector is not given back
 * Context: task
 * Return:  0, -EBUSY (no vector left), -ENOMEM, -ENODEV (the boot CPU cannot
 *          be reached by messages)
 */
OPTIONAL int irq_alloc_msi(void (*fn)(void *), void *arg,
			   struct msi_message *out);

#endif
