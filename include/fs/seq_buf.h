/*
 * include/fs/seq_buf.h - text made on demand for a virtual file
 *
 * What:  a growing buffer that remembers that it ran out of memory; files of
 *        procfs fill one when they are read from the start.
 */
#ifndef FS_SEQ_BUF_H
#define FS_SEQ_BUF_H

#include <lib/types.h>

struct seq_buf {
	char *data;
	size_t len, size;
	bool failed;		/* -ENOMEM */
};

void seq_init(struct seq_buf *s);
void seq_fini(struct seq_buf *s);
/* Empty again; the memory stays. */
static inline void seq_rewind(struct seq_buf *s)
{
	s->len = 0;
}
/* Room for @len bytes at once, if the text will be that long. */
void seq_expect(struct seq_buf *s, size_t len);
PRINTF_LIKE(2, 3) void seq_printf(struct seq_buf *s, const char *fmt, ...);
void seq_write(struct seq_buf *s, const void *data, size_t len);
static inline void seq_puts(struct seq_buf *s, const char *text)
{
	seq_write(s, text, __builtin_strlen(text));
}
void seq_putc(struct seq_buf *s, char c);
/* @len bytes that the caller writes, all of them. NULL: no memory. */
char *seq_room(struct seq_buf *s, size_t len);
/* Fields of text that programs read often, without a format: @n bytes of
 * @before, then the number. seq_put_hex: 16 digits. */
struct seq_before {
	const char *text;
	size_t len;
};
void seq_put_udec(struct seq_buf *s, struct seq_before before, u64 value);
void seq_put_dec(struct seq_buf *s, struct seq_before before, s64 value);
void seq_put_hex(struct seq_buf *s, struct seq_before before, u64 value);
/* At least @width digits (1 to 16), with zeros in front. */
void seq_put_hex_wide(struct seq_buf *s, struct seq_before before, u64 value,
		      u32 width);
/* With blanks in front, for at least @width columns (up to 20). */
void seq_put_udec_wide(struct seq_buf *s, struct seq_before before, u64 value,
		       u32 width);

/* The length of a constant text costs nothing here. */
#define SEQ_BEFORE(t) ((struct seq_before){ (t), __builtin_strlen(t) })

static inline void seq_udec(struct seq_buf *s, const char *before, u64 value)
{
	seq_put_udec(s, SEQ_BEFORE(before), value);
}

static inline void seq_dec(struct seq_buf *s, const char *before, s64 value)
{
	seq_put_dec(s, SEQ_BEFORE(before), value);
}

static inline void seq_hex(struct seq_buf *s, const char *before, u64 value)
{
	seq_put_hex(s, SEQ_BEFORE(before), value);
}

static inline void seq_hex_wide(struct seq_buf *s, const char *before,
				u64 value, u32 width)
{
	seq_put_hex_wide(s, SEQ_BEFORE(before), value, width);
}

static inline void seq_udec_wide(struct seq_buf *s, const char *before,
				 u64 value, u32 width)
{
	seq_put_udec_wide(s, SEQ_BEFORE(before), value, width);
}

/* With the escapes of /proc/mounts and comm: characters of @esc become \ooo */
void seq_escape(struct seq_buf *s, const char *text, const char *esc);

#endif
