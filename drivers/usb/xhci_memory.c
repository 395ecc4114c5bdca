/*
 * drivers/usb/xhci_memory.c - the memory that a controller works with
 *
 * What:  whole pages of the direct map: processors and devices see the same
 *        there, and the kernel programs no IOMMU.
 * See:   xHCI 1.2, sections 4.20 (scratchpads), 6.1, 6.5.
 */
#include "xhci.h"

#include <lib/string.h>
#include <mm/kmalloc.h>

#define LOW_MEMORY_END 0x100000000ull
#define LOW_TRIES 64u

struct event_segment {
	u64 address;
	u32 ntrbs;
	u32 reserved;
};

#define NCOMMANDS 128u		/* half of a page, the table behind it */
#define NEVENTS (PAGE_SIZE / sizeof(struct xhci_trb))
#define PAD_MAX_ORDER 4u

/* A block below 4 GiB: those above are kept until one is found. */
static struct page *alloc_low(u32 order)
{
	struct page *high[LOW_TRIES], *p = NULL;
	u32 n = 0;

	while (n < LOW_TRIES) {
		p = page_alloc(order, PA_ZERO, PAGE_KERNEL);
		if (!p || page_to_phys(p) + (PAGE_SIZE << order) <=
			  LOW_MEMORY_END)
			break;
		high[n++] = p;
		p = NULL;
	}
	while (n)
		page_free(high[--n], order);
	return p;
}

int xhci_alloc(struct xhci *x, u32 order, struct xhci_memory *out)
{
	struct page *p = x->low_memory ?
			 alloc_low(order) :
			 page_alloc(order, PA_ZERO, PAGE_KERNEL);

	if (!p)
		return -ENOMEM;
	*out = (struct xhci_memory){
		.page = p,
		.order = order,
		.va = page_to_virt(p),
		.pa = page_to_phys(p),
	};
	return 0;
}

void xhci_free(struct xhci_memory *m)
{
	if (m->page)
		page_free(m->page, m->order);
	*m = (struct xhci_memory){ 0 };
}

/* Pages that the controller wants for itself, of the size it likes. */
static int alloc_pads(struct xhci *x)
{
	u32 params = reg_read(x->cap, XHCI_HCSPARAMS2);
	u32 sizes = reg_read(x->op, XHCI_PAGESIZE) & 0xffff;
	u32 order = sizes ? (u32)__builtin_ctz(sizes) : 0;
	u64 *addresses;
	int err;

	x->npads = (params >> 21 & 0x1f) << 5 | params >> 27;
	if (!x->npads)
		return 0;
	if (order > PAD_MAX_ORDER)
		return -EINVAL;
	x->pad = kcalloc(x->npads, sizeof(*x->pad));
	err = x->pad ? xhci_alloc(x, x->npads > PAGE_SIZE / 8, &x->pads) :
		       -ENOMEM;
	addresses = x->pads.va;
	for (u32 i = 0; !err && i < x->npads; i++) {
		err = xhci_alloc(x, order, &x->pad[i]);
		addresses[i] = x->pad[i].pa;
	}
	if (!err)
		*(u64 *)x->contexts.va = x->pads.pa;
	return err;
}

static void init_rings(struct xhci *x)
{
	struct event_segment *segment =
		(void *)((struct xhci_trb *)x->ring_page.va + NCOMMANDS);

	xhci_ring_init(&x->commands, x->ring_page.va, x->ring_page.pa,
		       NCOMMANDS);
	segment->address = x->event_page.pa;
	segment->ntrbs = NEVENTS;
	x->event_at = 0;
	x->event_cycle = 1;
	reg_write64(x->op, XHCI_DCBAAP, x->contexts.pa);
	reg_write64(x->op, XHCI_CRCR, x->commands.pa | CRCR_CYCLE);
	reg_write(x->run, XHCI_ERSTSZ, 1);
	reg_write64(x->run, XHCI_ERDP, x->event_page.pa);
	reg_write64(x->run, XHCI_ERSTBA,
		    x->commands.pa + NCOMMANDS * sizeof(struct xhci_trb));
}

int xhci_alloc_all(struct xhci *x)
{
	int err = -ENOMEM;

	x->slots = kcalloc(x->nslots + 1, sizeof(struct usb_device *));
	if (x->slots)
		err = xhci_alloc(x, 0, &x->contexts);
	if (!err)
		err = alloc_pads(x);
	if (!err)
		err = xhci_alloc(x, 0, &x->input);
	if (!err)
		err = xhci_alloc(x, 0, &x->ring_page);
	if (!err)
		err = xhci_alloc(x, 0, &x->event_page);
	if (!err)
		init_rings(x);
	return err;
}

void xhci_free_all(struct xhci *x)
{
	for (u32 i = 0; x->pad && i < x->npads; i++)
		xhci_free(&x->pad[i]);
	kfree(x->pad);
	x->pad = NULL;
	xhci_free(&x->pads);
	xhci_free(&x->contexts);
	xhci_free(&x->input);
	xhci_free(&x->ring_page);
	xhci_free(&x->event_page);
	kfree(x->slots);
	x->slots = NULL;
}
