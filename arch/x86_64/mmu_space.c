/*
 * arch/x86_64/mmu_space.c - the page tables of an address space as a whole
 *
 * What:  its birth, the copy that fork makes, and its end. The lowest tables
 *        are gone through one after the other, by what was noted of them at
 *        their birth, or by a walk when they were too many to note; in each
 *        only the entries that were ever used are looked at.
 * Locks: as mmu.c.
 * Life:  mmu_init -> mmu_copy, and what mmu.c does -> mmu_fini.
 * See:   docs/memory.md
 */
#include <arch/mmu.h>

#include <core/assert.h>
#include <uapi/errno.h>

#include "mmu_internal.h"

/* Lowest tables copied before others get a chance at the locks. */
#define COPY_TABLES 16

int mmu_init(struct mmu *mmu)
{
	u64 *top;

	mmu->root = table_alloc();
	if (!mmu->root)
		return -ENOMEM;
	mmu->cpus = (struct cpumask){ 0 };
	mmu->npagetables = 0;
	mmu->ntracked = 0;
	top = phys_to_virt(mmu->root);
	for (u32 i = 0; i < direct_map_slots; i++)
		top[SLOT_DIRECT + i] = kernel_top[SLOT_DIRECT + i];
	for (u32 i = 0; i < NSLOTS_KMAP; i++)
		top[SLOT_KMAP + i] = kernel_top[SLOT_KMAP + i];
	top[SLOT_IMAGE] = kernel_top[SLOT_IMAGE];
	return 0;
}

static bool all_tracked(const struct mmu *mmu)
{
	return mmu->ntracked <= MMU_TRACKED;
}

static inline u64 tracked_va(u64 key)
{
	return PAGE_ALIGN_DOWN(key);
}

static inline u32 tracked_shift(u64 key)
{
	return key & ~PAGE_MASK;
}

/* Entries of a table that were used, bit by bit; some lines at a time. */
struct lines {
	u64 *table;
	u64 va;			/* of the first entry */
	u64 left;
	bool whole;		/* nothing is known of the table */
};

static inline struct lines lines_of(const struct mmu *mmu, u64 entry, u64 va)
{
	u32 place = table_place(entry);

	return (struct lines){
		.table = pte_table(entry),
		.va = va,
		.left = place ? mmu->lines[place - 1] : 1,
		.whole = !place,
	};
}

/* The next entries to look at. */
static inline bool lines_next(struct lines *l, struct run *r)
{
	u32 first;

	if (!l->left)
		return false;
	first = (u32)__builtin_ctzll(l->left) * LINE_ENTRIES;
	l->left &= l->left - 1;
	r->pte = l->table + first;
	r->stop = r->pte + (l->whole ? TABLE_ENTRIES : LINE_ENTRIES);
	r->bias = l->va - (u64)l->table * (PAGE_SIZE / sizeof(*l->table));
	return true;
}

/* When not all tables are noted: the entry of the first lowest table at *@va
 * or behind it, and *@va the first address that is its own. NULL: no more. */
static u64 *next_table(const struct mmu *mmu, u64 *va)
{
	u64 *entry;

	while ((entry = entry_find(mmu, va, USER_END, 21)) && !*entry)
		*va = ALIGN_DOWN(*va, SPAN_2M) + SPAN_2M;
	*va = ALIGN_DOWN(*va, SPAN_2M);
	return entry;
}

/* ------------------------------------------------------------------ copy */

/* The lowest table of the copy, when there is one, and its lines in use. */
struct target {
	u64 *table;
	u64 lines;
};

/* Where the copy of the entries from @r->pte on goes. NULL: no memory. */
static u64 *target_of(struct target *t, const struct mmu_copy *c,
		      const struct run *r)
{
	u64 va = run_va(r, r->pte);
	u32 first = table_index(va, PAGE_SHIFT);

	if (!t->table) {
		u64 *pte = pte_create(c->dst, va);

		if (!pte)
			return NULL;
		t->table = pte - first;
	}
	t->lines |= r->stop - r->pte == LINE_ENTRIES ?
		    BIT(first / LINE_ENTRIES) : ~0ull;
	return t->table + first;
}

static int copy_run(struct target *t, const struct mmu_copy *c,
		    const struct run *r)
{
	mmu_share_fn fn = c->fn;
	void *arg = c->arg;
	u64 *pte, *to = NULL;

	for_each_pte(pte, r) {
		u64 e = *pte;
		u64 got = fn(run_va(r, pte), e & PTE_ADDR, arg);

		if (!got)
			continue;
		if (unlikely(!to)) {
			to = target_of(t, c, r);
			if (!to)
				return -ENOMEM;
		}
		if ((got & MMU_PROTECT_BOTH) && (e & PTE_WRITE)) {
			__atomic_fetch_and(pte, ~PTE_WRITE, __ATOMIC_SEQ_CST);
			e &= ~PTE_WRITE;
		}
		/* Nobody wrote through the new mapping yet. */
		e &= ~(PTE_ADDR | PTE_DIRTY);
		WRITE_ONCE(to[pte - r->pte], e | (got & PTE_ADDR));
	}
	return 0;
}

/* @entry points to the lowest table for @va on. */
static int copy_table(const struct mmu_copy *c, u64 entry, u64 va)
{
	struct lines lines = lines_of(c->src, entry, va);
	struct target target = { 0 };
	struct run r;
	u32 place;
	int err = 0;

	while (!err && lines_next(&lines, &r)) {
		if (run_va(&r, r.pte) < c->skip_from ||
		    run_va(&r, r.stop) > c->skip_to)
			err = copy_run(&target, c, &r);
	}
	if (!target.table)
		return err;
	place = table_place(*entry_of(c->dst, va, 21));
	if (place)
		c->dst->lines[place - 1] |= target.lines;
	return err;
}

static int copy_tracked(const struct mmu_copy *c)
{
	const struct mmu *src = c->src;
	int err = 0;

	for (u32 i = 0; !err && i < src->ntracked; i++) {
		u64 key = src->tracked[i];

		if (tracked_shift(key) == 21)
			err = copy_table(c, *entry_of(src, tracked_va(key), 21),
					 tracked_va(key));
	}
	return err;
}

int mmu_copy(struct mmu_copy *c)
{
	int err = 0;
	u64 *e;

	if (!c->next && all_tracked(c->src))
		return copy_tracked(c);
	for (u32 n = 0; !err && n < COPY_TABLES; n++) {
		e = next_table(c->src, &c->next);
		if (!e)
			return 0;
		err = copy_table(c, *e, c->next);
		c->next += SPAN_2M;
	}
	return err ? err : 1;
}

/* ------------------------------------------------------------------- end */

static void clear_table(struct lines lines, mmu_plain_fn fn, void *arg)
{
	struct run r;
	u64 *pte;

	while (lines_next(&lines, &r)) {
		for_each_pte(pte, &r) {
			paddr_t pa = *pte & PTE_ADDR;

			*pte = 0;
			fn(run_va(&r, pte), pa, arg);
		}
	}
}

/* By what was noted at their birth, children first. */
static void free_tracked(struct mmu *mmu, mmu_plain_fn fn, void *arg)
{
	while (mmu->ntracked) {
		u64 key = mmu->tracked[--mmu->ntracked];
		u64 *e = entry_of(mmu, tracked_va(key), tracked_shift(key));
		paddr_t pa = *e & PTE_ADDR;

		if (tracked_shift(key) == 21)
			clear_table(lines_of(mmu, *e, tracked_va(key)),
				    fn, arg);
		*e = 0;
		table_free(pa);
	}
	mmu->npagetables = 0;
}

static void free_all(struct mmu *mmu, mmu_plain_fn fn, void *arg)
{
	u64 va = 0;
	u64 *e;

	for (; (e = next_table(mmu, &va)) != NULL; va += SPAN_2M)
		clear_table(lines_of(mmu, *e, va), fn, arg);
	tables_free_all(mmu);
}

void mmu_fini(struct mmu *mmu, mmu_plain_fn fn, void *arg)
{
	u64 *top = phys_to_virt(mmu->root);

	tlb_evict(mmu);
	if (all_tracked(mmu))
		free_tracked(mmu, fn, arg);
	else
		free_all(mmu, fn, arg);
	ASSERT(mmu->npagetables == 0);
	for (u32 i = 0; i < direct_map_slots; i++)
		top[SLOT_DIRECT + i] = 0;
	for (u32 i = 0; i < NSLOTS_KMAP; i++)
		top[SLOT_KMAP + i] = 0;
	top[SLOT_IMAGE] = 0;
	table_free(mmu->root);
	mmu->root = 0;
}
