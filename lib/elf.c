/*
 * lib/elf.c - checks an ELF64 program before it is loaded
 *
 * What:  the table is walked once; each kind of program header adds its part
 *        to the image, and the image is judged as a whole at the end.
 * See:   include/lib/elf.h; System V gABI chapter 5
 */
#include <lib/elf.h>

#include <lib/string.h>
#include <uapi/errno.h>
#include <uapi/limits.h>

static bool ident_is_ours(const u8 *ident)
{
	return memcmp(ident, ELFMAG, SELFMAG) == 0 &&
	       ident[EI_CLASS] == ELFCLASS64 && ident[EI_DATA] == ELFDATA2LSB;
}

int elf_check_header(const struct elf64_ehdr *ehdr, size_t len_bytes,
		     size_t *phdrs_bytes)
{
	size_t bytes;

	if (len_bytes < sizeof(*ehdr) || !ident_is_ours(ehdr->e_ident))
		return -ENOEXEC;
	if (ehdr->e_type != ET_EXEC && ehdr->e_type != ET_DYN)
		return -ENOEXEC;
	if (ehdr->e_machine != EM_X86_64)
		return -ENOEXEC;
	if (ehdr->e_phentsize != sizeof(struct elf64_phdr))
		return -ENOEXEC;
	bytes = (size_t)ehdr->e_phnum * sizeof(struct elf64_phdr);
	if (bytes == 0 || bytes > ELF_PHDRS_MAX_BYTES)
		return -ENOEXEC;
	/* The table must end where a file offset can still point. */
	if (ehdr->e_phoff > (u64)S64_MAX - bytes)
		return -ENOEXEC;
	*phdrs_bytes = bytes;
	return 0;
}

u32 elf_next_load(const struct elf64_phdr *phdrs, u32 phnum, u32 from)
{
	while (from < phnum && (phdrs[from].p_type != PT_LOAD ||
				phdrs[from].p_memsz == 0))
		from++;
	return from;
}

/* Sums that may wrap, addresses out of range, pages that do not agree. */
static int check_load(const struct elf64_phdr *ph, u64 limit)
{
	u64 file_end;

	if (ph->p_filesz > ph->p_memsz)
		return -EINVAL;
	if (ph->p_memsz > limit || ph->p_vaddr > limit - ph->p_memsz)
		return -EINVAL;
	if (ph->p_filesz == 0)
		return 0;
	if (add_overflow(ph->p_offset, ph->p_filesz, &file_end) ||
	    file_end > (u64)S64_MAX - PAGE_SIZE)
		return -EINVAL;
	if ((ph->p_offset ^ ph->p_vaddr) & (PAGE_SIZE - 1))
		return -EINVAL;
	return 0;
}

/* Where the file's table of program headers lies in this segment. */
static void find_phdrs(const struct elf64_ehdr *ehdr,
		       const struct elf64_phdr *ph, struct elf_image *out)
{
	if (out->phdr_vaddr == 0 && ehdr->e_phoff >= ph->p_offset &&
	    ehdr->e_phoff - ph->p_offset < ph->p_filesz)
		out->phdr_vaddr = ehdr->e_phoff - ph->p_offset + ph->p_vaddr;
}

/* Extend the ranges of code, data and break by one segment. */
static void add_ranges(const struct elf64_phdr *ph, struct elf_image *out)
{
	u64 file_end = ph->p_vaddr + ph->p_filesz;

	if (ph->p_flags & PF_X) {
		out->start_code = min(out->start_code, ph->p_vaddr);
		out->end_code = max(out->end_code, file_end);
	}
	out->start_data = max(out->start_data, ph->p_vaddr);
	out->end_data = max(out->end_data, file_end);
	out->brk = max(out->brk, ph->p_vaddr + ph->p_memsz);
}

static int add_load(const struct elf64_phdr *ph, u64 limit,
		    struct elf_image *out)
{
	u64 align = ph->p_align;
	int err = check_load(ph, limit);

	if (err || ph->p_memsz == 0)
		return err;
	out->nloads++;
	out->start = min(out->start, PAGE_ALIGN_DOWN(ph->p_vaddr));
	out->end = max(out->end, PAGE_ALIGN_UP(ph->p_vaddr + ph->p_memsz));
	if ((align & (align - 1)) == 0)
		out->align = max(out->align, align);
	if (ph->p_filesz != 0)
		out->file_end = max(out->file_end,
				    ph->p_offset + ph->p_filesz);
	add_ranges(ph, out);
	return 0;
}

/* The first PT_INTERP counts. */
static int add_interp(const struct elf64_phdr *ph, struct elf_image *out)
{
	if (out->interp_size != 0)
		return 0;
	if (ph->p_filesz < 2 || ph->p_filesz > PATH_MAX)
		return -ENOEXEC;
	if (ph->p_offset > (u64)S64_MAX - ph->p_filesz)
		return -ENOEXEC;
	out->interp_offset = ph->p_offset;
	out->interp_size = ph->p_filesz;
	return 0;
}

static void add_tls(const struct elf64_phdr *ph, struct elf_image *out)
{
	out->tls_vaddr = ph->p_vaddr;
	out->tls_filesz = ph->p_filesz;
	out->tls_memsz = ph->p_memsz;
	out->tls_align = ph->p_align;
}

static int add_segment(const struct elf64_ehdr *ehdr,
		       const struct elf64_phdr *ph, u64 limit,
		       struct elf_image *out)
{
	switch (ph->p_type) {
	case PT_LOAD:
		find_phdrs(ehdr, ph, out);
		return add_load(ph, limit, out);
	case PT_INTERP:
		return add_interp(ph, out);
	case PT_GNU_STACK:
		out->stack = ph->p_flags & PF_X ? ELF_STACK_EXEC :
						  ELF_STACK_NOEXEC;
		return 0;
	case PT_TLS:
		add_tls(ph, out);
		return 0;
	default:
		return 0;
	}
}

static void image_init(const struct elf64_ehdr *ehdr, struct elf_image *out)
{
	*out = (struct elf_image){
		.entry = ehdr->e_entry,
		.relocatable = ehdr->e_type == ET_DYN,
		.stack = ELF_STACK_DEFAULT,
		.start = U64_MAX,
		.start_code = U64_MAX,
		.align = PAGE_SIZE,
		.phnum = ehdr->e_phnum,
	};
}

int elf_check_segments(const struct elf64_ehdr *ehdr,
		       const struct elf64_phdr *phdrs, u64 limit,
		       struct elf_image *out)
{
	struct elf_image image;
	u32 i;
	int err;

	image_init(ehdr, &image);
	for (i = 0; i < ehdr->e_phnum; i++) {
		err = add_segment(ehdr, &phdrs[i], limit, &image);
		if (err)
			return err;
	}
	if (image.nloads == 0 || image.entry >= limit)
		return -EINVAL;
	image.start_code = min(image.start_code, image.end_code);
	*out = image;
	return 0;
}
