/*
 * include/lib/format.h - formatted text into a buffer
 *
 * What:  %d %i %u %o %x %X %c %s %p %% with the lengths hh h l ll z j t, the
 *        flags - + space # 0, width and precision (also as *). There is no
 *        floating point and no %n. %p prints 0x and 16 digits. A conversion
 *        that is not known is printed as it stands, and takes no argument.
 * Locks: none. Context: any, also panic and non-maskable interrupts.
 * See:   printf(3).
 */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <lib/types.h>

/*
 * vsnprintf - format into a buffer
 * @buf:     target; always terminated when @size is not 0; may be NULL when
 *           @size is 0
 * @size:    bytes of @buf
 * @fmt:     format, see the head of this file
 * Context:  any
 * Return:   bytes the whole text needs without its final 0; the text was cut
 *           when that is not less than @size
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
	PRINTF_LIKE(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same, but the result is the number of bytes that are in @buf. */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
	PRINTF_LIKE(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * format_decimal - digits alone, for what is printed often
 * @end:     behind the last digit; DECIMAL_MAX bytes in front are the caller's
 * Return:   the first digit; nothing is terminated
 */
#define DECIMAL_MAX 24
char *format_decimal(char *end, u64 value);

#endif
