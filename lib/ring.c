/*
 * lib/ring.c - byte rings with one writer and one reader
 *
 * Locks: see the header. A copy into the ring comes before the release of
 *        tail, a copy out of it before the release of head.
 * See:   include/lib/ring.h
 */
#include <lib/ring.h>

#include <lib/string.h>

void ring_init(struct ring *r, void *data, u32 size_bytes)
{
	r->data = data;
	r->size = size_bytes;
	r->head = 0;
	r->tail = 0;
}

/* The bytes from position @pos on that lie together in memory. */
static inline u32 run_at(const struct ring *r, u32 pos, u32 len)
{
	return min(len, r->size - (pos & (r->size - 1)));
}

static inline u8 *byte_at(const struct ring *r, u32 pos)
{
	return r->data + (pos & (r->size - 1));
}

static void copy_in(struct ring *r, const u8 *src, u32 len)
{
	u32 run = run_at(r, r->tail, len);

	memcpy(byte_at(r, r->tail), src, run);
	memcpy(r->data, src + run, len - run);
	/* Pairs with load_acquire of tail in ring_used. */
	store_release(&r->tail, r->tail + len);
}

u32 ring_write(struct ring *r, const void *src, u32 len_bytes)
{
	u32 len = min(len_bytes, ring_space(r));

	if (len != 0)
		copy_in(r, src, len);
	return len;
}

bool ring_write_all(struct ring *r, const void *src, u32 len_bytes)
{
	if (len_bytes > ring_space(r))
		return false;
	if (len_bytes != 0)
		copy_in(r, src, len_bytes);
	return true;
}

bool ring_put(struct ring *r, u8 byte)
{
	return ring_write(r, &byte, 1) == 1;
}

u32 ring_peek(const struct ring *r, u32 skip, void *dst, u32 len_bytes)
{
	u32 used = ring_used(r);
	u32 pos = r->head + skip;
	u32 len;
	u32 run;

	if (skip >= used)
		return 0;
	len = min(len_bytes, used - skip);
	if (len == 0)
		return 0;
	run = run_at(r, pos, len);
	memcpy(dst, byte_at(r, pos), run);
	memcpy((u8 *)dst + run, r->data, len - run);
	return len;
}

u32 ring_drop(struct ring *r, u32 len_bytes)
{
	u32 len = min(len_bytes, ring_used(r));

	/* Pairs with load_acquire of head in ring_used. */
	store_release(&r->head, r->head + len);
	return len;
}

u32 ring_read(struct ring *r, void *dst, u32 len_bytes)
{
	return ring_drop(r, ring_peek(r, 0, dst, len_bytes));
}

bool ring_get(struct ring *r, u8 *byte)
{
	return ring_read(r, byte, 1) == 1;
}
