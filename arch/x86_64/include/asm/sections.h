/*
 * arch/x86_64/include/asm/sections.h - where the parts of the image lie
 *
 * What:  addresses that linker.ld defines; only the address of each means
 *        anything. All are page aligned.
 */
#ifndef ASM_SECTIONS_H
#define ASM_SECTIONS_H

extern char kernel_start[], kernel_end[];
extern char text_start[], text_end[];
extern char rodata_start[], rodata_end[];
extern char data_start[];

#endif
