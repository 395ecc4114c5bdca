/*
 * include/fs/mount_options.h - the text that mount(2) hands to a file system
 *
 * What:  a walk over "key=value,key,...", and the kinds of values that several
 *        file systems have.
 * Locks: none. Context: task; never sleeps.
 * See:   mount(2), mount(8).
 */
#ifndef FS_MOUNT_OPTIONS_H
#define FS_MOUNT_OPTIONS_H

#include <lib/types.h>

/* One option; @value is NULL without "=". 0 or the error of the whole. */
typedef int mount_option_fn(void *arg, const char *key, const char *value);

/*
 * mount_options_each - call @fn for each option, in their order
 * @data:    "key=value,key,..."; what is empty between commas is left out
 * Return:   0, what @fn returned first that was not 0, -ENOMEM
 */
int mount_options_each(const char *data, mount_option_fn *fn, void *arg);

/* Octal digits of a mode; bits above 07777 are dropped. 0, -EINVAL. */
int mount_option_mode(const char *value, mode_t *out);

/* A uid, a gid or a count of 32 bits, but not the largest. 0, -EINVAL. */
int mount_option_id(const char *value, u32 *out);

#endif
