/*
 * kernel/core/ksyms.c - names of the kernel's own functions
 *
 * What:  a binary search in the table that the build puts between
 *        ksyms_start and ksyms_end.
 * Locks: none; the table is read-only.
 * Not:   finding the addresses of a back trace (include/arch/system.h).
 * See:   tools/mkksyms.py for the format; linker.ld
 */
#include <core/ksyms.h>
#include <core/image.h>

struct ksym_entry {
	u32 offset;	/* from text_start, ascending */
	u32 name;	/* index into the names */
};

struct ksym_table {
	u32 count;
	u32 names_bytes;
	struct ksym_entry entries[];	/* then the names */
};

static_assert(sizeof(struct ksym_entry) == 8, "as tools/mkksyms.py writes it");
static_assert(sizeof(struct ksym_table) == 8, "as tools/mkksyms.py writes it");

/* The last entry that begins at or before @offset; NULL if there is none. */
static const struct ksym_entry *entry_find(const struct ksym_table *table,
					   u64 offset)
{
	u32 low = 0;
	u32 high = table->count;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (table->entries[mid].offset <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &table->entries[low - 1] : NULL;
}

bool ksym_find(u64 addr, const char **name, u64 *offset)
{
	const struct ksym_table *table = (const void *)ksyms_start;
	u64 text = (u64)text_start;
	const struct ksym_entry *entry;
	const char *names;

	if (ksyms_end - ksyms_start < (ptrdiff_t)sizeof(*table))
		return false;
	if (addr < text || addr >= (u64)text_end)
		return false;
	entry = entry_find(table, addr - text);
	if (!entry)
		return false;
	names = (const char *)&table->entries[table->count];
	*name = names + entry->name;
	*offset = addr - text - entry->offset;
	return **name != '\0';
}
