/*
 * fs/mount_detached.h - trees of mounts that belong to an open file
 */
#ifndef FS_MOUNT_DETACHED_H
#define FS_MOUNT_DETACHED_H

#include "mount.h"

struct file;

/* The file, as one of O_PATH, of the new tree @top, which is freed on error.
 * Mutex held. 0, -ENOMEM, -ENFILE. */
int mount_detached_open(struct mount *top, const struct cred *cred,
			struct file **out);

#endif
