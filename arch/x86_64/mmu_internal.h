/*
 * arch/x86_64/mmu_internal.h - what mmu.c, kmap.c, direct_map.c, tlb.c share
 *
 * What:  entry and flag conversion, the pages that tables are made of, and
 *        the way a space is taken off the CPUs.
 * Not:   the contract with the rest of the kernel (include/arch/mmu.h).
 */
#ifndef X86_MMU_INTERNAL_H
#define X86_MMU_INTERNAL_H

#include <arch/mmu.h>
#include <asm/cpu.h>
#include <asm/pte.h>

static_assert(PTE_WRITE == MMU_WRITE << 1, "pte_make moves the bit");
static_assert(PTE_USER == MMU_USER, "pte_make keeps the bit");
static_assert(PTE_DIRTY == MMU_DIRTY << 1, "pte_make moves the bit");
static_assert(MMU_ACCESSED == PTE_ACCESSED << 1, "pte_flags moves the bit");

/* Top-level slots of the kernel's half that are in use. */
#define SLOT_DIRECT 256
#define SLOT_KMAP 384
#define NSLOTS_KMAP ((KMAP_END - KMAP_BASE) / SPAN_512G)
#define SLOT_IMAGE 511

/* Top-level table of the kernel and of idle CPUs; in the image. */
extern u64 kernel_top[TABLE_ENTRIES];
/* Top-level slots of the direct map. [I] after arch_init_memory */
extern u32 direct_map_slots;

/* An entry for a 4 KiB page. Accessed from the start: nothing ages pages, and
 * the processor is spared the update. */
static inline u64 pte_make(paddr_t pa, u32 flags)
{
	u64 e = pa | PTE_ACCESSED;

	e |= (flags & (MMU_WRITE | MMU_DIRTY)) << 1;
	e |= flags & MMU_USER;
	e |= (flags & MMU_PROTNONE) ? PTE_PROTNONE : PTE_PRESENT;
	if (!(flags & MMU_EXEC) && cpu_has(CPU_NX))
		e |= PTE_NX;
	if (unlikely(flags & (MMU_NOCACHE | MMU_WC)))
		e |= flags & MMU_WC ? PTE_PAT : PTE_PCD | PTE_PWT;
	return e;
}

/* What pte_make was told, and what the processor added. */
static inline u32 pte_flags(u64 e)
{
	u32 flags = (e & (PTE_WRITE | PTE_DIRTY)) >> 1;

	flags |= e & PTE_USER;
	flags |= (e & PTE_ACCESSED) << 1;
	if (!(e & PTE_NX))
		flags |= MMU_EXEC;
	if (unlikely(e & (PTE_PCD | PTE_PAT)))
		flags |= e & PTE_PAT ? MMU_WC : MMU_NOCACHE;
	if (unlikely(e & PTE_PROTNONE))
		flags |= MMU_PROTNONE;
	return flags;
}

/* The form of an entry for 2 MiB or 1 GiB: its PAT bit moves. */
static inline u64 pte_enlarge(u64 e)
{
	if (e & PTE_PAT)
		e |= PTE_LARGE_PAT;
	return e | PTE_LARGE;
}

static inline u64 *pte_table(u64 e)
{
	return phys_to_virt(e & PTE_ADDR);
}

/* The user half ends here for the tables; its last page is never mapped. */
#define USER_HALF_END BIT(47)

/*
 * The entry that points to a lowest table holds one more than the table's place
 * in mmu->tracked, in bits that the processor ignores; 0: it is not there. So
 * whoever has walked to the table finds mmu->lines, where each bit stands for
 * eight entries that were used since they were last unmapped together: most
 * spaces have few pages in each table, and whoever goes through all of them
 * need not look at the rest.
 * Source: Intel SDM volume 3, table 4-18.
 */
#define PLACE_SHIFT 52
#define PLACE_MASK (31ull << PLACE_SHIFT)
#define LINE_ENTRIES 8
#define LINE_BYTES (LINE_ENTRIES * sizeof(u64))

static_assert(MMU_TRACKED <= PLACE_MASK >> PLACE_SHIFT,
	      "the last place, and one more, fit");

static inline u32 table_place(u64 entry)
{
	return (entry & PLACE_MASK) >> PLACE_SHIFT;
}

static inline u64 tracked_va(u64 key)
{
	return PAGE_ALIGN_DOWN(key);
}

static inline u32 tracked_shift(u64 key)
{
	return key & ~PAGE_MASK;
}

/* The entry of a table that is there. */
static inline u64 *entry_of(const struct mmu *mmu, u64 va, u32 shift)
{
	u64 *table = phys_to_virt(mmu->root);

	for (u32 s = TABLE_SHIFT_TOP; s > shift; s -= TABLE_SHIFT_STEP)
		table = pte_table(table[table_index(va, s)]);
	return &table[table_index(va, shift)];
}

/* First entry spanning 1 << @shift at or after *@vap whose table exists; *@vap
 * moves to its address. NULL: none before @end. */
u64 *entry_find(const struct mmu *mmu, u64 *vap, u64 end, u32 shift);
/* The lowest entry for @va, with its tables made when they are absent; NULL:
 * no memory. */
u64 *pte_create(struct mmu *mmu, u64 va);
/* Free all tables of the user half, which are empty. */
void tables_free_all(struct mmu *mmu);

/* Neighbouring lowest entries, in one table, of a range that is worked on. */
struct run {
	u64 *pte;	/* first */
	u64 *stop;	/* behind the last */
	u64 bias;	/* see run_va */
	u64 next;	/* address from which the next one is looked for */
};

static inline u64 run_va(const struct run *r, const u64 *pte)
{
	return (u64)pte * (PAGE_SIZE / sizeof(*pte)) + r->bias;
}

/* The first entry from @pte on that is not empty, or @stop. Large spaces are
 * mostly empty, so eight at a time are passed over. */
static inline u64 *pte_next(u64 *pte, u64 *stop)
{
	if (pte < stop && *pte)
		return pte;
	for (; pte + 8 <= stop; pte += 8) {
		if (pte[0] | pte[1] | pte[2] | pte[3] | pte[4] | pte[5] |
		    pte[6] | pte[7])
			break;
	}
	while (pte < stop && !*pte)
		pte++;
	return pte;
}

#define for_each_pte(pte, r)						\
	for ((pte) = pte_next((r)->pte, (r)->stop); (pte) < (r)->stop;	\
	     (pte) = pte_next((pte) + 1, (r)->stop))

/*
 * table_alloc - one zeroed page for a table, from this CPU's reserve first
 * Context: task, after mm_init; any locks of higher layers
 * Return:  physical address, 0: no memory.
 */
paddr_t table_alloc(void);
/* Give back @n table pages in which every entry is zero. */
void tables_free(const paddr_t *pages, u32 n);

/*
 * kernel_entry - the entry for @va in the kernel's tables
 * @shift: 12, 21 or 30: the span of the entry
 * @alloc: makes missing tables (0: no memory); NULL: do not make any
 * Context: any; CPUs may build neighbouring tables at the same time
 * Return:  NULL when a table is missing, or @va lies in a larger page.
 */
u64 *kernel_entry(u64 va, u32 shift, paddr_t (*alloc)(void));

/* Take @mmu off all CPUs that keep it loaded without a need; its mask is
 * empty afterwards. Context: as tlb_flush_range. */
void tlb_evict(struct mmu *mmu);
/* Flush kernel addresses on every CPU. Context: interrupts on, once other
 * CPUs run. */
void tlb_flush_kernel(u64 start, u64 end);

#endif
