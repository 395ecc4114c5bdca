/*
 * tests/user/lib/image.h - executable files made by hand
 *
 * What:  a one-segment ELF64 program in memory whose every field a test may
 *        spoil before it is written, and machine code to put into it.
 * See:   elf(5), System V ABI AMD64 supplement
 */
#ifndef TESTS_USER_IMAGE_H
#define TESTS_USER_IMAGE_H

#include "sys.h"

#include <elf.h>
#include <stddef.h>

#define IMAGE_BASE	0x400000UL
#define IMAGE_PHDRS	4
#define IMAGE_SIZE	4096

/*
 * struct image - the file
 * @head:  ELF header; e_phnum is 1 at first
 * @seg:   program headers; the first loads the whole file, read and execute
 * @bytes: code, and anything else, up to the end of the page
 */
struct image {
	Elf64_Ehdr head;
	Elf64_Phdr seg[IMAGE_PHDRS];
	unsigned char bytes[IMAGE_SIZE - sizeof(Elf64_Ehdr) -
			    IMAGE_PHDRS * sizeof(Elf64_Phdr)];
};

/* position-independent code, from its name to its _end */
extern const char code_exit7[], code_exit7_end[];
extern const char code_initial[], code_initial_end[];
extern const char code_bss[], code_bss_end[];
extern const char code_euid[], code_euid_end[];
extern const char code_prctl[], code_prctl_end[];

/* a good program that loads at IMAGE_BASE and runs the code */
void image_init(struct image *image, const char *code, const char *end);

/* write the first @len_bytes of the file with mode 0755 */
void image_write(const struct image *image, const char *path, size_t len_bytes);

/*
 * image_status - write the whole file, execute it in a child, wait
 * Return: the wait status; EXITED(errno) with 128 added if exec failed
 */
int image_status(const struct image *image, const char *path);

/* execute a file in a child with no arguments: as image_status */
int exec_status(const char *path);

#define EXEC_FAILED(error)	EXITED(128 + (error))

#endif
