/*
 * arch/x86_64/include/asm/boot.h - what start-up leaves for the rest of arch/
 *
 * What:  the page kept for the application processors' first instructions.
 */
#ifndef ASM_BOOT_H
#define ASM_BOOT_H

#include <lib/types.h>

/* A free page below 1 MiB, marked MEM_KERNEL in the map; 0: there is none, so
 * no other CPU can be started. */
paddr_t boot_trampoline_page(void);

/* start.asm: the page below the boot CPU's stack, to be left unmapped. */
extern char boot_stack_guard[];

/* start.asm: the third-level table of the direct map (and of the identity map)
 * until arch_init_memory. */
extern u64 boot_pdpt_direct[512];

#endif
