/*
 * kernel/proc/vdso.c - maps the vDSO into programs
 *
 * What:  two objects: the library's pages, and the page with the clock. In a
 *        time namespace with offsets the second is a page of zeros, with
 *        which the library asks the kernel.
 * Locks: pages are made at boot and never change owner.
 * Life:  the objects live as long as the machine.
 * Not:   what is in the library and the page: arch/.
 * See:   vdso(7), time_namespaces(7).
 */
#include <proc/vdso.h>

#include <arch/vdso.h>
#include <core/panic.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <proc/nsproxy.h>
#include <proc/task.h>
#include <proc/timens.h>
#include <sched/wallclock.h>
#include <uapi/errno.h>
#include <uapi/mman.h>
#include <vm/aspace.h>

static struct vm_object library, clock_object;
static struct page **library_pages;		/* [I] */
static struct page *clock_page, *no_clock_page;	/* [I] */
static u64 npages;				/* [I] of the library */

static int library_get_page(struct vm_object *obj, u64 index,
			    struct page **out)
{
	(void)obj;
	if (index >= npages)
		return -EFAULT;
	page_get(library_pages[index]);
	*out = library_pages[index];
	return 0;
}

static int clock_get_page(struct vm_object *obj, u64 index, struct page **out)
{
	bool plain = current_task()->nsproxy->time == &timens_init_ns;

	(void)obj;
	if (index)
		return -EFAULT;
	*out = plain ? clock_page : no_clock_page;
	page_get(*out);
	return 0;
}

static void never_destroyed(struct vm_object *obj)
{
	panic("vdso: object %p lost its owner", (void *)obj);
}

static const struct vm_object_ops library_ops = {
	.get_page = library_get_page,
	.destroy = never_destroyed,
};
static const struct vm_object_ops clock_ops = {
	.get_page = clock_get_page,
	.destroy = never_destroyed,
};

static struct page *new_page(void)
{
	struct page *p = page_alloc(0, PA_ZERO, PAGE_FILE);

	if (!p)
		panic("vdso: no memory");
	return p;
}

void vdso_init(void)
{
	size_t len;
	const char *image = arch_vdso_image(&len);

	npages = PAGE_ALIGN_UP(len) / PAGE_SIZE;
	library_pages = kcalloc(npages, sizeof(struct page *));
	if (!library_pages)
		panic("vdso: no memory");
	for (u64 i = 0; i < npages; i++) {
		library_pages[i] = new_page();
		memcpy(page_to_virt(library_pages[i]), image + i * PAGE_SIZE,
		       min(len - i * PAGE_SIZE, PAGE_SIZE));
	}
	clock_page = new_page();
	no_clock_page = new_page();
	vm_object_init(&library, &library_ops);
	vm_object_init(&clock_object, &clock_ops);
	arch_vdso_start(page_to_virt(clock_page), wallclock_offset_ns());
}

int vdso_map(struct aspace *as)
{
	struct mmap_args clock_args = {
		.len = PAGE_SIZE,
		.prot = PROT_READ,
		.flags = MAP_PRIVATE,
		.object = &clock_object,
	};
	struct mmap_args library_args = {
		.len = npages * PAGE_SIZE,
		.prot = PROT_READ | PROT_EXEC,
		.flags = MAP_PRIVATE,
		.object = &library,
	};
	int err;

	library_args.addr = as->mmap_top - library_args.len;
	clock_args.addr = library_args.addr - PAGE_SIZE;
	err = vm_map_segment(as, &clock_args);
	if (!err)
		err = vm_map_segment(as, &library_args);
	if (!err)
		as->vdso = library_args.addr;
	return err;
}

void vdso_change_time(struct aspace *as)
{
	/* The next fault finds the page of the namespace. */
	if (as->vdso)
		(void)vm_madvise(as, as->vdso - PAGE_SIZE, PAGE_SIZE,
				 MADV_DONTNEED);
}
