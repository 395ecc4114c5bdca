/*
 * lib/string.c - memory blocks and bounded strings
 *
 * What:  portable versions, eight bytes at a time where it pays.
 * Not:   faster, architecture-specific copies; they replace the weak ones.
 * See:   include/lib/string.h
 *
 * A compiler may turn a loop that copies or fills into a call of memcpy or
 * memset, which here would be a call of itself. The barrier() in each loop
 * forbids that and costs no instruction.
 */
#include <lib/string.h>

#include <lib/atomic.h>

#define WEAK __attribute__((weak))

/* Eight bytes at any address, of any type. */
typedef u64 __attribute__((may_alias, aligned(1))) word_t;

#define WORD_BYTES sizeof(word_t)
#define CHUNK_BYTES (4 * WORD_BYTES)

/* Four loads before four stores: right for overlap in either direction. */
static inline void copy_chunk(u8 *dst, const u8 *src)
{
	const word_t *s = (const word_t *)src;
	word_t *d = (word_t *)dst;
	u64 a = s[0];
	u64 b = s[1];
	u64 c = s[2];
	u64 e = s[3];

	d[0] = a;
	d[1] = b;
	d[2] = c;
	d[3] = e;
}

static inline void copy_word(u8 *dst, const u8 *src)
{
	*(word_t *)dst = *(const word_t *)src;
}

/* Right for dst < src, whatever the distance. */
static void copy_upward(u8 *dst, const u8 *src, size_t len)
{
	for (; len >= CHUNK_BYTES; len -= CHUNK_BYTES) {
		copy_chunk(dst, src);
		dst += CHUNK_BYTES;
		src += CHUNK_BYTES;
		barrier();
	}
	for (; len >= WORD_BYTES; len -= WORD_BYTES) {
		copy_word(dst, src);
		dst += WORD_BYTES;
		src += WORD_BYTES;
		barrier();
	}
	for (; len != 0; len--) {
		*dst++ = *src++;
		barrier();
	}
}

/* Right for dst > src, whatever the distance. */
static void copy_downward(u8 *dst, const u8 *src, size_t len)
{
	for (; len >= CHUNK_BYTES; len -= CHUNK_BYTES) {
		copy_chunk(dst + len - CHUNK_BYTES, src + len - CHUNK_BYTES);
		barrier();
	}
	for (; len >= WORD_BYTES; len -= WORD_BYTES) {
		copy_word(dst + len - WORD_BYTES, src + len - WORD_BYTES);
		barrier();
	}
	for (; len != 0; len--) {
		dst[len - 1] = src[len - 1];
		barrier();
	}
}

WEAK void *memcpy(void *dst, const void *src, size_t len_bytes)
{
	copy_upward(dst, src, len_bytes);
	return dst;
}

WEAK void *memmove(void *dst, const void *src, size_t len_bytes)
{
	if ((u64)dst <= (u64)src)
		copy_upward(dst, src, len_bytes);
	else
		copy_downward(dst, src, len_bytes);
	return dst;
}

WEAK void *memset(void *dst, int byte, size_t len_bytes)
{
	u64 fill = (u8)byte * 0x0101010101010101ul;
	u8 *d = dst;

	for (; len_bytes >= CHUNK_BYTES; len_bytes -= CHUNK_BYTES) {
		word_t *w = (word_t *)d;

		w[0] = fill;
		w[1] = fill;
		w[2] = fill;
		w[3] = fill;
		d += CHUNK_BYTES;
		barrier();
	}
	for (; len_bytes != 0; len_bytes--) {
		*d++ = (u8)byte;
		barrier();
	}
	return dst;
}

int memcmp(const void *a, const void *b, size_t len_bytes)
{
	const u8 *x = a;
	const u8 *y = b;

	while (len_bytes >= WORD_BYTES &&
	       *(const word_t *)x == *(const word_t *)y) {
		x += WORD_BYTES;
		y += WORD_BYTES;
		len_bytes -= WORD_BYTES;
	}
	for (; len_bytes != 0; len_bytes--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

void *memchr(const void *block, int byte, size_t len_bytes)
{
	const u8 *p = block;

	for (; len_bytes != 0; len_bytes--, p++) {
		if (*p == (u8)byte)
			return (void *)p;
	}
	return NULL;
}

bool mem_is_zero(const void *block, size_t len_bytes)
{
	const u8 *p = block;

	for (; len_bytes >= WORD_BYTES; len_bytes -= WORD_BYTES) {
		if (*(const word_t *)p != 0)
			return false;
		p += WORD_BYTES;
	}
	for (; len_bytes != 0; len_bytes--) {
		if (*p++ != 0)
			return false;
	}
	return true;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0') {
		n++;
		barrier();
	}
	return n;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n] != '\0')
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t max)
{
	for (; max != 0; max--, a++, b++) {
		if (*a != *b || *a == '\0')
			return (u8)*a - (u8)*b;
	}
	return 0;
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (*s == '\0')
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (*s == '\0')
			return (char *)last;
	}
}

bool str_starts_with(const char *s, const char *prefix)
{
	while (*prefix != '\0') {
		if (*s++ != *prefix++)
			return false;
	}
	return true;
}

bool str_copy(char *dst, size_t size, const char *src)
{
	size_t len;

	if (size == 0)
		return false;
	len = strnlen(src, size);
	if (len < size) {
		memcpy(dst, src, len + 1);
		return true;
	}
	memcpy(dst, src, size - 1);
	dst[size - 1] = '\0';
	return false;
}
