/*
 * arch/x86_64/mmu_space.c - the page tables of an address space as a whole
 *
 * What:  its birth, the copy that fork makes, and its end. The lowest tables
 *        are gone through one after the other, by what was noted of them at
 *        their birth, or by a walk when they were too many to note; in each
 *        only the entries that may be in use are looked at.
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

/* Lines of a table that may have been used, bit by bit. */
struct lines {
	u64 *table;
	u64 left;
	bool all;		/* nothing is known of the table */
};

static inline struct lines lines_of(const struct mmu *mmu, u64 entry)
{
	u32 place = table_place(entry);

	return (struct lines){
		.table = pte_table(entry),
		.left = place ? mmu->lines[place - 1] : ~0ull,
		.all = !place,
	};
}

static inline bool line_empty(const u64 *pte)
{
	return !(pte[0] | pte[1] | pte[2] | pte[3] | pte[4] | pte[5] | pte[6] |
		 pte[7]);
}

/* The first entry of the next line to look at; NULL: no more. */
static inline u64 *lines_next(struct lines *l)
{
	while (l->left) {
		u32 line = (u32)__builtin_ctzll(l->left);
		u64 *pte = l->table + line * LINE_ENTRIES;

		l->left &= l->left - 1;
		if (!l->all || !line_empty(pte))
			return pte;
	}
	return NULL;
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

/* Where the copy of the line for @va goes. NULL: no memory. */
static u64 *target_of(struct target *t, const struct mmu_copy *c, u64 va)
{
	u32 first = table_index(va, PAGE_SHIFT);

	if (!t->table) {
		u64 *pte = pte_create(c->dst, va);

		if (!pte)
			return NULL;
		t->table = pte - first;
	}
	t->lines |= BIT(first / LINE_ENTRIES);
	return t->table + first;
}

static int copy_line(struct target *t, const struct mmu_copy *c, u64 *line,
		     u64 va)
{
	mmu_share_fn fn = c->fn;
	void *arg = c->arg;
	u64 *to = NULL;

#pragma GCC unroll 8
	for (u32 i = 0; i < LINE_ENTRIES; i++) {
		u64 e = line[i];
		u64 got = e ? fn(va + i * PAGE_SIZE, e & PTE_ADDR, arg) : 0;

		if (!got)
			continue;
		if (unlikely(!to)) {
			to = target_of(t, c, va);
			if (!to)
				return -ENOMEM;
		}
		if ((got & MMU_PROTECT_BOTH) && (e & PTE_WRITE)) {
			__atomic_fetch_and(&line[i], ~PTE_WRITE,
					   __ATOMIC_SEQ_CST);
			e &= ~PTE_WRITE;
		}
		/* Nobody wrote through the new mapping yet. */
		e &= ~(PTE_ADDR | PTE_DIRTY);
		WRITE_ONCE(to[i], e | (got & PTE_ADDR));
	}
	return 0;
}

/* @entry points to the lowest table for @va on. */
static int copy_table(const struct mmu_copy *c, u64 entry, u64 va)
{
	struct lines lines = lines_of(c->src, entry);
	struct target target = { 0 };
	u64 *line;
	u32 place;
	int err = 0;

	while (!err && (line = lines_next(&lines)) != NULL) {
		u64 at = va + (u64)(line - lines.table) * PAGE_SIZE;

		if (at < c->skip_from ||
		    at + LINE_ENTRIES * PAGE_SIZE > c->skip_to)
			err = copy_line(&target, c, line, at);
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
			err = copy_table(c, *src->entries[i], tracked_va(key));
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

/* Pages taken out, handed on by the batch. */
#define GONE_MAX 32

struct gone {
	mmu_pages_fn fn;
	void *arg;
	u32 n;
	paddr_t pages[GONE_MAX + LINE_ENTRIES];
};

static void gone_flush(struct gone *g)
{
	g->fn(g->pages, g->n, g->arg);
	g->n = 0;
}

static void clear_table(struct lines lines, struct gone *g)
{
	u64 *line;

	while ((line = lines_next(&lines)) != NULL) {
		paddr_t *out = g->pages + g->n;

#pragma GCC unroll 8
		for (u32 i = 0; i < LINE_ENTRIES; i++) {
			u64 e = line[i];

			if (!e)
				continue;
			line[i] = 0;
			*out++ = e & PTE_ADDR;
		}
		g->n = (u32)(out - g->pages);
		if (g->n >= GONE_MAX)
			gone_flush(g);
	}
}

/* By what was noted at their birth, children first. */
static void free_tracked(struct mmu *mmu, struct gone *g)
{
	paddr_t tables[MMU_TRACKED];
	u32 n = 0;

	while (mmu->ntracked) {
		u32 i = --mmu->ntracked;
		u64 *e = mmu->entries[i];

		if (tracked_shift(mmu->tracked[i]) == 21)
			clear_table(lines_of(mmu, *e), g);
		tables[n++] = *e & PTE_ADDR;
		*e = 0;
	}
	tables_free(tables, n);
	mmu->npagetables = 0;
}

static void free_all(struct mmu *mmu, struct gone *g)
{
	u64 va = 0;
	u64 *e;

	for (; (e = next_table(mmu, &va)) != NULL; va += SPAN_2M)
		clear_table(lines_of(mmu, *e), g);
	tables_free_all(mmu);
}

void mmu_fini(struct mmu *mmu, mmu_pages_fn fn, void *arg)
{
	struct gone g;
	u64 *top = phys_to_virt(mmu->root);

	tlb_evict(mmu);
	g.fn = fn;
	g.arg = arg;
	g.n = 0;
	if (all_tracked(mmu))
		free_tracked(mmu, &g);
	else
		free_all(mmu, &g);
	if (g.n)
		gone_flush(&g);
	ASSERT(mmu->npagetables == 0);
	for (u32 i = 0; i < direct_map_slots; i++)
		top[SLOT_DIRECT + i] = 0;
	for (u32 i = 0; i < NSLOTS_KMAP; i++)
		top[SLOT_KMAP + i] = 0;
	top[SLOT_IMAGE] = 0;
	tables_free(&mmu->root, 1);
	mmu->root = 0;
}
