/*
 * arch/x86_64/include/asm/mptable.h - the MultiProcessor table
 */
#ifndef ASM_MPTABLE_H
#define ASM_MPTABLE_H

#include <lib/types.h>

/*
 * mptable_read - what the table below 1 MiB says, as entries of a MADT
 * @start: set on success: the first entry, kept for ever
 * @end:   behind the last
 * Context: boot CPU, after the allocators
 * Return: false: no table, a damaged one, or no memory
 * Source: MultiProcessor Specification 1.4, chapter 4
 */
OPTIONAL bool mptable_read(const u8 **start, const u8 **end);

#endif
