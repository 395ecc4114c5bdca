/*
 * tests/host/fake_pages.h - the kernel's pages, as a host test has them
 *
 * What:  force-included before drivers/usb/xhci*.c, in place of mm/page.h,
 *        mm/kmalloc.h, sched/wait.h and arch/clock.h. A page has whatever
 *        physical address the test gives it.
 * See:   test_xhci.c
 */
#ifndef HOST_FAKE_PAGES_H
#define HOST_FAKE_PAGES_H

#define MM_PAGE_H
#define MM_KMALLOC_H
#define SCHED_WAIT_H
#define ARCH_CLOCK_H		/* its struct timespec is the host's, too */

#include <lib/list.h>
#include <lib/types.h>
#include <uapi/errno.h>

#define NSEC_PER_MSEC 1000000l
u64 clock_now_ns(void);

#define PAGE_SIZE 4096ul
#define PA_ZERO 1u

enum page_kind { PAGE_KERNEL };

struct page {
	void *va;
	paddr_t pa;
};

struct wait_queue {
	struct list entries;
};

struct page *page_alloc(u32 order, u32 flags, enum page_kind kind);
void page_free(struct page *p, u32 order);
void *kcalloc(size_t n, size_t size);
void kfree(void *p);

static inline void *page_to_virt(const struct page *p)
{
	return p->va;
}

static inline paddr_t page_to_phys(const struct page *p)
{
	return p->pa;
}

#endif
