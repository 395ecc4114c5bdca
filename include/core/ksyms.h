/*
 * include/core/ksyms.h - names of the kernel's own functions
 *
 * What:  turns an address in the kernel's code into the name of the function
 *        and the distance from its start, for panics and back traces.
 * Not:   source lines: tools/symbolize.py adds them on the build machine.
 */
#ifndef CORE_KSYMS_H
#define CORE_KSYMS_H

#include <lib/types.h>

/*
 * ksym_lookup - the function that contains an address
 * @addr:    any 64-bit number
 * @name:    set on success: a constant string, borrowed for ever
 * @offset:  set on success: bytes from the start of the function
 * Context:  any; takes no lock and touches no memory but the table
 * Return:   true, or false when @addr is not in the kernel's code (or the
 *           image was linked without a table, or without ksyms.c)
 */
OPTIONAL bool ksym_find(u64 addr, const char **name, u64 *offset);
static inline bool ksym_lookup(u64 addr, const char **name, u64 *offset)
{
	return ksym_find && ksym_find(addr, name, offset);
}

#endif
