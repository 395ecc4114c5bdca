/*
 * tests/user/lib/image.c - executable files made by hand
 *
 * What:  builds a one-page ELF64 program and runs it in a child.
 */
#include "image.h"

#include "test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* exits with 7 */
__asm__(".pushsection .rodata\n"
	".globl code_exit7, code_exit7_end\n"
	"code_exit7:\n"
	"	mov $7, %edi\n"
	"	mov $231, %eax\n"
	"	syscall\n"
	"code_exit7_end:\n"
	".popsection");

/*
 * exits with 0 if the process starts as the ABI says; 1: the flags are not
 * 0x202, 2: a general or segment register is not zero, 3: stack not aligned
 */
__asm__(".pushsection .rodata\n"
	".globl code_initial, code_initial_end\n"
	"code_initial:\n"
	"	pushfq\n"
	"	or %rbx, %rax\n"
	"	or %rcx, %rax\n"
	"	or %rdx, %rax\n"
	"	or %rsi, %rax\n"
	"	or %rdi, %rax\n"
	"	or %rbp, %rax\n"
	"	or %r8, %rax\n"
	"	or %r9, %rax\n"
	"	or %r10, %rax\n"
	"	or %r11, %rax\n"
	"	or %r12, %rax\n"
	"	or %r13, %rax\n"
	"	or %r14, %rax\n"
	"	or %r15, %rax\n"
	"	mov %ds, %ebx\n"
	"	or %rbx, %rax\n"
	"	mov %es, %ebx\n"
	"	or %rbx, %rax\n"
	"	mov %fs, %ebx\n"
	"	or %rbx, %rax\n"
	"	mov %gs, %ebx\n"
	"	or %rbx, %rax\n"
	"	pop %rbx\n"
	"	mov $1, %edi\n"
	"	cmp $0x202, %rbx\n"
	"	jne 1f\n"
	"	mov $2, %edi\n"
	"	test %rax, %rax\n"
	"	jnz 1f\n"
	"	mov $3, %edi\n"
	"	test $15, %spl\n"
	"	jnz 1f\n"
	"	xor %edi, %edi\n"
	"1:	mov $231, %eax\n"
	"	syscall\n"
	"code_initial_end:\n"
	".popsection");

/*
 * sums the bytes from 0x500000 to 0x503000 and exits with the sum: the
 * test puts a data segment with a zero tail there
 */
__asm__(".pushsection .rodata\n"
	".globl code_bss, code_bss_end\n"
	"code_bss:\n"
	"	xor %edi, %edi\n"
	"	mov $0x500000, %esi\n"
	"1:	movzbl (%rsi), %eax\n"
	"	add %eax, %edi\n"
	"	inc %esi\n"
	"	cmp $0x503000, %esi\n"
	"	jb 1b\n"
	"	movb $1, -1(%rsi)\n"
	"	mov $231, %eax\n"
	"	syscall\n"
	"code_bss_end:\n"
	".popsection");

/* exits with the effective user id modulo 256 */
__asm__(".pushsection .rodata\n"
	".globl code_euid, code_euid_end\n"
	"code_euid:\n"
	"	mov $107, %eax\n"
	"	syscall\n"
	"	movzbl %al, %edi\n"
	"	mov $231, %eax\n"
	"	syscall\n"
	"code_euid_end:\n"
	".popsection");

/*
 * exits with the low byte of what prctl(OPTION, pointer) writes; the test puts
 * the option into the second byte of the code
 */
__asm__(".pushsection .rodata\n"
	".globl code_prctl, code_prctl_end\n"
	"code_prctl:\n"
	"	mov $0, %edi\n"
	"	push $0\n"
	"	mov %rsp, %rsi\n"
	"	mov $157, %eax\n"
	"	syscall\n"
	"	movzbl (%rsp), %edi\n"
	"	mov $231, %eax\n"
	"	syscall\n"
	"code_prctl_end:\n"
	".popsection");

void image_init(struct image *image, const char *code, const char *end)
{
	memset(image, 0, sizeof(*image));
	memcpy(image->head.e_ident, ELFMAG, SELFMAG);
	image->head.e_ident[EI_CLASS] = ELFCLASS64;
	image->head.e_ident[EI_DATA] = ELFDATA2LSB;
	image->head.e_ident[EI_VERSION] = EV_CURRENT;
	image->head.e_type = ET_EXEC;
	image->head.e_machine = EM_X86_64;
	image->head.e_version = EV_CURRENT;
	image->head.e_entry = IMAGE_BASE + offsetof(struct image, bytes);
	image->head.e_phoff = offsetof(struct image, seg);
	image->head.e_ehsize = sizeof(Elf64_Ehdr);
	image->head.e_phentsize = sizeof(Elf64_Phdr);
	image->head.e_phnum = 1;
	image->seg[0].p_type = PT_LOAD;
	image->seg[0].p_flags = PF_R | PF_X;
	image->seg[0].p_vaddr = IMAGE_BASE;
	image->seg[0].p_filesz = IMAGE_SIZE;
	image->seg[0].p_memsz = IMAGE_SIZE;
	image->seg[0].p_align = 4096;
	memcpy(image->bytes, code, end - code);
}

void image_write(const struct image *image, const char *path, size_t len_bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	need(fd >= 0);
	need(write(fd, image, len_bytes) == (ssize_t)len_bytes);
	need(!close(fd));
}

int exec_status(const char *path)
{
	char *none[] = { NULL };
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		execve(path, none, none);
		_exit(128 + errno);
	}
	return reap(pid);
}

int image_status(const struct image *image, const char *path)
{
	unlink(path);
	image_write(image, path, sizeof(*image));
	return exec_status(path);
}
