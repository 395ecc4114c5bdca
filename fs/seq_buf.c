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

static NOINLINE bool grow(struct seq_buf *s, size_t len)
{
	size_t size = max(s->size, FIRST_SIZE);
	char *data;

	if (s->failed)
		return false;
	while (size <= s->len + len)
		size *= 2;
	data = krealloc(s->data, size);
	if (!data) {
		s->failed = true;
		s->size = 0;
		return false;
	}
	s->data = data;
	s->size = size;
	return true;
}

/* Room for @len more bytes and a final 0. After a failure there is none. */
static inline bool reserve(struct seq_buf *s, size_t len)
{
	return likely(s->len + len < s->size) || grow(s, len);
}

void seq_expect(struct seq_buf *s, size_t len)
{
	(void)reserve(s, len);
}

void seq_write(struct seq_buf *s, const void *data, size_t len)
{
	if (!reserve(s, len))
		return;
	memcpy(s->data + s->len, data, len);
	s->len += len;
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

/* Digits are made in the middle of a field and copied whole from the first. */
#define MAX_DIGITS 24ul

struct digits {
	char text[2 * MAX_DIGITS];
};

static inline char *digits_end(struct digits *d)
{
	return d->text + MAX_DIGITS;
}

static inline void put_digits(struct seq_buf *s, struct seq_before before,
			      struct digits *d, const char *first)
{
	if (!reserve(s, before.len + MAX_DIGITS))
		return;
	memcpy(s->data + s->len, before.text, before.len);
	s->len += before.len;
	__builtin_memcpy(s->data + s->len, first, MAX_DIGITS);
	s->len += (size_t)(digits_end(d) - first);
}

void seq_put_udec(struct seq_buf *s, struct seq_before before, u64 value)
{
	struct digits d;

	put_digits(s, before, &d, format_decimal(digits_end(&d), value));
}

void seq_put_dec(struct seq_buf *s, struct seq_before before, s64 value)
{
	struct digits d;
	char *first = format_decimal(digits_end(&d), value < 0 ?
				     0 - (u64)value : (u64)value);

	if (value < 0)
		*--first = '-';
	put_digits(s, before, &d, first);
}

void seq_put_udec_wide(struct seq_buf *s, struct seq_before before, u64 value,
		       u32 width)
{
	struct digits d;
	char *first = format_decimal(digits_end(&d), value);
	char *want = digits_end(&d) - min((size_t)width, MAX_DIGITS);

	while (first > want)
		*--first = ' ';
	put_digits(s, before, &d, first);
}

/* The eight digits of a number of 32 bits, the highest in the lowest byte:
 * four bits to a byte, then all bytes become characters at once. */
static u64 hex_digits(u64 v)
{
	const u64 ones = 0x0101010101010101ul;
	u64 letters;

	v = (v & 0xffff) << 32 | v >> 16;
	v = (v & 0x000000ff000000fful) << 16 | (v & 0x0000ff000000ff00ul) >> 8;
	v = (v >> 4 & 0x000f000f000f000ful) | (v & 0x000f000f000f000ful) << 8;
	letters = (v + 6 * ones) >> 4 & ones;
	return v + '0' * ones + letters * ('a' - '9' - 1);
}

void seq_put_hex(struct seq_buf *s, struct seq_before before, u64 value)
{
	u64 digits[2] = { hex_digits(value >> 32),
			  hex_digits(value & 0xffffffff) };

	seq_write(s, before.text, before.len);
	seq_write(s, digits, sizeof(digits));
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
