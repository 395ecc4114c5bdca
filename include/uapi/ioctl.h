/*
 * include/uapi/ioctl.h - encoding of ioctl numbers, ioctls of every file
 *
 * What:  a number is direction (2 bits), argument size (14), type (8) and
 *        ordinal (8), from the top. Directions are as user space sees them.
 * See:   ioctl(2), ioctl_list(2).
 */
#ifndef UAPI_IOCTL_H
#define UAPI_IOCTL_H

#define IOC_DIR_NONE 0u
#define IOC_DIR_WRITE 1u
#define IOC_DIR_READ 2u

#define IOC(dir, type, nr, size) \
	((unsigned int)(((dir) << 30) | ((size) << 16) | ((type) << 8) | (nr)))
/* No argument; user space reads a @t; writes a @t; both. */
#define IOC_N(type, nr) IOC(IOC_DIR_NONE, type, nr, 0u)
#define IOC_R(type, nr, t) IOC(IOC_DIR_READ, type, nr, sizeof(t))
#define IOC_W(type, nr, t) IOC(IOC_DIR_WRITE, type, nr, sizeof(t))
#define IOC_RW(type, nr, t) \
	IOC(IOC_DIR_READ | IOC_DIR_WRITE, type, nr, sizeof(t))

#define IOC_DIR(cmd) ((cmd) >> 30)
#define IOC_SIZE(cmd) (((cmd) >> 16) & 0x3fff)
#define IOC_TYPE(cmd) (((cmd) >> 8) & 0xff)
#define IOC_NR(cmd) ((cmd) & 0xff)

#define FIONREAD 0x541b
#define FIONBIO 0x5421
#define FIONCLEX 0x5450
#define FIOCLEX 0x5451
#define FIOASYNC 0x5452
#define FIOQSIZE 0x5460
#define FIOSETOWN 0x8901
#define SIOCSPGRP 0x8902
#define FIOGETOWN 0x8903
#define SIOCGPGRP 0x8904

#endif
