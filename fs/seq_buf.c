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

char *seq_room(struct seq_buf *s, size_t len)
{
	size_t at = s->len;

	if (!reserve(s, len))
		return NULL;
	s->len = at + len;
	return s->data + at;
}

void seq_putc(struct seq_buf *s, char c)
{
	if (reserve(s, 1))
		s->data[s->len++] = c;
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
#define MAX_DIGITS ((size_t)DECIMAL_MAX)

struct digits {
	char text[2 * MAX_DIGITS];
};

static inline char *digits_end(struct digits *d)
{
	return d->text + MAX_DIGITS;
}

/* Where a number behind @before goes; @before is written. NULL: no memory. */
static inline char *number_at(struct seq_buf *s, struct seq_before before)
{
	char *at;

	if (!reserve(s, before.len + MAX_DIGITS))
		return NULL;
	at = s->data + s->len;
	s->len += before.len;
	if (before.len == 1)
		*at = *before.text;
	else
		memcpy(at, before.text, before.len);
	return at + before.len;
}

static inline void put_digits(struct seq_buf *s, char *at, struct digits *d,
			      const char *first)
{
	__builtin_memcpy(at, first, MAX_DIGITS);
	s->len += (size_t)(digits_end(d) - first);
}

static NOINLINE void put_udec(struct seq_buf *s, struct seq_before before,
			      u64 value)
{
	char *at = number_at(s, before);
	struct digits d;

	if (at)
		put_digits(s, at, &d, format_decimal(digits_end(&d), value));
}

void seq_put_udec(struct seq_buf *s, struct seq_before before, u64 value)
{
	size_t len = s->len;

	/* A blank and one digit: most of what programs read. */
	if (value < 10 && before.len == 1 && len + 2 < s->size) {
		s->data[len] = *before.text;
		s->data[len + 1] = (char)('0' + value);
		s->len = len + 2;
		return;
	}
	put_udec(s, before, value);
}

void seq_put_dec(struct seq_buf *s, struct seq_before before, s64 value)
{
	char *at;

	if (value >= 0) {
		seq_put_udec(s, before, (u64)value);
		return;
	}
	at = number_at(s, before);
	if (at) {
		*at = '-';
		s->len++;
		seq_put_udec(s, SEQ_BEFORE(""), 0 - (u64)value);
	}
}

void seq_put_udec_wide(struct seq_buf *s, struct seq_before before, u64 value,
		       u32 width)
{
	char *at = number_at(s, before);
	struct digits d;
	char *first = format_decimal(digits_end(&d), value);
	char *want = digits_end(&d) - min((size_t)width, MAX_DIGITS);

	while (first > want)
		*--first = ' ';
	if (at)
		put_digits(s, at, &d, first);
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
	char *at = number_at(s, before);
	u64 digits[2] = { hex_digits(value >> 32),
			  hex_digits(value & 0xffffffff) };

	if (!at)
		return;
	__builtin_memcpy(at, digits, sizeof(digits));
	s->len += sizeof(digits);
}

void seq_put_hex_wide(struct seq_buf *s, struct seq_before before, u64 value,
		      u32 width)
{
	char *at = number_at(s, before);
	u64 digits[4] = { hex_digits(value >> 32),
			  hex_digits(value & 0xffffffff) };
	u32 zeros = (u32)__builtin_clzll(value | 1) / 4;
	u32 skip = min(zeros, 16 - width);

	if (!at)
		return;
	/* More than are wanted fit: number_at left room for them. */
	__builtin_memcpy(at, (const char *)digits + skip, 16);
	s->len += 16 - skip;
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
