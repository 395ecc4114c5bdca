/*
 * fs/seq_buf.c - text made on demand for a virtual file
 *
 * Locks: the caller's; a buffer belongs to one caller.
 * Life:  seq_init -> grows by doubling -> seq_fini. After a failure nothing is
 *        added any more.
 */
#include <fs/seq_buf.h>

#include <lib/format.h>
#include <lib/string.h>
#include <mm/kmalloc.h>

#define FIRST_SIZE 512ul

void seq_init(struct seq_buf *s)
{
	s->data = NULL;
	s->len = 0;
	s->size = 0;
	s->failed = false;
}

void seq_fini(struct seq_buf *s)
{
	kfree(s->data);
	s->data = NULL;
}

/* Room for @len more bytes and a final 0. */
static bool reserve(struct seq_buf *s, size_t len)
{
	size_t size = max(s->size, FIRST_SIZE);
	char *data;

	if (s->failed)
		return false;
	if (s->len + len < s->size)
		return true;
	while (size <= s->len + len)
		size *= 2;
	data = krealloc(s->data, size);
	if (!data) {
		s->failed = true;
		return false;
	}
	s->data = data;
	s->size = size;
	return true;
}

void seq_write(struct seq_buf *s, const void *data, size_t len)
{
	if (!reserve(s, len))
		return;
	memcpy(s->data + s->len, data, len);
	s->len += len;
}

void seq_puts(struct seq_buf *s, const char *text)
{
	seq_write(s, text, strlen(text));
}

void seq_putc(struct seq_buf *s, char c)
{
	seq_write(s, &c, 1);
}

void seq_printf(struct seq_buf *s, const char *fmt, ...)
{
	va_list args;
	size_t n;

	if (!reserve(s, 128))
		return;
	va_start(args, fmt);
	n = (size_t)vsnprintf(s->data + s->len, s->size - s->len, fmt, args);
	va_end(args);
	if (n >= s->size - s->len) {
		if (!reserve(s, n))
			return;
		va_start(args, fmt);
		vsnprintf(s->data + s->len, s->size - s->len, fmt, args);
		va_end(args);
	}
	s->len += n;
}

void seq_escape(struct seq_buf *s, const char *text, const char *esc)
{
	for (; *text; text++) {
		if (strchr(esc, *text))
			seq_printf(s, "\\%03o", (u8)*text);
		else
			seq_putc(s, *text);
	}
}
