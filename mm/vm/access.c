/*
 * mm/vm/access.c - reading and writing the memory of another process
 *
 * What:  copies page by page through the direct map, faulting pages in as the
 *        process itself would, within the rights its regions give.
 * Locks: a page read is held by a reference. A write copies under
 *        aspace->lock: fork cannot make the page shared meanwhile.
 * See:   process_vm_readv(2), proc(5).
 */
#include "vm_internal.h"

#include <arch/upcall.h>
#include <lib/string.h>

/* The page at @addr if it is mapped for @access, with a reference. */
static struct page *mapped_page(struct aspace *as, u64 addr, u32 access)
{
	struct page *p = NULL;
	struct region *r;
	paddr_t pa;
	u32 flags;

	spin_lock(&as->ptable_lock);
	r = region_find(as, addr);
	if (r && (r->flags & REGION_PROT) &&
	    mmu_query(&as->mmu, PAGE_ALIGN_DOWN(addr), &pa, &flags) &&
	    (access != FAULT_WRITE || (flags & MMU_WRITE))) {
		p = phys_to_page(pa);
		page_get(p);
	}
	spin_unlock(&as->ptable_lock);
	return p;
}

/* As far as the end of the page. @write: from @buf into the process. */
static bool copy_within_page(struct aspace *as, u64 addr, void *buf,
			     size_t len)
{
	struct page *p;

	while (!(p = mapped_page(as, addr, FAULT_READ))) {
		if (fault_page(as, addr, FAULT_READ))
			return false;
	}
	memcpy(buf, (char *)page_to_virt(p) + addr % PAGE_SIZE, len);
	page_put(p);
	return true;
}

static bool write_within_page(struct aspace *as, u64 addr, const void *buf,
			      size_t len)
{
	struct page *p;

	for (;;) {
		mutex_lock(&as->lock);
		p = mapped_page(as, addr, FAULT_WRITE);
		if (p)
			memcpy((char *)page_to_virt(p) + addr % PAGE_SIZE,
			       buf, len);
		mutex_unlock(&as->lock);
		if (p)
			break;
		if (fault_page(as, addr, FAULT_WRITE))
			return false;
	}
	page_put(p);
	return true;
}

static size_t rest_of_page(u64 addr, size_t len)
{
	return min(len, PAGE_SIZE - addr % PAGE_SIZE);
}

size_t aspace_read(struct aspace *as, u64 addr, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len && addr < USER_END) {
		size_t n = rest_of_page(addr, len - done);

		if (!copy_within_page(as, addr, (char *)buf + done, n))
			break;
		addr += n;
		done += n;
	}
	return done;
}

size_t aspace_write(struct aspace *as, u64 addr, const void *buf, size_t len)
{
	size_t done = 0;

	while (done < len && addr < USER_END) {
		size_t n = rest_of_page(addr, len - done);

		if (!write_within_page(as, addr, (const char *)buf + done, n))
			break;
		addr += n;
		done += n;
	}
	return done;
}
