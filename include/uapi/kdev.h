/*
 * include/uapi/kdev.h - device numbers
 *
 * What:  the 32-bit encoding that stat shows and mknod takes, and the major
 *        numbers that programs know by heart.
 * See:   makedev(3), console(4), tty(4), null(4), random(4).
 */
#ifndef UAPI_KDEV_H
#define UAPI_KDEV_H

#include <uapi/types.h>

#define MKDEV(major, minor) \
	((dev_t)(((u64)(minor) & 0xff) | (((u64)(major) & 0xfff) << 8) | \
		 (((u64)(minor) & 0xfff00) << 12)))
#define DEV_MAJOR(dev) ((u32)(((dev) >> 8) & 0xfff))
#define DEV_MINOR(dev) ((u32)(((dev) & 0xff) | (((dev) >> 12) & 0xfff00)))

#define UNNAMED_MAJOR 0
#define MEM_MAJOR 1
#define TTY_MAJOR 4
#define TTYAUX_MAJOR 5
#define MISC_MAJOR 10
#define UNIX98_PTY_MASTER_MAJOR 128
#define UNIX98_PTY_SLAVE_MAJOR 136

#endif
