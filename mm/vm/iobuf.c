/*
 * mm/vm/iobuf.c - the bytes of one read or write
 *
 * What:  a cursor over user segments, or over one piece of kernel memory.
 * Locks: none; a copy may fault and sleep.
 * Life:  on the stack of the call that reads or writes.
 */
#include <vm/iobuf.h>

#include <lib/string.h>
#include <vm/uaccess.h>

void iobuf_user(struct iobuf *b, uptr_t addr, size_t len)
{
	b->kind = IOBUF_PLAIN;
	b->one.iov_base = addr;
	b->one.iov_len = len;
	b->vec = &b->one;
	b->nvec = 1;
	b->cur = 0;
	b->cur_off = 0;
	b->left = len;
}

void iobuf_user_vec(struct iobuf *b, const struct iovec *vec, u32 nvec,
		    size_t total)
{
	b->kind = IOBUF_VEC;
	b->vec = vec;
	b->nvec = nvec;
	b->cur = 0;
	b->cur_off = 0;
	b->left = total;
}

void iobuf_kernel(struct iobuf *b, void *addr, size_t len)
{
	iobuf_user(b, (uptr_t)addr, len);
	b->kind = IOBUF_KERNEL;
}

/* What one step moves: as much as the segment holds. */
typedef size_t step_fn(uptr_t at, void *mem, size_t len);

static size_t put_user_step(uptr_t at, void *mem, size_t len)
{
	return copy_to_user_partial(at, mem, len);
}

static size_t take_user_step(uptr_t at, void *mem, size_t len)
{
	return copy_from_user_partial(mem, at, len);
}

static size_t zero_user_step(uptr_t at, void *mem UNUSED, size_t len)
{
	return clear_user(at, len) ? 0 : len;
}

static size_t put_kernel_step(uptr_t at, void *mem, size_t len)
{
	memcpy((void *)at, mem, len);
	return len;
}

static size_t take_kernel_step(uptr_t at, void *mem, size_t len)
{
	memcpy(mem, (void *)at, len);
	return len;
}

static size_t zero_kernel_step(uptr_t at, void *mem UNUSED, size_t len)
{
	memset((void *)at, 0, len);
	return len;
}

static void skip_used_segments(struct iobuf *b)
{
	while (b->cur < b->nvec && b->cur_off == b->vec[b->cur].iov_len) {
		b->cur++;
		b->cur_off = 0;
	}
}

static size_t move(struct iobuf *b, void *mem, size_t len, step_fn *step)
{
	size_t done = 0;

	len = min(len, b->left);
	while (done < len) {
		const struct iovec *v;
		size_t n, moved;

		skip_used_segments(b);
		if (b->cur == b->nvec)
			break;
		v = &b->vec[b->cur];
		n = min(len - done, (size_t)v->iov_len - b->cur_off);
		moved = step(v->iov_base + b->cur_off,
			     mem ? (char *)mem + done : NULL, n);
		b->cur_off += moved;
		b->left -= moved;
		done += moved;
		if (moved < n)
			break;
	}
	return done;
}

static inline bool is_kernel(const struct iobuf *b)
{
	return b->kind == IOBUF_KERNEL;
}

static inline size_t advance(struct iobuf *b, size_t n)
{
	b->cur_off += n;
	b->left -= n;
	return n;
}

size_t iobuf_put(struct iobuf *b, const void *src, size_t len)
{
	if (likely(b->kind == IOBUF_PLAIN))
		return advance(b, copy_to_user_partial(b->one.iov_base +
						       b->cur_off, src,
						       min(len, b->left)));
	return move(b, (void *)src, len,
		    is_kernel(b) ? put_kernel_step : put_user_step);
}

size_t iobuf_take(struct iobuf *b, void *dst, size_t len)
{
	if (likely(b->kind == IOBUF_PLAIN))
		return advance(b, copy_from_user_partial(dst,
							 b->one.iov_base +
							 b->cur_off,
							 min(len, b->left)));
	return move(b, dst, len,
		    is_kernel(b) ? take_kernel_step : take_user_step);
}

size_t iobuf_put_zero(struct iobuf *b, size_t len)
{
	return move(b, NULL, len,
		    is_kernel(b) ? zero_kernel_step : zero_user_step);
}
