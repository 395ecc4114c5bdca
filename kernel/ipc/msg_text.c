/*
 * kernel/ipc/msg_text.c - a message between two tasks
 *
 * Life:  made by the sender, owned by a queue, freed by the receiver.
 */
#include <proc/msg_text.h>

#include <lib/string.h>
#include <mm/kmalloc.h>
#include <uapi/errno.h>
#include <vm/uaccess.h>

struct msg_piece {
	struct msg_piece *next;
	u8 data[];
};

#define PIECE_BYTES (PAGE_SIZE - sizeof(struct msg_piece))

void msg_text_free(struct msg_text *m)
{
	struct msg_piece *p;

	while (m && (p = m->pieces)) {
		m->pieces = p->next;
		kfree(p);
	}
	kfree(m);
}

int msg_text_alloc(size_t size, struct msg_text **out)
{
	struct msg_text *m = kzalloc(sizeof(*m));
	struct msg_piece **at;

	if (!m)
		return -ENOMEM;
	m->size = size;
	at = &m->pieces;
	for (size_t left = size; left; left -= min(left, PIECE_BYTES)) {
		*at = kmalloc(sizeof(**at) + min(left, PIECE_BYTES));
		if (!*at) {
			msg_text_free(m);
			return -ENOMEM;
		}
		(*at)->next = NULL;
		at = &(*at)->next;
	}
	*out = m;
	return 0;
}

int msg_text_load(uptr_t src, size_t size, struct msg_text **out)
{
	int err = msg_text_alloc(size, out);
	struct msg_piece *p;

	if (err)
		return err;
	for (p = (*out)->pieces; p && !err; p = p->next) {
		size_t n = min(size, PIECE_BYTES);

		err = copy_from_user(p->data, src, n);
		src += n;
		size -= n;
	}
	if (err)
		msg_text_free(*out);
	return err;
}

int msg_text_store(uptr_t dst, const struct msg_text *m, size_t size)
{
	const struct msg_piece *p;
	int err = 0;

	for (p = m->pieces; p && size && !err; p = p->next) {
		size_t n = min(size, PIECE_BYTES);

		err = copy_to_user(dst, p->data, n);
		dst += n;
		size -= n;
	}
	return err;
}

void msg_text_copy(struct msg_text *to, const struct msg_text *from)
{
	const struct msg_piece *p = from->pieces;
	struct msg_piece *q = to->pieces;

	to->type = from->type;
	to->size = from->size;
	for (size_t left = from->size; left; p = p->next, q = q->next) {
		size_t n = min(left, PIECE_BYTES);

		memcpy(q->data, p->data, n);
		left -= n;
	}
}
