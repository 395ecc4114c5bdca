/*
 * include/lib/ring.h - byte rings with one writer and one reader
 *
 * What:  a queue of bytes in the caller's memory. Positions run freely and
 *        wrap at 2^32, so that all @size bytes can be used.
 * Locks: none between one writer and one reader, which may be on different
 *        CPUs or in an interrupt; several writers, or several readers, need a
 *        lock of their own. tail is the writer's, head the reader's: each is
 *        stored with release by its owner and loaded with acquire by the
 *        other side.
 * Life:  the memory is the caller's.
 */
#ifndef LIB_RING_H
#define LIB_RING_H

#include <lib/atomic.h>
#include <lib/types.h>

struct ring {
	/* [I] */
	u8 *data;
	/* [I] bytes of data, a power of two, at most 2^31 */
	u32 size;
	/* [a] bytes read so far; only the reader stores it */
	u32 head;
	/* [a] bytes written so far; only the writer stores it */
	u32 tail;
};

void ring_init(struct ring *r, void *data, u32 size_bytes);

/* Bytes waiting. Exact for the reader, a lower bound at once after. */
static inline u32 ring_used(const struct ring *r)
{
	return load_acquire(&r->tail) - load_acquire(&r->head);
}

/* Bytes that still fit. */
static inline u32 ring_space(const struct ring *r)
{
	return r->size - ring_used(r);
}

/* Writer: add what fits of @len bytes; returns how many. */
u32 ring_write(struct ring *r, const void *src, u32 len_bytes);
/* Writer: add all @len bytes and return true, or nothing and false. */
bool ring_write_all(struct ring *r, const void *src, u32 len_bytes);
/* Writer: add one byte; false when full. */
bool ring_put(struct ring *r, u8 byte);

/* Reader: take up to @len bytes; returns how many. */
u32 ring_read(struct ring *r, void *dst, u32 len_bytes);
/* Reader: take one byte; false when empty. */
bool ring_get(struct ring *r, u8 *byte);
/* Reader: copy up to @len bytes from @skip on, and leave them in the ring. */
u32 ring_peek(const struct ring *r, u32 skip, void *dst, u32 len_bytes);
/* Reader: drop up to @len bytes; returns how many. */
u32 ring_drop(struct ring *r, u32 len_bytes);

#endif
