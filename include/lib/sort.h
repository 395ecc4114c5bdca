/*
 * include/lib/sort.h - sorting of tables
 *
 * What:  heap sort: no memory, no recursion, n log n steps in every case. The
 *        order of equal elements is not kept.
 */
#ifndef LIB_SORT_H
#define LIB_SORT_H

#include <lib/types.h>

/* Less than 0, 0 or more than 0, as @a sorts before, beside or behind @b. */
typedef int sort_cmp_fn(const void *a, const void *b);

/* Sort @count elements of @size bytes each, in place. Context: any. */
void heap_sort(void *base, size_t count, size_t size, sort_cmp_fn *cmp);

#endif
