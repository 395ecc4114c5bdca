/*
 * arch/x86_64/mmu.c - the page tables of an address space
 *
 * What:  map, replace, query, unmap, protect, move, walk and trim for 4 KiB
 *        user pages in 4-level tables. Ranges are worked through table by
 *        table: what is absent is skipped at the highest level it can be.
 * Locks: none of its own. The owner serialises all changes of one mmu; the
 *        processors themselves set the accessed and dirty bits at any time,
 *        so an entry that may be live is only exchanged or compare-swapped.
 * Life:  table pages are born in pte_create, found again in mmu->entries, and
 *        die in mmu_trim or mmu_fini. A page that is kept without access
 *        (PTE_PROTNONE) is not present for the processor, but it is for us:
 *        every entry that is not zero names a page.
 * Not:   a space as a whole (mmu_space.c), flushing (tlb.c), the kernel's half
 *        (direct_map.c, kmap.c).
 * See:   Intel SDM volume 3, sections 4.5 and 4.10.
 */
#include <arch/mmu.h>

#include <core/assert.h>
#include <lib/atomic.h>
#include <uapi/errno.h>

#include "mmu_internal.h"

static u64 skip_absent(const u64 *table, u64 va, u64 end, u32 shift)
{
	u32 i = table_index(va, shift);

	va = ALIGN_DOWN(va, BIT(shift));
	do {
		va += BIT(shift);
		i++;
	} while (i < TABLE_ENTRIES && va < end && !table[i]);
	return va;
}

u64 *entry_find(const struct mmu *mmu, u64 *vap, u64 end, u32 shift)
{
	u64 va = *vap;

	while (va < end) {
		u64 *table = phys_to_virt(mmu->root);
		u32 s = TABLE_SHIFT_TOP;

		while (s > shift) {
			u64 e = table[table_index(va, s)];

			if (!e)
				break;
			table = pte_table(e);
			s -= TABLE_SHIFT_STEP;
		}
		if (s == shift) {
			*vap = va;
			return &table[table_index(va, shift)];
		}
		va = skip_absent(table, va, end, s);
	}
	return NULL;
}

/* The table below entry @shift of @table, NULL when absent. */
static inline u64 *table_below(const u64 *table, u64 va, u32 shift)
{
	u64 e = table[table_index(va, shift)];

	return e ? pte_table(e) : NULL;
}

/* The lowest entry for @va, NULL when its table is absent. */
static inline u64 *leaf_lookup(const struct mmu *mmu, u64 va)
{
	u64 *table = table_below(phys_to_virt(mmu->root), va, 39);

	if (table)
		table = table_below(table, va, 30);
	if (table)
		table = table_below(table, va, 21);
	return table ? &table[table_index(va, PAGE_SHIFT)] : NULL;
}

/* First lowest entry at or after *@vap, as entry_find. */
static inline u64 *leaf_find(const struct mmu *mmu, u64 *vap, u64 end)
{
	u64 *pte;

	if (*vap >= end)
		return NULL;
	pte = leaf_lookup(mmu, *vap);
	return pte ? pte : entry_find(mmu, vap, end, PAGE_SHIFT);
}

/* Find the next run before @end; r->next says from where. */
static bool run_next(const struct mmu *mmu, struct run *r, u64 end)
{
	u64 va = r->next;
	u64 *pte = leaf_find(mmu, &va, end);

	if (!pte)
		return false;
	r->next = min(end, ALIGN_DOWN(va, SPAN_2M) + SPAN_2M);
	r->pte = pte;
	r->stop = pte + (r->next - va) / PAGE_SIZE;
	r->bias = va - (u64)pte * (PAGE_SIZE / sizeof(*pte));
	return true;
}

static void track(struct mmu *mmu, u64 *entry, u64 va, u32 shift)
{
	u32 i = mmu->ntracked;

	if (i >= MMU_TRACKED) {
		mmu->ntracked = MMU_TRACKED + 1;
		return;
	}
	mmu->ntracked = i + 1;
	mmu->entries[i] = entry;
	mmu->tracked[i] = ALIGN_DOWN(va, BIT(shift)) | shift;
	mmu->lines[i] = 0;
	if (shift == 21)
		*entry |= (i + 1ull) << PLACE_SHIFT;
}

/* Those behind the place move up. */
static void untrack(struct mmu *mmu, const u64 *entry)
{
	u32 i = 0;

	if (mmu->ntracked > MMU_TRACKED)
		return;
	while (mmu->entries[i] != entry) {
		i++;
		ASSERT(i < mmu->ntracked);
	}
	mmu->ntracked--;
	for (; i < mmu->ntracked; i++) {
		mmu->entries[i] = mmu->entries[i + 1];
		mmu->tracked[i] = mmu->tracked[i + 1];
		mmu->lines[i] = mmu->lines[i + 1];
		if (tracked_shift(mmu->tracked[i]) == 21)
			*mmu->entries[i] -= 1ull << PLACE_SHIFT;
	}
}

static NOINLINE u64 *table_add(struct mmu *mmu, u64 *entry, u64 va, u32 shift)
{
	paddr_t pa = table_alloc();

	if (!pa)
		return NULL;
	store_release(entry, pa | TABLE_USER);
	track(mmu, entry, va, shift);
	mmu->npagetables++;
	return phys_to_virt(pa);
}

/* As table_below, but made when absent; NULL: no memory. */
static inline u64 *table_make(struct mmu *mmu, u64 *table, u64 va, u32 shift)
{
	u64 *entry = &table[table_index(va, shift)];
	u64 e = *entry;

	return likely(e) ? pte_table(e) : table_add(mmu, entry, va, shift);
}

u64 *pte_create(struct mmu *mmu, u64 va)
{
	u64 *table = table_make(mmu, phys_to_virt(mmu->root), va, 39);
	u64 *entry;
	u32 place;

	if (table)
		table = table_make(mmu, table, va, 30);
	if (!table)
		return NULL;
	entry = &table[table_index(va, 21)];
	table = table_make(mmu, table, va, 21);
	if (!table)
		return NULL;
	place = table_place(*entry);
	if (likely(place))
		mmu->lines[place - 1] |= BIT(table_index(va, PAGE_SHIFT) /
					     LINE_ENTRIES);
	return &table[table_index(va, PAGE_SHIFT)];
}

/* Table pages on their way out, chained through their first entry. The chain
 * is harmless to a processor that still walks them: a page-aligned address
 * does not have the present bit. */
struct trim {
	struct mmu *mmu;
	u64 start;
	u64 end;
	paddr_t chain;
};

static void trim_detach(struct trim *t, u64 *entry)
{
	u64 *table = pte_table(*entry);
	paddr_t pa = *entry & PTE_ADDR;

	WRITE_ONCE(*entry, 0);
	untrack(t->mmu, entry);
	t->mmu->npagetables--;
	ASSERT(!table[0]);
	table[0] = t->chain;
	t->chain = pa;
}

static void trim_level(struct trim *t, u32 shift)
{
	u64 span = BIT(shift);
	u64 va = ALIGN_UP(t->start, span);
	u64 end = ALIGN_DOWN(t->end, span);
	u64 *e;

	while ((e = entry_find(t->mmu, &va, end, shift)) != NULL) {
		u64 table_span = span * TABLE_ENTRIES;
		u64 stop = min(end, ALIGN_DOWN(va, table_span) + table_span);

		for (; va < stop; va += span, e++) {
			if (*e)
				trim_detach(t, e);
		}
	}
}

static void trim_detach_all(struct trim *t)
{
	trim_level(t, 21);
	trim_level(t, 30);
	trim_level(t, 39);
}

static void trim_free(struct trim *t)
{
	while (t->chain) {
		paddr_t pa = t->chain;
		u64 *table = phys_to_virt(pa);

		t->chain = table[0];
		table[0] = 0;
		tables_free(&pa, 1);
	}
}

void tables_free_all(struct mmu *mmu)
{
	struct trim t = { .mmu = mmu, .end = USER_HALF_END };

	trim_detach_all(&t);
	trim_free(&t);
}

void mmu_trim(struct mmu *mmu, u64 start, u64 end)
{
	struct trim t = { .mmu = mmu, .start = start, .end = end };

	if (end == USER_END)
		t.end = USER_HALF_END;
	trim_detach_all(&t);
	if (!t.chain)
		return;
	/* INVLPG of any one address drops all cached upper levels. */
	tlb_flush_range(mmu, start, start + PAGE_SIZE);
	trim_free(&t);
	if (!mmu->npagetables)
		mmu->ntracked = 0; /* also when they were too many */
}

int mmu_map(struct mmu *mmu, u64 va, paddr_t pa, u32 flags)
{
	u64 *pte;

	ASSERT(va < USER_END && IS_ALIGNED(va | pa, PAGE_SIZE));
	pte = pte_create(mmu, va);
	if (!pte)
		return -ENOMEM;
	if (*pte)
		return -EEXIST;
	store_release(pte, pte_make(pa, flags));
	return 0;
}

u64 mmu_map_some(struct mmu *mmu, u64 va, const struct mmu_some *some)
{
	u64 entry = pte_make(0, some->flags);
	u64 *pte = NULL;
	u64 done = 0;

	for (u32 i = 0; i < some->n; i++, pte++, va += PAGE_SIZE) {
		if (i == 0 || table_index(va, PAGE_SHIFT) % LINE_ENTRIES == 0)
			pte = pte_create(mmu, va);
		if (!pte)
			break;
		if (!some->pages[i] || *pte)
			continue;
		store_release(pte, entry | some->pages[i]);
		done |= BIT(i);
	}
	return done;
}

void mmu_replace(struct mmu *mmu, u64 va, paddr_t pa, u32 flags)
{
	u64 *pte = leaf_lookup(mmu, va);

	ASSERT(pte && *pte);
	store_release(pte, pte_make(pa, flags));
}

u64 mmu_next(const struct mmu *mmu, u64 va, u64 end)
{
	return leaf_find(mmu, &va, end) ? va : end;
}

bool mmu_query(struct mmu *mmu, u64 va, paddr_t *pa, u32 *flags)
{
	u64 *table = phys_to_virt(mmu->root);
	u32 shift = TABLE_SHIFT_TOP;
	u64 e, offset;

	for (;;) {
		e = READ_ONCE(table[table_index(va, shift)]);
		if (!e)
			return false;
		if (shift == PAGE_SHIFT || (e & PTE_LARGE))
			break;
		table = pte_table(e);
		shift -= TABLE_SHIFT_STEP;
	}
	offset = va & (BIT(shift) - 1);
	if (shift > PAGE_SHIFT) /* its PAT bit stands elsewhere */
		e &= ~(PTE_LARGE | PTE_LARGE_PAT);
	if (pa)
		*pa = (e & PTE_ADDR) + offset;
	if (flags)
		*flags = pte_flags(e);
	return true;
}

/* The lines that @r covers have nothing any more: who goes through the table
 * need not look. */
static void forget_lines(struct mmu *mmu, const struct run *r)
{
	u64 first = ((u64)r->pte + LINE_BYTES - 1) / LINE_BYTES;
	u64 n = (u64)r->stop / LINE_BYTES - first;
	u32 place;

	if ((s64)n <= 0)
		return;
	place = table_place(*entry_of(mmu, run_va(r, r->pte), 21));
	if (place)
		mmu->lines[place - 1] &= ~(~0ull >> (64 - n) << first % 64);
}

void mmu_unmap(struct mmu *mmu, u64 start, u64 end, mmu_plain_fn fn,
	       void *arg)
{
	struct run r = { .next = start };
	u64 *pte;

	while (run_next(mmu, &r, end)) {
		for_each_pte(pte, &r) {
			u64 e = xchg(pte, 0);

			if (fn)
				fn(run_va(&r, pte), e & PTE_ADDR, arg);
		}
		forget_lines(mmu, &r);
	}
}

/* New permissions, with the marks that the processor made kept. */
static void pte_protect(u64 *pte, u32 flags)
{
	u64 old = READ_ONCE(*pte);
	u64 new;

	do {
		new = pte_make(old & PTE_ADDR, flags);
		new |= old & (PTE_ACCESSED | PTE_DIRTY);
	} while (!__atomic_compare_exchange_n(pte, &old, new, false,
					      __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
}

void mmu_protect(struct mmu *mmu, u64 start, u64 end, u32 flags,
		 bool (*allow_write)(paddr_t pa, void *arg), void *arg)
{
	bool ask = (flags & MMU_WRITE) && allow_write;
	struct run r = { .next = start };
	u64 *pte;

	while (run_next(mmu, &r, end)) {
		for_each_pte(pte, &r) {
			u32 f = flags;

			if (ask && !allow_write(*pte & PTE_ADDR, arg))
				f &= ~(u32)MMU_WRITE;
			pte_protect(pte, f);
		}
	}
}

struct move {
	struct mmu *mmu;
	u64 distance;		/* to - from, modulo 2^64 */
};

/* Build the target's tables (@commit false), or move (nothing fails then). */
static int move_range(struct move *m, u64 start, u64 end, bool commit)
{
	struct run r = { .next = start };
	u64 *pte;

	while (run_next(m->mmu, &r, end)) {
		for_each_pte(pte, &r) {
			u64 *to = pte_create(m->mmu, run_va(&r, pte) +
						     m->distance);

			if (!to)
				return -ENOMEM;
			if (commit)
				WRITE_ONCE(*to, xchg(pte, 0));
		}
	}
	return 0;
}

int mmu_move(struct mmu *mmu, u64 from, u64 to, u64 len)
{
	struct move m = { .mmu = mmu, .distance = to - from };
	int r;

	ASSERT(from + len <= to || to + len <= from);
	r = move_range(&m, from, from + len, false);
	if (r)
		return r;
	return move_range(&m, from, from + len, true);
}

void mmu_walk(struct mmu *mmu, u64 start, u64 end, mmu_page_fn fn, void *arg)
{
	struct run r = { .next = start };
	u64 *pte;

	while (run_next(mmu, &r, end)) {
		for_each_pte(pte, &r) {
			u64 e = READ_ONCE(*pte);

			fn(run_va(&r, pte), e & PTE_ADDR, pte_flags(e), arg);
		}
	}
}
