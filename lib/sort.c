/*
 * lib/sort.c - heap sort
 *
 * What:  a heap with the largest element on top is built in the table itself;
 *        then the top is swapped behind the rest again and again.
 * See:   include/lib/sort.h
 */
#include <lib/sort.h>

/* The table; an element is known by its index. */
struct table {
	u8 *base;
	size_t size;
	sort_cmp_fn *cmp;
};

static inline u8 *element(const struct table *t, size_t i)
{
	return t->base + i * t->size;
}

static bool is_less(const struct table *t, size_t a, size_t b)
{
	return t->cmp(element(t, a), element(t, b)) < 0;
}

static void swap(const struct table *t, size_t a, size_t b)
{
	u8 *x = element(t, a);
	u8 *y = element(t, b);
	size_t n;

	for (n = t->size; n != 0; n--) {
		u8 byte = *x;

		*x++ = *y;
		*y++ = byte;
	}
}

/* Let element @i sink until its children, below @count, are not larger. */
static void sink(const struct table *t, size_t i, size_t count)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= count)
			return;
		if (child + 1 < count && is_less(t, child, child + 1))
			child++;
		if (!is_less(t, i, child))
			return;
		swap(t, i, child);
		i = child;
	}
}

void heap_sort(void *base, size_t count, size_t size, sort_cmp_fn *cmp)
{
	struct table t = { .base = base, .size = size, .cmp = cmp };
	size_t i;

	for (i = count / 2; i-- > 0;)
		sink(&t, i, count);
	for (i = count; i-- > 1;) {
		swap(&t, 0, i);
		sink(&t, 0, i);
	}
}
