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

/* May the page be touched for @access, an enum fault_access or with
 * ACCESS_FORCE, as it is mapped? [P] */
static bool page_allows(const struct region *r, const struct page *p,
			u32 flags, u32 access)
{
	bool force = access & ACCESS_FORCE;

	if ((access & ~ACCESS_FORCE) != FAULT_WRITE)
		return force || (r->flags & REGION_PROT);
	if (flags & MMU_WRITE)
		return true;
	return force && !(r->flags & REGION_SHARED) && page_is_exclusive(p);
}

/* The page at @addr if it is mapped for @access, with a reference. */
static struct page *mapped_page(struct aspace *as, u64 addr, u32 access)
{
	struct page *p = NULL;
	struct region *r;
	paddr_t pa;
	u32 flags;

	spin_lock(&as->ptable_lock);
	r = region_find(as, addr);
	if (r && mmu_query(&as->mmu, PAGE_ALIGN_DOWN(addr), &pa, &flags) &&
	    page_allows(r, phys_to_page(pa), flags, access)) {
		p = phys_to_page(pa);
		page_get(p);
	}
	spin_unlock(&as->ptable_lock);
	return p;
}

/* A piece of memory that does not cross a page. */
struct piece {
	u64 addr;
	void *buf;
	size_t len;
	u32 access;
};

static bool read_piece(struct aspace *as, const struct piece *c)
{
	struct page *p;

	while (!(p = mapped_page(as, c->addr, c->access))) {
		if (fault_page(as, c->addr, c->access))
			return false;
	}
	memcpy(c->buf, (char *)page_to_virt(p) + c->addr % PAGE_SIZE, c->len);
	page_put(p);
	return true;
}

static bool write_piece(struct aspace *as, const struct piece *c)
{
	struct page *p;

	for (;;) {
		mutex_lock(&as->lock);
		p = mapped_page(as, c->addr, c->access);
		if (p)
			memcpy((char *)page_to_virt(p) + c->addr % PAGE_SIZE,
			       c->buf, c->len);
		mutex_unlock(&as->lock);
		if (p)
			break;
		if (fault_page(as, c->addr, c->access))
			return false;
	}
	page_put(p);
	return true;
}

/* All of @whole, page by page: bytes done. */
static size_t copy(struct aspace *as, const struct piece *whole,
		   bool (*one)(struct aspace *as, const struct piece *c))
{
	struct piece c = *whole;
	size_t done = 0;

	while (done < whole->len && c.addr < USER_END) {
		c.len = min(whole->len - done,
			    PAGE_SIZE - c.addr % PAGE_SIZE);
		if (!one(as, &c))
			break;
		c.addr += c.len;
		c.buf = (char *)c.buf + c.len;
		done += c.len;
	}
	return done;
}

size_t aspace_read(struct aspace *as, u64 addr, void *buf, size_t len)
{
	const struct piece c = { addr, buf, len, FAULT_READ };

	return copy(as, &c, read_piece);
}

size_t aspace_peek(struct aspace *as, u64 addr, void *buf, size_t len)
{
	const struct piece c = { addr, buf, len, FAULT_READ | ACCESS_FORCE };

	return copy(as, &c, read_piece);
}

size_t aspace_write(struct aspace *as, u64 addr, const void *buf, size_t len)
{
	const struct piece c = { addr, (void *)(u64)buf, len, FAULT_WRITE };

	return copy(as, &c, write_piece);
}

size_t aspace_poke(struct aspace *as, u64 addr, const void *buf, size_t len)
{
	const struct piece c = {
		addr, (void *)(u64)buf, len, FAULT_WRITE | ACCESS_FORCE
	};

	return copy(as, &c, write_piece);
}
