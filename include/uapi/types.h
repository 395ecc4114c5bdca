/*
 * include/uapi/types.h - the integer types of the x86-64 Linux interface
 *
 * What:  fixed-width integers and the kernel's scalar types as user space
 *        sees them. Everything else in the tree builds on this file.
 * See:   System V ABI, AMD64 supplement, section 3.1.2.
 */
#ifndef UAPI_TYPES_H
#define UAPI_TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long s64;

typedef unsigned long size_t;
typedef long ssize_t;

typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef unsigned int mode_t;
typedef long off_t;
typedef u64 dev_t;
typedef u64 ino_t;
typedef int clockid_t;

#endif
