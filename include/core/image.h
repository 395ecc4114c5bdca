/*
 * include/core/image.h - where the parts of the kernel image lie
 *
 * What:  the symbols that linker.ld defines; each _end is exclusive. Only
 *        their addresses mean something.
 * Not:   the format of the tables: core/ksyms.h, arch/usercopy.h.
 * See:   linker.ld
 */
#ifndef CORE_IMAGE_H
#define CORE_IMAGE_H

#include <lib/types.h>

/* Link address minus physical address, as in linker.ld. */
#define KERNEL_VMA 0xffffffff80000000ull

/* The whole image; both ends page aligned, bss included. */
extern char kernel_start[], kernel_end[];

/* Page-aligned parts: R-X, R--, RW- (data to bss_end). */
extern char text_start[], text_end[];
extern char rodata_start[], rodata_end[];
extern char data_start[], data_end[];
extern char bss_start[], bss_end[];

/* The boot CPU's per-CPU variables: in bss, 64-byte aligned. */
extern char percpu_start[], percpu_end[];

/* Fix-ups of user copies. */
extern char ex_table_start[], ex_table_end[];

/* The built-in cpio archive; empty unless made by "make image". */
extern char initramfs_start[], initramfs_end[];

/* The symbol table of core/ksyms.h. */
extern char ksyms_start[], ksyms_end[];

#endif
