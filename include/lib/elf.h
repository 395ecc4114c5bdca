/*
 * include/lib/elf.h - checks an ELF64 program before it is loaded
 *
 * What:  two steps, each pure: the file header, then the table of program
 *        headers, which the caller reads in between. The result lists what
 *        exec needs; the segments themselves stay in the caller's table.
 * Locks: none. Context: any; no allocation. Nothing read from the file is
 *        trusted: every sum is checked.
 * Not:   mapping, stack and auxiliary vector (kernel/proc/exec.c).
 * See:   System V gABI chapter 5, psABI AMD64 chapter 5, elf(5), execve(2).
 */
#ifndef LIB_ELF_H
#define LIB_ELF_H

#include <lib/types.h>
#include <uapi/elf.h>

/* A table of program headers is at most so many bytes. */
#define ELF_PHDRS_MAX_BYTES 65536u

enum elf_stack {
	/* No PT_GNU_STACK: as ELF_STACK_NOEXEC on x86-64. */
	ELF_STACK_DEFAULT,
	ELF_STACK_NOEXEC,
	ELF_STACK_EXEC,
};

struct elf_image {
	/* As linked: add the load bias, which is 0 when not @relocatable. */
	u64 entry;
	/* ET_DYN: may be loaded anywhere. */
	bool relocatable;
	enum elf_stack stack;
	/* PT_LOAD segments with memsz > 0. */
	u32 nloads;
	/* Pages [start, end) that the segments cover; page aligned. */
	u64 start;
	u64 end;
	/* Largest p_align of a PT_LOAD that is a power of two; >= PAGE_SIZE. */
	u64 align;
	/* Where the program header table is in memory, as linked; 0 if not. */
	u64 phdr_vaddr;
	u32 phnum;
	/* End of the last segment in memory: the program break starts here. */
	u64 brk;
	/* As /proc/PID/stat shows them. */
	u64 start_code;
	u64 end_code;
	u64 start_data;
	u64 end_data;
	/* PT_INTERP: the path with its final 0; interp_size 0 when absent. */
	u64 interp_offset;
	u64 interp_size;
	/* PT_TLS: tls_memsz 0 when absent. */
	u64 tls_vaddr;
	u64 tls_filesz;
	u64 tls_memsz;
	u64 tls_align;
	/* End of the last segment in the file; may be beyond the file's end. */
	u64 file_end;
};

/*
 * elf_check_header - is this a program for this machine?
 * @ehdr:        the first 64 bytes of the file
 * @len_bytes:   how many of them the file has
 * @phdrs_bytes: size of the table at ehdr->e_phoff, to be read next; on
 *               success only
 * Return:   0, -ENOEXEC (no ELF, not 64 bit little endian, neither ET_EXEC nor
 *           ET_DYN, another machine, or no or too many program headers)
 */
MUST_CHECK int elf_check_header(const struct elf64_ehdr *ehdr,
				size_t len_bytes, size_t *phdrs_bytes);

/*
 * elf_check_segments - check the program headers and sum them up
 * @ehdr:    passed elf_check_header
 * @phdrs:   the table, ehdr->e_phnum entries
 * @limit:   end of user addresses, page aligned: a segment may reach up to it
 * @out:     filled on success only
 * Return:   0, -ENOEXEC (a PT_INTERP shorter than 2 or longer than PATH_MAX
 *           bytes), -EINVAL (no segment to load; a segment with more in the
 *           file than in memory, reaching past @limit, or with an offset that
 *           does not agree with its address within a page; an entry point
 *           past @limit). Segments may overlap: the later one is seen.
 *           Linux finds the causes of -EINVAL after the old program is gone,
 *           so that there the process dies of SIGSEGV.
 */
MUST_CHECK int elf_check_segments(const struct elf64_ehdr *ehdr,
				  const struct elf64_phdr *phdrs, u64 limit,
				  struct elf_image *out);

/*
 * elf_next_load - walk over the segments to map
 * @from:    index to begin with
 * Return:   index of the next PT_LOAD with memsz > 0, or @phnum
 */
u32 elf_next_load(const struct elf64_phdr *phdrs, u32 phnum, u32 from);

/* Walk over them; @i is a u32. */
#define for_each_elf_load(i, phdrs, phnum)				\
	for ((i) = elf_next_load(phdrs, phnum, 0); (i) < (phnum);	\
	     (i) = elf_next_load(phdrs, phnum, (i) + 1))

#endif
