/*
 * include/fs/random.h - random bytes for the kernel and for getrandom
 *
 * What:  one generator (lib/random.h), seeded from the processor's random
 *        instructions and from what varies in time stamps.
 */
#ifndef FS_RANDOM_H
#define FS_RANDOM_H

#include <lib/types.h>

/* Seed; once, at the start of vfs_init. */
void random_seed(void);
/*
 * random_bytes - fill @out with @len unpredictable bytes
 * Context: any but interrupts; never sleeps, long requests go in pieces
 * Source:  random(4), getrandom(2)
 */
void random_bytes(void *out, size_t len);
/* More to mix in: writes to /dev/random, time stamps of rare events. */
void random_stir(const void *data, size_t len);

#endif
