/*
 * arch/x86_64/msi.c - interrupts that devices send as messages
 *
 * What:  gives out the vectors behind those of the ISA interrupts; all go to
 *        the boot CPU.
 * Locks: msi_next is atomic; a vector belongs to whom it was given.
 * See:   Intel SDM volume 3, section 11.11.
 */
#include <arch/pci.h>

#include <arch/upcall.h>
#include <asm/apic.h>
#include <asm/smp.h>
#include <asm/trap.h>
#include <lib/atomic.h>
#include <uapi/errno.h>

#define MSI_ADDRESS 0xfee00000u
#define MSI_DESTINATION_SHIFT 12
#define NISA 16
#define FIRST_VECTOR (VECTOR_FIRST_DEVICE + NISA)

struct msi_irq {
	void (*fn)(void *);	/* [I] */
	void *arg;		/* [I] */
};

static u32 msi_next = FIRST_VECTOR;	/* [a] */

static void msi_handler(struct regs *r UNUSED, void *arg)
{
	const struct msi_irq *irq = arg;

	irq->fn(irq->arg);
	lapic_eoi();
}

/* The next vector that is free, 0: none. */
static u32 vector_take(void)
{
	u32 v = READ_ONCE(msi_next);

	do {
		if (v > VECTOR_LAST_DEVICE)
			return 0;
	} while (!__atomic_compare_exchange_n(&msi_next, &v, v + 1, false,
					      __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	return v;
}

int irq_alloc_msi(void (*fn)(void *), void *arg, struct msi_message *out)
{
	u32 boot_apic_id = smp_apic_id(0);
	struct msi_irq *irq;
	u32 vector;

	if (boot_apic_id > 0xff)
		return -ENODEV;
	irq = upcall_mem_alloc(sizeof(*irq));
	if (!irq)
		return -ENOMEM;
	vector = vector_take();
	if (!vector) {
		upcall_mem_free(irq, sizeof(*irq));
		return -EBUSY;
	}
	irq->fn = fn;
	irq->arg = arg;
	trap_set_handler(vector, msi_handler, irq);
	/* Fixed delivery, edge, physical destination. */
	out->address = MSI_ADDRESS | boot_apic_id << MSI_DESTINATION_SHIFT;
	out->data = vector;
	return 0;
}
