/*
 * drivers/pci_msi.c - PCI functions that interrupt by messages
 *
 * What:  the first message of MSI-X or MSI. The old interrupt lines are not
 *        used: where they lead only the firmware's AML programs know.
 * Locks: none; the function's driver.
 * See:   PCI Local Bus Specification 3.0, section 6.8.
 */
#include <drivers/pci.h>

#include <uapi/errno.h>

/* In the first register of either capability. */
#define MSI_ENABLE 0x00010000u
#define MSI_MANY 0x00700000u	/* log2 of the messages in use */
#define MSI_64 0x00800000u
#define MSIX_ENABLE 0x80000000u
#define MSIX_MASK_ALL 0x40000000u

#define MSI_ADDRESS 0x04	/* bytes from the capability */
#define MSIX_TABLE 0x04		/* offset 31:3, base address register 2:0 */

/* An entry of the table. */
struct msix_entry {
	u32 address, address_high;
	u32 data;
	u32 control;		/* bit 0: masked */
};

static int set_msix(const struct pci_address *a, u32 cap,
		    const struct msi_message *m)
{
	u32 control = pci_read(a, cap);
	u32 table = pci_read(a, cap + MSIX_TABLE);
	volatile struct msix_entry *e;
	size_t len;
	u8 *bar = pci_map_bar(a, table & 7, &len);

	table &= ~7u;
	if (!bar || len < sizeof(*e) || table > len - sizeof(*e))
		return -ENODEV;
	e = (volatile struct msix_entry *)(bar + table);
	pci_write(a, cap, control | MSIX_ENABLE | MSIX_MASK_ALL);
	e->address = (u32)m->address;
	e->address_high = (u32)(m->address >> 32);
	e->data = m->data;
	e->control = 0;
	pci_write(a, cap, (control & ~MSIX_MASK_ALL) | MSIX_ENABLE);
	return 0;
}

static void set_msi(const struct pci_address *a, u32 cap,
		    const struct msi_message *m)
{
	u32 control = pci_read(a, cap);
	u32 data = cap + MSI_ADDRESS + 4;

	pci_write(a, cap + MSI_ADDRESS, (u32)m->address);
	if (control & MSI_64) {
		pci_write(a, data, (u32)(m->address >> 32));
		data += 4;
	}
	pci_write(a, data, (pci_read(a, data) & 0xffff0000) | m->data);
	pci_write(a, cap, (control & ~MSI_MANY) | MSI_ENABLE);
}

int pci_msi_enable(const struct pci_address *a, void (*fn)(void *), void *arg)
{
	u32 msix = pci_find_capability(a, PCI_CAP_MSIX);
	u32 msi = pci_find_capability(a, PCI_CAP_MSI);
	struct msi_message m;
	int err;

	if (!msix && !msi)
		return -ENODEV;
	err = irq_alloc_msi(fn, arg, &m);
	if (err)
		return err;
	pci_command(a, 0, PCI_COMMAND_NO_INTX);
	if (msix && !set_msix(a, msix, &m))
		return 0;
	if (!msi)
		return -ENODEV;
	set_msi(a, msi, &m);
	return 0;
}
