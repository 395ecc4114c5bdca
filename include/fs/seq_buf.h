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
PRINTF_LIKE(2, 3) void seq_printf(struct seq_buf *s, const char *fmt, ...);
void seq_puts(struct seq_buf *s, const char *text);
void seq_write(struct seq_buf *s, const void *data, size_t len);
void seq_putc(struct seq_buf *s, char c);
/* With the escapes of /proc/mounts and comm: characters of @esc become \ooo */
void seq_escape(struct seq_buf *s, const char *text, const char *esc);

#endif
