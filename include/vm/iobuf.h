/*
 * include/vm/iobuf.h - the bytes of one read or write, wherever they are
 *
 * What:  a list of user (or one kernel) buffers with a cursor, so that files
 *        need not know whose memory they fill.
 */
#ifndef VM_IOBUF_H
#define VM_IOBUF_H

#include <lib/types.h>
#include <uapi/uio.h>

enum iobuf_kind {
	IOBUF_PLAIN,		/* one piece of user memory: the usual case */
	IOBUF_VEC,		/* several */
	IOBUF_KERNEL,		/* one piece of kernel memory */
};

struct iobuf {
	enum iobuf_kind kind;
	const struct iovec *vec;	/* user segments; borrowed */
	u32 nvec;
	u32 cur;		/* index of the present segment */
	size_t cur_off;		/* bytes used of it */
	size_t left;		/* bytes not yet copied */
	struct iovec one;	/* storage for a single segment */
};

void iobuf_user(struct iobuf *b, uptr_t addr, size_t len);
void iobuf_user_vec(struct iobuf *b, const struct iovec *vec, u32 nvec,
		    size_t total);
void iobuf_kernel(struct iobuf *b, void *addr, size_t len);
/* Move up to @len bytes and the cursor. Return: bytes moved (less than asked
 * only when the buffer ends or faults; iobuf.left tells which). */
size_t iobuf_put(struct iobuf *b, const void *src, size_t len);	/* read(2) */
size_t iobuf_take(struct iobuf *b, void *dst, size_t len);	/* write(2) */
size_t iobuf_put_zero(struct iobuf *b, size_t len);

#endif
