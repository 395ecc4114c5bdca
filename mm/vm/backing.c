/*
 * mm/vm/backing.c - what stands behind an address
 *
 * What:  the identity of a word in memory, equal for all who share it: object
 *        and offset, or the address in this address space if it is private.
 * Locks: ptable_lock for the look-up.
 * See:   futex(2), "Futexes" on shared memory.
 */
#include "vm_internal.h"

#include <arch/upcall.h>

static bool backing_find(struct aspace *as, u64 addr, bool write,
			 struct vm_backing *out)
{
	u32 need = write ? REGION_WRITE : REGION_PROT;
	struct region *r;
	bool found;

	spin_lock(&as->ptable_lock);
	r = region_find(as, addr);
	found = r && (r->flags & need) &&
		mmu_query(&as->mmu, PAGE_ALIGN_DOWN(addr), NULL, NULL);
	if (found && (r->flags & REGION_SHARED)) {
		vm_object_get(r->object);
		out->object = r->object;
		out->offset = r->offset + (addr - r->start);
	} else if (found) {
		out->object = NULL;
		out->offset = addr;
	}
	spin_unlock(&as->ptable_lock);
	return found;
}

int vm_backing_get(struct aspace *as, u64 addr, bool write,
		   struct vm_backing *out)
{
	int code;
	struct fault_args args = {
		.addr = addr,
		.access = write ? FAULT_WRITE : FAULT_READ,
		.present = true,	/* not known */
		.code = &code,
	};

	if (addr >= USER_END)
		return -EFAULT;
	while (!backing_find(as, addr, write, out)) {
		if (vm_fault(as, &args))
			return -EFAULT;
	}
	return 0;
}
