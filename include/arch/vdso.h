/*
 * include/arch/vdso.h - the library that programs find in their memory
 */
#ifndef ARCH_VDSO_H
#define ARCH_VDSO_H

#include <lib/types.h>

/* The library, as a file: bytes and, by @len, how many. */
const void *arch_vdso_image(size_t *len);
/*
 * arch_vdso_start - from now on the page at @data tells programs the time
 * @data:    a page of zeros, of which programs see the content; kept
 * @offset_ns: what makes the time of day of the time since boot
 * Context:  once, at boot. A page of zeros alone makes a library that asks
 *           the kernel each time.
 */
void arch_vdso_start(void *data, s64 offset_ns);
/* From the next update on programs are to ask the kernel for the time: it does
 * not run as evenly as the page can tell. Any context. */
OPTIONAL void arch_vdso_ask(bool on);
/* The time of day was set, or the clock changed. Any context. */
OPTIONAL void arch_vdso_update(s64 offset_ns);

#endif
