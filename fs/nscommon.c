/*
 * fs/nscommon.c - inode numbers of namespaces
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

#define NS_INO_FIRST_DYNAMIC 0xF0000000u

static struct atomic next_ino;	/* counts up from the first dynamic one */

u32 ns_ino_alloc(void)
{
	return NS_INO_FIRST_DYNAMIC + (u32)atomic_inc_return(&next_ino) - 1;
}

void ns_ino_free(u32 ino)
{
	ASSERT(ino >= NS_INO_FIRST_DYNAMIC);
}
