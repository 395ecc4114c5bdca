/*
 * include/arch/usercopy.h - raw access to user memory with fault fix-ups
 *
 * What:  the instructions that may touch user pages (SMAP opened around
 *        them). Ranges are checked by the callers in mm/vm/uaccess.c.
 * Context: task; may sleep in the page fault. On any fault that cannot be
 *        resolved the routines return instead of faulting.
 */
#ifndef ARCH_USERCOPY_H
#define ARCH_USERCOPY_H

#include <lib/types.h>

/* Return: bytes NOT copied (0 is success). */
size_t usercopy_from(void *dst, uptr_t src, size_t len);
size_t usercopy_to(uptr_t dst, const void *src, size_t len);
size_t usercopy_clear(uptr_t dst, size_t len);
/* Copy at most @len bytes up to and with a NUL. Return: length without the
 * NUL, @len when there is none, or -EFAULT. */
ssize_t usercopy_string(char *dst, uptr_t src, size_t len);
/* Read one aligned word without sleeping: false on any fault (the fault is
 * not resolved). Context: any. */
bool usercopy_peek32(uptr_t src, u32 *out);
/* Compare-and-swap of an aligned u32. Return: 0 (then *@seen is the value
 * found; it was replaced when equal to @old), -EFAULT. */
int usercopy_cas32(uptr_t p, u32 old, u32 new, u32 *seen);

#endif
