/*
 * arch/x86_64/include/asm/pte.h - bits of page-table entries
 *
 * What:  the hardware's bits, the one software bit, and the arithmetic that
 *        finds an entry in a table.
 * Not:   who writes entries: mmu.c, kmap.c and direct_map.c alone.
 * See:   Intel SDM volume 3, section 4.5 (4-level paging) and 4.9 (PAT).
 */
#ifndef ASM_PTE_H
#define ASM_PTE_H

#include <lib/types.h>

#define PTE_PRESENT BIT(0)
#define PTE_WRITE BIT(1)
#define PTE_USER BIT(2)
#define PTE_PWT BIT(3)
#define PTE_PCD BIT(4)
#define PTE_ACCESSED BIT(5)
#define PTE_DIRTY BIT(6)
#define PTE_PAT BIT(7)		/* in an entry for 4 KiB */
#define PTE_LARGE BIT(7)	/* in an entry for 2 MiB or 1 GiB */
#define PTE_GLOBAL BIT(8)
#define PTE_PROTNONE BIT(9)	/* software: page kept, PRESENT clear */
#define PTE_LARGE_PAT BIT(12)
#define PTE_NX BIT(63)
#define PTE_ADDR 0x000ffffffffff000ull

/* Entries that point to tables allow everything; the leaf decides. */
#define TABLE_USER (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED)
#define TABLE_KERNEL (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED)

/* Bytes that one entry spans: in the lowest table, one above, two above, top */
#define SPAN_4K BIT(12)
#define SPAN_2M BIT(21)
#define SPAN_1G BIT(30)
#define SPAN_512G BIT(39)

#define TABLE_ENTRIES 512
#define TABLE_SHIFT_TOP 39
#define TABLE_SHIFT_STEP 9

/* Place of @va in a table whose entries span 1 << @shift bytes. */
static inline u32 table_index(u64 va, u32 shift)
{
	return (va >> shift) & (TABLE_ENTRIES - 1);
}

#endif
