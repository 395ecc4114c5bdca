/*
 * fs/fifo.h - operations that inodes of special files start with, inside fs/
 */
#ifndef FS_FIFO_H
#define FS_FIFO_H

#include <fs/file.h>

/* FIFOs and pipes (fifo.c, pipe.c): optional. */
OPTIONAL extern const struct file_ops fifo_file_ops;
/* Character devices (chardev.c): open replaces them by the device's. */
extern const struct file_ops chardev_file_ops;

#endif
