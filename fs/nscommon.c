/*
 * fs/nscommon.c - inode numbers and labels of namespaces
 *
 * What:  one number for each namespace of any kind, as nsfs shows it.
 * Locks: none; the counter is atomic.
 * Life:  numbers are never used twice: 2^28 of them outlast a machine, and a
 *        number that is never seen again can never name the wrong namespace.
 * See:   namespaces(7).
 */
#include <fs/nscommon.h>

#include <core/assert.h>
#include <lib/atomic.h>
#include <lib/format.h>
#include <lib/string.h>

#define NS_INO_FIRST_DYNAMIC 0xF0000000u

static struct atomic next_ino;	/* counts up from the first dynamic one */

u32 ns_ino_alloc(void)
{
	return NS_INO_FIRST_DYNAMIC + (u32)atomic_inc_return(&next_ino) - 1;
}

static char *append(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

size_t ns_label(const struct ns_common *ns, char text[NS_LABEL_MAX])
{
	char digits[DECIMAL_MAX];
	char *end = digits + sizeof(digits);
	char *first = format_decimal(end, ns->ino);
	size_t len = strlen(ns->ops->name);
	char *at = text;

	ASSERT(len + sizeof(":[4294967295]") <= NS_LABEL_MAX);
	at = append(at, ns->ops->name, len);
	at = append(at, ":[", 2);
	at = append(at, first, (size_t)(end - first));
	*at++ = ']';
	return (size_t)(at - text);
}

void ns_ino_free(u32 ino)
{
	ASSERT(ino >= NS_INO_FIRST_DYNAMIC);
}
