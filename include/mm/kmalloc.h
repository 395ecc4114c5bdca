/*
 * include/mm/kmalloc.h - memory of any size
 *
 * What:  size classes on slab up to 8 KiB, whole pages above (physically
 *        contiguous, at most 4 MiB). Context: any; never sleeps.
 */
#ifndef MM_KMALLOC_H
#define MM_KMALLOC_H

#include <lib/types.h>

void *kmalloc(size_t size);
void *kzalloc(size_t size);
/* @n * @size with overflow check. */
void *kcalloc(size_t n, size_t size);
/* As realloc(3): NULL leaves the old block alone. */
void *krealloc(void *p, size_t size);
/* @p may be NULL. */
void kfree(void *p);
char *kstrdup(const char *s);
void *kmemdup(const void *p, size_t size);

#endif
