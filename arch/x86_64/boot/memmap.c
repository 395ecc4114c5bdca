/*
 * arch/x86_64/boot/memmap.c - the memory map made from what firmware says
 *
 * What:  firmware's map may be unsorted, overlap itself, and have odd ends;
 *        the result is sorted, disjoint and page aligned. What the kernel
 *        and the loader occupy is laid over it as ranges of their own.
 * Locks: none; pure functions over the caller's memory, tested on the build
 *        machine too.
 * See:   ACPI specification, section 15.4 (address range types).
 */
#include "boot_parts.h"

#define E820_USABLE 1
#define E820_ACPI 3
#define E820_NVS 4
#define E820_BAD 5

/* Highest page-aligned address. */
#define PADDR_TOP PAGE_ALIGN_DOWN(U64_MAX)

enum mem_kind memmap_kind(u32 e820_type)
{
	switch (e820_type) {
	case E820_USABLE:
		return MEM_USABLE;
	case E820_ACPI:
		return MEM_ACPI;
	case E820_NVS:
		return MEM_NVS;
	case E820_BAD:
		return MEM_BAD;
	default:
		return MEM_RESERVED;
	}
}

/* Where ranges overlap, the highest number wins. */
static u32 kind_weight(enum mem_kind kind)
{
	static const u8 weight[] = {
		[MEM_USABLE] = 1,
		[MEM_KERNEL] = 2,
		[MEM_ACPI] = 3,
		[MEM_NVS] = 4,
		[MEM_RESERVED] = 5,
		[MEM_BAD] = 6,
	};

	return weight[kind];
}

static void range_append(struct memmap *m, const struct mem_range *r)
{
	if (r->start >= r->end)
		return;
	if (m->n == BOOT_MAX_RANGES) {
		m->lost++;
		return;
	}
	m->ranges[m->n++] = *r;
}

void memmap_add(struct memmap *m, paddr_t start, u64 len, enum mem_kind kind)
{
	struct mem_range r = { .kind = kind };
	paddr_t end;

	if (!len)
		return;
	if (add_overflow(start, len, &end) || end > PADDR_TOP)
		end = PADDR_TOP;
	if (kind == MEM_USABLE) {
		if (start > PADDR_TOP)
			return;
		r.start = PAGE_ALIGN_UP(start);
		r.end = PAGE_ALIGN_DOWN(end);
	} else {
		r.start = PAGE_ALIGN_DOWN(start);
		r.end = PAGE_ALIGN_UP(end);
	}
	range_append(m, &r);
}

void memmap_limit(struct memmap *m, paddr_t limit)
{
	limit = PAGE_ALIGN_DOWN(limit);
	for (u32 i = 0; i < m->n; i++) {
		struct mem_range *r = &m->ranges[i];

		if (r->kind != MEM_USABLE)
			continue;
		r->start = min(r->start, limit);
		r->end = min(r->end, limit);
	}
}

/* The lowest start or end of any range that lies above @after; U64_MAX when
 * there is none. */
static paddr_t next_border(const struct memmap *m, paddr_t after)
{
	paddr_t best = U64_MAX;

	for (u32 i = 0; i < m->n; i++) {
		const struct mem_range *r = &m->ranges[i];

		if (r->start > after && r->start < best)
			best = r->start;
		if (r->end > after && r->end < best)
			best = r->end;
	}
	return best;
}

/* What covers the page at @pa: false in a hole. */
static bool kind_at(const struct memmap *m, paddr_t pa, enum mem_kind *kind)
{
	bool found = false;

	for (u32 i = 0; i < m->n; i++) {
		const struct mem_range *r = &m->ranges[i];

		if (pa < r->start || pa >= r->end)
			continue;
		if (!found || kind_weight(r->kind) > kind_weight(*kind))
			*kind = r->kind;
		found = true;
	}
	return found;
}

/* Append a piece that lies behind all of @out, or lengthen the last one. */
static void piece_add(struct memmap *out, const struct mem_range *piece)
{
	struct mem_range *last = out->n ? &out->ranges[out->n - 1] : NULL;

	if (last && last->end == piece->start && last->kind == piece->kind)
		last->end = piece->end;
	else
		range_append(out, piece);
}

void memmap_resolve(const struct memmap *raw, struct memmap *out)
{
	struct mem_range piece;
	paddr_t border;

	out->n = 0;
	out->lost = raw->lost;
	piece.start = 0;
	while ((border = next_border(raw, piece.start)) != U64_MAX) {
		piece.end = border;
		if (kind_at(raw, piece.start, &piece.kind))
			piece_add(out, &piece);
		piece.start = border;
	}
}

paddr_t memmap_find_page(const struct memmap *m, paddr_t from, paddr_t to)
{
	for (u32 i = 0; i < m->n; i++) {
		const struct mem_range *r = &m->ranges[i];
		paddr_t pa = max(r->start, from);

		if (r->kind == MEM_USABLE && pa < r->end && pa < to)
			return pa;
	}
	return 0;
}
