/*
 * kernel/proc/exec_elf.c - mapping an ELF program and its interpreter
 *
 * What:  reads and checks the headers, chooses where relocatable files go,
 *        and maps the segments into an address space nobody runs in yet.
 * Locks: none of its own.
 * Not:   the checks themselves (lib/elf.c), the stack (exec_stack.c).
 * See:   System V gABI, chapter 5; elf(5); execve(2).
 */
#include "exec.h"

#include <arch/mmu.h>
#include <fs/file.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/mman.h>
#include <vm/aspace.h>

/* Two thirds of the user addresses, where Linux puts programs that may be
 * loaded anywhere. */
#define PIE_BASE 0x555555554000ull
/* A larger program is where there is most room. */
#define PIE_CHANCE_MAX (1ul << 40)
/* Pages that a small heap has. */
#define HEAP_MIN 64u

void exec_elf_free(struct exec_elf *e)
{
	if (e->object)
		vm_object_put(e->object);
	if (e->file)
		file_put(e->file);
	kfree(e->phdrs);
}

/* -ENOEXEC also when the table cannot be read. */
static int read_phdrs(struct exec_elf *e, const struct elf64_ehdr *ehdr,
		      size_t size)
{
	ssize_t n;

	e->phdrs = kmalloc(size);
	if (!e->phdrs)
		return -ENOMEM;
	if (ehdr->e_phoff > (u64)S64_MAX)
		return -ENOEXEC;
	n = file_read_kernel(e->file, e->phdrs, size, (off_t)ehdr->e_phoff);
	return n == (ssize_t)size ? 0 : -ENOEXEC;
}

/* Headers of @e->file, and what it can be mapped from. */
static int elf_check(struct exec_elf *e, const struct elf64_ehdr *ehdr,
		     size_t len)
{
	struct file_mmap_result map;
	size_t size;
	int err = elf_check_header(ehdr, len, &size);

	if (!err)
		err = read_phdrs(e, ehdr, size);
	if (err)
		return err;
	err = file_mmap(e->file, PROT_READ | PROT_EXEC, MAP_PRIVATE, &map);
	if (err || !map.object)
		return -ENOEXEC;
	e->object = map.object;
	return elf_check_segments(ehdr, e->phdrs, USER_END, &e->image);
}

static int open_interp(struct exec *x)
{
	const struct elf_image *image = &x->program.image;
	size_t size = image->interp_size;
	char *name = kmalloc(size);
	ssize_t n;
	int err = 0;

	if (!name)
		return -ENOMEM;
	n = file_read_kernel(x->program.file, name, size,
			     (off_t)image->interp_offset);
	if (n != (ssize_t)size)
		err = n < 0 ? (int)n : -EIO;
	else if (name[size - 1])
		err = -ENOEXEC;
	if (!err)
		err = exec_open(name, &x->interp.file);
	kfree(name);
	return err;
}

static int check_interp(struct exec *x)
{
	struct elf64_ehdr ehdr;
	ssize_t n;
	int err = open_interp(x);

	if (err)
		return err;
	n = file_read_kernel(x->interp.file, &ehdr, sizeof(ehdr), 0);
	if (n != (ssize_t)sizeof(ehdr))
		return n < 0 ? (int)n : -EIO;
	err = elf_check(&x->interp, &ehdr, sizeof(ehdr));
	return err == -ENOMEM ? err : err ? -ELIBBAD : 0;
}

int exec_elf_check(struct exec *x)
{
	struct exec_elf *e = &x->program;
	int err = elf_check(e, (const struct elf64_ehdr *)(void *)x->head,
			    x->head_len);

	x->late = err == -EINVAL;
	if (!err && e->image.interp_size)
		err = check_interp(x);
	return err;
}

/* ---------------------------------------------------------------- mapping */

static u32 segment_prot(const struct elf64_phdr *ph)
{
	u32 prot = 0;

	if (ph->p_flags & PF_R)
		prot |= PROT_READ;
	if (ph->p_flags & PF_W)
		prot |= PROT_WRITE;
	if (ph->p_flags & PF_X)
		prot |= PROT_EXEC;
	return prot;
}

static int map_file_part(struct aspace *as, const struct exec_elf *e,
			 const struct elf64_phdr *ph)
{
	u64 start = ph->p_vaddr + e->bias;
	u64 skew = start % PAGE_SIZE;
	struct mmap_args args = {
		.addr = start - skew,
		.len = ph->p_filesz + skew,
		.prot = segment_prot(ph),
		.offset = ph->p_offset - skew,
		.object = e->object,
		.file = e->file,
		.limits = { .may_map_low = has_capability(CAP_SYS_RAWIO) },
	};

	return vm_map_segment(as, &args);
}

/* Zeros behind the part from the file: the rest of its last page, which is
 * left alone in a segment that cannot be written, and whole pages. */
static int map_zero_part(struct aspace *as, const struct exec_elf *e,
			 const struct elf64_phdr *ph)
{
	u64 from = ph->p_vaddr + e->bias + ph->p_filesz;
	u64 to = ph->p_vaddr + e->bias + ph->p_memsz;
	u64 edge = ph->p_filesz ? PAGE_ALIGN_UP(from) : PAGE_ALIGN_DOWN(from);
	struct mmap_args args = {
		.addr = edge,
		.prot = segment_prot(ph),
		.limits = { .may_map_low = has_capability(CAP_SYS_RAWIO) },
	};

	if (ph->p_filesz && (ph->p_flags & PF_W) && edge > from) {
		int err = vm_clear_tail(as, from);

		if (err)
			return err;
	}
	if (PAGE_ALIGN_UP(to) <= edge)
		return 0;
	args.len = PAGE_ALIGN_UP(to) - edge;
	return vm_map_segment(as, &args);
}

static int map_segments(struct aspace *as, const struct exec_elf *e)
{
	u32 i;

	for_each_elf_load(i, e->phdrs, e->image.phnum) {
		const struct elf64_phdr *ph = &e->phdrs[i];
		int err = 0;

		if (ph->p_filesz)
			err = map_file_part(as, e, ph);
		if (!err && ph->p_memsz > ph->p_filesz)
			err = map_zero_part(as, e, ph);
		if (err)
			return err;
	}
	return 0;
}

/* Somewhere in its tables: in no more of them than it and a small heap need. */
static u64 within_table(u64 size, u32 chance)
{
	u64 room = -(size + 2 * HEAP_MIN * PAGE_SIZE) % EXEC_TABLE_BYTES;

	return chance % (room / PAGE_SIZE + 1) * PAGE_SIZE;
}

static int place_program(struct exec *x)
{
	struct exec_elf *e = &x->program;
	const struct elf_image *image = &e->image;
	u64 size = image->end - image->start;
	u64 base = PIE_BASE;

	if (!image->relocatable)
		return 0;
	if (size > USER_END - PIE_BASE)
		return -ENOMEM;
	if (x->chance.on && size < PIE_CHANCE_MAX)
		base = ALIGN_DOWN(base, EXEC_TABLE_BYTES) + x->chance.program +
		       within_table(size, x->chance.within);
	/* Modulo 2^64 if it is linked above the base. */
	e->bias = PAGE_ALIGN_DOWN(ALIGN_DOWN(base, image->align) -
				  image->start);
	return 0;
}

/* Where mmap would put something as large. */
static int place_interp(struct aspace *as, struct exec_elf *e)
{
	struct mmap_args args = {
		.len = e->image.end - e->image.start,
		.flags = MAP_PRIVATE | MAP_NORESERVE,
		.limits = { U64_MAX, U64_MAX, U64_MAX, U64_MAX, false },
	};
	u64 at;
	int err;

	if (!e->image.relocatable)
		return 0;
	err = vm_mmap(as, &args, &at);
	if (err)
		return err;
	e->bias = at - e->image.start;
	return vm_munmap(as, at, args.len);
}

/* Within the reach of @start's page table, if much of it is left. */
static u64 place_heap(const struct exec *x, u64 start)
{
	u64 room = -start % EXEC_TABLE_BYTES / PAGE_SIZE;

	if (!x->chance.heap)
		return start;
	if (room < 2 * HEAP_MIN) {
		start += room * PAGE_SIZE;
		room = EXEC_TABLE_BYTES / PAGE_SIZE;
	}
	/* Never next to the program's own, or they would be one mapping. */
	return start + (x->chance.heap % (room - HEAP_MIN) + 1) * PAGE_SIZE;
}

static void set_layout(struct exec *x)
{
	const struct exec_elf *e = &x->program;
	struct aspace *as = x->as;
	const struct elf_image *image = &e->image;

	as->code_start = image->start_code + e->bias;
	as->code_end = image->end_code + e->bias;
	as->data_start = image->start_data + e->bias;
	as->data_end = image->end_data + e->bias;
	as->brk_start = place_heap(x, PAGE_ALIGN_UP(image->brk + e->bias));
	as->brk = as->brk_start;
}

int exec_elf_map(struct exec *x)
{
	int err = place_program(x);

	if (err)
		return err;
	set_layout(x);
	err = map_segments(x->as, &x->program);
	if (err || !x->interp.file)
		return err;
	err = place_interp(x->as, &x->interp);
	return err ? err : map_segments(x->as, &x->interp);
}

u64 exec_elf_entry(const struct exec *x)
{
	const struct exec_elf *e = x->interp.file ? &x->interp : &x->program;

	return e->image.entry + e->bias;
}
