/*
 * include/uapi/personality.h - bits of personality(2)
 *
 * Source: personality(2); execve(2) for those that a set-user-ID program
 *         does not inherit
 */
#ifndef UAPI_PERSONALITY_H
#define UAPI_PERSONALITY_H

#define ADDR_NO_RANDOMIZE 0x0040000u
#define MMAP_PAGE_ZERO 0x0100000u
#define ADDR_COMPAT_LAYOUT 0x0200000u
#define READ_IMPLIES_EXEC 0x0400000u
#define PER_CLEAR_ON_SETID (ADDR_NO_RANDOMIZE | MMAP_PAGE_ZERO | \
			    ADDR_COMPAT_LAYOUT | READ_IMPLIES_EXEC)

#endif
