/*
 * fs/file_internal.h - open files, inside fs/
 */
#ifndef FS_FILE_INTERNAL_H
#define FS_FILE_INTERNAL_H

#include <fs/file.h>

void file_cache_init(void);
void file_table_cache_init(void);
/* file_create with the references of @path stolen, also on error. */
int file_create_steal(struct path *path, const struct file_ops *ops,
		      const struct cred *cred, struct file **out);
/* The type's open, after permission was checked; on failure the file is only
 * fit for file_put. */
int file_open(struct file *f, u32 flags);
/* Allocation of the /proc/devices and device part: chardev.c, memdev.c */
void devtmpfs_init(void);
void anon_init(void);
void ramfs_init(void);

/* async.c */
OPTIONAL void file_async_init(void (*signal)(struct file *f, int fd, int band));
/* @f is on a list. */
OPTIONAL void file_async_forget(struct file *f);

#endif
