/*
 * include/lib/string.h - memory blocks and bounded strings
 *
 * What:  the mem* functions that the compiler itself may call, and the few
 *        string functions the kernel needs. There is no strcpy and no strcat:
 *        str_copy knows the size of its target.
 * Locks: none; the caller owns the memory. Context: any, for all of them.
 * Not:   copies from and to user memory (vm/uaccess.h); number formatting
 *        (lib/format.h); character classes (lib/ctype.h).
 * See:   memcpy(3), memmove(3), memset(3), memcmp(3), strlen(3), strchr(3).
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <lib/types.h>

/*
 * memcpy, memmove, memset - as in C; only memmove allows overlap. They are
 * weak: an architecture may supply faster ones under the same names.
 */
void *memcpy(void *dst, const void *src, size_t len_bytes);
void *memmove(void *dst, const void *src, size_t len_bytes);
void *memset(void *dst, int byte, size_t len_bytes);

/* As in C: the sign of the first difference, bytes taken as unsigned. */
int memcmp(const void *a, const void *b, size_t len_bytes);
/* First byte of value @byte, or NULL. */
void *memchr(const void *block, int byte, size_t len_bytes);
/* True when every byte of the block is 0. */
bool mem_is_zero(const void *block, size_t len_bytes);

size_t strlen(const char *s);
/* Length of @s, at most @max; reads no byte after the first @max. */
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t max);
/* First or last @c in @s (the final 0 counts as part of it), or NULL. */
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

/* True when @s begins with @prefix. */
bool str_starts_with(const char *s, const char *prefix);

/*
 * str_copy - copy a string into a buffer of known size
 * @dst:     the buffer; always terminated when @size is not 0
 * @size:    bytes of @dst
 * @src:     the string; must not overlap @dst
 * Context:  any
 * Return:   true when all of @src, with its final 0, fits; false when cut
 */
bool str_copy(char *dst, size_t size, const char *src);

#endif
